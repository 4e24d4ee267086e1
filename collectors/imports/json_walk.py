"""A large JSON document read from front to back, a value at a time, by whoever knows its shape.

Nothing but the value at hand is held. One that cannot be read is passed over by its brackets, and
what follows is read on. Work is linear in the size of the document, whatever is in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import IO

from model.canonical import Json

MAX_VALUE = 8 << 20
"""Characters of one value that are read; a larger one is passed over."""

_CHUNK = 1 << 18
_SPACE = re.compile(r"[ \t\r\n]*")
_LONG = ("{", "[", '"')
_LONGEST_PLAIN = 5_000
_MARK = re.compile(r"[\"\[\]{}]")
_IN_STRING = re.compile(r"[\"\\]")
_PLAIN = re.compile(r"[^,\]}\s\"\[{:]*")
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|[\s\S])")


class BrokenDocument(ValueError):
    """The document is no JSON from here on, so nothing after this place is read."""


class BadValue(ValueError):
    """One value cannot be taken; the next one can be read."""


class JsonWalk:
    """A place in a JSON text; every method begins where the last one ended.

    ``repair`` is applied to the text as it is read; it must not change what is JSON.
    """

    def __init__(self, stream: IO[str], repair: Callable[[str], str] | None = None) -> None:
        self._stream = stream
        self._repair = repair
        self._buffer = ""
        self._at = 0
        self._kept = ""
        self._is_over = False

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here; read or pass over each value before the next."""
        self._take("{")
        if self._accept("}"):
            return
        while True:
            if self._peek() != '"':
                raise BrokenDocument("a key is missing")
            try:
                key = str(self.value())
            except BadValue:
                key = ""
            self._take(":")
            yield key
            if self._accept("}"):
                return
            self._take(",")

    def items(self) -> Iterator[int]:
        """The places of the array that begins here, from 1; read or pass over each value."""
        self._take("[")
        if self._accept("]"):
            return
        number = 0
        while True:
            number += 1
            yield number
            if self._accept("]"):
                return
            self._take(",")

    def begins(self) -> str:
        """The character with which the value at hand begins; empty at the end of the text."""
        return self._peek()

    def value(self) -> Json:
        """The value at hand; BadValue, and it is passed over, where it cannot be read."""
        first = self._peek()
        if not first:
            raise BrokenDocument("the text ends early")
        if first not in _LONG:
            self._reach_end_of_plain()
        wanted = _CHUNK
        while True:
            try:
                found, end = _DECODER.raw_decode(self._buffer, self._at)
            except (ValueError, RecursionError) as error:
                short = len(self._buffer) - self._at < MAX_VALUE
                if short and self._more_needed() and self._read(wanted):
                    wanted *= 2
                    continue
                why = _why(error, len(self._buffer) - self._at)
                self.skip()
                raise BadValue(why) from None
            self._at = end
            return found

    def skip(self) -> None:
        """Pass over the value at hand, by its brackets alone."""
        first = self._peek()
        if first not in _LONG:
            self._skip_plain()
            return
        depth = 0
        while True:
            mark = self._find(_MARK)
            if mark == '"':
                self._skip_string()
            elif mark in "{[":
                depth += 1
            else:
                depth -= 1
            if depth <= 0:
                return

    def _reach_end_of_plain(self) -> None:
        """Read on until a number or word at hand is whole; bounded, for none is that long."""
        while len(self._buffer) - self._at < _LONGEST_PLAIN:
            found = _PLAIN.match(self._buffer, self._at)
            if found is None or found.end() < len(self._buffer) or not self._read(_CHUNK):
                return

    def _skip_plain(self) -> None:
        found = _PLAIN.match(self._buffer, self._at)
        end = found.end() if found else self._at
        if end == self._at:
            raise BrokenDocument("a value is missing")
        while end == len(self._buffer) and self._read(_CHUNK):
            more = _PLAIN.match(self._buffer, self._at)
            end = more.end() if more else self._at
        self._at = end

    def _skip_string(self) -> None:
        while self._find(_IN_STRING) == "\\":
            if self._at == len(self._buffer):
                self._drop()
            self._at += 1

    def _find(self, pattern: re.Pattern[str]) -> str:
        """Go behind the next character of a kind; nothing before it is held."""
        while (found := pattern.search(self._buffer, self._at)) is None:
            self._at = len(self._buffer)
            self._drop()
        self._at = found.end()
        return found.group()

    def _drop(self) -> None:
        """Go on with the next piece; BrokenDocument where there is none."""
        if not self._read(_CHUNK):
            raise BrokenDocument("the text ends early")

    def _more_needed(self) -> bool:
        """Whether the value at hand does not end within the buffer."""
        depth, at, text = 0, self._at, self._buffer
        if text[at : at + 1] not in _LONG:
            return False
        while (found := _MARK.search(text, at)) is not None:
            at = found.end()
            if found.group() == '"':
                while (inner := _IN_STRING.search(text, at)) is not None:
                    at = inner.end() + (inner.group() == "\\")
                    if inner.group() == '"':
                        break
                else:
                    return True
            else:
                depth += 1 if found.group() in "{[" else -1
            if depth <= 0:
                return False
        return True

    def _peek(self) -> str:
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._read(_CHUNK):
                return ""

    def _accept(self, sign: str) -> bool:
        if self._peek() != sign:
            return False
        self._at += 1
        return True

    def _take(self, sign: str) -> None:
        if not self._accept(sign):
            raise BrokenDocument(f"{sign} is missing")

    def _read(self, size: int) -> bool:
        """More text behind the place at hand; whether there was any."""
        text = "" if self._is_over else self._stream.read(size)
        self._is_over = not text
        if self._repair is not None:
            text, self._kept = _cut(self._kept + text, last=self._is_over)
            text = self._repair(text)
        self._buffer, self._at = self._buffer[self._at :] + text, 0
        return bool(text) or not self._is_over


def repaired(text: str) -> str:
    r"""JSON with the escapes ``\x1F`` of Telegram Desktop turned into ``\u001F``."""
    if "\\x" not in text:
        return text
    return _ESCAPE.sub(lambda found: f"\\u00{found[1][1:]}" if found[1][1:] else found[0], text)


def _cut(text: str, *, last: bool) -> tuple[str, str]:
    """The text without an escape that may go on in the next piece, and that."""
    end = text.rfind("\\", max(len(text) - 3, 0))
    if last or end < 0:
        return text, ""
    begin = end
    while begin > 0 and text[begin - 1] == "\\":
        begin -= 1
    is_open = (end - begin) % 2 == 0  # of several in a row each second one is what is escaped
    return (text[:end], text[end:]) if is_open else (text, "")


def _why(error: Exception, size: int) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if size >= MAX_VALUE:
        return f"longer than {MAX_VALUE:,} characters"
    return f"not JSON: {error.msg}" if isinstance(error, json.JSONDecodeError) else "not JSON"


def _number(digits: str) -> Json:
    """A whole number; one of more digits than anything counts is kept as text."""
    return int(digits) if len(digits) < 25 else digits


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(parse_int=_number, parse_constant=_no_constant)
