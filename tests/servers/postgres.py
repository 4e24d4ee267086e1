"""A PostgreSQL server of our own: one folder, a unix socket in it, and no port."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from venvs import Missing

USER = "forum"
LOG = "server.log"
_START_SECONDS = 60
_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
log_min_messages = warning
"""


def make_cluster(folder: Path) -> None:
    """A new, empty cluster in ``folder/data``; data of a crashed test is not worth a sync."""
    folder.mkdir(exist_ok=True)
    _give(folder)
    subprocess.run(
        [*_as_other(), str(_program("initdb")), "--pgdata", str(folder / "data"), "--no-sync",
         "--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"],
        check=True, stdout=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """The cluster of ``folder`` answers on the socket in ``folder``; ended with the block.

    It also ends, by itself, with the process that started it.
    """
    (folder / "data" / "postgresql.conf").write_text(_SETTINGS.format(folder=folder))
    _give(folder)
    with (folder / LOG).open("wb") as log:
        server = subprocess.Popen(
            [*_as_other(), str(_program("postgres")), "-D", str(folder / "data")],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True,
        )  # fmt: skip
    try:
        _wait(folder, server)
        yield
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.send_signal(2)  # SIGINT: without waiting for those still connected
            server.wait(30)


def check_installed() -> None:
    """Missing where there is no PostgreSQL server on this machine."""
    _program("postgres")
    _program("initdb")
    if shutil.which("setpriv") is None:
        raise Missing("setpriv (of util-linux) is not installed")


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    """Until the server says in its own file that it is ready."""
    end = time.monotonic() + _START_SECONDS
    status = folder / "data" / "postmaster.pid"
    while time.monotonic() < end and server.poll() is None:
        lines = status.read_text().splitlines() if status.exists() else []
        if len(lines) > 7 and lines[7].strip() == "ready":
            return
        time.sleep(0.05)
    said = (folder / LOG).read_text(errors="replace")
    raise RuntimeError(f"PostgreSQL did not start: {said[-600:]}")


def _program(name: str) -> Path:
    """Debian keeps the server's programs in a folder of their version, off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    if found:
        return found[-1]
    if on_path := shutil.which(name):
        return Path(on_path)
    raise Missing("PostgreSQL is not installed; scripts/system-packages.sh installs it")


def _version(path: Path) -> float:
    return float(path.parent.parent.name)


def _as_other() -> list[str]:
    """PostgreSQL refuses to run as root: then as somebody who owns nothing else here."""
    words = ["setpriv", "--pdeathsig", "SIGINT"]
    if os.getuid() == 0:
        user = _unprivileged()
        words += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return words


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _give(folder: Path) -> None:
    """Hand the folder to the user the server runs as; above it only the way through is opened."""
    if os.getuid():
        return
    user = _unprivileged()
    folder.parent.chmod(0o711)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
