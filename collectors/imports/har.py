"""What a browser's network log (HAR) holds of pages and answers that can be read.

HTTP Archive 1.2 (w3c.github.io/web-performance/specs/HAR/Overview.html, read 2026-11-22):
``log.entries``, each with ``request``, ``response.content`` (``text``, ``encoding``) and
``startedDateTime``. A log also holds the cookies and keys of whoever browsed: it is sealed as it
is, and nothing of them goes into a document, an issue or a log.
"""

from __future__ import annotations

import binascii
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from collectors.contents import contents
from collectors.imports.content import Content, of_bytes
from collectors.imports.decoding import open_text
from collectors.imports.formats import Beginning, Found
from collectors.imports.json_walk import BadValue, BrokenDocument, JsonWalk
from collectors.imports.loose import count_of, moment_of, object_of, objects_of, text_of
from collectors.imports.sealed import page
from collectors.interfaces import interface_of
from config.sources import Source
from model.canonical import Json
from model.errors import Skip
from model.evidence import Capture, Document, Issue

_SHAPE = re.compile(r'\{\s*"log"\s*:\s*\{')
_SECRET_HEADERS = re.compile(r"cookie|authoriz|token|session|csrf|api-?key|signature", re.I)
_SECRET_NAMES = re.compile(r"token|auth|session|sid$|secret|passw|key$|sig$|signature|csrf", re.I)
_MAX_PAGE = 8 << 20

Object = Mapping[str, Json]


def is_har(beginning: Beginning) -> bool:
    """An object whose first key is ``log``."""
    return _SHAPE.match(beginning.text[:200]) is not None


def read(content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """The records of every page, and of every answer of the source's own interface."""
    log = _Log(capture, source)
    try:
        yield from log.read(JsonWalk(open_text(content, "utf-8-sig")))
    except BrokenDocument as error:
        if not log.number:
            raise Skip(f"no HAR: {error}") from error
        yield Issue("error", f"ends after entry {log.number}: {error}; nothing after it was read")
    yield from log.summary()


def without_secrets(url: str) -> str:
    """An address without the values of parameters that are keys or sessions by their names."""
    try:
        parts = urlsplit(url)
        named = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    if host == parts.netloc and not any(_SECRET_NAMES.search(name) for name, _ in named):
        return url
    kept = [(name, "REMOVED" if _SECRET_NAMES.search(name) else value) for name, value in named]
    return urlunsplit(parts._replace(netloc=host, query=urlencode(kept), fragment=""))


@dataclass(slots=True)
class _Log:
    """One log being read."""

    capture: Capture
    source: Source | None
    number: int = 0
    secrets: int = 0
    unread: Counter[str] = field(default_factory=Counter)

    def read(self, walk: JsonWalk) -> Iterator[Found]:
        for key in walk.members():
            if key != "log" or walk.begins() != "{":
                walk.skip()
                continue
            for name in walk.members():
                if name == "entries" and walk.begins() == "[":
                    yield from self._entries(walk)
                else:
                    walk.skip()

    def summary(self) -> Iterator[Issue]:
        if self.secrets:
            said = "the sealed log is as it was, and nothing of it is exported"
            yield Issue(
                "warning", f"{self.secrets:,} requests hold cookies or keys of a session: {said}"
            )
        for what, number in sorted(self.unread.items()):
            yield Issue("note", f"{number:,} answers not read: {what}")

    def _entries(self, walk: JsonWalk) -> Iterator[Found]:
        for self.number in walk.items():
            place = f"entry {self.number}"
            try:
                entry = object_of(walk.value())
            except BadValue as error:
                yield Issue("error", f"{place} left out: {error}", place)
                continue
            self.secrets += _has_secrets(entry)
            try:
                yield from self._answer(entry, place)
            except Skip as error:
                yield Issue("note", f"{place}: not read: {error.message}", place)

    def _answer(self, entry: Object, place: str) -> Iterator[Found]:
        answer = object_of(entry.get("response"))
        body, status = object_of(answer.get("content")), count_of(answer.get("status"))
        payload = _payload(body)
        why = self._why_not(payload, text_of(body.get("mimeType")), status)
        if why:
            self.unread[why] += 1
            return
        inner = replace(
            self.capture,
            url=without_secrets(text_of(object_of(entry.get("request")).get("url"))),
            final_url="",
            status=status,
            content_type=text_of(body.get("mimeType")),
            captured_at=moment_of(entry.get("startedDateTime")) or self.capture.captured_at,
        )
        for found in page(of_bytes(payload), inner, self.source):
            if isinstance(found, Document):
                yield self._placed(found, place)
            elif isinstance(found, Issue):
                yield replace(found, message=f"{place}: {found.message}", locator=place)

    def _placed(self, document: Document, place: str) -> Document:
        """The record with its entry, which also tells apart those without an identity."""
        own, identity = self.capture.sha256[:32], document.native_id
        if identity.startswith(own):
            identity = f"{own}#{place}{identity.removeprefix(own)}"
        locator = f"{place} {document.locator}".strip()
        return replace(document, native_id=identity, locator=locator)

    def _why_not(self, payload: bytes, kind: str, status: int) -> str:
        """Why an answer is passed over, in words; empty where it is read."""
        if not payload:
            return "the log does not hold their content"
        if not 200 <= status < 300:
            return "the server refused or moved them"
        if len(payload) > _MAX_PAGE:
            return f"larger than {_MAX_PAGE:,} bytes"
        found = contents(payload, kind)
        if found == "html" or (found == "json" and self._is_asked):
            return ""
        return {
            "json": "JSON of no interface that the source names",
            "media": "pictures or films",
        }.get(found, "neither pages nor records")

    @property
    def _is_asked(self) -> bool:
        return self.source is not None and interface_of(self.source.engine) is not None


def _payload(body: Object) -> bytes:
    text = body.get("text")
    if not isinstance(text, str):
        return b""
    if body.get("encoding") != "base64":
        return text.encode("utf-8", "replace")
    try:
        return binascii.a2b_base64(text.encode("ascii", "replace"))
    except binascii.Error:
        return b""


def _has_secrets(entry: Object) -> bool:
    for side in (object_of(entry.get("request")), object_of(entry.get("response"))):
        if objects_of(side.get("cookies")):
            return True
        names = (text_of(one.get("name")) for one in objects_of(side.get("headers")))
        if any(_SECRET_HEADERS.search(name) for name in names):
            return True
    url = text_of(object_of(entry.get("request")).get("url"))
    return without_secrets(url) != url
