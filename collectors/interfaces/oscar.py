"""The interface of a shop on django-oscar (django-oscar-api): products, prices, availability.

Addresses and fields are those of django-oscar-api 3.3 (``oscarapi.urls``,
``oscarapi.serializers.product``): ``products/`` in pages or as one list, ``products/ID/``,
``products/ID/price/`` and ``products/ID/availability/``. A product is one listing: its own page
tells all but the price and whether it can be had, which are rows of the same listing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from collectors.interfaces.answers import Item, Notes, parsed
from collectors.interfaces.found import Found, amount, filled, plain, told, web
from collectors.interfaces.interface import Interface, Term
from collectors.interfaces.places import address, asked, changed, path_of
from collectors.records import PageReading, PageRecord
from config.sources import Source
from model.errors import Skip
from model.evidence import Image

_PART = re.compile(r"/products/([0-9]{1,18})/(price|availability)/?\Z")
_SELLERS = ("sold_by", "seller", "vendor", "partner")
"""Codes of attributes by which shops of many sellers tell who sells; oscar has none of its own."""


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """The list of all products: the interface has no search."""
    if source.ask.listings and source.start:
        yield address(source.start[0], "/products/")


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """A page of the list, a product, its price or its availability."""
    answer, notes = parsed(payload), Notes()
    base = _base(source, url)
    if isinstance(answer, list):
        return _rows(Item({"results": answer}, "", notes), base, url)
    if not isinstance(answer, dict):
        raise Skip("no answer of a shop: neither an object nor a list", reason="not-a-page")
    whole = Item(answer, "", notes)
    if part := _PART.search(path_of(url)):
        return _part(whole, part.group(1), part.group(2), base, url)
    if whole.at("results") is not None:
        return _rows(whole, base, url)
    if whole.number("id") is not None and whole.at("title") is not None:
        return _product(whole, source, base, url)
    raise Skip("no answer of django-oscar's interface that is known", reason="interface-error")


def _rows(answer: Item, base: str, url: str) -> PageReading:
    """A page of products, each leading to its own."""
    found = Found()
    for number, data in enumerate(answer.items("results"), 1):
        row = data.here(f"listing {number}")
        given = row.number("id")
        if given is None:
            row.note("error", "a product without an id was left out", "id")
            continue
        fields = {"title": row.line("title"), "url": _place(base, given)}
        extra = told({"upc": row.line("upc"), "address": _place(base, given)})
        found.add(PageRecord("listing", str(given), row.where, filled(fields), extra=extra))
        found.lead(_place(base, given))
    found.lead(*_next(answer, url))
    return found.reading("oscar", url, answer.notes)


def _product(data: Item, source: Source, base: str, url: str) -> PageReading:
    given = data.number("id") or 0
    found = Found()
    text, links = plain(data.text("description"), url)
    attributes = {one.line("code"): one.line("value") for one in data.items("attributes")}
    seller = next((attributes[code] for code in _SELLERS if attributes.get(code)), "")
    fields = {
        "title": data.line("title"),
        "text": text,
        "url": _place(base, given),
        "seller": seller or source.title or source.name,
        "category": " / ".join(data.texts("categories")),
        "posted_at": data.moment("date_created"),
    }
    extra = {
        "address": _place(base, given),
        "upc": data.line("upc"),
        "structure": data.line("structure"),
        "changed_at": data.moment("date_updated"),
        "attributes": {name: value for name, value in attributes.items() if name},
    }
    images = web(one.text("original") for one in data.items("images"))
    found.add(
        PageRecord(
            kind="listing",
            native_id=str(given),
            locator="",
            fields=filled(fields),
            images=tuple(map(Image, images)),
            links=links,
            extra=told(extra),
        )
    )
    for name in ("price", "availability"):
        if data.at(name) is not None:
            found.lead(f"{_place(base, given)}{name}/")
    for child in data.items("children"):
        if (number := child.number("id")) is not None:
            found.lead(_place(base, number))
    return found.reading("oscar", url, data.notes, kind="listing")


def _part(data: Item, given: str, part: str, base: str, url: str) -> PageReading:
    """The price of a product, with tax where the shop knows it, or whether it can be had."""
    place = _place(base, int(given))
    if part == "price":
        written = data.line("incl_tax") or data.line("excl_tax")
        value = amount(written)
        fields = {"price": value, "currency": data.line("currency") if value else ""}
        extra = told({"excl_tax": data.line("excl_tax"), "tax": data.line("tax")})
    else:
        fields = {}
        extra = told(
            {
                "available": data.line("message"),
                "stock": data.number("num_available"),
                "sold_out": data.at("is_available_to_buy") is False,
            }
        )
    found = Found()
    record = PageRecord("listing", given, part, filled({"url": place, **fields}), extra=extra)
    found.add(record)
    return found.reading("oscar", url, data.notes)


def _next(answer: Item, url: str) -> Iterator[str]:
    """The next page, which the shop names by its whole address: only its number is taken."""
    following = answer.text("next")
    for name in ("page", "offset", "cursor"):
        value = asked(following, name)
        if value and value != asked(url, name) and answer.at("results"):
            yield changed(url, **{name: value})
            return


def _place(base: str, given: int) -> str:
    return address(base, f"/products/{given}/")


def _base(source: Source, url: str) -> str:
    """The interface's base address; of a saved answer that of its own."""
    return source.start[0] if source.start else url.partition("/products/")[0]


INTERFACE = Interface("oscar", start, read)
