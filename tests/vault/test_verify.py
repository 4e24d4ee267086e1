"""Every kind of damage is done on purpose, found, and named."""

from __future__ import annotations

import gzip
import json
import sqlite3
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import Workspace
from model.errors import EvidenceError
from model.evidence import Capture
from vault.capture_rows import capture_chain
from vault.custody import entry_chain
from vault.vault import open_vault

FIRST = "spoor-00001.warc.gz"
Kinds = Callable[[Workspace], list[tuple[str, str]]]


def captures(workspace: Workspace) -> list[Capture]:
    with open_vault(workspace, write=False) as vault:
        return list(vault.captures())


def in_first(workspace: Workspace) -> list[Capture]:
    return [one for one in captures(workspace) if one.warc_file == FIRST]


def warc(workspace: Workspace, name: str = FIRST) -> Path:
    return workspace.vault / "warc" / name


def member(held: bytes | bytearray, capture: Capture) -> bytes:
    return bytes(held[capture.offset : capture.offset + capture.length])


def tamper(workspace: Workspace, *statements: str, checked: bool = False) -> None:
    """Change rows behind the vault's back, with its triggers put back afterwards."""
    base = sqlite3.connect(workspace.vault / "vault.db")
    base.execute(f"PRAGMA foreign_keys={int(checked)}")
    triggers = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        base.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert base.execute(statement).rowcount != 0
    for _, text in triggers:
        base.execute(text)
    base.commit()
    base.close()


def test_nothing_is_wrong_with_a_sound_vault(filled: Workspace, kinds: Kinds) -> None:
    assert kinds(filled) == []
    assert len({one.warc_file for one in captures(filled)}) > 1
    assert len(in_first(filled)) > 2


def test_nothing_is_wrong_with_an_empty_vault(workspace: Workspace, kinds: Kinds) -> None:
    assert kinds(workspace) == []
    with open_vault(workspace):
        pass
    assert kinds(workspace) == []


def test_progress_is_told_in_bytes(filled: Workspace) -> None:
    told: list[tuple[int, int]] = []
    with open_vault(filled, write=False) as vault:
        assert not list(vault.verify(lambda done, total: told.append((done, total))))
    assert len(told) == 6
    assert told == sorted(told)
    assert told[-1][0] <= told[-1][1]


# files


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_any_flipped_bit_of_a_file_is_named(filled: Workspace, kinds: Kinds, data) -> None:
    path = warc(filled)
    held = path.read_bytes()
    place = data.draw(st.integers(0, len(held) - 1))
    changed = bytearray(held)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(changed)
    try:
        found = kinds(filled)
    finally:
        path.write_bytes(held)
    hit = [one for one in in_first(filled) if one.offset <= place < one.offset + one.length]
    offset = hit[0].offset if hit else 0
    assert found == [("altered", f"{FIRST} byte {offset}")]


def test_a_removed_record_is_named(filled: Workspace, kinds: Kinds) -> None:
    path, victim = warc(filled), in_first(filled)[1]
    held = path.read_bytes()
    path.write_bytes(held[: victim.offset] + held[victim.offset + victim.length :])
    assert kinds(filled) == [("removed", f"{FIRST} byte {victim.offset}")]


def test_a_removed_last_record_is_a_truncation(filled: Workspace, kinds: Kinds) -> None:
    path, victim = warc(filled), in_first(filled)[-1]
    path.write_bytes(path.read_bytes()[: victim.offset])
    assert kinds(filled) == [("truncated", f"{FIRST} byte {victim.offset}")]


def test_swapped_records_are_named(filled: Workspace, kinds: Kinds) -> None:
    path, (one, two) = warc(filled), in_first(filled)[:2]
    held = path.read_bytes()
    assert one.offset + one.length == two.offset
    rest = held[two.offset + two.length :]
    path.write_bytes(held[: one.offset] + member(held, two) + member(held, one) + rest)
    assert kinds(filled) == [("swapped", f"{FIRST} captures 1, 2")]


