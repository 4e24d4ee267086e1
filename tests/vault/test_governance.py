from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from model.canonical import digest
from model.errors import ConfigurationError
from vault.custody import entry_chain
from vault.governance import mandate_digest
from vault.records import GENESIS
from vault.vault import Vault

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def test_mandates_come_back(vault: Vault, make) -> None:
    mandate = make.mandate(authority="\ud800", sources=("market", "forum"))
    vault.add_mandate(mandate)
    vault.add_mandate(mandate)
    assert vault.mandates() == [mandate]
    assert [(e.action, e.mandate) for e in vault.custody()] == [("mandate added", "m1")]


def test_conduct_comes_back_and_names_only_what_was_granted(vault: Vault, make) -> None:
    plain = make.mandate()
    wide = make.mandate(
        id="m2",
        media=True,
        ignore_robots=True,
        pages_per_day=0,
        quiet_hours="22:00-06:00",
        delay_seconds=2.5,
        concurrency=2,
    )
    vault.add_mandate(plain)
    vault.add_mandate(wide)
    assert vault.mandates() == [plain, wide]
    with pytest.raises(ConfigurationError, match="'m2' is recorded with other contents"):
        vault.add_mandate(make.mandate(id="m2", media=True, ignore_robots=True))
    before = {"id", "authority", "purpose", "sources", "valid_from", "valid_until", "legal_basis"}
    named = {name: getattr(plain, name) for name in before}
    assert mandate_digest(plain) == digest(named)


def test_a_mandate_is_never_changed(vault: Vault, make) -> None:
    vault.add_mandate(make.mandate())
    with pytest.raises(ConfigurationError, match="'m1' is recorded with other contents"):
        vault.add_mandate(make.mandate(purpose="curiosity"))


@pytest.mark.parametrize("name", ["id", "valid_from", "valid_until"])
def test_a_mandate_is_named_and_dated_legibly(vault: Vault, make, name: str) -> None:
    for value in ("", "\udcff", "a\nb"):
        with pytest.raises(ConfigurationError, match=name):
            vault.add_mandate(make.mandate(**{name: value}))


def test_a_mandate_ends_once(vault: Vault, make) -> None:
    with pytest.raises(ConfigurationError, match="no mandate 'm1'"):
        vault.end_mandate("m1", "done")
    vault.add_mandate(make.mandate())
    assert vault.mandate_for("market") is not None
    vault.end_mandate("m1", "done")
    [mandate] = vault.mandates()
    assert mandate.ended_at == "2026-01-01T00:00:05Z"
    assert vault.mandate_for("market") is None
    with pytest.raises(ConfigurationError, match="ended at"):
        vault.end_mandate("m1", "again")
    assert [e.details.get("why") for e in vault.custody()] == [None, "done"]
    assert not list(vault.verify())


def test_the_mandate_that_names_the_source_goes_first(vault: Vault, make) -> None:
    vault.add_mandate(make.mandate(id="all", sources=("*",), valid_from="2025-06"))
    vault.add_mandate(make.mandate(id="old"))
    vault.add_mandate(make.mandate(id="future", valid_from="2026-06"))
    assert [vault.mandate_for(name).id for name in ("market", "forum")] == ["old", "all"]


def test_judgements_are_kept_for_good(vault: Vault, make) -> None:
    first, second = make.judgement(why="\ud800 key"), make.judgement(verdict="different")
    for judgement in (first, second, first):
        vault.add_judgement(judgement)
    assert vault.judgements() == [first, second]
    assert not list(vault.verify())


@example(action="\ud800", details={"\x00": "\ud800"})
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(action=st.text(st.characters(), max_size=9), details=st.dictionaries(st.text(), VALUES))
def test_the_custody_log_keeps_anything_and_is_chained(vault: Vault, action, details) -> None:
    vault.record(action, action, details)
    entries = list(vault.custody())
    assert (entries[-1].action, entries[-1].subject) == (action, action)
    assert entries[-1].details == details
    assert entries[-1].who == "eva@desk"
    chain = GENESIS
    for number, entry in enumerate(entries, 1):
        assert (entry.seq, entry.previous, entry.chain) == (number, chain, entry_chain(entry))
        chain = entry.chain
