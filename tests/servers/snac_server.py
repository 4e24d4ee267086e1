"""A real fediverse server (snac2) on loopback: built once from Debian's source package, filled,
read from its own files.

snac2 (MIT licence) is a program of its own, in a process of its own; nothing of it is part of
spoor. It answers Mastodon's client interface without Link headers and rate headers.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from .venvs import Missing, alone, cache

VERSION = "2.75"
SHA256 = "aed2ef5669bab51f44b3d9d9740fc6e1595caefa30a52edf49dc0db757fc946c"
"""Of Debian's snac2_2.75.orig.tar.xz (source package 2.75-2 of trixie)."""

_PATH = f"pool/main/s/snac2/snac2_{VERSION}.orig.tar.xz"
_HELPER = "/usr/lib/apt/apt-helper"
_PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
_START_SECONDS = 60
_TRIES = 3


def program() -> Path:
    """The built server; made now unless it is there. Missing where it cannot be made."""
    folder = cache() / f"snac-{VERSION}-{SHA256[:12]}"
    with alone("snac"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            with tempfile.TemporaryDirectory(prefix="spoor-snac-") as draft:
                shutil.copy2(_built(_source(Path(draft)), Path(draft)), folder / "snac")
            (folder / "done").touch()
    return folder / "snac"


def _source(draft: Path) -> Path:
    """The source archive, from the Debian mirror that apt is set up with, its hash checked."""
    if not Path(_HELPER).exists():
        raise Missing("snac2 is built from Debian's source package, and there is no apt here")
    archive = draft / "snac.tar.xz"
    for mirror in _mirrors():
        words = [_HELPER, "download-file", f"{mirror}{_PATH}", str(archive), f"SHA256:{SHA256}"]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
        if done.returncode == 0 and archive.exists():
            return archive
    raise Missing(f"no Debian mirror of this machine has {_PATH}")


def _mirrors() -> list[str]:
    """Where this machine gets Debian's packages from."""
    wanted = ["--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"]
    done = subprocess.run(
        ["apt-get", "indextargets", *wanted], capture_output=True, text=True, check=False
    )
    return list(dict.fromkeys(done.stdout.split()))


def _built(archive: Path, draft: Path) -> Path:
    with tarfile.open(archive) as opened:
        opened.extractall(draft, filter="data")
    (folder,) = (path for path in draft.iterdir() if path.is_dir())
    done = subprocess.run(
        ["make", "-j2", "CFLAGS=-O1 -w"], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Missing(
            "snac2 cannot be built; scripts/system-packages.sh installs what it needs: "
            + done.stderr.strip()[-300:]
        )
    return folder / "snac"


@dataclass(slots=True)
class Person:
    """Somebody's account, by whose own means things are done on the server."""

    server: Snac
    name: str
    token: str
    word: str

    @property
    def uri(self) -> str:
        return f"{self.server.url}/{self.name}"

    def post(self, text: str, **more: str) -> dict[str, Any]:
        """One post (Mastodon's ``POST /api/v1/statuses``); as the server answers it."""
        return self.server.ask("POST", "statuses", self.token, {"status": text, **more})

    def edit(self, status: str, text: str) -> None:
        self.server.ask("PUT", f"statuses/{status}", self.token, {"status": text})

    def describe(self, **more: str) -> None:
        self.server.ask("PATCH", "accounts/update_credentials", self.token, more)

    def delete(self, uri: str) -> None:
        """By the button under the post: the interface has nothing for it."""
        answer = requests.post(
            f"{self.uri}/admin/action",
            data={"id": uri, "actor": self.uri, "action": "Delete"},
            auth=(self.name, self.word), allow_redirects=False, timeout=30,
        )  # fmt: skip
        assert answer.status_code in (200, 303), answer.status_code


@dataclass(slots=True)
class Snac:
    """A running server."""

    url: str
    folder: Path
    binary: Path

    def ask(self, method: str, path: str, token: str, form: dict[str, str]) -> dict[str, Any]:
        answer = requests.request(  # one connection each: snac closes them
            method, f"{self.url}/api/v1/{path}", data=form,
            headers={"Authorization": f"Bearer {token}", "Connection": "close"}, timeout=30,
        )  # fmt: skip
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    def run(self, *words: str) -> str:
        """A command of the server's own."""
        done = subprocess.run(
            [str(self.binary), words[0], str(self.folder), *words[1:]],
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return done.stdout

    def register(self, name: str) -> Person:
        """A new account and a token for it."""
        word = self.run("adduser", name).partition("password is ")[2].split()[0]
        form = {"login": name, "passwd": word}
        answer = requests.post(f"{self.url}/oauth/x-snac-get-token", data=form, timeout=30)
        return Person(self, name, answer.text.strip(), word)

    def notes(self) -> dict[str, dict[str, Any]]:
        """Every post that everybody may see, by its id, from the files the server keeps."""
        found: dict[str, dict[str, Any]] = {}
        for path in (self.folder / "object").glob("*/*.json"):
            content = _kept(path)
            shown = {_PUBLIC} & {*_listed(content.get("to")), *_listed(content.get("cc"))}
            if content.get("type") == "Note" and shown:
                found[content["id"]] = content
        return found

    def followers(self, name: str) -> int:
        return sum(1 for _ in (self.folder / "user" / name / "followers").glob("*.json"))

    def reached(self, name: str) -> int:
        """How many posts stand in somebody's own timeline."""
        return sum(1 for _ in (self.folder / "user" / name / "private").glob("*.json"))

    def until(self, done: Callable[[], bool]) -> None:
        """Wait until what the server does by itself, in turns of some seconds, is done."""
        end = time.monotonic() + 120
        while not done():
            assert time.monotonic() < end, "the server does not get on"
            time.sleep(0.1)


def _kept(path: Path) -> dict[str, Any]:
    """What a file of the running server holds: nothing once it has gone; never half of it."""
    end = time.monotonic() + 60
    while True:
        try:
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:  # just being written
            assert time.monotonic() < end, f"{path} is broken"
            time.sleep(0.01)
        else:
            return found


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


@contextmanager
def running(folder: Path) -> Iterator[Snac]:
    """The server; skips, saying why, where it cannot be built. It ends with the block."""
    try:
        binary = program()
    except Missing as problem:
        pytest.skip(str(problem))
    for last in range(_TRIES):
        port, state = _free_port(), folder / f"state{last}"
        _make(binary, state, port)
        server = Snac(f"http://127.0.0.1:{port}", state, binary)
        with (folder / "said").open("wb") as said:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "SIGTERM", str(binary), "httpd", str(state)],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=_environment(),
            )  # fmt: skip
        try:
            if not _answers(server.url, process):
                assert last + 1 < _TRIES, (folder / "said").read_text(errors="replace")[-2000:]
                continue  # somebody else may have taken the port
            yield server
            return
        finally:
            process.kill()  # it takes its time to end in good order, and keeps nothing we need
            process.wait()


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def _make(binary: Path, state: Path, port: int) -> None:
    """A new server of its own, which speaks plain HTTP here."""
    answers = f"127.0.0.1\n{port}\n127.0.0.1:{port}\n\n\n"
    subprocess.run(
        [str(binary), "init", str(state)], input=answers, text=True, check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    file = state / "server.json"
    settings = json.loads(file.read_text("utf-8"))
    settings |= {"protocol": "http", "num_threads": 48}  # its own accounts' inboxes are asked too
    file.write_text(json.dumps(settings), encoding="utf-8")


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether it does before it ends."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            requests.get(f"{url}/api/v1/instance", timeout=10).raise_for_status()
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return process.poll() is None
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
