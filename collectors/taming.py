"""Takes out of a page what would make any HTML parser slow: bombs of nesting and of attributes.

The HTML standard's own algorithm is quadratic in nesting depth, in open formatting elements and
in the attributes of one tag. A page built to exploit that costs minutes, so it is flattened here,
in linear time, and the flattening is said. Pages that people write pass unchanged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from collectors.text import words
from model.evidence import Issue

MAX_CHARS = 16_000_000
MAX_DEPTH = 512
MAX_FORMATTING = 24
MAX_ATTRIBUTES = 400
_SMALL = 2_000
_LONG = 4_000

_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]{0,60})"""
    r"""((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)(?:>|\Z)"""
)
"""A tag as the standard tokenises it: a quote counts after an equals sign only. Possessive, and
ending at the end of the file at the latest, hence linear."""
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?:=[^\s/>=]*+|[^\s/>=]++)(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
)
_CLOSE_THEMSELVES = words(
    "p td th tr option thead tbody tfoot colgroup a "
    "area base br col embed hr img input link meta source track wbr param"
)
_ITEMS = {"li": 1, "dd": 2, "dt": 2}
"""An item closes the open one of its own family, but nests inside one of the other."""
_FORMATTING = words("b big code em font i nobr s small strike strong tt u")
_DRAWING = words(
    "svg g path circle rect line polygon polyline ellipse use stop defs lineargradient "
    "radialgradient clippath mask text tspan image symbol pattern filter"
)
"""Elements of drawings, where ``<path/>`` closes itself; anywhere else the slash means nothing."""


@dataclass(slots=True)
class _Open:
    """How much is open at a place in the page, by an estimate that never counts too little."""

    depth: int = 0
    formatting: int = 0
    family: int = 0
    drawing: bool = False

    def takes(self, close: str, name: str, rest: str) -> bool:
        """Count one tag in; False where it goes deeper than allowed and is to be dropped."""
        name = name.lower()
        if name in _CLOSE_THEMSELVES:
            return True
        if family := _ITEMS.get(name):
            nests = not close and self.family not in (0, family)
            self.family = 0 if close else family
            return not nests or self._counts(close, formatting=False)
        if name not in _FORMATTING:
            self.family = 0
        if name not in _DRAWING:
            self.drawing = False
        elif name == "svg":
            self.drawing = not close
        elif self.drawing and rest.endswith("/"):
            return True
        return self._counts(close, formatting=name in _FORMATTING)

    def _counts(self, close: str, *, formatting: bool) -> bool:
        open_now, most = (
            (self.formatting, MAX_FORMATTING) if formatting else (self.depth, MAX_DEPTH)
        )
        if not close and open_now >= most:
            return False
        open_now = max(0, open_now - 1) if close else open_now + 1
        if formatting:
            self.formatting = open_now
        else:
            self.depth = open_now
        return True


def tame(source: str) -> tuple[str, tuple[Issue, ...]]:
    """The source without what would blow up a parser, and a warning for whatever was taken out."""
    issues: list[Issue] = []
    if len(source) > MAX_CHARS:
        issues.append(_warning(f"cut after {MAX_CHARS:,} characters"))
        source = source[:MAX_CHARS]
    if len(source) <= _SMALL or _is_tame(source):
        return source, tuple(issues)
    pieces: list[str] = []
    done = deep = wide = 0
    open_here = _Open()
    for tag in _TAG.finditer(source):
        close, name, rest = tag.groups()
        if not open_here.takes(close, name, rest):
            deep += 1
            pieces.append(source[done : tag.start()])
        elif len(rest) > _LONG and (length := _allowed_length(rest)) < len(rest):
            wide += 1
            pieces += [source[done : tag.start(3) + length], ">"]
        else:
            continue
        done = tag.end()
    if deep:
        issues.append(_warning(f"nested deeper than pages are written: {deep} tags taken out"))
    if wide:
        issues.append(_warning(f"{wide} tags with more than {MAX_ATTRIBUTES} attributes cut"))
    return "".join([*pieces, source[done:]]), tuple(issues)


def _warning(message: str) -> Issue:
    return Issue("warning", message, key="html")


def _is_tame(source: str) -> bool:
    """Whether nothing is to be done: the common case, decided with little work per tag."""
    depth = formatting = family = 0
    for close, name, rest in _TAG.findall(source):
        if name in _CLOSE_THEMSELVES:
            pass
        elif name in _ITEMS:
            if close:
                family = 0
            else:
                depth += family not in (0, _ITEMS[name])
                family = _ITEMS[name]
        elif name in _FORMATTING:
            formatting += -1 if close else 1
            if formatting < 0:
                formatting = 0
            elif formatting > MAX_FORMATTING:
                return False
        else:
            depth += -1 if close else 1
            depth = max(depth, 0)
            family = 0
        if depth > MAX_DEPTH:
            return False
        if len(rest) > _LONG:
            return False
    return True


def _allowed_length(attributes: str) -> int:
    """How much of a tag's attributes may stay: all of it up to MAX_ATTRIBUTES of them."""
    position = 0
    for _ in range(MAX_ATTRIBUTES):
        found = _ATTRIBUTE.match(attributes, position)
        if not found:
            return len(attributes)
        position = found.end()
    return position
