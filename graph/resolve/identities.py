"""Ids that platforms give accounts: handles of one account, and handles that are no one account's.

An account is a handle on a platform. A handle can change, and be taken over by somebody else; the
id beside it does not. So one id joins two handles, and one handle with two ids joins nobody.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from config.resolution import ResolutionRules
from model.facts import Statement
from model.identity import fold_handle
from model.native_ids import is_native_id

FEW_MIXED = 2
"""Ids under several handles that a source may always have, however few ids it has in all."""


class NativeId(NamedTuple):
    """An id on a platform; ``source`` is empty where it is the same whoever reads it."""

    platform: str
    source: str
    value: str

    @property
    def key(self) -> tuple[str, str]:
        """How evidence names it: kind, and all that tells it from other ids."""
        return "native_id", json.dumps(self)

    @classmethod
    def of(cls, key: tuple[str, str]) -> NativeId:
        """The id that a key names."""
        return cls(*json.loads(key[1]))


@dataclass(slots=True)
class Pairing:
    """That an account was shown with an id: the first statement that says so, and the last."""

    statements: list[Statement] = field(default_factory=list)

    def add(self, statement: Statement) -> None:
        """Take one more statement, in whatever order they come."""
        known = sorted((*self.statements, statement), key=_moment)
        self.statements = known if len(known) < 2 else [known[0], known[-1]]

    @property
    def statement_ids(self) -> list[str]:
        return sorted({one.id for one in self.statements})

    @property
    def entities(self) -> frozenset[str]:
        """None: an id is told in the description of an account, and is no thing of its own."""
        return frozenset()

    @property
    def period(self) -> str:
        """The days of the first and the last sighting."""
        days = self.statements[0].first_seen[:10], self.statements[-1].last_seen[:10]
        return days[0] if days[0] == days[1] else f"{days[0]} to {days[1]}"


Shown = Mapping[NativeId, Mapping[str, Pairing]]
"""Id → the accounts (uids) shown with it."""


@dataclass(frozen=True, slots=True)
class Identities:
    """What ids say: which accounts are one, which ids are no account's, which handles are not one.

    ``shared`` are ids of several accounts, ``crowded`` those with more handles than one account
    has, ``handed_on`` accounts with several ids, ``mixed`` (platform, source) whose ids are none.
    """

    shared: Mapping[NativeId, tuple[str, ...]] = field(default_factory=dict)
    crowded: Mapping[NativeId, tuple[str, ...]] = field(default_factory=dict)
    handed_on: Mapping[str, tuple[NativeId, ...]] = field(default_factory=dict)
    mixed: Mapping[tuple[str, str], int] = field(default_factory=dict)


def native_id(statement: Statement, rules: ResolutionRules) -> NativeId | None:
    """The id that a description of an account tells; None where that could be anything else."""
    told = statement.attributes.get("native_id")
    value = told.strip() if isinstance(told, str) else ""
    platform, handle = statement.subject.key
    if not value:
        return None
    if platform in rules.native_id.stable_on:
        return NativeId(platform, "", value) if is_native_id(platform, value) else None
    stands_in = fold_handle(value) == handle or "://" in value
    return None if stands_in else NativeId(platform, statement.source, value)


def identities(shown: Shown, rules: ResolutionRules) -> Identities:
    """What the ids of all accounts say together."""
    mixed = dict(_mixed(shown, rules))
    sound = {
        one: tuple(sorted(accounts))
        for one, accounts in sorted(shown.items())
        if (one.platform, one.source) not in mixed
    }
    several = {one: accounts for one, accounts in sound.items() if len(accounts) > 1}
    most = rules.native_id.handles_up_to
    return Identities(
        shared={one: found for one, found in several.items() if len(found) <= most},
        crowded={one: found for one, found in several.items() if len(found) > most},
        handed_on=dict(_handed_on({k: v for k, v in sound.items() if len(v) <= most})),
        mixed=mixed,
    )


def forget_the_rest(shown: Shown) -> None:
    """Let go of the statements on accounts whose one id nobody shares: nobody asks for them."""
    ids = Counter(account for accounts in shown.values() for account in accounts)
    for accounts in shown.values():
        for account, pairing in accounts.items():
            if len(accounts) == 1 and ids[account] == 1:
                pairing.statements.clear()


def _mixed(shown: Shown, rules: ResolutionRules) -> Iterator[tuple[tuple[str, str], int]]:
    """Sources outside the known platforms where too many ids stand under several handles."""
    ids: Counter[tuple[str, str]] = Counter()
    several: Counter[tuple[str, str]] = Counter()
    for one, accounts in shown.items():
        if one.source:
            ids[one.platform, one.source] += 1
            several[one.platform, one.source] += len(accounts) > 1
    for place, number in sorted(several.items()):
        if number > max(FEW_MIXED, rules.native_id.mixed_up_to * ids[place]):
            yield place, number


def _handed_on(
    sound: Mapping[NativeId, Sequence[str]],
) -> Iterator[tuple[str, tuple[NativeId, ...]]]:
    """Accounts with several ids of one kind: those of one platform, or of one source."""
    ids_of: dict[str, list[NativeId]] = {}
    for one, accounts in sound.items():
        for account in accounts:
            ids_of.setdefault(account, []).append(one)
    for account, ids in sorted(ids_of.items()):
        most = Counter(one.source for one in ids)
        if found := tuple(sorted(one for one in ids if most[one.source] > 1)):
            yield account, found


def _moment(statement: Statement) -> tuple[str, str, str]:
    return statement.first_seen, statement.last_seen, statement.document
