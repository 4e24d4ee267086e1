"""Further names a seller gives: *formerly X on AlphaBay*; only where the words leave no doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.contact_words import Aliases
from enrich.contacts.patterns import compiled, span_of
from enrich.contacts.view import Found, Taken, View

RULE = "aliases/1"
_NAME = r"[\"“'‘«*]{0,2}(?P<name>[\p{L}\p{N}][\p{L}\p{N}_.\-]{1,39})"
_WIDE = '["“«](?P<wide>[^"”»\n]{3,40})["”»]'


class AliasReader:
    """Reads names by the phrases of ``aliases``; ``ordinary`` words are no names."""

    def __init__(self, aliases: Aliases, ordinary: frozenset[str]) -> None:
        self._never = aliases.never | aliases.markets | ordinary
        markets = "|".join(sorted(map(_flexible, aliases.markets), key=len, reverse=True))
        market = rf"(?:{markets})(?:[ -]?market)?"
        self._on_market = compiled(
            rf"(?i)^[\"”'’»*]{{0,2}} ?(?:\(?(?:on|from|at|auf|sur|en) (?:the )?|\()(?:{market})\b"
        )
        self._phrases = [
            (
                number,
                phrase.needs,
                compiled(
                    r"(?i)(?:^|[^\p{L}\p{N}])"
                    + phrase.pattern.replace("{market}", f"(?:{market})").replace(
                        "{name}", f"(?:{_WIDE}|{_NAME})"
                    )
                ),
            )
            for number, phrase in enumerate(aliases.phrases, 1)
        ]

    def read(self, view: View, taken: Taken, seller: str) -> Iterator[Found]:
        """Names given as the seller's own; ``seller`` is the folded name of the account."""
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
        return len(name) >= 3 and name.casefold() not in self._never and not name.isdigit()

    def _said_of_seller(self, view: View, start: int, end: int, seller: str) -> bool:
        """Whether the seller's own name stands right before, or a market is named right after."""
        before = view.plain[max(0, start - 48) : start].casefold().rstrip(" ,.-(|/*")
        own = len(seller) >= 3 and before.endswith(seller)
        return own or self._on_market.search(view.plain[end : end + 40]) is not None


def _flexible(market: str) -> str:
    return re.escape(market).replace("\\ ", "[ -]?")
