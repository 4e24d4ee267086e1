"""What is stated, and above all what is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from enrich.reading import Reading
from enrich.statements import (
    Marking,
    account_of,
    identity_value,
    statements,
)
from model import identity
from model.evidence import Document
from model.facts import Grades, Observation, Relevance, Statement

Read = Callable[..., list[Observation]]
BTC = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"
OFFER = Relevance("offer", 0.9, ("ivory offered",))


def document(**changes: object) -> Document:
    fields = {"seller": "IvoryKing", "title": "Tusk", "text": "a tusk", "price": "9 500 €"}
    given: dict[str, object] = {
        "capture_sha256": "ab" * 32,
        "source": "dream",
        "kind": "listing",
        "platform": "Dream",
        "native_id": "17",
        "locator": "row 3",
        "seen_at": "2026-01-01T00:00:00Z",
        "fields": {**fields, **changes.pop("fields", {})},  # type: ignore[dict-item]
    }
    return Document(**{**given, **changes})  # type: ignore[arg-type]


def stated(read: Read, text: str, **changes: object) -> list[Statement]:
    one = document(**changes)
    fields = {**one.fields, "text": text}
    reading = Reading(tuple(read(text, "US")), OFFER)
    return statements(replace(one, fields=fields), reading)


def objects(found: list[Statement], predicate: str) -> set[str]:
    return {
        str(one.attributes.get("value") or one.attributes.get("name"))
        for one in found
        if one.predicate == predicate
    }


def test_a_listing_describes_itself_its_account_and_its_capture() -> None:
    found = statements(document(), Reading((), OFFER))
    told = {
        (one.subject.label, one.predicate, one.object.label if one.object else "") for one in found
    }
    assert told == {
        ("Listing", "DESCRIBED_AS", ""),
        ("Account", "DESCRIBED_AS", ""),
        ("Listing", "CAPTURED_IN", "Capture"),
        ("Account", "CAPTURED_IN", "Capture"),
        ("Account", "POSTED", "Listing"),
    }
    listing = next(one for one in found if one.subject.label == "Listing" and not one.object)
    assert listing.attributes["title"] == "Tusk"
    assert listing.attributes["relevance"] == "offer"
    assert all(one.document == document().uid for one in found)


def test_order_and_content_are_the_same_every_time(read: Read) -> None:
    text = "wickr: ivoryking77, telegram @ivoryking, BTC: " + BTC
    first, second = stated(read, text), stated(read, text)
    assert (
        [one.id for one in first] == [one.id for one in second] == sorted(one.id for one in first)
    )


def test_own_contacts_and_wallets_are_used(read: Read) -> None:
    found = stated(read, f"wickr: IvoryKing77\ncall +12817839236\nsend btc to {BTC}")
    used = {"wickr:ivoryking77", "+12817839236", f"btc:{BTC}"}
    assert objects(found, "USES") == used
    assert used <= objects(found, "MENTIONS")
    assert {one.subject.label for one in found if one.predicate == "USES"} == {"Account"}


@pytest.mark.parametrize(
    "text",
    [
        f"Escrow address: {BTC}",
        f"market deposit address {BTC}",
        f"{BTC}",
        "Official market mirrors: http://kjpkmlafh2ra57wz.onion/",
        "see http://kjpkmlafh2ra57wz.onion/vendor/someone",
        "pictures at https://imgur.com/a/x",
        "more at www.grc.com",
        "Beware of fake telegram: @ivoryking1",
        "Market support: help@example.com",
        "ivory@example.com",
        "wickr now available",
    ],
)
def test_what_is_not_the_accounts_own_is_never_used(read: Read, text: str) -> None:
    assert objects(stated(read, text), "USES") == set()


def test_what_is_disowned_once_is_not_used_at_all(read: Read) -> None:
    text = f"pay to {BTC}\n\nthe escrow address is {BTC}"
    assert objects(stated(read, text), "USES") == set()
    assert len([one for one in stated(read, text) if one.predicate == "MENTIONS"]) == 2


def test_the_site_a_page_comes_from_is_not_the_sellers(read: Read) -> None:
    fields = {"url": "https://www.tuskmarket.com/item/7"}
    assert (
        objects(stated(read, "visit our shop www.tuskmarket.com", fields=fields), "USES") == set()
    )
    assert objects(stated(read, "visit our shop www.tuskmarket.com"), "USES") == {"tuskmarket.com"}


def test_a_profile_describes_the_account_only(read: Read) -> None:
    fields = {"handle": "IvoryKing", "seller": "", "rating": "4.9"}
    found = stated(read, "jabber: king@exploit.im", kind="profile", fields=fields)
    assert {one.subject.label for one in found} == {"Account"}
    assert objects(found, "USES") == {"jabber:king@exploit.im"}
    (described,) = [one for one in found if one.predicate == "DESCRIBED_AS"]
    assert described.attributes["handle"] == "IvoryKing"
    assert described.attributes["rating"] == "4.9"


@pytest.mark.parametrize(
    "kind", ["feedback", "page", "login", "captcha", "queue", "error", "empty", "unheard"]
)
def test_other_pages_state_nothing(read: Read, kind: str) -> None:
    assert stated(read, "wickr: ivoryking77", kind=kind) == []


@pytest.mark.parametrize("seller", ["h***d", "a•••z", "j…n", " "])
def test_masked_names_are_no_accounts(read: Read, seller: str) -> None:
    found = stated(read, "wickr: ivoryking77", fields={"seller": seller})
    assert {one.subject.label for one in found} == {"Listing"}
    assert account_of(document(fields={"seller": seller})) is None


def test_an_alias_is_known_as(read: Read) -> None:
    found = stated(read, "formerly TuskLord on AlphaBay")
    assert objects(found, "KNOWN_AS") == {"TuskLord"}


def test_places_and_offers_become_statements() -> None:
    observations = (
        Observation("price", "9500.00 EUR", "9 500 €", "price", 0, 7, 0.9, "p/1:x", {"per": "lot"}),
        Observation("price", "20.00 EUR", "20", "text", 9, 11, 0.9, "p/1:x", {"per": "other"}),
        Observation("product", "TUS", "tusk", "text", 2, 6, 0.9, "g/1:tusk"),
        Observation("quantity", "2", "a pair", "text", 0, 1, 0.9, "q/1:pair", {"unit": "item"}),
        Observation("ships_to", "EU", "EU", "text", 0, 2, 0.7, "places/1:x", {"place": "EU"}),
        Observation("taxon", "Elephantidae", "tusk", "text", 2, 6, 0.8, "t/1:x", {"cites": "I"}),
    )  # fmt: skip
    found = statements(document(), Reading(observations, OFFER))
    (offer,) = [one for one in found if one.predicate == "OFFERS"]
    assert offer.object == identity.taxon("Elephantidae")
    assert {name: offer.attributes[name] for name in ("form", "quantity", "unit", "price")} == {
        "form": "TUS",
        "quantity": "2",
        "unit": "item",
        "price": "9500.00",
    }
    assert (offer.attributes["relation"], offer.confidence) == ("offered", 0.8)
    (to,) = [one for one in found if one.predicate == "SHIPS_TO"]
    assert to.object == identity.location("EU")


def test_without_a_taxon_the_product_is_offered() -> None:
    product = Observation("product", "IVC", "carving", "text", 0, 7, 0.9, "g/1:carving")
    found = statements(document(), Reading((product,), Relevance("mention", 0.1)))
    (offer,) = [one for one in found if one.predicate == "OFFERS"]
    assert offer.object == identity.product("IVC")
    assert offer.attributes["relation"] == "mentioned"


def test_grades_and_marking_are_carried() -> None:
    marking = Marking(Grades("B", 2), "RED")
    found = statements(document(), Reading((), OFFER), marking)
    assert {(one.grades, one.tlp) for one in found} == {(Grades("B", 2), "RED")}


@pytest.mark.parametrize(
    ("kind", "value", "folded"),
    [
        ("email", "Ivory.King@example.com", "ivory.king@example.com"),
        ("messenger", "wickr:American79", "wickr:american79"),
        ("messenger", "threema:abcd1234", "threema:ABCD1234"),
        ("messenger", "telegram:Ivory_Man", "telegram:ivory_man"),
        ("messenger", "telegram:+AbC-dEf_gH12", "telegram:+AbC-dEf_gH12"),
        ("wallet", "eth:0xAB", "eth:0xab"),
        ("wallet", f"btc:{BTC}", f"btc:{BTC}"),
        ("domain", "www.example.com", "example.com"),
        ("phone", "+12817839236", "+12817839236"),
    ],
)
def test_two_spellings_of_one_identifier_are_one(kind: str, value: str, folded: str) -> None:
    assert identity_value(kind, value) == folded


@pytest.mark.parametrize(
    ("native_id", "fields", "told"),
    [
        ("44", {}, "44"),
        ("44", {"seller_id": "user:44"}, "user:44"),
        ("IvoryKing", {}, None),
        ("https://x.example/ik", {"url": "https://x.example/ik"}, None),
    ],
)
def test_what_stands_in_for_the_id_of_a_profile_is_no_id(
    read: Read, native_id: str, fields: dict[str, str], told: str | None
) -> None:
    found = stated(read, "hello", kind="profile", native_id=native_id, fields=fields)
    (described,) = [one for one in found if one.predicate == "DESCRIBED_AS"]
    assert described.attributes["native_id"] == told
