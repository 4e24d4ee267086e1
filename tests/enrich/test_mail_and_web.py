"""Mail addresses, links, hosts and hidden services, plain and defanged."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from model.facts import Observation

Values = Callable[..., list[str]]
Read = Callable[..., list[Observation]]

V3 = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("email...travisjack0011@protonmail.com", "travisjack0011@protonmail.com"),
        ("GMAIL//......labs4pills@gmail.com", "labs4pills@gmail.com"),
        ("::(healthstore58@gmail.com)", "healthstore58@gmail.com"),
        ("name (at) mail [dot] com", "name@mail.com"),
        ("name[at]mail.com", "name@mail.com"),
        ("name(@)mail(.)com", "name@mail.com"),
        ("ivoryman at gmail dot com", "ivoryman@gmail.com"),
        ("reach john.doe AT gmail.com", "john.doe@gmail.com"),
        ("name @ gmail.com", "name@gmail.com"),
        ("Name.Sur+tag@Mail.Example.COM", "Name.Sur+tag@mail.example.com"),
        ("name@gmail.com.Thanks", "name@gmail.com"),
        ("a@b.co, and more", "a@b.co"),
        (f"x@{V3}", f"x@{V3}"),
        ("почта: имя@пример.рф", "имя@пример.рф"),
    ],
)
def test_an_address_is_read(values: Values, text: str, value: str) -> None:
    assert [one for one in values(text) if one.startswith("email")] == [f"email {value}"]


@pytest.mark.parametrize(
    "text",
    [
        "meet me at noon dot com is dead",
        "contact us at shop.com",
        "bbjj@bbjj.bbjj",
        "-@jetlove, customer security",
        "price @ 20.00 each",
        "m.mince.webber.com",
        "user@localhost",
        "@",
        "x@-.com",
    ],
)
def test_no_address_is_made_up(values: Values, text: str) -> None:
    assert [one for one in values(text) if one.startswith("email")] == []


def test_an_address_gives_no_domain(values: Values) -> None:
    assert values("write to info@pangolin-shop.com") == ["email info@pangolin-shop.com"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "https://Shop.Example.com/Path?q=1.",
            ["domain shop.example.com", "url https://shop.example.com/Path?q=1"],
        ),
        ("hxxps://imgur.com/a/j3Q93pm", ["url https://imgur.com/a/j3Q93pm"]),
        ("hxxp://example[.]com/", ["domain example.com", "url http://example.com/"]),
        ("hxxp://example[dot]com/x", ["domain example.com", "url http://example.com/x"]),
        ("(see http://example.com/a_(b))", ["domain example.com", "url http://example.com/a_(b)"]),
        ("visit www.ivory-shop.net now", ["domain www.ivory-shop.net"]),
        ("visit ivory-shop.com", ["domain ivory-shop.com"]),
        ("ivory-shop[.]com", ["domain ivory-shop.com"]),
        ("vice.com/en_us/article", ["domain vice.com", "url http://vice.com/en_us/article"]),
        ("http://192.168.0.1:80/path", ["url http://192.168.0.1:80/path"]),
        ("HYBRID.TOP FLAVORS. Great.In stock", []),
        ("I like it.So do you.Me too", []),
        ("Node.js and ASP.Net 4.5 file.txt e.g. i.e. No.1", []),
        ("http://nonsense", []),
        ("shop.example", []),
    ],
)
def test_links(values: Values, text: str, wanted: list[str]) -> None:
    assert sorted(values(text)) == wanted


def test_defanged_fixtures_are_refanged(values: Values, shared_data: Path) -> None:
    lines = (shared_data / "vectors/iocextract_valid.txt").read_text().splitlines()
    hosts = [line for line in lines if "example" in line and "[.com" not in line]
    read = [line for line in hosts if "domain example.com" in values(line)]
    unread = set(hosts) - set(read)
    # a comma is no full stop unless bracketed, and half a bracket after a label none at all
    assert {line for line in unread if not line.startswith("tcp")} <= {
        "example,com",
        "http://example,com/",
        "http://[example.com",
        "http://example[.com/",
    }
    assert len(read) >= 18


def test_onions_of_the_real_world(values: Values, shared_data: Path) -> None:
    with (shared_data / "vectors/onion_addresses_dev.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 40
    for row in rows:
        wanted = [f"onion {row['address']}"] if row["valid"] == "1" else []
        found = [one for one in values(f"mirror {row['address']} ok") if one.startswith("onion")]
        assert found == wanted, row


def test_an_onion_link_is_url_and_onion(read: Read) -> None:
    found = {one.kind: one for one in read(f"http://market.{V3}:8080/u/x")}
    assert set(found) == {"url", "onion"}
    assert found["onion"].value == V3
    assert found["onion"].attributes["version"] == 3
    assert found["url"].value == f"http://market.{V3}:8080/u/x"


def test_old_onions_are_marked_legacy(read: Read) -> None:
    (one,) = read("kjpkmlafh2ra57wz.onion")
    assert one.attributes["legacy"] is True
    assert one.attributes["version"] == 2
