"""Where a page leads: by the source's own rules, else as its engine goes.

Without ``follow`` a source goes from a page of rows to what the rows name, and on to the next
page of rows or of a thread; a market also to the accounts behind listings. ``follow: []`` is a
rule too: nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from collectors import html
from collectors.engines import places
from collectors.generic.paging import next_pages
from collectors.html import Tree
from collectors.records import PageReading
from config.sources import Source

_SELLERS = frozenset({"market"})
"""Engines on which a listing leads to its seller's page."""

_PAGED = frozenset({"results", "thread", "feedback", "profile"})
"""Kinds of pages that go on over several."""


def leads(source: Source, tree: Tree, url: str, reading: PageReading) -> tuple[str, ...]:
    """Absolute addresses to go on to, on the source's own hosts only, each once in page order."""
    if "follow" in source.model_fields_set:
        return own(source, url, _by_rules(source, tree, url))
    return own(source, url, _by_engine(source, tree, url, reading))


def own(source: Source, url: str, addresses: Iterable[str]) -> tuple[str, ...]:
    """Those addresses that are on hosts of the source, or of the page itself, without fragment."""
    hosts = {html.host(each) for each in (*source.start, *source.mirrors, url)} - {""}
    plain = (address.partition("#")[0] for address in addresses)
    return tuple(dict.fromkeys(address for address in plain if html.host(address) in hosts))


def _by_rules(source: Source, tree: Tree, url: str) -> Iterator[str]:
    for rule in source.follow:
        for node in html.find(tree.root, rule.select):
            address = html.absolute(url, html.attribute(node, "href")).partition("#")[0]
            if rule.url is None or places.pattern(rule.url).search(address):
                yield address


def _by_engine(source: Source, tree: Tree, url: str, reading: PageReading) -> Iterator[str]:
    if reading.kind in _PAGED:
        for record in reading.records:
            if record.locator and record.kind in ("listing", "thread"):
                yield record.fields.get("url", "")
    if source.engine in _SELLERS:
        for record in reading.records:
            if record.kind == "listing":
                yield record.fields.get("seller_url", "")
    if reading.kind in _PAGED:
        yield from next_pages(tree.root, url)
