"""Values beside their labels: ``Vendor: X``, a definition list, two cells of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collectors.generic.outline import Element, Outline
from config.page_words import label_fields, page_words

_LONGEST_LABEL = 40


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
        pair = _after_label(element) or _same_line(element)
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
    if field is None:
        return _before_children(element)
    if parent is None or (parent.small == element.small and parent.tag not in ("td", "th", "dt")):
        return None
    following = element.next()
    if following is None and parent.tag in ("td", "th", "dt"):
        following = parent.next()
    if following is not None and following.chars:
        value = following.text() if following.chars < 2000 else ""
        return None if _label(value, cell=True) else Pair(field, value, following)
    rest = parent.small.removeprefix(element.small).strip(" :：-–")
    if rest and rest != parent.small and len(parent.small) > len(element.small):
        return Pair(field, rest, parent)
    return None


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
