"""From readings to statements: who posted, offers, mentions and uses what, and where it was seen.

``USES`` is stated only where the account itself gives an identifier as its own. A person may end
up in a file for it, so escrow addresses, links to markets and words about others never make one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from enrich.reading import Reading
from model import identity
from model.canonical import Json
from model.evidence import Document
from model.facts import Grades, Observation, Statement
from model.identity import IDENTIFIER_LABELS, Entity

VERSION = "statements/1"
MAX_TEXT = 2000
"""Characters of a text that go into a description; the whole stays in the vault."""

OWN_CONTEXTS = frozenset({"contact", "payment"})
LISTING_KINDS = frozenset({"listing", "post", "thread", "message"})
ACCOUNT_KINDS = frozenset({"profile"})
OWN_CONFIDENCE = 0.6
"""A reading less sure than this is mentioned, never stated as the account's own."""

_FOLDED_SERVICES = frozenset({"threema", "session", "tox"})
_MASK = "*•…"


@dataclass(frozen=True, slots=True)
class Marking:
    """How statements of one source are graded and marked."""

    grades: Grades = field(default_factory=Grades)
    tlp: str = "AMBER"


def statements(
    document: Document, reading: Reading, marking: Marking | None = None
) -> list[Statement]:
    """What a document and its reading state, sorted by id; nothing for pages that are no content.

    Listings, posts and messages describe a Listing and its Account; profiles describe the
    Account; feedback rows, login pages and the like state nothing.
    """
    writer = _Writer(document, marking or Marking())
    if document.kind in LISTING_KINDS:
        found = [*_of_listing(document, reading, writer)]
    elif document.kind in ACCOUNT_KINDS:
        found = [*_of_profile(document, reading, writer)]
    else:
        found = []
    return sorted({one.id: one for one in found}.values(), key=lambda one: one.id)


