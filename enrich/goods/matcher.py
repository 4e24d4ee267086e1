"""All spellings of the vocabulary found in a text at once, longest from the left, whole words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from config.vocabularies import Term
from enrich.goods.folding import Folded, folded_words, is_unspaced


@dataclass(frozen=True, slots=True)
class Hit:
    """A spelling found: its terms, the words ``[first, last]`` and ``[start, end)`` of the text."""

    terms: tuple[Term, ...]
    first: int
    last: int
    start: int
    end: int

    def values(self, role: str) -> list[str]:
        return [term.value for term in self.terms if term.role == role]


class Matcher:
    """Finds terms. A spelling may stand for several things; all its terms come with the hit."""

    def __init__(self, terms: Iterable[Term]) -> None:
        patterns: dict[str, dict[Term, None]] = {}
        for term in terms:
            for pattern in spellings(term):
                patterns.setdefault(pattern, {})[term] = None
        self._terms = [tuple(found) for found in patterns.values()]
        self._automaton = AhoCorasick(
            list(patterns),
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.ContiguousNFA,
        )

    def hits(self, folded: Folded) -> list[Hit]:
        """The hits in order; they do not overlap."""
        found = self._automaton.find_matches_as_indexes(folded.line)
        return [self._hit(folded, *match) for match in found]

    def _hit(self, folded: Folded, pattern: int, start: int, end: int) -> Hit:
        first = folded.index_at(start)
        last = folded.index_at(end - 1)
        return Hit(self._terms[pattern], first, last, *folded.span(first, last, start, end))


def spellings(term: Term) -> Iterator[str]:
    """How a term stands in the line of a folded text; nothing where no letter is left.

    German names also with ``ae`` for ``ä``; a hyphen is a blank or nothing.
    """
    written = term.written
    forms = {written, *_plurals(term)}
    if "-" in written:
        forms |= {form.replace("-", "") for form in forms}
    if term.language in {"de", "sv", "da", "nb", "fi"}:
        forms |= {form.translate(_SPELT_OUT) for form in forms}
    seen: set[str] = set()
    for form in forms:
        pattern = _pattern(form)
        if pattern and pattern not in seen:
            seen.add(pattern)
            yield pattern


_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)


def _pattern(form: str) -> str:
    words = folded_words(form)
    if not words:
        return ""
    line = "  ".join(words)
    if not (form.startswith("*") or is_unspaced(words[0])):
        line = f" {line}"
    if not (form.endswith("*") or is_unspaced(words[-1])):
        line = f"{line} "
    return line


_ENDINGS = {
    "en": (("y", "ies"), ("s", "ses"), ("x", "xes"), ("sh", "shes"), ("ch", "ches"), ("", "s")),
    "nl": (("", "en"), ("", "s")),
    "de": (("e", "en"), ("", "e"), ("", "en"), ("", "n"), ("", "s")),
    "sv": (("", "er"), ("a", "or"), ("e", "ar")),
    "da": (("", "er"), ("e", "r")),
}
_EVERY_WORD = {
    "fr": (("eau", "eaux"), ("al", "aux"), ("s", "s"), ("x", "x"), ("", "s")),
    "es": (("z", "ces"), ("ón", "ones"), ("án", "anes"), ("s", "s"), ("", "s"), ("", "es")),
    "pt": (("ão", "ões"), ("l", "is"), ("m", "ns"), ("r", "res"), ("s", "s"), ("", "s")),
    "it": (("co", "chi"), ("go", "ghi"), ("io", "i"), ("o", "i"), ("a", "e"), ("e", "i")),
}
_PARTICLES = frozenset(
    [
        "d",
        "de",
        "du",
        "des",
        "del",
        "della",
        "delle",
        "dei",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "la",
        "le",
        "les",
        "el",
        "los",
        "las",
        "il",
        "lo",
        "l",
        "y",
        "e",
        "et",
        "en",
        "a",
        "al",
        "à",
        "au",
        "aux",
        "con",
        "o",
    ]
)


def _plurals(term: Term) -> Iterator[str]:
    """Regular plurals of compiled common names; hand-written words say theirs themselves."""
    if term.kind != "common":
        return
    head, space, last = term.written.rpartition(" ")
    if endings := _ENDINGS.get(term.language):
        for old, new in endings:
            if last.endswith(old) and len(last) > 2:
                yield f"{head}{space}{last.removesuffix(old)}{new}"
                if term.language == "en":
                    return
    elif endings := _EVERY_WORD.get(term.language):
        yield _every_word(term.written, endings)


def _every_word(name: str, endings: tuple[tuple[str, str], ...]) -> str:
    """A Romance plural: noun and adjectives change, the complement after ``de`` does not."""
    words = name.split(" ")
    for place, word in enumerate(words):
        if word.casefold() in _PARTICLES or "'" in word:
            break
        for old, new in endings:
            if word.endswith(old) and len(word) > 2:
                words[place] = word.removesuffix(old) + new
                break
    return " ".join(words)
