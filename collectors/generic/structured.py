"""What a page says of itself for machines: JSON-LD, microdata, RDFa, OpenGraph, product tags."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from collectors import html
from collectors import text as strings
from collectors.html import Node, Tree
from collectors.text import words
from model.canonical import Json
from model.evidence import Image

MAX_SCRIPT = 2_000_000
MAX_ITEMS = 2_000
MAX_DEPTH = 12

_LISTINGS = words(
    "Product IndividualProduct ProductModel SomeProducts ProductGroup Offer AggregateOffer Vehicle "
    "Car Demand ClassifiedAd"
)
_PROFILES = words("Person ProfilePage Organization LocalBusiness Store OnlineStore")
_POSTS = words(
    "DiscussionForumPosting SocialMediaPosting Comment Answer Question BlogPosting Review"
)
_PAGES = words("Article NewsArticle WebPage AboutPage FAQPage")
_LISTS = words("ItemList SearchResultsPage CollectionPage OfferCatalog")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a page describes: its kind of record, text fields, pictures and the rest."""

    kind: str
    fields: Mapping[str, str]
    images: tuple[Image, ...] = ()
    extra: Mapping[str, Json] = field(default_factory=dict)
    native_id: str = ""
    listed: bool = False


def read_items(tree: Tree, url: str) -> list[Item]:
    """All things described, in page order; those that stand in a list are marked so."""
    items = [
        *_json_ld(tree, url),
        *_marked_up(tree, url, _MICRODATA),
        *_marked_up(tree, url, _RDFA),
    ]
    return items[:MAX_ITEMS]