def test_an_added_record_is_named(filled: Workspace, kinds: Kinds, make) -> None:
    path, victim = warc(filled), in_first(filled)[1]
    held = path.read_bytes()
    copied = member(held, in_first(filled)[0])
    path.write_bytes(held[: victim.offset] + copied + held[victim.offset :])
    assert kinds(filled) == [("added", f"{FIRST} byte {victim.offset}")]
    path.write_bytes(held + copied)
    assert kinds(filled) == [("added", f"{FIRST} byte {len(held)}")]
    path.write_bytes(held + b"loose bytes")
    assert kinds(filled) == [("added", f"{FIRST} byte {len(held)}")]


def test_a_forged_record_of_the_right_form_is_named(filled: Workspace, kinds: Kinds) -> None:
    """Another content under the same record id, compressed well, is still not what was sealed."""
    path, victim = warc(filled), in_first(filled)[1]
    held = path.read_bytes()
    text = gzip.decompress(member(held, victim)).replace(b"tusk", b"bone")
    forged = gzip.compress(text, mtime=0)
    forged = bytes.fromhex("1f8b08000000000000ff") + forged[10:]
    path.write_bytes(held[: victim.offset] + forged + held[victim.offset + victim.length :])
    assert kinds(filled) == [("altered", f"{FIRST} byte {victim.offset}")]


def test_a_flip_that_inflates_to_the_same_is_named(filled: Workspace, kinds: Kinds) -> None:
    """The padding of a stored block says nothing; only the member's digest tells."""
    path, victim = warc(filled), in_first(filled)[1]
    held = bytearray(path.read_bytes())
    before = gzip.decompress(member(held, victim))
    held[victim.offset + 10] ^= 0x80
    assert gzip.decompress(member(held, victim)) == before
    path.write_bytes(held)
    with open_vault(filled, write=False) as vault:
        assert vault.payload(victim)
    assert kinds(filled) == [("altered", f"{FIRST} byte {victim.offset}")]


def test_a_forged_content_with_a_right_checksum_is_not_handed_out(filled, kinds) -> None:
    path, victim = warc(filled), in_first(filled)[1]
    held = path.read_bytes()
    true = gzip.decompress(member(held, victim))
    false = true.replace(b"tusk", b"bone")
    old, new = (struct.pack("<I", zlib.crc32(text)) for text in (true, false))
    forged = member(held, victim).replace(b"tusk", b"bone").replace(old, new)
    assert gzip.decompress(forged) == false
    path.write_bytes(held.replace(member(held, victim), forged))
    with (
        open_vault(filled, write=False) as vault,
        pytest.raises(EvidenceError, match="SHA-256 differs"),
    ):
        vault.payload(victim)
    assert kinds(filled) == [("altered", f"{FIRST} byte {victim.offset}")]


def test_a_record_of_the_same_content_is_not_taken_for_another(workspace, kinds, make) -> None:
    with open_vault(workspace) as vault:
        one, two = (vault.seal(make.fetched(make.noise(99))).capture for _ in range(2))
        assert (one.length, one.sha256) == (two.length, two.sha256)
        held = warc(workspace).read_bytes()
        swapped = held[: one.offset] + member(held, two) + member(held, one)
        warc(workspace).write_bytes(swapped)
        with pytest.raises(EvidenceError, match="stands in its place"):
            vault.payload(one)
    assert kinds(workspace) == [("swapped", f"{FIRST} captures 1, 2")]


@pytest.mark.parametrize("keep", [0, 5, 700])
def test_a_truncated_file_is_named(filled: Workspace, kinds: Kinds, keep: int) -> None:
    path = warc(filled)
    path.write_bytes(path.read_bytes()[:keep])
    assert ("truncated", f"{FIRST} byte {keep}") in kinds(filled)


def test_a_missing_file_is_named(filled: Workspace, kinds: Kinds) -> None:
    warc(filled).unlink()
    assert kinds(filled) == [("missing", FIRST)]
    with pytest.raises(EvidenceError, match="is missing"):
        open_vault(filled)


