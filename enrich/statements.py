"""From readings to statements: who posted, offers, mentions and uses what, and where."""

from __future__ import annotations

from collections.abc import Iterator

from enrich import talking
from enrich.reading import TALK_KINDS, Reading
from enrich.stating import (
    ACCOUNT_KINDS,
    VERSION,
    Marking,
    Writer,
    account_description,
    account_of,
    captured,
    description,
    identity_value,
    is_passed_on,
    mentions,
    owned,
)
from model import identity
from model.canonical import Json
from model.evidence import Document
from model.facts import Observation, Statement
from model.identity import Entity

__all__ = ["VERSION", "Marking", "account_of", "identity_value", "statements"]


def statements(
    document: Document, reading: Reading, marking: Marking | None = None
) -> list[Statement]:
    """What a document and its reading state, sorted by id; nothing for pages that are no content.

    Listings, and posts, comments and messages that offer or want something, describe a Listing and
    its Account (so do pages that somebody saved and handed in, but of nobody); other talk a Post
    where it belongs to trade; profiles the Account; groups the Group. Feedback rows, login pages
    and the like state nothing.
    """
    writer = Writer(document, marking or Marking())
    found = list(_of_document(document, reading, writer))
    return sorted({one.id: one for one in found}.values(), key=lambda one: one.id)


def _of_document(document: Document, reading: Reading, writer: Writer) -> Iterator[Statement]:
    talk = document.kind in TALK_KINDS or bool(document.extra.get("handed_in"))
    if document.kind == "listing":
        yield from _of_listing(document, reading, writer)
    elif talk and talking.makes_offer(reading):
        yield from _of_listing(document, reading, writer)
        listing = identity.listing(document.platform, document.native_id)
        yield from talking.placed(listing, writer)
    elif talk:
        yield from talking.of_talk(document, reading, writer)
    elif document.kind == "group":
        yield from talking.of_group(document, reading, writer)
    elif document.kind in ACCOUNT_KINDS:
        yield from _of_profile(document, reading, writer)


def _of_listing(document: Document, reading: Reading, writer: Writer) -> Iterator[Statement]:
    listing = identity.listing(document.platform, document.native_id)
    account = account_of(document)
    yield writer.say(listing, "DESCRIBED_AS", None, _listing_description(document, reading))
    yield captured(listing, writer)
    yield from _offers(listing, reading, writer)
    yield from _places(listing, reading, writer)
    yield from mentions(listing, reading, writer)
    if account is not None:
        yield writer.say(account, "POSTED", listing, {})
        yield captured(account, writer)
        yield writer.say(
            account, "DESCRIBED_AS", None, account_description(document, profile=False)
        )
        if not is_passed_on(document):
            yield from owned(account, reading, writer)


def _of_profile(document: Document, reading: Reading, writer: Writer) -> Iterator[Statement]:
    account = account_of(document)
    if account is None:
        return
    yield writer.say(account, "DESCRIBED_AS", None, account_description(document, profile=True))
    yield captured(account, writer)
    yield from mentions(account, reading, writer)
    yield from owned(account, reading, writer)


def _offers(listing: Entity, reading: Reading, writer: Writer) -> Iterator[Statement]:
    """Each taxon, or each product where no taxon is told, with form, quantity and price."""
    taxa = _distinct(reading, "taxon")
    products = _distinct(reading, "product")
    shared = {**_quantity(reading), **_price(reading), "relation": _relation(reading)}
    form = products[0].value if len(products) == 1 else None
    for one in taxa or products:
        target = identity.taxon(one.value) if taxa else identity.product(one.value)
        attributes = {**shared, **_of_taxon(one), "form": form if taxa else one.value}
        attributes["span"] = f"{one.field}:{one.start}-{one.end}"
        yield writer.say(
            listing, "OFFERS", target, attributes, rule=one.rule, confidence=one.confidence
        )


def _of_taxon(one: Observation) -> dict[str, Json]:
    return {name: one.attributes.get(name) for name in ("rank", "cites", "eu")}


def _relation(reading: Reading) -> str:
    """How goods stand in the advert: offered, wanted, or only mentioned."""
    labels = {"offer": "offered", "wanted": "wanted"}
    return labels.get(reading.relevance.label, "mentioned")


def _distinct(reading: Reading, kind: str) -> list[Observation]:
    """The surest observation of each value of a kind, sorted by value."""
    best: dict[str, Observation] = {}
    for one in reading.observations:
        if one.kind == kind and one.confidence > getattr(best.get(one.value), "confidence", -1.0):
            best[one.value] = one
    return [best[value] for value in sorted(best)]


def _quantity(reading: Reading) -> dict[str, Json]:
    """The one count of the advert, else its one weight; nothing where several are told."""
    for unit in ("item", "g"):
        counts = {
            one.value
            for one in reading.observations
            if one.kind == "quantity" and one.attributes.get("unit") == unit
        }
        if len(counts) == 1:
            return {"quantity": counts.pop(), "unit": unit}
    return {"quantity": None, "unit": None}


def _price(reading: Reading) -> dict[str, Json]:
    """The price as read: that of the price field first; never postage and the like."""
    prices = [
        one
        for one in reading.observations
        if one.kind == "price" and one.attributes.get("per") != "other"
    ]
    prices.sort(key=lambda one: (one.field != "price", -one.confidence, one.field, one.start))
    if not prices:
        return {"price": None, "currency": None}
    amount, _, currency = prices[0].value.partition(" ")
    return {"price": amount, "currency": currency}


def _places(listing: Entity, reading: Reading, writer: Writer) -> Iterator[Statement]:
    for kind, predicate in (("ships_from", "SHIPS_FROM"), ("ships_to", "SHIPS_TO")):
        for one in _distinct(reading, kind):
            place = {"place": one.attributes.get("place", one.text)}
            target = identity.location(one.value)
            yield writer.say(
                listing, predicate, target, place, rule=one.rule, confidence=one.confidence
            )


def _listing_description(document: Document, reading: Reading) -> dict[str, Json]:
    fields = document.fields
    price = _price(reading)
    return {
        **description(document),
        "price": fields.get("price", ""),
        "amount": price["price"],
        "currency": price["currency"] or fields.get("currency") or None,
        "country": fields.get("country") or None,
        "category": fields.get("category") or None,
        "relevance": reading.relevance.label,
        "relevance_score": reading.relevance.score,
        "relevance_reasons": list(reading.relevance.reasons),
        "claims": sorted({one.value for one in reading.observations if one.kind == "claim"}),
        "code_words": sorted(
            {
                str(one.attributes.get("term", one.text))
                for one in reading.observations
                if one.kind == "code_word"
            }
        ),
    }
