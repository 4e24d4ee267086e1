"""Google's own description of YouTube's interface: all that is asked for and read stands in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from collectors.interfaces import Term
from collectors.interfaces.answers import Item
from collectors.interfaces.youtube import INTERFACE, read_answer
from config.saved_pages import saved_pages
from config.sources import EXAMPLES, Ask, Source, load_source

pytestmark = pytest.mark.timeout(600)  # the first run on a machine also fetches the package
DOCUMENT = "googleapiclient/discovery_cache/documents/youtube.v3.json"
ANSWERS = {
    "search": "SearchListResponse",
    "videos": "VideoListResponse",
    "playlistItems": "PlaylistItemListResponse",
    "commentThreads": "CommentThreadListResponse",
    "comments": "CommentListResponse",
    "channels": "ChannelListResponse",
}
VIDEO, CHANNEL = "aB3dE5gH7jK", "UCmadeUpChannel0000000001"
CHANNELS = {("Channel", "id"), ("CommentSnippetAuthorChannelId", "value")}
NOT_DESCRIBED = {("ChannelContentDetails.relatedPlaylists", "uploads")}
"""The description leaves out its properties; the manual (channels#contentDetails) has them."""


@pytest.fixture(scope="module")
def description(source_package: Callable[[str], Path]) -> dict[str, Any]:
    file = source_package("google-api-python-client") / DOCUMENT
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def source() -> Source:
    ask = Ask(tags=("ivory",), accounts=("@one", CHANNEL), groups=("PL0123456789",))
    return load_source(EXAMPLES / "youtube.yml").model_copy(update={"ask": ask})  # fmt: skip


class Described(Mapping[str, Any]):
    """An object with every property of its schema; asked for any other it fails."""

    def __init__(
        self, schemas: Mapping[str, Any], name: str, properties: Mapping[str, Any]
    ) -> None:
        self._schemas, self._name, self._properties = schemas, name, properties
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        if (self._name, key) in NOT_DESCRIBED:
            return "UUmadeUpChannel0000000001"
        assert key in self._properties, f"{self._name} has no {key}"
        return self._made(key, self._properties[key])

    def get(self, key: str, default: Any = None) -> Any:
        return self[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._properties)

    def __len__(self) -> int:
        return max(len(self._properties), 1)

    def _made(self, key: str, schema: Mapping[str, Any]) -> Any:
        if "$ref" in schema:
            inner = schema["$ref"]
            return Described(self._schemas, inner, self._schemas[inner].get("properties", {}))
        if schema["type"] == "array":
            return [self._made(key, schema["items"])]
        if schema["type"] == "object":
            return Described(self._schemas, f"{self._name}.{key}", schema.get("properties", {}))
        return self._plain(key, schema)

    def _plain(self, key: str, schema: Mapping[str, Any]) -> Any:
        if schema["type"] == "integer" or schema.get("format") in ("uint64", "int64"):
            return 7
        if key.endswith("hannelId") or (self._name, key) in CHANNELS:
            return CHANNEL
        known = {"id": VIDEO, "videoId": VIDEO, "kind": schema.get("default", self._name)}
        if schema["type"] == "boolean":
            return False
        if schema.get("format") == "date-time":
            return "2023-03-07T17:04:00Z"
        return known.get(key, f"https://made.example/{key}")


def answers(description: dict[str, Any]) -> Iterator[tuple[str, Described]]:
    schemas = description["schemas"]
    for method, name in ANSWERS.items():
        yield method, Described(schemas, name, schemas[name]["properties"])


def addresses(source: Source, description: dict[str, Any]) -> Iterator[str]:
    """Every address that is ever asked for: at the start, and where answers lead."""
    yield from INTERFACE.start(source, [Term("ivory", language="fr")])
    for method, answer in answers(description):
        yield from read_answer(Item(answer), source, examples(source)[method]).follow
    for page in saved_pages(source):
        if page.expected is not None:
            url = page.expected.url
            yield from INTERFACE.read(page.path.read_bytes(), source, url).follow


def examples(source: Source) -> dict[str, str]:
    """An address of each method that is asked for."""
    pages = (page.expected.url for page in saved_pages(source) if page.expected is not None)
    return {urlsplit(url).path.rpartition("/")[2]: url for url in pages}


def test_every_address_and_parameter_is_described(
    source: Source, description: dict[str, Any]
) -> None:
    asked: dict[str, set[str]] = {}
    for place in addresses(source, description):
        parts = urlsplit(place)
        method = parts.path.rpartition("/")[2]
        told = description["resources"][method]["methods"]["list"]
        assert parts.path == f"/{told['path']}"
        assert told["httpMethod"] == "GET"
        given = parse_qs(parts.query)
        assert set(given) <= set(told["parameters"]), place
        assert "key" not in given
        for name, schema in told["parameters"].items():
            if schema.get("required"):
                assert name in given, place
            if "enum" in schema and name in given:
                assert set(given[name]) <= set(schema["enum"]), place
            if "maximum" in schema and name in given:
                assert int(given[name][0]) <= int(schema["maximum"]), place
        asked.setdefault(method, set()).update(given)
    assert set(asked) == set(ANSWERS)
    print(f"\nyoutube.v3, revision {description['revision']}: {sum(map(len, asked.values()))} "
          f"parameters of {len(asked)} methods")  # fmt: skip


@pytest.mark.parametrize("method", ANSWERS)
def test_every_field_read_is_described(
    source: Source, description: dict[str, Any], method: str
) -> None:
    """An answer made of the description alone, which breaks where it is asked for what it lacks."""
    answer = dict(answers(description))[method]
    reading = read_answer(Item(answer), source, examples(source)[method])
    assert reading.records
    assert [issue.message for issue in reading.issues] == []
    for record in reading.records:
        assert record.fields["seller_id"] == CHANNEL
        assert record.extra["address"]