def test_an_unknown_file_is_named(filled: Workspace, kinds: Kinds) -> None:
    warc(filled, "stranger.warc.gz").write_bytes(b"x")
    assert kinds(filled) == [("added", "stranger.warc.gz")]


def test_several_damages_are_all_named(filled: Workspace, kinds: Kinds) -> None:
    path, (one, two, three) = warc(filled), in_first(filled)[:3]
    held = bytearray(path.read_bytes())
    held[one.offset + 30] ^= 4
    path.write_bytes(held[: two.offset] + held[three.offset :])
    found = kinds(filled)
    assert ("removed", f"{FIRST} byte {two.offset}") in found
    assert ("altered", f"{FIRST} byte {one.offset}") in found
    assert len(found) == 2


def test_a_damaged_file_of_nested_records_is_looked_through(workspace, kinds, make) -> None:
    """A sealed WARC file holds records itself; they are not taken for records of ours."""
    with open_vault(workspace) as vault:
        inner = vault.seal(make.fetched(b"inner")).capture
        held = warc(workspace).read_bytes()
        outer = vault.seal(make.imported(member(held, inner) * 3)).capture
        vault.seal(make.fetched(b"last"))
    held = bytearray(warc(workspace).read_bytes())
    held[outer.offset + 40] ^= 1
    warc(workspace).write_bytes(held)
    assert kinds(workspace) == [("altered", f"{FIRST} byte {outer.offset}")]


# rows


def test_an_edited_capture_row_is_named(filled: Workspace, kinds: Kinds) -> None:
    tamper(filled, "UPDATE captures SET url = 'http://other.onion/' WHERE seq = 2")
    assert kinds(filled) == [("edited", "captures row 2")]


@pytest.mark.parametrize("column", ["sha256", "headers", "captured_at", "offset", "reading"])
def test_an_edit_of_any_column_is_named(filled: Workspace, kinds: Kinds, column: str) -> None:
    value = "offset + 1" if column == "offset" else "'[[x'"
    tamper(filled, f'UPDATE captures SET "{column}" = {value} WHERE seq = 2')
    assert ("edited", "captures row 2") in kinds(filled)


def test_a_row_edited_with_its_chain_hash_is_named(filled: Workspace, kinds: Kinds) -> None:
    """Whoever recomputes one hash breaks the next link, the custody log or the recorded head."""
    for victim in captures(filled):
        changed = replace(victim, url="http://other.onion/")
        chain, was = capture_chain(changed), victim.chain
        back = f"UPDATE captures SET url = '{victim.url}', chain = '{was}' WHERE seq = {victim.seq}"
        tamper(
            filled,
            f"UPDATE captures SET url = '{changed.url}', chain = '{chain}'"
            f" WHERE seq = {victim.seq}",
        )
        assert {kind for kind, _ in kinds(filled)} == {"edited"}
        tamper(filled, back)
    assert kinds(filled) == []


def test_a_removed_capture_row_is_named(filled: Workspace, kinds: Kinds) -> None:
    tamper(filled, "DELETE FROM captures WHERE seq = 2")
    found = kinds(filled)
    assert ("removed", "captures row 2") in found
    assert ("added", f"{FIRST} byte {in_first(filled)[0].offset + in_first(filled)[0].length}") in (
        found
    )


def test_removed_last_rows_are_named(filled: Workspace, kinds: Kinds) -> None:
    tamper(filled, "DELETE FROM captures WHERE seq >= 5")
    assert ("removed", "captures rows 5 to 6") in kinds(filled)
    with pytest.raises(EvidenceError, match="captures: the last row"):
        open_vault(filled)


def test_an_edited_custody_entry_is_named(filled: Workspace, kinds: Kinds) -> None:
    tamper(filled, "UPDATE custody SET who = 'nobody' WHERE seq = 3")
    assert ("edited", "custody row 3") in kinds(filled)


