"""What a source was searched for is counted once, with what brought it, or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import Workspace
from vault.searches import Planned
from vault.vault import Address, Vault, open_vault

AT = "2026-01-02T03:04:05Z"
LATER = "2026-01-02T03:05:00Z"
IVORY = Planned("ivory", "en", "Elephantidae", "", "taxon")
_NUMBERS = count()
TUSK = Planned("slagtand", "nl", "", "TUS", "product")


def test_pages_of_a_term_add_up_within_a_round(vault: Vault) -> None:
    store = vault.searches("market")
    store.keep_plan([IVORY, TUSK])
    store.asked(1, "ivory", AT, 20, 5)
    store.asked(1, "ivory", LATER, 3, 0)
    store.asked(2, "ivory", LATER, 1, 1)
    store.asked(1, "slagtand", AT, 0, 0)
    second, first, tusk = store.searches()
    assert (second.round, second.pages, second.answers, second.new) == (2, 1, 1, 1)
    assert (first.round, first.pages, first.answers, first.new) == (1, 2, 23, 5)
    assert (first.first_asked, first.last_asked, first.planned) == (AT, LATER, IVORY)
    assert (tusk.planned, tusk.pages, tusk.answers) == (TUSK, 1, 0)
    assert [one.planned for one in store.searches(2)] == [IVORY]


def test_sources_do_not_mix(vault: Vault) -> None:
    vault.searches("market").keep_plan([IVORY])
    vault.searches("market").asked(1, "ivory", AT, 1, 1)
    assert vault.searches("other").plan() == ()
    assert list(vault.searches("other").searches()) == []


def test_a_plan_replaces_the_one_before_and_keeps_its_order(vault: Vault) -> None:
    store = vault.searches("market")
    store.keep_plan([IVORY, TUSK, IVORY])
    assert store.plan() == vault.searches("market").plan() == (IVORY, TUSK)
    store.keep_plan([TUSK])
    assert vault.searches("market").plan() == (TUSK,)
    store.keep_plan([])
    assert vault.searches("market").plan() == ()


def test_what_was_asked_says_what_was_planned_then(vault: Vault) -> None:
    store = vault.searches("market")
    store.keep_plan([IVORY])
    vault.searches("market").asked(1, "ivory", AT, 1, 0)
    store.keep_plan([])
    store.asked(1, "unplanned", AT, 1, 0)
    ivory, other = store.searches()
    assert (ivory.planned, other.planned) == (IVORY, Planned("unplanned"))


def test_what_an_earlier_capture_holds_is_not_new(vault: Vault, make) -> None:
    first = vault.seal(make.fetched(b"1")).capture
    vault.add_documents(first, "r/1", [make.document(first, 1), make.document(first, 2)])
    then = vault.seal(make.fetched(b"2")).capture
    vault.add_documents(then, "r/1", [make.document(then, number) for number in (2, 3, 4)])
    store = vault.searches("market")
    seen = [("market", str(number)) for number in (2, 3, 4)]
    assert store.first_seen(then, seen) == 2
    assert store.first_seen(first, seen[:1]) == 1
    assert store.first_seen(then, [("other", "2"), *seen]) == 3
    assert store.first_seen(then, []) == 0


def test_answers_that_offer_goods_are_counted_by_address(vault: Vault, make) -> None:
    search = vault.seal(make.fetched(b"1", url="https://x.example/search?q=ivory")).capture
    other = vault.seal(make.fetched(b"2", url="https://x.example/search?q=rug")).capture
    found = [make.document(search, number) for number in (1, 2, 3)]
    vault.add_documents(search, "r/1", found)
    rug = make.document(other, 9)
    vault.add_documents(other, "r/1", [rug])
    offered = [(one.uid, [make.statement(one, predicate="OFFERS")]) for one in found[:2]]
    vault.add_statements("enrich/1", [*offered, (rug.uid, [make.statement(rug)])])
    store = vault.searches("market")
    assert list(store.offers()) == [("https://x.example/search?q=ivory", 2)]
    assert list(vault.searches("lists").offers()) == []
    vault.add_statements("enrich/2", [(found[0].uid, [])])
    assert list(store.offers()) == [("https://x.example/search?q=ivory", 1)]


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(words=st.lists(st.text(st.characters(), max_size=12), max_size=6))
def test_any_term_comes_back_as_it_was(vault: Vault, words: list[str]) -> None:
    store = vault.searches(f"source {next(_NUMBERS)}")
    terms = tuple(dict.fromkeys(Planned(word, "en") for word in words))
    store.keep_plan(terms)
    assert store.plan() == terms
    with vault.batch():
        for word in words:
            store.asked(1, word, AT, 1, 1)
    assert {one.planned.term for one in store.searches()} == set(words)
    assert sum(one.pages for one in store.searches()) == len(words)


_WRITER = """
    import os, signal, sys
    from pathlib import Path
    from config.settings import load_workspace
    from vault.vault import open_vault

    with open_vault(load_workspace(Path(sys.argv[1]))) as vault:
        frontier, store = vault.frontier("market"), vault.searches("market")
        for number in range(200):
            with vault.batch():
                frontier.take(1, "2026-01-02T03:04:05Z")
                frontier.answered(f"a{number:03}", status=200, capture=None)
                if number == int(sys.argv[2]):
                    os.kill(os.getpid(), signal.SIGKILL)
                store.asked(1, "ivory", "2026-01-02T03:04:05Z", 10, 2)
"""


@pytest.mark.parametrize("killed_at", [0, 7, 40])
def test_a_killed_run_counts_as_many_pages_as_the_frontier(
    workspace: Workspace, killed_at: int
) -> None:
    with open_vault(workspace) as vault:
        frontier = vault.frontier("market")
        frontier.begin("m1", AT)
        frontier.add(Address(f"a{number:03}") for number in range(200))
    command = [sys.executable, "-c", textwrap.dedent(_WRITER), str(workspace.root), str(killed_at)]
    done = subprocess.run(command, check=False, env=dict(os.environ), timeout=120)
    assert done.returncode == -signal.SIGKILL
    with open_vault(workspace) as vault:
        answered = vault.frontier("market").counts().get("read", 0)
        pages = sum(one.pages for one in vault.searches("market").searches())
        assert pages == answered == killed_at
