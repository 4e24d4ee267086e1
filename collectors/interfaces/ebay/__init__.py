"""eBay by its Browse API: adverts found by words, categories and sellers, each with its details.

Methods and parameters are those of developer.ebay.com/api-docs/buy/browse: ``item_summary/search``
(at most 10,000 items of a search, 200 a page) and ``item/{item_id}``. Which of eBay's sites is
searched stands in the header ``X-EBAY-C-MARKETPLACE-ID``, after the source's country.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from collectors.interfaces.answers import Item, read_object, told_object
from collectors.interfaces.ebay.items import full, item_place, seller, summary
from collectors.interfaces.found import Found
from collectors.interfaces.interface import Interface, Term, Told
from collectors.interfaces.places import address, asked, changed, path_of
from collectors.records import PageReading
from collectors.web.failures import failure
from config.sources import Source
from model.errors import CollectionError, Skip

BASE = "https://api.ebay.com/buy/browse/v1"
PAGE = 200
MOST = 10_000
_OPTIONS = "buyingOptions:{AUCTION|BEST_OFFER|CLASSIFIED_AD|FIXED_PRICE}"
"""Without it only items at a fixed price are told."""

_ERRORS: Mapping[int, str] = {
    1001: "token-refused",
    1002: "token-refused",
    1003: "token-refused",
    1100: "token-refused",
    2001: "quota",
    2003: "server-error",
    2004: "interface-error",
    11000: "server-error",
    11001: "gone",
    12000: "server-error",
}
"""``errorId`` of the services behind the interface, where the status tells less."""

_STATUSES: Mapping[int, str] = {
    401: "token-refused",
    403: "forbidden",
    404: "gone",
    410: "gone",
    429: "quota",
}


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """Searches for words; categories by number; sellers where there are words or categories too.

    The interface searches a seller's adverts only together with words or a category.
    """
    base, ask = _base(source), source.ask
    for term in terms:
        yield _search(base, q=term.text)
        for group in ask.groups:
            yield _search(base, q=term.text, category_ids=group)
        for account in ask.accounts:
            yield _search(base, account, q=term.text)
    for group in ask.groups:
        yield _search(base, category_ids=group)
        for account in ask.accounts:
            yield _search(base, account, category_ids=group)


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """A page of a search, or one item."""
    answer = read_object(payload)
    base = _base(source)
    if answer.at("itemId") is not None:
        return _item(answer, base, url)
    if answer.at("itemSummaries") is None and answer.at("total") is None:
        raise Skip("no answer of eBay's Browse API that is known", reason="interface-error")
    found = Found()
    for number, data in enumerate(answer.items("itemSummaries"), 1):
        there = data.here(f"listing {number}")
        record = summary(there, base)
        found.add(record)
        if record is not None:
            found.lead(item_place(base, record.native_id))
        if source.ask.profiles:
            found.beside(seller(data.item("seller"), f"seller {number}"))
    found.lead(*_next(answer, url, ended=found.is_older(since)))
    return found.reading("ebay", url, answer.notes)


def trouble(told: Told) -> CollectionError | None:
    """The first error of an answer (developer.ebay.com/api-docs/static/handling-error-messages).

    A search may come with ``warnings`` beside what it found: these are no trouble.
    """
    answer = told_object(told.payload)
    error = next(answer.items("errors"), Item())
    if told.status < 400 and not error:
        return None
    number = error.number("errorId")
    otherwise = "server-error" if told.status >= 500 else "interface-error"
    reason = _ERRORS.get(number or 0) or _STATUSES.get(told.status, otherwise)
    said = error.line("longMessage") or error.line("message")
    parts = (f"HTTP {told.status}", str(number or ""), said[:200])
    return failure(reason, told.url, ", ".join(filter(None, parts)))


def question(url: str) -> str:
    """What is searched for at this address; empty for no search."""
    return asked(url, "q") if path_of(url).endswith("/item_summary/search") else ""


def cost(url: str) -> Mapping[str, int]:
    """Every request is one call."""
    return {"calls": 1}


def headers(source: Source) -> Mapping[str, str]:
    """Which of eBay's sites is asked: that of the source's country, else the one of the USA."""
    return {"X-EBAY-C-MARKETPLACE-ID": f"EBAY_{source.country or 'US'}"}


def _item(answer: Item, base: str, url: str) -> PageReading:
    found = Found()
    found.add(full(answer, base))
    found.beside(seller(answer.item("seller"), ""))
    return found.reading("ebay", url, answer.notes, kind="listing")


def _next(answer: Item, url: str, *, ended: bool) -> Iterator[str]:
    """The next page, up to as many items as a search tells of."""
    given = asked(url, "offset")
    at = (int(given) if given.isdecimal() and len(given) < 6 else 0) + PAGE
    total = answer.number("total") or 0
    if answer.at("itemSummaries") and not ended and at < min(total, MOST):
        yield changed(url, offset=at)


def _search(base: str, account: str = "", **query: str) -> str:
    wanted = f"sellers:{{{account}}},{_OPTIONS}" if account else _OPTIONS
    place = address(base, "/item_summary/search", **query)
    return changed(place, filter=wanted, sort="newlyListed", limit=PAGE)


def _base(source: Source) -> str:
    return source.start[0] if source.start else BASE


INTERFACE = Interface("ebay", start, read, trouble, question, cost, headers)
