"""Rounds of a source: each address once, in order, answered once, remembered for the next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from config.settings import Workspace
from model.errors import EvidenceError
from vault.vault import Address, Frontier, Vault, open_vault

AT = "2026-01-01T00:00:00Z"
LATER = "2026-01-01T01:00:00Z"


@pytest.fixture
def frontier(vault: Vault) -> Frontier:
    """That of a source whose first round was just begun."""
    begun = vault.frontier("market")
    begun.begin("m1", AT)
    return begun


def named(*urls: str) -> list[Address]:
    return [Address(url) for url in urls]


def urls(addresses: list[Address]) -> list[str]:
    return [address.url for address in addresses]


def test_addresses_come_in_order_and_once(frontier: Frontier) -> None:
    assert frontier.add(named("b", "a", "b", "c")) == 3
    assert frontier.add(named("a", "d")) == 1
    assert frontier.add(named("y", "z", "c"), first=True) == 2
    assert frontier.add([]) == 0
    assert urls(frontier.take(3, AT)) == ["y", "z", "b"]
    assert urls(frontier.take(9, AT)) == ["a", "c", "d"]
    assert frontier.take(9, AT) == []
    assert frontier.waiting() == 6


def test_addresses_come_back_as_given(frontier: Frontier) -> None:
    given = [
        Address("http://m/\ud800", 3, "http://m/\x00", "redirect", 2),
        Address("http://m/ü?a=%20", why="start"),
    ]
    frontier.add(given)
    assert frontier.take(2, AT) == given


def test_one_put_back_is_handed_out_again(frontier: Frontier) -> None:
    frontier.add(named("a", "b"))
    assert urls(frontier.take(1, AT)) == ["a"]
    assert urls(frontier.take(0, AT)) == []
    frontier.release("a")
    assert urls(frontier.take(2, AT)) == ["a", "b"]


def test_an_answer_is_final(frontier: Frontier) -> None:
    frontier.add(named("a", "b"))
    frontier.answered("a", status=404, capture=None, outcome="gone", reason="http-status")
    assert urls(frontier.take(9, AT)) == ["b"]
    frontier.give_up("b", reason="robots")
    assert frontier.counts() == {"given up": 1, "gone": 1}
    assert frontier.waiting() == 0
    assert frontier.next_due() is None
    for url in ("a", "b", "never added"):
        with pytest.raises(EvidenceError, match=f"{url} does not wait in round 1"):
            frontier.answered(url, status=200, capture=None)
        with pytest.raises(EvidenceError, match=f"{url} does not wait in round 1"):
            frontier.later(url, not_before=LATER, reason="timeout")
    assert [frontier.knows(url) for url in ("a", "b", "c")] == [True, True, False]


def test_an_answer_may_be_taken_back(vault: Vault, frontier: Frontier) -> None:
    frontier.add(named("a", "b", "c"))
    frontier.answered("b", status=200, capture=1, etag="1")
    assert not frontier.reopen("a")
    assert not frontier.reopen("never added")
    assert frontier.reopen("b")
    assert frontier.counts() == {"waiting": 3}
    assert urls(frontier.take(9, AT)) == ["b", "a", "c"]
    frontier.answered("b", status=200, capture=2)
    assert frontier.counts() == {"read": 1, "waiting": 2}


def test_what_was_put_off_takes_its_place_when_it_is_due(frontier: Frontier) -> None:
    frontier.add(named("a", "b", "c"))
    frontier.take(2, AT)
    frontier.later("a", not_before=LATER, reason="timeout")
    assert urls(frontier.take(9, AT)) == ["c"]
    assert frontier.next_due() == LATER
    frontier.release("b")
    assert frontier.next_due() == ""
    assert frontier.take(9, LATER) == [Address("a", attempts=1), Address("b")]
    frontier.later("a", not_before=LATER, reason="timeout")
    assert frontier.take(9, LATER) == [Address("a", attempts=2)]


def test_what_was_put_off_untried_counts_no_attempt(frontier: Frontier) -> None:
    frontier.add(named("a", "b"))
    frontier.take(2, AT)
    frontier.later("a", not_before=LATER, reason="quota", tried=False)
    frontier.later("b", not_before=LATER, reason="timeout")
    assert {one.url: one.attempts for one in frontier.take(2, LATER)} == {"a": 0, "b": 1}


def test_a_round_is_gone_on_with(workspace: Workspace) -> None:
    with open_vault(workspace) as vault:
        frontier = vault.frontier("market")
        assert frontier.round is None
        frontier.begin("m1", AT)
        frontier.add(named("a", "b"))
        frontier.answered("a", status=200, capture=1)
        frontier.take(1, AT)
    with open_vault(workspace) as vault:
        frontier = vault.frontier("market")
        assert frontier.round == vault.rounds("market")[0]
        assert frontier.add(named("a", "c")) == 1
        frontier.add(named("0"), first=True)
        assert urls(frontier.take(9, AT)) == ["0", "b", "c"]
        assert vault.frontier("forum").round is None


def test_a_round_ends_once_and_the_next_begins_empty(vault: Vault, frontier: Frontier) -> None:
    with pytest.raises(EvidenceError, match="market: round 1 is open"):
        frontier.begin("m1", AT)
    frontier.add(named("a", "b"))
    frontier.close("stopped:login", LATER)
    assert frontier.round is None
    assert frontier.take(9, AT) == []
    assert not frontier.counts()
    for change in (
        lambda: frontier.close("finished", LATER),
        lambda: frontier.add(named("c")),
        lambda: frontier.give_up("a", reason="x"),
    ):
        with pytest.raises(EvidenceError, match="no round is open"):
            change()
    assert frontier.begin("m2", LATER).id == 2
    assert frontier.take(9, AT) == []
    assert frontier.add(named("b")) == 1
    assert [one.outcome for one in vault.rounds("market")] == ["stopped:login", ""]
    assert [one.ended_at for one in vault.rounds("market")] == [LATER, None]


def answered_with(frontier: Frontier, capture: int | None, **fields: object) -> Address:
    """What the next round is told of an address that was answered so."""
    frontier.add(named("a"))
    frontier.answered("a", capture=capture, **fields)  # type: ignore[arg-type]
    frontier.close("finished", AT)
    frontier.begin("m1", AT)
    frontier.add(named("a"))
    [address] = frontier.take(1, AT)
    return address


def test_validators_outlive_rounds(frontier: Frontier) -> None:
    known = Address("a", etag='W/"\x00"', last_modified="Thu", capture=7)
    told = {"etag": known.etag, "last_modified": "Thu"}
    assert answered_with(frontier, 7, status=200, **told) == known
    assert answered_with(frontier, None, status=500, etag="no") == known
    assert answered_with(frontier, 8, status=304) == replace(known, capture=8)
    assert answered_with(frontier, 9, status=304, etag="2").etag == "2"
    assert answered_with(frontier, 9, status=200) == Address("a", capture=9)
    assert answered_with(frontier, 9, status=200, etag="x" * 1_001) == Address("a", capture=9)


def test_what_three_rounds_did_not_meet_is_forgotten(vault: Vault, frontier: Frontier) -> None:
    frontier.add(named("a", "b", "c"))
    frontier.answered("a", status=200, capture=1, etag="1")
    frontier.give_up("b", reason="robots")
    kept = []
    for _ in range(4):
        frontier.close("finished", AT)
        frontier.begin("m1", AT)
        with vault._session.operation() as connection:
            kept.append(connection.exec_driver_sql("SELECT url FROM frontier").scalars().all())
    assert kept == [["a"], ["a"], ["a"], []]


def test_pages_and_documents_are_counted(vault: Vault, frontier: Frontier, make) -> None:
    frontier.add(named("a", "b", "c"))
    with vault.batch():
        for number, url in enumerate("ab"):
            capture = vault.seal(make.fetched(b"%d" % number)).capture
            found = [make.document(capture, n) for n in range(number + 1)]
            vault.add_documents(capture, "pages/1", found)
            frontier.answered(url, status=200, capture=capture.seq)
        assert frontier.counts() == {"read": 2, "waiting": 1}
    frontier.answered("c", status=None, capture=None, outcome="robots")
    found = frontier.round
    assert found == vault.rounds("market")[0]
    assert (found.pages, found.documents) == (2, 3)
    assert frontier.counts() == {"read": 2, "robots": 1}


def test_an_error_undoes_its_own_change_only(vault: Vault, frontier: Frontier) -> None:
    frontier.add(named("a", "b"))
    frontier.take(2, AT)
    with vault.batch():
        frontier.answered("a", status=200, capture=None)
        with pytest.raises(EvidenceError):
            frontier.answered("x", status=200, capture=None)
    assert frontier.counts() == {"read": 1, "waiting": 1}
    frontier.release("b")
    assert urls(frontier.take(9, AT)) == ["b"]


def test_requests_are_counted_over_rounds_and_restarts(workspace: Workspace) -> None:
    with open_vault(workspace) as vault:
        frontier = vault.frontier("market")
        frontier.note_request("2026-01-01T10:00:59Z")
        frontier.note_request("2026-01-01T10:01:00Z")
        assert frontier.asked_since("2026-01-01T10:01:30Z") == 1
        frontier.begin("m1", AT)
        frontier.note_request("2026-01-01T10:01:59Z")
        assert vault.frontier("market").asked_since("2026-01-01T10:00:00Z") == 3
        assert vault.frontier("forum").asked_since(AT) == 0
    with open_vault(workspace) as vault:
        frontier = vault.frontier("market")
        assert frontier.asked_since("2026-01-01T10:00:00Z") == 3
        assert frontier.asked_since("2026-01-01T10:02:00Z") == 0
        frontier.close("finished", AT)
        frontier.begin("m1", "2026-01-20T00:00:00Z")
        assert frontier.asked_since(AT) == 0
    with open_vault(workspace, write=False) as vault:
        assert vault.frontier("market").round is not None


def test_requests_are_told_by_the_minute(vault: Vault, frontier: Frontier) -> None:
    for at in ("2026-01-01T00:00:59Z", "2026-01-01T00:02:10Z", "2026-01-01T00:02:20Z"):
        frontier.note_request(at)
    vault.frontier("other").note_request("2026-01-01T00:02:20Z")
    for moment, numbers in ((AT, [1, 2]), ("2026-01-01T00:01:30Z", [2])):
        told = frontier.asked_by_minute(moment)
        assert [number for _, number in told] == numbers
    assert told[0][0].isoformat() == "2026-01-01T00:02:00+00:00"


def test_cursors_are_kept_by_source_and_name(vault: Vault) -> None:
    assert vault.cursor("market", "page") is None
    vault.keep_cursor("market", "page", {"after": 3})
    vault.keep_cursor("market", "page", {"after": 4})
    vault.keep_cursor("forum", "page", None)
    assert vault.cursor("market", "page") == {"after": 4}
    assert vault.cursor("market", "other") is None


def test_taking_reads_only_what_it_hands_out(vault: Vault, frontier: Frontier) -> None:
    """No table scan: the plan of each question goes through an index."""
    frontier.add(Address(f"http://m/{n}") for n in range(100))
    asked: list[tuple[str, object]] = []

    def note(_c: object, _k: object, statement: str, parameters: object, *_rest: object) -> None:
        asked.append((statement, parameters))

    writer = vault._session._writer
    assert writer is not None
    event.listen(writer, "before_cursor_execute", note)
    with vault.batch():
        frontier.add(named("x"))
        frontier.take(5, LATER)
        frontier.later("x", not_before=LATER, reason="timeout")
        frontier.answered("http://m/1", status=200, capture=1)
        frontier.next_due()
        frontier.knows("x")
    event.remove(writer, "before_cursor_execute", note)
    asked = [one for one in asked if " frontier " in one[0] and "INSERT" not in one[0]]
    assert len(asked) >= 6
    for statement, parameters in asked:
        plan = writer.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        assert not [step for *_, step in plan if "SCAN" in step or "TEMP B-TREE" in step], statement


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.integers(0, 12), max_size=5), st.booleans()),
        st.tuples(st.just("take"), st.integers(1, 4)),
        st.tuples(st.sampled_from(["answer", "later", "release", "give up"])),
        st.tuples(st.just("restart")),
    ),
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(moves=MOVES)
def test_every_address_is_answered_once_whatever_happens(vault: Vault, moves) -> None:
    """Beside a plain list that does the same."""
    frontier = vault.frontier("market")
    if frontier.round is not None:
        frontier.close("left", AT)
    frontier.begin("m1", AT)
    order: list[str] = []
    done: list[str] = []
    out: list[str] = []
    for name, *rest in moves:
        if name == "add":
            fresh = [f"u{n}" for n in dict.fromkeys(rest[0]) if f"u{n}" not in [*order, *done]]
            given = (Address(f"u{n}") for n in rest[0])
            assert frontier.add(given, first=rest[1]) == len(fresh)
            order = fresh + order if rest[1] else order + fresh
        elif name == "take":
            free = [url for url in order if url not in out][: rest[0]]
            assert urls(frontier.take(rest[0], AT)) == free
            out += free
        elif name == "restart":
            frontier, out = vault.frontier("market"), []
        elif out:
            url = out.pop(0)
            if name in {"answer", "give up"}:
                order.remove(url)
                done.append(url)
            if name == "answer":
                frontier.answered(url, status=200, capture=None)
            elif name == "give up":
                frontier.give_up(url, reason="x")
            elif name == "later":
                frontier.later(url, not_before=AT, reason="x")
            else:
                frontier.release(url)
    assert frontier.waiting() == len(order)
    assert urls(vault.frontier("market").take(99, AT)) == order
