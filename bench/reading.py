"""How many pages a second one core reads: by source file, by structure, and Beautiful Soup alone.

    python bench/reading.py [--rounds 5] [--json]

All three read the same saved pages of Dream and Empire Market in one run, turn by turn, so that
only the ratios matter. The Beautiful Soup reading follows the same source files, selector by
selector, and takes the same texts; it converts no values, which is in its favour.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bs4 import BeautifulSoup, Tag  # noqa: E402

from collectors import html  # noqa: E402
from collectors.engines.places import pattern, taken  # noqa: E402
from collectors.reading import read_page  # noqa: E402
from config.sources import Page, Rows, Sign, Source, Value, load_source  # noqa: E402


def saved_pages() -> list[tuple[Source, bytes]]:
    """The saved pages that hold records, with the source each is of."""
    folder = Path(os.environ.get("SPOOR_SHARED", ROOT.parent / "shared")) / "data/darknet/html"
    found = []
    for name in ("dream", "empire"):
        source = load_source(name)
        for file in sorted((folder / name).rglob("*.html")):
            payload = file.read_bytes()
            reading = read_page(payload, source=source)
            if reading.adapter == name and reading.records:
                found.append((source, payload))
    return found


def soup_select(node: Tag, value: Value | Rows) -> list[Tag]:
    """What the first selector finds that finds anything, narrowed as the source file says."""
    if value.select is None:
        return [node]
    found: list[Tag] = next((hits for each in value.select if (hits := node.select(each))), [])
    if isinstance(value, Rows):
        return found
    if value.beside is not None:
        wanted = value.beside.casefold()
        labels = [tag for tag in found if soup_line(tag).casefold().rstrip(" :") == wanted]
        found = [after for tag in labels if isinstance(after := tag.find_next_sibling(), Tag)]
    if value.containing is not None:
        found = [tag for tag in found if pattern(value.containing).search(soup_line(tag))]
    return found


def soup_line(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def soup_values(node: Tag, value: Value) -> Iterator[str]:
    """The texts of one value."""
    for tag in soup_select(node, value):
        if value.fields is not None:
            for part in value.fields.values():
                yield from soup_values(tag, part)
            continue
        text = str(tag.get(value.attribute) or "") if value.attribute else soup_line(tag)
        if (found := taken(text, value.pattern)) is not None:
            yield str(found)


def soup_holds(sign: Sign, soup: BeautifulSoup) -> bool:
    """Whether a sign holds, text patterns aside."""
    title = soup.title.get_text() if soup.title else ""
    if sign.title is not None and not pattern(sign.title).search(title):
        return False
    if not all(soup.select_one(each) for each in sign.select or ()):
        return False
    return not any(soup.select_one(each) for each in sign.without or ())


def soup_read(source: Source, payload: bytes) -> int:
    """Read one page with Beautiful Soup alone; how many texts were found."""
    soup = BeautifulSoup(payload, "html.parser")
    if any(soup_holds(sign, soup) for signs in source.signs.values() for sign in signs):
        return 0
    for page in source.pages.values():
        if any(soup_holds(sign, soup) for sign in page.when):
            return sum(1 for _ in soup_page(soup, page))
    return 0


def soup_page(soup: Tag, page: Page) -> Iterator[str]:
    """All texts of a page: its own, those of its rows, and its links."""
    own = [*page.fields.values(), *page.extra.values()]
    if page.kind != "results":
        for value in own:
            yield from soup_values(soup, value)
    for rows in page.rows:
        for row in soup_select(soup, rows):
            for value in (*rows.fields.values(), *rows.extra.values()):
                yield from soup_values(row, value)
    for link in soup.find_all("a", href=True):
        yield str(link["href"])


def readers() -> dict[str, Callable[[Source, bytes], int]]:
    """What is compared, by name."""
    return {
        "by source file": lambda source, payload: len(read_page(payload, source=source).records),
        "recognised by itself": lambda _, payload: len(read_page(payload).records),
        "by structure": lambda _, payload: len(read_page(payload, known=()).records),
        "parsed only": lambda _, payload: len(html.parse(payload).title),
        "Beautiful Soup alone": soup_read,
        "Beautiful Soup, parsed only": lambda _, payload: len(
            BeautifulSoup(payload, "html.parser")
        ),
    }


def measure(pages: Sequence[tuple[Source, bytes]], rounds: int) -> dict[str, float]:
    """Pages a second of processor time, the best of all turns."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, reader in readers().items():
            start = time.process_time()
            for source, payload in pages:
                reader(source, payload)
            spent = time.process_time() - start
            best[name] = max(best.get(name, 0.0), len(pages) / spent)
    return best


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--rounds", type=int, default=5, help="turns, of which the best counts")
    chosen = parser.parse_args(arguments)
    pages = saved_pages()
    if not pages:
        print("no saved pages; set SPOOR_SHARED to the folder that holds data/", file=sys.stderr)
        return 2
    rates = measure(pages, chosen.rounds)
    soup = rates["Beautiful Soup alone"]
    size = sum(len(payload) for _, payload in pages) / len(pages)
    if chosen.json:
        rows = {
            name: {"pages_per_second": round(rate, 1), "ratio": round(rate / soup, 2)}
            for name, rate in rates.items()
        }
        print(json.dumps({"pages": len(pages), "mean_bytes": round(size), "readers": rows}))
        return 0
    print(f"{len(pages)} pages of {size / 1000:.0f} kB on average, one core")
    print(f"{'reader':30}{'pages/s':>10}{'ratio':>8}")
    for name, rate in sorted(rates.items(), key=lambda pair: -pair[1]):
        print(f"{name:30}{rate:>10.1f}{rate / soup:>8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
