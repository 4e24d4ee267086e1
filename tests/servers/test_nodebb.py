"""A real NodeBB, read by its JSON and compared, post by post, with its database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from model.evidence import Document

from .nodebb_server import ADMIN, LONG, NodeBB, running
from .social import Case, asked, opened, told

pytestmark = pytest.mark.timeout(900)  # the first run on a machine also installs the forum

Truth = dict[str, Any]


@pytest.fixture(scope="module")
def nodebb() -> Iterator[NodeBB]:
    with running() as server:
        yield server


@pytest.fixture(scope="module")
def twice(nodebb: NodeBB, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Case, Truth]]:
    """Read to its end two times, with nothing changed meanwhile."""
    with opened(tmp_path_factory.mktemp("nodebb"), source(nodebb)) as case:
        truth = nodebb.truth()
        case.read()
        case.read()
        yield case, truth


def source(nodebb: NodeBB) -> Any:
    return asked("nodebb", nodebb.url, listings=True, members=False)


def of(documents: Sequence[Document], kind: str) -> list[Document]:
    """Those of a kind that have their words."""
    return [one for one in documents if one.kind == kind and "deleted" not in one.extra]


def ids(documents: Sequence[Document], kind: str) -> set[str]:
    return {one.native_id for one in of(documents, kind)}


def writers(truth: Truth) -> set[str]:
    """Whoever wrote something that is still there."""
    found = {str(post["uid"]) for post in truth["posts"].values() if not int(deleted(post))}
    return found & set(truth["users"])


def deleted(post: Truth) -> str:
    return str(post.get("deleted") or 0)


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("turn", [0, 1])
def test_every_topic_post_and_account_is_there_and_none_is_invented(
    twice: tuple[Case, Truth], turn: int
) -> None:
    case, truth = twice
    read, run = case.runs[turn], ("first run", "second run")[turn]
    assert case.reports[turn].finished, case.reports[turn].sentence
    assert not case.reports[turn].failures
    tables = {
        "thread": set(truth["topics"]),
        "post": set(truth["posts"]),
        "profile": writers(truth),
    }
    for kind, numbers in tables.items():
        told("NodeBB", f"{run}, {kind}", numbers, ids(read, kind))
        assert ids(read, kind) == numbers
    assert len(truth["topics"]) >= 45
    assert len(truth["posts"]) >= 140
    assert set(Counter(one.native_id for one in of(read, "post")).values()) == {1}
    assert [issue.message for _, issue in case.vault.issues() if issue.severity != "note"] == []
    assert list(case.vault.verify()) == []


def test_each_says_what_the_database_says(twice: tuple[Case, Truth], nodebb: NodeBB) -> None:
    case, truth = twice
    quoting = 0
    for one in of(case.runs[0], "post"):
        row = truth["posts"][one.native_id]
        assert one.fields["seller"] == truth["users"][str(row["uid"])]["username"]
        assert one.fields["seller_id"] == str(row["uid"])
        assert one.extra["thread"] == str(row["tid"])
        assert one.extra.get("reply_to", "") == str(row.get("toPid") or "")
        quote = nodebb.quoted.get(int(one.native_id))
        if quote is not None:
            quoting += 1
            assert squeezed(one.fields["text"].splitlines()[-1]) == quote["own"]
            found = [{"of": q["of"], "text": squeezed(q["text"])} for q in one.extra["quotes"]]
            assert found == [{"of": quote["of"], "text": quote["text"]}]
        elif int(row["uid"]) != ADMIN:
            assert squeezed(one.fields["text"]) == squeezed(row["content"])
            assert "quotes" not in one.extra
    assert quoting >= 20
    for one in of(case.runs[0], "thread"):
        row = truth["topics"][one.native_id]
        assert one.fields["title"] == row["title"]
        assert one.fields["seller"] == truth["users"][str(row["uid"])]["username"]
    for one in of(case.runs[0], "profile"):
        row = truth["users"][one.native_id]
        assert one.fields["seller"] == row["username"]
        assert one.fields.get("text", "") == row.get("aboutme", "")
        assert one.extra.get("signature", "") == row.get("signature", "")


def test_interrupted_runs_lose_nothing_and_ask_nothing_twice(
    twice: tuple[Case, Truth], nodebb: NodeBB, tmp_path: Path
) -> None:
    truth = twice[1]
    with opened(tmp_path / "w", source(nodebb)) as case:
        read = case.read_in_pieces(12)
        assert len(case.reports) > 3
        told("NodeBB", f"posts in {len(case.reports)} runs", set(truth["posts"]), ids(read, "post"))
        assert ids(read, "post") == set(truth["posts"])
        assert ids(read, "profile") == writers(truth)
        assert max(Counter(one.url for one in case.vault.captures()).values()) == 1


def named(case: Case, family: str, state: str) -> set[str]:
    """The ids of a family of records that are in a state."""
    kept = (one.native_id for one in case.vault.sightings("nodebb").listings(state))
    return {one.removeprefix(f"{family}:") for one in kept if one.startswith(f"{family}:")}


def test_edits_deletions_and_people_who_left_are_noticed(
    twice: tuple[Case, Truth], nodebb: NodeBB
) -> None:
    """Edited, deleted (a notice stays), purged (nothing stays), a topic, an account; and new."""
    case, before = twice
    assert named(case, "post", "seen") == set(before["posts"])
    long = nodebb.topics[LONG - 1]["tid"]
    posts = sorted((int(n) for n, row in before["posts"].items() if int(row["tid"]) == long))
    edited, removed, purged = (posts[1], posts[-1]), posts[5], posts[30]
    for pid in edited:
        nodebb.do("edit", uid=ADMIN, pid=pid, content=f"Said anew {pid}")
    nodebb.do("remove", uid=ADMIN, pid=removed)
    nodebb.do("purge", uid=ADMIN, pid=purged)
    nodebb.do("purgeTopic", uid=ADMIN, tid=nodebb.topics[9]["tid"])
    nodebb.do("leave", uid=nodebb.people["Efeu"])
    new = nodebb.do("reply", uid=ADMIN, tid=long, content="One thing more", toPid=posts[0])
    after = nodebb.truth()
    read = case.read()
    assert case.reports[2].finished
    there = {number for number, row in after["posts"].items() if not int(deleted(row))}
    told("NodeBB", "posts after changes", there, ids(read, "post"))
    assert ids(read, "post") == there
    said = {one.native_id: one for one in of(read, "post")}
    for pid in edited:
        assert said[str(pid)].fields["text"] == f"Said anew {pid}"
        assert said[str(pid)].extra["edited_at"]
    gone = set(before["posts"]) - there
    assert {str(removed), str(purged)} < gone
    told("NodeBB", "posts gone", gone, named(case, "post", "removed"))
    assert named(case, "post", "removed") == gone
    assert named(case, "post", "new") == {str(new)}
    assert {str(pid) for pid in edited} <= named(case, "post", "changed")
    assert named(case, "thread", "removed") == set(before["topics"]) - set(after["topics"])
    assert named(case, "profile", "removed") == {str(nodebb.people["Efeu"])}
