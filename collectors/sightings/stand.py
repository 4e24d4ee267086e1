"""How a source and its open round stand beside the listings: begun, its start page, down since."""

from __future__ import annotations

from typing import NamedTuple

from collectors.sightings.states import SOURCE_DOWN, SOURCE_UP
from model.canonical import Json
from vault.sightings import NO_ANSWER, SOURCE, Key, SightingEvent
from vault.vault import Vault

ROUND_BEGUN, ROUND_ENDED = "round-begun", "round-ended"
"""Events of the source by which its rounds can be told again, see :mod:`.rebuild`."""

_CURSOR = "sightings"


class _Known(NamedTuple):
    """``start`` is how the round's start addresses fared: ``read``, ``failed`` or ``down:…``;
    ``down`` since when the source is down; ``ended`` the last round that ended."""

    round: int = 0
    start: str = ""
    down: str = ""
    ended: int = 0


class Stand:
    """Kept as a cursor of the source; what no capture tells becomes an event of its own.

    Nothing of that is told a second time where ``replay`` is set.
    """

    def __init__(
        self, vault: Vault, source: str, number: int, *, since: str = "", replay: bool
    ) -> None:
        self._vault = vault
        self._source = source
        self._store = vault.sightings(source)
        self._number = number
        self._since = since
        self._replay = replay
        self._known = _Known(**(vault.cursor(source, _CURSOR) or {}))

    @property
    def start(self) -> str:
        return self._known.start

    def begin(self, at: str, first: int | None = None) -> None:
        """Note once that the round has begun; ``first`` is its first capture."""
        if self._known.round != self._number:
            self._keep(self._known._replace(round=self._number, start=""))
            bound: dict[str, Json] = {"since": self._since} if self._since else {}
            self.tell(ROUND_BEGUN, bound | ({} if first is None else {"after": first - 1}), at)

    @property
    def ended(self) -> bool:
        return self._known.ended == self._number

    def end(self, detail: dict[str, Json], at: str) -> None:
        self._keep(self._known._replace(ended=self._number))
        self.tell(ROUND_ENDED, detail, at)

    def start_fared(self, how: str) -> None:
        """Note how a start address fared; once one was read, the site works."""
        if self._known.start not in ("read", how):
            self._keep(self._known._replace(start=how))

    def go_down(self, meaning: str, at: str) -> None:
        if not self._known.down:
            self._keep(self._known._replace(down=at))
            self.tell(SOURCE_DOWN, {"reason": meaning}, at)

    def come_up(self, at: str, capture: int | None) -> None:
        if self._known.down:
            self._keep(self._known._replace(down=""))
            self.tell(SOURCE_UP, {}, at, capture=capture)

    def tell(
        self,
        state: str,
        detail: dict[str, Json],
        at: str,
        *,
        key: Key = SOURCE,
        before: str = "",
        capture: int | None = None,
    ) -> None:
        """Keep an event that no capture tells."""
        if self._replay:
            return
        platform, native_id = key
        event = SightingEvent(
            source=self._source,
            platform=platform,
            native_id=native_id,
            at=at,
            round=self._number,
            state=state,
            before=before,
            detail={"after": self._store.head()} | detail,
            capture=capture,
        )
        self._store.save([], [event])

    def no_answer(
        self, key: Key, before: str, why: str, at: str, capture: int | None, *, down: bool
    ) -> None:
        """Keep that the address of a listing, or (``before``) a start address, did not answer."""
        detail = {"reason": why} | ({"down": True} if down else {})
        self.tell(NO_ANSWER, detail, at, key=key, before=before, capture=capture)

    def _keep(self, known: _Known) -> None:
        self._known = known
        self._vault.keep_cursor(self._source, _CURSOR, known._asdict())


def forget(vault: Vault, source: str) -> None:
    """Begin anew, before all rounds of a source are told again."""
    vault.keep_cursor(source, _CURSOR, _Known()._asdict())


def down_since(vault: Vault, source: str) -> str:
    """Since when the source is down; empty where it is not."""
    return _Known(**(vault.cursor(source, _CURSOR) or {})).down
