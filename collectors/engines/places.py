"""Finds the places a source file names on a page and takes the text out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import lru_cache
from typing import Any

import re2

from collectors import html
from collectors.html import Node
from config.sources import Sign, Value


@lru_cache(maxsize=4096)
def pattern(text: str) -> Any:
    """A compiled pattern of a source file."""
    return re2.compile(text)


def select(node: Node, selectors: Sequence[str]) -> Sequence[Node]:
    """What the first selector finds that finds anything."""
    for selector in selectors:
        found = html.find(node, selector)
        if found:
            return found
    return ()


def places(node: Node, value: Value) -> Sequence[Node]:
    """The nodes a value is read from: selected, beside a label, with a pattern, on the trail."""
    found = [node] if value.select is None else select(node, value.select)
    if value.beside is not None:
        found = _beside(found, value.beside)
    if value.containing is not None:
        wanted = pattern(value.containing)
        found = [each for each in found if wanted.search(html.line(each))]
    if value.trail is not None:
        found = _trail(found, value.trail, value.chosen)
    return found


def _beside(labels: Sequence[Node], wanted: str) -> list[Node]:
    """The element after each label with exactly this text, letter case and a colon aside."""
    wanted = wanted.casefold()
    found = []
    for label in labels:
        text = html.line(label).casefold()
        if text.rstrip(" :") == wanted and (following := html.next_element(label)) is not None:
            found.append(following)
    return found


def _trail(items: Sequence[Node], depth: str, chosen: str) -> list[Node]:
    """The first chosen item of a flat list, after its ancestors: the last of each lesser depth."""
    above: dict[int, Node] = {}
    for item in items:
        level = pattern(depth).search(html.attribute(item, "class"))
        if not level:
            continue
        here = int(level.group(1))
        above = {step: node for step, node in above.items() if step < here} | {here: item}
        if item.css_matches(chosen):
            return [above[step] for step in sorted(above)]
    return []


def text_of(node: Node, value: Value, apart: Set[int] = html.NOTHING) -> str:
    """The text of one place as the value asks for it: an attribute, a line, a block, raw or own.

    A block is without the nodes that stand ``apart``.
    """
    if value.attribute is not None:
        return html.attribute(node, value.attribute)
    match value.text:
        case "block":
            return html.readable(node, apart)
        case "raw":
            return html.raw(node)
        case "own":
            return html.own(node)
        case _:
            return html.line(node)


def taken(text: str, wanted: str | None) -> str | Mapping[str, str | None] | None:
    """What the pattern takes: its first group or the whole, or named groups; None without match."""
    if wanted is None:
        return text
    found = pattern(wanted).search(text)
    if not found:
        return None
    if named := found.groupdict():
        return dict(named)
    return str(found.group(1) or "") if found.re.groups else str(found.group())


def holds(sign: Sign, tree: html.Tree, url: str) -> bool:
    """Whether every part of a sign holds on a page."""
    if sign.url is not None and not pattern(sign.url).search(url):
        return False
    if sign.title is not None and not pattern(sign.title).search(tree.title):
        return False
    root = tree.root
    if sign.select is not None and not all(html.find(root, each) for each in sign.select):
        return False
    if sign.without is not None and any(html.find(root, each) for each in sign.without):
        return False
    if sign.text is None:
        return True
    regions = [tree.body] if sign.within is None else html.find(root, sign.within)
    return any(pattern(sign.text).search(html.line(region)) for region in regions)
