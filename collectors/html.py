"""The one seam to HTML parsers: bytes in, a tree and its readable text out; linear and bounded.

Adapters and the generic reader know nodes only through the functions here. The tree is built by
lexbor, which follows the HTML standard and takes any input; what would make it slow is taken out
before (see :mod:`collectors.taming`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode, SelectolaxError

from collectors import text as strings
from collectors.decoding import decode
from collectors.taming import tame
from collectors.text import words
from model.errors import ConfigurationError, Skip
from model.evidence import Image, Issue

Node = LexborNode

NOTHING: Set[int] = frozenset()

MAX_BYTES = 32_000_000
MAX_HOSTS = 1_000
MAX_LINKS = 2_000

_NOT_READ = words(
    "script style noscript template head select datalist svg math iframe object canvas audio "
    "video title"
)
_BLOCKS = words(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu "
    "nav ol optgroup option p pre section summary table tbody tfoot thead tr ul textarea br"
)
_PREFORMATTED = words("pre textarea")
_CELLS = words("td th")
_BREAK = "\0"  # in no text: taken out before a page is parsed
_HIDDEN = re.compile(r"(?:^|;)\s*+(?:display\s*+:\s*+none|visibility\s*+:\s*+hidden)", re.I)
_KEEPS_BREAKS = re.compile(r"white-space\s*+:\s*+(?:pre|break-spaces)", re.I)
_HOST = re.compile(r"://([^\s/\"'<>?#\\:@&]{1,253})")
_ONION = re.compile(r"\.onion(?![\w-])")
_ONION_LABEL = re.compile(r"[a-zA-Z2-7]+\Z")
_BINARY = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"RIFF")
_NOISE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed page: its root, its characters as they were parsed, and how it was decoded."""

    root: Node
    source: str
    title: str
    encoding: str
    issues: tuple[Issue, ...]

    @property
    def body(self) -> Node:
        found = self.root.css_first("body")
        return self.root if found is None else found


def parse(payload: bytes, content_type: str = "") -> Tree:
    """The tree of a page; Skip for what is no text at all, or beyond MAX_BYTES."""
    if len(payload) > MAX_BYTES:
        message = f"{len(payload):,} bytes are more than a page may have ({MAX_BYTES:,})"
        raise Skip(message, reason="too-large")
    if payload.startswith(_BINARY):
        raise Skip("not a page: the content is a binary file", reason="not-a-page")
    decoded = decode(payload, content_type)
    if decoded.encoding == "utf-8" and len(_NOISE.findall(payload[:2048])) > 64:
        raise Skip("not a page: the content is binary", reason="not-a-page")
    source, tamed = tame(decoded.text)
    issues = (*decoded.issues, *tamed)
    if _UNPRINTABLE.search(source):
        source, count = strings.without_control_characters(source)
        issues += (Issue("note", f"{count} control characters taken out", key="html"),)
    parser = LexborHTMLParser(source, options=LexborDocumentOptions.WO_EVENTS.value)
    if parser.root is None:
        raise Skip("not a page: nothing in it", reason="not-a-page")
    title = parser.css_first("title")
    return Tree(
        root=parser.root,
        source=source,
        title="" if title is None else line(title)[:500],
        encoding=decoded.encoding,
        issues=issues,
    )


def find(node: Node, selector: str) -> Sequence[Node]:
    """Descendants of ``node`` that match; ConfigurationError for what is no CSS selector."""
    try:
        return node.css(selector)
    except (SelectolaxError, ValueError) as error:
        raise ConfigurationError(f"not a CSS selector: {selector!r}") from error


def first(node: Node, selector: str) -> Node | None:
    """The first descendant that matches, or None."""
    found = find(node, selector)
    return found[0] if found else None


def attribute(node: Node, name: str) -> str:
    """An attribute's value; empty where it is not there or has none."""
    return node.attributes.get(name) or ""


def line(node: Node) -> str:
    """All text of a node on one line."""
    return " ".join(node.text(deep=True, separator="").split())


