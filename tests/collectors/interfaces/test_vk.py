"""VK: errors that come with status 200, paging, whose words a post holds, and prices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collectors.interfaces import Term, Told
from collectors.interfaces.vk import INTERFACE
from config.sources import EXAMPLES, Ask, Source, load_source
from model.errors import Retry, Skip, Stop

BASE = "https://api.vk.com/method"
WALL = f"{BASE}/wall.get?owner_id=-777&count=100&extended=1&fields=screen_name&v=5.199"


def source(**ask: Any) -> Source:
    return load_source(EXAMPLES / "vk.yml").model_copy(update={"ask": Ask(**ask)})


def answer(**response: Any) -> bytes:
    return json.dumps({"response": response}).encode()


def post(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "owner_id": -777, "from_id": 5, "date": 1678208640, **more}


@pytest.mark.parametrize(
    ("code", "fate", "reason"),
    [
        (1, Retry, "server-error"),
        (5, Stop, "token-refused"),
        (6, Retry, "rate-limit"),
        (9, Retry, "rate-limit"),
        (14, Stop, "captcha"),
        (15, Skip, "forbidden"),
        (17, Stop, "token-refused"),
        (18, Skip, "gone"),
        (29, Retry, "quota"),
        (30, Skip, "forbidden"),
        (100, Skip, "interface-error"),
        (203, Skip, "forbidden"),
        (99_999, Skip, "interface-error"),
    ],
)
def test_errors(code: int, fate: type[Exception], reason: str) -> None:
    payload = json.dumps({"error": {"error_code": code, "error_msg": "why"}}).encode()
    error = INTERFACE.trouble(Told(WALL, 200, payload))
    assert type(error) is fate
    assert error.reason == reason
    assert "why" in error.message


def test_an_answer_is_no_error() -> None:
    assert INTERFACE.trouble(Told(WALL, 200, answer(items=[]))) is None


def test_news_of_all_time_are_searched_for() -> None:
    """Without a time VK searches only the last 24 hours."""
    places = [*INTERFACE.start(source(groups=("club777", "-778")), [Term("бивень")])]
    assert "start_time=1&" in places[0]
    assert INTERFACE.question(places[0]) == INTERFACE.question(places[1]) == "бивень"
    assert (
        f"{BASE}/wall.get?domain=club777&count=100&extended=1&fields=screen_name&v=5.199" in places
    )
    assert any("wall.get?owner_id=-778&" in place for place in places)
    assert not any("access_token" in place for place in places)


def test_a_wall_goes_on_by_offset_until_its_end_or_what_is_older() -> None:
    quiet = source(profiles=False, threads=False)
    page = answer(count=150, items=[post(1)])
    onward = WALL + "&offset=100"
    assert INTERFACE.read(page, quiet, WALL).follow == (onward,)
    assert INTERFACE.read(page, quiet, onward).follow == ()
    assert INTERFACE.read(page, quiet, WALL, since="2023-03-08T00:00:00Z").follow == ()
    assert INTERFACE.read(answer(count=150, items=[]), quiet, WALL).follow == ()


def test_what_is_passed_on_is_not_taken_for_the_own_words() -> None:
    """Only a post without own words counts as passed on; the one passed on is a record too."""
    copy = {"id": 9, "owner_id": -778, "from_id": -778, "date": 1678000000, "text": "call 555"}
    bare = post(1, text="", copy_history=[copy])
    with_words = post(2, text="look at this", copy_history=[copy])
    reading = INTERFACE.read(answer(items=[bare, with_words]), source(), WALL)
    passed, quoting = reading.records
    origin = {"name": "club778", "id": "wall-778_9", "url": "https://vk.com/wall-778_9"}
    assert (passed.fields["text"], passed.extra["forwarded_from"]) == ("call 555", origin)
    assert (quoting.fields["text"], quoting.extra["quoted"]) == ("look at this", origin)
    assert "forwarded_from" not in quoting.extra
    assert [(one.native_id, one.fields["seller"]) for one in reading.asides] == [
        ("wall-778_9", "club778")
    ]


@pytest.mark.parametrize(
    ("amount", "price"), [("9000000", "90000"), ("1250", "12.50"), ("0", None), ("много", None)]
)
def test_prices_are_told_in_hundredths(amount: str, price: str | None) -> None:
    goods = {"id": 3, "owner_id": -777, "title": "x", "price": {"amount": amount}}
    url = f"{BASE}/market.get?owner_id=-777&count=200&extended=1&v=5.199"
    (record,) = INTERFACE.read(answer(count=1, items=[goods]), source(), url).records
    assert record.fields.get("price") == price


def test_the_same_post_has_the_same_id_on_every_page() -> None:
    pages = {
        WALL: answer(count=1, items=[post(7)]),
        f"{BASE}/wall.getById?posts=-777_7&extended=1&v=5.199": answer(items=[post(7)]),
        f"{BASE}/newsfeed.search?q=x&v=5.199": answer(items=[post(7)]),
    }
    found = [INTERFACE.read(page, source(), url).records[0] for url, page in pages.items()]
    assert {one.native_id for one in found} == {"wall-777_7"}
    assert len({one.extra["address"] for one in found}) == 1
