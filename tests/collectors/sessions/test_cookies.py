"""Cookies as browsers export them: read whole, sent where they belong, their values never told."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.cookies import get_cookie_header

from collectors.sessions import SessionCookie, read_cookies
from collectors.sessions.cookies import jar_of
from model.errors import ConfigurationError

SECRET = "s3cr3t-VALUE-1f9a"
HOST = "market.example.org"
ONION = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion"

NETSCAPE = f"""# Netscape HTTP Cookie File
# https://curl.se/docs/http-cookies.html

#HttpOnly_{HOST}\tFALSE\t/\tTRUE\t2000000000\tsession\t{SECRET}
.example.org\tTRUE\t/shop\tFALSE\t0\tlang\ten
"""
EXTENSION = json.dumps(
    [
        {
            "domain": HOST,
            "expirationDate": 2000000000.5,
            "hostOnly": True,
            "httpOnly": True,
            "name": "session",
            "path": "/",
            "sameSite": "lax",
            "secure": True,
            "session": False,
            "storeId": "0",
            "value": SECRET,
        },
        {
            "domain": ".example.org",
            "hostOnly": False,
            "name": "lang",
            "path": "/shop",
            "secure": False,
            "session": True,
            "value": "en",
        },
    ]
)
STORAGE = json.dumps(
    {
        "cookies": [
            {
                "name": "session",
                "value": SECRET,
                "domain": HOST,
                "path": "/",
                "expires": 2000000000,
                "httpOnly": True,
                "secure": True,
                "sameSite": "Lax",
            },
            {
                "name": "lang",
                "value": "en",
                "domain": ".example.org",
                "path": "/shop",
                "expires": -1,
            },
        ],
        "origins": [],
    }
)
BOTH = (
    SessionCookie("session", SECRET, HOST, secure=True, expires=2000000000),
    SessionCookie("lang", "en", "example.org", "/shop", host_only=False),
)


@pytest.mark.parametrize("text", [NETSCAPE, EXTENSION, STORAGE, NETSCAPE.replace("\n", "\r\n")])
def test_what_browsers_export(text: str) -> None:
    assert read_cookies(text.encode(), HOST) == BOTH
    assert read_cookies(b"\xef\xbb\xbf" + text.encode(), HOST) == BOTH


@pytest.mark.parametrize("prefix", ["Cookie: ", "cookie:", ""])
def test_a_header_line_is_for_the_host_given(prefix: str) -> None:
    line = f"{prefix}session={SECRET}; theme=dark=er; empty=\n"
    assert read_cookies(line.encode(), HOST) == (
        SessionCookie("session", SECRET, HOST),
        SessionCookie("theme", "dark=er", HOST),
        SessionCookie("empty", "", HOST),
    )


def test_of_the_same_cookie_twice_the_last_counts() -> None:
    (one,) = read_cookies(b"a=1; a=2", HOST)
    assert one.value == "2"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "none in what"),
        (b"# only a comment\n", "none in what"),
        (b"[]", "none in what"),
        (b"\xff\xfe" + SECRET.encode("utf-16-le"), "not UTF-8"),
        (f"a\tb\t{SECRET}".encode(), "line 1: 3 fields"),
        (f'[{{"name": "a", "value": "{SECRET}"'.encode(), "damaged JSON"),
        (f'["{SECRET}"]'.encode(), "not a JSON list"),
        (f'{{"a": "{SECRET}"}}'.encode(), "not a JSON list"),
        (f'[{{"name": "a", "value": ["{SECRET}"], "domain": "x"}}]'.encode(), "cookie 1: name"),
        (NETSCAPE.replace("2000000000", SECRET).encode(), "line 4: its expiry"),
        (b"[" * 100_000, "damaged JSON"),
        (b"a=" + SECRET.encode() * 100_000, "larger than"),
        ("; ".join(f"c{n}={SECRET}" for n in range(400)).encode(), "more than any site"),
    ],
)
def test_what_is_wrong_is_told_without_what_stands_there(raw: bytes, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        read_cookies(raw, HOST)
    assert SECRET not in str(caught.value) + repr(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\x00", "a;b", "ж", "x" * 9000])
def test_a_value_that_would_break_a_request_is_a_problem(value: str) -> None:
    raw = json.dumps([{"name": "a", "value": value, "domain": HOST}]).encode()
    (one,) = read_cookies(raw, HOST)
    assert "the value of a" in one.problem


@pytest.mark.parametrize(
    ("name", "path"), [("a b", "/"), ("", "/"), ("a\n", "/"), ("a", "x"), ("a", "/\n")]
)
def test_a_name_or_path_that_would_break_a_request_is_a_problem(name: str, path: str) -> None:
    raw = json.dumps([{"name": name, "value": "v", "domain": HOST, "path": path}]).encode()
    assert read_cookies(raw, HOST)[0].problem


@given(st.one_of(st.binary(max_size=300), st.text(max_size=100).map(lambda t: f"[{t}]".encode())))
def test_anything_at_all_gives_cookies_or_a_sentence(raw: bytes) -> None:
    with contextlib.suppress(ConfigurationError):
        assert read_cookies(raw, HOST)


def test_values_are_in_no_representation() -> None:
    jar = jar_of(BOTH)
    shown = [repr(BOTH), str(BOTH), repr(jar), str(jar), f"{jar}", str(list(jar)), repr(list(jar))]
    shown += [f"{each}" for each in jar] + [str([one.told() for one in BOTH])]
    assert not any(SECRET in text for text in shown)
    assert BOTH[0].told() == {"name": "session", "host": HOST, "expires": "2033-05-18T03:33:20Z"}


def header(cookies: Any, url: str) -> str:
    request = requests.Request("GET", url).prepare()
    return get_cookie_header(jar_of(cookies), request) or ""


def test_cookies_are_sent_where_they_belong() -> None:
    assert header(BOTH, f"https://{HOST}/shop/1") in (
        f"session={SECRET}; lang=en",
        f"lang=en; session={SECRET}",
    )
    assert header(BOTH, f"https://{HOST}/") == f"session={SECRET}"
    assert header(BOTH, f"http://{HOST}/") == "", "a secure cookie needs TLS"
    assert header(BOTH, "https://deep.market.example.org/shop") == "lang=en"
    assert header(BOTH, "https://other.org/shop") == ""
    assert header(BOTH, "https://notexample.org/shop") == ""


def test_secure_cookies_of_onion_services_need_no_tls() -> None:
    one = SessionCookie("session", SECRET, ONION, secure=True)
    assert header([one], f"http://{ONION}/x") == f"session={SECRET}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost.example"])
def test_cookies_of_addresses_in_numbers(host: str) -> None:
    assert header([SessionCookie("a", "b", host)], f"http://{host}:8001/") == "a=b"


@pytest.mark.parametrize(
    ("cookie", "belongs"),
    [
        (SessionCookie("a", "b", HOST), True),
        (SessionCookie("a", "b", "example.org", host_only=False), True),
        (SessionCookie("a", "b", "example.org"), False),
        (SessionCookie("a", "b", "org", host_only=False), False),
        (SessionCookie("a", "b", "0.0.1", host_only=False), False),
        (SessionCookie("a", "b", "deep.market.example.org"), False),
        (SessionCookie("a", "b", ""), False),
    ],
)
def test_which_hosts_a_cookie_belongs_to(cookie: SessionCookie, belongs: bool) -> None:
    assert cookie.belongs_to({HOST, "127.0.0.1"}) is belongs
