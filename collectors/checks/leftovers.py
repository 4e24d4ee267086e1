"""What stands on a page and was taken by no field: the largest texts, and values with labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from collectors import html
from collectors.generic.outline import Element, Outline, outline
from collectors.html import Tree
from model.canonical import Json

MOST = 12
"""Of each kind so many are told: the largest texts, the first labelled values."""

LEAST = 3
"""Letters and digits that are worth telling of."""

_LABEL = re.compile(r"([^\W\d_][^:：]{1,39})\s?[:：]\s*(\S.{0,300})")
_WORD = re.compile(r"[^\W_]")


class Leftovers(NamedTuple):
    """Labelled values as ``label: value``, and other texts, the longest first."""

    pairs: tuple[str, ...]
    texts: tuple[str, ...]
    total: int


def leftovers(tree: Tree, taken: Iterable[str]) -> Leftovers:
    """What no field took; menus, headers and footers of the page are left out."""
    page = outline(tree.body)
    known = _Known(taken)
    pairs = list(dict.fromkeys(_pairs(page, known)))
    paired = _letters(" | ".join(pairs))
    texts = [text for text in dict.fromkeys(_texts(page, known)) if _letters(text) not in paired]
    labelled = [text for text in texts if _LABEL.fullmatch(text)]
    pairs += [text for text in labelled if text not in pairs]
    rest = sorted((text for text in texts if text not in labelled), key=len, reverse=True)
    return Leftovers(tuple(pairs[:MOST]), tuple(rest[:MOST]), len(pairs) + len(rest))


class _Known:
    """The texts that were taken, to be asked whether a piece of the page is among them."""

    def __init__(self, taken: Iterable[str]) -> None:
        lines = {" ".join(text.split()) for text in taken}
        self.whole = "\x1f".join(sorted(lines))
        self.short = sorted((text for text in lines if 0 < len(text) <= 80), key=len, reverse=True)

    def __contains__(self, text: str) -> bool:
        return text in self.whole

    def rest(self, text: str) -> str:
        """What remains of a text when the values in it are taken out."""
        for value in self.short:
            if len(value) >= LEAST or value == text:
                text = text.replace(value, " ")
        return " ".join(text.split())


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text))


def _worth(text: str) -> bool:
    return len(_WORD.findall(text)) >= LEAST


def _pairs(page: Outline, known: _Known) -> Iterator[str]:
    """Labels in a cell of their own with the value in the next one."""
    for element in page.content():
        if element.tag not in ("dt", "th", "td") or not 2 <= len(element.small) <= 40:
            continue
        value = element.next()
        wanted = ("dd",) if element.tag == "dt" else ("td",)
        if value is None or value.tag not in wanted or not value.chars:
            continue
        if element.tag == "td" and (element.place > 0 or value.next() is not None):
            continue
        text = value.text()
        if text not in known and element.small not in known and _WORD.search(text):
            yield f"{element.small.rstrip(' :：')}: {text[:300]}"


def _texts(page: Outline, known: _Known) -> Iterator[str]:
    """The outermost pieces of text that no value holds, short ones whole."""
    waiting = [page.body]
    while waiting:
        element = waiting.pop()
        if element.menu or not element.chars or _is_form(element) or _is_label(element):
            continue
        text = element.text() if element.chars <= html.MAX_LINKS else ""
        if text and text in known:
            continue
        if element.small and element.own:
            yield from _piece(element.small, known)
            continue
        if element.own and element.own not in known:
            yield from _piece(element.own, known)
        waiting.extend(reversed(element.children))


def _is_form(element: Element) -> bool:
    """Buttons and fields to fill in tell nothing of what is offered."""
    return element.tag in ("button", "label", "select", "input", "textarea")


def _is_label(element: Element) -> bool:
    """The head of a column or row: its value is told of where it was not taken."""
    row = element.parent
    return element.tag in ("th", "dt") or (
        element.tag == "td" and element.place == 0 and row is not None and len(row.children) == 2
    )


def _piece(text: str, known: _Known) -> Iterator[str]:
    """The text, unless only a label is left beside the values in it."""
    rest = known.rest(text)
    if rest == text and _worth(text):
        yield text[:500]
    elif _worth(rest) and len(rest) > 60:
        yield rest[:500]


def strings(value: Json) -> Iterator[str]:
    """Every text in a value, numbers as they are written."""
    if isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
