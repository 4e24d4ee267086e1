"""Which records an earlier capture holds already: a later export of a chat holds the former."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from sqlalchemy import bindparam, select

from model.evidence import Capture, Document
from vault.schema import documents
from vault.session import Session
from vault.text import pack, pack_json, unpack_json

_CHUNK = 500
_EARLIER = (
    select(documents.c.native_id, documents.c.kind, documents.c.payload)
    .where(
        documents.c.platform == bindparam("on"),
        documents.c.native_id.in_(bindparam("ids", expanding=True)),
        documents.c.source == bindparam("of"),
        documents.c.capture < bindparam("before"),
        documents.c.current == 1,
    )
    .order_by(documents.c.capture, documents.c.seq)
)


def unheld(session: Session, capture: Capture, found: Iterable[Document]) -> Iterator[Document]:
    """Documents of ``capture`` that no earlier capture of its source holds word for word.

    A record that was changed since then is not held. Compared is what the last capture before
    this one says of it; where and when it was seen does not count.
    """
    rest = iter(found)
    while chunk := list(islice(rest, _CHUNK)):
        held: dict[tuple[str, str, str], dict[str, Any]] = {}
        for platform, part in groupby(sorted(chunk, key=_platform), _platform):
            held |= _earlier(session, capture, platform, [one.native_id for one in part])
        for one in chunk:
            known = held.get((one.platform, one.kind, one.native_id))
            if known is None or known != _content(one):
                yield one


def _earlier(
    session: Session, capture: Capture, platform: str, ids: list[str]
) -> dict[tuple[str, str, str], dict[str, Any]]:
    asked = {"on": pack(platform), "of": pack(capture.source), "before": capture.seq}
    rows = session.page(_EARLIER, asked | {"ids": [pack(one) for one in ids]})
    found = {}
    for row in rows:
        document = unpack_json(row.payload)
        key = (platform, str(document["kind"]), str(document["native_id"]))
        found[key] = {name: document[name] for name in ("fields", "images", "links", "extra")}
    return found


def _platform(document: Document) -> str:
    return document.platform


def _content(document: Document) -> dict[str, Any]:
    """What a document says, as a row keeps it."""
    said = {
        "fields": dict(document.fields),
        "images": [{"url": image.url, "alt": image.alt} for image in document.images],
        "links": list(document.links),
        "extra": dict(document.extra),
    }
    kept: dict[str, Any] = unpack_json(pack_json(said))
    return kept
