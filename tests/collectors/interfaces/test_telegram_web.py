"""Previews of t.me: names and links, pages made up by their markup, errors that come with 200."""

from __future__ import annotations

import random
import re

import pytest

from collectors.interfaces.interface import Term, Told
from collectors.interfaces.telegram_names import (
    chat_url,
    message_url,
    telegram_link,
    username,
    written_peer,
)
from collectors.interfaces.telegram_web import INTERFACE
from collectors.interfaces.telegram_web.message import count, utc
from collectors.reading import PageReading
from config.sources import EXAMPLES, Source, load_source
from model.errors import Skip

PAGES = EXAMPLES / "telegram-web"
CHANNEL = "https://t.me/s/tropenhaus_basar"


@pytest.fixture(scope="module")
def source() -> Source:
    return load_source(EXAMPLES / "telegram-web.yml")


def page(source: Source, name: str, url: str, since: str = "") -> PageReading:
    return INTERFACE.read((PAGES / name).read_bytes(), source, url, since=since)


@pytest.mark.parametrize(
    ("url", "kind", "value"),
    [
        ("https://t.me/Durov", "name", "durov"),
        ("t.me/durov?start=1", "name", "durov"),
        ("http://www.telegram.me/durov/", "name", "durov"),
        ("https://durov.t.me", "name", "durov"),
        ("https://t.me/s/durov?before=12", "name", "durov"),
        ("https://t.me/durov/12?single", "message", "durov/12"),
        ("https://t.me/durov/3/12", "message", "durov/12"),
        ("https://t.me/c/1234/5", "message", "channel:1234/5"),
        ("https://t.me/c/1234/5/6", "message", "channel:1234/6"),
        ("https://t.me/+AbCd-EfGh_12", "invite", "AbCd-EfGh_12"),
        ("https://t.me/joinchat/AbCdEfGh", "invite", "AbCdEfGh"),
        ("tg://join?invite=AbCdEfGh", "invite", "AbCdEfGh"),
        ("https://t.me/+31612345678", "phone", "+31612345678"),
        ("tg://resolve?phone=31612345678", "phone", "+31612345678"),
        ("tg://resolve?domain=Durov&post=4", "message", "durov/4"),
        ("tg://privatepost?channel=12&post=4", "message", "channel:12/4"),
        ("https://t.me/addlist/AbCdEfGh12", "folder", "AbCdEfGh12"),
    ],
)
def test_links_by_what_they_lead_to(url: str, kind: str, value: str) -> None:
    link = telegram_link(url)
    assert link is not None
    assert (link.kind, link.value) == (kind, value)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://t.me",
            "https://t.me/",
            "https://t.me/addstickers/Cats",
            "https://t.me/share/url",
        ),
        *("https://t.me/ab", "https://t.me/c/1", "https://t.me/c/x/1", "https://example.org/durov"),
        *("http://[", "javascript:alert(1)", "https://t.me/+12", "https://evil.example/t.me/durov"),
        *("https://t.me.evil.example/durov", "tg://proxy?server=x", "", "https://t.me/joinchat/"),
    ],
)
def test_other_addresses_lead_to_nobody(url: str) -> None:
    assert telegram_link(url) is None


def test_a_number_is_never_taken_for_a_username() -> None:
    assert written_peer("channel123") == "channel:123"
    assert username("channel123") == "channel123"  # which somebody may have
    assert username("channel:123") == ""
    assert username("t.me/c/123/4") == ""
    assert (chat_url("channel:123"), chat_url("durov")) == ("", "https://t.me/durov")
    assert message_url("channel:123", 4) == "https://t.me/c/123/4"
    assert message_url("user:123", 4) == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("1.2K", 1200),
        ("12,5M", 12_500_000),
        ("2 835", 2835),
        ("1,234", 1234),
        ("x", None),
        ("", None),
        ("1.2.3K", None),
        ("9" * 40, None),
    ],
)
def test_rounded_counts(text: str, number: int | None) -> None:
    assert count(text) == number


