"""Threads that write to one database, one at a time; commits are shared where several wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_COMMITTED_TOGETHER = 64


class Turns:
    """Who writes now, and who waits for what was written to be committed.

    A thread whose turn ends while another one waits to write lets that one go on, and one commit
    serves both: bringing bytes to the disk costs more than a small turn. No turn's outcome is
    told before it is committed.
    """

    def __init__(self, commit: Callable[[], None]) -> None:
        self._commit = commit
        self._changed = threading.Condition()
        self._owner: int | None = None
        self._waiting = 0
        self._ended = 0
        self._committed = 0

    @property
    def is_mine(self) -> bool:
        """Whether the turn is this thread's."""
        return self._owner == threading.get_ident()

    @property
    def is_others(self) -> bool:
        """Whether the turn is another thread's, or what one has written waits for its commit."""
        with self._changed:
            return not self.is_mine and (self._owner is not None or self._committed < self._ended)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A turn; committed when it is over. A turn within a turn is part of it."""
        if self.is_mine:
            yield
            return
        self._take()
        try:
            yield
        finally:
            self._end()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """A turn that changes nothing: every change of former turns is seen, none is going on."""
        if self.is_mine:
            yield
            return
        self._take()
        try:
            yield
        finally:
            self._hand_on()

    def commit(self) -> None:
        """Commit in the middle of one's turn, with what ended before it."""
        covered = self._ended
        self._commit()
        with self._changed:
            self._committed = covered
            self._changed.notify_all()

    def _take(self) -> None:
        with self._changed:
            self._waiting += 1
            try:
                while self._owner is not None:
                    self._changed.wait()
                self._owner = threading.get_ident()
            finally:
                self._waiting -= 1
                self._changed.notify_all()

    def _hand_on(self) -> None:
        with self._changed:
            self._owner = None
            self._changed.notify_all()

    def _end(self) -> None:
        with self._changed:
            self._ended += 1
            ticket = self._ended
            shared = self._waiting > 0 and ticket - self._committed < _COMMITTED_TOGETHER
        if shared:
            self._hand_on()
            if not self._is_left_to_me(ticket):
                return
        try:
            self.commit()
        finally:
            self._hand_on()

    def _is_left_to_me(self, ticket: int) -> bool:
        """Wait until another thread commits; True, with the turn, where none is left to do it."""
        with self._changed:
            while self._committed < ticket:
                if self._owner is None and not self._waiting:
                    self._owner = threading.get_ident()
                    return True
                self._changed.wait()
            return False
