"""The vocabulary of wildlife trade: taxa, products, cues, money and measures, read as data.

The tables stand in ``config/vocabulary/`` with their origins; README.md there tells their form.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from model.errors import ConfigurationError

FOLDER = Path(__file__).resolve().parent / "vocabulary"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Taxon:
    """An accepted name with its rank (``species`` … ``class``) and the taxon it belongs to.

    ``cites`` is I, II, III, ``mixed`` or empty; ``eu`` is A–D, ``mixed`` or empty.
    """

    name: str
    rank: str
    parent: str = ""
    cites: str = ""
    eu: str = ""


class Term(NamedTuple):
    """A spelling and what it stands for.

    ``written`` may begin or end with ``*``: the word goes on there. ``role`` is ``taxon``,
    ``product``, ``claim``, ``code``, ``number``, ``friend`` (a false one) or ``cue``; ``value`` the
    accepted name, the term code, the claim, the place among the code words, the number, the kind of
    false friend, the cue. ``weak`` terms
    count only beside other evidence. ``product`` is the term code a taxon's word implies,
    ``kind`` where the word comes from.
    """

    written: str
    language: str
    role: str
    value: str
    weak: bool = False
    product: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CodeTerm:
    """A word that stands for goods; it counts beside a word of ``context`` or an offered taxon."""

    term: str
    language: str
    meaning: str
    origin: str
    context: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Currency:
    """How a currency is written; ``countries`` decides where a sign is shared."""

    code: str
    signs: tuple[str, ...]
    words: tuple[str, ...]
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    coin: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """A sign or word several currencies use: by country, then by language, then ``default``."""

    default: str
    countries: Mapping[str, str]
    languages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Money:
    """How prices are written. ``words`` holds the word lists of money.yml by their key; ``per``
    the units a price may be for; ``implied`` the currency that a magnitude tells, and
    ``implied_where`` the languages in which one tells that of the place."""

    currencies: tuple[Currency, ...]
    magnitudes: Mapping[str, int]
    shared: Mapping[str, Shared]
    implied: Mapping[str, str]
    implied_where: Mapping[str, tuple[str, ...]]
    per: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Unit:
    """A measure: ``name`` is item, g, cm or ml, and ``factor`` how many of it one unit is."""

    name: str
    factor: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """How quantities are written. ``words`` holds the word lists of measures.yml by their key;
    ``in_languages`` the languages in which an ambiguous word is a unit."""

    units: tuple[Unit, ...]
    in_languages: Mapping[str, frozenset[str]]
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything the readers know. ``version`` is a digest of the files it came from."""

    version: str
    taxa: Mapping[str, Taxon]
    terms: tuple[Term, ...]
    states: Mapping[str, str]
    money: Money
    measures: Measures
    dates: Mapping[str, tuple[str, ...]]
    codes: tuple[CodeTerm, ...]


def load_vocabulary() -> Vocabulary:
    """The shipped vocabulary, read once a process."""
    return _load(FOLDER)


@lru_cache(maxsize=1)
def families() -> Mapping[str, str]:
    """The family of each genus that families.yml groups, listed or not."""
    groups = _yaml(FOLDER, "families.yml")["groups"]
    return {genus: name for name, one in groups.items() for genus in one["genera"].split()}


@lru_cache(maxsize=4)
def _load(folder: Path) -> Vocabulary:
    products, money = _yaml(folder, "products.yml"), _yaml(folder, "money.yml")
    measures = _yaml(folder, "measures.yml")
    codes = tuple(_code(entry) for entry in _yaml(folder, "code_words.yml", list))
    return Vocabulary(
        version=_digest(folder),
        taxa={taxon.name: taxon for taxon in _taxa(folder)},
        terms=(*_terms(folder, products), *_numbers(measures), *_code_terms(codes)),
        states={code: str(entry["state"]) for code, entry in products.items()},
        money=_money(money),
        measures=_measures(measures),
        dates={key: tuple(words) for key, words in _yaml(folder, "dates.yml").items()},
        codes=codes,
    )


def _digest(folder: Path) -> str:
    """First 12 hexadecimal digits of SHA-256 over names and contents of all tables."""
    summary = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in {".yml", ".csv", ".gz"}:
            summary.update(path.name.encode() + b"\0" + path.read_bytes())
    return summary.hexdigest()[:12]


