"""Hostile answers by the thousand: generated, then mutated, the same ones for the same seed."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from .misbehaving import WAYS

PAGES = Path(__file__).parent.parent / "pages"

PRIVATE = (
    *("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "0", "[::1]"),
    *("[::ffff:127.0.0.1]", "[::127.0.0.1]", "169.254.169.254", "10.0.0.1", "192.168.0.1", "[::]"),
    *("[fe80::1]", "[fc00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost.", "127.0.0.1."),
    *("①②⑦.⓪.⓪.①", "127。0。0。1", "printer", "db.internal"),
    *("rebind.example", "www.rebind.example", "127.0.0.1.nip.example", "255.255.255.255"),
    *("cdn.example", "rebind.example."),
    *("224.0.0.1", "[ff02::1]", "100.64.0.1", "%31%32%37.0.0.1", "user:word@127.0.0.1", "a" * 300),
)
SCHEMES = ("http", "https", "HTTP", "file", "ftp", "gopher", "data", "javascript", "jar:http", "")
STATUSES = (
    *("200 OK", "200", "204 No Content", "206 Partial Content", "100 Continue", "103 Early", "999"),
    *("301 Moved", "302 Found", "307 x", "304 Not Modified", "401 x", "403 x", "404 x", "429 Slow"),
    *("503 x", "000 x", "-1", "2OO OK", "1e3", "65536 x", "200 \x1b[31mred", "200 " + "O" * 3_000),
)
VERSIONS = ("HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/1.9", "HTTP/2", "HTTP/", "http/1.1", "ICY")
ENDS = (b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r")
CODINGS = ("gzip", "deflate", "br", "gzip, gzip", "identity", "zstd", "x-gzip", "compress", ",", "")
TYPES = (
    *("text/html", "text/html; charset=utf-8", "text/html; charset=utf-7", "application/json", ""),
    *("text/html; charset=utf-16", "text/html; charset=hz-gb-2312", "text/html; charset=rot13"),
    *("image/png", "application/zip", "text/html; charset=" + "x" * 500, "application/rss+xml"),
)
LENGTHS = ("0", "1", "-1", "5, 6", "5, 5", "1e3", "0x10", "+7", "99999999999999999999", "1_0", "")
NAMES = (
    "X-A",
    "Set-Cookie",
    "Location",
    "Retry-After",
    "Refresh",
    "ETag",
    "\x00",
    "",
    "X\x0bB",
    "é",
)
VALUES = (
    *("x", "id=secret; Path=/", "/", "120", "Wed, 99 Foo 2026 25:61:61 GMT", '"' * 500, "\xff\xfe"),
    *("a\r\n b", "a\rInjected: 1", "a\nInjected: 1", "\x1b]0;title\x07", "=" * 1_000, ";" * 1_000),
)
TAGS = (
    *("div", "p", "a", "table", "tr", "td", "ul", "li", "form", "input", "script", "style", "svg"),
    *("template", "select", "option", "textarea", "iframe", "base", "meta", "title", "b", "math"),
    *("noscript", "h1", "dl", "dd", "article", "plaintext", "frameset", "image", "isindex", "xmp"),
)
ATTRIBUTES = (
    *(
        'class="price"',
        "href='{link}'",
        "src='{link}'",
        "http-equiv=refresh content='0;url={link}'",
    ),
    *("itemscope itemtype=http://schema.org/Product", "itemprop=price content=1e9", "id='", '"'),
    *("onclick=alert(1)", "style='width:" + "9" * 300 + "px'", "type=password", "data-id=\x00"),
    *("type=application/ld+json", "rel=next href='?page={number}'", "=" * 50, "href='{number}'"),
)
TEXTS = (
    *(
        "Carved tusk 300 EUR",
        "Price: $1,2,3.4.5",
        "&#xD800;&#x110000;&nbsp",
        "captcha",
        "]]>",
        "<!--",
    ),
    *(
        "Vendor: <b>x",
        "\u202eevil\u202c",
        "\x00\ufffe",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n" * 3,
    ),
    *('{"@type":"Product","offers":[[{"price":null}]]}', "[" * 400, '{"a":' * 400, "1" * 5_000),
    *("Member since 31.02.2020", "3d 99999999999h", "bc1q" + "q" * 80, "+1 (555) " * 20, "а" * 50),
)


def link(dice: random.Random) -> str:
    """An address that leads where nobody should go, or nowhere."""
    host, scheme = dice.choice(PRIVATE), dice.choice(SCHEMES)
    return dice.choice(
        (
            f"{scheme}://{host}/",
            f"{scheme}://{host}:{dice.choice((22, 80, 443, 6379, 99999))}/a?b={dice.random()}",
            f"//{host}/",
            f"/calendar/{dice.randrange(10**9)}",
            f"http:\\\\{host}\\",
            f"http://x.example\\@{host}/",
            f"/a\r\nHost: {host}",
            "../" * 50 + "etc/passwd",
        )
    )


def markup(dice: random.Random) -> bytes:
    """A page of nonsense that looks like one."""
    parts = [
        dice.choice(("", "<!doctype html>", "<html><head>", "\ufeff", "<?xml version='1.0'?>"))
    ]
    for _ in range(dice.randint(1, 60)):
        attributes = " ".join(dice.choices(ATTRIBUTES, k=dice.randint(0, 2)))
        said = attributes.replace("{link}", link(dice)).replace("{number}", str(dice.random()))
        parts.append(f"<{dice.choice(('', '', '/'))}{dice.choice(TAGS)} {said}>")
        if dice.random() < 0.5:
            parts.append(dice.choice(TEXTS))
    if dice.random() < 0.015:
        parts.append(f"<{dice.choice(TAGS)}>" * dice.choice((1_000, 1_000, 20_000)))
    encoding = dice.choice(("utf-8", "utf-8", "utf-16", "cp1251", "latin-1", "utf-7"))
    return "".join(parts).encode(encoding, "ignore")


def body(dice: random.Random) -> bytes:
    """A body: nonsense, or a page that people wrote, mutated."""
    if dice.random() < 0.5:
        return markup(dice)
    return mutated(dice.choice(_pages()), dice)


def mutated(raw: bytes, dice: random.Random) -> bytes:
    """The bytes after one to three accidents."""
    for _ in range(dice.randint(1, 3)):
        if raw:
            raw = dice.choice(_ACCIDENTS)(raw, dice)[:60_000]
    return raw


def http_answer(dice: random.Random) -> bytes:
    """All that a server sends: half of them built from odd parts, half mutated."""
    if dice.random() < 0.3:
        found = dice.choice(_ways())
        return found if dice.random() < 0.2 else mutated(found, dice)
    payload = body(dice) if dice.random() < 0.9 else b""
    coding = dice.choice(CODINGS) if dice.random() < 0.3 else ""
    packed = _packed(payload, coding, dice)
    end = ENDS[0] if dice.random() < 0.9 else dice.choice(ENDS)
    chunked = dice.random() < 0.3
    lines = [f"{_mostly(VERSIONS, dice)} {_mostly(STATUSES, dice)}"]
    lines += [f"Content-Type: {dice.choice(TYPES)}", f"Content-Encoding: {coding}"]
    if chunked:
        lines.append(f"Transfer-Encoding: {_mostly(('chunked', 'CHUNKED, x', 'gzip'), dice)}")
        packed = _chunks(packed, dice)
    if dice.random() < (0.1 if chunked else 0.8):
        lines.append(f"Content-Length: {_mostly((str(len(packed)), *LENGTHS), dice)}")
    lines += [f"{dice.choice(NAMES)}: {dice.choice(VALUES)}" for _ in range(dice.randint(0, 6))]
    lines.append(f"Location: {link(dice)}")
    head = end.join(line.encode("latin-1", "replace") for line in lines)
    whole = head + end + end + packed
    return mutated(whole, dice) if dice.random() < 0.3 else whole


def _mostly(choices: tuple[str, ...], dice: random.Random) -> str:
    return choices[0] if dice.random() < 0.6 else dice.choice(choices)


def _packed(payload: bytes, coding: str, dice: random.Random) -> bytes:
    if coding and dice.random() < 0.3:
        payload += bytes(3_000_000)
    if "gzip" in coding:
        return gzip.compress(payload, 1)
    return zlib.compress(payload, 1) if coding == "deflate" else payload[:60_000]


def _chunks(payload: bytes, dice: random.Random) -> bytes:
    sizes = ("{:x}", "{:X}", "0x{:x}", "{:x};ext=1", "-{:x}", "{:x} ", "{}")
    size = dice.randint(1, 4_000)
    parts: list[bytes] = []
    for at in range(0, min(len(payload), 50 * size), size):
        piece = payload[at : at + size]
        parts.append(_mostly(sizes, dice).format(len(piece)).encode() + b"\r\n" + piece + b"\r\n")
    return b"".join(parts) + dice.choice(
        (b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"", b"ffffffffff\r\n")
    )


@cache
def _pages() -> tuple[bytes, ...]:
    return tuple(file.read_bytes()[:12_000] for file in sorted(PAGES.glob("*.html")))


@cache
def _ways() -> tuple[bytes, ...]:
    return tuple(way for way in WAYS.values() if isinstance(way, bytes) and len(way) < 60_000)


def _flipped(raw: bytes, dice: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(dice.randint(1, 40)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def _cut(raw: bytes, dice: random.Random) -> bytes:
    return raw[: dice.randrange(len(raw))]


def _repeated(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw))
    piece = raw[at : at + dice.randint(1, 200)]
    return raw[:at] + piece * dice.randint(2, 100) + raw[at:]


def _stuffed(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw))
    stuff = dice.choice((b"\r\n", b"\x00" * 9, b"\r\n\r\n", b"<", b"\xff" * 5, dice.randbytes(300)))
    return raw[:at] + stuff + raw[at:]


def _nested(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw))
    tag = dice.choice((b"<div>", b"<table><tr><td>", b"<b>", b"<a href=/x>", b"<li>", b"<svg>"))
    return raw[:at] + tag * dice.choice((20, 60, 60, 400)) + raw[at:]


def _crossed(raw: bytes, dice: random.Random) -> bytes:
    at, other = sorted((dice.randrange(len(raw)), dice.randrange(len(raw))))
    return raw[other:] + raw[at:other] + raw[:at]


def _without(raw: bytes, dice: random.Random) -> bytes:
    victim = dice.choice((b"</", b'"', b">", b"\r", b"\n", b"=", b":", b" "))
    return raw.replace(victim, b"", dice.randint(1, 100))


_ACCIDENTS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flipped, _cut, _repeated, _stuffed, _nested, _crossed, _without),
)
