"""Names of services in text, and the handle that follows or precedes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from config.contact_words import ContactWords, Service
from enrich.contacts.patterns import compiled
from enrich.contacts.view import View

REACH = 140
"""How far after a service's name its handle may stand, in code points."""

_SEPARATORS = compiled(r"(?:[^\p{L}\p{N}@$+_{]|__+)+")
_TOKEN = compiled(r"[@#$]?[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_]|[.\-:#][\p{L}\p{N}_])*")
_STRONG = compiled(r"[:=>→⇒➡»~#…]|^//|[/.*_-]{3,}|\.{2,}|-> ?|,,")
_DASH = compiled(r"^ ?-+ ?$")
_LETTERS_ONLY = compiled(r"\p{L}+")


class Cue(NamedTuple):
    """The name of a service as it stands in the text."""

    service: str
    start: int
    end: int


class Tail(NamedTuple):
    """The word after a service's name that may be the handle, and how it is announced.

    ``strong`` tells of a colon, dots or an arrow, ``dash`` of a mere dash or of brackets around
    it, ``named`` of a word such as *id*, ``at`` of an at sign; ``next_word`` is what follows on
    the same line.
    """

    word: str
    start: int
    end: int
    strong: bool
    dash: bool
    named: bool
    at: bool
    next_word: str


class CueFinder:
    """Finds the names of all services of one kind in a view."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        parts = [f"(?P<{name}>{service.cue})" for name, service in services.items()]
        self._pattern = compiled("(?i)" + "|".join(parts))
        self.names = tuple(services)

    def find(self, text: str) -> Iterator[Cue]:
        """Cues from left to right; a name inside a longer word is none."""
        for match in self._pattern.finditer(text):
            start, end = match.span()
            if _separate(text, start, end):
                yield Cue(str(match.lastgroup), start, end)


def _separate(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches the word, in scripts that part words by spaces."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if before in {"@", "."} or (before.isalnum() and _spaced(before) and _spaced(text[start])):
        return False
    if not after.isalnum() or not _spaced(after) or not _spaced(text[end - 1]):
        return True
    return after.isdigit() and text[end - 1].isalpha() and text[end : end + 8].isdigit()


def _spaced(character: str) -> bool:
    return character < "\u0590"


def read_tail(view: View, end: int, stop: int, words: ContactWords) -> Tail | None:
    """The first word after ``end`` that is no filler, before ``stop``, at most one line on."""
    window = view.plain[end : min(stop, end + REACH)]
    at = fillers = lines = 0
    strong = dash = False
    named = copula = False
    while at < len(window):
        gap, at = _gap(window, at)
        lines += gap.count("\n")
        if lines > 1 or (lines and not (strong or named or _STRONG.search(gap))):
            return None
        strong = strong or _STRONG.search(gap) is not None
        dash = dash or (_DASH.match(gap) is not None and " " in gap)
        token = _TOKEN.match(window[at:])
        if token is None:
            return None
        word = token.group().rstrip(".:-#")
        kind = _filler(word, words)
        if not kind or fillers >= 6:
            named = named or (copula and _possessed(view.plain, end, words))
            enclosed = gap[-1:] in {"(", "["} and window[at + len(word) :][:1] in {")", "]"}
            dash = dash or enclosed
            return _tail(window[at:], end + at, word, strong=strong, dash=dash, named=named)
        fillers += 1
        named = named or kind == "id"
        copula = copula or word.casefold() in words.services.copula
        at += len(word)
    return None


def _gap(window: str, at: int) -> tuple[str, int]:
    """What stands between ``at`` and the next word, and where that word begins."""
    gap = _SEPARATORS.match(window[at:])
    return (gap.group(), at + gap.end()) if gap is not None else ("", at)


def _filler(word: str, words: ContactWords) -> str:
    folded = word.casefold()
    if folded in words.services.between.id:
        return "id"
    return "plain" if folded in words.services.between.plain else ""


def _possessed(text: str, end: int, words: ContactWords) -> bool:
    """Whether *my*, *our* or the like stands before the name that ends at ``end``."""
    before = text[max(0, end - 32) : end].casefold().split()
    return any(word in words.services.possessive for word in before[-3:-1])


def _tail(rest: str, start: int, word: str, *, strong: bool, dash: bool, named: bool) -> Tail:
    length = len(word)
    at = word.startswith("@")
    lead = at or word.startswith("#")
    after = rest[length : length + 40]
    following = _TOKEN.match(after[1:]) if after[:1] == " " else None
    return Tail(
        word=word[lead:],
        start=start + lead,
        end=start + length,
        strong=strong,
        dash=dash,
        named=named,
        at=at,
        next_word=following.group() if following else "",
    )


def looks_made_up(word: str) -> bool:
    """Whether a word looks like a user name: digits, an underscore, or capitals inside."""
    body = word[1:]
    digits = any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
    return digits or "_" in word or (body != body.lower() and not word.isupper())


def credible(tail: Tail, words: ContactWords, seller: str) -> float:
    """How sure the word after a service's name is a handle, 0…1; 0 for an ordinary word."""
    word = tail.word
    folded = word.casefold()
    if folded in words.services.never or len(word) < 3 or _amount(folded):
        return 0.0
    like_seller = _alike(folded, seller)
    if tail.strong or tail.dash or tail.at or tail.named:
        if looks_made_up(word) or like_seller or tail.at:
            return 0.95
        if _in_a_sentence(tail, words):
            return 0.0
        return 0.9 if tail.strong else 0.8 if tail.named else 0.55
    if like_seller:
        return 0.8
    telling = "_" in word or any(c.isdigit() for c in word)
    return 0.7 if telling and len(word) >= 5 and word[0].isalpha() else 0.0


def _in_a_sentence(tail: Tail, words: ContactWords) -> bool:
    """Whether a plain word is followed by another one of the same sentence.

    ``Wickr: always there``; but ``Wickr: mainshop for orders``. After a mere dash, by any word.
    """
    following = tail.next_word.casefold()
    if not tail.next_word[:1].islower() or not _LETTERS_ONLY.fullmatch(following):
        return False
    plain = _LETTERS_ONLY.fullmatch(tail.word) is not None
    return plain and (not tail.strong or following not in words.services.after_handle)


def _amount(folded: str) -> bool:
    """Whether a word is a number with a unit: ``5g``, ``24h``, ``100mg``, ``2x``."""
    if folded.isdecimal():
        return len(folded) < 5
    stripped = folded.lstrip("0123456789.,")
    units = {"g", "gr", "mg", "kg", "ml", "h", "hr", "hrs", "x", "oz", "pcs", "k", "min", "th"}
    return stripped != folded and stripped in units | {"usd", "eur", "days", "st", "nd", "rd", "lb"}


def _alike(folded: str, seller: str) -> bool:
    """Whether a handle and the seller's name share their first five characters or more."""
    return (
        len(seller) >= 5
        and len(folded) >= 5
        and (folded[:5] == seller[:5] or seller in folded or folded in seller)
    )


def groups(cues: Sequence[Cue], text: str) -> list[list[Cue]]:
    """Cues in order, those named together (``Wickr / Telegram``) in one group."""
    together: list[list[Cue]] = []
    for cue in cues:
        between = text[together[-1][-1].end : cue.start] if together else "."
        if len(between) <= 6 and _JOINED.fullmatch(between):
            together[-1].append(cue)
        else:
            together.append([cue])
    return together


_JOINED = compiled(r"(?i) ?(?:[/&+,|]| and | or |/ ?or|and|or|und|oder|et|ou|y|o|e|и|или) ?")
