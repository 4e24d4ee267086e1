"""A page as plain elements with what heuristics ask for: text, links, prices, and whose menu it is.

One pass over the tree; everything after works on these elements and never on nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from collectors import html
from collectors.generic.money import has_price
from collectors.html import Node
from collectors.text import finder, words
from config.page_words import page_words

SMALL = 120
"""Elements with at most so much text carry it whole; labels, prices and names are that short."""

MAX_RAW = 20_000
"""Characters of white space and text that are gone through for one line."""

MAX_ELEMENTS = 60_000

_SKIPPED = words(
    "script style noscript template head select datalist svg math iframe object canvas audio video"
)
_MENU_TAGS = words("nav header footer aside menu")
_MENU_NAMES = finder(
    r"(?:^|[-_ ])(?:navi?s?(?=$|[-_ A-Z])|nav(?:bar|igation|items|header|iheader)?|menus?|sidebar"
    r"|side-bar|breadcrumbs?|footer|topbar|top-bar|toolbar|cookies?|cookie-?(?:banner|consent)"
    r"|pagination|pager|pagenav|related|similar|recommend(?:ed|ations)?|advertisement|banner"
    r"|mainmenu|submenu|usermenu|copyright|modal|popup|dropdown|left-content|left-sidebar"
    r"|right-sidebar)(?:$|[-_ ])"
    r"|(?:^| )(?:site|page|main|top|forum|global)?[-_]?header(?:$| )"
    r"|(?-i:Nav(?:i|[Bb]ar|[Ii]tems|[Ll]ist|[Mm]enu|Header))"
)
_NEVER_MENU = ("main", "article", "h1")
_STRIPES = words(
    "odd even alt alternate alternating first last gerade ungerade impair pair par impar"
)
_WHOLE = words("html body main")
_HEADINGS = words("h2 h3 h4 h5 h6 legend strong b p div span")

_NUMBERED = re.compile(r"(?:[-_]?\d{3,}|(?<=[A-Za-z])\d{1,2})$")


@dataclass(slots=True, eq=False)
class Element:
    """One element: where it stands, what it is, and sums over all that is inside it."""

    node: Node
    tag: str
    names: str
    parent: Element | None
    number: int
    depth: int
    place: int
    menu: bool
    children: list[Element] = field(default_factory=list)
    own: str = ""
    chars: int = 0
    raw_chars: int = 0
    link_chars: int = 0
    links: int = 0
    prices: int = 0
    images: int = 0
    small: str = ""
    href: str = ""

    @property
    def signature(self) -> tuple[str, str]:
        """What makes repeated elements alike: the tag and the first class without its number.

        A short number behind a dash stays: ``col-md-9`` is a layout, ``item_57655`` a row. Classes
        that only stripe rows are passed over.
        """
        first = next((name for name in self.names.split(" ") if name.lower() not in _STRIPES), "")
        return self.tag, _NUMBERED.sub("", first)

    def inside(self) -> Iterator[Element]:
        """This element and all below it, in page order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))

    def next(self) -> Element | None:
        """The element that follows under the same parent."""
        if self.parent is None:
            return None
        siblings = self.parent.children
        return siblings[self.place + 1] if self.place + 1 < len(siblings) else None

    def text(self) -> str:
        """All its text on one line; its own only where white space is piled up in it."""
        return self.small or (html.line(self.node) if self.raw_chars <= MAX_RAW else self.own)


@dataclass(frozen=True, slots=True)
class Outline:
    """All elements of a page that a reader sees, in page order; ``body`` is the first."""

    elements: list[Element]

    @property
    def body(self) -> Element:
        return self.elements[0]

    @property
    def content_chars(self) -> int:
        """How much there is to read outside menus."""
        return sum(len(element.own) for element in self.elements if not element.menu)

    def content(self) -> Iterator[Element]:
        """The elements outside menus, sidebars, headers and footers."""
        return (element for element in self.elements if not element.menu)


