"""Recorded exchanges of HTTP as vcr keeps them (YAML or JSON): one request, one answer each."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded exchange; the answer's body is unpacked, names of headers in lower case."""

    cassette: str
    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    payload: bytes

    @property
    def path(self) -> str:
        """Path and query, as a server is asked."""
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


def exchanges(
    files: Iterable[Path], wanted: Callable[[str, str], bool] = lambda method, url: True
) -> Iterator[Exchange]:
    """The exchanges of these cassettes whose method and address are wanted, in their order."""
    for file in sorted(files):
        for one in _interactions(file):
            asked = one["request"]
            if wanted(asked["method"], asked["uri"]):
                yield _exchange(file.stem, asked, one["response"])


def _interactions(file: Path) -> list[dict[str, Any]]:
    content = file.read_text("utf-8")
    is_json = file.suffix == ".json"
    loaded = json.loads(content) if is_json else yaml.load(content, Loader=_LOADER)  # a safe one
    found: list[dict[str, Any]] = loaded.get("interactions", [])
    return found


def _exchange(cassette: str, asked: Mapping[str, Any], told: Mapping[str, Any]) -> Exchange:
    headers = {
        name.lower(): ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in told["headers"].items()
    }
    status = told["status"]["code"] if isinstance(told["status"], dict) else int(told["status"])
    payload = _unpacked(_body(told["body"]), headers.get("content-encoding", ""))
    return Exchange(cassette, asked["method"], asked["uri"], status, headers, payload)


def _body(body: Mapping[str, Any]) -> bytes:
    if "base64_string" in body:
        return base64.b64decode(body["base64_string"])
    content = body.get("string") or b""
    return content if isinstance(content, bytes) else str(content).encode("utf-8", "surrogatepass")


def _unpacked(payload: bytes, packing: str) -> bytes:
    """Some recordings keep the packed bytes, some the text with the header of the packing left."""
    if packing == "gzip" and payload.startswith(b"\x1f\x8b"):
        return gzip.decompress(payload)
    if packing == "deflate" and payload[:1] == b"\x78":
        return zlib.decompress(payload)
    return payload
