"""What a login is asked, and what of its answer is a token: any answer at all is taken in."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.access.logins import (
    Token,
    can_log_in,
    life_of_jwt,
    login_of,
    showing_of,
    token_of,
)
from collectors.interfaces import Told
from model.errors import CollectionError

APP = {"CLIENT_ID": "the-id", "CLIENT_SECRET": "the secret/of it"}
TOKEN = "AQAAAB-token.of_the~service+/=="
WAYS = [("ebay", "app"), ("reddit", "app"), ("mastodon", "app"), ("bluesky", "password")]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "access_token": JSON | st.just(TOKEN),
        "accessJwt": JSON | st.just(TOKEN),
        "refreshJwt": JSON,
        "token_type": JSON | st.just("bearer"),
        "expires_in": JSON,
        "error": JSON,
    },
)


def jwt(**claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{body}.c2lnbmF0dXJl"


def told(content: object, status: int = 200, **headers: str) -> Told:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Told("https://api.example.org/token?x=1", status, raw, headers)


@pytest.mark.parametrize(
    ("engine", "base", "url"),
    [
        ("ebay", "https://api.ebay.com", "https://api.ebay.com/identity/v1/oauth2/token"),
        (
            "ebay",
            "https://api.sandbox.ebay.com/buy",
            "https://api.sandbox.ebay.com/identity/v1/oauth2/token",
        ),
        (
            "reddit",
            "https://oauth.reddit.com/",
            "https://www.reddit.com/api/v1/access_token",
        ),
        ("reddit", "http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v1/access_token"),
    ],
)
def test_an_application_shows_its_id_and_secret_by_basic(engine: str, base: str, url: str) -> None:
    login = login_of(engine, "app")
    assert login is not None
    asked = login.ask(base, APP)
    assert (asked.url, asked.method) == (url, "POST")
    scheme, _, packed = asked.headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(packed)) == ("Basic", b"the-id:the%20secret%2Fof%20it")
    form = parse_qs(asked.body.decode())
    assert form["grant_type"] == ["client_credentials"]
    assert form.get("scope", []) == (
        ["https://api.ebay.com/oauth/api_scope"] if engine == "ebay" else []
    )
    assert "secret" not in repr(asked)


def test_an_account_shows_name_and_app_password() -> None:
    login = login_of("bluesky", "password")
    assert login is not None
    asked = login.ask("https://bsky.social", {"USER": "u.bsky.social", "PASSWORD": "a-b"})
    assert asked.url == "https://bsky.social/xrpc/com.atproto.server.createSession"
    assert json.loads(asked.body) == {"identifier": "u.bsky.social", "password": "a-b"}
    assert login.again is not None
    again = login.again("https://bsky.social", "the-refresh-token")
    assert again.url == "https://bsky.social/xrpc/com.atproto.server.refreshSession"
    assert (again.headers, again.body) == ({"Authorization": "Bearer the-refresh-token"}, b"")


def test_tokens_with_their_lives() -> None:
    ebay, bluesky = login_of("ebay", "app"), login_of("bluesky", "password")
    assert ebay is not None
    assert bluesky is not None
    found = token_of(
        ebay, told({"access_token": TOKEN, "expires_in": 7200, "token_type": "Bearer"})
    )
    assert (found.value, found.life, found.refresh) == (TOKEN, 7200.0, "")
    assert TOKEN not in repr(found)
    access = jwt(iat=1_000, exp=8_200)
    found = token_of(bluesky, told({"accessJwt": access, "refreshJwt": TOKEN}))
    assert (found.value, found.life, found.refresh) == (access, 7200.0, TOKEN)


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (401, {"error": "invalid_client", "error_description": "x"}, "token-refused"),
        (400, {"error": "unsupported_grant_type"}, "token-refused"),
        (403, b"<html>", "token-refused"),
        (200, {"error": "invalid_grant"}, "token-refused"),
        (429, {}, "rate-limit"),
        (500, b"", "server-error"),
        (302, b"", "server-error"),
        (200, b"<html>maintenance</html>", "server-error"),
        (200, {"access_token": ""}, "server-error"),
        (200, {"access_token": "a token with spaces"}, "server-error"),
        (200, {"access_token": "line\r\nbreak-in-it"}, "server-error"),
        (200, {"access_token": TOKEN, "token_type": "mac"}, "server-error"),
        (200, b"[" * 100_000, "server-error"),
    ],
)
def test_answers_without_a_token(status: int, content: object, reason: str) -> None:
    login = login_of("reddit", "app")
    assert login is not None
    with pytest.raises(CollectionError) as caught:
        token_of(login, told(content, status, **{"retry-after": "30"}))
    assert caught.value.reason == reason
    assert "?x=1" not in caught.value.message


def test_the_word_for_an_error_is_told_and_no_more() -> None:
    login = login_of("ebay", "app")
    assert login is not None
    for word, shown in (("invalid_client", True), ("bad \x1b[31m", False), (TOKEN, False)):
        with pytest.raises(CollectionError) as caught:
            token_of(login, told({"error": word, "error_description": TOKEN}, 401))
        assert (word in caught.value.message) is shown
        assert TOKEN not in caught.value.message


@pytest.mark.parametrize("way", WAYS)
@given(content=st.binary(max_size=200) | ANSWERS | JSON, status=st.integers(100, 599))
def test_any_answer_is_a_token_or_a_told_failure(
    way: tuple[str, str], content: object, status: int
) -> None:
    login = login_of(*way)
    assert login is not None
    reason, found = "", Token("")
    try:
        found = token_of(login, told(content, status))
    except CollectionError as error:
        reason = error.reason
    assert bool(found.value) is (reason == "")
    assert reason in ("", "token-refused", "server-error", "rate-limit")
    assert found.value.isascii()
    assert found.value.isprintable()
    assert found.life is None or 0 < found.life < 1e9


@given(st.text(max_size=60) | JSON.map(lambda claims: jwt(exp=claims, iat=claims)))
def test_the_life_of_anything(token: str) -> None:
    life = life_of_jwt(token)
    assert life is None or life > 0


def test_how_interfaces_are_shown_a_token() -> None:
    assert showing_of("mastodon").headers("t") == {"Authorization": "Bearer t"}
    assert showing_of("vk").headers("t") == {"Authorization": "Bearer t"}
    assert showing_of("youtube").headers("t") == {"X-Goog-Api-Key": "t"}
    refuses = showing_of("bluesky").refuses
    assert refuses(told({"error": "ExpiredToken"}, 400))
    assert not refuses(told({"error": "InvalidRequest"}, 400))
    assert not refuses(told({"error": "ExpiredToken"}, 200))
    assert not refuses(told(b"[" * 100_000, 400))


def test_what_takes_which_kind_of_access() -> None:
    assert can_log_in("reddit", "app")
    assert can_log_in("matrix", "token")
    assert not can_log_in("matrix", "password")
