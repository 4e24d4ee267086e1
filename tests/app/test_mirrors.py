"""``spoor sources mirrors``: addresses, how they fare, and signed lists handed in by a person."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pysequoia
import pytest
from pysequoia import SignatureMode

from app.mirrors import mirror_rows, take_mirror_list
from collectors.mirrors import CURSOR, Mirrors
from config.settings import Workspace
from config.sources import load_source
from vault.vault import open_vault

SPOOR = Path(sys.executable).with_name("spoor")


def onion(seed: int) -> str:
    """A v3 onion address with a checksum that holds."""
    key = hashlib.sha256(seed.to_bytes(4, "big")).digest()
    check = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + check + b"\x03").decode().lower() + ".onion"


A, B, C = onion(1), onion(2), onion(3)
SECRET = pysequoia.Tsk.generate("Bazaar <admin@bazaar>")


def clock() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)


@pytest.fixture
def bazaar(workspace: Workspace) -> Workspace:
    certificate = SECRET.extract_certificate()
    (workspace.sources / "bazaar.asc").write_text(str(certificate), encoding="ascii")
    (workspace.sources / "bazaar.yml").write_text(
        f"name: bazaar\nroute: tor\nstart: ['http://{A}/']\nmirrors: ['http://{B}/']\n"
        f"mirror_list:\n  url: http://{A}/mirrors.txt\n  key: bazaar.asc\n"
        f"  fingerprint: {certificate.fingerprint.upper()}\n",
        encoding="utf-8",
    )
    return workspace


def signed(folder: Path, *hosts: str) -> Path:
    text = "Mirrors:\n" + "".join(f"http://{host}/\n" for host in hosts)
    path = folder / "mirrors.txt"
    path.write_bytes(pysequoia.sign(SECRET.signer(), text.encode(), mode=SignatureMode.CLEAR))
    return path


def test_every_address_with_where_it_is_from_and_how_it_fares(
    bazaar: Workspace, tmp_path: Path
) -> None:
    reading = take_mirror_list(bazaar, "bazaar", signed(tmp_path, A, C), clock=clock)
    assert reading.accepted
    with open_vault(bazaar) as vault:
        source = load_source("bazaar", bazaar)
        mirrors = Mirrors(source, state=vault.cursor("bazaar", CURSOR))
        mirrors.next("service-down")
        mirrors.answered(f"http://{B}/item/1")
        vault.keep_cursor("bazaar", CURSOR, mirrors.state())
    first, second, third = mirror_rows(bazaar, "bazaar")
    assert [row["address"] for row in (first, second, third)] == [
        f"http://{host}/" for host in (A, B, C)
    ]
    assert [row["from"] for row in (first, second, third)] == [
        "source file",
        "source file",
        "signed list",
    ]
    assert first["verified"] == third["verified"]
    assert second["verified"] is None
    assert first["last_failure"]
    assert "down" in first["why"]
    assert second["last_answered"]
    assert [row["asked_first"] for row in (first, second, third)] == [False, True, False]


def test_the_decision_on_a_list_is_logged(bazaar: Workspace, tmp_path: Path) -> None:
    path = signed(tmp_path, C)
    take_mirror_list(bazaar, "bazaar", path, clock=clock)
    path.write_bytes(path.read_bytes().replace(C.encode(), B.encode()))
    refused = take_mirror_list(bazaar, "bazaar", path, clock=clock)
    assert not refused.accepted
    with open_vault(bazaar, write=False) as vault:
        taken, left = vault.custody()
        assert list(vault.verify()) == []
    assert (taken.action, taken.subject) == ("mirror list read", "bazaar")
    assert taken.details["added"] == [f"http://{C}/"]
    assert taken.details["fingerprint"] == SECRET.extract_certificate().fingerprint.upper()
    assert left.details["accepted"] is False
    assert "does not hold" in left.details["refused"]
    assert left.details["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [row["address"] for row in mirror_rows(bazaar, "bazaar")][-1] == f"http://{C}/"


def test_an_older_list_changes_nothing(bazaar: Workspace, tmp_path: Path) -> None:
    path = signed(tmp_path, C)
    take_mirror_list(bazaar, "bazaar", path, clock=clock)
    with open_vault(bazaar) as vault:
        state = vault.cursor("bazaar", CURSOR)
        assert state is not None
        state["list"]["signed_at"] = "2999-01-01T00:00:00Z"
        vault.keep_cursor("bazaar", CURSOR, state)
    reading = take_mirror_list(bazaar, "bazaar", path, clock=clock)
    assert "played again" in reading.refused


def test_a_source_of_saved_pages_has_no_address(workspace: Workspace) -> None:
    assert list(mirror_rows(workspace, "dream")) == []


def run(workspace: Workspace, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SPOOR, "sources", "mirrors", "bazaar", "--list", str(path), "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, "SPOOR_WORKSPACE": str(workspace.root)},
        check=False,
    )


def test_the_command(bazaar: Workspace, tmp_path: Path) -> None:
    path = signed(tmp_path, A)
    path.write_bytes(b"New: http://" + C.encode() + b"/\n" + path.read_bytes())
    ran = run(bazaar, path)
    assert ran.returncode == 0, ran.stderr
    assert "outside the signed text" in ran.stderr
    assert len(ran.stdout.splitlines()) == 2
    path.write_text("no list", encoding="utf-8")
    ran = run(bazaar, path)
    assert ran.returncode == 1
    assert "nothing on the page is signed" in ran.stderr
