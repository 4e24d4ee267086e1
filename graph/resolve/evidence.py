"""The statements that can link accounts, streamed from the vault and grouped by what is shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from config.resolution import ResolutionRules
from graph.resolve.identities import NativeId, Pairing, forget_the_rest, native_id
from graph.resolve.linkables import channel, squeeze
from graph.resolve.ports import Records
from model.facts import Statement
from model.identity import IDENTIFIER_LABELS, Entity
from model.native_ids import names_itself
from model.progress import Progress, silent

KIND_OF_LABEL = {label: kind for kind, label in IDENTIFIER_LABELS.items()}
_ABOUT_ACCOUNTS = ("DESCRIBED_AS", "KNOWN_AS", "MENTIONS", "POSTED", "USES")
_STEP = 10_000


@dataclass(frozen=True, slots=True)
class Holder:
    """An account as evidence knows it; ``platform`` and ``handle`` are folded for comparison."""

    uid: str
    platform: str
    handle: str

    @property
    def name(self) -> str:
        return f"{self.platform}:{self.handle}"


@dataclass(slots=True)
class Use:
    """The statements by which one account shows one thing; ids cost time, so only when asked."""

    statements: list[Statement] = field(default_factory=list)

    def add(self, statement: Statement) -> None:
        self.statements.append(statement)

    @property
    def statement_ids(self) -> list[str]:
        """The ids of the statements, each once, sorted."""
        return sorted({one.id for one in self.statements})

    @property
    def entities(self) -> set[str]:
        """The uids of what the statements are about: one thing may stand under several."""
        return {one.object.uid for one in self.statements if one.object is not None}


@dataclass(slots=True)
class Linkable:
    """One way to reach or pay somebody, and the accounts that show it.

    ``uses`` are accounts that give it as their own, ``mentions`` accounts in whose adverts it
    stands without that, ``barred`` accounts that show it as escrow or boilerplate, with the
    context. ``entities`` maps entity uids to (kind, value).
    """

    key: tuple[str, str]
    kind: str
    token: str
    entities: dict[str, tuple[str, str]] = field(default_factory=dict)
    uses: dict[str, Use] = field(default_factory=dict)
    mentions: dict[str, Use] = field(default_factory=dict)
    barred: dict[str, str] = field(default_factory=dict)

    @property
    def rule_kind(self) -> str:
        """The kind under which the rules know it: the key's, so that a number is a phone."""
        return self.key[0]

    @property
    def everyone(self) -> set[str]:
        return self.uses.keys() | self.mentions.keys() | self.barred.keys()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Accounts by uid, linkables by key, and who bears which squeezed alias, with statements.

    ``posted_by`` maps listing uids to the accounts that posted them. ``native_ids`` maps the ids
    that platforms give to the accounts shown with them.
    """

    holders: Mapping[str, Holder]
    linkables: Mapping[tuple[str, str], Linkable]
    aliases: Mapping[str, Mapping[str, Use]]
    posted_by: Mapping[str, Sequence[str]]
    platform_sizes: Mapping[str, int]
    native_ids: Mapping[NativeId, Mapping[str, Pairing]] = field(default_factory=dict)

    def name(self, account: str) -> str:
        """``platform:handle`` of an account, its uid where it is not (or no longer) known."""
        holder = self.holders.get(account)
        return holder.name if holder else account

    def platform(self, account: str) -> str:
        holder = self.holders.get(account)
        return holder.platform if holder else ""


class _Reader:
    """Collects evidence statement by statement; the outcome does not depend on their order."""

    def __init__(self, rules: ResolutionRules) -> None:
        self.rules = rules
        self.barred_contexts = rules.barred_contexts
        self.passed_on_contexts = rules.passed_on_contexts
        self.holders: dict[str, Holder] = {}
        self.linkables: dict[tuple[str, str], Linkable] = {}
        self.aliases: dict[str, dict[str, Use]] = {}
        self.posted_by: dict[str, tuple[str, ...]] = {}
        self.native_ids: dict[NativeId, dict[str, Pairing]] = {}
        self._last: tuple[Entity | None, str] = None, ""

    def about_account(self, statement: Statement) -> None:
        account = self._uid(statement.subject)
        if account not in self.holders:
            platform, handle = statement.subject.key
            self.holders[account] = Holder(account, platform, handle)
            if not names_itself(platform, handle):
                self.aliases.setdefault(squeeze(handle), {}).setdefault(account, Use())
        if statement.object is None:
            self._described(account, statement)
            return
        if statement.predicate == "POSTED":
            self._posted(account, statement.object.uid)
        elif statement.predicate == "KNOWN_AS":
            name = squeeze(statement.object.key[0])
            bearer = self.aliases.setdefault(name, {}).setdefault(account, Use())
            bearer.add(statement)
        elif statement.object.label in KIND_OF_LABEL:
            self.shown(account, statement)

    def _uid(self, subject: Entity) -> str:
        """The subject's uid, digested once for a run of statements on one subject."""
        if subject != self._last[0]:
            self._last = subject, subject.uid
        return self._last[1]

    def _described(self, account: str, statement: Statement) -> None:
        """One statement on the account is enough to show where its own handle stands."""
        bearer = self.aliases.get(squeeze(statement.subject.key[1]), {}).get(account)
        if bearer is not None and not bearer.statements:
            bearer.add(statement)
        if (told := native_id(statement, self.rules)) is not None:
            shown = self.native_ids.setdefault(told, {})
            shown.setdefault(account, Pairing()).add(statement)

    def _posted(self, account: str, listing: str) -> None:
        sellers = self.posted_by.get(listing, ())
        if account not in sellers:
            self.posted_by[listing] = (*sellers, account)

    def about_listing(self, statement: Statement) -> None:
        if statement.object is None or statement.object.label not in KIND_OF_LABEL:
            return
        for account in self.posted_by.get(self._uid(statement.subject), ()):
            self.shown(account, statement)

    def shown(self, account: str, statement: Statement) -> None:
        """File a USES or MENTIONS statement under the thing that it names."""
        entity = statement.object
        if entity is None:
            return
        context = str(statement.attributes.get("context") or "")
        if context in self.passed_on_contexts:
            return
        kind, value = KIND_OF_LABEL[entity.label], entity.key[0]
        way = channel(kind, value)
        thing = self.linkables.get(way.key)
        if thing is None:
            thing = self.linkables[way.key] = Linkable(way.key, way.kind, way.token)
        thing.kind, thing.token = min(thing.kind, way.kind), min(thing.token, way.token)
        thing.entities[entity.uid] = (kind, value)
        if context in self.barred_contexts:
            thing.barred[account] = max(context, thing.barred.get(account, ""))
        else:
            role = thing.uses if statement.predicate == "USES" else thing.mentions
            role.setdefault(account, Use()).add(statement)


