from __future__ import annotations

import dataclasses

import pytest

from model.errors import EvidenceError
from model.evidence import Image, Issue
from vault.vault import Vault


def test_documents_come_back_whole(vault: Vault, make) -> None:
    capture = vault.seal(make.imported()).capture
    wild = make.document(
        capture,
        native_id="\ud800\x00é",
        fields={"title": "\x00象牙", "text": "a\r\nb"},
        images=(Image("http://a/1.jpg", "tusk"),),
        links=("http://a/2",),
        extra={"deep": [1, {"x": None}]},
    )
    assert (
        vault.add_documents(capture, "imports/1", [wild], [Issue("note", "\ud800", "row 1")]) == 1
    )
    assert list(vault.documents()) == [wild]
    assert vault.document(wild.uid) == wild
    assert list(vault.issues()) == [(capture, Issue("note", "\ud800", "row 1"))]


def test_reading_again_adds_nothing(vault: Vault, make) -> None:
    capture = vault.seal(make.imported()).capture
    found = [make.document(capture, n) for n in range(1_200)]
    issues = [Issue("error", "bad", "row 7")]
    assert vault.add_documents(capture, "imports/1", iter(found), issues) == 1_200
    entries = len(list(vault.custody()))
    assert vault.add_documents(capture, "imports/1", found, issues) == 0
    assert len(list(vault.custody())) == entries
    assert list(vault.documents()) == found


def test_a_newer_reader_supersedes(vault: Vault, make) -> None:
    capture = vault.seal(make.imported()).capture
    first, second, third = (make.document(capture, n) for n in (1, 2, 3))
    vault.add_documents(capture, "imports/1", [first, second], [Issue("error", "row 3 unread")])
    vault.add_statements("enrich/1", [(d.uid, [make.statement(d)]) for d in (first, second)])
    better = dataclasses.replace(second, fields={"title": "better"})
    assert vault.add_documents(capture, "imports/2", [better, third]) == 2
    assert list(vault.documents()) == [better, third]
    assert vault.document(first.uid) is None
    assert vault.document(second.uid) == better
    assert not list(vault.issues())
    assert list(vault.unenriched("enrich/1")) == [better, third]
    assert not list(vault.statements())
    assert vault.statement(make.statement(first).id) is not None
    assert not list(vault.verify())


def test_documents_of_other_captures_are_left_alone(vault: Vault, make) -> None:
    one, two = (vault.seal(make.imported(payload)).capture for payload in (b"1", b"2"))
    vault.add_documents(one, "imports/1", [make.document(one)])
    vault.add_documents(two, "imports/2", [make.document(two)])
    assert len(list(vault.documents())) == 2
    assert len(list(vault.documents("lists"))) == 2
    assert not list(vault.documents("market"))


def test_the_same_bytes_fetched_twice_are_two_sightings(vault: Vault, make) -> None:
    for moment in ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"):
        capture = vault.seal(make.fetched(captured_at=moment)).capture
        vault.add_documents(capture, "pages/1", [make.document(capture)])
    assert [d.seen_at[:7] for d in vault.documents()] == ["2026-01", "2026-02"]


def test_a_second_record_of_the_same_identity_is_reported(vault: Vault, make) -> None:
    capture = vault.seal(make.imported()).capture
    document = make.document(capture)
    assert vault.add_documents(capture, "imports/1", [document, document]) == 1
    [(_, issue)] = vault.issues()
    assert (issue.severity, issue.locator) == ("error", "row 1")


def test_a_document_must_be_of_the_capture(vault: Vault, make) -> None:
    capture = vault.seal(make.imported()).capture
    stranger = make.document(capture, capture_sha256="0" * 64)
    with pytest.raises(EvidenceError, match="another capture"):
        vault.add_documents(capture, "imports/1", [make.document(capture), stranger])
    assert not list(vault.documents())


def test_a_reader_that_fails_half_way_leaves_nothing(vault: Vault, make) -> None:
    capture = vault.seal(make.imported()).capture

    def failing():
        yield from (make.document(capture, n) for n in range(700))
        raise RuntimeError("reader broke")

    with pytest.raises(RuntimeError), vault.batch():
        vault.add_documents(capture, "imports/1", failing())
    assert not list(vault.documents())
    assert vault.read_by(capture) is None
    assert vault.add_documents(capture, "imports/1", [make.document(capture)]) == 1
    assert not list(vault.verify())


def test_what_is_not_yet_enriched(vault: Vault, make) -> None:
    capture = vault.seal(make.imported()).capture
    found = [make.document(capture, n) for n in range(3)]
    vault.add_documents(capture, "imports/1", found)
    assert list(vault.unenriched("enrich/1")) == found
    vault.add_statements("enrich/1", [(found[1].uid, [])])
    assert list(vault.unenriched("enrich/1")) == [found[0], found[2]]
    assert list(vault.unenriched("enrich/2")) == found
    assert list(vault.unenriched("images/1")) == found


def test_enriching_while_looking_for_what_is_left(vault: Vault, make) -> None:
    capture = vault.seal(make.imported()).capture
    found = [make.document(capture, n) for n in range(1_300)]
    vault.add_documents(capture, "imports/1", found)
    with vault.batch():
        vault.add_statements("e/1", ((d.uid, [make.statement(d)]) for d in vault.unenriched("e/1")))
    assert not list(vault.unenriched("e/1"))
    assert len(list(vault.statements())) == 1_300
