from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from model import identity
from model.errors import EvidenceError
from model.evidence import Document
from model.facts import Grades
from vault.vault import Vault, open_vault


@pytest.fixture
def documents(vault: Vault, make) -> list[Document]:
    capture = vault.seal(make.imported()).capture
    found = [make.document(capture, n) for n in range(20)]
    vault.add_documents(capture, "imports/1", found)
    return found


def test_statements_come_back_whole(vault: Vault, documents, make) -> None:
    wild = make.statement(
        documents[0],
        attributes={"text": "\ud800\x00象", "n": [1.5, None]},
        rule="r/1:\x00",
        first_seen="\ud800",
        grades=Grades("B", 2),
        tlp="RED",
        confidence=1,
        object=None,
        subject=identity.account("m\x00", "\ud800"),
    )
    assert vault.add_statements("enrich/1", [(documents[0].uid, [wild])]) == 1
    [found] = vault.statements()
    assert found == wild
    assert found.id == wild.id
    assert vault.statement(wild.id) == wild
    assert vault.statement("nothing") is None
    assert not list(vault.verify())


def test_the_same_again_adds_nothing(vault: Vault, documents, make) -> None:
    said = [(d.uid, [make.statement(d)]) for d in documents]
    assert vault.add_statements("enrich/1", said) == 20
    digest, entries = vault.statements_digest(), len(list(vault.custody()))
    assert vault.add_statements("enrich/1", said) == 0
    assert vault.statements_digest() == digest
    assert len(list(vault.custody())) == entries


def test_a_newer_extractor_supersedes_and_overwrites_nothing(vault, documents, make) -> None:
    old, kept = make.statement(documents[0], "+1"), make.statement(documents[0], "+2")
    new = make.statement(documents[0], "+3")
    uid = documents[0].uid
    vault.add_statements("enrich/1", [(uid, [old, kept])])
    before = vault.statements_digest()
    assert vault.add_statements("enrich/2", [(uid, [kept, new])]) == 1
    assert {s.id for s in vault.statements()} == {kept.id, new.id}
    assert [vault.stands(s.id) for s in (old, kept, new)] == [False, True, True]
    assert vault.statement(old.id) == old
    assert vault.statements_digest() != before
    assert vault.add_statements("enrich/3", [(uid, [old, kept])]) == 0
    assert vault.statements_digest() == before
    assert not list(vault.verify())


def test_extractors_of_other_names_stand_beside(vault: Vault, documents, make) -> None:
    uid, said = documents[0].uid, make.statement(documents[0])
    vault.add_statements("text/1", [(uid, [said])])
    vault.add_statements("image/1", [(uid, [said])])
    vault.add_statements("text/2", [(uid, [])])
    assert list(vault.statements()) == [said]
    vault.add_statements("image/2", [(uid, [])])
    assert not list(vault.statements())


def test_order_is_that_of_subject_predicate_object_id(vault: Vault, documents, make) -> None:
    said = []
    for document in documents:
        for predicate in ("USES", "DESCRIBED_AS"):
            who = identity.account("market", f"seller {int(document.native_id) % 5}")
            what = None if predicate == "DESCRIBED_AS" else identity.taxon(document.native_id)
            said.append(make.statement(document, subject=who, predicate=predicate, object=what))
    by_document = {d.uid: [s for s in said if s.document == d.uid] for d in documents}
    vault.add_statements("enrich/1", by_document.items())

    def key(one):
        return (one.subject.uid, one.predicate, one.object.uid if one.object else "", one.id)

    assert list(vault.statements()) == sorted(said, key=key)
    only = list(vault.statements({"USES"}))
    assert only == [one for one in sorted(said, key=key) if one.predicate == "USES"]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=4, deadline=None
)
@given(seed=st.integers(0, 10**6))
def test_any_order_gives_the_same_set(tmp_path_factory, workspace, make, seed: int) -> None:
    digests, streams = set(), set()
    for order in (None, random.Random(seed)):
        root = tmp_path_factory.mktemp("any")
        with open_vault(replace(workspace, root=Path(root))) as vault:
            capture = vault.seal(make.imported()).capture
            found = [make.document(capture, n) for n in range(6)]
            vault.add_documents(capture, "imports/1", found)
            said = [(d.uid, [make.statement(d, p) for p in ("+1", "+2")]) for d in found]
            if order is not None:
                order.shuffle(said)
                for uid, made in said:
                    order.shuffle(made)
                    vault.add_statements("enrich/1", [(uid, made)])
            else:
                vault.add_statements("enrich/1", said)
            digests.add(vault.statements_digest())
            streams.add(tuple(one.id for one in vault.statements()))
    assert len(digests) == len(streams) == 1


def test_only_documents_of_the_vault_can_be_spoken_of(vault: Vault, documents, make) -> None:
    with pytest.raises(EvidenceError, match="does not hold"):
        vault.add_statements("enrich/1", [("f" * 32, [])])
    with pytest.raises(EvidenceError, match="given for"):
        vault.add_statements("enrich/1", [(documents[0].uid, [make.statement(documents[1])])])
    assert not list(vault.statements())


def test_a_failed_addition_can_be_repeated(vault: Vault, documents, make) -> None:
    """Entities of the chunk that was undone are inserted again."""
    good = (documents[0].uid, [make.statement(documents[0])])
    bad = (documents[1].uid, [make.statement(documents[1], tlp=None)])
    with pytest.raises(IntegrityError, match=r"statements\.tlp"):
        vault.add_statements("enrich/1", [good, bad])
    assert vault.add_statements("enrich/1", [good]) == 1
    assert not list(vault.verify())


def test_a_stream_sees_one_moment(vault: Vault, documents, make) -> None:
    vault.add_statements("enrich/1", [(d.uid, [make.statement(d)]) for d in documents[:10]])
    stream = vault.statements()
    first = next(stream)
    vault.add_statements("enrich/1", [(d.uid, [make.statement(d)]) for d in documents[10:]])
    assert len([first, *stream]) == 10
    assert len(list(vault.statements())) == 20


def test_what_a_batch_added_is_streamed(vault: Vault, documents, make) -> None:
    with vault.batch():
        vault.add_statements("enrich/1", [(documents[0].uid, [make.statement(documents[0])])])
        assert len(list(vault.statements())) == 1
