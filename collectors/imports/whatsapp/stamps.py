"""Date and time at the head of a message, in every notation WhatsApp is known to write.

WhatsApp takes the notation from the phone's language and region and documents none of them. The
shapes here are those of the Unicode CLDR's short dates and times, in brackets with seconds
(iPhone) or before a dash (Android), time first in Vietnamese, numbers in any script's digits.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

HEAD = 56
"""Characters within which a stamp ends."""

_MARKS = dict.fromkeys((0x200B, 0x200E, 0x200F, 0x061C, 0xFEFF, *range(0x202A, 0x202F)))
_MARKS |= dict.fromkeys(range(0x2066, 0x206A))
_SPACES = dict.fromkeys((0xA0, 0x2007, 0x2008, 0x2009, 0x202F, 0x3000), " ")
_SIGNS = {0x060C: ",", 0xFF0C: ",", 0xFF1A: ":", 0x2013: "-", 0x2014: "-"}
_DIGITS = {
    code: str(unicodedata.digit(chr(code)))
    for first in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x1040, 0xB66, 0xBE6, 0xC66, 0xCE6, 0x17E0)
    for code in range(first, first + 10)
}
_PLAIN = {**_MARKS, **_SPACES, **_SIGNS, **_DIGITS}

_BEFORE_NOON = (
    *("am", "a.m.", "a. m.", "上午", "凌晨", "清晨", "早上", "오전", "午前", "ص", "ق.ظ.", "ق.ظ"),
    *("قبل‌ازظهر", "π.μ.", "पूर्वाह्न", "sa", "öö", "de.", "pr.", "пр.об.", "e paradites", "ก่อนเที่ยง"),
    *("prije podne", "vorm.", "fm", "f.m.", "f.h.", "pagi"),
)
_AFTER_NOON = (
    *("pm", "p.m.", "p. m.", "下午", "中午", "傍晚", "晚上", "오후", "午後", "م", "ب.ظ.", "ب.ظ"),
    *("بعدازظهر", "μ.μ.", "अपराह्न", "ch", "ös", "du.", "ph.", "сл.об.", "e pasdites", "หลังเที่ยง"),
    *("poslije podne", "nachm.", "em", "e.m.", "e.h.", "malam"),
)
_NOON = "|".join(
    re.escape(word) for word in sorted((*_BEFORE_NOON, *_AFTER_NOON), key=len, reverse=True)
)
_LINKS = r"(?:à|klo|at|um|kl\.|às|as|ore|alle|a las|la|u|ob|o|în|о|в|เวลา)"
_DATE = (
    r"(?P<a>[0-9]{1,4})(?P<s>\. ?|/|-|年 ?|년 ?)(?P<b>[0-9]{1,2})(?:(?P=s)|月 ?|월 ?)"
    r"(?P<c>[0-9]{1,4})(?:日|일|\.(?=[ ,])| ?г\.)?"
)
_TIME = (
    rf"(?:(?P<n>{_NOON}) ?)?(?P<h>[0-9]{{1,2}})[:.](?P<m>[0-9]{{2}})(?:[:.](?P<x>[0-9]{{2}}))?"
    rf"(?: ?(?P<o>{_NOON})(?![^\W\d_]))?"
)
_AFTER = re.compile(rf"\[?{_DATE},? (?:{_LINKS},? )?{_TIME}", re.I)
_FIRST = re.compile(rf"\[?{_TIME},? {_DATE}", re.I)
_END = re.compile(r"\] ?| - |: | ?, ")
_STYLES = {"]": "bracket", "-": "dash", ":": "colon", ",": "comma"}
_BEGINS = re.compile(r"\[?[0-9]{1,4}[./:年년-]|\[?[0-9]{1,2}\. |\[[^0-9\]]{1,12}[0-9]")


class Stamp(NamedTuple):
    """Date and time as written, in ASCII digits, and where the message begins behind it.

    ``style`` is ``bracket``, ``dash``, ``colon`` or ``comma``: what ends the stamp. ``noon`` is
    ``am``, ``pm`` or empty. ``date`` are the three numbers in their order.
    """

    style: str
    date: tuple[str, str, str]
    separator: str
    hour: int
    minute: int
    second: int
    noon: str
    written: str
    end: int


def find_stamp(line: str) -> Stamp | None:
    """The stamp at the head of a line; None where it does not begin with one."""
    head = line[:HEAD]
    plain = head if head.isascii() else head.translate(_PLAIN)
    if not _BEGINS.match(plain) and plain[:1] != "[":
        return None
    found = _AFTER.match(plain) or _FIRST.match(plain)
    if found is None:
        return None
    end = _END.match(plain, found.end())
    if end is None or (end[0][:1] == "]") != (plain[:1] == "["):
        return None
    return Stamp(
        style=_STYLES[end[0].strip()],
        date=(found["a"], found["b"], found["c"]),
        separator=found["s"].strip(),
        hour=int(found["h"]),
        minute=int(found["m"]),
        second=int(found["x"] or 0),
        noon=_noon(found["n"] or found["o"] or ""),
        written=found[0].lstrip("[").casefold(),
        end=end.end() if plain is head else _original(head, end.end()),
    )


def clock(stamp: Stamp) -> tuple[int, int, int] | None:
    """Hour, minute and second of the day; None where there is no such time."""
    hour = stamp.hour
    if stamp.noon and not 0 <= hour <= 12:
        return None if hour > 23 else (hour, stamp.minute, stamp.second)
    if stamp.noon:
        hour = hour % 12 + (12 if stamp.noon == "pm" else 0)
    if hour > 23 or stamp.minute > 59 or stamp.second > 59:
        return None
    return hour, stamp.minute, stamp.second


def unmarked(text: str) -> str:
    """Text without the marks of direction that WhatsApp puts around names and notices."""
    return text if text.isascii() else text.translate(_MARKS)


def _noon(word: str) -> str:
    if not word:
        return ""
    return "am" if word.casefold() in _BEFORE_NOON else "pm"


def _original(head: str, end: int) -> int:
    """Where in ``head`` stands what is at ``end`` once marks are taken out."""
    count = 0
    for place, char in enumerate(head):
        if count == end:
            return place
        count += ord(char) not in _MARKS
    return len(head)
