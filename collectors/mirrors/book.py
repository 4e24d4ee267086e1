"""The addresses of one site: which one is asked now, which answered last, which failed and why."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import SplitResult, urlsplit

from collectors.mirrors.addresses import Address, Place, address, first_place, moved
from collectors.mirrors.lists import MirrorListReading
from config.sources import Source
from model.canonical import Json
from model.clock import Clock, iso, system_clock
from model.errors import ConfigurationError

CURSOR = "mirrors"
"""Name of the cursor under which the vault keeps :meth:`Mirrors.state`."""

_REASON = 60


@dataclass(frozen=True, slots=True)
class Known:
    """One address of a site, where we have it from (``start``, ``mirrors``, ``list``), and how it
    fares. Times are ISO 8601 UTC, empty where it never happened; ``verified_at`` is when a signed
    list that names it was accepted."""

    url: str
    known_from: str
    verified_at: str = ""
    answered_at: str = ""
    failed_at: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The signed list whose addresses count now."""

    addresses: tuple[str, ...]
    signed_at: str
    fingerprint: str
    sha256: str
    accepted_at: str
    served_from: str


class Mirrors:
    """The addresses of one source, of which one is asked at a time; safe to use from threads.

    Addresses of pages are compared, counted and kept as they are at the first place; only what
    is sent goes to the current mirror. A mirror's path is where the first place's ``/`` is.
    """

    def __init__(
        self,
        source: Source,
        extra: Iterable[str] = (),
        *,
        state: Json | None = None,
        clock: Clock = system_clock,
    ) -> None:
        """``state`` is what :meth:`state` gave in a former run; ``extra`` are addresses known by
        other means. ConfigurationError names the line of a misspelt address in the source file."""
        if not source.start:
            raise ConfigurationError(f"{source.place('start')}: the source has no start address")
        self._lock = threading.Lock()
        self._clock = clock
        self._own = {first_place(url): "start" for url in _checked(source, "start", source.start)}
        self._first = next(iter(self._own))
        self._mirrors = {self._first: "start"}
        for url in _checked(source, "mirrors", source.mirrors):
            self._mirrors.setdefault(address(url), "mirrors")
        self._fares = _fares(state)
        self._list = _kept_list(source, state)
        self._extra = tuple(extra)
        self._addresses: tuple[tuple[Address, str], ...] = ()
        self._hosts: dict[str, list[Address]] = {}
        self._arrange()
        self._tried: set[Address] = set()
        self._current = self._last_answered()

    @property
    def first(self) -> str:
        """The first place's address."""
        return self._first.url

    @property
    def current(self) -> str:
        """The address that is asked now."""
        return self._current.url

    @property
    def accepted(self) -> Accepted | None:
        """The signed list that counts now."""
        return self._list

    def addresses(self) -> tuple[str, ...]:
        """Every address of the site, in the order in which they are taken in turn."""
        return tuple(one.url for one, _ in self._addresses)

    def places(self) -> frozenset[Place]:
        """Host and port of all addresses, also of further start addresses on hosts of their own."""
        every = [*self._own, *(one for one, _ in self._addresses)]
        return frozenset().union(*(one.places for one in every))

    def belongs(self, url: str) -> bool:
        """Whether this page stands at an address of the site."""
        parts = _split(url)
        if parts is None:
            return False
        return self._mirror_of(parts) is not None or any(own.holds(parts) for own in self._own)

    def canonical(self, url: str) -> str:
        """The page as it is at the first place; what is on no mirror stays as it is."""
        parts = _split(url)
        here = None if parts is None else self._mirror_of(parts)
        return url if here is None or here == self._first else moved(url, here, self._first)

    def at_mirror(self, url: str) -> str:
        """The page of the first place as it is to be asked for now, on the current mirror."""
        current = self._current
        parts = _split(url)
        if parts is None or current == self._first or not self._first.holds(parts):
            return url
        return moved(url, self._first, current)

    def answered(self, url: str) -> None:
        """Note that the mirror this page was really asked from has answered."""
        parts = _split(url)
        with self._lock:
            here = None if parts is None else self._mirror_of(parts)
            if here is not None:
                self._tried.clear()
                self._note(here, answered_at=iso(self._clock()))

    def next(self, reason: str, *, asked: str = "") -> bool:
        """Go on to the next mirror, because the current one failed for ``reason`` (its word).

        ``asked`` is the page as really asked for: where another thread has left that mirror
        already, nothing moves. False where every mirror has failed since one answered last.
        """
        parts = _split(asked) if asked else None
        with self._lock:
            here = self._mirror_of(parts) if parts is not None else self._current
            if here is None:
                return False
            self._note(here, failed_at=iso(self._clock()), reason=reason[:_REASON])
            if here != self._current:
                return True
            self._tried.add(here)
            order = [one for one, _ in self._addresses]
            self._current = order[(order.index(here) + 1) % len(order)]
            if self._tried.issuperset(order):
                self._tried.clear()
                return False
            return True

    def take(self, reading: MirrorListReading, *, served_from: str = "") -> tuple[str, ...]:
        """Let the addresses of an accepted list count in place of the former list's.

        Returns those that are new. A list that was refused changes nothing.
        """
        if not reading.accepted:
            return ()
        with self._lock:
            before = set(self.addresses())
            self._list = Accepted(
                reading.addresses,
                reading.signed_at,
                reading.fingerprint,
                reading.sha256,
                iso(self._clock()),
                served_from,
            )
            self._arrange()
            if self._current not in {one for one, _ in self._addresses}:
                self._current = self._first
            return tuple(url for url in self.addresses() if url not in before)

    def state(self) -> Json:
        """What the next run has to know, for the vault's cursor :data:`CURSOR`."""
        with self._lock:
            kept = {one.url for one, _ in self._addresses}
            return {
                "list": None if self._list is None else _plain(self._list),
                "addresses": {url: dict(fare) for url, fare in self._fares.items() if url in kept},
            }

    def known(self) -> tuple[Known, ...]:
        """Every address with how it fares, for a person to look at."""
        with self._lock:
            return tuple(self._known(one, origin) for one, origin in self._addresses)

    def _known(self, one: Address, origin: str) -> Known:
        named = self._list is not None and one.url in self._list.addresses
        verified = self._list.accepted_at if self._list is not None and named else ""
        return replace(Known(one.url, origin, verified), **self._fares.get(one.url, {}))

    def _arrange(self) -> None:
        """Put all addresses in their order, and by host."""
        every = dict(self._mirrors)
        for url in self._list.addresses if self._list is not None else ():
            every.setdefault(address(url), "list")
        for url in self._extra:
            every.setdefault(address(url), "list")
        hosts: dict[str, list[Address]] = {}
        for one in sorted(every, key=lambda one: -len(one.root)):
            hosts.setdefault(one.host, []).append(one)
        self._hosts = hosts
        self._addresses = tuple(every.items())

    def _mirror_of(self, parts: SplitResult) -> Address | None:
        """The address a page stands below, the one with the longest path first."""
        for one in self._hosts.get(parts.hostname or "", ()):
            if one.holds(parts):
                return one
        return None

    def _last_answered(self) -> Address:
        times = {one: self._fares.get(one.url, {}).get("answered_at", "") for one in self._order()}
        return max(times, key=lambda one: times[one])

    def _order(self) -> Iterable[Address]:
        return (one for one, _ in self._addresses)

    def _note(self, one: Address, **fare: str) -> None:
        self._fares.setdefault(one.url, {}).update(fare)


