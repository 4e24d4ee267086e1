"""Quantities: numbers of things, weights, lengths and volumes; each numeral for what it measures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from config.vocabularies import Unit, Vocabulary
from enrich.goods.context import Advert, View, has_cue
from enrich.goods.matcher import Hit
from enrich.goods.numerals import Numeral, chinese_numerals, numerals, plain_text
from enrich.goods.lexicon import Lexicon, is_unspaced, lexicon_of, lowered
from enrich.goods.taxa import Mention
from model.facts import Observation

_TIMES = re.compile(r"\s?(?:[a-zа-я]{1,4}\.?)?\s?[x×*хX]\s?(?=\d)")
_TO = re.compile(
    r"\s?(?:-|to|bis|à|a|al|hasta|até|tot|do|až|до|至|到|から|~|ถึง|đến|sampai|hingga|إلى|से|ile|and|und)\s?"
)
_TIME = (
    "years year yrs yr yo y/o months month mos mo weeks week wks wk days day hours hour hrs hr min mins minutes"
    " jahr jahre jahren jährig jähriger jährige monat monate monaten wochen woche tage tagen stunden"
    " ans an mois jours jour semaines semaine heures siècle année années"
    " año años mes meses semanas días día horas siglo"
    " anni anno mesi mese giorni settimane ore secolo ano anos mês dias semanas século"
    " jaar maanden maand weken dagen uur eeuw lat roku rok miesięcy miesiące miesiąc tygodni dni wieku wiek"
    " roky rok let měsíce měsíců týdnů dní století лет года год годов месяца месяцев мес месяц недель дней дня век века"
    " tahun thn th bulan bln minggu hari yaş yaşında yaşlarında yıl yıllık ay aylık hafta gün"
    " năm tháng tuần ngày tuổi"
    " سنة سنوات سنين شهر أشهر اشهر شهور يوم أيام عام أسبوع ساعة"
    " वर्ष साल महीने महीना दिन हफ्ते miaka mwaka miezi mwezi siku wiki"
)
_UNSPACED_TIME = "岁 年 个月 月 天 周 日 歳 才 ヶ月 か月 カ月 週 世紀 世纪 ปี เดือน วัน สัปดาห์ พรรษา ชม"
_TIME_BEFORE = frozenset(
    "années anni años anos jaren lata age aged alter âge edad età idade leeftijd wiek věk возраст umur usia miaka"
    " miezi mwaka umri siku yaş عمره عمرها عمر उम्र tuổi no nr number num n ref lot item model page vol size years"
    " grade rated version chapter tel phone whatsapp call code art artikel".split()
)
_SCRIPTLESS = {"para": "pl", "par": "es pt sv da hr cs", "un": "pt", "con": "vi", "em": "vi", "bé": "vi", "in": "en",
               "st": "sv", "m": "", "l": "", "ton": "en", "a": "", "kaki": "id ms", "palců": "cs", "sm": "sw",
               "buah": "id ms", "ekor": "", "gr": "", "đôi": "vi", "cái": "vi", "chiếc": "vi", "bộ": "vi", "x": "",
               "cân": "vi", "kí": "vi", "ký": "vi", "lang": "vi", "pary": "pl cs", "pár": "cs", "cali": "pl", "tá": "vi",
               "viên": "vi", "tấm": "vi", "miếng": "vi", "foot": "", "tane": "tr", "pounds": "en", "pound": "en",
               "cặp": "vi", "pies": "es", "duim": "nl", "phân": "vi"}  # fmt: skip
_SPACED_IN = re.compile(
    r"\s?in(?:\.|ch)?\s?(?:x|long|tall|wide|high|length|height|diameter|total|[.,;)\n]|$)", re.I
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
        text = f"{self.value.normalize():f}" if self.value else "0"
        return Observation(
            "quantity",
            text,
            record[self.field][self.start : self.end],
            self.field,
            self.start,
            self.end,
            self.confidence,
            f"quantities/1:{self.why}",
            {"unit": self.unit},
        )


class QuantityReader:
    """Reads quantities; knows the units and number words of measures.yml."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._units: Lexicon[Unit] = Lexicon(
            {word: unit for unit in reversed(vocabulary.units) for word in unit.words}
        )
        self._inch = next(unit for unit in vocabulary.units if "inch" in unit.words)
        self._times = lexicon_of([*_TIME.split(), *_UNSPACED_TIME.split(), "%", "°"])

    def quantities(
        self, advert: Advert, mentions: Iterable[Mention], taken: list[tuple[str, int, int]]
    ) -> list[Quantity]:
        """The quantities of title and text; ``taken`` are the places of prices."""
        read = [mention for mention in mentions if mention.is_read]
        found: list[Quantity] = []
        for view in advert.views:
            if view.field == "category":
                continue
            prices = [(start, end) for field, start, end in taken if field == view.field]
            here = _Here(view, lowered(plain_text(view.text)), advert.language, prices)
            goods = {(m.hit.start, m.hit.end) for m in read if m.field == view.field}
            found += self._written(here, goods)
            found += self._in_words(here, goods, bool(read))
        return sorted(set(found), key=lambda one: (one.field, one.start, one.end))

    def _written(self, here: _Here, goods: set[tuple[int, int]]) -> Iterator[Quantity]:
        """Quantities in digits, and in Chinese characters before a unit."""
        waiting: list[Numeral] = []
        last_end = -1
        for numeral in here.numerals():
            if here.is_taken(numeral):
                waiting = []
                continue
            if waiting and not here.is_joined(last_end, numeral):
                waiting = []
            last_end = numeral.end
            read = self._measured(here, numeral)
            if read is None:
                waiting = [*waiting[-3:], numeral]
                yield from self._counted(here, numeral, goods)
                continue
            unit, end = read
            last_end = end
            if unit is None:
                waiting = []
                continue
            for earlier in waiting if unit.name != "item" else ():
                yield here.quantity(earlier, earlier.end, unit, "series")
            waiting = []
            yield here.quantity(numeral, end, unit, "unit")

    def _measured(self, here: _Here, numeral: Numeral) -> tuple[Unit | None, int] | None:
        """The unit behind a numeral and where it ends; (None, …) where the number measures
        something that is no quantity, such as an age; None where no unit stands there."""
        text, end = here.text, numeral.end
        if text[end : end + 1] == "-" and text[end + 1 : end + 2].isalpha():
            end += 1
        time = self._times.at(text, end)
        found = self._units.at(text, end)
        if time and not numeral.is_word and (found is None or time.end >= found.end):
            return None, time.end
        if found is None:
            if text[end : end + 1] in {'"', "″", "”", "“"}:
                return self._inch, end + 1
            return None
        word = found.word.rstrip(".")
        if not self._is_unit(here, numeral, word, found.end):
            return None
        return found.value, found.end - found.word.endswith(".")

    def _is_unit(self, here: _Here, numeral: Numeral, word: str, end: int) -> bool:
        """Whether a word that means other things too is a unit here."""
        if numeral.is_word and word in {"in", "m", "l", "x", "st", "un", "a", "con", "para", "em"}:
            return False
        if word == "in":
            return _SPACED_IN.match(here.text, numeral.end, end + 12) is not None
        if word == "x" and here.text[end : end + 2].strip()[:1].isdigit():
            return False
        languages = _SCRIPTLESS.get(word)
        return not languages or here.language in languages.split()

    def _counted(
        self, here: _Here, numeral: Numeral, goods: set[tuple[int, int]]
    ) -> Iterator[Quantity]:
        """A bare numeral in front of goods, or behind a word of counting."""
        if numeral.value != int(numeral.value) or not 0 < numeral.value < 100000 or numeral.groups:
            return
        if not here.may_count(numeral) or 1500 <= numeral.value <= 2100:
            return
        factor = here.counts(numeral.start, numeral.end, goods)
        if factor:
            yield here.quantity(numeral, numeral.end, Unit("item", factor, ()), "count")

    def _in_words(
        self, here: _Here, goods: set[tuple[int, int]], has_goods: bool
    ) -> Iterator[Quantity]:
        """``two tusks``, ``zwei Kilo``, ``une paire de défenses``."""
        for hit in here.view.hits:
            if here.covers_price(hit.start, hit.end):
                continue
            for term in hit.terms:
                if term.role == "number":
                    yield from self._worded(here, hit, Decimal(term.value), goods)
                    break
            else:
                if has_goods and (has_cue(hit, "pair") or has_cue(hit, "dozen")):
                    yield from self._alone(here, hit, goods)

    def _worded(
        self, here: _Here, hit: Hit, value: Decimal, goods: set[tuple[int, int]]
    ) -> Iterator[Quantity]:
        numeral = Numeral(value, hit.start, hit.end, "", is_word=True)
        unspaced = is_unspaced(here.text[hit.start])
        if unspaced and here.text[max(0, hit.start - 1) : hit.start] in set("第初十百千万半"):
            return
        read = self._measured(here, numeral)
        if read and read[0]:
            yield here.quantity(numeral, read[1], read[0], "word")
        elif read is None and not unspaced and (factor := here.counts(hit.start, hit.end, goods)):
            yield here.quantity(numeral, hit.end, Unit("item", factor, ()), "word")

    def _alone(self, here: _Here, hit: Hit, goods: set[tuple[int, int]]) -> Iterator[Quantity]:
        """A pair or a dozen without a number in front: one of it."""
        before = here.text[max(0, hit.start - 2) : hit.start].strip()
        if before[-1:].isdigit() or _is_plural(hit) or here.follows_number(hit):
            return
        if here.counts(hit.start, hit.end, goods) or here.precedes(hit, goods):
            factor = 12 if has_cue(hit, "dozen") else 2
            numeral = Numeral(Decimal(1), hit.start, hit.end, "", is_word=True)
            yield here.quantity(numeral, hit.end, Unit("item", factor, ()), "pair")


