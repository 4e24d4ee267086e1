"""Source files: what they may say, and how each mistake is named with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Workspace
from config.sources import SHIPPED, all_sources, load_source, shipped_sources
from config.yaml_files import read_yaml
from model.errors import ConfigurationError

GOOD = """\
name: attic
title: The Attic
engine: classifieds
languages: [no]
country: NO
currency: NOK
timezone: Europe/Oslo
reliability: C
tlp: AMBER+STRICT
route: clear
start: [https://attic.example/c/wildlife]
follow:
  - {select: "a.next"}
  - {url: '/item/\\d+$'}
pace: {delay_seconds: 3, pages_per_run: 200}
schedule: "15 4 * * *"
signs:
  login: {select: form.login}
pages:
  item:
    kind: listing
    when: {select: h1.item, without: form.login}
    fields:
      title: {select: h1.item}
      price: {select: .price, as: money}
    rows:
      select: .offer
"""


def write(folder: Path, text: str, name: str = "attic") -> Path:
    file = folder / f"{name}.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_good_file(tmp_path: Path) -> None:
    source = load_source(write(tmp_path, GOOD))
    assert (source.country, source.languages, source.filed_under) == ("NO", ("no",), "attic")
    assert source.pages["item"].when[0].select == ("h1.item",)
    assert source.pages["item"].rows[0].kind == "listing"
    assert source.signs["login"][0].select == ("form.login",)
    assert source.follow[1].url == r"/item/\d+$"
    assert source.place("pages", "item", "fields", "price").endswith(
        "attic.yml:25: pages.item.fields.price"
    )


MISTAKES = {
    "unknown key": (
        "reliability: C",
        "reliabilty: C",
        "attic.yml:8: reliabilty: unknown key; did you mean 'reliability'?",
    ),
    "unknown key far inside": (
        "{select: .price, as: money}",
        "{selct: .price, as: money}",
        "attic.yml:25: pages.item.fields.price.selct: unknown key; did you mean 'select'?",
    ),
    "unknown field": (
        "      title: {select: h1.item}",
        "      titel: {select: h1.item}",
        (
            "attic.yml:24: pages.item.fields.titel: no field of the public record format; "
            "did you mean "
            "'title'?"
        ),
    ),
    "unknown value": ("as: money", "as: cash", "attic.yml:25: pages.item.fields.price.as: Input"),
    "wrong grade": (
        "reliability: C",
        "reliability: Z",
        "attic.yml:8: reliability: Input should be",
    ),
    "wrong colour": ("AMBER+STRICT", "YELLOW", "attic.yml:9: tlp: Input should be"),
    "no address": (
        "https://attic.example/c/wildlife",
        "attic.example",
        "attic.yml:11: start.0: not an http or https address",
    ),
    "other scheme": ("https://attic.example/c/wildlife", "file:///etc/passwd", "start.0: not an"),
    "secret in an address": (
        "https://attic.example",
        "https://me:hunter2@attic.example",
        "attic.yml:11: start.0: holds a user name or password",
    ),
    "onion without Tor": (
        "https://attic.example/c/wildlife",
        "http://atticatticattic.onion/",
        "is an onion address and needs route: tor",
    ),
    "address without a route": ("route: clear", "route: import", "start addresses need a route"),
    "pattern that is none": ("'/item/\\d+$'", "'/item/(\\d+'", "attic.yml:14: follow.1.url: not a"),
    "look-around": (
        "'/item/\\d+$'",
        "'(?<=x)item'",
        "attic.yml:14: follow.1.url: not a pattern RE2",
    ),
    "zone": ("Europe/Oslo", "Oslo", "attic.yml:7: timezone: no time zone of the IANA list"),
    "schedule": ("15 4 * * *", "daily", "attic.yml:16: schedule: String should match"),
    "empty sign": ("{select: form.login}", "{}", "signs.login.0: a sign needs at least one of"),
    "date without format": ("as: money", "as: date", "a date needs its format"),
    "engine without pages": ("pages:", "pages: {}\nx:", "attic.yml:20: x: unknown key"),
    "other name": ("name: attic", "name: cellar", "attic.yml:1: name: is 'cellar' but the file is"),
    "given twice": ("title: The Attic", "title: a\ntitle: b", "attic.yml:3: title: given twice"),
    "no YAML": ("languages: [no]", "languages: [no", "attic.yml:5: "),
}


@pytest.mark.parametrize("name", sorted(MISTAKES))
def test_mistakes_name_file_line_and_key(tmp_path: Path, name: str) -> None:
    old, new, message = MISTAKES[name]
    assert old in GOOD
    with pytest.raises(ConfigurationError) as caught:
        load_source(write(tmp_path, GOOD.replace(old, new, 1)))
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("reliability: C", "reliability: Z").replace("Europe/Oslo", "Oslo")
    with pytest.raises(ConfigurationError) as caught:
        load_source(write(tmp_path, text))
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n", "\tx: 1", "a: &a [*a]\n", "\x00"])
def test_what_is_no_source_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"attic\.yml"):
        load_source(write(tmp_path, text))


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ConfigurationError, match="more than"):
        load_source(write(tmp_path, "\n".join(lines)))


def test_missing_file_and_unknown_name(tmp_path: Path, workspace: Workspace) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        load_source(tmp_path / "none.yml")
    with pytest.raises(ConfigurationError, match=r"no source 'draem'; did you mean 'dream'"):
        load_source("draem", workspace)
    with pytest.raises(ConfigurationError, match="no source"):
        load_source("..", workspace)


def test_the_workspace_wins(workspace: Workspace) -> None:
    write(workspace.sources, GOOD)
    assert {source.name for source in all_sources(workspace)} == {"attic", "dream", "empire"}
    shipped = (SHIPPED / "dream.yml").read_text("utf-8")
    write(workspace.sources, shipped.replace("title: Dream Market", "title: Ours"), "dream")
    assert load_source("dream", workspace).title == "Ours"
    assert load_source("dream").title == "Dream Market"
    assert {source.title for source in all_sources(workspace)} == {
        "The Attic",
        "Empire Market",
        "Ours",
    }


def test_truth_values_and_numbers_as_data_files_need_them(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text("a: NO\nb: yes\nc: true\nd: 12:30\ne: 2020-01-02\nf: 010\ng: 1.5\nh: ~\n")
    assert read_yaml(file).content == {
        "a": "NO",
        "b": "yes",
        "c": True,
        "d": "12:30",
        "e": "2020-01-02",
        "f": "010",
        "g": 1.5,
        "h": None,
    }


def test_every_key_is_described() -> None:
    """The docs page is made from these descriptions."""
    schema = type(shipped_sources()[0]).model_json_schema()
    missing = [
        f"{name}.{key}"
        for name, part in [("Source", schema), *schema["$defs"].items()]
        for key, told in part.get("properties", {}).items()
        if not told.get("description")
    ]
    assert missing == []
