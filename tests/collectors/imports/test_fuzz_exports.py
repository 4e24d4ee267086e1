"""Mutated exports of every kind: records and issues, and never an exception."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.imports.detect import HEAD, detect
from collectors.imports.formats import FORMATS
from model.canonical import canonical
from model.errors import SpoorError

ROUNDS = 120
NASTY = (
    *(
        b"\x00",
        b'"',
        b"\\",
        b"{",
        b"[",
        b"}",
        b"]",
        b",",
        b"\r",
        b"\n",
        b"\xff\xfe",
        b"\xe2\x80\xae",
    ),
    *(
        b"null",
        b"1e999",
        b"-9" * 40,
        b"NaN",
        b"\\ud800",
        b"\\u0000",
        b"[" * 3_000,
        b'{"a":' * 2_000,
    ),
    *(
        b"<img src='javascript:x'>",
        b"99/99/9999, 99:99 - ",
        b"[1/1/21, 1:1:1] ",
        b": ",
        b"\xc2\xa0",
    ),
)
CHAT = "".join(
    f"[{1 + n % 28:02}/03/24, 10:{n % 60:02}:11] {who}: {text}\r\n"
    for n, (who, text) in enumerate(
        [("Ali", "hi"), ("+44 7700 900123", "<attached: a.jpg>"), ("Bob", "\u200eimage omitted")]
        * 9
    )
)
WORDS = "one tusk of five kilograms, brown, ships from the port at night, ask for more pictures"
HAR = {
    "log": {
        "entries": [
            {
                "startedDateTime": "2026-11-20T10:00:00Z",
                "request": {"url": "https://x.example/?sid=1", "headers": [{"name": "Cookie"}]},
                "response": {
                    "status": 200,
                    "content": {
                        "mimeType": "text/html",
                        "text": f"<h1>a</h1><p>{WORDS}</p>",
                    },
                },
            }
        ]
        * 3
    }
}
MHTML = (
    b"MIME-Version: 1.0\r\nDate: Fri, 20 Nov 2026 10:00:00 +0700\r\nContent-Type:"
    b' multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
    b"Content-Transfer-Encoding: quoted-printable\r\nContent-Location: https://x.example/\r\n\r\n<h1>Tusk</h1><p>%s=20</p>"
    b"\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBOR"
    b"\r\n--b--\r\n"
) % WORDS.encode()
META = {
    "participants": [{"name": "a"}],
    "messages": [{"sender_name": "a", "timestamp_ms": 1600000000000, "content": "x"}] * 4,
    "title": "t",
}
X = 'window.YTD.tweets.part0 = [{"tweet":{"id_str":"9","full_text":"a","entities":{}}}]'
TIKTOK = {
    "Comment": {"Comments": {"CommentsList": [{"date": "2023-01-01 10:00:00", "comment": "x"}]}}
}
DISCORD = {
    "guild": {"id": "1"},
    "channel": {"id": "2", "name": "c"},
    "messages": [{"id": "3", "timestamp": "2021-07-19T13:34:18Z", "author": {"name": "a"}}] * 3,
    "messageCount": 3,
}


def packed(**files: str | bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, value in files.items():
            opened.writestr(name.replace("_", "."), value)
    return target.getvalue()


ORIGINALS: dict[str, tuple[str, bytes]] = {
    "whatsapp": ("whatsapp", CHAT.encode()),
    "whatsapp wide": ("whatsapp", CHAT.encode("utf-16")),
    "whatsapp zip": ("whatsapp", packed(chat_txt=CHAT)),
    "discord": ("discord", json.dumps(DISCORD).encode()),
    "har": ("har", json.dumps(HAR).encode()),
    "mhtml": ("mhtml", MHTML),
    "facebook": ("facebook", json.dumps(META).encode()),
    "facebook zip": ("facebook", packed(message_json=json.dumps(META), a_js=X)),
    "instagram": ("instagram", json.dumps(META).encode()),
    "x": ("x", X.encode()),
    "tiktok": ("tiktok", json.dumps(TIKTOK).encode()),
}


def mutated(original: bytes, number: int) -> bytes:
    """The original with one to five cuts, doublings, flips and insertions; the same every time."""
    dice, raw = random.Random(number), bytearray(original)
    for _ in range(dice.randint(1, 5)):
        at, end = sorted((dice.randint(0, len(raw)), dice.randint(0, len(raw))))
        match dice.randrange(5):
            case 0:
                raw[at:at] = dice.choice(NASTY)
            case 1:
                del raw[at : min(end, at + 400)]
            case 2:
                raw[at:at] = raw[at : min(end, at + 400)]
            case 3:
                raw[at : at + 4] = dice.randbytes(4)
            case _:
                raw = raw.replace(b'"', dice.choice((b"", b'"', b"'", b'""')), dice.randint(0, 9))
    return bytes(raw)


def changed(value: Any, dice: random.Random) -> Any:
    """The same JSON with some values of another type, all the way down."""
    if dice.random() < 0.08:
        return dice.choice(
            [None, True, 7, -1e300, "\ud800\x00", [], {}, [[1]], {"a": {}}, "x" * 99]
        )
    if isinstance(value, list):
        return [changed(item, dice) for item in value]
    if isinstance(value, dict):
        return {key: changed(item, dice) for key, item in value.items()}
    return value


def check(read: Any) -> None:
    """What came out can be stored, exported and shown."""
    for document in read.documents:
        assert document.native_id
        assert document.platform
        assert document.seen_at.endswith("Z")
        canonical([document.uid, dict(document.fields), dict(document.extra)]).decode("utf-8")
        assert all(isinstance(value, str) and value for value in document.fields.values())
        assert "\x00" not in str(dict(document.fields))
    assert all(issue.message for issue in read.issues)


@pytest.mark.parametrize("name", ORIGINALS)
def test_mutated_bytes(name: str, read_as: Any) -> None:
    form, original = ORIGINALS[name]
    whole = read_as(original, form)
    check(whole)
    assert whole.documents
    for number in range(ROUNDS):
        raw = mutated(original, number)
        with suppress(SpoorError):
            detect(raw[:HEAD], "fuzz")
        check(read_as(raw, form))


def documents_of(form: str) -> Iterator[Any]:
    some = {"discord": DISCORD, "har": HAR, "facebook": META, "instagram": META, "tiktok": TIKTOK}
    if form in some:
        yield some[form]


@pytest.mark.parametrize("form", ["discord", "har", "facebook", "instagram", "tiktok"])
def test_wrong_types_everywhere(form: str, read_as: Any) -> None:
    (original,) = documents_of(form)
    for number in range(ROUNDS):
        raw = json.dumps(changed(original, random.Random(number))).encode()
        check(read_as(raw, form))


def test_wrong_types_in_an_x_archive(read_as: Any) -> None:
    start, _, rows = X.partition("= ")
    for number in range(ROUNDS):
        value = changed(json.loads(rows), random.Random(number))
        check(read_as(f"{start}= {json.dumps(value)}".encode(), "x"))


def test_mutated_prints(read_as: Any) -> None:
    original = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj<</Type/Pages/Kids[]>>"
    )
    for number in range(3):
        check(read_as(mutated(original, number), "pdf"))


def test_an_archive_that_swells_is_left_alone(read_as: Any) -> None:
    bomb = packed(chat_txt=CHAT.encode() + bytes(40 << 20))
    read = read_as(bomb, "whatsapp")
    check(read)
    assert "unpacks to more than" in read.said


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=300), form=st.sampled_from(sorted(set(FORMATS) - {"pdf", "picture"})))
def test_invented_bytes(raw: bytes, form: str, read_as: Any) -> None:
    if FORMATS[form].handed_in:
        check(read_as(raw, form))
        check(read_as(gzip.compress(raw), form))
