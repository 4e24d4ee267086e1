"""A real Matrix server (Synapse) on loopback: started, filled by its interface, its database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from .venvs import Missing, alone, environment

HERE = Path(__file__).resolve().parent
NAME = "coast.test"
_SECRET = "made-up-for-tests"
_START_SECONDS = 120
_TRIES = 3
_SETTINGS = """
server_name: {name}
report_stats: false
pid_file: {folder}/pid
signing_key_path: {folder}/key
media_store_path: {folder}/media
registration_shared_secret: {secret}
macaroon_secret_key: {secret}
form_secret: {secret}
enable_registration: false
suppress_key_server_warning: true
trusted_key_servers: []
federation_domain_whitelist: []
url_preview_enabled: false
presence: {{enabled: false}}
room_list_publication_rules: [{{action: allow}}]
database: {{name: sqlite3, args: {{database: {folder}/database}}}}
log_config: {folder}/log.yaml
listeners:
  - port: {port}
    bind_addresses: ["127.0.0.1"]
    type: http
    tls: false
    resources: [{{names: [client]}}]
rc_message: {often}
rc_registration: {often}
rc_room_creation: {often}
rc_login: {{address: {often}, account: {often}}}
rc_joins: {{local: {often}}}
"""
_OFTEN = "{per_second: 10000, burst_count: 10000}"


@dataclass(slots=True)
class Person:
    """Somebody's account on the server, by whose own means things are done there."""

    server: Matrix
    id: str
    token: str
    number: int = 0

    def do(self, method: str, path: str, content: Any = None) -> dict[str, Any]:
        """Ask the client interface; what it answers."""
        return self.server.ask(method, f"/_matrix/client/v3/{path}", content, self.token)

    def make_room(self, **more: Any) -> str:
        return str(self.do("POST", "createRoom", more)["room_id"])

    def join(self, room: str) -> None:
        self.do("POST", f"join/{quote(room)}", {})

    def send(self, room: str, content: dict[str, Any], kind: str = "m.room.message") -> str:
        """One event; its id."""
        self.number += 1
        path = f"rooms/{quote(room)}/send/{kind}/{self.number}"
        return str(self.do("PUT", path, content)["event_id"])

    def say(self, room: str, text: str, **more: Any) -> str:
        return self.send(room, {"msgtype": "m.text", "body": text, **more})

    def edit(self, room: str, event: str, text: str) -> str:
        new = {"msgtype": "m.text", "body": text}
        relates = {"rel_type": "m.replace", "event_id": event}
        return self.say(room, f"* {text}", **{"m.new_content": new, "m.relates_to": relates})

    def withdraw(self, room: str, event: str, why: str = "") -> None:
        self.number += 1
        path = f"rooms/{quote(room)}/redact/{quote(event)}/{self.number}"
        self.do("PUT", path, {"reason": why} if why else {})


@dataclass(slots=True)
class Matrix:
    """A running server."""

    url: str
    folder: Path
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, content: Any = None, token: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.session.request(
            method, f"{self.url}{path}", json=content, headers=headers, timeout=60
        )
        assert answer.ok, (path, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    def register(self, name: str) -> Person:
        """A new account, by the secret that the server shares with its owner."""
        path = "/_synapse/admin/v1/register"
        nonce = self.ask("GET", path)["nonce"]
        signed = "\0".join((nonce, name, "word", "notadmin")).encode()
        mac = hmac.new(_SECRET.encode(), signed, hashlib.sha1).hexdigest()
        asked = {"nonce": nonce, "username": name, "password": "word", "admin": False, "mac": mac}
        answer = self.ask("POST", path, asked)
        return Person(self, answer["user_id"], answer["access_token"])

    def messages(self, room: str) -> dict[str, dict[str, Any]]:
        """The room's messages by id, from the database: what they say now, or who withdrew them."""
        with closing(sqlite3.connect(f"file:{self.folder}/database?mode=ro", uri=True)) as db:
            rows = db.execute(
                "SELECT event_id, json FROM event_json WHERE room_id = ?", (room,)
            ).fetchall()
            gone = dict(db.execute("SELECT redacts, event_id FROM redactions").fetchall())
        events = {number: json.loads(text) for number, text in rows}
        found = {
            number: {"sender": one["sender"], "text": one["content"].get("body", ""),
                     "at": one["origin_server_ts"], "deleted": number in gone}
            for number, one in events.items()
            if one["type"] == "m.room.message" and not _replaces(one)
        }  # fmt: skip
        edits = [one for number, one in events.items() if _replaces(one) and number not in gone]
        for one in sorted(edits, key=lambda edit: int(edit["origin_server_ts"])):
            original = found[_replaces(one)]
            if original["sender"] == one["sender"] and not original["deleted"]:
                original["text"] = one["content"]["m.new_content"]["body"]
        for one in found.values():
            one["text"] = "" if one["deleted"] else one["text"]
        return found


def _replaces(event: dict[str, Any]) -> str:
    relates = event["content"].get("m.relates_to", {})
    return str(relates["event_id"]) if relates.get("rel_type") == "m.replace" else ""


@contextmanager
def running(folder: Path) -> Iterator[Matrix]:
    """The server; skips, saying why, where it cannot be installed. It ends with the block."""
    try:
        with alone("matrix"):
            venv = environment("matrix")
    except Missing as problem:
        pytest.skip(str(problem))
    for last in range(_TRIES):
        port = _free_port()
        _write(folder, port)
        with (folder / "said").open("wb") as said:
            server = _start(venv, folder, said.fileno())
        try:
            if not _answers(f"http://127.0.0.1:{port}", server):
                assert last + 1 < _TRIES, (folder / "said").read_text(errors="replace")[-2000:]
                continue  # somebody else may have taken the port
            yield Matrix(f"http://127.0.0.1:{port}", folder)
            return
        finally:
            assert server.stdin
            server.stdin.close()
            server.wait(60)


def _write(folder: Path, port: int) -> None:
    settings = _SETTINGS.format(name=NAME, folder=folder, port=port, secret=_SECRET, often=_OFTEN)
    (folder / "homeserver.yaml").write_text(settings, encoding="utf-8")
    (folder / "log.yaml").write_text("version: 1\nroot: {level: ERROR}\n", encoding="utf-8")
    key = base64.b64encode(hashlib.sha256(_SECRET.encode()).digest()).decode().rstrip("=")
    (folder / "key").write_text(f"ed25519 a_test {key}\n", encoding="utf-8")


def _start(venv: Path, folder: Path, said: int) -> subprocess.Popen[bytes]:
    words = [str(HERE / "serve_matrix.py"), "--config-path", str(folder / "homeserver.yaml")]
    return subprocess.Popen(
        [str(venv / "bin" / "python"), *words],
        stdin=subprocess.PIPE, stdout=said, stderr=said, cwd=folder,
    )  # fmt: skip


def _answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    """Whether it does before it ends."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            requests.get(f"{url}/_matrix/client/versions", timeout=10).raise_for_status()
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return server.poll() is None
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
