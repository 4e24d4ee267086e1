"""What a network's or marketplace's interface is to a collector: addresses out, answers in.

An interface is asked with GET and answers page by page, so it is read by the same round as a web
site: frontier, pace, seal, states and failure words are those of :mod:`collectors.web`. What
differs is pure and stands in one module a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from collectors.records import PageReading
from config.sources import Source
from model.errors import CollectionError


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase to be searched for, where it comes from, and its language (ISO 639-1)."""

    text: str
    language: str = ""
    taxon: str = ""
    product: str = ""
    origin: str = "given"
    """``given`` (in the source file), ``taxon``, ``product``, ``both`` or ``code word``."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as far as an interface's own error words matter; names of headers in lower case."""

    url: str
    status: int
    payload: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Start(Protocol):
    """The addresses a round begins with, for what ``source.ask`` names and these terms."""

    def __call__(self, source: Source, terms: Sequence[Term]) -> Iterator[str]: ...


class Read(Protocol):
    """One answer as records and the addresses it leads to (``follow``).

    Pure: the same bytes give the same reading. ``since`` (ISO 8601 UTC, empty for all there is)
    is when what is wanted begins: an answer whose oldest record is older has no next page.
    """

    def __call__(
        self, payload: bytes, source: Source, url: str, *, since: str = ""
    ) -> PageReading: ...


def no_trouble(told: Told) -> CollectionError | None:
    """For interfaces that say with the HTTP status alone what is wrong."""
    return None


def no_question(url: str) -> str:
    return ""


def no_cost(url: str) -> Mapping[str, int]:
    return {}


def no_headers(source: Source) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface. ``name`` is the source file's ``engine``.

    ``trouble`` reads an error out of an answer where the HTTP status does not tell, or tells less
    (a 200 with an error inside, a 400 that means an expired token); None leaves it to the status.
    ``question`` is the search term of an address, also of its further pages; empty for no search.
    ``cost`` is what asking for an address takes from the budgets of ``interface.quota``.
    ``headers`` go with every request and are no secrets, such as which country's site is asked.
    """

    name: str
    start: Start
    read: Read
    trouble: Callable[[Told], CollectionError | None] = no_trouble
    question: Callable[[str], str] = no_question
    cost: Callable[[str], Mapping[str, int]] = no_cost
    headers: Callable[[Source], Mapping[str, str]] = no_headers
