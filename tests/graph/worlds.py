"""Small hand-made worlds of statements, and an evidence store in memory that holds them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from model import identity
from model.canonical import Json, digest
from model.evidence import Capture
from model.facts import Statement
from model.findings import Judgement, Run
from model.identity import Entity

Finding = tuple[str, str, Mapping[str, Json]]


@dataclass
class MemoryVault:
    """The part of the vault that resolution needs, over lists; order as the vault promises."""

    said: list[Statement] = field(default_factory=list)
    verdicts: list[Judgement] = field(default_factory=list)
    runs: dict[str, tuple[Run, list[Finding]]] = field(default_factory=dict)

    def statements(self, predicates: Collection[str] | None = None) -> Iterator[Statement]:
        chosen = [one for one in self.said if predicates is None or one.predicate in predicates]
        yield from sorted(chosen, key=_place)

    def captures(self, after: int = 0) -> Iterator[Capture]:
        """None: a world says itself where things were seen."""
        return iter(())

    def statements_digest(self) -> str:
        return digest(sorted(one.id for one in self.said))

    def judgements(self) -> list[Judgement]:
        return list(self.verdicts)

    def add_judgement(self, judgement: Judgement) -> None:
        self.verdicts.append(judgement)

    def save_run(self, run: Run, findings: Iterable[Finding]) -> None:
        self.runs[run.kind] = run, list(findings)

    def latest_run(self, kind: str) -> Run | None:
        return self.runs[kind][0] if kind in self.runs else None

    def findings(self, kind: str, finding_kind: str | None = None) -> Iterator[Finding]:
        for row in self.runs[kind][1] if kind in self.runs else []:
            if finding_kind is None or row[0] == finding_kind:
                yield row


def _place(statement: Statement) -> tuple[str, str, str, str]:
    other = statement.object.uid if statement.object else ""
    return statement.subject.uid, statement.predicate, other, statement.id


class World:
    """Builds statements as the enrichers do: accounts ``platform:handle`` with what they show."""

    def __init__(self) -> None:
        self.vault = MemoryVault()
        self._number = 0

    def say(
        self, subject: Entity, predicate: str, other: Entity | None, **attributes: Json
    ) -> Statement:
        self._number += 1
        seen = "2026-01-01T00:00:00Z"
        statement = Statement(
            subject=subject,
            predicate=predicate,
            object=other,
            attributes=attributes,
            capture_sha256="0" * 64,
            source="test",
            document=f"document-{self._number}",
            rule="test/1",
            first_seen=seen,
            last_seen=seen,
            confidence=0.9,
        )
        self.vault.said.append(statement)
        return statement

    def account(self, name: str, *shows: str, context: str = "contact") -> str:
        """An account and what it gives as its own (``kind=value``); its uid."""
        platform, _, handle = name.partition(":")
        entity = identity.account(platform, handle)
        self.say(entity, "DESCRIBED_AS", None, platform=platform, handle=handle)
        for shown in shows:
            kind, _, value = shown.partition("=")
            thing = identity.identifier(kind, value)
            self.say(entity, "USES", thing, context=context)
            self.say(entity, "MENTIONS", thing, kind=kind, value=value, context=context)
        return entity.uid

    def known_as(self, name: str, alias: str) -> None:
        platform, _, handle = name.partition(":")
        entity = identity.account(platform, handle)
        self.say(entity, "KNOWN_AS", identity.alias(alias), name=alias)

    def listing(self, name: str, number: str, *shows: str, context: str, **about: Json) -> str:
        """A listing of an account with the identifiers that stand in it; its uid."""
        platform, _, handle = name.partition(":")
        seller, listing = identity.account(platform, handle), identity.listing(platform, number)
        self.say(seller, "POSTED", listing)
        self.say(listing, "DESCRIBED_AS", None, platform=platform, native_id=number, **about)
        for shown in shows:
            kind, _, value = shown.partition("=")
            thing = identity.identifier(kind, value)
            self.say(listing, "MENTIONS", thing, kind=kind, value=value, context=context)
        return listing.uid

    def offers(self, platform: str, number: str, taxon: str, **about: Json) -> None:
        listing = identity.listing(platform, number)
        self.say(listing, "OFFERS", identity.taxon(taxon), **about)

    def judge(self, left: str, right: str, verdict: str, by: str = "ann", at: int = 1) -> None:
        moment = f"2026-01-{at:02d}T00:00:00Z"
        self.vault.verdicts.append(Judgement(left, right, verdict, by, moment, "seen together"))
