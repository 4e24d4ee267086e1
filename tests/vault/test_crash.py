"""A writer killed at any moment loses nothing it acknowledged, and the next one repairs."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Workspace
from vault.vault import Vault, open_vault

WRITER = Path(__file__).with_name("crash_writer.py")
KILLS = int(os.environ.get("SPOOR_KILLS", "10"))
"""How often to kill; ``SPOOR_KILLS=100 pytest tests/vault/test_crash.py`` for a long run."""


class Writers:
    """Writing processes, started one after the other and killed."""

    def __init__(self, workspace: Workspace, work: str) -> None:
        self._server = subprocess.Popen(
            [sys.executable, str(WRITER), str(workspace.root), work],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def killed(self, seed: int) -> list[str]:
        """Start a writer, kill it at a random moment; what it was told is durable."""
        chance = random.Random(seed)
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        print(seed, file=self._server.stdin, flush=True)
        told: list[str] = []
        wanted, pid = chance.choice((0, 1, 2, 20)), 0
        while pid == 0 or len(told) < wanted:
            line = self._server.stdout.readline()
            pid = int(line.split()[1]) if line.startswith("started") else pid
            told += [line[:-3]] if line.endswith(" .\n") else []
            assert line, "the writer ended by itself"
        time.sleep(chance.random() * (0.1 if wanted == 0 else 0.02))
        os.kill(pid, signal.SIGKILL)
        while (line := self._server.stdout.readline()) != "ended\n":
            told += [line[:-3]] if line.endswith(" .\n") else []
            assert line, "the writer ended by itself"
        return told

    def close(self) -> None:
        self._server.communicate()


@pytest.fixture
def writers(workspace: Workspace) -> Iterator[Writers]:
    started = Writers(workspace, "write")
    yield started
    started.close()


@pytest.fixture
def visitors(workspace: Workspace) -> Iterator[Writers]:
    started = Writers(workspace, "visit")
    yield started
    started.close()


def missing(vault: Vault, told: list[str]) -> list[str]:
    """Acknowledged things that the vault does not hold."""
    there = {f"capture {one.record_id}" for one in vault.captures()}
    there |= {f"document {one.uid}" for one in vault.documents()}
    there |= {f"statement {one.id}" for one in vault.statements()}
    return [line for line in told if line not in there]


def test_killed_writers_lose_nothing(workspace: Workspace, writers: Writers) -> None:
    told: list[str] = []
    repaired = 0
    for seed in range(KILLS):
        told += writers.killed(seed)
        with open_vault(workspace) as vault:
            repaired += len(vault.repairs)
            assert not missing(vault, told)
            assert not list(vault.verify())
            for capture in vault.captures():
                assert len(vault.payload(capture)) == capture.size
    assert told
    kept = sorted((workspace.vault / "repaired").glob("*"))
    with open_vault(workspace, write=False) as vault:
        entries = [entry for entry in vault.custody() if entry.action == "repaired"]
    assert len(entries) == len(kept) == repaired


def test_an_address_is_answered_exactly_when_its_capture_is_there(
    workspace: Workspace, visitors: Writers
) -> None:
    """Killed at any moment: no page twice, none forgotten, with three sources at work."""
    told: list[str] = []
    for seed in range(KILLS):
        told += visitors.killed(seed)
        with open_vault(workspace) as vault:
            assert not missing(vault, told)
            assert not list(vault.verify())
            for source in ("m0", "m1", "m2"):
                check_visits(vault, source)
    assert told


def check_visits(vault: Vault, source: str) -> None:
    """Compare what was sealed with what the frontier says; links follow from the pages."""
    sealed = [one.url for one in vault.captures() if one.source == source]
    assert len(sealed) == len(set(sealed))
    frontier = vault.frontier(source)
    if frontier.round is None:
        assert not sealed
        return
    numbers = {int(url.rpartition("/")[2]) for url in sealed}
    linked = {2 * number + n for number in numbers for n in (0, 1)} | {1}
    waiting = {address.url for address in frontier.take(1_000_000, "2027")}
    assert waiting == {f"http://{source}/{number}" for number in linked - numbers}
    assert frontier.counts().get("read", 0) == frontier.round.pages == len(sealed)
    assert frontier.round.documents == sum(1 for _ in vault.documents(source)) == len(sealed)


def test_bytes_of_a_killed_write_are_kept_aside(workspace: Workspace, make) -> None:
    """The moment between writing the file and committing the row, made certain."""
    with open_vault(workspace) as vault:
        first = vault.seal(make.fetched(b"first")).capture
    path = workspace.vault / "warc" / first.warc_file
    whole = path.read_bytes()
    path.write_bytes(whole + whole[first.offset :] + b"half")
    stranger = path.with_name("spoor-00002.warc.gz")
    stranger.write_bytes(whole[: first.offset])
    with open_vault(workspace, who="eva@desk") as vault:
        assert [sentence.split(":")[0] for sentence in vault.repairs] == [path.name, stranger.name]
        assert "interrupted write" in vault.repairs[0]
        assert not list(vault.verify())
        repairs = [entry for entry in vault.custody() if entry.action == "repaired"]
        kept = [workspace.vault / entry.details["kept"] for entry in repairs]
    assert path.read_bytes() == whole
    assert not stranger.exists()
    assert [file.read_bytes() for file in kept] == [
        whole[first.offset :] + b"half",
        whole[: first.offset],
    ]
    with open_vault(workspace) as vault:
        assert vault.repairs == []


def test_an_interrupted_repair_is_told_of_by_the_next(workspace: Workspace, make) -> None:
    """Killed after the bytes were moved and before that was entered into the custody log."""
    with open_vault(workspace) as vault:
        vault.seal(make.fetched(b"first"))
    kept = workspace.vault / "repaired" / "spoor-00001.warc.gz.20260101T000000Z.tail"
    kept.parent.mkdir()
    kept.write_bytes(b"half")
    with open_vault(workspace) as vault:
        assert len(vault.repairs) == 1
        assert vault.repairs[0].startswith("spoor-00001.warc.gz: 4 bytes after")
    with open_vault(workspace) as vault:
        assert vault.repairs == []


def test_only_the_killed_batch_is_lost(workspace: Workspace, make) -> None:
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path\n"
        "from config.settings import load_workspace\n"
        "from vault.vault import Sealing, open_vault\n"
        "vault = open_vault(load_workspace(Path(sys.argv[1])))\n"
        "seal = lambda text: vault.seal(Sealing('m', 'http://m/', text, '2026-01-01', 't/1',"
        " route='clear'))\n"
        "seal(b'one')\n"
        "with vault.batch():\n"
        "    seal(b'two')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    root = str(WRITER.parent.parent.parent)
    subprocess.run([sys.executable, "-c", code, str(workspace.root), root], check=False)
    with open_vault(workspace) as vault:
        assert [vault.payload(capture) for capture in vault.captures()] == [b"one"]
        assert len(vault.repairs) == 1
        assert not list(vault.verify())
