"""The one way from the bytes of a page to its records: adapter where known, else by structure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from importlib import import_module

from collectors import feeds, generic, html
from collectors.engines import layout
from collectors.engines.checking import check_selectors
from collectors.engines.leads import leads, own
from collectors.engines.removal import removal_notice
from collectors.html import Tree
from collectors.interfaces import interface_of
from collectors.records import PageReading, PageRecord, documents, page_rows
from config.sources import Source, shipped_sources
from model.errors import ConfigurationError
from model.evidence import Issue

__all__ = ["PageReading", "PageRecord", "documents", "page_rows", "read_page"]

_SEALED = {"telegram": "collectors.telegram.reading"}
"""Engine → module whose ``read`` takes answers that no page and no interface's address gave."""

VERSION = "reading/2"
"""Name and version of this reader, stored with the documents it makes."""


def read_page(
    payload: bytes,
    *,
    source: Source | None = None,
    url: str = "",
    content_type: str = "",
    known: Sequence[Source] | None = None,
    since: str = "",
) -> PageReading:
    """Read one page: by the source's layouts, or a layout it is certainly of, or generically.

    ``url`` is where the page was, used to make addresses absolute; empty for a saved page.
    ``known`` are the sources a page may be recognised as, the shipped ones if not given.
    ``since`` bounds how far back an interface's answers lead on.
    Raises Skip for what is no page at all and ConfigurationError for a source file's mistakes.
    """
    if source is not None and (asked := interface_of(source.engine)) is not None:
        return _filed(asked.read(payload, source, url, since=since), source)
    if source is not None and source.engine in _SEALED:
        reading = import_module(_SEALED[source.engine]).read(payload, source)
        return _filed(reading, source)
    if feeds.is_feed(payload):
        return _feed(payload, source, url)
    tree = html.parse(payload, content_type)
    reading = _read(tree, source, url, known)
    if source is None:
        return reading
    removed = reading.removed
    if reading.kind not in ("login", "captcha", "queue"):
        removed = removal_notice(source, tree, url) or removed
    follow = leads(source, tree, url, reading)
    session = layout.in_session(source, tree, url)
    return dataclasses.replace(reading, follow=follow, removed=removed, session=session)


def _feed(payload: bytes, source: Source | None, url: str) -> PageReading:
    """A feed's entries; they lead only to the source's own hosts."""
    reading = _filed(feeds.read(payload, source, url), source)
    if source is None:
        return reading
    return dataclasses.replace(reading, follow=own(source, url, reading.follow))


def _read(
    tree: Tree, source: Source | None, url: str, known: Sequence[Source] | None
) -> PageReading:
    if source is not None and source.pages:
        return _by_layout(source, tree, url) or _unknown_layout(source, tree, url)
    for candidate in shipped_sources() if known is None else known:
        if layout.recognises(candidate, tree, url):
            reading = _by_layout(candidate, tree, url)
            if reading is not None:
                return _filed(reading, source)
    return _filed(generic.read(tree, url), source)


def _by_layout(source: Source, tree: Tree, url: str) -> PageReading | None:
    """The page by the source's layouts; a selector that is none is named with its place."""
    try:
        return layout.read(source, tree, url)
    except ConfigurationError:
        check_selectors(source)
        raise


def _filed(reading: PageReading, source: Source | None) -> PageReading:
    """The reading under the platform that the source names, else under its own."""
    if source is None:
        return reading
    platform = source.platform or reading.platform or source.name
    return dataclasses.replace(reading, platform=platform)


def _unknown_layout(source: Source, tree: Tree, url: str) -> PageReading:
    """A page of the source that none of its layouts fits, read by structure, and said."""
    reading = _filed(generic.read(tree, url), source)
    if not reading.is_content:
        return reading
    note = Issue("warning", f"no page layout of source {source.name} fits; read by structure")
    return dataclasses.replace(
        reading,
        platform=source.filed_under,
        issues=(*reading.issues, note),
    )
