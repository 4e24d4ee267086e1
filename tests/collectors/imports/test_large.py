"""Large exports: interrupted, repeated, longer the second time, and held in pieces."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from collectors.imports import import_paths
from collectors.imports.content import Content
from collectors.imports.decoding import find_encoding
from config.settings import Workspace
from vault.opening import DATABASE
from vault.vault import open_vault

CHILD = Path(__file__).with_name("import_child.py")
NAME = "WhatsApp Chat with Traders.txt"
MESSAGES = 24_000  # more than one commit takes


def chat(number: int) -> str:
    """Messages a minute apart, over days that tell day from month."""
    return "".join(
        f"{n // 1440 % 28 + 1:02}/{n // 40320 % 12 + 1:02}/2024, {n // 60 % 24:02}:{n % 60:02} -"
        f" {('Ali', '+44 7700 900123')[n % 2]}: tusk {n}\n"
        for n in range(number)
    )


def documents_in(workspace: Workspace) -> int:
    """How many are committed, asked from outside."""
    place = workspace.vault / DATABASE
    if not place.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{place}?mode=ro", uri=True) as database:
            return int(database.execute("select count(*) from documents").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_killed_in_the_middle_and_imported_again_it_is_complete_and_nothing_is_twice(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / NAME
    file.write_text(chat(MESSAGES), "utf-8")
    child = subprocess.Popen([sys.executable, str(CHILD), str(workspace.root), str(file)])
    try:
        end = time.monotonic() + 120
        while not documents_in(workspace) and time.monotonic() < end and child.poll() is None:
            time.sleep(0.005)
        os.kill(child.pid, signal.SIGKILL)
    finally:
        child.wait()
    committed = documents_in(workspace)
    assert 0 < committed <= MESSAGES + 1
    with open_vault(workspace) as vault:
        (capture,) = vault.captures()
        interrupted = vault.read_by(capture) is None
        report = import_paths(vault, [file], source="case")
        assert (report.captures_new, report.captures_known) == (0, 1)
        assert report.documents == MESSAGES + 1 - committed
        assert interrupted == (committed < MESSAGES + 1)
        places = Counter(document.locator for document in vault.documents())
        assert len(places) == MESSAGES + 1
        assert set(places.values()) == {1}
        assert vault.read_by(capture) is not None
        assert not list(vault.verify())


def test_a_later_and_longer_export_adds_what_is_new(workspace: Workspace, tmp_path: Path) -> None:
    first, later = tmp_path / NAME, tmp_path / "later" / NAME
    later.parent.mkdir()
    first.write_text(chat(700), "utf-8")
    later.write_text(chat(900), "utf-8")
    with open_vault(workspace) as vault:
        assert import_paths(vault, [first], source="case").documents == 701
        assert import_paths(vault, [later], source="case").documents == 200
        texts = Counter(one.fields["text"] for one in vault.documents() if one.kind == "message")
        assert len(texts) == 900
        assert set(texts.values()) == {1}
        assert import_paths(vault, [later], source="case").documents == 0
        assert import_paths(vault, [later], source="another case").documents == 901


def test_a_message_that_was_edited_since_is_read_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    def export(text: str) -> Path:
        path = tmp_path / f"{text}.json"
        message = {"id": "3", "content": text, "author": {"id": "5", "name": "ana"}}
        rest = {"id": "4", "content": "same", "author": {"id": "5", "name": "ana"}}
        whole = {"guild": {"id": "1"}, "channel": {"id": "2"}, "messages": [message, rest]}
        path.write_text(json.dumps(whole), "utf-8")
        return path

    with open_vault(workspace) as vault:
        assert import_paths(vault, [export("tusk")], source="case").documents == 3
        assert import_paths(vault, [export("fish")], source="case").documents == 1
        texts = [one.fields["text"] for one in vault.documents() if one.kind == "message"]
    assert texts == ["tusk", "same", "fish"]


def test_content_is_taken_piece_by_piece() -> None:
    held = most = 0

    def pieces() -> object:
        nonlocal held, most
        for _ in range(64):
            held += 1
            most = max(most, held)
            yield "tusk – ".encode() * 1_000
            held -= 1

    content = Content(64 * 9_000, pieces)  # type: ignore[arg-type]
    assert find_encoding(content).name == "utf-8"
    with content.open() as stream:
        assert len(stream.read()) == 64 * 9_000
    with content.seekable() as file:
        file.seek(9_000)
        assert file.read(4) == b"tusk"
    assert content.head(4) == b"tusk"
    assert most == 1