def outline(body: Node) -> Outline:
    """The outline of a page; what is hidden, scripts and option lists are left out."""
    elements: list[Element] = []
    waiting: list[tuple[Node, Element | None]] = [(body, None)]
    while waiting and len(elements) < MAX_ELEMENTS:
        node, parent = waiting.pop()
        element = _element(node, parent, len(elements))
        if element is None:
            continue
        elements.append(element)
        if parent is not None:
            parent.children.append(element)
        texts: list[str] = []
        child = node.last_child
        while child is not None:
            if child.is_text_node:
                texts.append(child.text_content or "")
            elif child.is_element_node and child.tag not in _SKIPPED:
                waiting.append((child, element))
            child = child.prev
        element.own = " ".join(" ".join(reversed(texts)).split())
        element.raw_chars = sum(map(len, texts))
    _sum_up(elements)
    _set_aside(elements)
    return Outline(elements)


@lru_cache(maxsize=1)
def _aside() -> frozenset[str]:
    return frozenset(word.casefold() for word in page_words().aside)


def _set_aside(elements: list[Element]) -> None:
    """Blocks under a heading such as "Similar items" are no content: like a menu beside it.

    The block is what follows the heading, or the element it begins, up to the next heading.
    """
    for element in elements:
        if element.tag not in _HEADINGS or not 3 <= len(element.small) <= 60 or element.menu:
            continue
        if element.small.rstrip(" :…").casefold() not in _aside():
            continue
        head = _headed(element)
        if head.chars > element.chars + SMALL // 4:
            _take_aside(head)
            continue
        following = head.next()
        while following is not None and not _begins_anew(following, element.tag):
            _take_aside(following)
            following = following.next()


def _headed(heading: Element) -> Element:
    """The block that begins with a heading and has no further one of its rank beside it."""
    head = heading
    while head.place == 0 and head.parent is not None and head.parent.tag not in _WHOLE:
        if any(each.tag in ("h1", heading.tag) for each in head.parent.children[1:]):
            break
        head = head.parent
    return head


def _begins_anew(block: Element, rank: str) -> bool:
    """Whether a block begins with another heading of this rank, or the page's own."""
    return any(each.tag in ("h1", rank) for each in islice(block.inside(), 4))


def _take_aside(block: Element) -> None:
    for each in block.inside():
        each.menu = True


def _element(node: Node, parent: Element | None, number: int) -> Element | None:
    """The element of a node; None where its own attributes hide it."""
    attributes = node.attributes
    tag = node.tag or ""
    if parent is not None and html.hidden_by(attributes):
        return None
    named = (attributes.get(key) or "" for key in ("class", "id", "itemprop"))
    names = " ".join(" ".join(named).split())
    menu = parent is not None and (
        parent.menu or tag in _MENU_TAGS or bool(names and _MENU_NAMES(names))
    )
    if tag in _NEVER_MENU:
        menu = False
    depth = parent.depth + 1 if parent is not None else 0
    place = len(parent.children) if parent is not None else 0
    element = Element(node, tag, names[:200], parent, number, depth, place, menu)
    if tag == "a":
        element.href = (attributes.get("href") or "").strip()
    elif tag == "img":
        element.images = 1
    return element


def _sum_up(elements: list[Element]) -> None:
    """Sums from the leaves up: texts of small elements, prices once each, links, pictures."""
    for element in reversed(elements):
        children = element.children
        element.chars = len(element.own) + sum(child.chars for child in children)
        element.raw_chars += sum(child.raw_chars for child in children)
        if element.chars <= SMALL and element.raw_chars <= MAX_RAW:
            element.small = html.line(element.node) if children else element.own
        inner = 0
        for child in children:
            inner += child.prices
            element.links += child.links
            element.images += child.images
            element.link_chars += child.link_chars
        if element.tag == "a" and element.href:
            element.links += 1
            element.link_chars = element.chars
        own_price = element.small if inner == 0 else ""
        if not own_price and element.chars > SMALL and inner == 0:
            own_price = element.own[:SMALL]
        element.prices = inner or int(bool(own_price) and has_price(own_price))
