"""Watching over a real WebSocket on loopback: what breaks, what is refused, what is not lost."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from collectors.watching import jetstream
from collectors.web import CollectReport, collect_source
from collectors.web.collect import Context
from collectors.web.network import Fetcher
from config.settings import CollectionSettings, Settings, TorSettings, load_workspace
from config.source_interface import Ask
from config.sources import Source
from model.clock import iso, system_clock
from model.errors import PolicyRefusal
from model.evidence import Mandate
from vault.vault import Vault, open_vault

DID = "did:plc:exampleaaaaaaaaaaaaaaaaa"
ROOT = Path(__file__).resolve().parents[3]
SETTINGS = Settings(collection=CollectionSettings(delay_seconds=0, timeout_seconds=20))


def frame(number: int, text: str, operation: str = "create") -> str:
    commit = {
        "rev": f"rev{number}{operation}",
        "operation": operation,
        "collection": "app.bsky.feed.post",
        "rkey": f"key{number}",
        "record": {"text": text, "createdAt": "2026-11-20T18:04:11Z"},
    }
    time_us = int(system_clock().timestamp() * 1_000_000) + number
    return json.dumps({"did": DID, "time_us": time_us, "kind": "commit", "commit": commit})


@dataclass(slots=True)
class Stream:
    """A server that speaks as it is told to; ``queries`` is what each line asked for."""

    url: str = ""
    speak: list[Callable[[ServerConnection], None]] = field(default_factory=list)
    queries: list[dict[str, list[str]]] = field(default_factory=list)
    refuse: Response | None = None


@contextmanager
def streaming() -> Iterator[Stream]:
    found = Stream()

    def handle(line: ServerConnection) -> None:
        assert line.request is not None
        found.queries.append(parse_qs(urlsplit(line.request.path).query))
        if found.speak:
            found.speak.pop(0)(line)
        else:
            line.recv()

    def gate(_line: ServerConnection, _request: Request) -> Response | None:
        return found.refuse

    with serve(handle, "127.0.0.1", 0, process_request=gate, compression=None) as server:
        found.url = f"http://127.0.0.1:{server.socket.getsockname()[1]}/subscribe"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def stream() -> Iterator[Stream]:
    with streaming() as found:
        yield found


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jetstream, "BATCH_SECONDS", 0.05)
    monkeypatch.setattr(jetstream, "RUN_SECONDS", 60.0)


def source_at(url: str, **more: object) -> Source:
    values: dict[str, object] = {
        "name": "sky",
        "engine": "bluesky",
        "platform": "bluesky",
        "route": "clear",
        "allow_private": True,
        "start": (url,),
        "ask": Ask(words=("teapot",), watch=True, days=None),
        "pace": {"pages_per_run": 1, "delay_seconds": 0},
    }
    return Source.model_validate(values | more)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    for part in ("sources", "vault", "graph", "exports"):
        (tmp_path / part).mkdir()
    (tmp_path / "spoor.toml").write_text('name = "sky"\nmaterial = "real"\n', encoding="utf-8")
    now = system_clock()
    with open_vault(load_workspace(tmp_path)) as opened:
        opened.add_mandate(
            Mandate(
                id="m1",
                authority="Test",
                purpose="test",
                sources=("sky",),
                valid_from=iso(now.replace(year=now.year - 1)),
                valid_until=iso(now.replace(year=now.year + 1)),
            )
        )
        yield opened


def run(vault: Vault, source: Source, settings: Settings = SETTINGS) -> CollectReport:
    return collect_source(vault, source, settings, pause=lambda _: None)


def texts(vault: Vault) -> list[str]:
    return [one.fields["text"] for one in vault.documents()]


def says(*frames: str) -> Callable[[ServerConnection], None]:
    def speak(line: ServerConnection) -> None:
        for one in frames:
            line.send(one)
        line.recv()

    return speak


def test_ends_by_number_and_goes_on_from_the_cursor(stream: Stream, vault: Vault) -> None:
    first, second = frame(1, "teapot one"), frame(2, "teapot two")
    stream.speak = [says(first, frame(9, "other talk")), says(first, second)]
    assert run(vault, source_at(stream.url)).finished
    assert run(vault, source_at(stream.url)).finished
    assert texts(vault) == ["teapot one", "teapot two"]
    assert "cursor" not in stream.queries[0]
    assert stream.queries[0]["wantedCollections"] == [
        "app.bsky.feed.post",
        "app.bsky.actor.profile",
    ]
    begin = int(stream.queries[1]["cursor"][0])
    assert json.loads(first)["time_us"] - begin >= 5_000_000 - 100


def test_is_sealed_as_it_came_and_nothing_else(stream: Stream, vault: Vault) -> None:
    wanted, other = frame(1, "Teapot — 🫖"), frame(2, "a private matter")
    stream.speak = [says(other, wanted, "no json", "[]", '{"kind": "heartbeat"}')]
    run(vault, source_at(stream.url))
    (capture,) = vault.captures()
    assert vault.payload(capture) == wanted.encode() + b"\n"
    assert capture.content_type == "application/x-ndjson"
    assert capture.reading["went_by"] == 2
    assert capture.mandate == "m1"


def test_a_line_that_breaks_is_taken_up_again(stream: Stream, vault: Vault) -> None:
    def break_off(line: ServerConnection) -> None:
        line.send(frame(1, "nothing"))
        line.socket.close()

    stream.speak = [break_off, break_off, says(frame(2, "teapot"))]
    report = run(vault, source_at(stream.url))
    assert report.retries == 2
    assert texts(vault) == ["teapot"]


def test_a_server_that_never_holds_is_given_up(stream: Stream, vault: Vault) -> None:
    stream.speak = [lambda line: line.close()] * 20
    report = run(vault, source_at(stream.url))
    assert report.failed
    assert report.reason == "broken-off"


def test_a_frame_beyond_measure_is_not_taken_in(stream: Stream, vault: Vault) -> None:
    huge = frame(1, "teapot " + "x" * (2 << 20))
    stream.speak = [says(huge), says(frame(2, "teapot two"))]
    run(vault, source_at(stream.url))
    assert texts(vault) == ["teapot two"]
    assert stream.queries[0]["maxMessageSizeBytes"] == [str(1 << 20)]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (HTTPStatus.TOO_MANY_REQUESTS, "rate-limit"),
        (HTTPStatus.NOT_FOUND, "gone"),
        (HTTPStatus.BAD_GATEWAY, "server-error"),
        (HTTPStatus.FOUND, "malformed"),
        (HTTPStatus.OK, "malformed"),
    ],
)
def test_refusals_have_their_reason(
    stream: Stream, vault: Vault, status: HTTPStatus, reason: str
) -> None:
    """A redirect is refused too: it would lead past the checks of addresses."""
    headers = Headers({"Location": "http://127.0.0.1:1/", "Connection": "close"})
    stream.refuse = Response(status.value, status.phrase, headers, b"")
    report = run(vault, source_at(stream.url))
    assert report.reason == reason
    assert list(vault.captures()) == []


def test_our_own_network_is_not_asked(stream: Stream, vault: Vault) -> None:
    with pytest.raises(PolicyRefusal, match="private address"):
        run(vault, source_at(stream.url, allow_private=False))
    assert stream.queries == []


def test_nothing_goes_past_tor(stream: Stream, vault: Vault, tmp_path: Path) -> None:
    """Where tor does not run there is no other way, whatever the environment says."""
    away = Settings(
        collection=SETTINGS.collection,
        tor=TorSettings(socks="127.0.0.1:1", control=f"unix:{tmp_path}/none"),
    )
    report = run(vault, source_at(stream.url, route="tor"), away)
    assert report.reason == "tor-not-running"
    assert stream.queries == []


def test_our_own_network_is_not_asked_through_tor_either(stream: Stream, vault: Vault) -> None:
    """Tor would look the name up where we cannot see it; it is refused before."""
    with pytest.raises(PolicyRefusal, match="private address"):
        list(jetstream_only(vault, source_at(stream.url, route="tor", allow_private=False)))


def jetstream_only(vault: Vault, source: Source) -> Iterator[object]:
    """The watching without what comes before it, such as whether tor runs."""
    mandate = vault.mandates()[0]
    with Fetcher(source, SETTINGS) as fetcher:
        report = CollectReport(source.name, mandate.valid_from)
        context = Context(vault, source, SETTINGS, mandate, fetcher, report)
        yield from jetstream.collect(context)


def test_it_ends_with_the_mandate(stream: Stream, vault: Vault) -> None:
    """What was authorised at the beginning may be over while a line is open."""

    def end_it(line: ServerConnection) -> None:
        line.send(frame(1, "teapot one"))
        vault.end_mandate("m1", "over")
        line.send(frame(2, "teapot two"))
        line.recv()

    stream.speak = [end_it]
    with pytest.raises(PolicyRefusal, match="mandate"):
        run(vault, source_at(stream.url))
    assert texts(vault) in ([], ["teapot one"])


def test_where_to_go_on_is_noted_last(
    stream: Stream, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where something fails before that, the next run begins with the same events again."""
    wanted = frame(1, "teapot one")
    stream.speak = [says(wanted), says(wanted)]

    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(jetstream.stands, "note", fail)
        with pytest.raises(RuntimeError, match="power cut"):
            run(vault, source_at(stream.url))
    assert vault.cursor("sky", jetstream.CURSOR) is None
    run(vault, source_at(stream.url))
    assert texts(vault)[-1:] == ["teapot one"]
    assert "cursor" not in stream.queries[1]
    assert {one.native_id for one in vault.documents()} == {f"at://{DID}/app.bsky.feed.post/key1"}


