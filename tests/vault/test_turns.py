"""Several threads and one vault: nothing is lost, nothing is seen half done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from config.settings import Workspace
from model.errors import EvidenceError
from vault.turns import Turns
from vault.vault import Address, Vault, open_vault

AT = "2026-01-01T00:00:00Z"
WAIT = 60.0
"""Seconds after which a thread that should have gone on is given up."""


def together(*works: Callable[[], object]) -> list[BaseException]:
    """Run each function in a thread of its own; what they raised."""
    raised: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()
    return raised


def visit(vault: Vault, make, source: str, pages: int) -> None:
    """What a collector does, in batches of one and of several pages."""
    frontier = vault.frontier(source)
    frontier.begin("m1", AT)
    frontier.add(Address(f"http://{source}/{n}") for n in range(pages))
    size = 1
    while taken := frontier.take(size, AT):
        with vault.batch():
            for address in taken:
                page = make.fetched(address.url.encode(), source=source, url=address.url)
                capture = vault.seal(page).capture
                vault.add_documents(capture, "pages/1", [make.document(capture)])
                frontier.answered(address.url, status=200, capture=capture.seq)
                frontier.note_request(AT)
        size = size % 4 + 1
    frontier.close("finished", AT)


def test_eight_threads_lose_nothing(workspace: Workspace, make) -> None:
    names = [f"source {n}" for n in range(8)]
    with open_vault(workspace) as vault:
        works = [lambda name=name: visit(vault, make, name, 30) for name in names]
        assert not together(*works)
    with open_vault(workspace) as vault:
        assert not list(vault.verify())
        assert len(list(vault.captures())) == len({one.url for one in vault.captures()}) == 240
        for name in names:
            [done] = vault.rounds(name)
            assert (done.outcome, done.pages, done.documents) == ("finished", 30, 30)
            assert vault.frontier(name).asked_since(AT) == 30


def test_the_end_of_any_batch_is_durable(vault: Vault, workspace: Workspace, make) -> None:
    """Also while another thread's batch is about to begin, or goes on for long."""
    begun, go_on = threading.Event(), threading.Event()

    def long() -> None:
        with vault.batch():
            vault.seal(make.fetched(b"long"))
            begun.set()
            assert go_on.wait(WAIT)

    def short() -> None:
        assert begun.wait(WAIT)
        threading.Timer(0.05, go_on.set).start()
        with vault.batch():
            vault.seal(make.fetched(b"short"))
        assert b"short" in stored(workspace)

    assert not together(long, short)


def stored(workspace: Workspace) -> list[bytes]:
    with open_vault(workspace, write=False) as reader:
        return [reader.payload(capture) for capture in reader.captures()]


def test_others_see_a_batch_whole_or_not_at_all(vault: Vault, make) -> None:
    half, looked = threading.Event(), threading.Event()

    def write() -> None:
        with vault.batch():
            vault.seal(make.fetched(b"1"))
            vault.put("a", 1)
            assert vault.get("a") == 1
            half.set()
            assert looked.wait(WAIT)
            vault.seal(make.fetched(b"2"))

    def read() -> None:
        assert half.wait(WAIT)
        assert vault.get("a") is None
        assert not list(vault.captures())
        assert not list(vault.verify())
        looked.set()

    assert not together(write, read)
    assert len(list(vault.captures())) == 2


def test_an_error_in_one_thread_is_not_that_of_another(vault: Vault, make) -> None:
    def fail() -> None:
        with vault.batch():
            vault.seal(make.fetched(b"before"))
            raise RuntimeError

    def write() -> None:
        for n in range(10):
            vault.seal(make.fetched(b"%d" % n))

    assert [type(error) for error in together(fail, write, fail)] == [RuntimeError, RuntimeError]
    assert len(list(vault.captures())) == 12
    assert not list(vault.verify())


def test_commits_are_shared_by_those_who_wait() -> None:
    commits: list[int] = []
    ended: list[int] = []
    turns = Turns(lambda: commits.append(len(ended)))

    def work(number: int) -> None:
        with turns.writing(), turns.writing():
            assert turns.is_mine
            until = time.monotonic() + WAIT
            while turns._waiting + 1 + len(ended) < 8 and time.monotonic() < until:
                time.sleep(0.001)
            ended.append(number)
        assert commits[-1] >= ended.index(number) + 1

    assert not together(*(lambda n=n: work(n) for n in range(8)))
    assert sorted(ended) == list(range(8))
    assert commits == [8]


def test_all_who_wait_are_told_of_a_commit_that_failed() -> None:
    first = threading.Event()

    def commit() -> None:
        raise EvidenceError("disk full")

    turns = Turns(commit)

    def work() -> None:
        with turns.writing():
            assert first.wait(WAIT)

    threading.Timer(0.2, first.set).start()
    assert [str(error) for error in together(work, work, work)] == ["disk full"] * 3


def test_one_who_only_looks_does_not_keep_others_from_committing() -> None:
    commits: list[int] = []
    turns = Turns(lambda: commits.append(1))
    begun, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with turns.writing():
            begun.set()
            assert go_on.wait(WAIT)

    def look() -> None:
        assert begun.wait(WAIT)
        threading.Timer(0.05, go_on.set).start()
        with turns.looking():
            assert turns.is_mine

    assert not together(write, look)
    assert commits == [1]


def test_a_broken_vault_is_broken_for_every_thread(vault: Vault, make) -> None:
    def fail(_connection: object) -> None:
        raise EvidenceError("disk full")

    vault._session.before_commit.append(fail)
    vault.frontier("market").note_request(AT)
    raised = together(*(lambda n=n: vault.seal(make.fetched(b"%d" % n)) for n in range(4)))
    assert len(raised) == 4
    assert all(isinstance(error, EvidenceError) for error in raised)
    assert not list(vault.captures())


@pytest.mark.parametrize("size", [1, 7])
def test_an_interrupted_wait_leaves_no_one_behind(size: int) -> None:
    """A thread that gives up waiting for its turn is not waited for."""
    turns = Turns(lambda: None)
    real = turns._changed.wait

    def interrupted(timeout: float | None = None) -> bool:
        turns._changed.wait = real  # type: ignore[method-assign]
        raise KeyboardInterrupt

    go_on, begun = threading.Event(), threading.Event()

    def write() -> None:
        with turns.writing():
            begun.set()
            assert go_on.wait(WAIT)

    def give_up() -> None:
        assert begun.wait(WAIT)
        turns._changed.wait = interrupted  # type: ignore[method-assign]
        try:
            with turns.writing():
                pass
        finally:
            go_on.set()

    raised = together(write, give_up)
    assert [type(error) for error in raised] == [KeyboardInterrupt]
    assert not together(*([write] * size))
