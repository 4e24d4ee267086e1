"""Jetstream's events as read, after the examples of its README, and hostile ones."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import pytest

from collectors.imports.content import of_bytes
from collectors.watching.events import event, read_batch
from config.sources import EXAMPLES, Source, load_source
from model.canonical import canonical
from model.errors import Skip
from model.evidence import Capture, Document, Issue

DID = "did:plc:exampleaaaaaaaaaaaaaaaaa"
RECORD = {
    "$type": "app.bsky.feed.post",
    "text": "Two casques 🦜",
    "langs": ["en"],
    "createdAt": "2026-11-20T18:04:11.482Z",
    "tags": ["hornbill"],
    "embed": {
        "$type": "app.bsky.embed.images",
        "images": [{"alt": "casques", "image": {"ref": {"$link": "bafkreimadeup"}}}],
    },
}
CREATE: dict[str, Any] = {
    "did": DID,
    "time_us": 1_795_197_851_482_000,
    "kind": "commit",
    "commit": {
        "rev": "3l3qo2vutsw2b",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": "3l3qo2vuowo2b",
        "record": RECORD,
        "cid": "bafyreimadeup",
    },
}
DELETE = {
    "did": DID,
    "time_us": 1_795_197_852_000_000,
    "kind": "commit",
    "commit": {
        "rev": "3l3f6nzl3cv2s",
        "operation": "delete",
        "collection": "app.bsky.feed.post",
        "rkey": "3l3qo2vuowo2b",
    },
}
IDENTITY = {
    "did": DID,
    "time_us": 1_795_197_853_000_000,
    "kind": "identity",
    "identity": {
        "did": DID,
        "handle": "mora.example.com",
        "seq": 7,
        "time": "2026-11-20T18:05:00Z",
    },
}
ACCOUNT = {
    "did": DID,
    "time_us": 1_795_197_854_000_000,
    "kind": "account",
    "account": {"active": False, "did": DID, "seq": 8, "status": "takendown"},
}
PROFILE = {
    "did": DID,
    "time_us": 1_795_197_855_000_000,
    "kind": "commit",
    "commit": {
        "rev": "3l3f6nzl3cv2t",
        "operation": "update",
        "collection": "app.bsky.actor.profile",
        "rkey": "self",
        "record": {
            "displayName": "Mora",
            "description": "Casques. t.me/mora https://mora.example.com/shop",
            "avatar": {"$type": "blob", "ref": {"$link": "bafkrei"}},
            "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": []},
        },
        "cid": "bafyreimadeup2",
    },
}


@pytest.fixture(scope="module")
def source() -> Source:
    return load_source(EXAMPLES / "bluesky.yml")


def line(value: object) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass") + b"\n"


def capture(payload: bytes) -> Capture:
    return Capture(
        seq=1, source="bluesky", url="https://jet.example/subscribe", final_url="", status=None,
        content_type="application/x-ndjson", headers=(), captured_at="2026-11-20T18:04:20Z",
        sha256="0" * 64, size=len(payload), warc_file="", offset=0, length=0, record_id="",
        route="clear", collector="jetstream/1", mandate=None, reading={"format": "jetstream"},
        previous="", chain="",
    )  # fmt: skip


def batch(source: Source, *values: object) -> tuple[list[Document], list[Issue]]:
    payload = b"".join(map(line, values))
    found = list(read_batch(of_bytes(payload), capture(payload), source))
    documents = [one for one in found if isinstance(one, Document)]
    return documents, [one for one in found if isinstance(one, Issue)]


def test_a_batch_as_documents(source: Source) -> None:
    documents, issues = batch(source, CREATE, DELETE, IDENTITY, ACCOUNT, PROFILE)
    assert issues == []
    post, named, profile = documents
    assert post.native_id == f"at://{DID}/app.bsky.feed.post/3l3qo2vuowo2b"
    assert post.kind == "post"
    assert post.fields["text"] == "Two casques 🦜"
    assert post.fields["seller_id"] == DID
    assert "seller" not in post.fields, "events name no handle"
    assert post.fields["posted_at"] == "2026-11-20T18:04:11Z"
    assert post.extra["blobs"] == [{"cid": "bafkreimadeup", "alt": "casques"}]
    assert post.extra["address"].startswith("https://bsky.social/xrpc/app.bsky.feed.getPosts?")
    assert (named.kind, named.fields["seller"]) == ("profile", "mora.example.com")
    assert profile.native_id == DID
    assert profile.links == ("https://mora.example.com/shop",)
    assert [one.locator for one in documents] == ["event 1", "event 3", "event 5"]


def test_what_an_event_is_about() -> None:
    created, deleted, account = (event(line(one)) for one in (CREATE, DELETE, ACCOUNT))
    assert created.uri == deleted.uri
    assert created.identity != deleted.identity
    assert not created.is_gone
    assert deleted.is_gone
    assert account.uri == DID
    assert "takendown" in account.notice
    assert event(line(PROFILE)).uri == DID
    again = event(line(CREATE | {"time_us": CREATE["time_us"] + 99}))
    assert again.identity == created.identity, "the same event from another instance"


def test_all_that_people_wrote_is_looked_at() -> None:
    assert {"Two casques 🦜", "#hornbill", "casques"} <= set(event(line(CREATE)).texts)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"null",
        b"[1]",
        b"{" * 5_000,
        b'{"kind": "heartbeat", "payload": ""}',
        line({**CREATE, "did": "did:plc:../../x"}),
        line({**CREATE, "time_us": 10**18}),
        line({**CREATE, "time_us": -5}),
        line({**CREATE, "commit": {**CREATE["commit"], "operation": "merge"}}),
        line({**CREATE, "commit": {**CREATE["commit"], "rkey": "a/../b"}}),
        line({**CREATE, "commit": None}),
    ],
)
def test_what_is_no_event_is_skipped(frame: bytes) -> None:
    with pytest.raises(Skip):
        event(frame)


JUNK: tuple[Any, ...] = (
    *(None, True, 0, 10**40, 1e300, "", "\x00", "\ud800", [], {}, [None], [{}], {"": 1}),
    *("javascript:x", "at://", "x" * 3000, "9999-99-99T99:99:99Z", 1_795_197_851_482_000),
)


def test_hostile_events_are_never_more_than_issues(source: Source) -> None:
    dice = Random("jetstream")
    for _ in range(1_500):
        spoilt = copy.deepcopy(dice.choice((CREATE, DELETE, IDENTITY, ACCOUNT, PROFILE)))
        where: Any = spoilt
        while isinstance(where, dict | list) and where:
            keys = list(where) if isinstance(where, dict) else list(range(len(where)))
            key = dice.choice(keys)
            if not isinstance(where[key], dict | list) or not where[key] or dice.random() < 0.4:
                where[key] = copy.deepcopy(dice.choice(JUNK))
                break
            where = where[key]
        documents, _ = batch(source, spoilt)
        for one in documents:
            canonical([dict(one.fields), list(one.links), dict(one.extra)]).decode("utf-8")
        try:
            told = event(line(spoilt))
        except Skip:
            continue
        assert isinstance(told.at, str)
        "".join(told.texts).encode("utf-8")
        assert told.identity
