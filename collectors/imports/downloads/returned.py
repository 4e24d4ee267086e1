"""What Meta hands out by legal process: an archive with ``records.html`` and what it refers to.

Its "Business Record" is made for reading by people and documented nowhere, so its pages are read
as any saved page is, without taking its tables for messages; the whole return is sealed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from collectors.archives import zip_members
from collectors.imports.content import Content, of_bytes
from collectors.imports.downloads.archive import LIMITS, Left
from collectors.imports.formats import Beginning, Found
from collectors.imports.sealed import page
from config.sources import Source
from model.errors import ConfigurationError, Skip
from model.evidence import Capture, Document, Issue

_RECORD = re.compile(rb"(?:Facebook|Instagram|Meta(?: Platforms)?|WhatsApp) Business Record", re.I)
_LOOKED_AT = 50


def is_return(beginning: Beginning) -> bool:
    """An archive with a page that calls itself a Business Record near its beginning."""
    pages = [one for one in beginning.members if _is_page(one)][:_LOOKED_AT]
    return any(_RECORD.search(beginning.look(one)) for one in pages)


def read(content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """Every page of the return; what else it holds is counted and stays sealed."""
    left = Left()
    with content.seekable() as file:
        try:
            for member in zip_members(file, "", LIMITS, lambda name: _wanted(name, left)):
                if isinstance(member, Issue):
                    yield member
                else:
                    yield from _page(member.name, member.payload, capture, source)
        except ConfigurationError as error:
            raise Skip(error.message) from error
    yield from left.issues()


def _page(name: str, payload: bytes, capture: Capture, source: Source | None) -> Iterator[Found]:
    inner = replace(capture, url="", final_url="", status=None, content_type="text/html")
    own = capture.sha256[:32]
    for found in page(of_bytes(payload), inner, source):
        if isinstance(found, Document):
            locator = f"{name} {found.locator}".strip()
            identity = found.native_id
            if identity.startswith(own):
                identity = f"{own}#{locator}"
            yield replace(found, native_id=identity, locator=locator)
        elif isinstance(found, Issue):
            yield replace(found, message=f"{name}: {found.message}", locator=name)


def _wanted(name: str, left: Left) -> bool:
    if not _is_page(name):
        left.add(name)
    return _is_page(name)


def _is_page(name: str) -> bool:
    return name.lower().endswith((".html", ".htm"))