def own(node: Node) -> str:
    """The text of a node without that of its child elements, on one line."""
    return " ".join(node.text(deep=False, separator=" ").split())


def raw(node: Node) -> str:
    """Every character of a node as it stands, a line break for each ``br``."""
    pieces: list[str] = []
    for part in node.traverse(include_text=True):
        if part.is_text_node:
            pieces.append(part.text_content or "")
        elif part.tag == "br":
            pieces.append("\n")
    return "".join(pieces)


def next_element(node: Node) -> Node | None:
    """The element that follows, text and comments passed over."""
    following = node.next
    while following is not None and not following.is_element_node:
        following = following.next
    return following


def readable(node: Node, apart: Set[int] = NOTHING) -> str:
    """The text that a person sees, with its line breaks; hidden parts, scripts, menus' options out.

    Preformatted text keeps its lines, and so does an armoured PGP key wherever it stands. Nodes
    whose ``mem_id`` is in ``apart`` are passed over, unless ``node`` itself is one.
    """
    flowing = _flowing(node, apart)
    if flowing is not None and "-----BEGIN PGP" not in flowing:
        lines = [" ".join(each.split()) for each in flowing.split(_BREAK)]
        return "\n".join(filter(None, lines))
    writer = _Writer()
    _read(node, writer, apart)
    return strings.block("".join(writer.pieces))


def _flowing(top: Node, apart: Set[int]) -> str | None:
    """What :func:`_read` would write, before white space is made single, a _BREAK a line break.

    None where something in it keeps its own breaks. Most pages have nothing of the kind, and
    for them this does the same with a third of the work.
    """
    if not top.is_element_node or top.tag in _PREFORMATTED or _keeps(top.attributes):
        return None
    pieces: list[str] = [_BREAK]
    above: list[tuple[Node, bool]] = [(top, False)]
    node = top.first_child
    while above:
        if node is None:
            node, is_block = above.pop()
            if is_block:
                pieces.append(_BREAK)
            node = node.next if above else None
            continue
        if node.is_text_node:
            pieces.append(node.text_content or "")
        elif apart and node.mem_id in apart:
            pieces.append(_BREAK)
        elif (tag := node.tag) not in _NOT_READ and node.is_element_node:
            style = node.attributes
            if not style or not hidden_by(style):
                if tag in _PREFORMATTED or (style and _keeps(style)):
                    return None
                is_block = tag in _BLOCKS
                if is_block:
                    pieces.append(_BREAK)
                elif tag in _CELLS:
                    pieces.append(" ")
                above.append((node, is_block))
                node = node.first_child
                continue
        node = node.next
    return "".join(pieces)


@dataclass(slots=True)
class _Writer:
    """Pieces of text so far, and whether the next one starts a line or stands inside a key."""

    pieces: list[str]
    fresh: bool
    gap: bool
    armour: bool

    def __init__(self) -> None:
        self.pieces, self.fresh, self.gap, self.armour = [], True, False, False

    def break_line(self) -> None:
        if not self.fresh:
            self.pieces.append("\n")
        self.fresh, self.gap = True, False

    def write(self, text: str, *, keeps_breaks: bool) -> None:
        """Text of the page, its white space made single unless it is to be kept."""
        if keeps_breaks or self.armour or "-----BEGIN PGP" in text:
            self._write_as_is(text)
            self.armour = self._in_armour(text)
            return
        flowing = strings.line(text)
        if not flowing:
            self.gap = self.gap or bool(text)
            return
        if (self.gap or text[0].isspace()) and not self.fresh:
            self.pieces.append(" ")
        self.pieces.append(flowing)
        self.fresh, self.gap = False, text[-1].isspace()

    def _write_as_is(self, text: str) -> None:
        if self.gap and not self.fresh:
            self.pieces.append(" ")
        self.pieces.append(text)
        self.fresh, self.gap = text.endswith("\n"), False

    def _in_armour(self, text: str) -> bool:
        begin, end = text.rfind("-----BEGIN PGP"), text.rfind("-----END PGP")
        return begin > end or (self.armour and end < 0)


