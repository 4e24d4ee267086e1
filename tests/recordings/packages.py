"""Source packages with recorded exchanges: by pinned version and hash, kept in the user's cache."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
_SECONDS = 240


class Missing(Exception):
    """The package is not to be had here; the message says why."""


def unpacked(name: str) -> Path:
    """The unpacked source package that ``NAME.txt`` pins (one line: name, version, hash).

    It is fetched once, from wherever pip is told to fetch from on this machine.
    """
    pinned = HERE / f"{name}.txt"
    version, _, digest = pinned.read_text("utf-8").strip().partition(" --hash=sha256:")
    folder = _cache() / f"{version}-{digest[:12]}"
    with _alone(name):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix="spoor-recordings-") as draft:
                _unpack(_download(pinned, Path(draft)), folder)
            (folder / "done").touch()
    return folder


def _cache() -> Path:
    """``spoor/recordings`` in the user's cache (XDG_CACHE_HOME, else ``~/.cache``)."""
    root = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(root) if root else Path.home() / ".cache") / "spoor" / "recordings"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _alone(name: str) -> Iterator[None]:
    with (_cache() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _download(pinned: Path, folder: Path) -> Path:
    """The archive, whose hash pip has compared with the pinned one."""
    words = [
        sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
        "--require-hashes", "--requirement", str(pinned), "--dest", str(folder),
    ]  # fmt: skip
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Missing(f"{pinned.stem}: pip took longer than {_SECONDS} s") from error
    found = sorted(folder.glob("*.tar.gz"))
    if done.returncode or len(found) != 1:
        raise Missing(f"{pinned.stem} cannot be downloaded: {done.stderr.strip()[-400:]}")
    return found[0]


def _unpack(archive: Path, folder: Path) -> None:
    """Everything below the archive's one top folder, as ``folder``."""
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    with tarfile.open(archive) as opened:
        opened.extractall(draft, filter="data")
    (top,) = draft.iterdir()
    top.rename(folder)
    draft.rmdir()
