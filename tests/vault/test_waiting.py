"""What waits to be written is seen, belongs to its operation, and costs one statement a kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from model.errors import EvidenceError
from model.evidence import Capture, Document, Issue
from vault.schema import captures
from vault.vault import Address, Vault
from vault.waiting import Waiting

AT = "2026-01-01T00:00:00Z"


@contextmanager
def statements() -> Iterator[Counter[str]]:
    """How often statements that change something are sent, by their first three words."""
    sent: Counter[str] = Counter()

    def noted(_on: Any, _cursor: Any, text: str, *_others: Any) -> None:
        if not text.startswith("SELECT"):
            sent[" ".join(text.split()[:3])] += 1

    event.listen(Engine, "before_cursor_execute", noted)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", noted)


def read(vault: Vault, make, number: int, **fields: Any) -> Capture:
    """Seal one page and keep its document."""
    capture = vault.seal(make.fetched(b"page %d" % number, **fields)).capture
    vault.add_documents(capture, "pages/1", [make.document(capture, number)])
    return capture


def numbers(vault: Vault) -> list[str]:
    return [document.native_id for document in vault.documents()]


def fails_after(vault: Vault, make, number: int, before: Callable[[], object]) -> None:
    """A reading that does ``before``, keeps a document, and then breaks off."""
    capture = vault.seal(make.fetched(b"page %d" % number)).capture

    def found() -> Iterator[Document]:
        before()
        yield make.document(capture, number)

    def noticed() -> Iterator[Issue]:
        raise RuntimeError("broken off")
        yield

    with pytest.raises(RuntimeError):
        vault.add_documents(capture, "pages/1", found(), noticed())


def test_a_batch_writes_each_table_once(vault: Vault, make) -> None:
    frontier = vault.frontier("market")
    frontier.begin("m1", AT)
    frontier.add(Address(f"http://market/{n}") for n in range(20))
    taken = frontier.take(20, AT)
    with statements() as sent, vault.batch():
        for n, address in enumerate(taken):
            capture = read(vault, make, n)
            frontier.answered(address.url, status=200, capture=capture.seq)
    several = {text: number for text, number in sent.items() if number > 1}
    assert not several.keys() - {"INSERT INTO custody"}
    assert sent["INSERT INTO custody"] <= 3
    assert frontier.counts() == {"read": 20}
    assert not list(vault.verify())


def test_what_waits_is_seen(vault: Vault, make) -> None:
    with vault.batch():
        capture = read(vault, make, 1)
        assert vault.capture_at(capture.seq) == capture
        read(vault, make, 2)
        assert numbers(vault) == ["1", "2"]
        again = make.document(capture, 1)
        assert vault.add_documents(capture, "pages/2", [again]) == 0
        assert vault.add_documents(capture, "pages/3", []) == 0
        assert numbers(vault) == ["2"]
    assert not list(vault.verify())


def test_the_same_document_twice_in_a_batch_is_one(vault: Vault, make) -> None:
    with vault.batch():
        first = vault.seal(make.fetched(b"same")).capture
        second = vault.seal(make.fetched(b"same")).capture
        assert vault.add_documents(first, "pages/1", [make.document(first)]) == 1
        assert vault.add_documents(second, "pages/1", [make.document(second)]) == 0
    assert not list(vault.verify())


def test_issues_of_a_capture_that_waits_are_kept(vault: Vault, make) -> None:
    with vault.batch():
        capture = vault.seal(make.fetched()).capture
        vault.add_documents(capture, "pages/1", [], [Issue("note", "nothing on it")])
    assert [issue.message for _, issue in vault.issues()] == ["nothing on it"]


@pytest.mark.parametrize("steps", ["", "keep", "look", "keep look", "look keep", "keep look keep"])
def test_an_operation_that_fails_takes_back_its_own_rows_only(vault: Vault, make, steps) -> None:
    """Whether it had changed something at once, or written what waited, or both, or neither."""
    does = {
        "keep": lambda: vault.keep_cursor("market", "feed", 7),
        "look": lambda: vault.capture_at(1),
    }
    with vault.batch():
        read(vault, make, 1)
        fails_after(vault, make, 2, before=lambda: [does[step]() for step in steps.split()])
        assert numbers(vault) == ["1"]
        read(vault, make, 3)
    assert numbers(vault) == ["1", "3"]
    assert vault.cursor("market", "feed") is None
    assert not list(vault.verify())


def test_many_rows_do_not_wait(vault: Vault, make) -> None:
    capture = vault.seal(make.fetched()).capture
    with statements() as sent:
        vault.add_documents(capture, "pages/1", (make.document(capture, n) for n in range(1600)))
    assert sent["INSERT INTO documents"] == 4


def test_what_waits_is_there_for_rows_that_refer_to_it() -> None:
    waiting = Waiting()
    waiting.add(captures, [()])
    assert waiting.concerns("INSERT INTO instructions (reading) VALUES (?)")
    assert not waiting.concerns("INSERT INTO cursors (value) VALUES (?)")


def test_an_address_is_settled_once_also_in_a_batch(vault: Vault) -> None:
    frontier = vault.frontier("market")
    frontier.begin("m1", AT)
    frontier.add([Address("http://market/1")])
    frontier.take(1, AT)
    with vault.batch():
        frontier.answered("http://market/1", status=200, capture=None)
        with pytest.raises(EvidenceError, match="does not wait"):
            frontier.answered("http://market/1", status=200, capture=None)
    assert frontier.counts() == {"read": 1}


def test_what_does_not_wait_any_more_is_not_settled(vault: Vault) -> None:
    mine, other = vault.frontier("market"), vault.frontier("market")
    mine.begin("m1", AT)
    mine.add([Address("http://market/1")])
    mine.take(1, AT)
    assert other.round is not None
    other.answered("http://market/1", status=200, capture=None)
    with pytest.raises(EvidenceError, match="does not wait"):
        mine.answered("http://market/1", status=404, capture=None)
    mine.add([Address("http://market/2")])
    assert mine.counts() == {"read": 1, "waiting": 1}
