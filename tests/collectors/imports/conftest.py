"""Content read as the importer reads it, without a vault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import NamedTuple

import pytest

from collectors.imports.detect import HEAD, detect
from collectors.imports.reading import Reading, stream_documents
from config.sources import Source
from model.canonical import Json
from model.evidence import Capture, Document, Issue


class Read(NamedTuple):
    """What was read: documents, and what there was to say."""

    documents: list[Document]
    issues: list[Issue]

    def of(self, kind: str) -> list[Document]:
        return [one for one in self.documents if one.kind == kind]

    @property
    def said(self) -> str:
        return "\n".join(issue.message for issue in self.issues)


ReadAs = Callable[..., Read]


@pytest.fixture(scope="session")
def read_as() -> ReadAs:
    """Reads bytes as a format: ``read_as(raw, "whatsapp", name="…", **reading)``."""
    return _read_as


def _read_as(
    raw: bytes,
    form: str = "",
    *,
    name: str = "file",
    source: Source | None = None,
    **reading: Json,
) -> Read:
    told: dict[str, Json] = {"format": form or detect(raw[:HEAD], name), "name": name, **reading}
    values: dict[str, Json] = {field.name: "" for field in fields(Capture)}
    values |= {"sha256": "a" * 64, "source": "case", "captured_at": "2026-11-22T00:00:00Z"}
    values |= {"headers": (), "reading": told, "status": None, "refers_to": None}
    found = Reading()
    documents = list(stream_documents(raw, Capture(**values | {"route": "import"}), source, found))
    return Read(documents, list(found.said()))
