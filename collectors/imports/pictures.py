"""Screenshots with a note, and the gate for pictures in whatever is handed in.

Nothing is ever read out of pixels: what a screenshot shows is what its note says it shows.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from collectors.archives import Limits, zip_members
from collectors.imports.content import Content
from collectors.imports.formats import FORMATS, Beginning, Found
from collectors.imports.listings import storable
from collectors.imports.mhtml import split
from collectors.imports.pieces import Piece
from collectors.media import media_kind
from collectors.media.gate import BlockList, gate
from config.sources import Source
from model.errors import ConfigurationError, Skip
from model.evidence import Capture, Document, Image, Issue

MAX_PICTURE = 64 << 20
MAX_NOTE = 64 << 10
"""Bytes of one picture, and of the text file of its name beside it."""

_TYPES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_AFTER = ".,:;!?)"
_URL = re.compile(r"https?://[^\s<>\"']{3,2000}")
_QUOTED = re.compile(rb"[\"',]([A-Za-z0-9+/]{60,}={0,2})[\"')]")


def is_picture(beginning: Beginning) -> bool:
    """PNG, JPEG or WebP, by its signature."""
    return bool(_type(beginning.data))


def picture_piece(piece: Piece, blocked: BlockList | None) -> Piece:
    """A picture that passed the gate, with its hashes and the note that stands beside it.

    Skip for one that cannot be decoded, and :class:`Blocked` for one on the list.
    """
    if piece.content.size > MAX_PICTURE:
        raise Skip(f"larger than {MAX_PICTURE:,} bytes")
    payload = piece.content.whole()
    seen = gate(payload, piece.name, blocked).reading
    reading = {**piece.reading, "picture": {k: v for k, v in seen.items() if k != "format"}}
    if isinstance(piece.payload, Path) and (note := _beside(piece.payload)):
        reading["note"] = note
    return replace(piece, payload=payload, reading=reading, content_type=_type(payload))


def _beside(path: Path) -> str:
    """What the text file of the picture's name says: ``shot.png.txt``, else ``shot.txt``."""
    for place in (path.with_name(f"{path.name}.txt"), path.with_suffix(".txt")):
        if place.is_file() and not place.is_symlink():
            with place.open("rb") as file:
                raw = file.read(MAX_NOTE)
            return storable(raw.decode("utf-8-sig", "replace").strip())[0]
    return ""


def read(_content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """The picture as one record: the note's words, the address they name, and nothing guessed."""
    how = capture.reading
    saved = how.get("saved")
    told = saved.get("note", "") if isinstance(saved, dict) else ""
    note = "\n".join(filter(None, (str(how.get("note", "")), str(told))))
    name = str(how.get("name", "picture"))
    if not note:
        yield Issue("warning", f"{name}: has no note, so nothing can be read out of it")
    fields = {"title": name, "text": note}
    if address := _URL.search(note):
        fields["url"] = address[0].rstrip(_AFTER)
    yield Document(
        capture_sha256=capture.sha256,
        source=capture.source,
        kind="page",
        platform=source.filed_under if source else capture.source,
        native_id=capture.sha256[:32],
        locator="",
        seen_at=capture.captured_at,
        fields={key: value for key, value in fields.items() if value},
        images=(Image(name),),
        links=tuple(dict.fromkeys(one.rstrip(_AFTER) for one in _URL.findall(note))),
        extra={"screenshot": how.get("picture") or {}},
    )


def check_pictures(piece: Piece, blocked: BlockList, limits: Limits) -> None:
    """Look at every picture inside something that is sealed whole; :class:`Blocked` for one listed.

    Looked at are files in an archive, parts of a saved page and pictures written into it. A
    picture that cannot be decoded is compared by its digest alone.
    """
    if piece.format in FORMATS and not FORMATS[piece.format].handed_in and piece.format != "html":
        return
    head = piece.content.head(4)
    pictures = _in_archive(piece, limits) if head.startswith(b"PK\x03\x04") else _embedded(piece)
    for place, payload in pictures:
        try:
            gate(payload, place, blocked)
        except Skip as error:
            if error.reason == "media-blocked":
                raise


def _in_archive(piece: Piece, limits: Limits) -> Iterator[tuple[str, bytes]]:
    with piece.content.seekable() as file:
        try:
            for member in zip_members(file, piece.name, limits):
                if not isinstance(member, Issue) and media_kind(member.payload):
                    yield f"{piece.name}!{member.name}", member.payload
        except ConfigurationError as error:
            raise Skip(error.message) from error


def _embedded(piece: Piece) -> Iterator[tuple[str, bytes]]:
    """Pictures within text: parts of MHTML, answers in a HAR, data addresses in HTML."""
    if piece.content.size > MAX_PICTURE * 4:
        return
    payload = piece.content.whole()
    found = _parts(payload) if piece.format == "mhtml" else _quoted(payload)
    for raw in found:
        if media_kind(raw):
            yield f"{piece.name}: a picture inside", raw


def _parts(payload: bytes) -> Iterator[bytes]:
    _, parts = split(payload)
    for part in parts:
        yield part.decoded
        if part.kind == "text/html":
            yield from _quoted(part.decoded)


def _quoted(payload: bytes) -> Iterator[bytes]:
    for found in _QUOTED.finditer(payload):
        with suppress(binascii.Error):
            yield binascii.a2b_base64(found[1])


def _type(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in _TYPES if data.startswith(mark)), "")
