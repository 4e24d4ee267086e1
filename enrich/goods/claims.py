"""What an advert claims about its goods: age, papers, breeding, mammoth, imitation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from enrich.goods.context import Advert, View
from enrich.goods.numerals import plain_text
from enrich.goods.taxa import Mention
from model.facts import Observation

_BEFORE_YEAR = (
    r"\b(?:in|from|of|dated|dating|since|around|about|circa|ca|c|um|von|aus|anno|an|jahr|jahre|de|du|des|en|vers|del|dal|di"
    r"|van|uit|rond|z|ze|roku|rok|год|года|г|year|año|ano|pre|avant|antes|before|prior to|prima|voor|vor|przed|před|до"
    r"|tahun|thn|năm|yılı|mwaka|عام|سنة|वर्ष|सन|bought|acquired|registered|made|achetée?|gekauft|erworben|datant)"
)
_YEAR = re.compile(
    rf"(?P<cue>{_BEFORE_YEAR}[\s.:]{{0,2}}|[(\[]\s?)?(?<![\d.,/#-])(?P<year>1[6-9]\d\d)"
    r"(?P<behind>\s?(?:['’]?s\b|er\b|年|г\.|год|yılı|-luvu|ern\b))?(?![\d.,/]?\d|\s?(?:€|\$|£|eur|usd|gbp|kg|g\b|cm|mm|ml|元|บาท|zł|kč|руб|rb|k\b|pcs|円))",
    re.I,
)
_DECADE = re.compile(
    r"(?:années|anni|años|anos|jaren|lata|the|roky|rokov|let|(?:19)?)\s?['’]?(?P<decade>[1-9]0)(?P<behind>['’]?s\b|er[- ]?jahren?\b|-e годы|-х годов|年代|\.?\s?(?:léta|let)\b|)",
    re.I,
)
_DECADE_WORDS = re.compile(r"(?:années|anni|años|anos|jaren|lata|the|roky)\s?['’]?$", re.I)
_THAI_YEAR = re.compile(r"(?:พ\.?ศ\.?|ปี)\s?(?P<year>2[34]\d\d|25[0-2]\d)(?!\d)")
_MONTH_CITES = 1975


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


def read_claims(advert: Advert, mentions: list[Mention]) -> list[Claim]:
    """The claims, where wildlife, mammoth or an imitation is spoken of at all."""
    likeness = [claim for view in advert.views for claim in _likenesses(view)]
    is_wildlife = any(mention.is_read for mention in mentions)
    if not is_wildlife and (advert.is_about_drugs or advert.is_digital):
        return []
    if not (is_wildlife or likeness):
        return []
    found = [*likeness]
    for view in advert.views:
        if view.field != "category":
            found += [*_worded(view), *_years(view), *_decades(view)]
    return sorted(set(found), key=lambda one: (one.field, one.start, one.end, one.kind))


def _likenesses(view: View) -> Iterator[Claim]:
    for hit in view.hits:
        for kind in hit.values("friend"):
            if kind in {"mammoth", "imitation"} and not view.cue_before("negation", hit, 2):
                yield Claim(kind, view.field, hit.start, hit.end, view.text[hit.start : hit.end])
                break


def _worded(view: View) -> Iterator[Claim]:
    for hit in view.hits:
        for kind in dict.fromkeys(hit.values("claim")):
            detail = view.text[hit.start : hit.end]
            if view.cue_before("negation", hit, 2) or view.cue_after("negation_after", hit, 1):
                if kind == "certificate":
                    yield Claim("no_papers", view.field, hit.start, hit.end, detail)
                continue
            yield Claim(kind, view.field, hit.start, hit.end, detail)


def _years(view: View) -> Iterator[Claim]:
    text = plain_text(view.text)
    for found in _YEAR.finditer(text):
        if not (found["cue"] or found["behind"]):
            continue
        yield from _dated(view, found.start("year"), found.end("year"), int(found["year"]))
    if "ปี" in text or "ศ" in text:
        for found in _THAI_YEAR.finditer(text):
            yield from _dated(view, found.start("year"), found.end(), int(found["year"]) - 543)


def _dated(view: View, start: int, end: int, year: int) -> Iterator[Claim]:
    """Before 1947 antique; from then until CITES came into force in 1975 pre-convention."""
    if year < 1947:
        yield Claim("antique", view.field, start, end, str(year))
    elif year <= _MONTH_CITES:
        yield Claim("pre_convention", view.field, start, end, str(year))


def _decades(view: View) -> Iterator[Claim]:
    """``années 20``, ``20er Jahre``: a decade of the twentieth century."""
    text = plain_text(view.text)
    for found in _DECADE.finditer(text):
        start, end = found.start("decade"), found.end()
        before = text[max(0, start - 10) : start]
        worded = _DECADE_WORDS.search(before)
        if not (worded or (found["behind"] and not before[-1:].isdigit())):
            continue
        if text[found.end("decade") : found.end("decade") + 1].isdigit() or before[-1:].isdigit():
            continue
        begin = start - (before.__len__() - worded.start()) if worded else start
        decade = 1900 + int(found["decade"])
        kind = "antique" if decade < 1940 else "pre_convention"
        if decade <= 1960 or decade == 1940:
            yield Claim(kind, view.field, begin, end, f"{decade}s")