def test_times_become_utc() -> None:
    assert utc("2026-11-20T10:15:00+02:00") == "2026-11-20T08:15:00Z"
    assert utc("2026-11-20") == "2026-11-20T00:00:00Z"
    assert utc("yesterday") == utc("") == utc("0001-01-01T00:00:00+14:00") == ""


def test_a_round_begins_with_channels_searches_and_cards(source: Source) -> None:
    asked = source.ask.model_copy(
        update={"groups": ("@Basar_A", "t.me/basar_b", "no name"), "accounts": ("Marta_B",)}
    )
    begun = list(INTERFACE.start(source.model_copy(update={"ask": asked}), [Term("élan & co")]))
    assert begun == [
        "https://t.me/s/basar_a",
        "https://t.me/s/basar_a?q=%C3%A9lan%20%26%20co",
        "https://t.me/s/basar_b",
        "https://t.me/s/basar_b?q=%C3%A9lan%20%26%20co",
        "https://t.me/marta_b",
    ]
    assert [INTERFACE.question(url) for url in begun[:2]] == ["", "élan & co"]
    assert INTERFACE.question(f"{begun[1]}&before=7") == "élan & co"


def test_a_message_keeps_what_stands_around_its_words(source: Source) -> None:
    album, forwarded, reply, poll, document, hidden = page(source, "channel.html", CHANNEL).records
    assert [image.url for image in album.images] == [
        "https://cdn1.example/file/a1.jpg",
        "https://cdn1.example/file/a2.jpg",
    ]
    assert album.links == ("https://t.me/basar_marta", "https://papageien.example/?a=1&b=2")
    told = {"name": "Savanne Shop", "url": "https://t.me/savanne_shop/88", "id": "savanne_shop/88"}
    assert forwarded.extra["forwarded_from"] == {**told, "author": "J."}
    assert reply.fields["text"] == "Verkauft."
    assert reply.fields["seller"] == "tropenhaus_basar"
    assert reply.extra["reply_to"] == forwarded.native_id
    assert reply.extra["reply_text"] == forwarded.fields["text"]
    assert poll.fields["text"] == "Was sucht ihr?\nVögel\nReptilien"
    assert document.extra["media"] == [
        {"kind": "document", "name": "preisliste.pdf", "about": "1.2 MB"}
    ]
    assert hidden.extra["not_shown"] is True


def test_what_happened_in_a_channel_is_told_of_it_and_is_no_message(source: Source) -> None:
    reading = page(source, "channel.html", CHANNEL)
    (about,) = reading.asides
    assert (about.kind, about.native_id) == ("group", "tropenhaus_basar")
    assert about.extra["id"] == "channel:1777000111"
    assert about.extra["followers"] == 1940
    assert [one["text"] for one in about.extra["events"]] == ["Tropenhaus Basar pinned a photo"]
    assert "tropenhaus_basar/209" not in {record.native_id for record in reading.records}


def test_pages_lead_back_until_they_are_old_or_the_first(source: Source) -> None:
    older = "https://t.me/s/tropenhaus_basar?before=205"
    assert page(source, "channel.html", CHANNEL).follow == (older,)
    assert page(source, "channel.html", f"{CHANNEL}?before=205").follow == ()  # never in a circle
    assert page(source, "channel.html", CHANNEL, "2026-11-20T08:15:00Z").follow == (older,)
    assert page(source, "channel.html", CHANNEL, "2026-11-20T08:16:00Z").follow == ()
    assert page(source, "first-page.html", f"{CHANNEL}?before=20").follow == ()
    search = page(source, "channel.html", f"{CHANNEL}?q=horn")
    assert search.follow == (f"{CHANNEL}?q=horn&before=205",)


def test_a_message_has_the_same_id_wherever_it_is_shown(source: Source) -> None:
    alone = page(source, "message.html", "https://t.me/Tropenhaus_Basar/207?embed=1&mode=tme")
    listed = page(source, "channel.html", CHANNEL).records[1]
    assert [record.native_id for record in alone.records] == [listed.native_id]
    assert alone.records[0].extra["address"] == listed.extra["address"]
    assert listed.extra["address"].startswith("https://t.me/tropenhaus_basar/207?")


