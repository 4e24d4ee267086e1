"""Posts become listings only where they offer; other talk is kept where it belongs to trade."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from enrich.extract import Extractor
from enrich.reading import fields_of
from enrich.statements import statements
from model.canonical import Json
from model.evidence import Document
from model.facts import Statement


def said(
    extractor: Extractor,
    text: str,
    kind: str = "post",
    fields: Mapping[str, str] | None = None,
    platform: str = "telegram",
    **extra: Json,
) -> list[Statement]:
    document = Document(
        capture_sha256="ab" * 32,
        source="channel",
        kind=kind,
        platform=platform,
        native_id="chan/7",
        locator="message 7",
        seen_at="2026-01-01T00:00:00Z",
        fields={"seller": "Ivory Ann", "text": text, **(fields or {})},
        extra=extra,
    )
    return statements(document, extractor.read(document.fields))


def shape(found: list[Statement]) -> set[tuple[str, str, str]]:
    return {
        (one.subject.label, one.predicate, one.object.label if one.object else "") for one in found
    }


@pytest.mark.parametrize("kind", ["post", "comment", "message", "thread"])
def test_talk_that_offers_is_a_listing_in_its_thread_and_group(
    extractor: Extractor, kind: str
) -> None:
    found = said(
        extractor,
        "Elephant ivory tusk for sale, 2 kg, 900 USD, whatsapp +44 7911 123456",
        kind,
        thread="chan/1",
        reply_to="chan/6",
        group="chan",
    )
    told = shape(found)
    assert ("Account", "POSTED", "Listing") in told
    assert ("Listing", "OFFERS", "Taxon") in told
    assert ("Listing", "IN_THREAD", "Thread") in told
    assert ("Listing", "IN_GROUP", "Group") in told
    assert ("Account", "USES", "Phone") in told
    assert not any("Post" in (subject, target) for subject, _, target in told)


@pytest.mark.parametrize(
    ("text", "says"), [("price?", ["asks_price"]), ("pm", ["answers_private"])]
)
def test_a_question_and_its_answer_are_posts_typed_as_such(
    extractor: Extractor, text: str, says: list[str]
) -> None:
    found = said(extractor, text, "comment", thread="chan/1", reply_to="chan/1")
    told = shape(found)
    assert ("Account", "WROTE", "Post") in told
    assert ("Post", "IN_THREAD", "Thread") in told
    assert not any("Listing" in (subject, target) for subject, _, target in told)
    (wrote,) = [one for one in found if one.predicate == "WROTE"]
    assert wrote.attributes["says"] == says


def test_a_page_that_somebody_handed_in_is_read_like_a_post(extractor: Extractor) -> None:
    text = "Elephant ivory tusk for sale, 900 USD, whatsapp +44 7911 123456"
    nobody = {"seller": ""}
    told = shape(said(extractor, text, "page", nobody, handed_in=True))
    assert {("Listing", "OFFERS", "Taxon"), ("Listing", "MENTIONS", "Messenger")} <= told
    assert said(extractor, text, "page", nobody) == []
    assert said(extractor, "Opening hours and directions", "page", nobody, handed_in=True) == []


def test_chatter_states_nothing(extractor: Extractor) -> None:
    assert said(extractor, "What a lovely morning, see you at the lake!") == []


def test_a_contact_in_chatter_is_kept_with_its_account(extractor: Extractor) -> None:
    told = shape(said(extractor, "reach me on telegram @annsells", "message"))
    assert ("Account", "USES", "Messenger") in told
    assert ("Post", "MENTIONS", "Messenger") in told


def test_what_is_passed_on_is_not_the_forwarders_own(extractor: Extractor) -> None:
    text = "Elephant ivory tusk for sale, 900 USD, whatsapp +44 7911 123456"
    origin: Json = {"name": "Origin", "id": "originchan", "kind": "group"}
    found = said(extractor, text, forwarded_from=origin)
    assert ("Listing", "FORWARDED_FROM", "Group") in shape(found)
    assert not [one for one in found if one.predicate == "USES"]
    contexts = {one.attributes["context"] for one in found if one.predicate == "MENTIONS"}
    assert contexts == {"forwarded"}


@pytest.mark.parametrize(
    ("platform", "origin", "label", "key"),
    [
        ("telegram", {"id": "savanne/88", "name": "Savanne"}, "Group", "savanne"),
        ("telegram", {"id": "channel:15/88", "name": "Savanne"}, "Group", "channel:15"),
        ("telegram", {"id": "user:501", "name": "Marta"}, "Account", "user:501"),
        ("bluesky", {"id": "at://did:plc:a/x/1", "name": "m.example"}, "Account", "m.example"),
        ("reddit", {"id": "t3_1", "name": "fan", "group": "room"}, "Account", "fan"),
        ("vk", {"id": "wall-7_1", "name": "club7"}, "Account", "club7"),
    ],
)
def test_where_something_was_taken_from(
    extractor: Extractor, platform: str, origin: Json, label: str, key: str
) -> None:
    text = "Elephant ivory tusk for sale, 900 USD"
    found = said(extractor, text, platform=platform, forwarded_from=origin)
    (taken,) = [one for one in found if one.predicate == "FORWARDED_FROM"]
    assert taken.object is not None
    assert (taken.object.label, taken.object.key) == (label, (platform, key))


@pytest.mark.parametrize(
    "origin", [{"name": "Somebody"}, {"id": "somename"}, ["odd"], 7, {"id": 7}]
)
def test_an_origin_that_is_not_told_is_not_guessed(extractor: Extractor, origin: Json) -> None:
    found = said(extractor, "Elephant ivory tusk for sale", forwarded_from=origin)
    assert not [one for one in found if one.predicate == "FORWARDED_FROM"]
    assert not [one for one in found if one.predicate == "USES"]


def test_a_group_its_invite_and_its_members(extractor: Extractor) -> None:
    members: Json = [
        {"handle": "Ann", "role": "creator"},
        {"handle": "", "id": 3},
        "odd",
        {"id": 4},
    ]
    found = said(
        extractor,
        "Rules: no scams. Backup: telegram @ivorybackup",
        "group",
        {"seller": "", "title": "Collectors"},
        members=members,
    )
    told = shape(found)
    assert ("Group", "DESCRIBED_AS", "") in told
    assert ("Group", "MENTIONS", "Messenger") in told
    (member,) = [one for one in found if one.predicate == "MEMBER_IN"]
    assert member.attributes == {"role": "owner"}


@pytest.mark.parametrize(
    ("platform", "fields", "value"),
    [
        ("whatsapp", {"seller": "+44 7911 123456"}, "+447911123456"),
        ("telegram", {"seller": "AnnS", "seller_url": "https://t.me/AnnS"}, "telegram:anns"),
        ("matrix", {"seller": "@ann:example.org"}, "matrix:ann:example.org"),
    ],
)
def test_an_account_on_a_messenger_is_what_others_write_down(
    extractor: Extractor, platform: str, fields: dict[str, str], value: str
) -> None:
    found = said(extractor, "ivory tusk for sale 900 USD", "message", fields, platform)
    own = {one.attributes["value"] for one in found if one.predicate == "USES"}
    assert value in own


@pytest.mark.parametrize(
    ("platform", "fields"),
    [
        ("telegram", {"seller": "Ann", "seller_url": "https://t.me/another"}),
        ("telegram", {"seller": "Ann Shown"}),
        ("whatsapp", {"seller": "Ann 12"}),
        ("matrix", {"seller": "Ann"}),
    ],
)
def test_a_name_as_shown_is_no_handle(
    extractor: Extractor, platform: str, fields: dict[str, str]
) -> None:
    found = said(extractor, "ivory tusk for sale 900 USD", "message", fields, platform)
    assert not [one for one in found if one.predicate == "USES"]


def test_links_behind_words_and_handles_elsewhere_are_read(extractor: Extractor) -> None:
    document = Document(
        capture_sha256="ab" * 32,
        source="network",
        kind="profile",
        platform="mastodon",
        native_id="https://a.example/users/ann",
        locator="",
        seen_at="2026-01-01T00:00:00Z",
        fields={"seller": "ann@a.example", "text": "Carvings. Contact below."},
        links=("https://wa.me/447911123456",),
        extra={"also": ["telegram: @annsells", 7]},
    )
    found = statements(document, extractor.read(fields_of(document)))
    told = {one.attributes["value"] for one in found if one.predicate == "MENTIONS"}
    assert {"whatsapp:+447911123456", "telegram:annsells"} <= told


def described(found: list[Statement]) -> list[tuple[object, object]]:
    """The pairings of handle and id that descriptions of accounts tell."""
    return sorted(
        (one.attributes["handle"], one.attributes["native_id"])
        for one in found
        if one.subject.label == "Account" and one.predicate == "DESCRIBED_AS"
    )


@pytest.mark.parametrize(
    ("platform", "fields", "pairing"),
    [
        ("telegram", {"seller": "ann", "seller_id": "user:7"}, ("ann", "user:7")),
        ("telegram", {"seller": "", "seller_id": "user:7"}, ("user:7", "user:7")),
        ("telegram", {"seller": "user:7"}, ("user:7", "user:7")),
        ("bluesky", {"seller": "did:plc:abc"}, ("did:plc:abc", "did:plc:abc")),
        ("matrix", {"seller": "@ann:x.org"}, ("@ann:x.org", "@ann:x.org")),
        ("bluesky", {"seller": "ann.x.org"}, ("ann.x.org", None)),
        ("lounge", {"seller": "user:7"}, ("user:7", None)),
        ("vk", {"seller": "4001"}, ("4001", None)),
    ],
)
@pytest.mark.parametrize("text", ["Elephant ivory tusk for sale, 900 USD", "price? pm me"])
def test_handle_and_native_id_are_told_together(
    extractor: Extractor,
    platform: str,
    fields: dict[str, str],
    pairing: tuple[str, str | None],
    text: str,
) -> None:
    found = said(extractor, text, "message", fields, platform)
    assert described(found) == [pairing]


def test_members_are_told_with_their_ids(extractor: Extractor) -> None:
    members: Json = [
        {"handle": "Ann", "id": " user:7 "},
        {"id": "user:8"},
        {"handle": "Ben", "id": 9},
        {"handle": "Cid"},
    ]
    found = said(extractor, "Rules", "group", {"seller": ""}, members=members)
    told = {("Ann", "user:7"), ("user:8", "user:8"), ("Ben", None), ("Cid", None)}
    assert set(described(found)) == told
