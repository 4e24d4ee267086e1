"""Telephone numbers: valid ones only, and never prices, dates, identifiers or parcel numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

from enrich.contacts.patterns import Pattern, compiled
from enrich.contacts.view import Found, Taken, View

RULE = "phones/1"
_GAP = r"[ .()\[\]/\-~*_]{0,3}"
NUMBER = rf"(?:\+[ .(]{{0,2}}|\(\+\)? ?|00)?\(?[0-9](?:{_GAP}[0-9]){{5,16}}"
_NUMBER = compiled(NUMBER)
_DATE = compiled(
    r"(?:(?:19|20)\d\d[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:[0-2]?\d|3[01])"
    r"|(?:[0-2]?\d|3[01])[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:19|20)\d\d"
    r"|(?:[0-2]?\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./]\d\d"
    r"|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d)(?:[ -]+\d\d?)?"
)
_LAST_GROUP = compiled(r"(.*[0-9]\)?)[^0-9]+[0-9]+$")
_IPV4 = compiled(r"\d{1,3}(?:\.\d{1,3}){3}")
_DECIMALS = compiled(r"\d+\.\d+")


class Number(NamedTuple):
    """A valid telephone number: E.164, its region, and how it was written."""

    e164: str
    region: str
    how: str


def read_phones(
    view: View,
    taken: Taken,
    hints: Sequence[str],
    cues: Pattern,
    not_phone: Pattern,
) -> Iterator[Found]:
    """International numbers, and national ones where a region is known and a cue stands before."""
    for match in _NUMBER.finditer(view.plain):
        start, end = _bounds(view.plain, match.start(), match.end())
        if taken.touches(start, end) or _part_of_more(view.plain, start, end):
            continue
        before = view.plain[max(0, start - 48) : start]
        written = view.plain[start:end]
        plus = written.startswith(("+", "(+"))
        cue = cues.search(before) is not None
        if not plus and (not cue or not_phone.search(before)):
            continue
        spanned = read_at_start(written, hints, guess=False)
        if spanned is None:
            continue
        number, length = spanned
        sure = 0.95 if cue and plus else 0.9 if cue else 0.85
        rule = f"{RULE}:{number.how}"
        yield Found(
            "phone", number.e164, start, start + length, sure, rule, {"region": number.region}
        )


def read_at_start(written: str, hints: Sequence[str], *, guess: bool) -> tuple[Number, int] | None:
    """The number ``written`` begins with and its length; later groups may not belong to it."""
    for _ in range(4):
        if number := read_number(written, hints, guess=guess):
            return number, len(written)
        cut = _LAST_GROUP.match(written)
        if cut is None:
            return None
        written = cut.group(1)
    return None


def read_number(written: str, hints: Sequence[str], *, guess: bool) -> Number | None:
    """The valid number ``written`` stands for.

    With ``+`` or ``00`` it is international; else it is tried in each region of ``hints``;
    with ``guess`` (a number given for a messenger) at last as international without its plus.
    """
    digits = "".join(character for character in written if character in "0123456789")
    if not 7 <= len(digits) <= 17 or len(set(digits)) < 3:
        return None
    if "+" in written:
        return _parsed("+" + _without_trunk(written, digits), None, "international")
    tries: list[tuple[str, str | None, str]] = []
    if written.lstrip("(").startswith("00"):
        tries.append(("+" + digits[2:], None, "international"))
    if not _not_a_number(written):
        tries += [(digits, region, "national") for region in hints]
        tries += [("+" + digits, None, "guessed")] if guess and len(digits) >= 10 else []
    return next((number for one in tries if (number := _parsed(*one))), None)


def _without_trunk(written: str, digits: str) -> str:
    """Digits of ``+44 (0) 20…`` without the zero that is dialled inside the country only."""
    if "(0)" in written:
        lead = sum(c in "0123456789" for c in written[: written.index("(0)")])
        return digits[:lead] + digits[lead + 1 :]
    return digits


def _not_a_number(written: str) -> bool:
    return any(p.fullmatch(written) is not None for p in (_DATE, _IPV4, _DECIMALS))


@lru_cache(maxsize=1 << 14)
def _parsed(digits: str, region: str | None, how: str) -> Number | None:
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Number(e164, phonenumbers.region_code_for_number(number) or "001", how)


def _bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without an opening bracket that nothing closes."""
    if text[start] == "(" and ")" not in text[start:end]:
        start += 1
    return start, end


def _part_of_more(text: str, start: int, end: int) -> bool:
    """Whether the digits belong to a word, a longer number, an amount or a code."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if (
        before.isalnum()
        or before in "$€£¥฿₫#%_@=/\\"
        or (before in ".,-" and _digit(text, start - 2))
    ):
        return text[start] != "+" or before in "#@=/\\"
    if after.isdigit() or after in "$€£¥฿₫%@_" or (after == "," and _digit(text, end + 1)):
        return True
    if after in "-+" and _digit(text, end + 1):
        return True
    return after.isalpha() and after.isascii() and not text[end : end + 2].istitle()


def _digit(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isdigit()
