"""Starts a real Bluesky on loopback: the servers of its development environment, empty.

usage: python tests/servers/start_bluesky.py [--watched]

Standard input and output are the server's own (bluesky/serve.cjs): lines of JSON, the first of
them says where it listens. With --watched its events are also served as Jetstream serves them.
Ends with its standard input. Exit code 3: something is not installed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import postgres
from venvs import Missing, alone, cache, digest

HERE = Path(__file__).resolve().parent
NOT_INSTALLED = 3
_OLDEST_NODE = 18
_GYP = "node-gyp/bin/node-gyp.js"


def main(words: Sequence[str] | None = None) -> int:
    """Install what is not there yet, then serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watched", action="store_true", help="serve events like Jetstream, too")
    asked = parser.parse_args(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        postgres.check_installed()
        with alone("bluesky"):
            packages = installed()
    except Missing as problem:
        print(problem, file=sys.stderr)
        return NOT_INSTALLED
    with tempfile.TemporaryDirectory(prefix="spoor-server-", ignore_cleanup_errors=True) as name:
        return _serve(packages, Path(name), watched=asked.watched)


def installed() -> Path:
    """The folder of the pinned packages, made now unless it is there; the caller holds alone()."""
    node = _node()
    pinned = [HERE / "bluesky" / name for name in ("package.json", "package-lock.json")]
    folder = cache() / f"bluesky-{digest(*pinned, _said(node, '-p', 'process.versions.modules'))}"
    if (folder / "done").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in pinned:
        shutil.copy(file, folder)
    # No script of a package runs: the one part that must be compiled is named, and compiled here.
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder, {})
    _compile(node, folder / "node_modules" / "better-sqlite3")
    (folder / "done").touch()
    return folder


def _compile(node: str, folder: Path) -> None:
    """Build a package of C++ against the headers that lie beside node; quickly, for a test."""
    prefix = Path(node).resolve().parents[1]
    if not (prefix / "include" / "node" / "node.h").exists():
        raise Missing(f"the headers of node are not in {prefix}/include/node")
    homes = (Path(_said("npm", "root", "--global")) / "npm/node_modules", Path("/usr/share/nodejs"))
    gyp = next((home / _GYP for home in homes if (home / _GYP).exists()), None)
    if gyp is None or shutil.which("cc") is None:
        raise Missing("npm's node-gyp or a C compiler is missing; scripts/system-packages.sh")
    plain = {"npm_config_nodedir": str(prefix), "CFLAGS": "-O0", "CXXFLAGS": "-O0"}
    _run([node, str(gyp), "rebuild", "--release"], folder, plain)


def _serve(packages: Path, folder: Path, *, watched: bool) -> int:
    """A database of its own, and the servers with it, in this folder."""
    postgres.make_cluster(folder / "postgres")
    sockets = str(folder / "postgres").replace("/", "%2F")
    with postgres.running(folder / "postgres"):
        words = [_node(), str(HERE / "bluesky" / "serve.cjs"), str(packages)]
        if watched:
            words.append(str(HERE / "bluesky" / "jetstream.cjs"))
        environment = _kept() | {
            "TMPDIR": str(folder),
            "LOG_ENABLED": "false",
            "NODE_NO_WARNINGS": "1",
            "NODE_OPTIONS": "--dns-result-order=ipv4first",
            "DB_POSTGRES_URL": f"postgresql://{postgres.USER}@{sockets}/postgres",
        }
        with subprocess.Popen(words, env=environment, cwd=folder) as server:
            try:
                return server.wait()
            finally:
                server.kill()


def _node() -> str:
    """The node program; Missing where there is none, or one too old."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        raise Missing("node with npm is not installed; scripts/system-packages.sh installs them")
    version = _said(found, "-p", "process.versions.node")
    if int(version.partition(".")[0]) < _OLDEST_NODE:
        raise Missing(f"node {version} is too old: {_OLDEST_NODE} or newer is needed")
    return found


def _said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=_kept())
    return done.stdout.strip()


def _kept() -> dict[str, str]:
    """The whole environment: nothing of the caller's gets in but path and home."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}


def _run(words: Sequence[str], folder: Path, more: Mapping[str, str]) -> None:
    done = subprocess.run(
        words, cwd=folder, env={**_kept(), **more}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-600:]
        raise Missing(f"{Path(words[0]).name} {words[1]} failed: {said}")


if __name__ == "__main__":
    sys.exit(main())
