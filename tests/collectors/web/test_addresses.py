"""Which addresses may be asked for, in every spelling that is meant to get round it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.web.addresses import check_host, check_route, is_public, normal, place, places
from model.errors import PolicyRefusal, Skip

ONION = "http://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/"


@pytest.mark.parametrize(
    ("url", "base", "wanted"),
    [
        ("HTTP://X.Example:80/a#top", "", "http://x.example/a"),
        ("https://x.example:443", "", "https://x.example/"),
        ("../b?q=1&r=a b", "http://x.example/c/d", "http://x.example/b?q=1&r=ab"),
        ("?page=2", "http://x.example/list?page=1", "http://x.example/list?page=2"),
        ("//y.example/é", "http://x.example/", "http://y.example/%C3%A9"),
        ("http://x.example:8080/", "", "http://x.example:8080/"),
        ("http://[::1]:81/", "", "http://[::1]:81/"),
        ("\thttp://x.example/a\nb", "", "http://x.example/ab"),
    ],
)
def test_an_address_has_one_spelling(url: str, base: str, wanted: str) -> None:
    assert normal(url, base) == wanted
    assert normal(wanted) == wanted


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "ftp://x.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        "http://user:secret@x.example/",
        "http://x.example:99999/",
        "http://[::1/",
        "http://x.example/" + "a" * 3_000,
        "mailto:a@x.example",
    ],
)
def test_what_is_no_web_address(url: str) -> None:
    with pytest.raises(ValueError):
        normal(url)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    try:
        found = normal(text, "http://x.example/")
    except ValueError:
        return
    assert found.startswith(("http://", "https://"))
    assert normal(found) == found
    assert place(found)[0]


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1.2.3", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254"),
        *("0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "localhost", "x.localhost"),
        *("[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]"),
        *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "printer", "router.local", "db.internal"),
        *("2130706433", "0x7f000001", "017700000001"),
    ],
)
def test_hosts_of_our_own_are_refused(host: str) -> None:
    with pytest.raises(PolicyRefusal, match="private"):
        check_host(f"http://{host}/", allow_private=False)
    check_host(f"http://{host}/", allow_private=True)


@pytest.mark.parametrize("host", ["x.example", "8.8.8.8", "[2606:4700::1111]", "1.1.1.1"])
def test_hosts_of_the_open_net_are_not(host: str) -> None:
    check_host(f"http://{host}/", allow_private=False)


def test_an_address_of_a_name_server_counts_as_written() -> None:
    assert not is_public("fe80::1%eth0")
    assert not is_public("no address")
    assert is_public("no address", otherwise=True)


def test_onion_addresses_only_over_tor_and_only_spelt_right() -> None:
    check_route(ONION, "tor")
    check_route("http://x.example/", "clear")
    with pytest.raises(PolicyRefusal, match="outside Tor"):
        check_route(ONION, "clear")
    with pytest.raises(Skip, match="misspelt"):
        check_route(ONION.replace("duck", "dock"), "tor")


def test_a_site_at_a_default_port_has_both_of_them() -> None:
    allowed = places(["http://x.example/", "http://127.0.0.1:8001/a"])
    assert allowed == {("x.example", 80), ("x.example", 443), ("127.0.0.1", 8001)}
