"""What the words around an amount make of it: other costs, for what it is, negotiable or not."""

from __future__ import annotations

import re

import re2

from config.vocabularies import Vocabulary
from enrich.goods.lexicon import Lexicon, lexicon_of, lowered
from enrich.goods.numerals import plain_text
from enrich.goods.patterns import whole

_CLAUSE_END = re.compile(r"[.!?;,\n。！？；，|•]|\s-\s|\s\+\s")
_WORD = re.compile(r"[^\W\d_]+")
_INCLUDED = frozenset(
    "possible möglich extra incl inkl inclusive included available free compris offert gratuit"
    " gratis inclus incluso inbegriffen inkludiert".split()
)
_LINKS = ("for", "für", "pour", "de", "di", "do", "para", "per", "na", "za", "dla", "за", "на")
_TIME_UNITS = (
    "% yo y/o years year yrs yr months month weeks week days day mos mo jahre jahren jahr monate"
    " monaten monat wochen ans an mois jours semaines años año meses anni anno mesi mese anos mês"
    " jaar maanden weken lat rok roku roky miesięcy miesiące let měsíce měsíců лет год года мес"
    " месяцев месяца thn tahun bln bulan tuổi tháng năm 岁 年 个月 月 歳 ヶ月 か月 ปี เดือน วัน سنة سنوات"
    " شهر أشهر साल महीने yaş yaşında ay aylık miaka miezi x"
).split()


class Surroundings:
    """Judges amounts by the lists of money.yml."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        money = vocabulary.money
        words = money.words
        self._costs = lexicon_of([*words["costs"], *words["accessories"]])
        self._postage = lexicon_of(words["costs"])
        self._with = lexicon_of(words["with"])
        self._links = lexicon_of(_LINKS)
        self._per: Lexicon[str] = Lexicon(
            {name: unit for unit, names in money.per.items() for name in names}
        )
        self._per_words = lexicon_of(words["per_words"])
        self._each = lexicon_of(words["each"])
        self._before: Lexicon[str] = Lexicon(
            {f"{name}ละ": unit for unit, names in money.per.items() for name in names}
            | {f"每{name}": unit for unit, names in money.per.items() for name in names}
            | dict.fromkeys(("each", "je", "jeweils", "chacun", "cada uno a", "各", "@"), "item")
        )
        units = {word for unit in vocabulary.units for word in unit.words}
        self._measure = lexicon_of([*units, *_TIME_UNITS])
        self._fixed = re2.compile(whole(words["fixed"]))
        self._negotiable = re2.compile(whole(words["negotiable"]))

    def is_other(self, text: str, start: int, end: int) -> bool:
        """Whether the amount is postage, a deposit, a cage, a fine, a former price or a value."""
        begin = max(0, start - 48)
        for stop in _CLAUSE_END.finditer(text, begin, start):
            begin = stop.end()
        return self._is_cost_in_front(text, begin, start) or self._is_cost_behind(text, end)

    def _is_cost_in_front(self, text: str, begin: int, start: int) -> bool:
        """A word of costs at most two words in front, unless the price is said to hold it."""
        place = start
        for _ in range(3):
            found = self._costs.before(text, place, " :.=*~(≈-", 4)
            if found and found.start >= begin:
                included = self._with.before(text, found.start, " .", 2)
                if included and included.start >= begin:
                    return False
                words = list(_WORD.finditer(text, begin, found.start))
                return not (len(words) > 0 and self._with.at(text, words[-1].start(), 0)
                    and words[-1].group() in {"with", "mit", "avec", "con", "com", "met", "incl", "inkl"})  # fmt: skip
            words = list(_WORD.finditer(text, begin, place))
            if not words:
                return False
            place = words[-1].start()
        return False

    def _is_cost_behind(self, text: str, end: int) -> bool:
        link = self._links.at(text, end)
        found = self._postage.at(text, link.end if link else end)
        if found is None:
            return False
        follows = _WORD.match(text, found.end + 1)
        return not (follows and follows.group() in _INCLUDED)

    def is_measure(self, text: str, end: int) -> bool:
        """Whether a unit or a time stands behind a number, so that it is no price."""
        return self._measure.at(text, end, 1) is not None

    def per(self, text: str, start: int, end: int) -> str:
        """What the price is for: ``lot`` unless a unit is said."""
        if each := self._each.at(text, end, 2):
            unit = self._per.at(text, each.end)
            return unit.value if unit and each.word in {"je", "1", "pro"} else "item"
        place = end
        while place < len(text) and place - end < 3 and text[place] in " /(,=-":
            place += 1
        link = self._per_words.at(text, place, 1)
        slash = "/" in text[end:place]
        if link or slash:
            unit = self._per.at(text, link.end if link else place)
            if unit:
                return unit.value
        if before := self._before.before(text, start):
            return before.value
        return "lot"

    def negotiable(self, text: str) -> bool | None:
        plain = lowered(plain_text(text))
        if self._fixed.search(plain):
            return False
        return True if self._negotiable.search(plain) else None
