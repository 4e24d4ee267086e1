"""Text folded for matching: no case, no accents, one line, each character knowing its place."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_UNSPACED_ANY = re.compile(f"[{_UNSPACED}]")
_KEPT_MARKS = re.compile(
    "[\u0591-\u05c7\u0900-\u0963\u0981-\u09cd\u0e00-\u0eff\u1000-\u109f\u3099]"
)
_DROPPED = re.compile(
    "[\u00ad\u0300-\u036f\u064b-\u065f\u0670\u200b-\u200d\u2060\ufe0e\ufe0f\ufeff]"
)
_SCRIPTS_MEET = re.compile(f"(?<=[{_UNSPACED}])(?=[a-z])|(?<=[a-z])(?=[{_UNSPACED}])")
_RUN = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u3000]{2,}")
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "ħ": "h"})
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


def _fold_character(character: str) -> str:
    """A letter or digit without case and accents; a blank for all that is between words."""
    if _DROPPED.match(character):
        return ""
    decomposed = unicodedata.normalize("NFKD", character.casefold())
    bare = unicodedata.normalize("NFC", _DROPPED.sub("", decomposed).translate(_LETTERS))
    return "".join(c for c in bare if c.isalnum() or _KEPT_MARKS.match(c)) or " "


class _Table:
    """Code point → folded character, filled as they come; ``uneven`` are those that do not
    become exactly one character."""

    def __init__(self) -> None:
        self.folded: dict[int, str] = dict(_ASCII)
        self.known = {chr(code) for code in _ASCII}
        self.uneven: set[str] = set()

    def fold(self, text: str) -> str:
        """``text`` folded character by character."""
        if not text.isascii():
            for character in set(text).difference(self.known):
                folded = _fold_character(character)
                if len(folded) != 1:
                    self.uneven.add(character)
                self.folded[ord(character)] = folded
                self.known.add(character)
        return text.translate(self.folded)


_TABLE = _Table()


def folded_words(text: str) -> list[str]:
    """The folded words of ``text``; runs of scripts without spaces are one word each."""
    return _SCRIPTS_MEET.sub(" ", _TABLE.fold(text)).split()


def is_unspaced(folded: str) -> bool:
    """Whether a folded word is of a script that puts no spaces between words."""
    return _UNSPACED_ANY.match(folded) is not None


def _do_scripts_meet(folded: str) -> bool:
    """Whether a script without spaces meets Latin letters."""
    return bool(_UNSPACED_ANY.search(folded) and _SCRIPTS_MEET.search(folded))


class Folded:
    """A text as the one line in which the vocabulary is looked for.

    The line begins and ends with a blank and has a blank for everything between words, but one
    for a run of blanks, and one where a script without spaces meets one with them.
    """

    __slots__ = ("_cuts", "_places", "_shifts", "line", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._places: array[int] | None = None
        self._cuts: list[int] = []
        self._shifts: list[int] = []
        folded = _TABLE.fold(text)
        if text.isascii() or (_TABLE.uneven.isdisjoint(text) and not _do_scripts_meet(folded)):
            self.line = f" {self._without_runs(folded)} "
        else:
            self.line = self._uneven_line()

    def _without_runs(self, folded: str) -> str:
        """``folded`` with one blank for each run of blanks in the text."""
        pieces, last, shift = [], 0, 0
        for run in _RUN.finditer(self.text):
            pieces.append(folded[last : run.start() + 1])
            last = run.end()
            shift += run.end() - run.start() - 1
            self._cuts.append(last - shift)
            self._shifts.append(shift)
        return "".join([*pieces, folded[last:]]) if pieces else folded

    def _uneven_line(self) -> str:
        """The line made character by character, noting where each comes from."""
        places, pieces = array("L", [0]), [" "]
        last = " "
        for place, character in enumerate(self.text):
            folded = _TABLE.folded[ord(character)]
            if not folded or (folded == " " == last and character.isspace()):
                continue
            if _SCRIPTS_MEET.search(last + folded[0]):
                pieces.append(" ")
                places.append(place)
            pieces.append(folded)
            places.extend([place] * len(folded))
            last = folded[-1]
        pieces.append(" ")
        places.append(len(self.text))
        self._places = places
        return "".join(pieces)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """``[start, end)`` of the line as ``[start, end)`` of the text."""
        if self._places is None:
            return self._shifted(start - 1), self._shifted(end - 2) + 1
        finish = self._places[end - 1] + 1
        while finish < len(self.text) and unicodedata.combining(self.text[finish]):
            finish += 1
        return self._places[start], finish

    def _shifted(self, position: int) -> int:
        """The place in the text of a place in the line without its first blank."""
        index = bisect_right(self._cuts, position)
        return position + self._shifts[index - 1] if index else position
