"""What differs where an interface is asked instead of a site: beginnings, bounds, error words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta

from collectors import plans
from collectors.interfaces import Interface, Term, interface_of
from collectors.web import rates
from collectors.web.failures import failure, seconds_asked_for
from collectors.web.network import Answer
from config.sources import Source
from model.canonical import Json
from model.clock import iso
from model.errors import CollectionError, Retry
from vault.frontier import Round
from vault.vault import Vault

FORMAT = "interface"
"""What a sealed answer of an interface is called; ``since`` stands beside it."""

_CURSOR = "terms"
_JSON = "application/json"
_PREVIEWS = frozenset({"telegram-web"})
"""Pages made for people, which are read like a site's: robots.txt is heeded, HTML asked for."""

_STATUSES: Mapping[int, str] = {
    403: "forbidden",
    404: "gone",
    410: "gone",
    429: "rate-limit",
    451: "http-status",
}


@dataclass(slots=True)
class Asking:
    """The interface of one source as one run asks it.

    ``with_access`` tells that a key, token or session of ours is shown. ``since`` (ISO 8601 UTC,
    empty for all there is) bounds the round, the same in all of its runs; ``terms`` are those
    that the round searches for. Both are known once the round is open.
    """

    source: Source
    interface: Interface
    with_access: bool = False
    since: str = ""
    terms: tuple[Term, ...] = field(default=())

    @property
    def accept(self) -> str:
        """What kind of answer is asked for; empty for a page."""
        return "" if self.is_preview else _JSON

    @property
    def is_preview(self) -> bool:
        """Whether its pages are made for people, and robots.txt holds for us."""
        return self.interface.name in _PREVIEWS

    def begin(self, vault: Vault, round_: Round) -> list[str]:
        """The addresses the round begins with; its terms are kept. Belongs inside a batch.

        What a plan chose when the round began holds for all of its runs; words that were added
        to the source file meanwhile are asked for too.
        """
        self.since = since(self.source, round_.begun_at)
        self.terms = keep_terms(vault, self.source, round_)
        return list(dict.fromkeys(self.interface.start(self.source, self.terms)))

    def trouble(self, answer: Answer, at: datetime) -> CollectionError | None:
        """What is wrong with an answer, in the interface's own words or by its HTTP status."""
        if answer.status == 304:
            return None
        told = answer.told
        error = self.interface.trouble(told) or self._of_status(answer)
        if isinstance(error, Retry) and error.after is None:
            error.after = seconds_asked_for(told.headers.get("retry-after", ""), at)
            if error.after is None and error.reason == "rate-limit":
                error.after = rates.wait(told.headers, at)
        return error

    def _of_status(self, answer: Answer) -> CollectionError | None:
        status = answer.status
        if status < 400:
            return None
        reason = _STATUSES.get(status, "server-error" if status >= 500 else "interface-error")
        if status == 401:
            reason = "token-refused" if self.with_access else "token-missing"
        return failure(reason, answer.url, f"HTTP {status}")


def asking(source: Source, *, with_access: bool = False) -> Asking | None:
    """How a source's interface is asked; None for a site that is read by its pages."""
    interface = interface_of(source.engine)
    return None if interface is None else Asking(source, interface, with_access)


def would_ask(vault: Vault, source: Source) -> tuple[tuple[Term, ...], int]:
    """The terms of the round that is open, or of the next one, and how many addresses it begins at.

    None of the latter where a session is read instead of addresses.
    """
    found = terms(vault, source, vault.frontier(source.name).round)
    interface = interface_of(source.engine)
    return found, 0 if interface is None else len(set(interface.start(source, found)))


def since(source: Source, begun_at: str) -> str:
    """When what a round that began then wants begins; empty for all there is."""
    days = source.ask.days
    if days is None:
        return ""
    return iso(datetime.fromisoformat(begun_at) - timedelta(days=days))


def given(source: Source) -> Iterator[Term]:
    """The words of the source file."""
    language = source.languages[0] if len(source.languages) == 1 else ""
    for word in dict.fromkeys(source.ask.words):
        yield Term(word, language)


def terms(vault: Vault, source: Source, round_: Round | None) -> tuple[Term, ...]:
    """What is searched for: the words as given, and those the plan chose for this round.

    Without an open round they are those that the next one would begin with.
    """
    words = list(given(source))
    kept = vault.cursor(source.name, _CURSOR) if round_ is not None else None
    if isinstance(kept, dict) and round_ is not None and kept.get("round") == round_.id:
        planned = [one for one in _kept(kept.get("terms")) if one.origin != "given"]
    else:
        planned = _planned(vault, source)
    known = {one.text for one in words}
    return (*words, *(one for one in planned if one.text not in known))


def keep_terms(vault: Vault, source: Source, round_: Round) -> tuple[Term, ...]:
    """The terms of the open round, kept for all of its runs. Belongs inside a batch."""
    found = terms(vault, source, round_)
    row: dict[str, Json] = {"round": round_.id, "terms": [asdict(one) for one in found]}
    if row != vault.cursor(source.name, _CURSOR):
        vault.keep_cursor(source.name, _CURSOR, row)
        vault.searches(source.name).keep_plan(plans.planned(found))
    return found


def _planned(vault: Vault, source: Source) -> list[Term]:
    """What the source's keyword plan gives beside the words of its file."""
    return list(plans.terms_of(vault, source))


def _kept(rows: Json) -> Iterator[Term]:
    names = {one.name for one in fields(Term)}
    for row in rows if isinstance(rows, Sequence) else ():
        if isinstance(row, dict):
            yield Term(**{name: str(text) for name, text in row.items() if name in names})