def _is_plural(hit: Hit) -> bool:
    return any(
        term.value == "pair" and term.written.lower() in {"pairs", "paires", "couples", "parejas", "coppie", "casais",
            "koppels", "breeding pairs", "zuchtpaare", "pary", "páry", "пары", "أزواج"}
        for term in hit.terms
    )  # fmt: skip


class _Here:
    """One field while its quantities are read."""

    def __init__(self, view: View, text: str, language: str, prices: list[tuple[int, int]]) -> None:
        self.view = view
        self.text = text
        self.language = language
        self._prices = prices
        self._ends = [hit.start for hit in view.hits]

    def numerals(self) -> list[Numeral]:
        found = list(numerals(self.text))
        if self.language in {"zh", "ja"}:
            known = {numeral.start for numeral in found}
            found += [n for n in chinese_numerals(self.text) if n.start not in known]
            found.sort(key=lambda one: one.start)
        return found

    def covers_price(self, start: int, end: int) -> bool:
        return any(low < end and start < high for low, high in self._prices)

    def is_taken(self, numeral: Numeral) -> bool:
        return self.covers_price(numeral.start, numeral.end)

    def is_joined(self, end: int, numeral: Numeral) -> bool:
        between = self.text[end : numeral.start]
        return len(between) <= 8 and bool(_TIMES.fullmatch(between) or _TO.fullmatch(between)
            or re.fullmatch(r"\s?[a-z]{0,2}\s?[x×*хX]\s?", between))  # fmt: skip

    def may_count(self, numeral: Numeral) -> bool:
        """Not part of a code, an address, a score, an ordinal, a date or a list number."""
        before = self.text[max(0, numeral.start - 1) : numeral.start]
        after = self.text[numeral.end : numeral.end + 2]
        if before and (
            before in "#№/@$€£¥&_=-"
            or (before.isalpha() and before not in "xX×" and not is_unspaced(before))
        ):
            return False
        if after[:1] in {"/", ":", "%", "°", "_", "@", "-", "+", "."} and after[1:2].isalnum():
            return False
        if after[:1].isalpha() and after[:1] not in "xX×" and not is_unspaced(after[:1]):
            return False
        word = re.search(
            r"([^\W\d_]+)\W{0,3}$", self.text[max(0, numeral.start - 16) : numeral.start]
        )
        return not (word and word[1].lower() in _TIME_BEFORE)

    def counts(self, start: int, end: int, goods: set[tuple[int, int]]) -> int:
        """How many items one of what stands behind is: 2 for a pair, 0 for nothing countable."""
        before = self.text[max(0, start - 1) : start]
        if before in {"x", "X", "×"} or self.text[end : end + 2].lower().rstrip() in {"x", "×"}:
            return 1
        factor, words = 1, 0
        for hit in self._behind(end):
            between = self.text[end : hit.start]
            words = len(between.split())
            if words > 3 or re.search(r"[.,;:!?()\n\d•|/+]", between):
                return 0
            if any(term.role == "number" for term in hit.terms):
                return 0
            if has_cue(hit, "pair"):
                return 2
            if has_cue(hit, "dozen"):
                return 12
            if (hit.start, hit.end) in goods or has_cue(hit, "countable"):
                return factor
            if any(term.role == "product" for term in hit.terms) and goods:
                return factor
        return self._after_amount(start)

    def _after_amount(self, start: int) -> int:
        for hit in self._ahead(start):
            if has_cue(hit, "amount") and re.fullmatch(r"[\s:=.]{0,3}", self.text[hit.end : start]):
                return 1
        return 0

    def follows_number(self, hit: Hit) -> bool:
        """Whether a number stands one or two words in front: ``2 breeding pairs``."""
        before = self.text[max(0, hit.start - 24) : hit.start]
        if re.search(r"\d\W{1,2}(?:[^\W\d_]+\W{1,2})?$", before):
            return True
        return any(
            any(term.role == "number" for term in found.terms) and self.view.gap(found, hit) <= 1
            for found in self._ahead(hit.start)
        )

    def precedes(self, hit: Hit, goods: set[tuple[int, int]]) -> bool:
        """Whether goods stand right in front: ``macaws, breeding pair``."""
        return any(
            (found.start, found.end) in goods and self.view.gap(found, hit) <= 1
            for found in self._ahead(hit.start)
        )

    def _behind(self, end: int) -> list[Hit]:
        place = self._place(end)
        return self.view.hits[place : place + 5]

    def _ahead(self, start: int) -> list[Hit]:
        place = self._place(start)
        return self.view.hits[max(0, place - 2) : place]

    def _place(self, position: int) -> int:
        from bisect import bisect_left

        return bisect_left(self._ends, position)

    def quantity(self, numeral: Numeral, end: int, unit: Unit, why: str) -> Quantity:
        value = numeral.value
        if numeral.groups and unit.name != "item" and _is_decimal(numeral, self.language):
            value = Decimal(numeral.written.replace(",", "."))
        value = (value * Decimal(str(unit.factor))).quantize(Decimal("0.001"))
        confidence = 0.9 if why in {"unit", "series"} else 0.8
        return Quantity(self.view.field, numeral.start, end, value, unit.name, confidence, why)


def _is_decimal(numeral: Numeral, language: str) -> bool:
    """Whether ``1.250`` is one and a quarter: by the habit of the language, else by the point."""
    comma = language in set("de fr es it pt nl pl cs ru tr id vi sv da nb".split())
    return ("," in numeral.written) == comma
