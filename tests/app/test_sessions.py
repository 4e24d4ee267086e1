"""Handing in a session as a person does it: logged, encrypted, its values nowhere to be found."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.sessions import forget, hand_in_session, session_rows
from collectors.sessions import load_session
from config.settings import Workspace
from model.errors import ConfigurationError
from vault.vault import open_vault

SPOOR = Path(sys.executable).with_name("spoor")
SECRET = "s3cr3t-VALUE-1f9a"
KEY = base64.b64encode(bytes(range(32))).decode()
ENVIRONMENT = {"SPOOR_SECRET_KEY": KEY}
SOURCE = """\
name: bazaar
route: clear
allow_private: true
start: ['https://market.example.org/']
mirrors: ['http://127.0.0.1:8001/']
"""
COOKIES = f"""\
#HttpOnly_market.example.org\tFALSE\t/\tTRUE\t4000000000\tsession\t{SECRET}
.example.org\tTRUE\t/\tFALSE\t0\tlang\t{SECRET}-2
bank.example\tFALSE\t/\tFALSE\t0\taccount\t{SECRET}-3
"""


@pytest.fixture
def bazaar(workspace: Workspace, tmp_path: Path) -> Workspace:
    (workspace.sources / "bazaar.yml").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "cookies.txt").write_text(COOKIES, encoding="utf-8")
    return workspace


def hand_in(workspace: Workspace) -> None:
    file = workspace.root.parent / "cookies.txt"
    hand_in_session(workspace, "bazaar", file, environment=ENVIRONMENT)


def spellings(value: str) -> list[bytes]:
    """A value as it stands, and in ways in which a careless program would hide it."""
    raw = value.encode()
    inner = [base64.b64encode(raw[at:])[:12] for at in range(3)]
    return [raw, raw[::-1], raw.hex().encode(), *inner, value.encode("utf-16-le")]


def files_with(folder: Path, value: str) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(each in path.read_bytes() for each in spellings(value))]


def test_who_handed_in_what_is_logged_and_the_values_are_nowhere(bazaar: Workspace) -> None:
    hand_in(bazaar)
    with open_vault(bazaar, write=False) as vault:
        (entry,) = vault.custody()
        assert list(vault.verify()) == []
    assert (entry.action, entry.subject) == ("session handed in", "bazaar")
    assert entry.who
    assert entry.details == {
        "cookies": [
            {"name": "session", "host": "market.example.org", "expires": "2096-10-02T07:06:40Z"},
            {"name": "lang", "host": "example.org", "expires": None},
        ],
        "left_out_expired": 0,
        "left_out_of_other_hosts": 1,
    }
    assert len(list(bazaar.root.rglob("*"))) > 8
    assert files_with(bazaar.root, SECRET) == []


def test_the_search_for_leaks_finds_them(bazaar: Workspace) -> None:
    (bazaar.root / "exports" / "leak").write_bytes(base64.b64encode(b"xx" + SECRET.encode()))
    assert len(files_with(bazaar.root, SECRET)) == 1


def test_what_is_shown(bazaar: Workspace) -> None:
    assert list(session_rows(bazaar, "bazaar", environment={})) == []
    hand_in(bazaar)
    rows = list(session_rows(bazaar, "bazaar", environment=ENVIRONMENT))
    assert [(row["name"], row["session"]) for row in rows] == [
        ("session", "can be used"),
        ("lang", "can be used"),
    ]
    assert SECRET not in str(rows)
    (row, _) = session_rows(bazaar, "bazaar", environment={})
    assert "SPOOR_SECRET_KEY" in row["session"]


def test_forgetting_is_logged(bazaar: Workspace) -> None:
    hand_in(bazaar)
    assert forget(bazaar, "bazaar")
    assert load_session(bazaar, "bazaar", environment={}) is None
    assert list(session_rows(bazaar, "bazaar", environment={})) == []
    with open_vault(bazaar, write=False) as vault:
        entry = list(vault.custody())[-1]
    assert entry.action == "session forgotten"
    assert [cookie["name"] for cookie in entry.details["cookies"]] == ["session", "lang"]
    assert not forget(bazaar, "bazaar")
    with open_vault(bazaar, write=False) as vault:
        assert len(list(vault.custody())) == 2


def test_a_session_that_is_not_logged_is_not_kept(
    bazaar: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("app.sessions._note", fail)
    with pytest.raises(OSError, match="disk full"):
        hand_in(bazaar)
    assert list(bazaar.secrets.iterdir()) == []


def test_a_header_line_is_for_the_host_named(bazaar: Workspace, tmp_path: Path) -> None:
    line = tmp_path / "line"
    line.write_text(f"Cookie: session={SECRET}\n", encoding="utf-8")
    for host, expected in (("", "market.example.org"), ("127.0.0.1", "127.0.0.1")):
        kept = hand_in_session(bazaar, "bazaar", line, host=host, environment=ENVIRONMENT)
        assert [one.host for one in kept.cookies] == [expected]
    with pytest.raises(ConfigurationError, match=r"bank\.example is no host of bazaar"):
        hand_in_session(bazaar, "bazaar", line, host="bank.example", environment=ENVIRONMENT)


def test_a_source_that_is_never_asked_takes_no_session(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "c"
    file.write_text("a=b", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no start address"):
        hand_in_session(workspace, "dream", file, environment=ENVIRONMENT)


def run(
    workspace: Workspace, *words: str, stdin: str = "", key: str = KEY
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SPOOR_WORKSPACE": str(workspace.root), "SPOOR_SECRET_KEY": key}
    return subprocess.run(
        [SPOOR, "sources", "cookies", "bazaar", *words],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def test_the_command_from_end_to_end(bazaar: Workspace) -> None:
    missing = run(bazaar, "-", stdin=f"session={SECRET}", key="")
    assert missing.returncode == 2
    assert "head -c 32 /dev/urandom | base64" in missing.stderr
    broken = run(bazaar, "-", stdin=f"{SECRET}\n\t{SECRET}")
    assert broken.returncode == 2
    kept = run(bazaar, "-", "--json", stdin=f"Cookie: session={SECRET}\n")
    assert kept.returncode == 0, kept.stderr
    assert '"name": "session"' in kept.stdout
    wrong = run(bazaar, key="another passphrase, long enough")
    assert "was locked with 32 random bytes" in wrong.stdout
    gone = run(bazaar, "--forget")
    assert "the session is forgotten" in gone.stderr
    for ran in (missing, broken, kept, wrong, gone):
        assert "Traceback" not in ran.stderr
        assert SECRET not in ran.stdout + ran.stderr
    assert files_with(bazaar.root, SECRET) == []
