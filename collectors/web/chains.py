"""Where an interface's paging goes round in a circle: pages in a row without another record."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_CHAINS = 2_000
_CHAINS_KEPT = 200
_MARKS = 10_000
_MARKS_KEPT = 100
_ALL_MARKS = 1_000_000


@dataclass(slots=True)
class _Chain:
    """One listing page after page: records met on the way, and pages in a row without a new one.

    Of long chains the older records are forgotten.
    """

    barren: int = 0
    recent: dict[bytes, None] = field(default_factory=dict)
    older: dict[bytes, None] = field(default_factory=dict)

    def take(self, records: Iterable[bytes]) -> None:
        new = [one for one in records if one not in self.recent and one not in self.older]
        self.barren = 0 if new else self.barren + 1
        self.recent.update(dict.fromkeys(new))
        if len(self.recent) > _MARKS:
            self.older, self.recent = self.recent, {}


class Chains:
    """Follows each chain of pages by the address that waits next. Its memory is bounded.

    Nothing ends a chain that brings records of its own, however long it is and whatever its
    addresses look like: only ``limit`` pages in a row whose every record the chain has shown.
    """

    def __init__(self, limit: int, state: Mapping[str, Any] | None = None) -> None:
        self._limit = limit
        self._next: OrderedDict[str, tuple[_Chain, int]] = OrderedDict()
        self._size = 0
        for url, barren, marks in (state or {}).get("next", ()):
            known = dict.fromkeys(bytes.fromhex(str(mark)) for mark in marks)
            self._put(str(url), _Chain(int(barren), known))

    def state(self) -> dict[str, Any]:
        """What a later run needs to go on from here."""
        kept = [(url, chain) for url, (chain, _) in self._next.items()][-_CHAINS_KEPT:]
        rows = [
            [url, one.barren, [mark.hex() for mark in [*one.recent][-_MARKS_KEPT:]]]
            for url, one in kept
        ]
        return {"next": rows}

    def page(self, url: str, records: frozenset[bytes], led_to: Iterable[str]) -> frozenset[str]:
        """A page was read that led to these addresses; those of them that only go on in a circle.

        What stands at the page's own path is taken for the same chain's next page.
        """
        chain = self._taken(url) or _Chain()
        chain.take(records)
        path = urlsplit(url).path
        onward = [address for address in led_to if urlsplit(address).path == path]
        if chain.barren >= self._limit:
            return frozenset(onward)
        for address in onward:
            self._put(address, chain)
        return frozenset()

    def _taken(self, url: str) -> _Chain | None:
        chain, size = self._next.pop(url, (None, 0))
        self._size -= size
        return chain

    def _put(self, url: str, chain: _Chain) -> None:
        self._taken(url)
        size = len(chain.recent) + len(chain.older)
        self._next[url] = chain, size
        self._size += size
        while len(self._next) > _CHAINS or (self._size > _ALL_MARKS and len(self._next) > 1):
            self._taken(next(iter(self._next)))
