"""Keys from the command line: handed in unseen, told of by name, and in no file or output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.keys import forget_key, hand_in_key, key_rows
from app.sources_check import check_live, check_source
from collectors.access import Keyring, Part
from config.settings import Workspace
from config.sources import load_source
from model.errors import ConfigurationError
from model.evidence import Mandate
from vault.vault import open_vault

SPOOR = str(Path(sys.executable).parent / "spoor")
SECRET = "sk-live-0123456789abcdef"


class Library:
    """Stands for the keyring library."""

    class errors:  # noqa: N801 - as the library calls it
        class KeyringError(Exception):
            pass

        class NoKeyringError(KeyringError):
            pass

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, _: str, name: str) -> str | None:
        return self.kept.get(name)

    def set_password(self, _: str, name: str, value: str) -> None:
        self.kept[name] = value

    def delete_password(self, _: str, name: str) -> None:
        del self.kept[name]


@pytest.fixture
def network() -> Iterator[str]:
    """A fediverse server that shows one post to who has the token, and repeats a wrong one."""
    post = {
        "id": "1",
        "uri": "https://reef.example/users/mora/statuses/1",
        "url": "https://reef.example/@mora/1",
        "created_at": "2026-11-20T10:00:00.000Z",
        "content": f"<p>casque for sale {SECRET}</p>",
        "visibility": "public",
        "account": {"id": "9", "acct": "mora", "username": "mora", "url": "https://x.example/@m"},
        "media_attachments": [],
        "tags": [],
        "mentions": [],
    }

    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown = self.headers.get("Authorization", "")
            good = shown == f"Bearer {SECRET}"
            page: Any = {"error": f"The access token {shown} is invalid"}
            if good:
                page = [post] if "max_id" not in self.path else []
            body = json.dumps(page).encode()
            self.send_response(200 if good else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Shown", shown)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Request) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def reef(workspace: Workspace, network: str) -> str:
    (workspace.sources / "reef.yml").write_text(
        f"""name: reef
engine: mastodon
route: clear
start: ["{network}"]
allow_private: true
pace: {{delay_seconds: 0}}
ask: {{tags: [casque], threads: false, profiles: false, days: null}}
interface:
  access: {{kind: token}}
  terms: {{name: Rules, url: "{network}/rules", read_on: 2026-11-01, forbids: [law-enforcement]}}
