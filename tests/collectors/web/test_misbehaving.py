"""Each way to misbehave, provoked for real, under its name in the taxonomy."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from collectors.decoding import decode
from collectors.reading import read_page
from collectors.web.failures import of_status
from collectors.web.network import Answer, Fetcher
from config.settings import CollectionSettings, Settings
from config.sources import Source
from model.errors import CollectionError, PolicyRefusal, Retry, Skip, Stop

from .misbehaving import PAGE, Misbehaving, Way, answer, misbehaving

LIMITS = CollectionSettings(timeout_seconds=20, max_bytes=400_000, max_ratio=100)
HASTY = LIMITS.model_copy(update={"timeout_seconds": 0.25})


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    with misbehaving() as found:
        yield found


@pytest.fixture(scope="module")
def net(server: Misbehaving) -> Iterator[Fetcher]:
    with net_of(server, allow_private=True, pace={"concurrency": 4}) as found:
        yield found


@pytest.mark.parametrize(
    ("path", "reason", "fate"),
    [
        ("/flood-continue", "too-many-headers", Skip),
        ("/flood-head", "too-many-headers", Skip),
        ("/many-headers", "too-many-headers", Skip),
        ("/long-header", "malformed", Retry),
        ("/flood-body", "too-large", Skip),
        ("/flood-trailers", "too-large", Skip),
        ("/flood-chunks", "too-large", Skip),
        ("/huge-length", "too-large", Skip),
        ("/bomb-gzip", "packed-bomb", Skip),
        ("/bomb-deflate", "packed-bomb", Skip),
        ("/nested", "packing", Skip),
        ("/zstd", "packing", Skip),
        ("/lying-gzip", "malformed", Retry),
        ("/cut-gzip", "broken-off", Retry),
        ("/reset", "broken-off", Retry),
        ("/reset-head", "broken-off", Retry),
        ("/reset-body", "broken-off", Retry),
        ("/close", "broken-off", Retry),
        ("/short", "broken-off", Retry),
        ("/chunk-cut", "broken-off", Retry),
        ("/chunk-rubbish", "broken-off", Retry),
        ("/chunk-long-line", "malformed", Retry),
        ("/two-lengths", "malformed", Retry),
        ("/rubbish", "malformed", Retry),
        ("/http09", "malformed", Retry),
        ("/http2", "malformed", Retry),
        ("/not-a-number", "malformed", Retry),
        ("/switching", "malformed", Retry),
        ("/early-hints", "malformed", Retry),
        ("/304", "malformed", Retry),
        ("/picture", "media", Skip),
        ("/archive", "not-a-page", Skip),
        ("/program", "not-a-page", Skip),
        ("/404-picture", "gone", Skip),
    ],
)
def test_no_answer_and_why(
    path: str, reason: str, fate: type[CollectionError], net: Fetcher, server: Misbehaving
) -> None:
    with pytest.raises(fate) as caught:
        net.get(server.url + path)
    assert caught.value.reason == reason
    assert caught.value.remedy
    assert path in caught.value.message


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/gzip", "/gzip-twice", "/deflate", "/deflate-bare", "/no-coding", "/continue"),
        *("/surplus", "/no-such-charset", "/etag", "/negative-length"),
    ],
)
def test_what_is_odd_but_whole_is_taken_in(path: str, net: Fetcher, server: Misbehaving) -> None:
    assert net.get(server.url + path).payload == PAGE
    assert net.get(f"{server.url}/").payload == PAGE  # the next answer is not mixed up with it


def test_lengths_that_say_too_little_cut(net: Fetcher, server: Misbehaving) -> None:
    assert net.get(f"{server.url}/long").payload == PAGE[:20]
    assert net.get(f"{server.url}/length-and-chunks").payload == b"tusks"
    assert net.get(f"{server.url}/bomb-members").payload == b""


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/500", (Retry, "server-error", None)),
        ("/503", (Retry, "server-error", 120)),
        ("/429", (Retry, "rate-limit", 30)),
        ("/404", (Skip, "gone", None)),
        ("/410", (Skip, "gone", None)),
        ("/403", (Skip, "http-status", None)),
        ("/451", (Skip, "http-status", None)),
        ("/999", (Skip, "http-status", None)),
        ("/401", (Stop, "login", None)),
        ("/login", (Stop, "login", None)),
        ("/login-200", (Stop, "login", None)),
        ("/captcha", (Stop, "captcha", None)),
        ("/queue", (Stop, "queue", None)),
    ],
)
def test_an_answer_that_says_no(
    path: str, wanted: tuple[type, str, float | None], net: Fetcher, server: Misbehaving
) -> None:
    """A page that is a login, CAPTCHA or queue is that, whatever status it comes with."""
    answer = net.get(server.url + path)
    kind = read_page(answer.payload, url=answer.url).kind
    error = of_status(answer.status, path, answer.header("Retry-After"), page_kind=kind)
    assert error is not None
    assert (type(error), error.reason, getattr(error, "after", None)) == wanted


def test_a_date_to_come_back_at(net: Fetcher, server: Misbehaving) -> None:
    answer = net.get(f"{server.url}/429-date")
    error = of_status(answer.status, "x", answer.header("Retry-After"))
    assert isinstance(error, Retry)
    assert error.after is not None
    assert 60 < error.after <= 90


@pytest.mark.parametrize(
    "path",
    [
        *("/loop", "/to-file", "/to-gopher", "/to-data", "/to-home", "/to-metadata"),
        *("/to-decimal", "/to-mapped", "/to-nowhere", "/to-split"),
    ],
)
def test_redirects_are_handed_back_and_their_targets_checked(
    path: str, net: Fetcher, server: Misbehaving
) -> None:
    before = len(server.asked)
    answer = net.get(server.url + path)
    assert answer.status == 302
    assert server.asked[before:] == [path]
    public = net_of(server, allow_private=False)
    target = answer.header("Location")
    if target.startswith(("http", "file", "gopher", "data")):
        with public, pytest.raises((PolicyRefusal, Skip)):
            public.get(target)


def net_of(server: Misbehaving, limits: CollectionSettings = LIMITS, **more: object) -> Fetcher:
    source = Source.model_validate(
        {"name": "bazaar", "route": "clear", "start": [f"{server.url}/"]} | more
    )
    return Fetcher(source, Settings(collection=limits))


def hasty(server: Misbehaving) -> Fetcher:
    return net_of(server, HASTY, allow_private=True)


def test_heads_are_kept_on_one_line_each(net: Fetcher, server: Misbehaving) -> None:
    answer = net.get(f"{server.url}/folded")
    assert answer.header("X-A") == "one two"
    assert not any(char < " " for header in answer.headers for part in header for char in part)


def test_wrong_charsets_are_read_all_the_same(net: Fetcher, server: Misbehaving) -> None:
    answer = net.get(f"{server.url}/wrong-charset")
    assert "Слоновая кость" in decode(answer.payload, answer.header("Content-Type")).text


def test_a_page_that_has_not_changed(net: Fetcher, server: Misbehaving) -> None:
    first = net.get(f"{server.url}/etag")
    again = net.get(
        first.url, etag=first.header("ETag"), last_modified=first.header("Last-Modified")
    )
    assert (first.not_modified, again.not_modified) == (False, True)
    assert again.payload == b""
    forged = net.get(first.url, etag='"v1"\r\nX-Evil: 1')
    assert isinstance(forged, Answer)
    assert not forged.not_modified


@pytest.mark.parametrize(
    "path",
    ["/silent", "/drip-status", "/drip-head", "/drip-continue", "/drip-body", "/drip-chunks"],
)
def test_no_way_takes_longer_than_its_limit(path: str, server: Misbehaving) -> None:
    """Four times the time-out in all, here 1 s; the bound is loose, for machines are busy."""
    began = time.monotonic()
    with hasty(server) as net, pytest.raises(Retry) as caught:
        net.get(server.url + path)
    assert caught.value.reason == "timeout"
    assert time.monotonic() - began < 10


def test_bodies_of_100_000_nested_tags_are_read(server: Misbehaving) -> None:
    large = LIMITS.model_copy(update={"max_bytes": 1_000_000})
    with net_of(server, large, allow_private=True) as wide:
        reading = read_page(wide.get(f"{server.url}/nested-tags").payload)
    assert any("nested deeper" in issue.message for issue in reading.issues)


def test_brotli_is_unpacked_within_the_same_limits() -> None:
    brotli = pytest.importorskip("brotli", reason="brotli comes with fastwarc")
    ways: dict[str, bytes | Way] = {
        "/": answer(brotli.compress(PAGE), "200 OK", "Content-Encoding: br"),
        "/bomb": answer(brotli.compress(bytes(30_000_000)), "200 OK", "Content-Encoding: br"),
        "/cut": answer(brotli.compress(PAGE * 50)[:-4], "200 OK", "Content-Encoding: br"),
        "/lying": answer(PAGE, "200 OK", "Content-Encoding: br"),
    }
    wanted = {"/bomb": "packed-bomb", "/cut": "broken-off", "/lying": "malformed"}
    with misbehaving(ways) as site, net_of(site, allow_private=True) as net:
        assert net.get(f"{site.url}/").payload == PAGE
        for path, reason in wanted.items():
            with pytest.raises(CollectionError) as caught:
                net.get(site.url + path)
            assert caught.value.reason == reason
