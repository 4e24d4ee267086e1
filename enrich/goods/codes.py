"""Code words of the trade, counted only in their context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.vocabularies import CodeTerm
from enrich.goods.context import Advert
from enrich.goods.folding import folded_words
from enrich.goods.taxa import Mention
from model.facts import Observation


@dataclass(frozen=True, slots=True)
class CodeWord:
    """A code word at ``[start, end)`` of a field and what it stands for."""

    code: CodeTerm
    field: str
    start: int
    end: int
    why: str

    def observation(self, record: Mapping[str, str]) -> Observation:
        return Observation(
            "code_word",
            self.code.meaning,
            record[self.field][self.start : self.end],
            self.field,
            self.start,
            self.end,
            0.6,
            f"codes/1:{self.code.language}:{self.code.term}:{self.why}",
            {"term": self.code.term, "language": self.code.language, "origin": self.code.origin},
        )


class CodeReader:
    """Knows the code words by their place in the vocabulary's list."""

    def __init__(self, codes: Iterable[CodeTerm]) -> None:
        self._codes = tuple(codes)
        self._contexts = tuple(
            tuple(" ".join(folded_words(word)) for word in code.context) for code in self._codes
        )

    def code_words(self, advert: Advert, mentions: Iterable[Mention]) -> list[CodeWord]:
        """The code words that one of their context words or an offered taxon bears out."""
        found: list[CodeWord] = []
        has_taxon = any(mention.is_read for mention in mentions)
        known: dict[int, str] = {}
        for view in advert.views:
            for hit in view.hits:
                for place in map(int, hit.values("code")):
                    if place not in known:
                        known[place] = self._borne_out(advert, place, has_taxon)
                    if known[place]:
                        code = self._codes[place]
                        found.append(CodeWord(code, view.field, hit.start, hit.end, known[place]))
        return found

    def _borne_out(self, advert: Advert, place: int, has_taxon: bool) -> str:
        """The context word that stands in the advert, or ``taxon``; empty for neither."""
        lines = [view.folded.line for view in advert.views]
        for word in self._contexts[place]:
            if any(word in line for line in lines):
                return word
        return "taxon" if has_taxon else ""
