"""What terms say to what a source asks of its interface."""

from __future__ import annotations

from datetime import date
from typing import Any

from collectors.checks import Finding, check_terms, forbidden, forbidden_said
from collectors.checks.terms import uses_of
from config.source_interface import Use
from config.sources import Source

TODAY = date(2026, 11, 22)


def source(*, ask: dict[str, Any] | None = None, **terms: Any) -> Source:
    given = {"name": "The Terms", "url": "https://net.example/terms", "read_on": "2026-11-01"}
    interface = {"terms": given | terms}
    return Source(name="net", engine="mastodon", ask=ask or {}, interface=interface)


def found(of: Source) -> dict[str, list[Finding]]:
    states: dict[str, list[Finding]] = {}
    for one in check_terms(of, TODAY):
        states.setdefault(one.state, []).append(one)
    return states


def test_a_use_that_is_forbidden_is_named_with_terms_address_and_day() -> None:
    of = source(forbids=["law-enforcement", "members", "search"])
    [warning] = found(of)["warning"]
    assert warning.says == (
        "law-enforcement: forbidden by The Terms, https://net.example/terms, read on 2026-11-01"
    )
    assert forbidden(of) == ("law-enforcement",)
    assert "https://net.example/terms" in forbidden_said(of)


def test_only_what_is_asked_counts() -> None:
    asked = {"words": ["ivory"], "members": True, "profiles": False, "threads": False}
    of = source(ask=asked, forbids=["search", "members", "profiles", "comments", "media"])
    assert forbidden(of) == ("search", "members")
    assert forbidden(source(ask={"tags": ["ivory"]}, forbids=["search"])) == ("search",)
    assert forbidden(source(ask={"plan": {}}, forbids=["search"])) == ("search",)
    pictures = of.model_copy(update={"media": True})
    assert forbidden(pictures) == ("search", "members", "media")


def test_what_is_not_mentioned_is_noted() -> None:
    of = source(allows=["automated", "keep"], forbids=["inference"])
    [note] = found(of)["note"]
    assert note.says.startswith("law-enforcement, profiles, comments: nothing is said on it")


def test_where_all_is_allowed_nothing_is_said() -> None:
    of = source()
    every: tuple[Use, ...] = uses_of(of)
    assert found(source(allows=every)) == {}
    assert forbidden_said(source(allows=every)) == ""


def test_old_terms_are_to_be_read_again() -> None:
    every = uses_of(source())
    [note] = found(source(allows=every, read_on="2025-11-21"))["note"]
    assert "366 days ago" in note.says
    assert "read them again" in note.says
    assert found(source(allows=every, read_on="2025-11-22")) == {}
    assert "day to come" in found(source(allows=every, read_on="2027-01-01"))["note"][0].says


def test_an_interface_without_terms_is_a_problem() -> None:
    assert list(found(Source(name="net", engine="mastodon"))) == ["problem"]
    assert list(found(Source(name="net", engine="mastodon", allow_private=True))) == ["note"]
    assert found(Source(name="net", engine="generic")) == {}
