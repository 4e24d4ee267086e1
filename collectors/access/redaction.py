"""Secrets taken out of what a server sent, in every spelling in which servers repeat them."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator

MARK = b"[redacted]"
_FOLDS = 3
_RUN = re.compile(r"[0-9A-Za-z]+")


class Redaction:
    """Knows secrets and takes them out of bytes; one object serves any number of threads.

    Each is found as it is, percent-encoded once or twice, as HTML, in JSON and its like (``\\/``,
    ``\\u003d``, ``\\x3d``), in UTF-16, in hexadecimal, and in Base64, also as a part of something
    longer. A server that disguises it otherwise, or shows but a part of it, is not noticed.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: frozenset[str] = frozenset()
        self._finds: tuple[tuple[bytes, ...], re.Pattern[bytes]] | None = None
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Take these out, too."""
        known = self._known | {one for one in secrets if one}
        if known != self._known:
            # The longest first: a secret may stand within another one.
            found = sorted({form for one in known for form in _forms(one)}, key=len, reverse=True)
            anchors = {anchor for one in known for anchor in _anchors(one)}
            self._known, self._finds = known, (tuple(anchors), re.compile(b"|".join(found)))

    def __call__(self, data: bytes) -> tuple[bytes, int]:
        """The bytes without them, and how many there were."""
        if self._finds is None:
            return data, 0
        anchors, pattern = self._finds
        # Looking for these alone is thirty times as fast, and mostly they are not there.
        if not any(anchor in data for anchor in anchors):
            return data, 0
        return pattern.subn(MARK, data)

    def __repr__(self) -> str:
        return f"Redaction({len(self._known)} secrets)"


def _forms(secret: str) -> Iterator[bytes]:
    """Regular expressions that match a secret as servers write it."""
    yield b"".join(_character(char) for char in secret)
    wide, hexadecimal, *pieces = _encoded(secret)
    yield rb"\x00?" + re.escape(wide) + rb"\x00?"
    yield b"(?i:" + hexadecimal + b")"
    yield from map(re.escape, pieces)


def _anchors(secret: str) -> Iterator[bytes]:
    """Bytes of which some stand in whatever one of the forms matches."""
    runs = _RUN.findall(secret)
    yield max(runs, key=len).encode() if runs else b""
    wide, hexadecimal, *pieces = _encoded(secret)
    yield from (wide, hexadecimal, hexadecimal.upper(), *pieces)


def _encoded(secret: str) -> list[bytes]:
    """UTF-16 without the zero at its end, hexadecimal, and what Base64 may be made of."""
    raw = secret.encode("utf-8")
    wide = secret.encode("utf-16-le")
    return [wide.removesuffix(b"\0"), raw.hex().encode(), *_in_base64(raw)]


def _character(char: str) -> bytes:
    """One character: letters and digits as they are, others in each of their spellings."""
    raw = char.encode("utf-8")
    if char.isascii() and char.isalnum():
        return raw
    percent = b"".join(b"%%(?:25)?(?i:%02x)" % byte for byte in raw)
    units = char.encode("utf-16-be")
    pairs = (units[at : at + 2].hex().encode() for at in range(0, len(units), 2))
    escaped = b"".join(rb"\\{1,2}u(?i:" + pair + b")" for pair in pairs)
    entity = b"&#(?:0*%d|(?i:x0*%x));?" % (ord(char), ord(char))
    forms = [re.escape(raw), percent, escaped, entity]
    forms += [re.escape(text.encode()) for text in _named(char)]
    if len(raw) == 1:
        forms.append(rb"\\{1,2}x(?i:%02x)" % raw[0])
        forms.append(rb"\\{1,2}" + re.escape(raw))
    if char == " ":
        forms.append(rb"\+")
    return b"(?:" + b"|".join(forms) + b")"


def _named(char: str) -> Iterator[str]:
    """A character as it stands in HTML and in JSON, where that is not the character itself."""
    for text in (html.escape(char), json.dumps(char)[1:-1]):
        if text != char:
            yield text


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """What Base64 of anything that holds ``raw`` holds for certain: three foldings, two spellings.

    Characters at the edges that depend on what stands beside it are left out.
    """
    for before in range(_FOLDS):
        text = base64.b64encode(bytes(before) + raw)
        first = (0, 2, 3)[before]
        last = (before + len(raw)) * 8 // 6
        inner = text[first:last]
        if len(inner) >= 8:
            yield inner
            yield inner.translate(bytes.maketrans(b"+/", b"-_"))
