"""Items of eBay's Browse API as listings, and their sellers as profiles.

Fields are those of the API's own specification (buy_browse_v1_oas3: ``ItemSummary``, ``Item``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collectors.interfaces.answers import Item
from collectors.interfaces.found import amount, filled, plain, told, web
from collectors.interfaces.places import address, step
from collectors.records import PageRecord
from model.canonical import Json
from model.evidence import Image

_LEGAL = ("name", "legalContactFirstName", "legalContactLastName", "email", "phone", "fax")
_LEGAL_TEXTS = ("registrationNumber", "imprint")
_ADDRESS = ("addressLine1", "addressLine2", "postalCode", "city", "stateOrProvince", "country")


def item_place(base: str, given: str) -> str:
    """Where one item is told; its id has bars in it (``v1|1234|0``)."""
    return address(base, f"/item/{step(given)}") if given else ""


def summary(data: Item, base: str) -> PageRecord | None:
    """A row of a search: what it says in the same words as the item's own page, the rest extra."""
    excerpt, place = data.text("shortDescription"), _place(data.item("itemLocation"))
    return _listing(data, base, {}, told({"excerpt": excerpt, "place": place}))


def full(data: Item, base: str) -> PageRecord | None:
    """An item as it is told by itself; its description is HTML."""
    text, links = plain(data.text("description"))
    shipping = data.item("shipToLocations")
    fields = {
        "text": text or data.text("shortDescription"),
        "category": data.line("categoryPath").replace("|", " / "),
        "ships_from": _place(data.item("itemLocation")),
        "ships_to": ", ".join(_regions(shipping, "regionIncluded")),
    }
    return _listing(data, base, fields, {}, links)


def _listing(
    data: Item,
    base: str,
    fields: Mapping[str, str],
    extra: Mapping[str, Json],
    links: tuple[str, ...] = (),
) -> PageRecord | None:
    given = data.line("itemId")
    if not given:
        data.note("error", "an item without an id was left out", "itemId")
        return None
    price = data.item("price") or data.item("currentBidPrice")
    written = price.line("value")
    value = amount(written)
    if written and not value:
        data.note("warning", f"no amount of money: {written[:40]!r}", "price")
    both = {
        "title": data.line("title"),
        "url": data.link("itemWebUrl").partition("?")[0],
        "price": value,
        "currency": price.line("currency"),
        "posted_at": data.moment("itemCreationDate"),
        **_account(data.item("seller")),
    }
    return PageRecord(
        kind="listing",
        native_id=given,
        locator=data.where,
        fields=filled({**both, **fields}),
        images=_images(data),
        links=links,
        extra=told({**_extra(data, base, given), **extra}),
    )


def _extra(data: Item, base: str, given: str) -> dict[str, Json]:
    return {
        "address": item_place(base, given),
        "legacy_id": data.line("legacyItemId"),
        "ends_at": data.moment("itemEndDate"),
        "buying": list(data.texts("buyingOptions")),
        "bids": data.number("bidCount"),
        "categories": [one.line("categoryName") for one in data.items("categories")],
        "condition": data.line("condition"),
        "condition_described": data.text("conditionDescription"),
        "attributes": {
            one.line("name"): one.line("value")
            for one in data.items("localizedAspects")
            if one.line("name")
        },
        "not_shipped_to": list(_regions(data.item("shipToLocations"), "regionExcluded")),
        "available": data.line("estimatedAvailabilities", 0, "estimatedAvailabilityStatus"),
        "sold": data.number("estimatedAvailabilities", 0, "estimatedSoldQuantity"),
        "marketplace": data.line("listingMarketplaceId"),
        "group": data.line("primaryItemGroup", "itemGroupId"),
        "nsfw": data.flag("adultOnly"),
        "feedback": data.number("seller", "feedbackScore"),
    }


def seller(data: Item, where: str) -> PageRecord | None:
    """The seller of an item, with what a trader has to say of himself; None without a name."""
    name = data.line("username")
    if not name:
        return None
    legal = data.item("sellerLegalInfo")
    return PageRecord(
        kind="profile",
        native_id=name,
        locator=where,
        fields=filled(
            {
                **_account(data),
                "url": f"https://www.ebay.com/usr/{step(name)}",
                "title": legal.line("name"),
                "text": "\n".join(filter(None, _legal(legal))),
                "country": legal.line("sellerProvidedLegalAddress", "country"),
            }
        ),
        extra=told(
            {
                "feedback": data.number("feedbackScore"),
                "positive_percent": data.line("feedbackPercentage"),
                "type": data.line("sellerAccountType"),
                "user_id": data.line("userId"),
            }
        ),
    )


def _account(data: Item) -> dict[str, str]:
    name = data.line("username")
    place = f"https://www.ebay.com/usr/{step(name)}"
    return {"seller": name, "seller_id": name, "seller_url": place} if name else {}


def _legal(legal: Item) -> Iterator[str]:
    """The imprint of a trader, line by line."""
    yield from map(legal.line, _LEGAL)
    yield ", ".join(filter(None, map(legal.item("sellerProvidedLegalAddress").line, _ADDRESS)))
    for one in legal.items("vatDetails"):
        yield f"VAT {one.line('issuingCountry')} {one.line('vatId')}"
    for name in _LEGAL_TEXTS:
        yield plain(legal.text(name))[0]


def _place(location: Item) -> str:
    return ", ".join(filter(None, map(location.line, ("city", "stateOrProvince", "country"))))


def _regions(shipping: Item, name: str) -> Iterator[str]:
    return filter(None, (one.line("regionName") for one in shipping.items(name)))


def _images(data: Item) -> tuple[Image, ...]:
    found = [data.text("image", "imageUrl")]
    found += [one.text("imageUrl") for one in data.items("additionalImages")]
    return tuple(map(Image, web(found)))
