"""What an advert claims about its goods: age, papers, breeding, mammoth, imitation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from enrich.goods.context import Advert, View
from enrich.goods.taxa import Mention
from model.facts import Observation

ANTIQUE_BEFORE = 1947
"""Worked specimens acquired before 3 March 1947 are antiques under Regulation (EC) 338/97."""
CITES_SINCE = 1975
"""CITES came into force on 1 July 1975."""
_THAI_YEAR = re.compile(r"(?:พ\.?ศ\.?|ปี)\s?(?P<year>2[34]\d\d|25[0-2]\d)(?!\d)")
_BUDDHIST = 543


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim at ``[start, end)`` of a field, with the words or date that make it."""

    kind: str
    field: str
    start: int
    end: int
    detail: str

    def observation(self, record: Mapping[str, str]) -> Observation:
        return Observation(
            "claim",
            self.kind,
            record[self.field][self.start : self.end],
            self.field,
            self.start,
            self.end,
            0.85,
            f"claims/1:{self.kind}",
            {"detail": self.detail},
        )


class ClaimReader:
    """Reads claims; knows the words around dates from dates.yml."""

    def __init__(self, dates: Mapping[str, tuple[str, ...]]) -> None:
        words = {key: "|".join(map(re.escape, found)) for key, found in dates.items()}
        self._year = re.compile(
            rf"(?P<cue>\b(?:{words['before_year']})[\s.:]{{0,2}}|[(\[]\s?)?"
            r"(?<![\d.,/#-])(?P<year>1[6-9]\d\d)"
            rf"(?P<behind>\s?(?:{words['after_year']})(?![^\W\d_]))?"
            rf"(?![.,/]?\d|\s?(?:{words['not_after_year']})(?![^\W\d_]))"
        )
        self._decade = re.compile(
            rf"\b(?:{words['before_decade']})\s?['’]?(?P<after>[1-9]0)(?!\d)(?:{words['after_decade']})?"
            rf"|(?<!\d)(?P<before>[1-9]0)\s?(?:{words['after_decade']})(?![^\W\d_])"
        )

    def claims(self, advert: Advert, mentions: list[Mention]) -> list[Claim]:
        """The claims, where wildlife, mammoth or an imitation is spoken of at all."""
        found = [claim for view in advert.views for claim in _likenesses(view)]
        is_wildlife = any(mention.is_read for mention in mentions)
        off_topic = advert.is_about_drugs or advert.is_digital
        if not is_wildlife and (off_topic or not found):
            return []
        for view in advert.views:
            if view.field != "category":
                found += [*_worded(view), *self._years(view), *self._decades(view)]
        return sorted(set(found), key=lambda one: (one.field, one.start, one.end, one.kind))

    def _years(self, view: View) -> Iterator[Claim]:
        for found in self._year.finditer(view.lower):
            if found["cue"] or found["behind"]:
                yield from _dated(view, *found.span("year"), int(found["year"]), found["year"])
        if "ปี" in view.text or "ศ" in view.text:
            for found in _THAI_YEAR.finditer(view.lower):
                year = int(found["year"]) - _BUDDHIST
                yield from _dated(view, found.start("year"), found.end(), year, str(year))

    def _decades(self, view: View) -> Iterator[Claim]:
        """``années 20``, ``20er Jahre``: a decade of the twentieth century."""
        for found in self._decade.finditer(view.lower):
            decade = 1900 + int(found["after"] or found["before"])
            yield from _dated(view, *found.span(), decade, f"{decade}s")


def _dated(view: View, start: int, end: int, year: int, detail: str) -> Iterator[Claim]:
    if year < ANTIQUE_BEFORE:
        yield Claim("antique", view.field, start, end, detail)
    elif year <= CITES_SINCE:
        yield Claim("pre_convention", view.field, start, end, detail)


def _likenesses(view: View) -> Iterator[Claim]:
    """Mammoth and imitations, unless denied."""
    for hit in view.hits:
        for kind in hit.values("friend"):
            if kind in {"mammoth", "imitation"} and not view.cue_before("negation", hit, 2):
                yield Claim(kind, view.field, hit.start, hit.end, view.text[hit.start : hit.end])
                break


def _worded(view: View) -> Iterator[Claim]:
    """Claims by words; papers denied are a claim of their own, other claims denied are none."""
    for hit in view.hits:
        for kind in hit.values("claim"):
            denied = view.cue_before("negation", hit, 2) or view.cue_after("negation_after", hit, 1)
            if denied and kind != "certificate":
                continue
            named = "no_papers" if denied else kind
            yield Claim(named, view.field, hit.start, hit.end, view.text[hit.start : hit.end])
