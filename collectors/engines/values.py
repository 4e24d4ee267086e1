"""The value parsers a source file can name: one short function each, ValueError for no value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import re2

from collectors.text import words
from config.sources import Source, Value
from model.canonical import Json

_NUMBER = re.compile(r"[-+]?\d[\d.,'’\s\u00a0\u202f]{0,30}")
_SIGNS = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₽": "RUB",
    "₹": "INR",
    "₿": "BTC",
    "Ƀ": "BTC",
    "zł": "PLN",
    "₺": "TRY",
    "₴": "UAH",
    "₩": "KRW",
    "₫": "VND",
}
"""Signs that mean one currency nearly everywhere; a site's own meaning stands in its file."""
_CODE = re.compile(r"[A-Za-z]{3,5}")
_BEFORE = re.compile(r"([A-Za-z]{2}?\$|[A-Z]{3,5}|[^\s\d\w.,:;()~+-]|zł)\s?\Z")
_AFTER = re.compile(r"\s?([A-Za-z]{3,5}\b|[^\s\d\w.,:;()~+-]|zł)")
_TRUE = words("yes y true on 1 ja oui si sí sim да 是")
_FALSE = words("no n false off 0 nein nee non não нет 否")
_UNITS = (
    ("s sec second", 1),
    ("m min minute", 60),
    ("h hr hour", 3600),
    ("d day", 86_400),
    ("w week", 604_800),
    ("mo month", 2_592_000),
    ("y year", 31_536_000),
)
_SECONDS = {name: seconds for names, seconds in _UNITS for name in names.split(" ")}
_CLOCK = re.compile(r"(\d{1,3}):(\d\d)")
_AGE = re.compile(r"(\d{1,6})\s{0,3}([A-Za-z]{1,7}?)s?(?![A-Za-z])")


class Money(NamedTuple):
    """An amount as a plain decimal, its currency (empty where not told), and the words."""

    amount: str
    currency: str
    written: str


def amount(text: str, decimal: str) -> str:
    """The first number of a text as a plain decimal string; ``decimal`` is the site's sign.

    Where both signs occur the later one is the decimal sign, whatever the site's habit; so is
    a lone other sign that no three digits follow, since it can not part thousands.
    """
    found = _NUMBER.search(text)
    if not found:
        raise ValueError("no number")
    digits = re.sub(r"['’\s]", "", found.group()).rstrip(".,")
    dot, comma = digits.rfind("."), digits.rfind(",")
    if dot >= 0 and comma >= 0:
        decimal = "." if dot > comma else ","
    elif digits.count(decimal) > 1:
        decimal = ""
    elif max(dot, comma) >= 0 and len(digits) - max(dot, comma) != 4:
        decimal = digits[max(dot, comma)]
    other = "," if decimal == "." else "."
    plain = digits.replace(other, "")
    plain = plain.replace(decimal, ".") if decimal else plain.replace(",", "").replace(".", "")
    return plain.lstrip("+")


def money(text: str, source: Source) -> Money:
    """The first amount of a text with the currency written beside it, else the site's own."""
    found = _NUMBER.search(text)
    if not found:
        raise ValueError("no amount")
    before = _BEFORE.search(text[: found.start()].rstrip())
    after = _AFTER.match(text[found.end() :])
    signs = _SIGNS | dict(source.currencies)
    currency = ""
    for beside in (before, after):
        if beside and not currency:
            sign = beside.group(1)
            currency = signs.get(sign, "") or (sign if _CODE.fullmatch(sign) else "")
    return Money(amount(found.group(), source.decimal), currency or source.currency or "", text)


def number(text: str, source: Source) -> float:
    return float(amount(text, source.decimal))


def integer(text: str, source: Source) -> int:
    value = number(text, source)
    if not value.is_integer():
        raise ValueError("no whole number")
    return int(value)


def truth(text: str, _source: Source) -> bool:
    word = text.strip(" .!").casefold()
    if word not in _TRUE | _FALSE:
        raise ValueError("neither yes nor no")
    return word in _TRUE


def age(text: str, _source: Source) -> int:
    """Seconds of a text such as ``1d 22h``, ``22:58`` or ``3 weeks ago``; a month has 30 days."""
    if clock := _CLOCK.fullmatch(text.strip()):
        return int(clock.group(1)) * 3600 + int(clock.group(2)) * 60
    total, known = 0, False
    for count, unit in _AGE.findall(text):
        seconds = _SECONDS.get(unit.lower()) or _SECONDS.get(unit.lower().rstrip("s"))
        if seconds is None:
            raise ValueError(f"no unit of time: {unit}")
        total, known = total + int(count) * seconds, True
    if not known:
        raise ValueError("no span of time")
    return total


def date(text: str, value: Value, source: Source) -> str:
    """ISO 8601: a day, or a moment in UTC where the format holds a time."""
    form = value.date_format or "%Y-%m-%d"
    moment = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the site's, added below
    if not any(part in form for part in ("%H", "%I", "%s", "%c", "%X")):
        return moment.date().isoformat()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(source.timezone))
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def listed(text: str, value: Value) -> list[str]:
    """The items of a text, split at the value's separator, empty ones left out."""
    pieces = re2.split(value.separator or r"[,;\n]", text)
    return [item for item in (piece.strip() for piece in pieces) if item]


def convert(text: str, value: Value, source: Source) -> Json | Money:
    """The text as the kind of value the file asks for; ValueError says why it is none."""
    if value.as_ == "text":
        return text
    if value.as_ == "money":
        return money(text, source)
    if value.as_ == "date":
        return date(text, value, source)
    if value.as_ == "list":
        return listed(text, value)
    return _PLAIN[value.as_](text, source)


_PLAIN: Mapping[str, Callable[[str, Source], Json]] = {
    "number": number,
    "integer": integer,
    "bool": truth,
    "age": age,
}


def plain(value: Json | Money) -> Json:
    """A value as it stands in ``extra``: money becomes an object."""
    if isinstance(value, Money):
        return {
            "amount": float(value.amount),
            "currency": value.currency,
            "written": value.written,
        }
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def as_text(value: Json | Money) -> str:
    """A value as it stands in a text field."""
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, list):
        return ", ".join(as_text(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
