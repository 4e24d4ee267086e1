"""Chats of WhatsApp: every notation of date and time, who speaks, what WhatsApp itself says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.imports.detect import Unknown, detect
from collectors.imports.whatsapp.order import day_of
from collectors.imports.whatsapp.stamps import clock, find_stamp
from collectors.imports.whatsapp.words import chat_name, media_in

NAME = "WhatsApp Chat with Traders.txt"
_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def _twelve(before: str, after: str, shape: str = "{t}\u202f{n}") -> Callable[[datetime], str]:
    def written(moment: datetime) -> str:
        hour = (moment.hour - 1) % 12 + 1
        noon = after if moment.hour > 11 else before
        return shape.format(t=f"{hour}:{moment:%M}", n=noon)

    return written


NOTATIONS: dict[str, tuple[str, Callable[[datetime], str]]] = {
    "android en-GB": ("dmy", lambda m: f"{m:%d/%m/%Y}, {m:%H:%M} - "),
    "android en-US": ("mdy", lambda m: f"{m.month}/{m.day}/{m:%y}, {_twelve('AM', 'PM')(m)} - "),
    "android de": ("dmy", lambda m: f"{m:%d.%m.%y}, {m:%H:%M} - "),
    "android es": ("dmy", lambda m: f"{m.day}/{m.month}/{m:%y}, "
                   f"{_twelve('a. m.', 'p. m.', '{t} {n}')(m)} - "),
    "android pt": ("dmy", lambda m: f"{m:%d/%m/%Y} {m:%H:%M} - "),
    "android fr": ("dmy", lambda m: f"{m:%d/%m/%Y} à {m:%H:%M} - "),
    "android nl": ("dmy", lambda m: f"{m:%d-%m-%Y} {m:%H:%M} - "),
    "android sv": ("ymd", lambda m: f"{m:%Y-%m-%d} {m:%H:%M} - "),
    "android fi": ("dmy", lambda m: f"{m.day}.{m.month}.{m.year} klo {m.hour}.{m:%M} - "),
    "android hu": ("ymd", lambda m: f"{m.year}. {m:%m}. {m:%d}. {m.hour}:{m:%M} - "),
    "android bg": ("dmy", lambda m: f"{m:%d.%m.%y} г., {m:%H:%M} - "),
    "android vi": ("dmy", lambda m: f"{m:%H:%M}, {m:%d/%m/%Y} - "),
    "android zh": ("ymd", lambda m: f"{m.year}/{m.month}/{m.day} "
                   f"{_twelve('上午', '下午', '{n}{t}')(m)} - "),
    "android ja": ("ymd", lambda m: f"{m.year}/{m:%m}/{m:%d} {m.hour}:{m:%M} - "),
    "android ko": ("ymd", lambda m: f"{m.year}년 {m.month}월 {m.day}일 "
                   f"{_twelve('오전', '오후', '{n} {t}')(m)}, "),
    "android th": ("dmy", lambda m: f"{m.day}/{m.month}/{m.year + 543} {m:%H:%M} - "
                   .translate(_THAI)),
    "android ar": ("dmy", lambda m: f"{m.day}\u200f/{m.month}\u200f/{m.year}، "
                   f"{_twelve('ص', 'م', '{t} {n}')(m)} - ".translate(_ARABIC)),
    "android tr": ("dmy", lambda m: f"{m:%d.%m.%Y} {m:%H:%M} - "),
    "iphone en-US": ("mdy", lambda m: f"[{m.month}/{m.day}/{m:%y}, {_twelve('AM', 'PM')(m)}] "),
    "iphone en-GB": ("dmy", lambda m: f"[{m:%d/%m/%Y}, {m:%H:%M:%S}] "),
    "iphone de": ("dmy", lambda m: f"[{m:%d.%m.%y}, {m:%H:%M:%S}] "),
    "iphone sv": ("ymd", lambda m: f"[{m:%Y-%m-%d}, {m:%H:%M:%S}] "),
    "iphone zh": ("ymd", lambda m: f"[{m.year}/{m.month}/{m.day} "
                  f"{_twelve('上午', '下午', '{n}{t}')(m)}] "),
    "iphone old": ("dmy", lambda m: f"{m:%d/%m/%y}, {m:%H:%M:%S}: "),
}  # fmt: skip


FIRST = datetime(2012, 1, 1)  # noqa: DTZ001 - a chat does not say its zone


@given(
    st.sampled_from(sorted(NOTATIONS)),
    st.datetimes(FIRST, FIRST + timedelta(days=6_500)),
)
def test_every_notation_comes_back(name: str, moment: datetime) -> None:
    order, written = NOTATIONS[name]
    line = f"{written(moment)}Ali: tusk 12:30 - ok"
    stamp = find_stamp(line)
    assert stamp is not None
    assert line[stamp.end :] == "Ali: tusk 12:30 - ok"
    assert day_of(stamp.date, order) == moment.date()
    time = clock(stamp)
    assert time is not None
    assert time[:2] == (moment.hour, moment.minute)


@pytest.mark.parametrize("name", sorted(NOTATIONS))
def test_a_chat_in_every_notation_is_told_and_read(name: str, read_as: Any) -> None:
    _, written = NOTATIONS[name]
    start = FIRST + timedelta(days=3_616, hours=9)
    moments = [start + timedelta(hours=31 * number) for number in range(12)]
    colon = " : " if name == "android ko" else ": "
    text = "".join(f"{written(moment)}Ali{colon}no. {n}\n" for n, moment in enumerate(moments))
    assert detect(text.encode(), NAME) == "whatsapp"
    read = read_as(text.encode(), "whatsapp", name=NAME, timezone="UTC")
    found = [one.fields["posted_at"][:16] for one in read.of("message")]
    assert found == [f"{moment:%Y-%m-%dT%H:%M}" for moment in moments]
    assert [one.fields["text"] for one in read.of("message")] == [f"no. {n}" for n in range(12)]
    assert not read.issues


def test_persian_days_are_turned_into_ours() -> None:
    stamp = find_stamp("1399/12/30،\u200f 20:03 - علی: سلام".translate(_PERSIAN))
    assert stamp is not None
    assert str(day_of(stamp.date, "ymd")) == "2021-03-20"
    assert day_of(("1400", "12", "30"), "ymd") is None  # no leap year
    assert str(day_of(("1405", "1", "1"), "ymd")) == "2026-03-21"


def test_the_whole_chat_tells_day_from_month(read_as: Any) -> None:
    american = "1/2/24, 8:05 AM - Ali: a\n1/31/24, 8:05 AM - Ali: b\n2/1/24, 8:05 AM - Ali: c\n"
    days = [one.fields["posted_at"][:10] for one in read_as(american.encode()).of("message")]
    assert days == ["2024-01-02", "2024-01-31", "2024-02-01"]
    # No day above 12: only the order of the messages tells.
    rising = "2/1/24, 08:05 - Ali: a\n3/1/24, 08:05 - Ali: b\n1/2/24, 08:05 - Ali: c\n"
    days = [one.fields["posted_at"][:10] for one in read_as(rising.encode()).of("message")]
    assert days == ["2024-01-02", "2024-01-03", "2024-02-01"]


def test_what_stays_open_is_said_and_can_be_settled(read_as: Any) -> None:
    text = b"1/2/24, 08:05 - Ali: a\n1/2/24, 08:06 - Ali: b\n"
    open_ = read_as(text)
    assert "--date-order" in open_.said
    assert open_.documents[0].fields["posted_at"].startswith("2024-02-01")
    told = read_as(text, date_order="mdy", timezone="Asia/Bangkok")
    assert told.documents[0].fields["posted_at"] == "2024-01-02T01:05:00Z"
    assert not told.issues
    ids = [one.native_id for one in open_.of("message")]
    assert ids == [one.native_id for one in told.of("message")]


CHAT = """\
31/12/2023, 20:03 - Messages and calls are end-to-end encrypted. Tap to learn more.
31/12/2023, 20:03 - Ali created group "Ivory"
31/12/2023, 20:04 - Ali added +44 7700 900123
31/12/2023, 20:04 - Bob joined using this group's invite link
31/12/2023, 20:04 - Ali changed the subject from "Ivory: now" to "Fish: fresh"
31/12/2023, 20:05 - +44 7700 900123: hello
second line

