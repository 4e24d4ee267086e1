"""Resolution at growing size: CPU seconds, memory, precision and recall against a naive peer.

Usage: python bench/resolve.py [ACCOUNTS …] [--seed N]

Makes up sellers with accounts on several platforms, with keys, contacts and wallets of their own,
some of them shared in networks (a cashier's wallet, a courier's telephone), borrowed, copied by
copycats, or handed out by the market, and compares the actors found with the truth. The peer is
what most tools do: one group for everybody connected by any shared identifier.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from config.resolution import load_rules
from graph.resolve import resolve
from graph.resolve.clusters import Clusters
from model import identity
from model.canonical import Json
from model.facts import Statement
from model.findings import Judgement, Run
from model.identity import Entity

SIZES = (1_000, 10_000, 100_000)
PLATFORMS = ("north", "south", "east", "west", "forum", "classifieds")
SEEN = "2026-01-01T00:00:00Z"


@dataclass
class Store:
    """Statements in memory, in the order that the vault promises; runs are kept, not written."""

    said: list[Statement] = field(default_factory=list)
    runs: dict[str, Run] = field(default_factory=dict)

    def statements(self, predicates: Collection[str] | None = None) -> Iterator[Statement]:
        return (one for one in self.said if predicates is None or one.predicate in predicates)

    def statements_digest(self) -> str:
        return str(len(self.said))

    def judgements(self) -> list[Judgement]:
        return []

    def add_judgement(self, judgement: Judgement) -> None:
        raise AssertionError("nobody judges here")

    def save_run(self, run: Run, findings: Iterable[tuple[str, str, Json]]) -> None:
        self.runs[run.kind] = run
        for _ in findings:
            pass

    def latest_run(self, kind: str) -> Run | None:
        return self.runs.get(kind)

    def findings(self, kind: str, finding_kind: str | None = None) -> Iterator[Json]:
        return iter(())


class World:
    """A made-up world with its truth: account uid → the person behind it."""

    def __init__(self, accounts: int, seed: int) -> None:
        self.luck = random.Random(seed)
        self.store = Store()
        self.truth: dict[str, int] = {}
        self.shown: dict[str, list[Entity]] = {}
        people = self._people(accounts)
        self._networks(people)
        self._copycats(people)
        self._hubs()
        self.store.said.sort(
            key=lambda one: (
                one.subject.uid,
                one.predicate,
                one.object.uid if one.object else "",
                one.id,
            )
        )

    def _people(self, accounts: int) -> list[list[Entity]]:
        people: list[list[Entity]] = []
        while len(self.truth) < accounts:
            number = len(people)
            name = f"{self.luck.choice(SYLLABLES)}{self.luck.choice(SYLLABLES)}{number:x}"
            platforms = self.luck.sample(PLATFORMS, self.luck.choice((1, 1, 1, 2, 2, 3, 4)))
            own = self._own_things(name, number)
            people.append([self._account(one, name, number, own) for one in platforms])
        return people

    def _own_things(self, name: str, number: int) -> list[Entity]:
        luck = self.luck
        contact = f"{luck.choice(SYLLABLES)}{luck.randrange(10**7)}"
        things = [
            (0.5, identity.identifier("pgp_key", f"{luck.getrandbits(160):040X}")),
            (0.6, identity.identifier("messenger", f"telegram:{contact}")),
            (0.5, identity.identifier("email", f"{name}{luck.randrange(99)}@mail.example")),
            (0.3, identity.identifier("phone", f"+4915{luck.randrange(10**8, 10**9)}")),
            (0.4, identity.identifier("wallet", f"btc:1{luck.getrandbits(128):032x}")),
        ]
        del number
        return [thing for share, thing in things if luck.random() < share]

    def _account(self, platform: str, name: str, person: int, own: list[Entity]) -> Entity:
        """An account that shows most of its owner's things, at times under another name."""
        handle = name if self.luck.random() < 0.6 else f"{self.luck.choice(SYLLABLES)}{person:x}q"
        account = identity.account(platform, handle)
        if account.uid in self.truth:
            return account
        self.truth[account.uid] = person
        self._say(account, "DESCRIBED_AS", None)
        for thing in own:
            if self.luck.random() < 0.75:
                self._show(account, thing)
        return account

    def _networks(self, people: list[list[Entity]]) -> None:
        """Groups of persons with a cashier's wallet, a courier's phone and a warehouse address."""
        for number in range(max(1, len(people) // 200)):
            common = [
                identity.identifier("wallet", f"btc:1cashier{number}"),
                identity.identifier("phone", f"+4930{number:08}"),
                identity.identifier("email", f"warehouse{number}@mail.example"),
            ]
            for person in self.luck.sample(people, min(8, len(people))):
                for thing in self.luck.sample(common, 2):
                    self._show(person[0], thing)

    def _copycats(self, people: list[list[Entity]]) -> None:
        """Others under a seller's name with their own key and contact; and borrowed contacts."""
        for number, person in enumerate(self.luck.sample(people, len(people) // 50)):
            handle, taken = person[0].key[1], {account.key[0] for account in person}
            free = sorted(set(PLATFORMS) - taken)
            if free:
                own = self._own_things(f"copy{number}", number)
                self._account(self.luck.choice(free), handle, -number - 1, own)
        for person in self.luck.sample(people, len(people) * 3 // 100):
            lender = self.luck.choice(people)[0]
            if things := self.shown.get(lender.uid):
                contacts = [one for one in things if one.label not in {"PGPKey", "Wallet"}]
                for thing in contacts[:1]:
                    self._show(person[0], thing)

    def _hubs(self) -> None:
        """A market's key and support address with all its sellers; escrow wallets."""
        sellers = [one.subject for one in self.store.said if one.predicate == "DESCRIBED_AS"]
        for platform in PLATFORMS[:3]:
            key = identity.identifier("pgp_key", f"{'AB' * 18}{len(platform):04X}")
            support = identity.identifier("email", f"support@{platform}.example")
            escrow = identity.identifier("wallet", f"btc:1escrow{platform}")
            for seller in sellers:
                if seller.key[0] == platform:
                    self._show(seller, key if self.luck.random() < 0.5 else support)
                    self._say(seller, "MENTIONS", escrow, context="escrow")

    def _show(self, account: Entity, thing: Entity) -> None:
        self.shown.setdefault(account.uid, []).append(thing)
        self._say(account, "USES", thing, context="contact")

    def _say(self, subject: Entity, predicate: str, other: Entity | None, **said: str) -> None:
        self.store.said.append(
            Statement(
                subject=subject,
                predicate=predicate,
                object=other,
                attributes=said,
                capture_sha256="0" * 64,
                source="bench",
                document=f"d{len(self.store.said)}",
                rule="bench/1",
                first_seen=SEEN,
                last_seen=SEEN,
                confidence=0.9,
            )
        )


SYLLABLES = tuple(
    first + second
    for first in ("ka", "lo", "mi", "zu", "ra", "te", "vo", "shi", "ny", "dra", "gho", "bel")
    for second in ("tan", "rex", "vim", "los", "dar", "mon", "quin", "fay", "zor", "lund")
)


def union_of_shared(world: World) -> dict[str, str]:
    """The peer: everybody connected by any identifier is one."""
    clusters, first = Clusters(), dict[str, str]()
    for account in sorted(world.shown):
        for thing in world.shown[account]:
            clusters.join(account, first.setdefault(thing.uid, account))
    return {account: clusters.find(account) for account in world.truth}


def pairwise(found: dict[str, str], truth: dict[str, int]) -> tuple[float, float]:
    """Precision and recall over pairs of accounts said to be one."""

    def pairs(groups: Iterable[object]) -> int:
        return sum(size * (size - 1) // 2 for size in Counter(groups).values())

    right = pairs((found[account], truth[account]) for account in truth)
    said, real = pairs(found[account] for account in truth), pairs(truth.values())
    return right / max(1, said), right / max(1, real)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one_size(accounts: int, seed: int) -> str:
    """A row of the table: made, resolved, compared."""
    world = World(accounts, seed)
    before = peak_mb()
    begin = time.process_time()
    resolution = resolve(world.store, load_rules())
    seconds = time.process_time() - begin
    memory = peak_mb() - before
    found = {one: actor.uid for actor in resolution.actors for one in actor.accounts}
    ours, peer = pairwise(found, world.truth), pairwise(union_of_shared(world), world.truth)
    verdicts = Counter(match.verdict for match in resolution.matches)
    return (
        f"{len(world.truth):9,} {len(world.store.said):11,} {seconds:8.2f} {memory:8.0f} "
        f"{ours[0]:9.4f} {ours[1]:7.4f} {peer[0]:9.4f} {peer[1]:7.4f} "
        f"{verdicts['merge']:8,} {verdicts['review']:7,} {verdicts['apart']:6,}"
    )


def main() -> None:
    """One process a size, so that memory is that size's own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("accounts", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(one_size(options.accounts[0], options.seed))
        return
    print(
        f"{'accounts':>9} {'statements':>11} {'CPU s':>8} {'+MB':>8} {'precision':>9} "
        f"{'recall':>7} {'peer P':>9} {'peer R':>7} {'merges':>8} {'review':>7} {'apart':>6}",
        flush=True,
    )
    for size in options.accounts or SIZES:
        arguments = [sys.executable, __file__, str(size), "--seed", str(options.seed), "--one"]
        subprocess.run(arguments, check=True)


if __name__ == "__main__":
    main()
