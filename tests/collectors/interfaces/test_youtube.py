"""YouTube: what a request costs, where lists end, what its errors mean, who an account is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collectors.interfaces import Term, Told
from collectors.interfaces.youtube import INTERFACE
from config.sources import EXAMPLES, Ask, Source, load_source
from model.errors import Retry, Skip, Stop

BASE = "https://www.googleapis.com/youtube/v3"
CHANNEL = "UCmadeUpChannel0000000001"
SEARCH = f"{BASE}/search?part=snippet&maxResults=50&q=tusk&type=video&order=date"


def source(**ask: Any) -> Source:
    return load_source(EXAMPLES / "youtube.yml").model_copy(update={"ask": Ask(**ask)})


def results(*items: dict[str, Any], token: str = "") -> bytes:
    answer = {"kind": "youtube#searchListResponse", "items": list(items), "nextPageToken": token}
    return json.dumps(answer).encode()


def found(video: str, day: str) -> dict[str, Any]:
    snippet = {"publishedAt": f"{day}T00:00:00Z", "channelId": CHANNEL, "title": "A &amp; B"}
    return {"id": {"videoId": video}, "snippet": snippet}


def test_searches_have_a_budget_of_their_own() -> None:
    asked = source(accounts=("@one",), groups=("PL0123456789",), tags=("tusk",))
    places = [*INTERFACE.start(asked, [Term("tusk", language="fr")])]
    assert [INTERFACE.cost(place) for place in places] == [
        {"search": 1}, {"search": 1}, {"units": 1}, {"units": 1}
    ]  # fmt: skip
    assert "relevanceLanguage=fr" in places[0]
    assert [INTERFACE.question(place) for place in places] == ["tusk", "#tusk", "", ""]
    assert not any("key=" in place for place in places)


def test_a_search_ends_with_what_is_older_and_where_nothing_came() -> None:
    page = results(found("aB3dE5gH7jK", "2023-03-07"), token="NEXT")
    asked = source(profiles=False)
    assert f"{SEARCH}&pageToken=NEXT" in INTERFACE.read(page, asked, SEARCH).follow
    old = INTERFACE.read(page, asked, SEARCH, since="2023-03-08T00:00:00Z")
    assert [place for place in old.follow if "pageToken" in place] == []
    assert INTERFACE.read(results(token="NEXT"), asked, SEARCH).follow == ()
    assert old.records[0].fields["title"] == "A & B"


def test_an_account_is_its_channel_s_id_whatever_it_calls_itself() -> None:
    """Titles are not unique: two channels of one title must never become one account."""
    comment = {
        "id": "UgzmadeUp0000000001",
        "snippet": {"authorDisplayName": "Same Name", "authorChannelId": {"value": CHANNEL}},
    }
    payload = json.dumps({"kind": "youtube#commentListResponse", "items": [comment]}).encode()
    url = f"{BASE}/comments?part=snippet&id=UgzmadeUp0000000001"
    (record,) = INTERFACE.read(payload, source(), url).records
    assert (record.fields["seller"], record.extra["name"]) == (CHANNEL, "Same Name")
    assert record.kind == "comment"


@pytest.mark.parametrize(
    ("status", "reasons", "fate", "reason"),
    [
        (403, ["quotaExceeded"], Retry, "quota"),
        (403, ["dailyLimitExceeded"], Retry, "quota"),
        (403, ["rateLimitExceeded"], Retry, "rate-limit"),
        (400, ["badRequest", "API_KEY_INVALID"], Stop, "token-refused"),
        (400, ["keyInvalid"], Stop, "token-refused"),
        (403, ["accessNotConfigured"], Stop, "token-refused"),
        (403, ["commentsDisabled"], Skip, "forbidden"),
        (404, ["videoNotFound"], Skip, "gone"),
        (404, ["playlistNotFound"], Skip, "gone"),
        (400, ["invalidPageToken"], Skip, "interface-error"),
        (503, ["backendError"], Retry, "server-error"),
        (500, [], Retry, "server-error"),
    ],
)
def test_errors(status: int, reasons: list[str], fate: type[Exception], reason: str) -> None:
    errors = [{"reason": one, "domain": "youtube"} for one in reasons]
    content = {"error": {"code": status, "message": "A <a href='x'>word</a>", "errors": errors}}
    error = INTERFACE.trouble(Told(SEARCH, status, json.dumps(content).encode()))
    assert type(error) is fate
    assert error.reason == reason
    assert "<a" not in error.message


def test_a_key_that_is_none_is_told_by_the_details_too() -> None:
    """As Google's servers answer since they name reasons in google.rpc.ErrorInfo."""
    content = {"error": {"code": 400, "errors": [{"reason": "badRequest"}],
                         "details": [{"reason": "API_KEY_INVALID"}]}}  # fmt: skip
    error = INTERFACE.trouble(Told(SEARCH, 400, json.dumps(content).encode()))
    assert isinstance(error, Stop)
