from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.settings import Workspace
from model.clock import Clock
from model.errors import ConfigurationError, EvidenceError, PolicyRefusal
from vault.lock import VaultBusy
from vault.vault import open_vault


def test_one_writer_at_a_time_and_the_other_is_named(workspace: Workspace, clock: Clock) -> None:
    with open_vault(workspace, who="eva@desk", clock=clock):
        with pytest.raises(VaultBusy) as caught:
            open_vault(workspace, who="jan@desk")
        message = str(caught.value)
        assert "eva@desk" in message
        assert f"process {os.getpid()} on" in message
        assert "since 2026-01-01T00:00:01Z" in message
        assert "wait until" in message
    with open_vault(workspace, who="jan@desk"):
        pass


def test_readers_may_open_at_any_time(workspace: Workspace, make) -> None:
    with open_vault(workspace) as writer, open_vault(workspace, write=False) as reader:
        capture = writer.seal(make.fetched()).capture
        assert list(reader.captures()) == [capture]
        document = make.document(capture)
        writer.add_documents(capture, "pages/1", [document])
        writer.add_statements("enrich/1", [(document.uid, [make.statement(document)])])
        assert reader.statements_digest() == writer.statements_digest()
        with pytest.raises(EvidenceError, match="reading only"):
            reader.put("key", 1)


def test_a_workspace_without_a_vault_reads_as_empty(workspace: Workspace) -> None:
    with open_vault(workspace, write=False) as vault:
        assert not list(vault.captures())
        assert not list(vault.statements())
        assert not list(vault.verify())
        assert vault.get("key") is None
        assert vault.mandate_for("market") is None
    assert not list(workspace.vault.iterdir())


def test_a_vault_that_is_just_being_made_reads_as_empty(workspace: Workspace) -> None:
    (workspace.vault / "vault.db").touch()
    with open_vault(workspace, write=False) as vault:
        assert not list(vault.captures())


def test_a_forked_child_does_not_keep_the_lock(workspace: Workspace) -> None:
    code = (
        "import os, sys, time; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path\n"
        "from config.settings import load_workspace\n"
        "from vault.vault import open_vault\n"
        "vault = open_vault(load_workspace(Path(sys.argv[1])))\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    time.sleep(30)\n"
        "    os._exit(0)\n"
        "print(child, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = str(Path(__file__).resolve().parent.parent.parent)
    with subprocess.Popen(
        [sys.executable, "-c", code, str(workspace.root), root], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        try:
            assert process.wait() == -9
            with open_vault(workspace):
                pass
        finally:
            os.kill(child, 9)


def test_a_newer_schema_is_refused(workspace: Workspace) -> None:
    with open_vault(workspace):
        pass
    base = sqlite3.connect(workspace.vault / "vault.db")
    base.execute("UPDATE alembic_version SET version_num = '9999'")
    base.commit()
    base.close()
    for write in (True, False):
        with pytest.raises(ConfigurationError, match="newer spoor"):
            open_vault(workspace, write=write)


def test_an_older_schema_is_refused_to_readers(workspace: Workspace) -> None:
    with open_vault(workspace):
        pass
    base = sqlite3.connect(workspace.vault / "vault.db")
    base.execute("UPDATE alembic_version SET version_num = '0000'")
    base.commit()
    base.close()
    with pytest.raises(ConfigurationError, match="older schema 0000"):
        open_vault(workspace, write=False)


def test_a_failed_opening_gives_the_lock_back(workspace: Workspace) -> None:
    (workspace.vault / "vault.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(EvidenceError, match="not a database"):
        open_vault(workspace)
    with pytest.raises(EvidenceError, match="not a database"):
        open_vault(workspace, write=False)
    (workspace.vault / "vault.db").unlink()
    with open_vault(workspace):
        pass


def test_the_settings_that_make_writes_durable_hold(workspace: Workspace) -> None:
    with open_vault(workspace) as vault, vault._session.operation() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
    }


def test_a_batch_keeps_what_was_completed_before_an_error(workspace: Workspace, make) -> None:
    with open_vault(workspace) as vault:
        pages = [make.fetched(b"one"), make.fetched(b"never", mandate="nobody's")]
        with pytest.raises(PolicyRefusal), vault.batch():
            list(map(vault.seal, pages))
        assert len(list(vault.captures())) == 1
        with vault.batch(), vault.batch():
            vault.seal(make.fetched(b"two"))
            vault.seal(make.fetched(b"three"))
    with open_vault(workspace) as vault:
        assert [entry.subject for entry in vault.custody()] == [
            "captures 1 to 1",
            "captures 2 to 3",
        ]
        assert not list(vault.verify())


def test_a_write_that_can_not_be_committed_stops_the_vault(workspace: Workspace, make) -> None:
    """What a full disk does: the commit fails, nothing is acknowledged, the next start repairs."""
    with open_vault(workspace) as vault:
        vault.seal(make.fetched(b"one"))

        def fail(_connection: object) -> None:
            raise OSError(28, "No space left on device")

        vault._session.before_commit.append(fail)
        with pytest.raises(OSError, match="No space"):
            vault.seal(make.fetched(b"two"))
        with pytest.raises(EvidenceError, match="takes nothing more"):
            vault.seal(make.fetched(b"three"))
    with open_vault(workspace) as vault:
        assert [vault.payload(one) for one in vault.captures()] == [b"one"]
        assert len(vault.repairs) == 1
        assert not list(vault.verify())


def test_threads_may_share_a_vault(workspace: Workspace, make) -> None:
    with open_vault(workspace) as vault:
        threads = [
            threading.Thread(
                target=lambda n=n: [vault.seal(make.fetched(b"%d %d" % (n, k))) for k in range(5)]
            )
            for n in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(list(vault.captures())) == 20
        assert not list(vault.verify())