def test_a_custody_entry_edited_with_its_chain_hash_is_named(filled, kinds) -> None:
    with open_vault(filled, write=False) as vault:
        entry = list(vault.custody())[2]
    chain = entry_chain(replace(entry, who="nobody"))
    tamper(filled, f"UPDATE custody SET who = 'nobody', chain = '{chain}' WHERE seq = 3")
    assert ("edited", "custody row 4") in kinds(filled)


def test_a_removed_custody_entry_is_named(filled: Workspace, kinds: Kinds) -> None:
    tamper(filled, "DELETE FROM custody WHERE seq = 3")
    assert ("removed", "custody row 3") in kinds(filled)


def test_a_removed_custody_tail_is_named(filled: Workspace, kinds: Kinds) -> None:
    last = len(list(open_vault(filled, write=False).custody()))
    tamper(filled, f"DELETE FROM custody WHERE seq = {last}")
    assert ("removed", f"custody row {last}") in kinds(filled)


def test_a_tail_removed_with_its_head_is_found_by_the_noted_heads(filled, kinds) -> None:
    last = list(open_vault(filled, write=False).custody())[-2]
    tamper(
        filled,
        f"DELETE FROM custody WHERE seq > {last.seq}",
        f"UPDATE heads SET custody_seq = {last.seq}, custody_chain = '{last.chain}'",
    )
    assert ("edited", "heads.log line 1") in kinds(filled)


def test_a_damaged_note_of_heads_is_named(filled: Workspace, kinds: Kinds) -> None:
    path = filled.vault / "heads.log"
    path.write_text("x" + path.read_text().replace("captures 6", "captures six") + "cut")
    assert kinds(filled) == [("edited", "heads.log line 1")]


def test_edited_statements_are_named(filled: Workspace, kinds: Kinds) -> None:
    tamper(filled, 'UPDATE statements SET attributes = \'{"context":"escrow"}\' WHERE seq = 4')
    assert kinds(filled) == [("edited", "statements row 4")]


def test_a_statement_edited_with_its_id_is_noticed(filled: Workspace, kinds: Kinds) -> None:
    with open_vault(filled, write=False) as vault:
        said = next(vault.statements({"USES"}))
    forged = replace(said, attributes={"context": "escrow"}).id
    tamper(
        filled,
        f"UPDATE statements SET attributes = '{{\"context\":\"escrow\"}}', id = '{forged}'"
        f" WHERE id = '{said.id}'",
        f"UPDATE standing SET statement = '{forged}' WHERE statement = '{said.id}'",
    )
    assert ("edited", "statements rows 1 to 36") in kinds(filled)


def test_removed_statements_are_named(filled: Workspace, kinds: Kinds) -> None:
    tamper(
        filled,
        "DELETE FROM standing WHERE statement = (SELECT id FROM statements WHERE seq = 4)",
        "DELETE FROM statements WHERE seq = 4",
    )
    assert kinds(filled) == [("removed", "statements row 4"), ("edited", "statements")]


def test_added_statements_are_named(filled: Workspace, kinds: Kinds) -> None:
    columns = "subject, predicate, object, attributes, capture_sha256, source, document, rule"
    columns += ", first_seen, last_seen, confidence, reliability, credibility, tlp"
    tamper(
        filled,
        f"INSERT INTO statements (seq, id, {columns})"
        f" SELECT 1000, 'forged', {columns} FROM statements WHERE seq = 1",
    )
    assert kinds(filled) == [("added", "statements row 1000")]


def test_a_hidden_statement_is_noticed(filled: Workspace, kinds: Kinds) -> None:
    tamper(
        filled,
        "UPDATE standing SET ended = 'enrich/9'"
        " WHERE statement = (SELECT id FROM statements WHERE seq = 4)",
    )
    assert kinds(filled) == [("edited", "statements")]


def test_an_edited_entity_is_named(filled: Workspace, kinds: Kinds) -> None:
    tamper(filled, "UPDATE entities SET key = '[\"market\",\"carl\"]' WHERE label = 'Account'")
    [(kind, place)] = kinds(filled)
    assert kind == "edited"
    assert place.startswith("entities row account-")


