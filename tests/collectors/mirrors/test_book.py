"""One site at several addresses: pages map there and back, mirrors are taken in turn."""

from __future__ import annotations

import base64
import hashlib
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.mirrors import MirrorListReading, Mirrors
from config.sources import Source
from model.errors import ConfigurationError


def onion(seed: int) -> str:
    """A v3 onion address with a checksum that holds."""
    key = hashlib.sha256(seed.to_bytes(4, "big")).digest()
    check = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + check + b"\x03").decode().lower() + ".onion"


A, B, C = onion(1), onion(2), onion(3)


def market(**keys: Any) -> Source:
    given = {"start": [f"http://{A}/", f"http://{A}/new?page=1"], "mirrors": [f"http://{B}/m"]}
    return Source(**{"name": "bazaar", "route": "tor", **given, **keys})


def accepted(*urls: str, at: str = "2026-01-01T00:00:00Z") -> MirrorListReading:
    return MirrorListReading(urls, at, "AB" * 20, (), "0" * 64, "", ())


def with_list(**keys: Any) -> Source:
    wanted = {"url": f"http://{A}/mirrors.txt", "fingerprint": "AB" * 20, "key": "k.asc"}
    return market(mirror_list=wanted, **keys)


def clock() -> datetime:
    return datetime(2026, 1, 2, tzinfo=UTC)


def test_a_page_on_a_mirror_is_the_page_of_the_first_place() -> None:
    mirrors = Mirrors(market())
    assert mirrors.current == mirrors.first == f"http://{A}/"
    assert mirrors.canonical(f"http://{B}/m/item/7?x=1#top") == f"http://{A}/item/7?x=1#top"
    assert mirrors.canonical(f"http://{B}/m") == f"http://{A}/"
    assert mirrors.canonical(f"http://{A}/item/7") == f"http://{A}/item/7"


@pytest.mark.parametrize(
    "url",
    [f"http://{B}/elsewhere", f"http://{B}/market", "http://example.org/m/", "no address", "http://[",
     f"http://{A}:0/", f"http://{A}:99999/", f"ftp://{B}/m/"],
)  # fmt: skip
def test_what_is_on_no_mirror_stays_as_it_is(url: str) -> None:
    mirrors = Mirrors(market())
    assert mirrors.canonical(url) == url
    assert mirrors.at_mirror(url) == url
    assert not mirrors.belongs(url)


def test_the_current_mirror_is_asked_for_the_same_page() -> None:
    mirrors = Mirrors(market())
    assert mirrors.at_mirror(f"http://{A}/item/7?x=1") == f"http://{A}/item/7?x=1"
    assert mirrors.next("service-down")
    assert mirrors.current == f"http://{B}/m/"
    assert mirrors.at_mirror(f"http://{A}/item/7?x=1") == f"http://{B}/m/item/7?x=1"


@given(
    path=st.text("abc/%20-._~", max_size=20).map(lambda text: "/" + text),
    query=st.text("ab=&1", max_size=10).map(lambda text: f"?{text}" if text else ""),
    scheme=st.sampled_from(["http", "https"]),
)
def test_there_and_back_is_the_same_page(path: str, query: str, scheme: str) -> None:
    mirrors = Mirrors(market(mirrors=[f"http://{B}/m", "https://example.org/deep/er/"]))
    url = f"{scheme}://{A}{path}{query}"
    for _ in range(3):
        asked = mirrors.at_mirror(url)
        assert mirrors.canonical(asked) == url
        assert mirrors.belongs(asked)
        mirrors.next("timeout")


def test_other_ports_are_other_places() -> None:
    source = market(
        start=["http://127.0.0.1:8001/"],
        mirrors=["http://127.0.0.1:8002/"],
        route="clear",
        allow_private=True,
    )
    mirrors = Mirrors(source)
    assert mirrors.places() == {("127.0.0.1", 8001), ("127.0.0.1", 8002)}
    assert mirrors.canonical("http://127.0.0.1:8002/a") == "http://127.0.0.1:8001/a"
    assert not mirrors.belongs("http://127.0.0.1:8003/a")
    assert not mirrors.belongs("https://127.0.0.1:8001/a")


def test_places_are_all_hosts_also_of_further_start_addresses() -> None:
    mirrors = Mirrors(market(start=[f"http://{A}/", "https://forum.example.org/"]))
    assert {host for host, _ in mirrors.places()} == {A, B, "forum.example.org"}
    assert mirrors.belongs("https://forum.example.org/thread/1")
    mirrors.next("timeout")
    forum = "https://forum.example.org/thread/1"
    assert mirrors.at_mirror(forum) == mirrors.canonical(forum) == forum
    assert not mirrors.next("timeout", asked=forum), "it has no other address to go on to"
    assert mirrors.current == f"http://{B}/m/"