def identity_value(kind: str, value: str) -> str:
    """The spelling under which two mentions of an identifier are one.

    Mail and user names do not tell capitals apart in practice; ``www.`` is no other site.
    Ethereum's capitals are a checksum. Other wallets, keys and numbers have one spelling only.
    """
    if kind in {"email", "payment_handle"}:
        return value.casefold()
    if kind == "messenger":
        service, _, handle = value.partition(":")
        folded = handle.upper() if service in _FOLDED_SERVICES else handle.casefold()
        return f"{service}:{folded}"
    if kind == "wallet" and value.startswith("eth:"):
        return value.casefold()
    return value.removeprefix("www.") if kind == "domain" else value


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes statements that all rest on one document."""

    document: Document
    marking: Marking

    def say(
        self,
        subject: Entity,
        predicate: str,
        target: Entity | None,
        attributes: Mapping[str, Json],
        *,
        rule: str = "",
        confidence: float = 1.0,
    ) -> Statement:
        document = self.document
        return Statement(
            subject=subject,
            predicate=predicate,
            object=target,
            attributes=attributes,
            capture_sha256=document.capture_sha256,
            source=document.source,
            document=document.uid,
            rule=rule or f"{VERSION}:{document.kind}",
            first_seen=document.seen_at,
            last_seen=document.seen_at,
            confidence=confidence,
            grades=self.marking.grades,
            tlp=self.marking.tlp,
        )


def _of_listing(document: Document, reading: Reading, writer: _Writer) -> Iterator[Statement]:
    listing = identity.listing(document.platform, document.native_id)
    account = account_of(document)
    yield writer.say(listing, "DESCRIBED_AS", None, _listing_description(document, reading))
    yield _captured(listing, writer)
    yield from _offers(listing, reading, writer)
    yield from _places(listing, reading, writer)
    yield from _mentions(listing, reading, writer)
    if account is not None:
        yield writer.say(account, "POSTED", listing, {})
        yield _captured(account, writer)
        yield writer.say(
            account, "DESCRIBED_AS", None, _account_description(document, profile=False)
        )
        yield from _owned(account, reading, writer)


def _of_profile(document: Document, reading: Reading, writer: _Writer) -> Iterator[Statement]:
    account = account_of(document)
    if account is None:
        return
    yield writer.say(account, "DESCRIBED_AS", None, _account_description(document, profile=True))
    yield _captured(account, writer)
    yield from _mentions(account, reading, writer)
    yield from _owned(account, reading, writer)


def account_of(document: Document) -> Entity | None:
    """The account behind a document; None where none is shown, or only a masked name."""
    handle = document.handle or document.fields.get("handle") or ""
    if document.kind in ACCOUNT_KINDS and not handle:
        handle = document.native_id
    masked = any(mark in handle for mark in _MASK)
    return identity.account(document.platform, handle) if handle.strip() and not masked else None


def _captured(subject: Entity, writer: _Writer) -> Statement:
    document = writer.document
    target = identity.capture(document.capture_sha256, document.source)
    return writer.say(subject, "CAPTURED_IN", target, {"locator": document.locator})


def _offers(listing: Entity, reading: Reading, writer: _Writer) -> Iterator[Statement]:
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


def _places(listing: Entity, reading: Reading, writer: _Writer) -> Iterator[Statement]:
    for kind, predicate in (("ships_from", "SHIPS_FROM"), ("ships_to", "SHIPS_TO")):
        for one in _distinct(reading, kind):
            place = {"place": one.attributes.get("place", one.text)}
            target = identity.location(one.value)
            yield writer.say(
                listing, predicate, target, place, rule=one.rule, confidence=one.confidence
            )


def _mentions(subject: Entity, reading: Reading, writer: _Writer) -> Iterator[Statement]:
    """Every identifier at every place it stands."""
    for one in reading.observations:
        if one.kind not in IDENTIFIER_LABELS:
            continue
        value = identity_value(one.kind, one.value)
        attributes = {
            "kind": one.kind,
            "value": value,
            "field": one.field,
            "start": one.start,
            "end": one.end,
            "text": one.text[:MAX_TEXT],
            "context": one.attributes.get("context", "unknown"),
        }
        target = identity.identifier(one.kind, value)
        yield writer.say(
            subject, "MENTIONS", target, attributes, rule=one.rule, confidence=one.confidence
        )


def _owned(account: Entity, reading: Reading, writer: _Writer) -> Iterator[Statement]:
    """``USES`` and ``KNOWN_AS``: what the account gives as its own, once for each thing.

    An identifier that also stands in an escrow or boilerplate role in the same document is
    nobody's own; neither is the site the document itself comes from.
    """
    disowned = {
        (one.kind, identity_value(one.kind, one.value))
        for one in reading.observations
        if one.attributes.get("context") in {"escrow", "boilerplate"}
    }
    disowned |= {(kind, _host(writer.document)) for kind in ("domain", "onion")}
    best: dict[tuple[str, str], Observation] = {}
    for one in reading.observations:
        key = (one.kind, identity_value(one.kind, one.value))
        if _is_own(one) and key not in disowned:
            known = best.get(key)
            best[key] = one if known is None or one.confidence > known.confidence else known
    for (kind, value), one in sorted(best.items()):
        if kind == "alias":
            target, predicate = identity.alias(value), "KNOWN_AS"
            attributes: dict[str, Json] = {"name": one.value}
        else:
            target, predicate = identity.identifier(kind, value), "USES"
            attributes = {"context": one.attributes.get("context"), "kind": kind, "value": value}
        yield writer.say(
            account, predicate, target, attributes, rule=one.rule, confidence=one.confidence
        )


def _host(document: Document) -> str:
    """The host a document was found at, without subdomains of a hidden service."""
    address = document.fields.get("url", "")
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    if host.endswith(".onion"):
        return ".".join(host.split(".")[-2:])
    return host.removeprefix("www.")


def _is_own(one: Observation) -> bool:
    """Whether a document by the account gives this as the account's own."""
    if one.kind == "alias":
        return True
    known = one.kind in IDENTIFIER_LABELS and one.confidence >= OWN_CONFIDENCE
    return known and one.attributes.get("context") in OWN_CONTEXTS


def _listing_description(document: Document, reading: Reading) -> dict[str, Json]:
    fields = document.fields
    price = _price(reading)
    return {
        "platform": document.platform,
        "native_id": document.native_id,
        "kind": document.kind,
        "title": fields.get("title", ""),
        "text": fields.get("text", "")[:MAX_TEXT],
        "url": fields.get("url", ""),
        "price": fields.get("price", ""),
        "amount": price["price"],
        "currency": price["currency"] or fields.get("currency") or None,
        "posted_at": fields.get("posted_at") or None,
        "language": fields.get("language") or None,
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


def _account_description(document: Document, *, profile: bool) -> dict[str, Json]:
    fields = document.fields
    seller = document.handle or fields.get("handle") or document.native_id
    description: dict[str, Json] = {
        "platform": document.platform,
        "handle": " ".join(seller.split()),
        "url": (fields.get("url") if profile else fields.get("seller_url")) or None,
        "native_id": fields.get("seller_id") or (document.native_id if profile else None),
    }
    if profile:
        description["text"] = fields.get("text", "")[:MAX_TEXT]
        description |= {name: fields[name] for name in ("rating", "sales") if fields.get(name)}
    return description