def _read(top: Node, writer: _Writer, apart: Set[int]) -> None:
    """Depth first without recursion; the depth is bounded when the page is parsed."""
    waiting: list[tuple[Node, bool, bool]] = [(top, False, False)]
    while waiting:
        node, keeps_breaks, leaving = waiting.pop()
        if leaving:
            writer.break_line()
            continue
        if node.is_text_node:
            writer.write(node.text_content or "", keeps_breaks=keeps_breaks)
            continue
        tag = node.tag
        if not node.is_element_node or (tag in _NOT_READ and node is not top):
            continue
        if node.mem_id in apart and node is not top:
            writer.break_line()
            continue
        style = node.attributes
        if hidden_by(style) and node is not top:
            continue
        keeps = keeps_breaks or tag in _PREFORMATTED or _keeps(style)
        if tag in _BLOCKS:
            writer.break_line()
            waiting.append((node, False, True))
        elif tag in _CELLS:
            writer.gap = True
        child = node.last_child
        while child is not None:
            waiting.append((child, keeps, False))
            child = child.prev


def hidden_by(attributes: dict[str, str | None]) -> bool:
    """Whether these attributes of a node hide it from a reader."""
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def _keeps(attributes: dict[str, str | None]) -> bool:
    return bool(_KEEPS_BREAKS.search(attributes.get("style") or ""))


def absolute(base: str, address: str) -> str:
    """An address as it would be followed from ``base``; as written where that has no meaning."""
    address = address.strip()
    if not base:
        return address
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def host(address: str) -> str:
    """The host of an http or https address in lower case; empty where there is none."""
    try:
        parts = urlsplit(address)
        name = parts.hostname or ""
    except ValueError:
        return ""
    return name if parts.scheme in ("http", "https") else ""


def links(node: Node, base: str, apart: Set[int] = NOTHING) -> tuple[str, ...]:
    """The addresses of all links inside a node, absolute, each once, at most MAX_LINKS.

    Those inside nodes of ``apart`` are somebody else's; they are left out.
    """
    found: dict[str, None] = {}
    for anchor in outside(node.css("a[href]"), node, apart):
        address = absolute(base, attribute(anchor, "href"))
        if address and not address.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            found[address] = None
        if len(found) >= MAX_LINKS:
            break
    return tuple(found)


def outside(
    nodes: Iterable[Node], top: Node, apart: Set[int], *, themselves: bool = False
) -> Iterator[Node]:
    """Those of ``nodes``, all inside ``top``, that stand inside no node of ``apart``.

    ``themselves``: a node that is one of ``apart`` itself counts as outside.
    """
    for node in nodes:
        above: Node | None = (node.parent if themselves else node) if apart else None
        if node.mem_id == top.mem_id:
            above = None
        while above is not None and above.mem_id != top.mem_id and above.mem_id not in apart:
            above = above.parent
        if above is None or above.mem_id == top.mem_id:
            yield node


def apart(node: Node, selectors: Iterable[str]) -> Set[int]:
    """The ``mem_id`` of what the selectors find inside a node."""
    return {each.mem_id for selector in selectors for each in find(node, selector)} - {node.mem_id}


def images(nodes: Sequence[Node], base: str) -> tuple[Image, ...]:
    """The pictures among ``nodes``, each once; data addresses are left out, nothing is fetched."""
    found: dict[str, Image] = {}
    for node in nodes:
        address = attribute(node, "src") or attribute(node, "data-src")
        if address and not address.startswith("data:"):
            url = absolute(base, address)
            found.setdefault(url, Image(url, attribute(node, "alt")))
    return tuple(found.values())


def hosts(source: str) -> tuple[str, ...]:
    """All hosts and onion addresses that the page names, as written, each once."""
    found: dict[str, None] = dict.fromkeys(_HOST.findall(source))
    for end in _ONION.finditer(source):
        label = _ONION_LABEL.search(source, max(0, end.start() - 57), end.start())
        if label and len(label.group()) in (16, 56):
            found[f"{label.group()}.onion"] = None
    return tuple(found)[:MAX_HOSTS]
