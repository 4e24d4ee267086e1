"""The notice that a site shows in place of a listing that is gone, by the source file's signs."""

from __future__ import annotations

import re

from collectors import html
from collectors.engines import places
from collectors.html import Tree
from config.sources import Sign, Source

LONGEST = 300
"""Characters of a notice that are kept."""

_ENDS = re.compile(r"[.!?。！？|\n]")


def removal_notice(source: Source, tree: Tree, url: str) -> str:
    """What the page says where one of the source's signs of removal holds, else nothing."""
    for sign in source.removed:
        if places.holds(sign, tree, url):
            return _told(sign, tree) or tree.title[:LONGEST] or "the source's sign of removal holds"
    return ""


def _told(sign: Sign, tree: Tree) -> str:
    """The sentence the sign found, else the text of the element it found."""
    if sign.text is not None:
        regions = [tree.body] if sign.within is None else html.find(tree.root, sign.within)
        for region in regions:
            line = html.line(region)
            if found := places.pattern(sign.text).search(line):
                return sentence(line, *found.span())
    for selector in sign.select or ():
        for node in html.find(tree.root, selector):
            if line := html.line(node):
                return line[:LONGEST]
    return ""


def sentence(text: str, start: int, end: int) -> str:
    """The sentence around a place in a text, at most :data:`LONGEST` characters."""
    before = text[max(0, start - LONGEST) : start]
    starts = [found.end() for found in _ENDS.finditer(before)]
    begin = start - len(before) + (starts[-1] if starts else 0)
    stop = _ENDS.search(text, end, end + LONGEST)
    return text[begin : stop.end() if stop else end + LONGEST].strip()[:LONGEST]