def read_evidence(
    records: Records, rules: ResolutionRules, progress: Progress = silent
) -> Evidence:
    """Everything in the vault that can link accounts; two streams, memory grows with accounts."""
    reader = _Reader(rules)
    for statement in _told(records, _ABOUT_ACCOUNTS, progress, "accounts"):
        if statement.subject.label == "Account":
            reader.about_account(statement)
    for statement in _told(records, ("MENTIONS",), progress, "mentions"):
        if statement.subject.label == "Listing":
            reader.about_listing(statement)
    return _evidence(reader)


def _told(
    records: Records, predicates: Collection[str], progress: Progress, what: str
) -> Iterator[Statement]:
    number = 0
    for number, statement in enumerate(records.statements(predicates), start=1):
        if number % _STEP == 0:
            progress(f"reading {what}", number, None)
        yield statement
    progress(f"reading {what}", number, None)


def _evidence(reader: _Reader) -> Evidence:
    """What was read, in sorted order; statements on what nobody shares are let go."""
    for thing in reader.linkables.values():
        if len(thing.uses) + len(thing.mentions) == 1:
            for use in (*thing.uses.values(), *thing.mentions.values()):
                use.statements.clear()
    for bearers in reader.aliases.values():
        if len(bearers) == 1:
            next(iter(bearers.values())).statements.clear()
    forget_the_rest(reader.native_ids)
    sizes = Counter(holder.platform for holder in reader.holders.values())
    return Evidence(
        holders=dict(sorted(reader.holders.items())),
        linkables=dict(sorted(reader.linkables.items())),
        aliases=dict(sorted(reader.aliases.items())),
        posted_by=reader.posted_by,
        platform_sizes=sizes,
        native_ids=dict(sorted(reader.native_ids.items())),
    )