def _json_ld(tree: Tree, url: str) -> Iterator[Item]:
    for node in html.find(tree.root, 'script[type="application/ld+json" i]'):
        script = html.raw(node)
        if len(script) > MAX_SCRIPT:
            continue
        try:
            content = json.loads(script, strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _things(content, url, 0, listed=False)


def _things(value: Json, url: str, depth: int, *, listed: bool) -> Iterator[Item]:
    """The items in a JSON-LD value: graphs, lists and the things themselves."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for part in value[:MAX_ITEMS]:
            yield from _things(part, url, depth + 1, listed=listed)
    if not isinstance(value, dict):
        return
    types = _types(value)
    if types & _LISTS or "itemListElement" in value:
        for part in _listed(value.get("itemListElement") or value.get("mainEntity")):
            inner = part.get("item", part) if isinstance(part, dict) else part
            yield from _things(inner, url, depth + 1, listed=True)
        return
    if item := _item(value, types, url, listed=listed):
        yield item
    for key in ("@graph", "mainEntity", "comment", "suggestedAnswer", "acceptedAnswer"):
        yield from _things(value.get(key), url, depth + 1, listed=listed)


def _types(value: Mapping[str, Json]) -> set[str]:
    named = value.get("@type")
    return {str(each).rsplit("/", 1)[-1].rsplit(":", 1)[-1] for each in _listed(named)}


def _listed(value: Json) -> list[Json]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _kind(types: set[str]) -> str:
    """The kind of record for schema.org types; empty for what is none."""
    for kind, known in (("listing", _LISTINGS), ("profile", _PROFILES), ("post", _POSTS)):
        if types & known:
            return kind
    return "page" if types & _PAGES else ""


def _item(value: Mapping[str, Json], types: set[str], url: str, *, listed: bool) -> Item | None:
    kind = _kind(types)
    if not kind:
        return None
    offer = _first(value.get("offers")) or (value if types & {"Offer", "AggregateOffer"} else {})
    offered = _first(offer.get("itemOffered")) or {}
    price = _first(offer.get("priceSpecification")) or {}
    author = value.get("author") or value.get("creator")
    seller = offer.get("seller") or offer.get("offeredBy") or value.get("seller") or author
    fields = {
        "title": _text(value.get("name") or value.get("headline") or offered.get("name")),
        "text": _prose(
            value.get("text")
            or value.get("articleBody")
            or value.get("reviewBody")
            or value.get("description")
            or offered.get("description")
        ),
        "price": _text(offer.get("price") or price.get("price") or offer.get("lowPrice")),
        "currency": _text(offer.get("priceCurrency") or price.get("priceCurrency")),
        "seller": _name(seller),
        "seller_url": _address(seller, url),
        "category": _name(value.get("category")),
        "posted_at": _text(
            value.get("datePosted") or value.get("datePublished") or value.get("dateCreated")
        ),
        "url": _address(value, url) or _text(offer.get("url")),
        "ships_from": _place(offer.get("availableAtOrFrom") or offer.get("areaServed")),
    }
    if kind == "profile":
        fields["seller"] = fields["title"] or _text(value.get("alternateName"))
    return Item(
        kind=kind,
        fields={name: text for name, text in fields.items() if text},
        images=_images(value.get("image"), url),
        extra=_extra(value, offer),
        native_id=_text(value.get("sku") or value.get("productID") or value.get("identifier")),
        listed=listed,
    )


def _extra(value: Mapping[str, Json], offer: Mapping[str, Json]) -> dict[str, Json]:
    """What the page tells beyond the public fields, where it is a plain text or number."""
    rating = _first(value.get("aggregateRating")) or {}
    told = {
        "condition": _text(offer.get("itemCondition") or value.get("itemCondition")),
        "availability": _text(offer.get("availability")),
        "brand": _name(value.get("brand")),
        "rating": _text(rating.get("ratingValue")),
        "rating_count": _text(rating.get("ratingCount") or rating.get("reviewCount")),
    }
    return {name: text for name, text in told.items() if text}


def _first(value: Json) -> dict[str, Json]:
    for each in _listed(value):
        if isinstance(each, dict):
            return each
    return {}


def _text(value: Json) -> str:
    """A plain value on one line; the ``@value`` of a typed one."""
    if isinstance(value, dict):
        value = value.get("@value") or value.get("value")
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return strings.line(str(value))[:2_000]


def _prose(value: Json) -> str:
    return strings.block(value)[:100_000] if isinstance(value, str) else _text(value)


def _name(value: Json) -> str:
    """The name of a person, brand or category, given as an object or plainly."""
    first = value[0] if isinstance(value, list) and value else value
    return (
        _text(first.get("name") or first.get("alternateName"))
        if isinstance(first, dict)
        else _text(first)
    )


def _address(value: Json, url: str) -> str:
    first = value[0] if isinstance(value, list) and value else value
    named = first.get("url") or first.get("@id") if isinstance(first, dict) else None
    return (
        html.absolute(url, named) if isinstance(named, str) and not named.startswith("_:") else ""
    )


def _place(value: Json) -> str:
    first = _first(value)
    if not first:
        return _text(value)
    address = first.get("address")
    inner = address if isinstance(address, dict) else {}
    named = inner.get("addressCountry") or inner.get("addressLocality") or first.get("name")
    return _name(named)


def _images(value: Json, url: str) -> tuple[Image, ...]:
    found = []
    for each in _listed(value)[:50]:
        address = each.get("url") or each.get("contentUrl") if isinstance(each, dict) else each
        if isinstance(address, str) and address and not address.startswith("data:"):
            found.append(Image(html.absolute(url, address)))
    return tuple(found)


class _Markup(NamedTuple):
    """The attributes by which things and their properties are marked in the page itself."""

    things: str
    type: str
    property: str


_MICRODATA = _Markup("[itemscope][itemtype]", "itemtype", "itemprop")
_RDFA = _Markup("[typeof]", "typeof", "property")


def _marked_up(tree: Tree, url: str, markup: _Markup) -> Iterator[Item]:
    """Outermost things marked in the page that are records."""
    scopes = html.find(tree.root, markup.things)[:MAX_ITEMS]
    lists = {node.mem_id for node in scopes if _scope_types(node, markup) & _LISTS}
    for node in scopes:
        types = _scope_types(node, markup)
        if not _kind(types) or _within_record(node, markup):
            continue
        listed = any(parent.mem_id in lists for parent in _ancestors(node))
        if item := _item(_scope(node, 0, markup), types, url, listed=listed):
            yield item


def _scope_types(node: Node, markup: _Markup) -> set[str]:
    named = html.attribute(node, markup.type).split()
    return {each.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for each in named}


def _ancestors(node: Node) -> Iterator[Node]:
    here = node.parent
    while here is not None:
        yield here
        here = here.parent


def _within_record(node: Node, markup: _Markup) -> bool:
    """Whether a thing is a property of another one that is itself a record."""
    if markup.property not in node.attributes:
        return False
    return any(
        _kind(_scope_types(each, markup))
        for each in _ancestors(node)
        if markup.type in each.attributes
    )


def _scope(node: Node, depth: int, markup: _Markup) -> dict[str, Json]:
    """The properties of one thing as JSON-LD would have them; the first of each name counts."""
    values: dict[str, Json] = {"@type": html.attribute(node, markup.type)}
    waiting = _child_elements(node)
    while waiting:
        child = waiting.pop()
        name = html.attribute(child, markup.property).split(" ")[0].rsplit(":", 1)[-1]
        scoped = markup.type in child.attributes or "itemscope" in child.attributes
        if name and name not in values:
            values[name] = (
                _scope(child, depth + 1, markup)
                if scoped and depth < MAX_DEPTH
                else _property(child, name)
            )
        if not scoped:
            waiting.extend(_child_elements(child))
    return values


def _child_elements(node: Node) -> list[Node]:
    """Child elements, last first, as a stack wants them."""
    found = []
    child = node.last_child
    while child is not None:
        if child.is_element_node:
            found.append(child)
        child = child.prev
    return found


def _property(node: Node, name: str) -> str:
    for given in ("content", "datetime"):
        if value := html.attribute(node, given):
            return value
    if node.tag in ("a", "link"):
        href = html.attribute(node, "href")
        return href if name in ("url", "sameAs") else html.line(node)
    if node.tag in ("img", "source", "video"):
        return html.attribute(node, "src")
    return html.readable(node)


def meta(tree: Tree) -> Mapping[str, str]:
    """OpenGraph, product and twitter meta tags and the canonical address, first of each name."""
    found: dict[str, str] = {}
    for node in html.find(tree.root, "meta[content]"):
        name = (html.attribute(node, "property") or html.attribute(node, "name")).lower()
        value = strings.line(html.attribute(node, "content"))
        if value and name.startswith(
            ("og:", "product:", "profile:", "article:", "twitter:", "description", "author")
        ):
            found.setdefault(name, value[:5_000])
    for node in html.find(tree.root, "link[rel=canonical i][href]"):
        found.setdefault("canonical", html.attribute(node, "href"))
    return found
