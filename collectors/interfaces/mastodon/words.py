"""The HTML of posts and profiles as text: links as written, pictograms as their short names."""

from __future__ import annotations

from typing import NamedTuple

from collectors import html
from collectors import text as strings
from collectors.interfaces.found import web
from model.errors import Skip


class Words(NamedTuple):
    """Readable text, and the addresses its author links to; tags and mentions are none."""

    text: str
    links: tuple[str, ...] = ()


def read_markup(markup: str, base: str) -> Words:
    """The text of a piece of HTML; what instances cut an address into is put together again.

    Plain text, as some servers write it, passes through.
    """
    if "<" not in markup and "&" not in markup:
        return Words(strings.block(markup))
    try:
        body = html.parse(markup.encode(), "text/html; charset=utf-8").body
    except Skip:
        return Words(strings.block(markup))
    addresses = (
        html.absolute(base, html.attribute(anchor, "href"))
        for anchor in html.find(body, "a[href]")[: html.MAX_LINKS]
        if not _is_own(html.attribute(anchor, "class"))
    )
    return Words(html.readable(body), web(addresses))


def _is_own(classes: str) -> bool:
    """Whether a link only leads to a hashtag or somebody mentioned."""
    return not {"mention", "hashtag", "u-url"}.isdisjoint(classes.lower().split())
