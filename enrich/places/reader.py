"""Places in records: countries and groups of countries things are shipped from and to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from config.places import Places, fold_place
from enrich.contacts.patterns import Pattern, compiled, either
from enrich.contacts.view import View
from model.facts import Observation

VERSION = "places/1"
REACH = 120
"""How far after a phrase such as *ships to* places are read, in code points."""

_WORD = re.compile(r"[^\W_][^\s,;:/&+|()\[\]<>\"!?*=#_…·•]*")
"""Only run over windows of bounded length."""
_AND = ["and", "or", "the", "und", "oder", "et", "ou", "la", "le", "les", "y", "o", "e", "en", "of"]
_AND += ["also", "in", "die", "der", "i", "и"]
_TO = ["to", "nach", "vers", "hacia", "naar", "do", "w"]
_JOINING = frozenset(_AND + _TO)
"""Words that may stand between one place and the next."""

_JOIN = compiled(rf"(?i)^(?:[\s,;/&+|:(\[>*#-]|\b(?:{'|'.join(_AND)})\b)*$")
_JOIN_TO = compiled(rf"(?i)^[\s,;/&+|:(\[>*#-]*\b(?:{'|'.join(_TO)})\b[\s,:(\[>*#-]*$")
_DOMESTIC_ROUTE = compiled(
    r"(?i)\b(usa?|uk|aus?|de|nl|nz)-(usa?|uk|aus?|de|nl|nz)\b ?(?:domestic|shipping|only)"
)
_LAST_WORD = compiled(r"(?i)([\p{L}']+) *$")
_ROUTE = compiled(r"\b([A-Z]{2,3}) ?(?:-+>?|>+|→|[tT][oO]|2) ?([A-Z]{2,3})\b")
_ONLY = compiled(
    r"(?i)(?:\b(?:only|domestic|orders only|buyers only|customers only|nur)\b|-weit\b)"
)
_DOMESTIC = compiled(
    r"(?i)\b(?:domestic|nur innerhalb|uniquement en|solo en|only (?:in|within|to))\b"
)
_SENTENCE_END = re.compile(r"[.!?\n](?:\s|$)|\n")
_LONGEST_NAME = 6
"""Words in the longest names looked up."""


class Place(NamedTuple):
    """A place read: its code and where it stands."""

    code: str
    start: int
    end: int


class _Phrase(NamedTuple):
    kind: str
    pattern: Pattern
    groups_only: bool


class PlaceReader:
    """Reads ``location``, ``ships_from`` and ``ships_to``. Built once; reading changes nothing."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.version = f"{VERSION}:{places.digest}"
        self._groups = frozenset(places.regions.groups)
        self._nowhere = places.regions.nowhere
        self._phrases = _phrases(places)
        self._except = compiled(_any_of(places.regions.except_words))
        self._route_words = compiled(_any_of(places.regions.route_words))
        words = "|".join(places.regions.not_words)
        self._refused = compiled(rf"(?i)(?:^|[^\p{{L}}])(?:{words})(?:\s+\p{{L}}+)?\s*$")

    def read(self, record: Mapping[str, str], texts: Sequence[str]) -> list[Observation]:
        """Places of the fields meant for them, and of phrases in the fields named ``texts``."""
        observations: list[Observation] = []
        for field, kind in self.places.regions.fields.items():
            if text := record.get(field):
                observations += self._read_field(View.of(field, text), kind)
        for field in texts:
            observations += self._read_text(View.of(field, record[field]))
        return observations

    def regions(self, record: Mapping[str, str]) -> tuple[str, ...]:
        """Countries whose national telephone numbers may be meant, most likely first."""
        found: list[str] = []
        for field in ("country", "location", "ships_from", "origin"):
            places = self._field_places(View.of(field, record.get(field) or ""))
            found += [one.code for one in places if len(one.code) == 2 and one.code != "EU"]
        language = (record.get("language") or "").casefold().split("-")[0]
        if language in self.places.regions.language_country:
            found.append(self.places.regions.language_country[language])
        return tuple(dict.fromkeys(found))[:4]

    def _read_field(self, view: View, kind: str) -> Iterator[Observation]:
        for place in self._field_places(view):
            yield _observation(view, kind, place, 0.95, "field")

    def _field_places(self, view: View) -> list[Place]:
        """All places of a field; the whole of it first, what follows *except* not at all."""
        whole = view.plain.strip()
        if not whole or fold_place(whole) in self._nowhere:
            return []
        if code := self.places.code_of(whole):
            start = view.plain.index(whole)
            return [Place(code, start, start + len(whole))]
        text = view.plain[:2000]
        served = self._except.search(text)
        return list(self._names_in(text[: served.start()] if served else text, 0, any_case=True))

    def _read_text(self, view: View) -> Iterator[Observation]:
        seen: set[tuple[str, int]] = set()
        for phrase in self._phrases:
            for match in phrase.pattern.finditer(view.plain):
                if self._refused.search(view.plain[max(0, match.start() - 24) : match.start() + 1]):
                    continue
                for kind, place in self._after(view, match.end(), phrase):
                    if (kind, place.start) not in seen:
                        seen.add((kind, place.start))
                        yield _observation(view, kind, place, 0.85, "phrase")
        for kind, place in (*self._alone(view), *self._routes(view)):
            if (kind, place.start) not in seen:
                seen.add((kind, place.start))
                yield _observation(view, kind, place, 0.7, "alone")

    def _after(self, view: View, at: int, phrase: _Phrase) -> Iterator[tuple[str, Place]]:
        """The places named one after another from ``at`` on, until something else is said.

        *to* between two of them turns from where things are sent to where they go.
        """
        window = view.plain[at : at + REACH].split("\n\n")[0]
        kind, end = phrase.kind, 0
        if kind == "location":
            yield from self._town(view, at)
            return
        for place in self._names_in(window, 0, any_case=False, only_joined=True):
            gap = window[end : place.start]
            if end and _JOIN_TO.match(gap):
                kind = "ships_to"
            elif not _JOIN.match(gap):
                return
            if phrase.groups_only and place.code not in self._groups:
                return
            end = place.end
            yield kind, Place(place.code, at + place.start, at + place.end)

    def _town(self, view: View, at: int) -> Iterator[tuple[str, Place]]:
        """The country after a place in it: ``10115 Berlin, Deutschland``, in the same sentence."""
        window = _SENTENCE_END.split(view.plain[at : at + 48], maxsplit=1)[0]
        place = next(self._names_in(window, 0, any_case=False), None)
        # "Prince Edward Island" is no country: one stands first, or behind a comma
        if place is not None and window[: place.start].strip(" (")[-1:] in {"", ","}:
            yield "location", Place(place.code, at + place.start, at + place.end)

    def _names_in(
        self, text: str, at: int, *, any_case: bool, only_joined: bool = False
    ) -> Iterator[Place]:
        """Names of places, the longest first; short ones in capitals unless ``any_case``.

        ``only_joined`` stops at the first word that is neither a name nor joins names.
        """
        words = [match.span() for match in _WORD.finditer(text)]
        index = 0
        while index < len(words):
            place, length = self._name_at(text, words, index, any_case=any_case)
            if place is not None:
                yield Place(place.code, at + place.start, at + place.end)
            elif only_joined and text[slice(*words[index])].casefold() not in _JOINING:
                return
            index += length

    def _name_at(
        self, text: str, words: Sequence[tuple[int, int]], index: int, *, any_case: bool
    ) -> tuple[Place | None, int]:
        start = words[index][0]
        for length in range(min(_LONGEST_NAME, len(words) - index), 0, -1):
            end = words[index + length - 1][1]
            if "\n" in text[start:end]:
                continue
            end -= len(text[start:end]) - len(text[start:end].rstrip(".-'’"))
            code = self._code(text[start:end], any_case=any_case)
            if code is not None:
                return Place(code, start, end), length
        return self._hyphenated(text, words[index], any_case=any_case), 1

    def _hyphenated(self, text: str, word: tuple[int, int], *, any_case: bool) -> Place | None:
        """``EU-wide``, ``UK-only``: the part before the hyphen."""
        part = text[word[0] : word[1]].partition("-")[0]
        code = self._code(part, any_case=any_case) if part != text[word[0] : word[1]] else None
        return Place(code, word[0], word[0] + len(part)) if code else None

    def _code(self, name: str, *, any_case: bool) -> str | None:
        folded = fold_place(name)
        code = self.places.names.get(folded)
        if any_case:
            return None if folded in self._nowhere else code or self.places.code_of(name)
        long = len(folded) > 3 or not name.isascii()
        if code is not None and (long or name.isupper() or "." in name):
            return code
        if name.isupper() and name in self.places.regions.codes_in_text:
            return self.places.code_of(name)
        return None

    def _alone(self, view: View) -> Iterator[tuple[str, Place]]:
        """``EU only``, ``domestic USA``: one place beside a word that says who is served."""
        for match in _ONLY.finditer(view.plain):
            start = max(0, match.start() - 40)
            before = view.plain[start : match.start()].rpartition("\n")[2]
            start = match.start() - len(before)
            names = list(self._names_in(before, start, any_case=False))
            if names and not view.plain[names[-1].end : match.start()].strip(" -()"):
                yield from self._unless_pronoun(view.plain, names[-1])
        for match in _DOMESTIC.finditer(view.plain):
            window = view.plain[match.end() : match.end() + 40]
            place = next(self._names_in(window, match.end(), any_case=False), None)
            if place and not view.plain[match.end() : place.start].strip(" -(*:"):
                yield "ships_to", place

    def _unless_pronoun(self, text: str, place: Place) -> Iterator[tuple[str, Place]]:
        """The place, unless ``US`` is the word *us* in capitals, or it is one not served."""
        before = text[max(0, place.start - 24) : place.start]
        word = _LAST_WORD.search(before)
        said = word.group(1).casefold() if word else ""
        pronoun = text[place.start : place.end] == "US" and said in self.places.regions.before_us
        if not pronoun and not self._refused.search(before):
            yield "ships_to", place

    def _routes(self, view: View) -> Iterator[tuple[str, Place]]:
        """``US-US``, ``UK to EU``, ``NL > WW`` beside a word of shipping."""
        for pattern in (_ROUTE, _DOMESTIC_ROUTE):
            for match in pattern.finditer(view.plain):
                spans = match.span(1), match.span(2)
                codes = [self._code(match.group(n).upper(), any_case=False) for n in (1, 2)]
                around = view.plain[max(0, match.start() - 40) : match.end() + 40]
                if None in codes or not self._route_words.search(around):
                    continue
                for kind, span, code in zip(("ships_from", "ships_to"), spans, codes, strict=True):
                    yield kind, Place(str(code), *span)


def _any_of(words: Sequence[str]) -> str:
    return r"(?i)(?:^|[^\p{L}])(?:" + either(words) + r")(?:[^\p{L}]|$)"


def _phrases(places: Places) -> list[_Phrase]:
    given = places.regions.phrases
    groups = (
        ("ships_from", given.ships_from, False),
        ("ships_to", given.ships_to, False),
        ("ships_to", given.ships_to_group, True),
        ("location", given.location, False),
    )
    return [
        _Phrase(kind, compiled(r"(?i)(?:^|[^\p{L}])(?:" + either(patterns) + ")[:\\s]*"), only)
        for kind, patterns, only in groups
    ]


def _observation(view: View, kind: str, place: Place, sure: float, how: str) -> Observation:
    text = view.text[place.start : place.end]
    return Observation(
        kind=kind,
        value=place.code,
        text=text,
        field=view.field,
        start=place.start,
        end=place.end,
        confidence=sure,
        rule=f"{VERSION}:{how}:{fold_place(text)}",
        attributes={"place": text},
    )


__all__ = ["PlaceReader"]