""",
        encoding="utf-8",
    )
    with open_vault(workspace) as vault:
        vault.add_mandate(
            Mandate("m1", "T", "t", ("reef",), "2025-01-01T00:00:00Z", "2099-01-01T00:00:00Z")
        )
    return "reef"


def run(
    workspace: Workspace, *words: str, code: int = 0, stdin: str = "", **more: str
) -> tuple[str, str]:
    environment = {
        **os.environ,
        "SPOOR_WORKSPACE": str(workspace.root),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        **more,
    }
    done = subprocess.run(
        [SPOOR, *words],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=300,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stdout + done.stderr
    return done.stdout, done.stderr


def test_keys_are_kept_told_of_and_forgotten(workspace: Workspace, reef: str) -> None:
    library = Library()
    keyring = Keyring(lambda: library)
    source = load_source(reef, workspace)
    asked: list[tuple[str, str]] = []

    def ask(part: Part, name: str) -> str:
        asked.append((part.name, name))
        return f"{SECRET}\n"

    [row] = key_rows(workspace, source, environment={}, keyring=keyring)
    assert (row["there"], row["says"]) == (False, "not there")
    assert hand_in_key(workspace, reef, ask, keyring=keyring) == ["SPOOR_REEF_TOKEN"]
    assert library.kept == {"SPOOR_REEF_TOKEN": SECRET}
    [row] = key_rows(workspace, source, environment={}, keyring=keyring)
    assert (row["there"], row["says"]) == (True, "there, in the keyring")
    assert forget_key(workspace, reef, keyring=keyring) == ["SPOOR_REEF_TOKEN"]
    assert forget_key(workspace, reef, keyring=keyring) == []
    assert library.kept == {}
    with open_vault(workspace, write=False) as vault:
        log = [entry for entry in vault.custody() if entry.action.startswith("key ")]
    assert [entry.action for entry in log] == ["key handed in", "key forgotten"]
    assert log[0].details == {"names": ["SPOOR_REEF_TOKEN"]}
    assert asked == [("TOKEN", "SPOOR_REEF_TOKEN")]


def test_what_can_be_no_key_is_not_kept(workspace: Workspace, reef: str) -> None:
    library = Library()
    for value in ("", "short", "with\x1bcontrol-characters"):
        with pytest.raises(ConfigurationError):
            hand_in_key(workspace, reef, lambda *_, v=value: v, keyring=Keyring(lambda: library))
    assert library.kept == {}


def test_a_source_that_is_shown_nothing_takes_no_key(workspace: Workspace) -> None:
    (workspace.sources / "plain.yml").write_text("name: plain\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="shown no key"):
        hand_in_key(workspace, "plain", lambda *_: SECRET, keyring=Keyring(Library))


def test_without_a_keyring_it_is_said_what_to_do(workspace: Workspace, reef: str) -> None:
    _, said = run(workspace, "sources", "key", reef, code=2, stdin=f"{SECRET}\n")
    assert "there is no keyring on this machine" in said
    assert "environment variables" in said
    shown, _ = run(workspace, "sources", "show", reef)
    assert "SPOOR_REEF_TOKEN\tkey or token: not there: there is no keyring" in shown
    shown, _ = run(workspace, "sources", "show", reef, SPOOR_REEF_TOKEN=SECRET)
    assert "SPOOR_REEF_TOKEN\tkey or token: there, in the environment" in shown


def test_collecting_shows_the_key_and_keeps_it_to_itself(workspace: Workspace, reef: str) -> None:
    out, said = run(workspace, "collect", reef, "--json", code=1)
    [row] = map(json.loads, out.splitlines())
    assert row["reason"] == "token-missing"
    assert "SPOOR_REEF_TOKEN" in row["says"] + row["remedy"]
    assert said.count("its terms forbid what is asked: law-enforcement") == 1
    out, _ = run(workspace, "collect", reef, "--json", SPOOR_REEF_TOKEN=SECRET)
    [row] = map(json.loads, out.splitlines())
    assert (row["finished"], row["documents"] >= 1) == (True, True)
    out, _ = run(workspace, "collect", reef, "--json", code=1, SPOOR_REEF_TOKEN=f"{SECRET}-over")
    [row] = map(json.loads, out.splitlines())
    assert row["reason"] == "token-refused"
    with open_vault(workspace, write=False) as vault:
        captures = list(vault.captures())
        assert [one.reading["redacted"] for one in captures] == [2, 1, 2]
        for one in captures:
            assert ("X-Shown", "Bearer [redacted]") in one.headers
            assert SECRET.encode() not in vault.payload(one)
            assert SECRET not in repr(one)
        used = [entry for entry in vault.custody() if entry.action == "keys used"]
        assert used[0].details == {"keys": [{"name": "SPOOR_REEF_TOKEN", "from": "environment"}]}
        assert used[0].mandate == "m1"
        assert "[redacted]" in next(vault.documents(reef)).fields["text"]


def test_a_check_tells_of_terms_keys_and_the_plan(workspace: Workspace, reef: str) -> None:
    rows = list(check_source(workspace, reef, []))
    told = {(row["state"], row["what"]) for row in rows}
    assert {("warning", "terms"), ("note", "SPOOR_REEF_TOKEN")} <= told
    path = workspace.sources / "reef.yml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("tags: [casque]", "plan: {languages: [nl]}"), "utf-8")
    [plan] = [row for row in check_source(workspace, reef, []) if row["what"] == "plan"]
    assert plan["state"] == "ok"
    assert plan["says"].endswith("languages: la, nl")
    path.write_text(text.replace("tags: [casque]", "plan: {taxa: [Tiger]}"), "utf-8")
    [plan] = [row for row in check_source(workspace, reef, []) if row["what"] == "plan"]
    assert (plan["state"], "'Tiger'" in plan["says"]) == ("problem", True)


def test_live_asks_once_and_says_what_became_of_the_key(
    workspace: Workspace, reef: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("SPOOR_REEF_TOKEN", SECRET)
    rows = list(check_live(workspace, reef))
    [access] = [row for row in rows if row["what"] == "access"]
    assert (access["state"], access["says"]) == (
        "ok",
        "the interface answered to what it was shown",
    )
    assert any("casque for sale" in str(row["says"]) for row in rows)
    with open_vault(workspace, write=False) as vault:
        assert len(list(vault.captures())) == 1
    monkeypatch.setenv("SPOOR_REEF_TOKEN", f"{SECRET}-over")
    rows = list(check_live(workspace, reef))
    [access] = [row for row in rows if row["what"] == "access"]
    assert access["state"] == "problem"
    assert "token" in access["says"]
    assert SECRET not in str(rows)


def test_effort_and_plan_are_told(workspace: Workspace, reef: str) -> None:
    path = workspace.sources / "reef.yml"
    text = path.read_text("utf-8")
    asked = "words: [hornbill casque], plan: {languages: [nl], most: 4}"
    path.write_text(text.replace("tags: [casque]", asked), "utf-8")
    out, _ = run(workspace, "sources", "plan", reef, "--json")
    before = [json.loads(line) for line in out.splitlines()]
    assert before[0]["term"] == "hornbill casque"
    assert [row["why"] for row in before] == [
        "given in the source file",
        *(["not tried yet"] * 4),
    ]
    with open_vault(workspace) as vault:
        vault.searches(reef).asked(7, "ivoor", "2026-11-20T10:00:00Z", 20, 3)
    out, _ = run(workspace, "sources", "searches", reef)
    assert out.splitlines() == [
        "round\tterm\tlanguage\torigin\trequests\tanswers\tnew",
        "7\tivoor\t\t\t1\t20\t3",
    ]
    out, _ = run(workspace, "sources", "searches", reef, "--round", "8")
    assert out == ""
    out, _ = run(workspace, "sources", "plan", reef, "--json")
    second = json.loads(out.splitlines()[1])
    assert (second["term"], second["why"]) == ("ivoor", "brought 3 new in 1 requests")