def test_only_those_asked_for_where_no_words_are(stream: Stream, vault: Vault) -> None:
    ask = Ask(accounts=(DID, "name.example"), watch=True, days=None)
    stream.speak = [says(frame(1, "anything at all"))]
    run(vault, source_at(stream.url, ask=ask))
    assert stream.queries[0]["wantedDids"] == [DID]
    assert texts(vault) == ["anything at all"]


CHILD = """
import sys
from pathlib import Path
from collectors.watching import jetstream
from collectors.web import collect_source
from config.settings import CollectionSettings, Settings, load_workspace
from config.sources import Source
from vault.vault import open_vault
jetstream.BATCH_SECONDS = 0.02
folder, source = Path(sys.argv[1]), Source.model_validate_json(sys.argv[2])
settings = Settings(collection=CollectionSettings(delay_seconds=0, timeout_seconds=20))
with open_vault(load_workspace(folder)) as vault:
    collect_source(vault, source, settings, progress=lambda _: print("kept", flush=True))
"""


def test_killed_at_any_moment_nothing_is_lost_or_kept_twice(
    stream: Stream, vault: Vault, tmp_path: Path
) -> None:
    frames = [frame(number, f"teapot {number}") for number in range(400)]

    def replay(line: ServerConnection) -> None:
        begin = int(stream.queries[-1].get("cursor", ["0"])[0])
        with suppress(ConnectionClosed):
            for one in frames:
                if json.loads(one)["time_us"] >= begin:
                    line.send(one)
                    time.sleep(0.002)
            line.recv()

    stream.speak = [replay] * 20
    source = source_at(stream.url, pace={"delay_seconds": 0})
    vault.close()
    words = [sys.executable, "-c", CHILD, str(tmp_path), source.model_dump_json()]
    for kept in (3, 60, 110):
        with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT) as child:
            assert child.stdout
            assert all(child.stdout.readline() for _ in range(kept))
            child.kill()
    with open_vault(load_workspace(tmp_path)) as again:
        assert 173 <= len(list(again.documents())) < len(frames)
        stop = threading.Event()

        def enough(report: CollectReport) -> None:
            if len({one.native_id for one in again.documents()}) == len(frames):
                stop.set()

        collect_source(again, source, SETTINGS, stop=stop, progress=enough)
        found = Counter(one.native_id for one in again.documents())
        assert len(found) == len(frames)
        assert set(found.values()) == {1}
        assert list(again.verify()) == []
