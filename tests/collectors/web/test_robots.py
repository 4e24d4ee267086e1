"""robots.txt as RFC 9309 has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.web.robots import EVERYTHING, NOTHING, fits, of_answer, read_robots

AGENT = "spoor/0.1 (read-only research)"


def allows(text: str, path: str) -> bool:
    return read_robots(text.encode(), AGENT).allows(f"http://x.example{path}")


@pytest.mark.parametrize(
    ("rules", "path", "wanted"),
    [
        ("User-agent: *\nDisallow: /private", "/private/1", False),
        ("User-agent: *\nDisallow: /private", "/public", True),
        ("User-agent: *\nDisallow:", "/x", True),
        ("User-agent: *\nDisallow: /\nAllow: /list", "/list?page=2", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /*?sort=", "/list?sort=up", False),
        ("User-agent: Spoor\nDisallow: /\n\nUser-agent: *\nAllow: /", "/x", False),
        ("User-agent: other\nDisallow: /", "/x", True),
        ("User-agent: a\nUser-agent: *\nDisallow: /x", "/x", False),
        ("User-agent: *\nDisallow: /x # all of it\n", "/x", False),
        ("\ufeffuser-agent : *\ndisallow : /x", "/x", False),
        ("Disallow: /x", "/x", True),
        ("User-agent: *\nCrawl-delay: 5\nDisallow: /x\nSitemap: http://x/", "/x", False),
    ],
)
def test_rules(rules: str, path: str, wanted: bool) -> None:
    assert allows(rules, path) == wanted


def test_what_a_status_means() -> None:
    rules = b"User-agent: *\nDisallow: /x"
    assert of_answer(404, rules, AGENT) is EVERYTHING
    assert of_answer(403, rules, AGENT) is EVERYTHING
    assert of_answer(503, rules, AGENT) is NOTHING
    assert not of_answer(503, rules, AGENT).allows("http://x.example/")
    assert not of_answer(200, rules, AGENT).allows("http://x.example/x")


@given(st.binary(max_size=500), st.text(max_size=30))
def test_any_bytes_are_rules_of_some_kind(payload: bytes, path: str) -> None:
    assert read_robots(payload, AGENT).allows(f"http://x.example/{path}") in (True, False)


def test_many_stars_cost_no_more_than_few() -> None:
    assert not fits("/" + "*a" * 10_000 + "b$", "/" + "a" * 10_000)
