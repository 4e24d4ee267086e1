"""What a source was searched for: the terms of its open round, and the effort and yield of each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select

from model.evidence import Capture
from vault.bulk import upsert
from vault.schema import captures, documents, standing, statements
from vault.session import Session
from vault.text import pack, unpack
from vault.visit_tables import search_terms, searches

_LOOKED_UP = 500
_OFFERS = "OFFERS"
_DETAILS = ("language", "taxon", "product", "origin")


@dataclass(frozen=True, slots=True)
class Planned:
    """A term as it was planned: its language (ISO 639-1), what it names, and where it is from."""

    term: str
    language: str = ""
    taxon: str = ""
    product: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """What one round asked for one term; times are ISO 8601 UTC.

    ``pages`` counts answered requests, ``answers`` the records in them, ``new`` those of them
    that the vault did not hold before.
    """

    round: int
    planned: Planned
    first_asked: str
    last_asked: str
    pages: int
    answers: int
    new: int


class SearchStore:
    """The searches of one source. Every change is durable with the batch around it."""

    def __init__(self, session: Session, source: str) -> None:
        self._session = session
        self._source = pack(source)

    def keep_plan(self, terms: Sequence[Planned]) -> None:
        """Keep the terms of the round at hand, in their order, in place of those before."""
        given = {one.term: one for one in terms}
        rows = [
            {"source": self._source, "position": place, "term": pack(one.term), **_packed(one)}
            for place, one in enumerate(given.values())
        ]
        with self._session.operation() as connection:
            connection.execute(delete(search_terms).where(search_terms.c.source == self._source))
            if rows:
                connection.execute(insert(search_terms), rows)

    def plan(self) -> tuple[Planned, ...]:
        """The terms that were kept last, in their order."""
        query = select(search_terms).where(search_terms.c.source == self._source)
        rows = self._session.look(query.order_by(search_terms.c.position))
        return tuple(_planned(row) for row in rows)

    def asked(self, round_: int, term: str, at: str, answers: int, new: int) -> None:
        """One more page of answers to ``term`` was read, with so many records, so many of them new.

        To be called in the batch in which the frontier learns that the page was answered: then a
        page is counted once, however the run ends.
        """
        about = self._about(term)
        row = {
            "source": self._source,
            "round": round_,
            "term": pack(term),
            **_packed(about),
            "first_asked": at,
            "last_asked": at,
            "pages": 1,
            "answers": answers,
            "new": new,
        }
        with self._session.operation() as connection:
            connection.execute(_ASKED, row)

    def first_seen(self, capture: Capture, records: Collection[tuple[str, str]]) -> int:
        """How many of these records, by platform and native id, no earlier capture holds."""
        by_platform: dict[str, set[str]] = {}
        for platform, native_id in records:
            by_platform.setdefault(pack(platform), set()).add(pack(native_id))
        held = 0
        for platform, ids in by_platform.items():
            for part in _parts(sorted(ids)):
                query = (
                    select(documents.c.native_id)
                    .distinct()
                    .where(
                        documents.c.platform == platform,
                        documents.c.native_id.in_(part),
                        documents.c.capture < capture.seq,
                    )
                )
                held += len(self._session.look(query))
        return sum(map(len, by_platform.values())) - held

    def offers(self) -> Iterator[tuple[str, int]]:
        """Addresses whose answers offer goods, by the statements that stand, and how many do."""
        goes = (
            (captures.c.source == self._source)
            & (documents.c.current == 1)
            & (statements.c.predicate == _OFFERS)
            & standing.c.ended.is_(None)
        )
        query: Select[Any] = (
            select(captures.c.url, func.count(documents.c.uid.distinct()).label("number"))
            .join(documents, documents.c.capture == captures.c.seq)
            .join(standing, standing.c.document == documents.c.uid)
            .join(statements, statements.c.id == standing.c.statement)
            .where(goes)
            .group_by(captures.c.url)
        )
        for row in self._session.look(query):
            yield unpack(row.url), int(row.number)

    def searches(self, round_: int | None = None) -> Iterator[Search]:
        """What was asked, in one round or in all: the latest round first, then as it was asked."""
        query = select(searches).where(searches.c.source == self._source)
        if round_ is not None:
            query = query.where(searches.c.round == round_)
        order = (searches.c.round.desc(), searches.c.first_asked, searches.c.term)
        for row in self._session.look(query.order_by(*order)):
            yield _search(row)

    def _about(self, term: str) -> Planned:
        here = (search_terms.c.source == self._source, search_terms.c.term == pack(term))
        rows = self._session.look(select(search_terms).where(*here))
        return _planned(rows[0]) if rows else Planned(term)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _LOOKED_UP):
        yield ids[start : start + _LOOKED_UP]


def _asking() -> Any:
    added = upsert(searches)
    counted = {
        name: searches.c[name] + added.excluded[name] for name in ("pages", "answers", "new")
    }
    return added.on_conflict_do_update(
        index_elements=["source", "round", "term"],
        set_={**counted, "last_asked": added.excluded.last_asked},
    )


_ASKED = _asking()


def _packed(planned: Planned) -> dict[str, str]:
    return {name: pack(getattr(planned, name)) for name in _DETAILS}


def _planned(row: Row[Any]) -> Planned:
    return Planned(unpack(row.term), *(unpack(getattr(row, name)) for name in _DETAILS))


def _search(row: Row[Any]) -> Search:
    times = (row.first_asked, row.last_asked)
    return Search(row.round, _planned(row), *times, row.pages, row.answers, row.new)
