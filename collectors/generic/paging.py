"""Links to the next pages of results or of a thread, found without knowing the site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from collectors import html
from collectors.html import Node
from collectors.text import finder, line
from config.page_words import page_words

MAX_LINKS = 3_000
"""Links of a page that are looked at."""

MAX_PAGES = 60
_LEVELS_UP = 5
_PAGER = finder(r"pag(?:e|er|inat|ing|es)|pgn|nextprev")
_CALENDAR = finder(r"calendar|kalender|datepicker")
_ARROWS = frozenset(("›", "»", ">", ">>", "→", "▶", "►"))
_AROUND = " \t»›>→▶►…."
_DIGITS = re.compile(r"\d+")


def next_pages(root: Node, url: str) -> tuple[str, ...]:
    """Addresses of further pages, each once in page order; empty where the page tells of none.

    ``rel="next"`` first; then links whose whole text is a word for next, and numbers in a pager
    or, without one, at least two numbers whose addresses differ in nothing but digits.
    """
    here = html.absolute(url, "").partition("#")[0]
    found: dict[str, None] = {}
    for address in (*_told(root, url), *_by_words(root, url), *_by_numbers(root, url)):
        if address != here and len(found) < MAX_PAGES:
            found[address] = None
    return tuple(found)


def _told(root: Node, url: str) -> Iterator[str]:
    for node in html.find(root, "link[rel~=next i][href], a[rel~=next i][href]")[:20]:
        yield _address(node, url)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    return frozenset(word.casefold() for word in page_words().next_page)


def _links(root: Node) -> Iterator[tuple[Node, str]]:
    """Links with a short text of their own, script links left out."""
    for node in html.find(root, "a[href]")[:MAX_LINKS]:
        href = html.attribute(node, "href").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:")):
            continue
        text = line(node.text(deep=True, separator=" ")[:200])
        if len(text) <= 30:
            yield node, text


def _by_words(root: Node, url: str) -> Iterator[str]:
    for node, text in _links(root):
        label = html.attribute(node, "aria-label") or html.attribute(node, "title")
        said = {text.strip(_AROUND).casefold(), label.strip(_AROUND)[:40].casefold()}
        if said & _words() or (text in _ARROWS and _in_pager(node)):
            yield _address(node, url)


def _by_numbers(root: Node, url: str) -> Iterator[str]:
    """Numbered pages: links whose text is a number that repeats in one shape of address."""
    shapes: dict[str, list[tuple[str, str]]] = {}
    sure: set[str] = set()
    for node, text in _links(root):
        if not (text.isascii() and text.isdigit() and len(text) <= 4) or _named(node, _CALENDAR):
            continue
        address = _address(node, url)
        shape = _DIGITS.sub("#", address)
        shapes.setdefault(shape, []).append((text, address))
        if _in_pager(node):
            sure.add(shape)
    for shape, numbered in shapes.items():
        if shape in sure or len({text for text, _ in numbered}) >= 2:
            yield from (address for _, address in numbered)


def _in_pager(node: Node) -> bool:
    return _named(node, _PAGER)


def _named(node: Node, names: Callable[[str], bool]) -> bool:
    """Whether the node or one of the few above it has such a class, id or label."""
    here: Node | None = node
    for _ in range(_LEVELS_UP):
        if here is None or here.tag in ("body", "html"):
            return False
        attributes = here.attributes
        named = " ".join((attributes.get(key) or "")[:200] for key in ("class", "id", "aria-label"))
        if named.strip() and names(named):
            return True
        here = here.parent
    return False


def _address(node: Node, url: str) -> str:
    return html.absolute(url, html.attribute(node, "href")).partition("#")[0]
