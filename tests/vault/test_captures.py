from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from config.settings import Workspace
from model.clock import Clock
from model.errors import EvidenceError, PolicyRefusal
from vault.captures import MARKER, capture_chain, utc
from vault.records import GENESIS, Payload
from vault.vault import Vault, open_vault

REAL = st.binary(max_size=500).filter(lambda payload: MARKER not in payload)
WILD = st.text(st.characters(), max_size=20)


def test_sealed_bytes_come_back(vault: Vault, make) -> None:
    sealed = vault.seal(make.fetched(b"<html>tusk</html>"))
    assert sealed.new
    assert vault.payload(sealed.capture) == b"<html>tusk</html>"
    assert next(vault.captures()) == sealed.capture


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(payload=REAL, url=WILD, headers=st.lists(st.tuples(WILD, WILD)))
def test_anything_sealed_comes_back(vault: Vault, make, payload, url, headers) -> None:
    sealing = make.fetched(payload, url="http://" + url, final_url=url)
    capture = vault.seal(sealing).capture
    assert vault.payload(capture) == payload
    assert list(vault.captures(capture.seq - 1)) == [capture]
    assert capture.url == "http://" + url


def test_captures_are_chained(vault: Vault, make) -> None:
    first, second = (vault.seal(make.fetched(b"%d" % n)).capture for n in range(2))
    assert first.previous == GENESIS
    assert second.previous == first.chain == capture_chain(first)
    assert second.chain == capture_chain(second)
    assert (first.seq, second.seq) == (1, 2)


def test_the_same_import_adds_nothing(vault: Vault, make) -> None:
    first = vault.seal(make.imported(reading={"name": "a.csv"}))
    again = vault.seal(make.imported(reading={"name": "b.csv"}, captured_at="2026-05-05"))
    other = vault.seal(make.imported(source="other"))
    assert (first.new, again.new, other.new) == (True, False, True)
    assert again.capture == first.capture
    assert len(list(vault.captures())) == 2


def test_recorded_visits_are_the_same_by_address_and_moment(vault: Vault, make) -> None:
    visit = {"url": "http://a/", "status": 200}
    first = vault.seal(make.imported(**visit))
    again = vault.seal(make.imported(**visit))
    later = vault.seal(make.imported(**visit, captured_at="2026-05-05T00:00:00Z"))
    elsewhere = vault.seal(make.imported(url="http://b/", status=200))
    assert [one.new for one in (first, again, later, elsewhere)] == [True, False, True, True]


def test_every_fetch_is_a_capture(vault: Vault, make) -> None:
    sealed = [vault.seal(make.fetched(b"same")) for _ in range(2)]
    assert [one.new for one in sealed] == [True, True]
    assert vault.capture(sealed[0].capture.sha256) == sealed[0].capture
    assert vault.capture(sealed[0].capture.sha256, "elsewhere") is None


def test_an_import_can_be_read_in_another_way_later(vault: Vault, make) -> None:
    capture = vault.seal(make.imported(reading={"map": "a"})).capture
    vault.add_documents(capture, "imports/1", [make.document(capture)])
    assert vault.read_by(capture) == "imports/1"
    assert not list(vault.unread("imports/1"))
    assert list(vault.unread("imports/2")) == [capture]
    again = vault.seal(make.imported(reading={"map": "b"}))
    assert not again.new
    assert again.capture.reading == {"map": "b"}
    assert vault.read_by(again.capture) is None
    assert list(vault.unread("imports/1")) == [again.capture]
    assert [one.reading for one in vault.captures()] == [{"map": "b"}]
    assert [e.action for e in vault.custody()][-1] == "reading changed"
    assert not list(vault.verify())


