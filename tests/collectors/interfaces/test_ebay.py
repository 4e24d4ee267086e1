"""eBay: what is searched for and on which site, where a search ends, what its errors mean."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from collectors.interfaces import Term, Told
from collectors.interfaces.ebay import INTERFACE
from collectors.web.network import Fetcher
from config.settings import Settings
from config.sources import EXAMPLES, Ask, Source, load_source
from model.errors import Retry, Skip, Stop

BASE = "https://api.ebay.com/buy/browse/v1"
SEARCH = f"{BASE}/item_summary/search?q=tusk&filter=x&sort=newlyListed&limit=200"


def source(**ask: Any) -> Source:
    return load_source(EXAMPLES / "ebay.yml").model_copy(update={"ask": Ask(**ask)})


def found(total: int, *items: dict[str, Any]) -> bytes:
    return json.dumps({"total": total, "itemSummaries": list(items)}).encode()


def test_auctions_are_searched_for_too() -> None:
    """Without the filter eBay tells only of items at a fixed price."""
    asked = source(accounts=("old_harpoon",), groups=("2211",))
    places = [*INTERFACE.start(asked, [Term("tusk")])]
    assert len(places) == 5
    assert all("AUCTION" in place and "sort=newlyListed" in place for place in places)
    assert any("sellers%3A%7Bold_harpoon%7D%2CbuyingOptions" in place for place in places)
    assert {INTERFACE.question(place) for place in places} == {"tusk", ""}
    assert INTERFACE.cost(places[0]) == {"calls": 1}


@pytest.mark.parametrize(
    ("total", "offset", "onward"),
    [
        (431, None, 200),
        (431, 200, 400),
        (431, 400, None),
        (50_000, 9_800, None),
        (50_000, 9_600, 9_800),
    ],
)
def test_a_search_ends_with_its_items_and_with_ten_thousand(
    total: int, offset: int | None, onward: int | None
) -> None:
    url = SEARCH if offset is None else f"{SEARCH}&offset={offset}"
    reading = INTERFACE.read(found(total, {"itemId": "v1|1|0"}), source(profiles=False), url)
    more = [place for place in reading.follow if "item_summary" in place]
    assert more == ([] if onward is None else [f"{SEARCH}&offset={onward}"])


def test_a_row_says_nothing_that_its_own_page_says_in_other_words() -> None:
    """Else each round would take the excerpt for a change of the text, and back."""
    item = {
        "itemId": "v1|1|0",
        "title": "x",
        "shortDescription": "cut off",
        "itemLocation": {"country": "GB"},
    }
    (row,) = INTERFACE.read(found(1, item), source(), SEARCH).records
    assert not {"text", "category", "ships_from", "ships_to"} & set(row.fields)
    assert row.extra["excerpt"] == "cut off"
    own = INTERFACE.read(json.dumps(item).encode(), source(), f"{BASE}/item/v1%7C1%7C0").records[0]
    assert (own.native_id, own.fields["text"]) == (row.native_id, "cut off")
    assert own.extra["address"] == row.extra["address"] == f"{BASE}/item/v1%7C1%7C0"


def test_a_trader_tells_who_he_is() -> None:
    legal = {"name": "Harpoon Ltd", "phone": "+44 1255 555010", "vatDetails": [{"vatId": "7"}]}
    item = {"itemId": "v1|1|0", "seller": {"username": "old_harpoon", "sellerLegalInfo": legal}}
    (seller,) = INTERFACE.read(json.dumps(item).encode(), source(), f"{BASE}/item/x").asides
    assert seller.kind == "profile"
    assert (seller.native_id, seller.fields["seller"]) == ("old_harpoon", "old_harpoon")
    assert "+44 1255 555010" in seller.fields["text"]


@pytest.mark.parametrize(
    ("status", "number", "fate", "reason"),
    [
        (401, 1001, Stop, "token-refused"),
        (403, 1100, Stop, "token-refused"),
        (404, 11001, Skip, "gone"),
        (429, 2001, Retry, "quota"),
        (400, 12013, Skip, "interface-error"),
        (500, 12000, Retry, "server-error"),
        (404, 0, Skip, "gone"),
    ],
)
def test_errors(status: int, number: int, fate: type[Exception], reason: str) -> None:
    payload = json.dumps({"errors": [{"errorId": number, "message": "why"}]}).encode()
    error = INTERFACE.trouble(Told(SEARCH, status, payload))
    assert type(error) is fate
    assert error.reason == reason


def test_a_warning_beside_what_was_found_is_no_error() -> None:
    payload = json.dumps({"total": 0, "warnings": [{"errorId": 12002}]}).encode()
    assert INTERFACE.trouble(Told(SEARCH, 200, payload)) is None


@pytest.mark.parametrize(("country", "site"), [("DE", "EBAY_DE"), (None, "EBAY_US")])
def test_the_country_s_site_is_asked(country: str | None, site: str) -> None:
    """The header is on the wire, not only in a table."""
    seen: list[str | None] = []

    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["X-EBAY-C-MARKETPLACE-ID"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Request) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        base = f"http://127.0.0.1:{server.server_port}/buy/browse/v1"
        update = {"start": (base,), "allow_private": True, "country": country}
        with Fetcher(source().model_copy(update=update), Settings()) as fetcher:
            fetcher.get(f"{base}/item/x")
        thread.join()
    assert seen == [site]
