"""Compile the tables of taxa and names from the BSD-3-clause files of the Species+ project.

    python scripts/compile_vocabulary.py DATA [OUT]

DATA is a folder with ``common_names_all_languages.csv``, ``synonyms_animals.csv``,
``cites_listings_{animals,plants}_history.csv`` and ``eu_annex_listings_animals_history.csv``;
OUT is ``config/vocabulary`` unless given. The same input gives the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from enrich.goods.folding import folded_words, is_unspaced  # noqa: E402  (after the path is set)

HAND_WRITTEN = ROOT / "config" / "vocabulary"
LANGUAGES = {
    "ENG": "en", "FRA": "fr", "DEU": "de", "SPA": "es", "ITA": "it", "POR": "pt", "NLD": "nl",
    "POL": "pl", "CES": "cs", "RUS": "ru", "ZHO": "zh", "JPN": "ja", "THA": "th", "VIE": "vi",
    "IND": "id", "MSA": "ms", "ZLM": "ms", "ARA": "ar", "HIN": "hi", "TUR": "tr", "SWA": "sw",
    "SWE": "sv", "DAN": "da", "NOR": "nb", "FIN": "fi", "HUN": "hu", "RON": "ro", "SLK": "sk",
    "SLV": "sl", "HRV": "hr", "BUL": "bg", "ELL": "el", "UKR": "uk",
}  # fmt: skip
OTHER_SCRIPT = frozenset(["ru", "zh", "ja", "th", "ar", "hi", "bg", "el", "uk"])
COMPOUNDING = frozenset(["de", "nl", "sv", "da", "nb", "fi", "hu"])
UNLISTED_LANGUAGES = frozenset(["en", "fr", "de", "es", "it", "pt", "nl"])
LISTING = re.compile(r"^(?:I|II|III|A|B|C|D)$")
BINOMIAL = re.compile(r"^[A-Z][a-z-]+ [a-z][a-z-]+$")


@dataclass(slots=True)
class Tree:
    """Parents, ranks and listings by scientific name."""

    parents: dict[str, str] = field(default_factory=dict)
    ranks: dict[str, str] = field(default_factory=dict)
    cites: dict[str, str] = field(default_factory=dict)
    eu: dict[str, str] = field(default_factory=dict)
    mixed: dict[str, str] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()

    def line(self, name: str) -> list[str]:
        """The taxon and all above it, nearest first."""
        found: list[str] = []
        while name and name not in found:
            found.append(name)
            name = self.parent(name)
        return found

    def parent(self, name: str) -> str:
        return self.parents.get(name) or name.rpartition(" ")[0]

    def listing(self, name: str, table: dict[str, str]) -> str:
        """The listing of the taxon, or of the nearest taxon above it that is listed as a whole."""
        line = self.line(name)
        if self.unlisted.intersection(line):
            return ""
        if name in self.mixed:
            return self.mixed[name] if table is self.eu else "mixed"
        return next((table[taxon] for taxon in line if table.get(taxon)), "")

    def is_listed(self, name: str) -> bool:
        """Whether the Appendices or the Annexes list the taxon or part of it."""
        return bool(self.listing(name, self.cites) or self.listing(name, self.eu))

    def rank(self, name: str) -> str:
        if name in self.ranks:
            return self.ranks[name]
        words = name.count(" ")
        if words:
            return "species" if words == 1 else "subspecies"
        if name.endswith(("idae", "aceae")):
            return "family"
        return "genus"

    def common(self, names: Iterable[str]) -> str:
        """The lowest taxon that holds all ``names``; empty where none does."""
        lines = [self.line(name) for name in names]
        return next((t for t in lines[0] if all(t in line for line in lines[1:])), "")


Names = dict[tuple[str, str], tuple[str, set[str]]]
"""(language, folded name) → the name as written and the taxa it is used for."""


def hand_written(name: str) -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load((HAND_WRITTEN / name).read_text("utf-8"))
    return table


@cache
def everyday() -> frozenset[str]:
    return frozenset(" ".join(folded_words(word)) for word in hand_written("everyday.yml")["words"])


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def build_tree(data: Path) -> Tree:
    """Taxonomy by hand, listings from the histories, amended by hand."""
    known = hand_written("families.yml")
    tree = Tree(unlisted=frozenset(known["unlisted"]))
    for group, entry in known["groups"].items():
        tree.parents[group] = entry["parent"]
        tree.ranks.setdefault(entry["parent"], "order")
        for genus in entry["genera"].split():
            tree.parents[genus] = group
            tree.ranks[genus] = "genus"
    for group in known["groups"]:
        tree.ranks[group] = "order" if not group.endswith(("dae", "aceae")) else "family"
    tree.ranks |= {"Leguminosae": "family", "Compositae": "family"}
    for rank, names in known["ranks"].items():
        tree.ranks |= dict.fromkeys(names, rank)
    for kind in ("animals", "plants"):
        current = rows(data / f"cites_listings_{kind}_history.csv")
        listed(
            tree, tree.cites, current, ("is_current", "listing", "rank_name", "included_in_RecID")
        )
    current = rows(data / "eu_annex_listings_animals_history.csv")
    listed(tree, tree.eu, current, ("IS_CURRENT", "LISTING", "RANK_NAME", "INCLUDED_IN"))
    for row in rows(HAND_WRITTEN / "amendments.csv"):
        if row["cites"] == "mixed":
            tree.mixed[row["taxon"]] = row["eu"]
        else:
            tree.cites[row["taxon"]] = row["cites"]
            tree.eu[row["taxon"]] = row["eu"]
    return tree


def listed(
    tree: Tree,
    table: dict[str, str],
    history: Iterable[dict[str, str]],
    keys: tuple[str, str, str, str],
) -> None:
    """Read what was current into ``table``; a taxon with two listings is mixed. What is listed
    with a higher taxon follows from that."""
    current_key, listing_key, rank_key, within_key = keys
    for row in history:
        name, listing = row["ScientificName"].strip(), row[listing_key]
        is_own = row[current_key] == "1" and not row[within_key]
        if not (is_own and re.match("[A-Z][a-z]", name) and LISTING.match(listing)):
            continue
        before = table.get(name, listing)
        table[name] = listing if before == listing else "mixed"
        tree.ranks.setdefault(name, row[rank_key].lower())


def clean(name: str) -> Iterator[str]:
    """The names in a cell; nothing where it is broken or holds a remark."""
    for part in re.split(r"[;/,]", re.sub(r"\s*\([^)]*\)?", "", name)):
        text = " ".join(part.replace("\u2019", "'").split())
        if text and text.isprintable() and not re.search(r"[\d?\ufffd]|sp\.|spp", text):
            yield text


def is_latin(name: str) -> bool:
    return bool(re.search("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]", name))


def is_weak(name: str, language: str) -> bool:
    """Whether the name alone may well mean something else: most single words."""
    words = folded_words(name)
    if is_unspaced(words[0]):
        return len(name) < 3
    if len(words) > 1:
        return False
    return not (language in COMPOUNDING and len(words[0]) >= 9)


def common_names(data: Path, tree: Tree) -> Names:
    found: Names = {}
    for row in rows(data / "common_names_all_languages.csv"):
        language, taxon = LANGUAGES.get(row["Lang"]), row["ScientificName"].strip()
        if not language or not taxon or not re.match(r"^[A-Z][a-z]", taxon):
            continue
        for name in clean(row["CommonName"]):
            if wanted(name, language, tree.is_listed(taxon)):
                folded = " ".join(folded_words(name))
                found.setdefault((language, folded), (name, set()))[1].add(taxon)
    return found


def wanted(name: str, language: str, is_listed: bool) -> bool:
    """Whether a common name goes into the table."""
    words = folded_words(name)
    if not words or (not is_listed and language not in UNLISTED_LANGUAGES):
        return False
    if language in OTHER_SCRIPT and is_latin(name):
        return is_listed and len(words) > 1
    if is_unspaced(words[0]):
        return len(name) >= 2
    return len(name) >= 5 and " ".join(words) not in everyday()


def name_rows(data: Path, tree: Tree) -> Iterator[tuple[str, str, str, str, str]]:
    """written, language, kind, taxon, weak: common names, then synonyms, then accepted names."""
    taxa = {name for name in tree.cites if BINOMIAL.match(name)}
    common = common_names(data, tree)
    words = listed_words(tree, common)
    for (language, folded), (name, owners) in common.items():
        taxon, weak = decide(tree, owners, is_weak(name, language))
        if taxon and (tree.is_listed(taxon) or hides(folded, words)):
            taxa.add(taxon)
            yield name, language, "common", taxon, str(int(weak))
    for row in rows(data / "synonyms_animals.csv"):
        old, new = row["SynonymName"].strip(), row["AcceptedName"].strip()
        if BINOMIAL.match(old) and BINOMIAL.match(new) and tree.is_listed(new):
            taxa.add(new)
            if not tree.cites.get(old):
                yield old, "la", "synonym", new, "0"
    for name in all_taxa(tree, taxa):
        if tree.is_listed(name):
            yield name, "la", "scientific", name, str(int(tree.rank(name) == "genus"))


def listed_words(tree: Tree, common: Names) -> set[str]:
    """The folded names of listed taxa, compiled and hand-written."""
    found = {
        folded for (_, folded), (_, owners) in common.items() if any(map(tree.is_listed, owners))
    }
    for forms in hand_written("trade_words.yml").values():
        for languages in forms.values():
            for words in languages.values():
                found |= {" ".join(folded_words(word)) for word in words}
    return found


def hides(folded: str, words: set[str]) -> bool:
    """Whether the name of an unlisted species holds the name of a listed one: ``leopard gecko``."""
    parts = folded.split(" ")
    return any(
        " ".join(parts[start:end]) in words
        for start in range(len(parts))
        for end in range(start + 1, len(parts) + 1)
    )


def decide(tree: Tree, owners: set[str], weak: bool) -> tuple[str, bool]:
    """One taxon for a name used for several: what holds them all; weak where some are unlisted."""
    protected = {name for name in owners if tree.is_listed(name)}
    if not protected:
        return min(owners), weak
    taxon = tree.common(sorted(protected))
    return taxon, weak or protected != owners


def all_taxa(tree: Tree, named: set[str]) -> list[str]:
    """The taxa named and all listed ones, with those above them; unlisted ones alone."""
    found: set[str] = set()
    for name in {*named, *hand_written("trade_words.yml"), *tree.cites, *tree.eu, *tree.parents}:
        if tree.is_listed(name):
            found.update(tree.line(name))
        elif name in named:
            found.add(name)
    return sorted(name for name in found if name)


def taxon_rows(tree: Tree, named: set[str]) -> Iterator[tuple[str, str, str, str, str]]:
    """name, rank, parent, cites, eu. Where the annex is not told, it follows from the Appendix."""
    follows = {"I": "A", "II": "B", "III": "C", "mixed": "mixed", "": ""}
    for name in all_taxa(tree, named):
        cites = tree.listing(name, tree.cites)
        eu = tree.listing(name, tree.eu) or follows[cites]
        above = tree.parent(name) if cites or eu else ""
        yield name, tree.rank(name), above, cites, eu


def write(path: Path, heading: str, lines: Iterable[tuple[str, ...]]) -> int:
    """A sorted gzip CSV without time or file name in it."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(heading.split(","))
    table = sorted(set(lines))
    writer.writerows(table)
    path.write_bytes(gzip.compress(stream.getvalue().encode("utf-8"), 9, mtime=0))
    return len(table)


def compile_tables(data: Path, out: Path) -> dict[str, int]:
    """Write ``names.csv.gz`` and ``taxa.csv.gz`` into ``out``; rows by file."""
    tree = build_tree(data)
    names = set(name_rows(data, tree))
    return {
        "names.csv.gz": write(out / "names.csv.gz", "name,language,kind,taxon,weak", names),
        "taxa.csv.gz": write(
            out / "taxa.csv.gz",
            "name,rank,parent,cites,eu",
            taxon_rows(tree, {row[3] for row in names}),
        ),
    }


if __name__ == "__main__":
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else HAND_WRITTEN
    for file, count in compile_tables(Path(sys.argv[1]), target).items():
        print(f"{file}: {count} rows")
