"""A post written as HTML: its own words, and apart from them the words of others it quotes.

What is quoted was said by somebody else: it stands in no text, link or picture of the post.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from collectors import html
from collectors import text as strings
from collectors.html import Node
from model.canonical import Json
from model.errors import Skip
from model.evidence import Image

MAX_HTML = 400_000
MAX_QUOTES = 50

_QUOTES = ("aside.quote", "aside.quote-block", "blockquote")
"""Discourse's and Misago's quotes with their headings, and any other."""
_NOT_WORDS = ("blockquote cite", "div.lightbox-wrapper div.meta", "img.emoji")
_PREVIEWS = ("aside.onebox",)
"""What Discourse shows of a page that is linked to: its words, but the writer's link."""

_MENTION = re.compile(r"@([\w.-]{1,100})")
_SAID = re.compile(r"@([\w.-]{1,100})\s.{0,200}:", re.DOTALL)
_WROTE = re.compile(r"@?(.{1,100}?)(?:\s+(?:has written|wrote|said|schrieb|a écrit))?\s*:?")


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote: text, links and pictures of their own, and what they quote."""

    text: str
    links: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    quotes: tuple[dict[str, Json], ...] = ()
    """Each ``{of, text}``: whose words they are as told (empty where not), and the words."""
    mentions: tuple[str, ...] = ()
    """Handles that links of the text name, without @."""


def own_words(written: str, url: str) -> Words:
    """The words of a piece of HTML, addresses made absolute from ``url``; linear, never raises."""
    written = written[:MAX_HTML]
    if "<" not in written and "&" not in written:
        return Words(strings.block(written))
    try:
        body = html.parse(written.encode("utf-8", "replace"), "text/html; charset=utf-8").body
    except Skip:
        return Words(strings.block(written))
    apart = html.apart(body, (*_QUOTES, *_NOT_WORDS))
    pictures = html.outside(html.find(body, "img"), body, apart)
    return Words(
        text=html.readable(body, apart | html.apart(body, _PREVIEWS)),
        links=(*html.links(body, url, apart), *_contacts(body, apart)),
        images=html.images(tuple(pictures)[:50], url),
        quotes=tuple(_quotes(body, apart)),
        mentions=tuple(dict.fromkeys(_mentions(body, apart))),
    )


def _contacts(body: Node, apart: Set[int]) -> Iterator[str]:
    """Addresses that a link hides behind other words: ``mailto:`` and the like, each once."""
    anchors = html.outside(html.find(body, "a[href]"), body, apart)
    found = (html.attribute(anchor, "href").strip() for anchor in anchors)
    wanted = ("mailto:", "tel:", "sms:", "xmpp:", "bitcoin:", "monero:")
    yield from dict.fromkeys(each for each in found if each.lower().startswith(wanted))


def _mentions(body: Node, apart: Set[int]) -> Iterator[str]:
    for anchor in html.outside(html.find(body, "a[href]"), body, apart):
        if found := _MENTION.fullmatch(html.line(anchor)):
            yield found.group(1)


def _quotes(body: Node, apart: Set[int]) -> Iterator[dict[str, Json]]:
    """Every quote with its own words, one inside another told by itself."""
    for quote in html.find(body, "blockquote")[:MAX_QUOTES]:
        text = html.readable(quote, apart)
        if text:
            yield {"of": _author(quote), "text": text}


def _author(quote: Node) -> str:
    """Whose words a quote is, as far as it says so: in an attribute, a ``cite``, the line above.

    Anybody can write that; it is told, and nothing is filed under that name.
    """
    around = quote.parent
    for node in (quote, around):
        for name in ("data-author", "data-username"):
            if node is not None and (told := html.attribute(node, name)):
                return strings.line(told).removeprefix("@")[:100]
    for heading in html.find(quote, "cite")[:1]:
        found = _WROTE.fullmatch(html.line(heading)[:200])
        return found.group(1).strip() if found else ""
    above = quote.prev
    while above is not None and not above.is_element_node:
        above = above.prev
    said = _SAID.fullmatch(html.line(above)[:400]) if above is not None else None
    return said.group(1) if said else ""
