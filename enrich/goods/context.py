"""An advert with everything found in it, and the questions that readers ask of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from enrich.goods.folding import Folded, is_unspaced
from enrich.goods.languages import languages_of
from enrich.goods.lexicon import lowered
from enrich.goods.matcher import Hit, Matcher
from enrich.goods.numerals import numerals, plain_text

NEIGHBOURS = 10
READ_FIELDS = ("title", "text", "category")
_CLAUSE_END = re.compile(r"[.!?;:,()\[\]{}\n|•·…。！？；：，、（）「」【】]|\s[-–—*/+]\s")
_SENTENCE_END = re.compile(r"[.!?;\n|•…。！？；]")


class View:
    """One field of an advert: its text, its words, its numbers and the spellings found in it.

    ``plain`` is the text in plain digits, blanks and dashes, one code point for one; ``lower``
    the same in small letters.
    """

    __slots__ = ("_places", "cues", "field", "folded", "hits", "lower", "numerals", "plain", "text")

    def __init__(self, field: str, folded: Folded, hits: Iterable[Hit]) -> None:
        self.field = field
        self.text = folded.text
        self.folded = folded
        self.plain = plain_text(folded.text)
        self.lower = lowered(self.plain)
        self.numerals = list(numerals(self.plain))
        self.hits = list(hits)
        self._places = {hit.start: place for place, hit in enumerate(self.hits)}
        self.cues: dict[str, list[Hit]] = {}
        for hit in self.hits:
            for cue in hit.entry.cues:
                self.cues.setdefault(cue, []).append(hit)

    def numbers(self) -> Iterator[tuple[Hit, Decimal]]:
        """The number words, with their values."""
        for hit in hits_with(self, "number"):
            yield hit, Decimal(hit.values("number")[0])

    def gap(self, left: Hit, right: Hit) -> int:
        """How many words stand between two hits; in scripts without spaces, pairs of letters."""
        between = self.folded.line[left.right : right.left]
        return sum(len(word) // 2 if is_unspaced(word) else 1 for word in between.split())

    def is_apart(self, left: Hit, right: Hit) -> bool:
        """Whether a clause ends between two hits."""
        return _CLAUSE_END.search(self.text, left.end, right.start) is not None

    def in_other_sentence(self, left: Hit, right: Hit) -> bool:
        return _SENTENCE_END.search(self.text, left.end, right.start) is not None

    def before(self, hit: Hit) -> Iterator[Hit]:
        """The few hits in front of ``hit``, nearest first."""
        place = self._places[hit.start]
        return reversed(self.hits[max(0, place - NEIGHBOURS) : place])

    def after(self, hit: Hit) -> Iterator[Hit]:
        """The few hits behind ``hit``, nearest first."""
        place = self._places[hit.start]
        return iter(self.hits[place + 1 : place + 1 + NEIGHBOURS])

    def cue_before(self, cue: str, hit: Hit, reach: int) -> Hit | None:
        """The nearest ``cue`` at most ``reach`` words before ``hit`` in the same clause."""
        for found in self.before(hit):
            if self.gap(found, hit) > reach:
                return None
            if has_cue(found, cue) and self._reaches(found, hit, found):
                return found
        return None

    def cue_after(self, cue: str, hit: Hit, reach: int) -> Hit | None:
        """The nearest ``cue`` at most ``reach`` words behind ``hit`` in the same clause."""
        for found in self.after(hit):
            if self.gap(hit, found) > reach:
                return None
            if has_cue(found, cue) and self._reaches(hit, found, found):
                return found
        return None

    def _reaches(self, left: Hit, right: Hit, cue: Hit) -> bool:
        """No clause ends between the two, and a cue of one character stands right beside."""
        beside = not is_letter(cue) or self.gap(left, right) == 0
        return beside and not self.is_apart(left, right)

    def near(self, cue: str, hit: Hit, reach: int) -> Hit | None:
        return self.cue_before(cue, hit, reach) or self.cue_after(cue, hit, reach)


def has_cue(hit: Hit, cue: str) -> bool:
    return cue in hit.entry.cues


def is_letter(hit: Hit) -> bool:
    """Whether the hit is a single character of a script without spaces: it must stand next."""
    return hit.end - hit.start == 1


@dataclass(frozen=True, slots=True)
class Advert:
    """The fields of one record that are read for goods, and how often each cue stands in it."""

    views: tuple[View, ...]
    language: str
    country: str
    cues: Mapping[str, int]
    title_cues: Mapping[str, int]
    friends: frozenset[str]

    def has(self, cue: str, at_least: int = 1) -> bool:
        return self.cues.get(cue, 0) >= at_least

    def has_friend(self, kind: str) -> bool:
        """Whether a false friend of that kind stands in the advert."""
        return kind in self.friends

    def view(self, field: str) -> View | None:
        return next((view for view in self.views if view.field == field), None)

    @property
    def is_about_drugs(self) -> bool:
        """Drugs are sold here: said in the title or category, or twice in the text."""
        return self.title_cues.get("drug", 0) > 0 or self.has("drug", 2)

    @property
    def is_digital(self) -> bool:
        """Data, accounts or software are sold here."""
        return self.title_cues.get("digital", 0) > 0 or self.has("digital", 4)


def read_advert(record: Mapping[str, str], matcher: Matcher) -> Advert:
    """Look up the vocabulary in the fields of ``record``, in the languages it speaks."""
    read = [(name, Folded(record[name])) for name in READ_FIELDS if record.get(name)]
    found = [(name, folded, matcher.hits(folded)) for name, folded in read]
    language, spoken = languages_of(
        (hit for _, _, hits in found for hit in hits),
        record.get("language", "")[:2].lower(),
        " ".join(folded.text for _, folded, _ in found),
    )
    views = tuple(View(name, folded, _spoken(hits, spoken)) for name, folded, hits in found)
    cues: Counter[str] = Counter()
    title: Counter[str] = Counter()
    for view in views:
        counts = {cue: len(hits) for cue, hits in view.cues.items()}
        cues.update(counts)
        if view.field != "text":
            title.update(counts)
    friends = frozenset(
        kind for view in views for hit in view.hits for kind in hit.values("friend")
    )
    return Advert(views, language, record.get("country", "").upper(), cues, title, friends)


def _spoken(hits: Iterable[Hit], spoken: frozenset[str]) -> Iterator[Hit]:
    """The hits with the terms that can be read; those without any are left out."""
    for hit in hits:
        entry = hit.entry.readable(spoken)
        if entry is not None:
            yield hit if entry is hit.entry else hit._replace(entry=entry)


def hits_with(view: View, role: str) -> Iterator[Hit]:
    """The hits that stand for something of ``role``."""
    return (hit for hit in view.hits if role in hit.entry.by_role)