def test_a_message_that_is_gone_says_so(source: Source) -> None:
    gone = page(source, "message-gone.html", "https://t.me/tropenhaus_basar/207?embed=1&mode=tme")
    assert (gone.kind, gone.removed, gone.records) == ("empty", "Post not found", ())


def test_a_group_named_for_its_messages_is_said_to_show_none(source: Source) -> None:
    ask = source.ask.model_copy(update={"groups": ("Exoten_Plausch", "basar_marta")})
    asked = source.model_copy(update={"ask": ask})
    for name, what in (("exoten_plausch", "a group"), ("basar_marta", "a person or bot")):
        file = "group.html" if what == "a group" else "person.html"
        (issue,) = page(asked, file, f"https://t.me/{name}").issues
        assert issue.severity == "warning"
        assert what in issue.message
        assert page(source, file, f"https://t.me/{name}").issues == ()


def told(name: str, url: str = "https://t.me/x", status: int = 200) -> Told:
    return Told(url, status, (PAGES / name).read_bytes())


def test_a_name_of_nobody_is_gone() -> None:
    error = INTERFACE.trouble(told("nobody.html"))
    assert error is not None
    assert error.reason == "gone"
    assert isinstance(error, Skip)


def test_a_channel_that_telegram_shows_nobody_is_forbidden() -> None:
    barred = (
        b'<html><body><div class="tgme_page"><div class="tgme_page_title"><span>X</span></div>'
        b'<div class="tgme_page_description">This channel can\'t be displayed because it was used '
        b"to spread pornographic content.</div></div></body></html>"
    )
    error = INTERFACE.trouble(Told("https://t.me/s/x_channel", 200, barred))
    assert error is not None
    assert error.reason == "forbidden"


def test_words_of_a_message_are_never_taken_for_an_error() -> None:
    """Somebody may write "Post not found" or that a channel was used to spread something."""
    payload = (PAGES / "channel.html").read_bytes()
    said = payload.replace(b"Verkauft.", b"Post not found. tgme_page_icon was used to spread")
    assert INTERFACE.trouble(Told(CHANNEL, 200, said)) is None
    for name in (
        "channel.html",
        "message.html",
        "group.html",
        "person.html",
        "search-nothing.html",
    ):
        assert INTERFACE.trouble(told(name)) is None


def test_a_hostile_message_is_text_alone(source: Source) -> None:
    payload = (PAGES / "channel.html").read_bytes()
    hostile = payload.replace(
        b"Verkauft.",
        b"<script>alert(1)</script>Verkauft\x00 &lt;b&gt; \xe2\x80\xaegnp"
        b'<a href="javascript:x()">x</a><a href="//evil.example/x">y</a><a href="http://[">z</a>',
    )
    record = INTERFACE.read(hostile, source, CHANNEL).records[2]
    assert record.fields["text"].startswith("Verkauft <b> \u202egnp")
    assert not any(link.startswith("javascript:") for link in record.links)


NAMES = sorted(path.name for path in PAGES.glob("*.html"))


@pytest.mark.parametrize("name", NAMES)
def test_whatever_comes_is_read_or_skipped(source: Source, name: str) -> None:
    """Pages with pieces cut out, doubled, swapped and overwritten."""
    dice = random.Random(name)
    whole = (PAGES / name).read_bytes()
    pieces = re.split(rb"(?=[<\"'/ ])", whole)
    for _ in range(25):
        made = list(pieces)
        for _ in range(dice.randint(1, 12)):
            at, other = dice.randrange(len(made)), dice.randrange(len(made))
            made[at] = dice.choice(
                [b"", made[other], made[at] * 3, b"\xff\x00\xed\xa0\x80", b'"', b"<div>", b"9" * 30]
            )
        payload = b"".join(made)
        url = dice.choice(
            (CHANNEL, "https://t.me/basar_a", "https://t.me/basar/7?embed=1", "x", "")
        )
        INTERFACE.trouble(Told(url, 200, payload))
        try:
            reading = INTERFACE.read(payload, source, url, since="2026-11-01T00:00:00Z")
        except Skip:
            continue
        for record in (*reading.records, *reading.asides):
            assert record.native_id
