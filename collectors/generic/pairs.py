"""Values beside their labels: ``Vendor: X``, a definition list, two cells of a row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from collectors.generic.outline import Element, Outline
from config.page_words import label_fields, page_words

_LONGEST_LABEL = 40
_CELLS = ("td", "th", "dt")


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled value: the field the label names, the value's text, and where it stands."""

    field: str
    text: str
    place: Element


def pairs(page: Outline) -> Mapping[str, tuple[Pair, ...]]:
    """All labelled values outside menus, by field, in page order."""
    found: dict[str, list[Pair]] = {}
    for element in page.content():
        pair = _after_label(element) or _same_line(element) or _in_sentence(element)
        if pair is not None:
            found.setdefault(pair.field, []).append(pair)
    return {field: tuple(values) for field, values in found.items()}


def _label(text: str, *, cell: bool = False) -> str | None:
    """The field that a text names if it is nothing but a label.

    Words that are more often something else need a colon, or to stand in a cell for labels.
    """
    if not text or len(text) > _LONGEST_LABEL:
        return None
    bare = text.rstrip(" :：-–").casefold()
    field = label_fields().get(bare)
    if field is None or cell or text.rstrip().endswith((":", "：")):
        return field
    return None if bare in page_words().with_colon else field


def _is_cell(element: Element) -> bool:
    """Whether an element is where labels stand: a definition, a cell, a label of no input."""
    if element.tag == "label":
        return "for" not in element.node.attributes
    parent = element.parent.tag if element.parent is not None else ""
    return element.tag in ("dt", "th", "td") or (
        element.tag in ("b", "strong") and parent in ("td", "th")
    )


def _after_label(element: Element) -> Pair | None:
    """An element that is only a label; its value is what follows, beside it or in the next cell."""
    if element.tag == "a" or (element.tag == "label" and "for" in element.node.attributes):
        return None
    field = _label(element.small, cell=_is_cell(element))
    parent = element.parent
    if field is None or parent is None:
        return _before_children(element)
    if parent.small == element.small and parent.tag not in _CELLS:
        return _beside(field, parent.next())
    following = element.next() or (parent.next() if parent.tag in _CELLS else None)
    if following is not None and following.chars:
        return _beside(field, following)
    rest = parent.small.removeprefix(element.small).strip(" :：-–")
    alone = not rest or rest == parent.small or len(parent.small) <= len(element.small)
    return None if alone else Pair(field, rest, parent)


def _beside(field: str, value: Element | None) -> Pair | None:
    """The value that follows a label; none where it is a label itself or empty."""
    if value is None or not value.chars:
        return None
    text = value.text() if value.chars < 2000 else ""
    return None if _label(text, cell=True) else Pair(field, text, value)


def _before_children(element: Element) -> Pair | None:
    """A label that is the element's own text, its value the first child: ``Sold by <b>X</b>``."""
    if not element.children or not element.own or element.chars > 400:
        return None
    field = _label(element.own)
    first = element.children[0]
    if field is None or not first.chars or first.chars > 200:
        return None
    return Pair(field, first.text(), first)


def _same_line(element: Element) -> Pair | None:
    """A short line with label, colon and value in it: ``Ships from: Germany``."""
    line = element.small
    if not line or len(element.children) > 3:
        return None
    head, colon, rest = line.partition(":")
    if not colon:
        head, colon, rest = line.partition("：")
    rest = rest.strip()
    field = _label(head.strip(), cell=True) if colon else None
    return Pair(field, rest, element) if field and rest else None


@lru_cache(maxsize=1)
def _sentence() -> re.Pattern[str]:
    """Phrases about an account that stand in running text: ``member since 2026-03-20``."""
    labels = page_words().labels
    phrases = sorted((*labels["joined"], *labels["last_seen"]), key=len, reverse=True)
    named = "|".join(re.escape(phrase) for phrase in phrases)
    return re.compile(
        rf"(?<!\w)({named})\s*[:：]?\s+([^,;|·]{{3,40}}\d[^,;|·]{{0,20}}|\d[^,;|·]{{3,40}})", re.I
    )


def _in_sentence(element: Element) -> Pair | None:
    """A date behind a phrase that tells since when an account exists or was last seen."""
    if not element.small or not element.own:
        return None
    found = _sentence().search(element.small)
    if not found:
        return None
    return Pair(label_fields()[found.group(1).casefold()], found.group(2).strip(), element)