def test_a_large_file_is_sealed_piecewise(vault: Vault, make, tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(os.urandom(1 << 20) * 3 + b"end")
    capture = vault.seal(make.imported(path)).capture
    assert capture.size == 3 * (1 << 20) + 3
    assert vault.payload(capture) == path.read_bytes()
    assert max(map(len, vault.pieces(capture))) <= 1 << 20


def test_files_are_rotated(workspace: Workspace, clock: Clock, make) -> None:
    with open_vault(workspace, clock=clock, rotate_bytes=2_000) as vault:
        for number in range(8):
            vault.seal(make.fetched(os.urandom(900) + b"%d" % number))
        names = {capture.warc_file for capture in vault.captures()}
        assert names == {p.name for p in (workspace.vault / "warc").iterdir()}
        assert sorted(names)[0] == "spoor-00001.warc.gz"
        assert len(names) > 2
        assert all(vault.payload(capture) for capture in vault.captures())
        assert not list(vault.verify())


def test_made_up_material_never_enters_a_real_workspace(vault: Vault, make) -> None:
    payload = b"x" * 3_000_000 + MARKER
    with pytest.raises(PolicyRefusal, match="made-up material"):
        vault.seal(make.fetched(payload))
    assert not list(vault.captures())
    entry = list(vault.custody())[-1]
    assert entry.action == "refused"
    assert entry.details["source"] == "market"


def test_real_material_never_enters_a_made_up_workspace(made_up: Workspace, make) -> None:
    with open_vault(made_up) as vault:
        vault.seal(make.fetched(b"<html>" + MARKER))
        with pytest.raises(PolicyRefusal, match="real material"), vault.batch():
            vault.seal(make.fetched(b"<html>"))
    with open_vault(made_up, write=False) as vault:
        assert [entry.action for entry in vault.custody()] == ["sealed", "refused"]
        assert len(list(vault.captures())) == 1


def test_the_mandate_named_must_be_recorded(vault: Vault, make) -> None:
    with pytest.raises(PolicyRefusal, match="no mandate 'm1'"):
        vault.seal(make.fetched(mandate="m1"))
    vault.add_mandate(make.mandate())
    assert vault.seal(make.fetched(mandate="m1")).capture.mandate == "m1"
    assert list(vault.custody())[-1].mandate == "m1"


def test_a_damaged_record_is_never_handed_out(workspace: Workspace, vault: Vault, make) -> None:
    capture = vault.seal(make.fetched()).capture
    path = workspace.vault / "warc" / capture.warc_file
    held = bytearray(path.read_bytes())
    held[capture.offset + capture.length // 2] ^= 1
    path.write_bytes(held)
    with pytest.raises(EvidenceError, match="capture 1 in spoor-00001"):
        vault.payload(capture)
    path.unlink()
    with pytest.raises(EvidenceError, match="No such file"):
        vault.payload(capture)


def test_one_capture_is_handed_out_as_a_warc_file(vault: Vault, make, tmp_path: Path) -> None:
    vault.seal(make.fetched(b"other"))
    capture = vault.seal(make.fetched(b"<html>tusk</html>")).capture
    vault.export_capture(capture, tmp_path / "one.warc.gz")
    with (tmp_path / "one.warc.gz").open("rb") as file:
        found = [
            (r.rec_headers["WARC-Record-ID"], r.content_stream().read())
            for r in ArchiveIterator(file, check_digests="raise")
            if r.rec_type == "response"
        ]
    assert found == [(f"<{capture.record_id}>", b"<html>tusk</html>")]
    with pytest.raises(FileExistsError):
        vault.export_capture(capture, tmp_path / "one.warc.gz")


def test_time_is_kept_in_utc() -> None:
    assert utc("2026-01-01T02:00:00+02:00") == "2026-01-01T00:00:00Z"
    assert utc("2026-01-01T00:00:00.5Z") == "2026-01-01T00:00:00.500000Z"
    assert utc("2026-01-01") == "2026-01-01T00:00:00Z"


def test_a_failed_seal_leaves_nothing(vault: Vault, make, tmp_path: Path) -> None:
    vault.seal(make.fetched(b"first"))
    with pytest.raises(FileNotFoundError):
        vault.seal(make.imported(tmp_path / "absent"))
    with pytest.raises(ValueError, match="isoformat"):
        vault.seal(make.fetched(b"second", captured_at="yesterday"))
    assert vault.seal(make.fetched(b"third")).capture.seq == 2
    assert not list(vault.verify())


def test_a_file_that_changes_while_it_is_sealed_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "growing.txt"
    path.write_bytes(b"one")
    payload = Payload(path)
    payload.check()
    path.write_bytes(b"one two")
    with pytest.raises(EvidenceError, match="changed while"):
        payload.check()
