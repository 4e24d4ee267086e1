"""A real Neo4j on loopback for as long as the tests run, with a random password."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

FETCH = Path(__file__).resolve().parents[2] / "scripts" / "neo4j" / "fetch.sh"
_OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch")
_QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
_START_SECONDS = 120.0


class Unavailable(Exception):
    """This machine has not what a Neo4j needs."""


@dataclass(frozen=True, slots=True)
class Server:
    uri: str
    password: str = field(repr=False)
    pid: int


@contextlib.contextmanager
def running(home: Path, *, quick: bool = True) -> Iterator[Server]:
    """A server with its data in ``home``; Unavailable where Java or Maven is missing.

    ``quick`` is for its start: it never gets to full speed then.
    """
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise Unavailable(f"no {program} here; scripts/system-packages.sh brings it")
    fetched = subprocess.run([FETCH], capture_output=True, text=True, check=False)
    if fetched.returncode:
        raise Unavailable(f"Neo4j could not be fetched: {fetched.stderr.strip()[-500:]}")
    port = _free_port()
    _configure(home, port)
    with (home / "console.log").open("wb") as log:
        process = subprocess.Popen(
            _command(Path(fetched.stdout.strip()), home, quick=quick),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        uri = f"bolt://127.0.0.1:{port}"
        yield Server(uri, _set_password(uri, process, home), process.pid)
    finally:
        process.kill()  # nothing in it is kept, and a clean stop takes up to half a minute
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _configure(home: Path, port: int) -> None:
    for name in ("conf", "data", "logs", "run", "plugins", "import"):
        (home / name).mkdir(parents=True)
    lines = {
        "server.default_listen_address": "127.0.0.1",
        "server.bolt.listen_address": f"127.0.0.1:{port}",
        "server.http.enabled": "false",
        "dbms.usage_report.enabled": "false",
        "server.memory.pagecache.size": "128m",
    }
    text = "".join(f"{key}={value}\n" for key, value in lines.items())
    (home / "conf" / "neo4j.conf").write_text(text, encoding="utf-8")


def _command(lib: Path, home: Path, *, quick: bool) -> list[str]:
    opened = [f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED]
    java = ["java", "-Xmx768m", *(_QUICK if quick else ()), *opened, "-cp", f"{lib}/*"]
    folders = [f"--home-dir={home}", f"--config-dir={home / 'conf'}"]
    return [*java, "org.neo4j.server.CommunityEntryPoint", *folders, "--console-mode"]


def _set_password(uri: str, process: subprocess.Popen[bytes], home: Path) -> str:
    """Wait until the server takes us, then change the first password to a random one."""
    password = secrets.token_urlsafe(16)
    limit = time.monotonic() + _START_SECONDS
    while True:
        try:
            with (
                neo4j.GraphDatabase.driver(uri, auth=("neo4j", "neo4j")) as driver,
                driver.session(database="system") as session,
            ):
                session.run("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=password)
        except (DriverError, Neo4jError):
            if process.poll() is not None or time.monotonic() > limit:
                said = (home / "console.log").read_text("utf-8", "replace")[-2000:]
                raise RuntimeError(f"Neo4j did not start: {said}") from None
            time.sleep(0.3)
        else:
            return password


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() == "true"
