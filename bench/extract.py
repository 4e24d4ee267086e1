"""Adverts read per second on one core, beside a naive peer, in one run.

    python bench/extract.py [--adverts 1000] [--rounds 3] [--json]

Adverts of about 1 KB are taken from the shared data (SPOOR_SHARED, or ../shared); without it
they are put together here. The peer is what one would write first: the phone library's matcher
and a handful of regular expressions, without checks, spans of handles, places or goods.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import phonenumbers  # noqa: E402

from config.contact_words import load_contact_words  # noqa: E402
from config.places import load_places  # noqa: E402
from config.vocabularies import load_vocabulary  # noqa: E402
from enrich.contacts import Contacts  # noqa: E402
from enrich.contacts.reader import text_fields  # noqa: E402
from enrich.extract import build_extractor  # noqa: E402
from enrich.goods import Goods  # noqa: E402
from enrich.places import PlaceReader  # noqa: E402

Record = dict[str, str]

TABLES = {
    "cryptomarketstudy_agartha_dev.csv": ("vendor", "listing", "description", "origin"),
    "cryptomarketstudy_cryptonia_dev.csv": ("vendor", "listing", "description", "origin"),
    "agora_2014_01_vendor_listings_dev.csv": ("vendor", "product", "description", "from"),
    "grams_alphabay_2015_dev.csv": ("vendor_name", "name", "description", "ship_from"),
}
NAIVE = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,}",
        r"https?://\S+",
        r"\b(?:[13][a-km-zA-HJ-NP-Z1-9]{25,34}|bc1[a-z0-9]{25,60})\b",
        r"\b0x[0-9a-f]{40}\b",
        r"\b[a-z2-7]{16,56}\.onion\b",
        r"(?:wickr|telegram|whatsapp|signal|threema|jabber|wechat|line|kik|icq)\W+([A-Z0-9_.+@-]{3,40})",
        r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b",
        r"-----BEGIN PGP PUBLIC KEY BLOCK-----.*?-----END PGP PUBLIC KEY BLOCK-----",
    )
]


def real_adverts(folder: Path) -> list[Record]:
    """Listings of 600 to 1,800 characters, so about 1 KB each."""
    records = []
    for name, (seller, title, text, origin) in TABLES.items():
        with (folder / "darknet" / name).open(
            encoding="utf-8", errors="replace", newline=""
        ) as rows:
            for row in csv.DictReader(rows):
                if 600 <= len(row[text] or "") <= 1800:
                    fields = {"seller": row[seller], "title": row[title], "text": row[text]}
                    records.append({**fields, "ships_from": row[origin]})
    return records


def made_adverts() -> list[Record]:
    """Adverts put together here, for machines without the shared data."""
    words = "carved tusk antique very good condition from a collection sold as seen no returns "
    return [
        {
            "seller": f"seller{number}",
            "title": f"Ivory carving no. {number}",
            "text": words * 12 + f"wickr: seller{number} call +1 213 318 {number:04d} "
            f"mail seller{number}@example.com ships from Germany to EU, price {number} EUR",
            "ships_from": "Germany",
        }
        for number in range(1000)
    ]


def naive(record: Record) -> int:
    found = 0
    for text in record.values():
        found += sum(1 for pattern in NAIVE for _ in pattern.finditer(text))
        found += sum(1 for _ in phonenumbers.PhoneNumberMatcher(text, "US"))
    return found


def rate(read: Callable[[Record], object], records: Iterable[Record], rounds: int) -> float:
    """Records per second, the best of ``rounds``."""
    records = list(records)
    best = 0.0
    for _ in range(rounds):
        begun = time.process_time()
        for record in records:
            read(record)
        best = max(best, len(records) / (time.process_time() - begun))
    return best


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(adverts: int, rounds: int) -> dict[str, object]:
    folder = Path(os.environ.get("SPOOR_SHARED", ROOT.parent / "shared")) / "data"
    records = (real_adverts(folder) if folder.is_dir() else made_adverts())[:adverts]
    contacts, places = Contacts(load_contact_words()), PlaceReader(load_places())
    goods = Goods(load_vocabulary())
    begun = time.perf_counter()
    extractor = build_extractor()
    built = time.perf_counter() - begun
    base = peak_mb()
    readers: dict[str, Callable[[Record], object]] = {
        "whole extractor": extractor.read,
        "identifiers": lambda one: contacts.read(one, places.regions(one)),
        "places": lambda one: places.read(one, text_fields(one)),
        "goods": goods.read,
        "naive peer": naive,
    }
    rates = {name: rate(read, records, rounds) for name, read in readers.items()}
    return {
        "adverts": len(records),
        "mean_characters": sum(len("".join(one.values())) for one in records) // len(records),
        "material": "real" if folder.is_dir() else "made",
        "adverts_per_second": {name: round(value) for name, value in rates.items()},
        "ratio_to_naive": round(rates["whole extractor"] / rates["naive peer"], 2),
        "identifiers_to_naive": round(rates["identifiers"] / rates["naive peer"], 2),
        "seconds_to_build": round(built, 2),
        "peak_mb_after_build": round(base),
        "peak_mb": round(peak_mb()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--adverts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.adverts, options.rounds)
    if options.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        if isinstance(value, dict):
            for part, number in value.items():
                print(f"{part:<24} {number:>8,} adverts/s per core")
        else:
            print(f"{name:<24} {value:>8}")


if __name__ == "__main__":
    main()
