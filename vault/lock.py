"""One writer at a time: a lock on a file, with the holder's name for whoever waits."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import time
import weakref
from functools import cache
from pathlib import Path
from typing import IO

from model.errors import SpoorError


class VaultBusy(SpoorError):
    """Someone else is writing; the message names who, where and since when."""


class WriterLock:
    """Held from construction to :meth:`release`, or to the end of the process however it ends."""

    def __init__(self, path: Path, who: str, since: str) -> None:
        self._file = path.open("a+b", buffering=0)
        if not _locked(self._file):
            holder = _holder(path)
            self._file.close()
            raise busy(path, holder)
        note = {"who": who, "pid": os.getpid(), "host": platform.node(), "since": since}
        self._file.truncate(0)
        self._file.write(json.dumps(note).encode())
        _watch_forks()
        _held.add(self)

    def release(self) -> None:
        if not self._file.closed:
            self._file.truncate(0)
            self._file.close()

    def forget(self) -> None:
        """Close the inherited file in a forked child; the parent goes on holding the lock."""
        self._file.close()


def busy(path: Path, holder: dict[str, object]) -> VaultBusy:
    """The error for a vault that ``holder`` is writing to."""
    who = holder.get("who", "someone")
    place = f"process {holder.get('pid', '?')} on {holder.get('host', '?')}"
    return VaultBusy(
        f"{path.parent} is being written by {who}, {place}, since {holder.get('since', '?')}",
        remedy="wait until that has finished, or end that process; nothing acknowledged is lost",
    )


def is_held(path: Path) -> bool:
    """Whether a writer holds the lock at this moment."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _locked(file: IO[bytes]) -> bool:
    """Take the lock; tried thrice, as a reader's :func:`is_held` may hold it for a moment."""
    for pause in (0.02, 0.05, 0.0):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(pause)
        else:
            return True
    return False


def _holder(path: Path) -> dict[str, object]:
    try:
        note = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _after_fork() -> None:
    for lock in list(_held):
        lock.forget()


@cache
def _watch_forks() -> None:
    os.register_at_fork(after_in_child=_after_fork)


_held: weakref.WeakSet[WriterLock] = weakref.WeakSet()
