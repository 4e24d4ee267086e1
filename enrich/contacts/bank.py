"""International bank account numbers: right length for the country, right check digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from enrich.contacts.checksums import iban
from enrich.contacts.patterns import compiled
from enrich.contacts.view import Found, Taken, View

RULE = "bank/1"
_IBAN = compiled(r"(?i)[A-Z]{2}[0-9]{2}(?:[ \-.]?[0-9A-Z]){11,40}")


def read_ibans(view: View, taken: Taken, lengths: Mapping[str, int]) -> Iterator[Found]:
    """The IBANs of countries in ``lengths``; spaces, hyphens and dots inside do not count."""
    for match in _IBAN.finditer(view.plain):
        start = match.start()
        if view.plain[start - 1 : start].isalnum() and start:
            continue
        end, compact = _cut(view.plain, start, match.end(), lengths)
        if not compact or taken.touches(start, end) or view.plain[end : end + 1].isalnum():
            continue
        written = view.plain[start:end]
        if written != written.upper() and not _announced(view.plain, start):
            continue
        if iban(compact):
            attributes = {"country": compact[:2]}
            yield Found("bank_account", compact, start, end, 0.99, f"{RULE}:iban", attributes)


def _cut(text: str, start: int, end: int, lengths: Mapping[str, int]) -> tuple[int, str]:
    """Where an IBAN of its country's length ends, and its characters; ``""`` for none."""
    wanted = lengths.get(text[start : start + 2].upper(), 0)
    compact: list[str] = []
    for at in range(start, end):
        if text[at].isalnum():
            compact.append(text[at].upper())
        if wanted and len(compact) == wanted:
            return at + 1, "".join(compact)
    return end, ""


def _announced(text: str, start: int) -> bool:
    """Whether ``iban`` stands just before: small letters alone may be any code."""
    return "iban" in text[max(0, start - 30) : start].lower()
