"""A real Misago, read by its JSON and compared, post by post, with its PostgreSQL database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from model.evidence import Document

from .conftest import Served
from .social import Case, asked, opened, told

pytestmark = pytest.mark.timeout(900)  # the first run on a machine also installs the forum

Truth = dict[str, Any]


@pytest.fixture(scope="module")
def twice(forum: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Case, Truth]]:
    """Read to its end two times, with nothing changed meanwhile."""
    with opened(tmp_path_factory.mktemp("misago"), source(forum)) as case:
        truth = forum.truth
        case.read()
        case.read()
        yield case, truth


def source(forum: Served) -> Any:
    return asked("misago", forum.url, listings=True)


def of(documents: Sequence[Document], kind: str) -> list[Document]:
    """Those of a kind that have their words; a post may stand on two pages."""
    return [one for one in documents if one.kind == kind and "deleted" not in one.extra]


def ids(documents: Sequence[Document], kind: str) -> set[str]:
    return {one.native_id for one in of(documents, kind)}


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("turn", [0, 1])
def test_every_thread_post_and_account_is_there_and_none_is_invented(
    twice: tuple[Case, Truth], turn: int
) -> None:
    case, truth = twice
    read = case.runs[turn]
    assert case.reports[turn].finished, case.reports[turn].sentence
    assert not case.reports[turn].failures
    run = ("first run", "second run")[turn]
    for kind, table in (("thread", "threads"), ("post", "posts"), ("profile", "accounts")):
        told("Misago", f"{run}, {table}", set(truth[table]), ids(read, kind))
        assert ids(read, kind) == set(truth[table])
    assert len(truth["posts"]) >= 600
    times = Counter(one.native_id for one in of(read, "post"))
    assert times == {number: post["pages"] for number, post in truth["posts"].items()}
    notices = {one.native_id for one in read if one.extra.get("deleted")}
    assert notices == set(truth["notices"])
    assert list(case.vault.verify()) == []
    assert [issue.message for _, issue in case.vault.issues() if issue.severity != "note"] == []


def test_each_says_what_the_database_says(twice: tuple[Case, Truth]) -> None:
    """Texts without what they quote, whoever is quoted told apart; dates, accounts, threads."""
    case, truth = twice
    quoting = 0
    for one in of(case.runs[0], "post"):
        row = truth["posts"][one.native_id]
        assert squeezed(one.fields.get("text", "")) == row["text"], one.native_id
        for name in ("seller", "seller_id", "posted_at"):
            assert one.fields.get(name, "") == row[name], (one.native_id, name)
        assert one.extra["thread"] == row["thread"]
        quotes = [
            {"of": each["of"], "text": squeezed(each["text"])}
            for each in one.extra.get("quotes", [])
        ]
        assert quotes == row["quotes"], one.native_id
        quoting += bool(quotes)
    assert quoting >= 20
    for one in of(case.runs[0], "thread"):
        row = truth["threads"][one.native_id]
        assert (one.fields["title"], one.fields["seller"]) == (row["title"], row["seller"])
    pages = [one for one in of(case.runs[0], "thread") if not one.locator]
    assert {one.fields["category"] for one in pages} <= {
        row["category"] for row in truth["threads"].values()
    }
    groups = {one.fields["title"] for one in of(case.runs[0], "group")}
    assert groups == {row["category"] for row in truth["threads"].values()}


def test_accounts_say_what_they_say_of_themselves(twice: tuple[Case, Truth]) -> None:
    case, truth = twice
    found: dict[str, dict[str, str]] = {}
    for one in of(case.runs[0], "profile"):
        fields = {**one.fields, **{k: v for k, v in one.extra.items() if isinstance(v, str)}}
        found[one.native_id] = found.get(one.native_id, {}) | fields
    for number, row in truth["accounts"].items():
        for name in ("seller", "text", "location", "website", "signature"):
            assert squeezed(found[number].get(name, "")) == squeezed(row[name]), (number, name)
    assert sum(bool(row["text"]) for row in truth["accounts"].values()) >= 1


def test_what_a_guest_may_not_see_is_in_no_capture(twice: tuple[Case, Truth]) -> None:
    case, truth = twice
    marks = {text.split()[-1] for text in truth["hidden"].values()} - {"-"}
    assert len(marks) > 40
    payloads = case.payloads()
    assert not [mark for mark in marks if mark.encode() in payloads]


def test_interrupted_runs_lose_nothing_and_ask_nothing_twice(
    twice: tuple[Case, Truth], forum: Served, tmp_path: Path
) -> None:
    """One category, a few answers a run; a thread pinned everywhere stands there too."""
    case, truth = twice
    house = next(one for one in of(case.runs[0], "group") if one.fields["title"] == "House")
    threads = {number for number, row in truth["threads"].items() if row["category"] == "House"}
    threads |= {"5"}
    posts = {number for number, row in truth["posts"].items() if row["thread"] in threads}
    with opened(tmp_path / "w", asked("misago", forum.url, groups=(house.native_id,))) as case:
        read = case.read_in_pieces(8)
        assert len(case.reports) > 3
        told("Misago", f"posts in {len(case.reports)} runs", posts, ids(read, "post"))
        assert ids(read, "post") == posts
        assert ids(read, "thread") == threads
        assert max(Counter(one.url for one in case.vault.captures()).values()) == 1
        assert list(case.vault.verify()) == []


def named(case: Case, family: str, state: str) -> set[str]:
    """The ids of a family of records that are in a state."""
    kept = (one.native_id for one in case.vault.sightings("misago").listings(state))
    return {one.removeprefix(f"{family}:") for one in kept if one.startswith(f"{family}:")}


def test_edits_deletions_and_people_who_left_are_noticed(
    twice: tuple[Case, Truth], forum: Served
) -> None:
    """The forum changes for good: this comes last."""
    case, before = twice
    assert named(case, "post", "seen") == set(before["posts"])
    forum.change()
    after = forum.truth
    read = case.read()
    assert case.reports[2].finished
    told("Misago", "posts after changes", set(after["posts"]), ids(read, "post"))
    assert ids(read, "post") == set(after["posts"])
    edited = {
        number for number, post in after["posts"].items()
        if number in before["posts"] and post["edits"] > before["posts"][number]["edits"]
    }  # fmt: skip
    assert len(edited) == 3
    said = {one.native_id: one for one in of(read, "post")}
    for number in edited:
        assert squeezed(said[number].fields["text"]) == after["posts"][number]["text"]
        assert said[number].extra["edited_at"]
    gone = set(before["posts"]) - set(after["posts"])
    hidden = gone & set(after["notices"])
    assert (len(hidden), len(gone) > 4) == (1, True)
    told("Misago", "posts gone", gone, named(case, "post", "removed"))
    assert named(case, "post", "removed") == gone
    assert named(case, "post", "new") == set(after["posts"]) - set(before["posts"])
    assert edited <= named(case, "post", "changed")
    assert named(case, "thread", "removed") == set(before["threads"]) - set(after["threads"])
    left = set(before["accounts"]) - set(after["accounts"])
    assert len(left) == 1
    assert named(case, "profile", "removed") == left
