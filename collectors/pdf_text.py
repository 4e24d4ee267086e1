"""Takes the words and links out of a PDF, in a process of its own that can do nothing else.

A PDF is a program for its reader, and a hostile one may loop, swell or crash it. So it is read in
a child with little memory and time and no right to open or write a file. It reads the document
from its standard input and writes a line of JSON a page, as soon as the page is read.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from model.canonical import Json
from model.errors import Skip

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_BYTES = 128 << 20
MAX_PAGES = 2_000
MAX_TEXT = 1 << 20
MAX_LINKS = 500
MAX_OUTPUT = 64 << 20
_MEMORY = 1 << 30
_CPU_SECONDS = 40
_SECONDS = 120.0
_REFUSALS = {3: "it is encrypted, and its password is not known"}


def pages(payload: bytes) -> Iterator[Json]:
    """What the child writes: first the document's own words, then a page each.

    Skip where the document cannot be read to its end; the pages before that were given.
    """
    command = [sys.executable, "-I", "-m", "collectors.pdf_text"]
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output:
        given.write(payload)
        given.seek(0)
        try:
            child = subprocess.run(
                command,
                stdin=given,
                stdout=output,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=False,
                env={},
            )
            code = child.returncode
        except subprocess.TimeoutExpired:
            code = -1
        output.seek(0)
        for line in output:
            if line.endswith(b"\n"):
                yield json.loads(line)
    if code:
        why = _REFUSALS.get(code, "it is damaged, or larger than is read")
        raise Skip(f"a PDF that is not read to its end: {why}")


def _confine() -> None:
    """From here on: no new files, bounded memory, time and output."""
    for kind, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_FSIZE, MAX_OUTPUT),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _rows(reader: PdfReader) -> Iterator[dict[str, Any]]:
    told = reader.metadata
    names = ("title", "author", "creator", "producer", "creation_date_raw", "subject")
    yield {name: str(getattr(told, name, None) or "")[:2_000] for name in names}
    for number, page in enumerate(reader.pages, 1):
        if number > MAX_PAGES:
            sys.exit(4)
        text = page.extract_text()
        yield {"page": number, "text": text[:MAX_TEXT], "links": list(_links(page))[:MAX_LINKS]}


def _links(page: Any) -> Iterator[str]:
    for annotation in page.get("/Annots") or ():
        action = annotation.get_object().get("/A")
        uri = action.get_object().get("/URI") if action is not None else None
        if isinstance(uri, str):
            yield uri[:2_000]


def _main() -> None:
    from pypdf import PdfReader  # noqa: PLC0415 - only the child ever loads it

    logging.disable(logging.CRITICAL)
    payload = sys.stdin.buffer.read(MAX_BYTES + 1)
    _confine()
    reader = PdfReader(io.BytesIO(payload))
    if reader.is_encrypted and not reader.decrypt(""):
        sys.exit(3)
    for row in _rows(reader):
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
