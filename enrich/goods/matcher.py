"""All spellings of the vocabulary found in a text at once, longest from the left, whole words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from config.vocabularies import Term
from enrich.goods.folding import Folded, folded_words, is_unspaced

ALWAYS_READ = frozenset({"la"})
SHORT, LOAN = 3, 6


class Entry:
    """A spelling of the vocabulary with all it stands for."""

    __slots__ = ("_readable", "by_role", "cues", "languages", "terms")

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self.terms = terms
        self.by_role: dict[str, tuple[str, ...]] = {}
        for term in terms:
            known = self.by_role.get(term.role, ())
            if term.value not in known:
                self.by_role[term.role] = (*known, term.value)
        self.cues = frozenset(self.by_role.get("cue", ()))
        self.languages = frozenset(term.language for term in terms) - ALWAYS_READ
        self._readable: dict[frozenset[str], Entry | None] = {}

    def readable(self, spoken: frozenset[str]) -> Entry | None:
        """The entry with the terms that count in an advert of those languages; None for none."""
        if spoken not in self._readable:
            terms = tuple(term for term in self.terms if is_readable(term, spoken))
            same = len(terms) == len(self.terms)
            self._readable[spoken] = self if same else Entry(terms) if terms else None
        return self._readable[spoken]


class Hit(NamedTuple):
    """A spelling found at ``[start, end)`` of the text, ``[left, right)`` of the folded line."""

    entry: Entry
    start: int
    end: int
    left: int
    right: int

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.entry.terms

    def values(self, role: str) -> tuple[str, ...]:
        return self.entry.by_role.get(role, ())


def is_readable(term: Term, spoken: frozenset[str]) -> bool:
    """Whether a term counts in an advert of those languages. English is read everywhere but for
    its shortest words; names of taxa that need no other evidence are read in every language."""
    if term.language in spoken:
        return True
    if term.language == "en" and len(term.written) > SHORT:
        return True
    return term.role == "taxon" and not term.weak and len(term.written) >= LOAN


class Matcher:
    """Finds terms. A spelling may stand for several things; all its terms come with the hit.

    Patterns begin with the blank in front of their first word, so that a match begins with a
    word; that it ends with one is looked at afterwards, unless the word may go on.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        patterns: dict[str, list[Term]] = {}
        for term in terms:
            for pattern in spellings(term):
                patterns.setdefault(pattern, []).append(term)
        for pattern in [pattern for pattern in patterns if pattern.endswith(" ")]:
            if pattern.rstrip() in patterns:  # the word may go on anyway
                patterns[pattern.rstrip()] += patterns.pop(pattern)
        self._closed = [pattern.endswith(" ") for pattern in patterns]
        self._terms = list(patterns.values())
        self._entries: dict[int, Entry] = {}
        self._known = {pattern.removesuffix(" "): place for place, pattern in enumerate(patterns)}
        self._automaton = AhoCorasick(
            list(self._known),
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.ContiguousNFA,
        )

    def hits(self, folded: Folded) -> list[Hit]:
        """The hits in order; they do not overlap."""
        return list(self._hits(folded, 0, len(folded.line)))

    def _hits(self, folded: Folded, begin: int, stop: int) -> Iterator[Hit]:
        line = folded.line if begin == 0 else folded.line[begin:stop]
        for pattern, start, end in self._automaton.find_matches_as_indexes(line):
            left, right = begin + start, begin + end
            if not self._closed[pattern] or folded.line[right] == " ":
                yield self._hit(folded, pattern, left, right)
            else:
                yield from self._shorter(folded, left, right)

    def _shorter(self, folded: Folded, left: int, right: int) -> Iterator[Hit]:
        """What else stands where the longest spelling runs on into a longer word: a shorter one
        from the same place, then what follows inside."""
        for end in range(right - 1, left + 1, -1):
            pattern = self._known.get(folded.line[left:end])
            if pattern is not None and (not self._closed[pattern] or folded.line[end] == " "):
                yield self._hit(folded, pattern, left, end)
                break
        else:
            end = left + 1
        follows = folded.line.find(" ", end)
        if follows < right:
            yield from self._hits(folded, max(follows, left + 1), right)

    def _hit(self, folded: Folded, pattern: int, left: int, right: int) -> Hit:
        """The hit, without the blank in front; a word that goes on is taken whole."""
        line = folded.line
        if line[left] == " ":
            left += 1
        entry = self._entries.get(pattern)
        if entry is None:
            entry = self._entries[pattern] = Entry(tuple(dict.fromkeys(self._terms[pattern])))
        if not is_unspaced(line[left]):
            if not self._closed[pattern]:
                right = line.index(" ", right)
            if line[left - 1] != " ":
                left = line.rindex(" ", 0, left) + 1
        return Hit(entry, *folded.span(left, right), left, right)


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
    if ". " in written:
        yield _pattern(written).replace(" ", "  ", 2).removeprefix(" ")  # a dot is a blank too
    yield from {pattern for form in forms if (pattern := _pattern(form))}


_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)


def _pattern(form: str) -> str:
    words = folded_words(form)
    if not words:
        return ""
    line = " ".join(words)
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
    "es": (
        ("z", "ces"),
        ("ón", "ones"),
        ("án", "anes"),
        ("l", "les"),
        ("r", "res"),
        ("d", "des"),
        ("n", "nes"),
        ("s", "s"),
        ("", "s"),
    ),
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