def _split(url: str) -> SplitResult | None:
    """The parts of an address; None for one that cannot be one of ours."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts


def _checked(source: Source, key: str, urls: Sequence[str]) -> Sequence[str]:
    for number, url in enumerate(urls):
        try:
            address(url)
        except ValueError as error:
            raise ConfigurationError(
                f"{source.place(key, number)}: {error}",
                remedy="copy the address again from where it was published",
            ) from error
    return urls


def _fares(state: Json | None) -> dict[str, dict[str, str]]:
    kept = state.get("addresses") if isinstance(state, dict) else None
    names = ("answered_at", "failed_at", "reason")
    return {
        str(url): {name: str(fare[name]) for name in names if name in fare}
        for url, fare in (kept or {}).items()
        if isinstance(fare, Mapping)
    }


def _kept_list(source: Source, state: Json | None) -> Accepted | None:
    """The list accepted in a former run, as long as the source file still names its key."""
    kept = state.get("list") if isinstance(state, dict) else None
    if not kept or source.mirror_list is None:
        return None
    if kept["fingerprint"] != source.mirror_list.fingerprint:
        return None
    return Accepted(**{**kept, "addresses": tuple(kept["addresses"])})


def _plain(accepted: Accepted) -> Json:
    return {**asdict(accepted), "addresses": list(accepted.addresses)}