fourth: line
31/12/2023, 20:06 - Ali: IMG-20231231-WA0001.jpg (file attached)
price?
31/12/2023, 20:06 - Ali: <Media omitted>
31/12/2023, 20:07 - Ali: This message was deleted
31/12/2023, 20:07 - ~\u202fMoses: ok then <This message was edited>
31/12/2023, 20:07 - Ali:
31/12/2023, 20:08 - Ali: <ivory> is 5 kg
31/12/2023, 20:09 - Ali changed their phone number to a new number. Tap to message.
31/12/2023, 20:10 - Bob left
31/12/2023, 20:11 - etwas Unbekanntes ist geschehen
"""


def test_people_notices_media_and_lines(read_as: Any) -> None:
    read = read_as(CHAT.encode(), name=NAME, timezone="UTC")
    spoken = [one for one in read.of("message") if "event" not in one.extra]
    told = [(one.fields.get("seller"), one.fields.get("text")) for one in spoken]
    ali = "Ali (Traders, case)"
    assert told == [
        ("+447700900123", "hello\nsecond line\n\nfourth: line"),
        (ali, "price?"),
        (ali, None),
        (ali, "This message was deleted"),
        ("Moses (Traders, case)", "ok then"),
        (ali, None),
        (ali, "<ivory> is 5 kg"),
    ]
    assert spoken[0].extra["name"] == "+44 7700 900123"
    assert spoken[1].images[0].url == spoken[1].extra["media"] == "IMG-20231231-WA0001.jpg"
    assert spoken[2].extra["media_omitted"]
    assert spoken[3].extra["deleted"]
    assert spoken[4].extra["edited"]
    events = [one.extra["event"]["what"] for one in read.of("message") if "event" in one.extra]
    assert events == [
        *("encrypted", "created", "added", "joined", "subject", "number", "left", "notice"),
    ]
    (group,) = read.of("group")
    assert group.fields["title"] == "Traders"
    assert {"handle": "+447700900123", "name": "+44 7700 900123"} in group.extra["members"]
    assert {one.extra["group"] for one in read.of("message")} == {group.native_id}
    (profile,) = read.of("profile")
    assert profile.native_id == ali


def test_iphone_marks_do_not_hide_who_speaks(read_as: Any) -> None:
    text = (
        "[31/12/23, 20:03:11] Traders: \u200eAli created this group\r\n"
        "[31/12/23, 20:03:12] Ali: \u200eimage omitted\r\n"
        "\u200e[31/12/23, 20:03:13] Ali: \u200e<attached: 0001-PHOTO-2023.jpg>\r\n"
        "[31/12/23, 20:03:14] \u202a+44\u00a07700\u00a0900123\u202c: hi\r\n"
    )
    read = read_as(text.encode(), name="WhatsApp Chat - Traders.zip!_chat.txt")
    messages = read.of("message")
    assert messages[0].extra["event"] == {"what": "created", "who": "Ali"}
    assert messages[1].extra["media_omitted"]
    assert messages[2].extra["media"] == "0001-PHOTO-2023.jpg"
    assert messages[3].fields["seller"] == "+447700900123"


def test_a_head_typed_into_a_message_is_its_text_where_the_line_endings_tell(read_as: Any) -> None:
    forged = "[31/12/23, 20:03:15] Victim: I sell ivory"
    text = (
        "[31/12/23, 20:03:11] Ali: one\r\n[31/12/23, 20:03:12] Ali: two\n"
        f"{forged}\r\n[31/12/23, 20:03:20] Bob: three\r\n[31/12/23, 20:03:21] Bob: four\r\n"
    )
    read = read_as(text.encode(), name=NAME)
    sellers = {one.fields.get("seller") for one in read.of("message")}
    assert sellers == {"Ali (Traders, case)", "Bob (Traders, case)"}
    assert any(one.fields["text"].endswith(forged) for one in read.of("message"))
    assert "anybody can type" in read.said


def test_a_head_of_another_notation_is_text(read_as: Any) -> None:
    text = "1.2.24, 20:03 - Ali: a\n[1/2/24, 20:03:15] Victim: b\n13.2.24, 20:04 - Ali: c\n"
    read = read_as(text.encode(), name=NAME)
    assert len(read.of("message")) == 2
    assert "another notation" in read.said


def test_a_later_and_longer_export_has_the_same_identities(read_as: Any) -> None:
    lines = [f"0{1 + n // 9}/03/2024, 10:0{n % 9} - Ali: same" for n in range(40) for _ in range(2)]
    first = read_as("\n".join(lines[:50]).encode(), name=NAME)
    later = read_as("\n".join(lines).encode(), name="WhatsApp Chat with Traders (1).txt")
    ids = [one.native_id for one in later.of("message")]
    assert [one.native_id for one in first.of("message")] == ids[:50]
    assert len(set(ids)) == len(ids)


def test_time_that_goes_back_is_said(read_as: Any) -> None:
    text = "13/02/24, 20:03 - Ali: a\n14/02/24, 20:03 - Ali: b\n13/02/24, 20:04 - Ali: c\n"
    assert "go back" in read_as(text.encode()).said


def test_an_archive_with_media_is_one_chat(read_as: Any) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("_chat.txt", CHAT)
        opened.writestr("IMG-20231231-WA0001.jpg", b"\xff\xd8\xff picture")
    read = read_as(target.getvalue(), "whatsapp", name="WhatsApp Chat - Traders.zip")
    assert read.of("group")[0].fields["title"] == "Traders"
    assert len(read.of("message")) == 15
    assert read.documents[0].locator == "_chat.txt line 1"
    assert "1 other files stay in the archive" in read.said


LONG = b"31/12/2025, 23:05 - Ann: IMG-1.jpg (file attached)\nIvory tusk for sale 900 USD\n"


@pytest.mark.parametrize("name", [NAME, "_chat.txt", "WhatsApp-Chat mit Ali (2).txt"])
def test_one_message_of_several_lines_is_a_chat_under_its_name(name: str) -> None:
    assert detect(LONG, name) == "whatsapp"
    with suppress(Unknown):
        assert detect(LONG, "log.txt") == "listings"


def test_one_message_of_several_lines_in_an_archive(read_as: Any) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(NAME, LONG)
    read = read_as(target.getvalue(), "whatsapp", name="chat.zip")
    assert [each.fields["text"].splitlines()[-1] for each in read.of("message")] == [
        "Ivory tusk for sale 900 USD"
    ]


@pytest.mark.parametrize(
    ("file", "chat"),
    [
        ("WhatsApp Chat with Ali.txt", "Ali"),
        ("WhatsApp-Chat mit Ali (2).txt", "Ali"),
        ("Chat de WhatsApp con Ali.txt", "Ali"),
        ("Conversa do WhatsApp com +55 11 91234-5678.txt", "+55 11 91234-5678"),
        ("case 7/WhatsApp Chat - Ali.zip!_chat.txt", "Ali"),
        ("与Ali的 WhatsApp 聊天.txt", "Ali"),
        ("evidence.txt", "evidence"),
    ],
)
def test_the_file_name_tells_the_chat(file: str, chat: str) -> None:
    assert chat_name(file) == chat


@pytest.mark.parametrize(
    "text",
    [
        "platform,url\nx,y\n",
        "12/03/20, 20:03, 5\n12/03/20, 20:04, 6\n",
        "just some words\n12/03/20, 20:03 - Ali: a\n",
        "[1, 2, 3]",
    ],
)
def test_other_texts_are_not_taken_for_chats(text: str) -> None:
    with suppress(Unknown):
        assert detect(text.encode(), "x.csv") == "listings"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("image omitted", ("", True)),
        ("price.pdf • 12 pages document omitted", ("", True)),
        ("Bild weggelassen", ("", True)),
        ("图像已忽略", ("", True)),
        ("<Medien ausgeschlossen>", ("", True)),
        ("<Anhang: 0001-PHOTO.jpg>", ("0001-PHOTO.jpg", False)),
        ("IMG-20250330-WA0001.jpg (Datei angehängt)", ("IMG-20250330-WA0001.jpg", False)),
        ("the tusk was omitted", ("", False)),
        ("I like <ivory>", ("", False)),
        ("see (here)", ("", False)),
    ],
)
def test_lines_that_stand_for_media(line: str, wanted: tuple[str, bool]) -> None:
    assert media_in(line) == wanted
