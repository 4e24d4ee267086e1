"""What a comment does in a conversation: asks the price, goes private, tells it is sold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from config.talk_words import TalkWords, digest

RULE = "talk/1"
LONGEST = 280
"""Characters of a comment that is a move in a conversation; what is longer has more to say."""

_MENTION = re.compile(r"(?:^|\s)@[\w.@-]{1,100}")
_WITHOUT_SPACES = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Chinese and Japanese are written without spaces between words."""


class Talk:
    """Names the moves of short texts. Built once and kept."""

    def __init__(self, words: TalkWords) -> None:
        self.version = f"{RULE}:{digest(words)}"
        self._phrases = {
            name: tuple(map(_sought, _all(move.phrases.values()))) for name, move in words.items()
        }
        self._alone = {
            name: frozenset(map(_plain, _all(move.alone.values()))) for name, move in words.items()
        }

    def moves(self, text: str) -> tuple[str, ...]:
        """The moves in ``text``, in the order of the word list; none in a long one."""
        if not text or len(text) > LONGEST:
            return ()
        plain = _plain(_MENTION.sub(" ", text))
        padded = f" {plain} "
        return tuple(
            name
            for name, phrases in self._phrases.items()
            if plain in self._alone[name] or any(phrase in padded for phrase in phrases)
        )


def _all(groups: Iterable[Iterable[str]]) -> list[str]:
    return [phrase for group in groups for phrase in group]


def _sought(phrase: str) -> str:
    """A phrase as it is looked for: between spaces where its script has them."""
    plain = _plain(phrase)
    return plain if _WITHOUT_SPACES.search(plain) else f" {plain} "


def _plain(text: str) -> str:
    """Case folded; letters, marks, digits and apostrophes only, apart by single spaces."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    kept = (
        char if char == "'" or unicodedata.category(char)[0] in "LMN" else " " for char in folded
    )
    return " ".join("".join(kept).split())