def _yaml(folder: Path, name: str, form: type = dict) -> Any:
    path = folder / name
    try:
        found = yaml.load(path.read_text("utf-8"), Loader=_LOADER)  # noqa: S506  (safe loader)
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: not found") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: {error}") from error
    if not isinstance(found, form):
        raise ConfigurationError(f"{path}: expected a {form.__name__} at the top")
    return found


def _rows(folder: Path, name: str) -> Iterator[list[str]]:
    """The rows of a CSV table, packed or not, without its heading."""
    path = folder / name
    try:
        payload = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: not found") from error
    if path.suffix == ".gz":
        payload = gzip.decompress(payload)
    rows = csv.reader(io.StringIO(payload.decode("utf-8"), newline=""))
    next(rows, None)
    return rows


def _taxa(folder: Path) -> Iterator[Taxon]:
    for name, rank, parent, cites, eu in _rows(folder, "taxa.csv.gz"):
        yield Taxon(name, rank, parent, cites, eu)


def _terms(folder: Path, products: Mapping[str, Any]) -> Iterator[Term]:
    for written, language, kind, taxon, weak in _rows(folder, "names.csv.gz"):
        yield Term(written, language, "taxon", taxon, weak == "1", "", kind)
    for taxon, forms in _yaml(folder, "trade_words.yml").items():
        for product, languages in forms.items():
            code = "" if product == "any" else product
            yield from _words(languages, "taxon", taxon, code, "trade-word")
    for code, entry in products.items():
        yield from _words(entry["words"], "product", code, code, "product")
    for kind, languages in _yaml(folder, "false_friends.yml").items():
        yield from _words(languages, "friend", kind, "", "false-friend")
    for claim, languages in _yaml(folder, "claims.yml").items():
        yield from _words(languages, "claim", claim, "", "claim")
    for cue, languages in _yaml(folder, "cues.yml").items():
        yield from _words(languages, "cue", cue, "", "cue")


def _numbers(measures: Mapping[str, Any]) -> Iterator[Term]:
    for language, words in measures["numbers"].items():
        for word, value in words.items():
            yield Term(str(word), language, "number", str(value), kind="number")


def _code(entry: Mapping[str, Any]) -> CodeTerm:
    return CodeTerm(
        entry["term"], entry["language"], entry["meaning"], entry["origin"], tuple(entry["context"])
    )


def _code_terms(codes: tuple[CodeTerm, ...]) -> Iterator[Term]:
    for place, code in enumerate(codes):
        yield Term(code.term, code.language, "code", str(place), kind="code")


def _words(
    languages: Mapping[str, list[str]], role: str, value: str, product: str, kind: str
) -> Iterator[Term]:
    """Terms of one concept; a word that ends with ``~`` is weak."""
    for language, words in languages.items():
        for word in words:
            text = str(word)
            weak = text.endswith("~")
            yield Term(text.removesuffix("~"), language, role, value, weak, product, kind)


def _measures(tables: Mapping[str, Any]) -> Measures:
    lists = {key: tuple(found) for key, found in tables.items() if key != "units"}
    return Measures(
        tuple(_unit(entry) for entry in tables["units"]),
        {word: frozenset(languages) for word, languages in tables["in_languages"].items()},
        {key: words for key, words in lists.items() if isinstance(tables[key], list)},
    )


def _money(tables: Mapping[str, Any]) -> Money:
    return Money(
        currencies=tuple(_currency(code, entry) for code, entry in tables["currencies"].items()),
        magnitudes={str(word): int(value) for word, value in tables["magnitudes"].items()},
        shared={
            sign: Shared(
                entry.get("default", ""), entry.get("countries", {}), entry.get("languages", {})
            )
            for sign, entry in tables["shared"].items()
        },
        implied={word: code for code, words in tables["implied"].items() for word in words},
        implied_where={word: tuple(langs) for word, langs in tables["implied_where"].items()},
        per={unit: tuple(words) for unit, words in tables["per"].items()},
        words={key: tuple(words) for key, words in tables.items() if isinstance(words, list)},
    )


def _currency(code: str, entry: Mapping[str, Any]) -> Currency:
    return Currency(
        code,
        tuple(entry.get("signs", ())),
        tuple(str(word) for word in entry.get("words", ())),
        tuple(entry.get("countries", ())),
        tuple(entry.get("languages", ())),
        bool(entry.get("coin", False)),
    )


def _unit(entry: Mapping[str, Any]) -> Unit:
    return Unit(entry["name"], float(entry["factor"]), tuple(str(w) for w in entry["words"]))
