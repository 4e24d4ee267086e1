"""Quantities: things, weights, lengths and volumes; each number for what it measures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from config.vocabularies import Unit, Vocabulary
from enrich.goods.context import Advert, has_cue
from enrich.goods.counting import Field, Place, Rules, is_inch
from enrich.goods.lexicon import Lexicon, is_unspaced
from enrich.goods.numerals import Numeral
from enrich.goods.taxa import Mention
from model.facts import Observation

_PAIR, _DOZEN = 2, 12
_INCH_MARKS = frozenset('"″”“')
_DECIMAL_COMMA = frozenset(
    ["de", "fr", "es", "it", "pt", "nl", "pl", "cs", "ru", "tr", "id", "vi", "sv", "da", "nb"]
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value`` of ``unit`` at ``[start, end)`` of a field."""

    field: str
    start: int
    end: int
    value: Decimal
    unit: str
    confidence: float
    why: str

    def observation(self, record: Mapping[str, str]) -> Observation:
        return Observation(
            "quantity",
            f"{self.value.normalize():f}",
            record[self.field][self.start : self.end],
            self.field,
            self.start,
            self.end,
            self.confidence,
            f"quantities/1:{self.why}",
            {"unit": self.unit},
        )


class QuantityReader:
    """Reads quantities; knows the units of measures.yml."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        measures = vocabulary.measures
        units = {word: unit for unit in reversed(measures.units) for word in unit.words}
        ages = dict.fromkeys(measures.words["ages"])
        self._units: Lexicon[Unit | None] = Lexicon({**units, **ages})
        self._inch = next(unit for unit in measures.units if "inch" in unit.words)
        self._digits_only = frozenset(measures.words["never_after_words"])
        self._in_languages = measures.in_languages
        self._rules = Rules(measures)

    def quantities(
        self, advert: Advert, mentions: Iterable[Mention], prices: Iterable[Place]
    ) -> list[Quantity]:
        """The quantities of title and text; ``prices`` are the places already read as prices."""
        read = [mention for mention in mentions if mention.is_read]
        taken = list(prices)
        found: set[Quantity] = set()
        for view in advert.views:
            if view.field != "category":
                here = Field(
                    self._rules,
                    view,
                    advert.language,
                    [(place.start, place.end) for place in taken if place.field == view.field],
                    {(m.hit.start, m.hit.end) for m in read if m.field == view.field},
                )
                found.update(self._in_digits(here))
                found.update(self._in_words(here))
                if read:
                    found.update(_alone(here))
        return sorted(found, key=lambda one: (one.field, one.start, one.end))

    def _in_digits(self, here: Field) -> Iterator[Quantity]:
        """Quantities in digits; a unit holds for all members of ``A x B x C`` and of a range."""
        series: list[Numeral] = []
        end = -1
        for numeral in here.numerals():
            if here.is_taken(numeral.start, numeral.end):
                series = []
                continue
            if series and not here.is_joined(end, numeral.start):
                series = []
            end = numeral.end
            read = self._measured(here, numeral)
            if read is None:
                series = [*series[-3:], numeral]
                yield from self._counted(here, numeral)
                continue
            unit, end = read
            if unit is not None:
                earlier = series if unit.name != "item" else []
                yield from (_quantity(here, one, one.end, unit, "series") for one in earlier)
                yield _quantity(here, numeral, end, unit, "unit")
            series = []

    def _in_words(self, here: Field) -> Iterator[Quantity]:
        """``two tusks``, ``zwei Kilo``; in scripts without spaces only before a unit."""
        for hit, value in here.view.numbers():
            if here.is_taken(hit.start, hit.end) or here.is_part_of_number(hit):
                continue
            numeral = Numeral(value, hit.start, hit.end, "", is_word=True)
            read = self._measured(here, numeral)
            if read is not None:
                if read[0] is not None:
                    yield _quantity(here, numeral, read[1], read[0], "word")
            elif not is_unspaced(here.text[hit.start]):
                yield from self._counted(here, numeral)

    def _measured(self, here: Field, numeral: Numeral) -> tuple[Unit | None, int] | None:
        """The unit of a numeral and where it ends; (None, …) where the number measures what is no
        quantity, such as an age; None where nothing tells."""
        text, end = here.text, numeral.end
        if text[end : end + 1] == "-" and text[end + 1 : end + 2].isalpha():
            end += 1
        found = self._units.at(text, end)
        if found is None:
            if text[end : end + 1] in _INCH_MARKS:
                return self._inch, end + 1
            return self._measured_before(here, numeral)
        if found.value is None:
            return None, found.end
        if not self._is_unit(here, numeral, found.word.rstrip("."), found.end):
            return None
        return found.value, found.end - found.word.endswith(".")

    def _measured_before(self, here: Field, numeral: Numeral) -> tuple[Unit | None, int] | None:
        """Swahili puts the unit in front: ``kilo 20``, ``miezi 4``."""
        if here.language != "sw":
            return None
        found = self._units.before(here.text, numeral.start, " ", 1)
        return (found.value, numeral.end) if found and len(found.word) > 1 else None

    def _is_unit(self, here: Field, numeral: Numeral, word: str, end: int) -> bool:
        """Whether a word that means other things too is a unit here."""
        if numeral.is_word and word in self._digits_only:
            return False
        if word == "in":
            return is_inch(here.text, numeral.end)
        if word == "x" and here.text[end : end + 2].strip()[:1].isdigit():
            return False
        languages = self._in_languages.get(word)
        return languages is None or here.language in languages

    def _counted(self, here: Field, numeral: Numeral) -> Iterator[Quantity]:
        """A bare number in front of goods, or behind a word of counting."""
        if not numeral.is_word and not here.may_count(numeral):
            return
        if items := here.items(numeral.start, numeral.end):
            yield _quantity(here, numeral, numeral.end, Unit("item", items, ()), "count")


def _alone(here: Field) -> Iterator[Quantity]:
    """A pair or a dozen without a number in front of it: one."""
    for hit in here.view.hits:
        items = _DOZEN if has_cue(hit, "dozen") else _PAIR if has_cue(hit, "pair") else 0
        free = items and not here.is_taken(hit.start, hit.end)
        if free and here.is_one(hit) and here.has_goods_around(hit):
            numeral = Numeral(Decimal(1), hit.start, hit.end, "", is_word=True)
            yield _quantity(here, numeral, hit.end, Unit("item", items, ()), "pair")


def _quantity(here: Field, numeral: Numeral, end: int, unit: Unit, why: str) -> Quantity:
    value = numeral.value
    if numeral.groups and unit.name != "item":
        comma = here.language in _DECIMAL_COMMA
        if ("," in numeral.written) == comma:
            value = Decimal(numeral.written.replace(",", "."))
    value = (value * Decimal(str(unit.factor))).quantize(Decimal("0.001"))
    confidence = 0.9 if why in {"unit", "series"} else 0.8
    return Quantity(here.view.field, numeral.start, end, value, unit.name, confidence, why)
