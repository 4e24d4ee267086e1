"""What the networks offer: taxa, platforms and listings of their accounts, from the statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graph.resolve.ports import Records
from model.canonical import Json
from model.facts import Statement
from model.progress import Progress

_ABOUT = ("DESCRIBED_AS", "OFFERS")
RELEVANT = frozenset({"offer", "wanted"})


@dataclass(slots=True)
class Trade:
    """What one network's listings offer; ``wildlife`` are listings about protected wildlife."""

    listings: set[str] = field(default_factory=set)
    wildlife: set[str] = field(default_factory=set)
    taxa: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    first_seen: str = ""
    last_seen: str = ""

    def add(self, statement: Statement) -> None:
        listing = statement.subject.uid
        self.listings.add(listing)
        self.first_seen = min(self.first_seen or statement.first_seen, statement.first_seen)
        self.last_seen = max(self.last_seen, statement.last_seen)
        about = statement.attributes
        if statement.predicate == "DESCRIBED_AS":
            if about.get("relevance") in RELEVANT:
                self.wildlife.add(listing)
            if country := about.get("country"):
                self.countries[str(country)] += 1
        elif taxon := _offered(statement):
            self.taxa[taxon] += 1

    def as_json(self) -> dict[str, Json]:
        return {
            "listings": len(self.listings),
            "wildlife_listings": len(self.wildlife),
            "wildlife": bool(self.wildlife),
            "taxa": dict(sorted(self.taxa.items(), key=lambda item: (-item[1], item[0]))),
            "countries": sorted(self.countries),
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
        }


def _offered(statement: Statement) -> str:
    """The taxon offered or wanted; empty for products and for what is only mentioned."""
    thing = statement.object
    if thing is None or thing.label != "Taxon":
        return ""
    return "" if statement.attributes.get("relation") == "mentioned" else thing.key[0]


def trades(
    records: Records,
    posted_by: Mapping[str, Sequence[str]],
    network_of: Mapping[str, int],
    progress: Progress,
) -> dict[int, Trade]:
    """What each network (by number) trades; ``network_of`` maps account uids to numbers."""
    wanted = {
        listing: {network_of[account] for account in accounts if account in network_of}
        for listing, accounts in posted_by.items()
        if any(account in network_of for account in accounts)
    }
    found: dict[int, Trade] = {}
    if not wanted:
        return found
    number = 0
    for number, statement in enumerate(records.statements(_ABOUT), start=1):
        for network in wanted.get(statement.subject.uid, ()):
            found.setdefault(network, Trade()).add(statement)
        if number % 10_000 == 0:
            progress("reading what networks trade", number, None)
    progress("reading what networks trade", number, None)
    return found
