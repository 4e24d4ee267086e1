"""Numbers as people write them: grouping, decimals, many scripts, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from enrich.contacts.view import plain

_NUMERAL = re.compile(
    r"\d+(?:\.\d+)?e-\d{1,2}(?!\w)"  # 6.673e-05
    r"|\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?(?![\d.,]*\d)"  # 9 500 · 12 000,50
    r"|\d+(?:[.,'’٬٫]\d+)*"
)
_CHINESE = re.compile(r"[一二三四五六七八九十百千两兩〇零半]+")
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
MOST_DIGITS = 15


class Numeral(NamedTuple):
    """A number at ``[start, end)``. ``groups`` says that one separator before three digits was
    read as grouping, so that the value may as well be a thousandth: ``1.250``."""

    value: Decimal
    start: int
    end: int
    written: str
    is_word: bool = False
    groups: bool = False


def plain_text(text: str) -> str:
    """``text`` in plain digits, blanks and dashes, one code point for one."""
    return plain(text)


def numerals(text: str) -> Iterator[Numeral]:
    """The numbers written in digits in ``text`` (plain); versions and dates are none."""
    for found in _NUMERAL.finditer(text):
        written = found[0]
        if written.isdigit() and len(written) <= MOST_DIGITS:
            yield Numeral(Decimal(written), found.start(), found.end(), written)
        elif len(written) <= 2 * MOST_DIGITS and (read := read_digits(written)):
            value, groups = read
            yield Numeral(value, found.start(), found.end(), written, groups=groups)


def read_digits(written: str) -> tuple[Decimal, bool] | None:
    """The value and whether a lone separator was taken for grouping; None for no number.

    The last separator is the decimal one where it stands once and another groups before it, or
    where other than three digits follow it.
    """
    text = written.replace("’", "'").replace("٬", ",").replace("٫", ".").replace(" ", "'")
    if "e" in text:
        return Decimal(text), False
    marks = [mark for mark in text if mark in ".,'"]
    if len(text) - len(marks) > MOST_DIGITS:
        return None
    if not marks:
        return Decimal(text), False
    return _one_mark(text, marks) if len(set(marks)) == 1 else _two_marks(text, marks[-1])


def _one_mark(text: str, marks: list[str]) -> tuple[Decimal, bool] | None:
    """``1.000`` and ``1,200,000`` group, ``9,8`` and ``0.035`` have decimals, ``1.2.3`` neither."""
    if _is_grouped(text) and not text.startswith("0"):
        return _joined(text), len(marks) == 1 and marks[0] != "'"
    if len(marks) > 1 or marks[0] == "'":
        return None
    return Decimal(text.replace(",", ".")), False


def _two_marks(text: str, last: str) -> tuple[Decimal, bool] | None:
    """``1.234,56``: the last mark is the decimal one if it stands once."""
    whole, _, fraction = text.rpartition(last)
    if last not in whole and _is_grouped(whole):
        return Decimal(f"{_joined(whole)}.{fraction}"), False
    return (_joined(text), False) if _is_grouped(text) else None


def _joined(text: str) -> Decimal:
    return Decimal(re.sub(r"[.,']", "", text))


def _is_grouped(text: str) -> bool:
    """Groups of three, or the Indian way of two and a last three."""
    head, *groups = re.split(r"[.,']", text)
    if not 1 <= len(head) <= 3 or not groups:
        return False
    western = all(len(group) == 3 for group in groups)
    indian = len(groups[-1]) == 3 and all(len(group) == 2 for group in groups[:-1])
    return western or (indian and len(head) <= 2 and len(groups) > 1)


def chinese_numerals(text: str) -> Iterator[Numeral]:
    """The numbers written in Chinese characters below ten thousand; ``万`` is a magnitude."""
    for found in _CHINESE.finditer(text):
        if len(found[0]) <= 9 and (value := read_chinese(found[0])) is not None:
            yield Numeral(value, found.start(), found.end(), found[0], is_word=True)


def read_chinese(written: str) -> Decimal | None:
    """``三千五`` is 3500: a digit behind a power counts the next lower one."""
    total, digit, power, has_zero = Decimal(0), None, 1, False
    for character in written:
        if character == "半":
            return total + Decimal("0.5") if digit is None else None
        if (value := _DIGITS.get(character)) is not None:
            if digit is not None and value != 0:
                return None
            digit, has_zero = (value or None), has_zero or value == 0
        else:
            power = _POWERS[character]
            total += power * (1 if digit is None else digit)
            digit = None
    if digit is not None:
        total += digit * (power // 10 if power > 10 and not has_zero else 1)
    return total
