"""Virtual environments of the test servers: outside the checkout, pinned, made once, reused."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
PYTHONS = ((3, 11), (3, 12))
"""What the pinned packages have wheels for."""


class Missing(Exception):
    """Something that must be there to run the servers is not; the message says what and how."""


def cache() -> Path:
    """``spoor/servers`` in the user's cache (XDG_CACHE_HOME, else ``~/.cache``)."""
    root = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(root) if root else Path.home() / ".cache") / "spoor" / "servers"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Only one process at a time makes what is kept under this name."""
    with (cache() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def digest(*parts: Path | str) -> str:
    """Twelve hex digits that change with any of these files or words."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        whole.update(b"\0")
    return whole.hexdigest()[:12]


def environment(name: str) -> Path:
    """The folder of the site's environment, made now unless it is there. Missing where it fails.

    The caller holds :func:`alone`.
    """
    if sys.version_info[:2] not in PYTHONS:
        raise Missing(f"the {name}'s packages need Python 3.11 or 3.12, this is {sys.version[:6]}")
    build, wanted = REQUIREMENTS / "servers-build.txt", REQUIREMENTS / f"servers-{name}.txt"
    folder = cache() / f"{name}-{digest(build, wanted, sys.version)}"
    if (folder / "done").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    _uv("venv", "--quiet", "--python", sys.executable, str(folder))
    for file in (build, wanted):
        _uv(
            "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"),
            "--require-hashes", "--no-build-isolation", "-r", str(file),
        )  # fmt: skip
    (folder / "done").touch()
    return folder


def _uv(*words: str) -> None:
    beside = Path(sys.executable).with_name("uv")
    program = str(beside) if beside.exists() else shutil.which("uv")
    if program is None:
        raise Missing("uv is not installed; 'make setup' installs it")
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"uv {words[0]} failed: {done.stderr.strip()[-600:]}")
