"""Starts a real NodeBB on loopback, empty, with a redis of its own.

usage: python tests/servers/start_nodebb.py

NodeBB 1.4.0 (2016) is the last version that its makers published as a package; its successors
answer in the same shape, as their OpenAPI description says. Standard input and output are those of
nodebb/serve.cjs; before them the address is printed. Ends with its standard input. Exit code 3:
something is not installed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from venvs import Missing, alone, cache, digest

HERE = Path(__file__).resolve().parent
NOT_INSTALLED = 3
_REACH_OUT = ("nodebb-plugin-emoji-one", "nodebb-plugin-emoji-extended")
"""Plug-ins that fetch pictures from elsewhere when they are first started: never loaded."""
_ADMIN = {"username": "admin", "email": "admin@example.org", "password": "only-for-tests-1"}


def main() -> int:
    """Install what is not there yet, then serve a fresh forum until standard input ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        programs = {name: _program(name) for name in ("node", "npm", "redis-server", "redis-cli")}
        with alone("nodebb"):
            packages = installed()
    except Missing as problem:
        print(problem, file=sys.stderr)
        return NOT_INSTALLED
    with tempfile.TemporaryDirectory(prefix="spoor-server-", ignore_cleanup_errors=True) as name:
        return _serve(programs, packages, Path(name))


def installed() -> Path:
    """The folder of the pinned packages, made now unless it is there; the caller holds alone()."""
    pinned = [HERE / "nodebb" / name for name in ("package.json", "package-lock.json")]
    folder = cache() / f"nodebb-{digest(*pinned)}"
    if (folder / "done").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in pinned:
        shutil.copy(file, folder)
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder, {})
    (folder / "done").touch()
    return folder


def _serve(programs: Mapping[str, str], packages: Path, folder: Path) -> int:
    """A copy of the program in this folder, set up once, with a database beside it."""
    app = folder / "app"
    shutil.copytree(packages / "node_modules" / "nodebb", app)
    (app / "public" / "uploads" / "sounds").mkdir(parents=True, exist_ok=True)
    for name in ("nodebb.min.js", "acp.min.js", "stylesheet.css", "admin.css"):
        (app / "public" / name).touch()
    (app / "node_modules").symlink_to(packages / "node_modules")
    door, address = folder / "redis", f"127.0.0.1:{_free_port()}"
    with _redis(programs["redis-server"], folder, door):
        setup = {f"admin:{name}": value for name, value in _ADMIN.items()}
        setup |= {"url": f"http://{address}", "secret": "only for tests", "database": "redis"}
        setup |= {"admin:password:confirm": _ADMIN["password"], "redis:host": str(door)}
        setup |= {"redis:port": "0", "redis:password": "", "redis:database": "0"}
        node = [programs["node"], "--require", str(HERE / "nodebb" / "serve.cjs"), "app.js"]
        _run([*node, f"--setup={json.dumps(setup)}"], app, {})
        cli = [programs["redis-cli"], "-s", str(door), "zrem", "plugins:active", *_REACH_OUT]
        _run(cli, folder, {})
        file = app / "config.json"
        settings = json.loads(file.read_text("utf-8")) | {"bind_address": "127.0.0.1"}
        settings["port"] = int(address.rpartition(":")[2])
        file.write_text(json.dumps(settings), "utf-8")
        print(f"http://{address}", flush=True)
        with subprocess.Popen(node, env=_kept() | {"SPOOR_SERVE": "1"}, cwd=app) as server:
            try:
                return server.wait()
            finally:
                server.kill()


@contextmanager
def _redis(program: str, folder: Path, door: Path) -> Iterator[None]:
    """A redis in memory, behind a unix socket and no port."""
    words = [program, "--port", "0", "--unixsocket", str(door), "--save", "", "--dir", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, env=_kept()) as server:
        try:
            end = time.monotonic() + 60
            while not door.exists():
                if server.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("redis did not start")
                time.sleep(0.02)
            yield
        finally:
            server.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not installed; scripts/system-packages.sh installs it")
    return found


def _kept() -> dict[str, str]:
    """The whole environment: nothing of the caller's gets in but path and home."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"NODE_NO_WARNINGS": "1"}


def _run(words: Sequence[str], folder: Path, more: Mapping[str, str]) -> None:
    done = subprocess.run(
        words, cwd=folder, env={**_kept(), **more}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-600:]
        raise Missing(f"{Path(words[0]).name} {words[1]} failed: {said}")


if __name__ == "__main__":
    sys.exit(main())
