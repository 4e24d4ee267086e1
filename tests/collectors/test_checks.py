"""Checks of a source find what is wrong with its file, its pages, and what it leaves unread."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from collectors.checks import Finding, check_conduct, check_page, check_saved_page
from config.saved_pages import saved_pages
from config.sources import EXAMPLES, Source, load_source
from model.errors import ConfigurationError

ONION = "s7f4mtz3o275zsfjf3ehu7voxo4urk7bv2tntx7en2spvupgzvtuz2qd"


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """A copy of the market example with its pages, to be spoilt."""
    shutil.copytree(EXAMPLES / "market", tmp_path / "market")
    return Path(shutil.copy(EXAMPLES / "market.yml", tmp_path))


def spoil(file: Path, old: str, new: str) -> Path:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def problems(file: Path) -> list[Finding]:
    source = load_source(file)
    found = list(check_conduct(source, file))
    for page in saved_pages(source):
        found += check_saved_page(source, page).findings
    return [finding for finding in found if finding.state == "problem"]


def test_the_example_has_no_problem(market: Path) -> None:
    assert problems(market) == []


SPOILT = {
    "selector": ("select: h2.offer-name", "select: 'h2.offer-name['", "selector", "not a CSS"),
    "pace": ("delay_seconds: 4", "delay_seconds: 0.5", "pace.delay_seconds", "too fast"),
    "at once": ("{delay_seconds: 4", "{concurrency: 32, delay_seconds: 4", "pace.concurrency", ""),
    "onion": (f'start: ["http://{ONION}', f'start: ["http://{ONION[:-2]}ad', "start", "checksum"),
    "secret": ("# No follow", "# password: hunter22 No follow", "market", "looks like a secret"),
    "token": ('/cat/1"]', '/cat/1?token=4f3a9c77d2"]', "market", "looks like a secret"),
    "field": (
        "select: h2.offer-name",
        "select: h3.offer-name",
        "warning",
        "title: not on the page",
    ),
    "value": ("beside: Ships to}", "beside: Ships from}", "first ships_to", "Worldwide"),
    "rows": ("div.grid > div.card", "div.grid > div.kard", "warning", "at least 1 expected"),
    "sign": ("when: {select: div.grid}", "when: {select: div.crate}", "layout", "'offers'"),
    "follow": ("traps:", "follow: []\ntraps:", "follow", "does not lead to"),
    "login": ("login: {select: form.login}", "login: {select: form.logon}", "layout", "'login'"),
}


@pytest.mark.parametrize("name", sorted(SPOILT))
def test_what_is_wrong_is_found(market: Path, name: str) -> None:
    old, new, what, says = SPOILT[name]
    found = problems(spoil(market, old, new))
    assert [each for each in found if each.what == what and says in str(each.says)], found


def test_a_secret_is_not_repeated(market: Path) -> None:
    found = problems(spoil(market, "# No follow", "# password: hunter22 No follow"))
    assert "hunter22" not in str(found)


def test_mistakes_in_expected_values_name_file_and_line(market: Path) -> None:
    expected = market.with_suffix("") / "expected.yml"
    spoil(expected, "  kind: listing", "  knid: listing")
    with pytest.raises(ConfigurationError, match=r"expected\.yml:\d+: .*did you mean 'kind'"):
        saved_pages(load_source(market))


def test_a_page_that_is_expected_must_be_there(market: Path) -> None:
    (market.with_suffix("") / "queue.html").unlink()
    with pytest.raises(ConfigurationError, match=r"queue\.html: No such file"):
        problems(market)


PAGE = """<html><body><nav>Menu entry that nobody reads</nav><div class="ad"><h1>Tusk</h1>
<table><tr><td>Weight</td><td>4 kg</td></tr><tr><td>Price</td><td>EUR 500</td></tr></table>
<dl><dt>Age</dt><dd>about 1900</dd><dt>Seller</dt><dd>bob</dd></dl>
<p class="text">Old tusk on a stand.</p><p>Papers: none, ask me</p>
<div>Second paragraph that no field takes, with <b>more</b> to say.</div></div></body></html>"""


def test_leftovers_are_labelled_values_and_texts() -> None:
    source = Source.model_validate(
        {
            "name": "attic",
            "engine": "classifieds",
            "pages": {
                "ad": {
                    "kind": "listing",
                    "when": {"select": "div.ad"},
                    "fields": {
                        "title": {"select": "h1"},
                        "price": {"select": "td", "beside": "Price", "as": "money"},
                        "seller": {"select": "dt", "beside": "Seller"},
                        "text": {"select": "p.text"},
                    },
                }
            },
        }
    )
    checked = check_page(source, "ad.html", PAGE.encode())
    read = {each.what: (each.says, each.by) for each in checked.findings if each.state == "read"}
    assert read["price"] == ("500", "td beside 'Price'")
    left = [(each.what, each.says) for each in checked.findings if each.state == "leftover"]
    assert left == [
        ("labelled", "Weight: 4 kg"),
        ("labelled", "Age: about 1900"),
        ("labelled", "Papers: none, ask me"),
        ("text", "Second paragraph that no field takes, with more to say."),
    ]


def test_a_page_that_is_none_is_a_problem() -> None:
    checked = check_page(Source(name="x"), "picture", b"\x89PNG\r\n\x1a\n" + bytes(99))
    assert [finding.state for finding in checked.findings] == ["problem"]
