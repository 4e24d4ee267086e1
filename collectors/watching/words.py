"""Which of what goes by is wanted: posts with a word that is searched for, or of an account asked.

Everything else is let go at once: it is not read further, not kept, and not counted by anything but
its number.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import ahocorasick_rs

from collectors.interfaces.bluesky import names
from collectors.interfaces.interface import Term
from config.source_interface import Ask

_ENDING = 2
"""A word also counts with so many letters after it: tusk, tusks."""

_LEAST = 4
"""A shorter word counts only as it stands."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Words and accounts that are watched for; ``words`` are folded, ``accounts`` DIDs."""

    words: tuple[str, ...]
    accounts: frozenset[str] = frozenset()
    _finder: ahocorasick_rs.AhoCorasick = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_finder", ahocorasick_rs.AhoCorasick(list(self.words)))

    def wants(self, texts: Iterable[str]) -> bool:
        """Whether one of the words stands in one of the texts."""
        return any(map(self._has, texts)) if self.words else False

    def _has(self, text: str) -> bool:
        plain = folded(text)
        found = self._finder.find_matches_as_indexes(plain, overlapping=True)
        return any(_stands_alone(plain, start, end) for _, start, end in found)


def watch(terms: Sequence[Term], ask: Ask) -> Watch:
    """What a source is watched for. Accounts count by DID: nothing that goes by names a handle."""
    tags = (f"#{tag.lstrip('#')}" for tag in ask.tags)
    words = (folded(word) for word in (*(term.text for term in terms), *tags))
    accounts = (names.account(written) for written in ask.accounts)
    return Watch(tuple(dict.fromkeys(filter(None, words))), frozenset(filter(names.did, accounts)))


def folded(text: str) -> str:
    """As words are compared: compatible letters the same, no case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether what was found is a word, and not a piece of one.

    Scripts written without spaces have no such borders; there every place counts.
    """
    if not _has_borders(text[start]) or not _has_borders(text[end - 1]):
        return True
    if start and text[start].isalnum() and text[start - 1].isalnum():
        return False
    most = _ENDING if end - start >= _LEAST else 0
    rest = text[end : end + most + 1]
    letters = next((at for at, letter in enumerate(rest) if not letter.isalnum()), len(rest))
    return letters <= most


def _has_borders(letter: str) -> bool:
    """Whether the letter is of a script that parts its words: not Thai, Lao, Khmer, Burmese,
    Tibetan, Chinese or Japanese."""
    code = ord(letter)
    return not (0x0E00 <= code < 0x1100 or 0x1780 <= code < 0x1800 or 0x2E80 <= code < 0xAC00)
