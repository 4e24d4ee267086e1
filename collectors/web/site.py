"""A source's own addresses: which belong to it, under which key each is kept, where it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit, urlunsplit

from collectors.mirrors import Mirrors
from collectors.web.addresses import normal
from collectors.web.chains import Chains
from collectors.web.keys import Learner, without_sessions
from collectors.web.traps import MAX_LENGTH, Shapes, repeats
from config.sources import Source
from vault.frontier import Address

_ALWAYS_ASKED = frozenset({"start", "recheck", "mirrors"})


class Site:
    """One source as a place to go about in; what it learns of traps is part of its state.

    Addresses of an interface are its own business: nothing is left out of them, and no rule over
    their look ends its paging; only ``chains`` does.
    """

    def __init__(self, source: Source, mirrors: Mirrors, state: object = None) -> None:
        kept = state if isinstance(state, dict) else {}
        self.mirrors = mirrors
        self._is_interface = source.is_interface
        self._depth = source.traps.depth
        self._given = source.traps.parameters
        self.learner = Learner(kept.get("learner"))
        self.shapes = Shapes(source.traps.barren, kept.get("shapes"))
        self.chains = Chains(source.traps.barren, kept.get("chains"))

    def state(self) -> dict[str, object]:
        if self._is_interface:
            return {"chains": self.chains.state()}
        return {"learner": self.learner.state(), "shapes": self.shapes.state()}

    def key(self, url: str, base: str = "") -> str:
        """The address as the round knows it; ValueError for what is none, or is not the site's.

        Mirrors are mapped onto the first place, session ids and the like left out.
        """
        found = normal(url, base)
        if not self.mirrors.belongs(found):
            raise ValueError("at another place")
        return self.plain(self.mirrors.canonical(found))

    def plain(self, key: str) -> str:
        """A key without what was found, meanwhile, to change nothing."""
        if self._is_interface:
            return key
        return without_sessions(key, (*self._given, *self.learner.dropped))

    def keys(self, urls: Iterable[str], base: str) -> Iterator[str]:
        """The keys of those addresses that are the site's, each once."""
        found: dict[str, None] = {}
        for url in urls:
            try:
                found[self.key(url, base)] = None
            except ValueError:
                continue
        yield from found

    def asked_at(self, key: str) -> str:
        """Where the page of this key is asked for now."""
        return normal(self.mirrors.at_mirror(key))

    def trap(self, address: Address) -> str:
        """The rule that leaves this address out; empty where none does."""
        if address.why in _ALWAYS_ASKED or self._is_interface:
            return ""
        if len(address.url) > MAX_LENGTH:
            return "length"
        if address.depth > self._depth:
            return "depth"
        if repeats(address.url):
            return "repeats"
        paged = address.why != "media"
        return "pagination" if paged and self.shapes.exhausted(address.url) else ""


def top(url: str) -> str:
    """Scheme, host and port of an address: what has a robots.txt of its own."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))
