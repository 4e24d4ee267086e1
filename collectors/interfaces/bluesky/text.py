"""The text of a post with what its facets say: links written out, mentions, tags.

Lexicon app.bsky.richtext.facet (read 2026-11-22): a facet names a piece of the text by bytes of its
UTF-8 form. Clients show a link shortened; where it leads stands in the facet alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from collectors.interfaces.answers import MAX_TEXT, Item
from collectors.interfaces.bluesky import names
from collectors.interfaces.places import is_web

_SHORTENED = ("…", "...")
_KIND = "app.bsky.richtext.facet#"


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it is to be read, and what it points to."""

    text: str = ""
    links: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """``mentions`` are handles as written, ``mentioned`` the DIDs they stood for."""


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    link: str


def written(record: Item) -> Written:
    """The text of a record (app.bsky.feed.post) and what its facets say."""
    raw = record.at("text")
    if not isinstance(raw, str):
        return Written(record.text("text"))
    data = raw[:MAX_TEXT].encode("utf-8", "surrogatepass")
    links, mentions = dict[str, None](), dict[str, None]()
    mentioned, tags = dict[str, None](), dict[str, None]()
    pieces: list[_Piece] = []
    for facet in record.items("facets"):
        start, end = facet.number("index", "byteStart"), facet.number("index", "byteEnd")
        shown = _shown(data, start, end)
        for feature in facet.items("features"):
            kind = feature.line("$type").removeprefix(_KIND)
            if kind == "link" and (link := feature.link("uri")):
                links[link] = None
                if shown and start is not None and end is not None and _is_short(shown, link):
                    pieces.append(_Piece(start, end, link))
            elif kind == "mention":
                mentioned[names.did(feature.line("did"))] = None
                mentions[names.handle(shown.strip().removeprefix("@"))] = None
            elif kind == "tag":
                tags[feature.line("tag")] = None
    whole = _spelt_out(data, pieces)
    return Written(
        text=Item({"text": whole}, record.where, record.notes).text("text"),
        links=tuple(links),
        mentions=tuple(filter(None, mentions)),
        mentioned=tuple(filter(None, mentioned)),
        tags=tuple(filter(None, tags)),
    )


def _shown(data: bytes, start: int | None, end: int | None) -> str:
    """The piece between two bytes; empty where it lies outside, or cuts a character."""
    if start is None or end is None or not 0 <= start < end <= len(data):
        return ""
    try:
        return data[start:end].decode()
    except UnicodeDecodeError:
        return ""


def _is_short(shown: str, link: str) -> bool:
    """Whether what is shown is the beginning of the address, cut off."""
    end = next((mark for mark in _SHORTENED if shown.endswith(mark)), "")
    stem = shown.removesuffix(end)
    plain = link.partition("://")[2].removeprefix("www.")
    return bool(end and stem and is_web(link)) and (
        link.startswith(stem) or plain.startswith(stem.removeprefix("www."))
    )


def _spelt_out(data: bytes, pieces: list[_Piece]) -> str:
    """The text with each shortened address in full; of two that overlap the first counts."""
    out, at = list[bytes](), 0
    for piece in sorted(pieces, key=lambda one: one.start):
        if piece.start >= at:
            out += [data[at : piece.start], piece.link.encode("utf-8", "surrogatepass")]
            at = piece.end
    return b"".join([*out, data[at:]]).decode("utf-8", "surrogatepass")
