"""The embedded default: an ArcadeDB server process per workspace, started on need.

Three lock files and one state file in ``graph/engine`` are the whole protocol; the kernel lets go
of locks however a process ends, so nothing stays behind after a crash or ``kill -9``:

``start``  held exclusively while somebody looks for, or starts, the server
``users``  held shared by everybody who uses it; the server waits for it exclusively, then stops
``alive``  held exclusively by the server for as long as it lives
``state``  port, process id and password (mode 0600), valid only while ``alive`` is held
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from graph.engines import Dialect, Endpoint
from model.errors import GraphError

DATABASE = "spoor"
START_SECONDS = 90.0
STOP_SECONDS = 60.0
ANSWER_SECONDS = 10.0
_REMEDY = "install it again, or name a Neo4j server under [graph] in spoor.toml"


@dataclass(slots=True)
class EmbeddedEngine:
    """The server of one workspace, shared by all processes that use it at the same time.

    ``folder`` is the workspace's graph folder; ``memory`` the limit of the Java heap (``1g``).
    """

    folder: Path
    memory: str
    _users: int | None = field(default=None, init=False)

    @property
    def dialect(self) -> Dialect:
        return "arcadedb"

    @property
    def address(self) -> str:
        return "embedded"

    def present(self) -> bool | None:
        return (self.home / "databases" / DATABASE / "schema.json").is_file()

    @property
    def home(self) -> Path:
        """Everything the engine writes: locks, state, log and the database itself."""
        return self.folder / "engine"

    def endpoint(self) -> Endpoint:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(self.home / "start", fcntl.LOCK_EX, START_SECONDS):
            self._enrol()
            if not _is_held(self.home / "alive"):
                self._start()
            state = self._state()
        return Endpoint(
            uri=f"bolt://127.0.0.1:{state['port']}",
            writer=("root", state["password"]),
            reader=("reader", state["reader_password"]),
            database=DATABASE,
            patience=2.0,  # a server that is gone does not come back unless we start it
        )

    def recover(self) -> None:
        """End a server that no longer answers, so that the next endpoint starts another.

        One that answers is left alone: others may be using it.
        """
        with _locked(self.home / "start", fcntl.LOCK_EX, START_SECONDS):
            if _is_held(self.home / "alive"):
                state = self._state()
                if not _answers(int(state["port"])):
                    self._end(state["pid"])

    def discard(self) -> bool:
        """Stop the server and delete its database, unless another process uses it."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(self.home / "start", fcntl.LOCK_EX, START_SECONDS):
            self.close()
            if _is_held(self.home / "alive"):
                return False
            shutil.rmtree(self.home / "databases", ignore_errors=True)
        return True

    def close(self) -> None:
        """Let go; where nobody else uses the server, wait until it has stopped cleanly."""
        if self._users is None:
            return
        os.close(self._users)
        self._users = None
        if not _is_shared(self.home / "users"):
            _wait_free(self.home / "alive", STOP_SECONDS)

    def _enrol(self) -> None:
        if self._users is None:
            self._users = _lock(self.home / "users", fcntl.LOCK_SH, STOP_SECONDS)

    def _state(self) -> dict[str, str]:
        path = self.home / "state"
        try:
            state: dict[str, str] = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise GraphError(f"{path}: unreadable while the graph engine runs") from error
        return state

    def _start(self) -> None:
        configuration = self.home / "config"
        shutil.rmtree(configuration, ignore_errors=True)
        for folder in (configuration, self.home / "log"):
            folder.mkdir(mode=0o700, exist_ok=True)
        passwords = {name: secrets.token_urlsafe(24) for name in ("password", "reader_password")}
        order: dict[str, object] = {
            "folder": str(self.home),
            "config": str(configuration),
            "package": str(_package()),
            "port": 0,
            "database": DATABASE,
            "memory": self.memory,
            "alive": str(self.home / "alive"),
            "users": str(self.home / "users"),
        }
        log = self.home / "log" / "console.log"
        if log.exists():
            log.replace(log.with_name("console.before.log"))
        answer = _spawn(order | passwords, log)
        _write_private(self.home / "state", json.dumps(answer | passwords))

    def _end(self, pid: str) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if _is_host(int(pid)):
                os.kill(int(pid), sign)
            if _wait_free(self.home / "alive", STOP_SECONDS / 2):
                return
        raise GraphError(f"the graph engine (process {pid}) neither answers nor ends")


def _package() -> Path:
    """The folder of the engine's wheel, found without importing it."""
    found = importlib.util.find_spec("arcadedb_embedded")
    if found is None or not found.submodule_search_locations:
        raise GraphError("the embedded graph engine is not installed", remedy=_REMEDY)
    return Path(found.submodule_search_locations[0])


def _spawn(order: dict[str, object], log: Path) -> dict[str, str]:
    """Start the host process, give it its order, wait for the port it answers with."""
    host = Path(__file__).with_name("host.py")
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, "-I", str(host)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sink,
            cwd=str(order["folder"]),
            start_new_session=True,
            text=True,
        )
    with process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.close()
        line = _line(process.stdout, START_SECONDS)
    try:
        answer: dict[str, str] = json.loads(line)
    except ValueError as error:
        raise GraphError(
            f"the embedded graph engine did not start; its last words: {_tail(log)!r}",
            remedy=f"see {log}; {_REMEDY}",
        ) from error
    return answer


def _line(stream: IO[str], seconds: float) -> str:
    """The one line of answer, or nothing where none came in time."""
    ready, _, _ = select.select([stream], [], [], seconds)
    return stream.readline() if ready else ""


def _tail(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _answers(port: int) -> bool:
    """Whether a Bolt server shakes hands on this port of loopback."""
    hello = b"\x60\x60\xb0\x17" + b"\x00\x00\x04\x04" + bytes(12)  # Bolt 4.4
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as connection:
            connection.sendall(hello)
            return len(connection.recv(4)) == 4
    except OSError:
        return False


def _is_host(pid: int) -> bool:
    """Whether this process is one of our hosts (ids are used again by the system)."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(part.endswith(b"/host.py") for part in command)


def _write_private(path: Path, text: str) -> None:
    """Replace ``path`` in one step by a file only its owner can read."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _lock(path: Path, kind: int, seconds: float) -> int:
    """A descriptor that holds the lock; GraphError where it is not to be had in time."""
    descriptor = _open(path)
    limit = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > limit:
                os.close(descriptor)
                raise GraphError(
                    f"{path}: held by another process for {seconds:.0f} seconds",
                    remedy="another spoor is starting or stopping the graph engine; try again",
                ) from None
            time.sleep(0.02)
        else:
            return descriptor


@contextlib.contextmanager
def _locked(path: Path, kind: int, seconds: float) -> Iterator[None]:
    descriptor = _lock(path, kind, seconds)
    try:
        yield
    finally:
        os.close(descriptor)


def _try(path: Path, kind: int) -> bool:
    """Whether the lock could be had this moment; lets go of it at once."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def _is_held(path: Path) -> bool:
    return not _try(path, fcntl.LOCK_EX)


def _is_shared(path: Path) -> bool:
    """Whether others hold the lock shared (and not the server, which holds it exclusively)."""
    return not _try(path, fcntl.LOCK_EX) and _try(path, fcntl.LOCK_SH)


def _wait_free(path: Path, seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while _is_held(path):
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True