def test_edited_and_removed_documents_are_named(filled: Workspace, kinds: Kinds) -> None:
    tamper(filled, "UPDATE documents SET payload = replace(payload, 'Ivory', 'Bone') WHERE seq = 3")
    assert kinds(filled) == [("edited", "documents row 3")]
    tamper(filled, "DELETE FROM documents WHERE seq = 3")
    assert kinds(filled) == [("removed", "documents row 3"), ("edited", "documents")]


def test_a_hidden_document_is_noticed(filled: Workspace, kinds: Kinds) -> None:
    tamper(filled, "UPDATE documents SET current = 0 WHERE seq = 3")
    assert kinds(filled) == [("edited", "documents")]


def test_tampering_with_decisions_is_named(filled: Workspace, kinds: Kinds) -> None:
    tamper(filled, "UPDATE judgements SET verdict = 'different'")
    assert kinds(filled) == [("edited", "judgements row 1")]
    tamper(filled, "DELETE FROM judgements")
    assert kinds(filled) == [("removed", "judgements row 1")]
    tamper(filled, "UPDATE mandates SET purpose = 'curiosity'", "DELETE FROM mandate_ends")
    assert set(kinds(filled)) == {
        ("removed", "judgements row 1"),
        ("edited", "mandates row m1"),
        ("removed", "mandate_ends row m1"),
    }


@pytest.mark.parametrize(
    ("conduct", "edit"),
    [
        ({"pages_per_day": 0}, "pages_per_day = NULL"),
        ({}, "pages_per_day = 0"),
        ({}, "media = 1"),
        ({"ignore_robots": True}, "ignore_robots = 0"),
        ({"quiet_hours": "22:00-06:00"}, "quiet_hours = ''"),
        ({"delay_seconds": 5.0}, "delay_seconds = 0.5"),
        ({}, "concurrency = 32"),
    ],
)
def test_edited_conduct_is_named(workspace, kinds, make, conduct, edit: str) -> None:
    with open_vault(workspace) as vault:
        vault.add_mandate(make.mandate(**conduct))
    tamper(workspace, f"UPDATE mandates SET {edit}")
    assert kinds(workspace) == [("edited", "mandates row m1")]


def test_a_reading_changed_behind_the_log_is_named(workspace, kinds, make) -> None:
    with open_vault(workspace) as vault:
        vault.seal(make.imported(reading={"map": "a"}))
        vault.seal(make.imported(reading={"map": "b"}))
    tamper(workspace, f"UPDATE instructions SET reading = '{json.dumps({'map': 'c'})}'")
    assert kinds(workspace) == [("edited", "instructions row 1")]


def test_missing_triggers_and_references_are_named(filled: Workspace, kinds: Kinds) -> None:
    base = sqlite3.connect(filled.vault / "vault.db")
    base.execute("DROP TRIGGER custody_no_update")
    base.execute("DELETE FROM runs")
    base.commit()
    base.close()
    with open_vault(filled, write=False) as vault:
        [damage] = vault.verify()
    assert damage.kind == "database"
    assert "custody_no_update" in damage.message


# beside a writer


def test_a_writer_at_work_is_no_damage(filled: Workspace, make) -> None:
    with open_vault(filled) as writer, open_vault(filled, write=False) as reader:
        check = reader.verify()
        assert not list(check)
        with writer.batch():
            writer.seal(make.fetched(b"not yet committed"))
            assert not list(reader.verify())
        assert not list(reader.verify())


def test_bytes_of_an_interrupted_write_are_named_until_repaired(filled, kinds) -> None:
    last = captures(filled)[-1]
    path = warc(filled, last.warc_file)
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"half a record")
    assert kinds(filled) == [("added", f"{last.warc_file} byte {size}")]
    with open_vault(filled) as vault:
        assert "13 bytes" in vault.repairs[0]
    assert kinds(filled) == []
