"""Further names a seller gives: *formerly X on AlphaBay*; only where the words leave no doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from config.contact_words import Aliases
from enrich.contacts.patterns import compiled, span_of
from enrich.contacts.view import Found, Taken, View

RULE = "aliases/1"
_NAME = r"[\"“'‘«*]{0,2}(?P<name>[\p{L}\p{N}][\p{L}\p{N}_.\-]+)"
_WIDE = '["“«](?P<wide>[^"”»\n]+)["”»]'


class AliasReader:
    """Reads names by the phrases of ``aliases``; ``ordinary`` words are no names."""

    def __init__(self, aliases: Aliases, ordinary: frozenset[str]) -> None:
        self._never = aliases.never | aliases.markets | ordinary
        markets = "|".join(sorted(map(_flexible, aliases.markets), key=len, reverse=True))
        market = rf"(?:{markets})(?:[ -]?market)?"
        self._on_market = compiled(
            rf"(?i)^[\"”'’»*]{{0,2}} ?(?:\(?(?:on|from|at|auf|sur|en) (?:the )?|\()(?:{market})\b"
        )
        slots = {"{market}": f"(?:{market})", "{name}": f"(?:{_WIDE}|{_NAME})"}
        filled = [_filled(phrase.pattern, slots) for phrase in aliases.phrases]
        self._any = compiled("(?i)" + "|".join(_unnamed(pattern) for pattern in filled))
        self._phrases = [
            (number, phrase.needs, compiled(rf"(?i)(?:^|[^\p{{L}}\p{{N}}]){pattern}"))
            for number, (phrase, pattern) in enumerate(zip(aliases.phrases, filled, strict=True), 1)
        ]

    def read(self, view: View, taken: Taken, seller: str) -> Iterator[Found]:
        """Names given as the seller's own; ``seller`` is the folded name of the account."""
        if not self._any.search(view.plain):
            return
        seen: set[tuple[int, int]] = set()
        for number, needs, pattern in self._phrases:
            for match in pattern.finditer(view.plain):
                group = "wide" if match.group("wide") else "name"
                start, end = span_of(match, group)
                name = view.text[start:end].rstrip(".-")
                end = start + len(name)
                if (start, end) in seen or taken.touches(start, end) or not self._is_name(name):
                    continue
                if needs and not self._said_of_seller(view, match.start(), end, seller):
                    continue
                if name.casefold() == seller:
                    continue
                seen.add((start, end))
                yield Found("alias", name, start, end, 0.75, f"{RULE}:phrase{number}")

    def _is_name(self, name: str) -> bool:
        return 3 <= len(name) <= 40 and name.casefold() not in self._never and not name.isdigit()

    def _said_of_seller(self, view: View, start: int, end: int, seller: str) -> bool:
        """Whether the seller's own name stands right before, or a market is named right after."""
        before = view.plain[max(0, start - 48) : start].casefold().rstrip(" ,.-(|/*")
        own = len(seller) >= 3 and before.endswith(seller)
        return own or self._on_market.search(view.plain[end : end + 40]) is not None


def _flexible(market: str) -> str:
    return re.escape(market).replace("\\ ", "[ -]?")


def _filled(pattern: str, slots: Mapping[str, str]) -> str:
    for slot, words in slots.items():
        pattern = pattern.replace(slot, words)
    return pattern


def _unnamed(pattern: str) -> str:
    """The pattern with plain groups, so that several can stand in one."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)