def test_mirrors_are_taken_in_turn_and_it_is_told_when_all_have_failed() -> None:
    mirrors = Mirrors(market(), [f"http://{C}"])
    assert mirrors.addresses() == (f"http://{A}/", f"http://{B}/m/", f"http://{C}/")
    assert [mirrors.next("timeout") for _ in range(6)] == [True, True, False] * 2
    assert mirrors.next("timeout")
    mirrors.answered(f"http://{B}/m/item/1")
    assert [mirrors.next("timeout") for _ in range(3)] == [True, True, False]


def test_a_source_of_one_address_has_no_other() -> None:
    mirrors = Mirrors(market(mirrors=[]))
    assert not mirrors.next("timeout")
    assert mirrors.current == f"http://{A}/"


def test_a_late_failure_of_a_mirror_that_was_left_moves_nothing() -> None:
    mirrors = Mirrors(market(), [f"http://{C}"])
    threads = [
        threading.Thread(target=mirrors.next, args=("timeout",), kwargs={"asked": f"http://{A}/{n}"})
        for n in range(8)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert mirrors.current == f"http://{B}/m/"


def test_a_late_failure_of_the_first_does_not_lead_back_to_the_second() -> None:
    mirrors = Mirrors(market(), [f"http://{C}"])
    mirrors.next("timeout")
    mirrors.next("timeout")
    assert mirrors.next("timeout", asked=f"http://{A}/late")
    assert mirrors.current == f"http://{C}/"


def test_the_next_run_starts_where_this_one_was_answered() -> None:
    mirrors = Mirrors(market(), clock=clock)
    mirrors.next("timeout")
    mirrors.answered(f"http://{B}/m/x")
    again = Mirrors(market(), state=mirrors.state())
    assert again.current == f"http://{B}/m/"
    first, second = again.known()
    assert (first.known_from, first.failed_at, first.reason) == (
        "start",
        "2026-01-02T00:00:00Z",
        "timeout",
    )
    assert (second.known_from, second.answered_at) == ("mirrors", "2026-01-02T00:00:00Z")


def test_a_state_is_small_and_forgets_addresses_that_are_gone() -> None:
    mirrors = Mirrors(market(), clock=clock)
    for number in range(1000):
        mirrors.answered(f"http://{B}/m/{number}")
    assert len(str(mirrors.state())) < 400
    assert set(Mirrors(market(mirrors=[]), state=mirrors.state()).state()["addresses"]) <= {A}


def test_addresses_of_an_accepted_list_count_until_the_next_list() -> None:
    mirrors = Mirrors(with_list(), clock=clock)
    assert mirrors.take(accepted(f"http://{A}/", f"http://{C}/"), served_from=f"http://{A}/x") == (
        f"http://{C}/",
    )
    assert mirrors.canonical(f"http://{C}/item") == f"http://{A}/item"
    again = Mirrors(with_list(), state=mirrors.state())
    assert again.addresses()[-1] == f"http://{C}/"
    assert [one.known_from for one in again.known()] == ["start", "mirrors", "list"]
    assert again.known()[0].verified_at == again.known()[2].verified_at == "2026-01-02T00:00:00Z"
    assert again.known()[1].verified_at == ""
    again.next("timeout")
    again.next("timeout")
    assert again.current == f"http://{C}/"
    again.take(accepted(f"http://{A}/"))
    assert again.addresses() == (f"http://{A}/", f"http://{B}/m/")
    assert again.current == f"http://{A}/"


def test_a_refused_list_changes_nothing() -> None:
    mirrors = Mirrors(with_list())
    refused = MirrorListReading((), "", "AB" * 20, ("no",), "0" * 64, "no")
    assert mirrors.take(refused) == ()
    assert mirrors.accepted is None


def test_a_list_by_a_key_that_the_source_no_longer_names_is_forgotten() -> None:
    mirrors = Mirrors(with_list())
    mirrors.take(accepted(f"http://{C}/"))
    other = with_list()
    assert other.mirror_list is not None
    wanted = {**other.mirror_list.model_dump(), "fingerprint": "CD" * 20}
    assert Mirrors(market(mirror_list=wanted), state=mirrors.state()).accepted is None
    assert Mirrors(market(), state=mirrors.state()).accepted is None


@pytest.mark.parametrize("key", ["start", "mirrors"])
def test_a_misspelt_onion_address_is_named_before_anything_is_asked(key: str) -> None:
    wrong = ("b" if A[0] != "b" else "c") + A[1:]
    with pytest.raises(ConfigurationError, match=rf"bazaar\.{key}\.0: .*misspelt"):
        Mirrors(market(**{key: [f"http://{wrong}/"]}))


def test_a_source_without_an_address_has_no_mirrors() -> None:
    with pytest.raises(ConfigurationError, match="no start address"):
        Mirrors(Source(name="bazaar"))
