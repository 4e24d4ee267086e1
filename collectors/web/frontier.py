"""What is still to be asked for in a run, rebuilt after a break from what was sealed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from collectors.web.addresses import Place, normal, place

MAX_HOPS = 10
"""Redirects in a row."""

MAX_WAITING = 1_000_000


class Frontier:
    """Addresses in the order they were found, each once in a run, only at the source's places."""

    def __init__(self, start: Iterable[str], allowed: frozenset[Place]) -> None:
        self._allowed = allowed
        self._queue: deque[str] = deque()
        self._seen: set[str] = set()
        self._done: set[str] = set()
        self._hops: dict[str, int] = {}
        self.add(start)

    def __len__(self) -> int:
        return sum(1 for url in self._queue if url not in self._done)

    def add(self, urls: Iterable[str], base: str = "") -> None:
        """Append what is new and lies at the source's places; what is no address is dropped."""
        for url in urls:
            try:
                found = normal(url, base)
            except ValueError:
                continue
            if place(found) in self._allowed and found not in self._seen:
                self._seen.add(found)
                if len(self._seen) <= MAX_WAITING:
                    self._queue.append(found)

    def redirect(self, origin: str, target: str) -> str:
        """Put a redirect's target at the head; the reason word where it is not followed."""
        try:
            found = normal(target, origin)
        except ValueError:
            return "bad-address"
        if place(found) not in self._allowed:
            return "redirect-elsewhere"
        self._hops[found] = self._hops.get(origin, 0) + 1
        if self._hops[found] > MAX_HOPS or found == origin:
            return "redirects"
        if found not in self._done:
            self._seen.add(found)
            self._queue.appendleft(found)
        return ""

    def done(self, url: str) -> None:
        """This address was answered in this run."""
        self._seen.add(url)
        self._done.add(url)

    def next(self) -> str | None:
        while self._queue:
            url = self._queue.popleft()
            if url not in self._done:
                return url
        return None
