"""The shipped vocabulary: sound, complete, and made from what may be shipped."""

from __future__ import annotations

import csv
import gzip
import hashlib
import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from config.vocabularies import FOLDER, Vocabulary, _load, load_vocabulary
from model.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = [
    "en",
    "fr",
    "de",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "cs",
    "ru",
    "zh",
    "ja",
    "th",
    "vi",
    "id",
    "ms",
    "ar",
    "hi",
    "tr",
    "sw",
]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture(scope="module")
def compiler() -> ModuleType:
    path = ROOT / "scripts" / "compile_vocabulary.py"
    spec = importlib.util.spec_from_file_location("compile_vocabulary", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_loading_twice_reads_once(vocabulary: Vocabulary) -> None:
    assert load_vocabulary() is vocabulary


def test_every_term_stands_for_something_known(vocabulary: Vocabulary) -> None:
    for term in vocabulary.terms:
        assert isinstance(term.written, str), term
        assert term.written.strip("* "), term
        if term.role == "taxon":
            assert term.value in vocabulary.taxa, term
        if term.product:
            assert term.product in vocabulary.states, term


def test_every_trade_word_is_of_a_listed_taxon(vocabulary: Vocabulary) -> None:
    unlisted = {
        term.value
        for term in vocabulary.terms
        if term.kind == "trade-word" and not vocabulary.taxa[term.value].cites
    }
    assert unlisted == set()


def test_parents_lead_up_and_end(vocabulary: Vocabulary) -> None:
    for taxon in vocabulary.taxa.values():
        seen, name = set(), taxon.name
        while name in vocabulary.taxa and name not in seen:
            seen.add(name)
            name = vocabulary.taxa[name].parent
        assert name not in seen


def test_states_and_listings_are_words_of_the_contract(vocabulary: Vocabulary) -> None:
    assert set(vocabulary.states.values()) <= {"raw", "worked", "live", "derivative"}
    for taxon in vocabulary.taxa.values():
        assert taxon.cites in {"", "I", "II", "III", "mixed"}
        assert taxon.eu in {"", "A", "B", "C", "D", "mixed"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_taxa_products_and_cues(vocabulary: Vocabulary, language: str) -> None:
    roles = Counter(term.role for term in vocabulary.terms if term.language == language)
    assert roles["taxon"] >= 30
    assert roles["claim"] >= 15
    assert roles["cue"] >= 40


LISTINGS = [
    ("Manis javanica", "I", "A"),
    ("Psittacus erithacus", "I", "A"),
    ("Aonyx cinereus", "I", "A"),
    ("Geochelone elegans", "I", "A"),
    ("Dalbergia nigra", "I", "B"),
    ("Isurus oxyrinchus", "II", "B"),
    ("Primolius maracana", "I", "A"),
    ("Ara ararauna", "II", "B"),
    ("Testudo hermanni", "II", "A"),
    ("Loxodonta africana", "mixed", "mixed"),
    ("Lynx lynx", "II", "A"),
    ("Panthera tigris", "I", "A"),
    ("Hippocampus", "II", "B"),
]


@pytest.mark.parametrize(("name", "cites", "eu"), LISTINGS)
def test_listings_with_the_amendments(
    vocabulary: Vocabulary, name: str, cites: str, eu: str
) -> None:
    taxon = vocabulary.taxa[name]
    assert (taxon.cites, taxon.eu) == (cites, eu)


def test_what_a_listing_leaves_out_is_not_listed(vocabulary: Vocabulary) -> None:
    for name in ("Melopsittacus undulatus", "Nymphicus hollandicus", "Psittacula krameri"):
        taxon = vocabulary.taxa.get(name)
        assert taxon is None or not taxon.cites + taxon.eu


def test_product_codes_are_those_of_the_convention(
    vocabulary: Vocabulary, shared_data: Path
) -> None:
    with (shared_data / "vocab" / "term_codes.csv").open(encoding="utf-8") as stream:
        codes = {row["Term_code"] for row in csv.DictReader(stream)}
    assert set(vocabulary.states) <= codes


def test_listings_agree_with_the_checklist_of_2017_where_not_amended(
    vocabulary: Vocabulary, shared_data: Path
) -> None:
    """The checklist is compared with, never shipped."""
    path = shared_data / "cites" / "cites_index_2017_animals.csv"
    with path.open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["RankName"] == "SPECIES"]
    plain = [row for row in rows if row["CurrentListing"] in {"I", "II", "III"}]
    known = [row for row in plain if row["FullName"] in vocabulary.taxa]
    same = [row for row in known if vocabulary.taxa[row["FullName"]].cites == row["CurrentListing"]]
    assert len(known) > 3500
    assert len(same) / len(known) > 0.97


def test_shipped_tables_are_what_the_compiler_makes(
    compiler: ModuleType, shared_data: Path, tmp_path: Path
) -> None:
    """By content, since libraries of other makes pack the same bytes differently."""
    compiler.compile_tables(shared_data / "cites", tmp_path)
    for name in ("names.csv.gz", "taxa.csv.gz"):
        made, shipped = (tmp_path / name).read_bytes(), (FOLDER / name).read_bytes()
        assert _content_digest(made) == _content_digest(shipped)
        assert made[4:8] == b"\0\0\0\0", "no time in the header"


def test_compiling_twice_gives_the_same_bytes(
    compiler: ModuleType, shared_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "again").mkdir()
    compiler.compile_tables(shared_data / "cites", tmp_path)
    compiler.compile_tables(shared_data / "cites", tmp_path / "again")
    for name in ("names.csv.gz", "taxa.csv.gz"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def _content_digest(packed: bytes) -> str:
    return hashlib.sha256(gzip.decompress(packed)).hexdigest()


def test_every_file_of_the_vocabulary_is_described_and_of_known_origin() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    for path in FOLDER.iterdir():
        if path.name != "README.md":
            assert f"`{path.name}`" in readme, path.name
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert "names.csv.gz" in notice
    assert "BSD 3-Clause" in notice


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.name)
def test_word_lists_hold_strings_only(path: Path) -> None:
    """YAML reads ``no`` and ``2`` as other things than words."""

    def check(value: object, where: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                assert isinstance(key, str), (where, key)
                check(inner, f"{where}/{key}")
        elif isinstance(value, list):
            for inner in value:
                if isinstance(inner, dict):
                    check(inner, where)
                else:
                    assert isinstance(inner, str), (where, inner)

    check(yaml.safe_load(path.read_text("utf-8")), path.name)


def test_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"products\.yml: not found"):
        _load(tmp_path)


def test_broken_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "products.yml").write_text("a: [", "utf-8")
    with pytest.raises(ConfigurationError, match=r"products\.yml"):
        _load(tmp_path)
