"""How each interface is shown a key, and how a token is got for it; pure.

Only what a person handed in is used; nothing is registered, guessed or taken over from a browser.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from collectors.interfaces.interface import Told
from collectors.web.access import Question
from collectors.web.failures import failure, seconds_asked_for

Parts = Mapping[str, str]
"""What was handed in, by the name of the part: ``TOKEN``, ``CLIENT_ID``, ``PASSWORD`` …"""

_LONGEST_TOKEN = 16_384
_LONGEST_LIFE = 400 * 86_400.0
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Token:
    """What a login gave: ``life`` in seconds, None where it does not say."""

    value: str = field(repr=False)
    life: float | None = None
    refresh: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Login:
    """How a token is got: ``ask`` from what was handed in, ``again`` from a refresh token."""

    ask: Callable[[str, Parts], Question]
    read: Callable[[Any], Token | None]
    again: Callable[[str, str], Question] | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """How an interface is shown a token; ``refuses`` knows refusals that are no HTTP 401."""

    headers: Callable[[str], Mapping[str, str]]
    refuses: Callable[[Told], bool] = lambda _: False


def bearer(token: str) -> Mapping[str, str]:
    """RFC 6750, 2.1."""
    return {"Authorization": f"Bearer {token}"}


def google_key(token: str) -> Mapping[str, str]:
    """cloud.google.com/docs/authentication/api-keys-use: a key as a header, not in the address."""
    return {"X-Goog-Api-Key": token}


def discourse_key(token: str) -> Mapping[str, str]:
    """meta.discourse.org, User API keys specification."""
    return {"User-Api-Key": token}


def showing_of(engine: str) -> Showing:
    """How the interface of this engine is shown a token."""
    return _SHOWINGS.get(engine, Showing(bearer))


def login_of(engine: str, kind: str) -> Login | None:
    """How a token is got; None where what was handed in is the token."""
    return _LOGINS.get((engine, kind))


def token_of(login: Login, told: Told) -> Token:
    """The token in the answer to a login; CollectionError says why there is none.

    ``token-refused`` where the service does not accept what it was shown. The text of the answer
    is never repeated: only the service's own short word for the error.
    """
    said = _content(told.payload)
    if 200 <= told.status < 300 and (found := login.read(said)) is not None:
        return found
    where = urlunsplit((*urlsplit(told.url)[:3], "", ""))
    detail = f"HTTP {told.status}{_error_word(said)}"
    if told.status == 429:
        after = seconds_asked_for(told.headers.get("retry-after", ""))
        raise failure("rate-limit", where, detail, after=after)
    if told.status in (400, 401, 403) or (told.status == 200 and _error_word(said)):
        raise failure("token-refused", where, detail)
    raise failure("server-error", where, f"{detail}, and no token")


# eBay: developer.ebay.com/api-docs/static/oauth-client-credentials-grant.html
def _ask_ebay(base: str, parts: Parts) -> Question:
    form = {
        "grant_type": "client_credentials",
        "scope": "https://api.ebay.com/oauth/api_scope",
    }
    return _by_app(_at(base, "/identity/v1/oauth2/token"), parts, form)


# Reddit: github.com/reddit-archive/reddit/wiki/OAuth2, "Application Only OAuth"
def _ask_reddit(base: str, parts: Parts) -> Question:
    url = _at(base, "/api/v1/access_token")
    if urlsplit(base).hostname == "oauth.reddit.com":
        url = "https://www.reddit.com/api/v1/access_token"
    return _by_app(url, parts, {"grant_type": "client_credentials"})


# Mastodon: docs.joinmastodon.org/methods/oauth/#token
def _ask_mastodon(base: str, parts: Parts) -> Question:
    form = {
        "grant_type": "client_credentials",
        "client_id": parts["CLIENT_ID"],
        "client_secret": parts["CLIENT_SECRET"],
        "scope": "read",
    }
    return _posted(_at(base, "/oauth/token"), form)


# Bluesky: docs.bsky.app/docs/api/com-atproto-server-create-session and -refresh-session
def _ask_bluesky(base: str, parts: Parts) -> Question:
    body = {"identifier": parts["USER"], "password": parts["PASSWORD"]}
    return Question(
        _at(base, "/xrpc/com.atproto.server.createSession"),
        headers={"Content-Type": "application/json"},
        body=json.dumps(body).encode(),
    )


def _refresh_bluesky(base: str, refresh: str) -> Question:
    url = _at(base, "/xrpc/com.atproto.server.refreshSession")
    return Question(url, headers=bearer(refresh))


def _by_app(url: str, parts: Parts, form: Mapping[str, str]) -> Question:
    """Client credentials with HTTP Basic: RFC 6749, 2.3.1 and 4.4."""
    pair = ":".join(quote(parts[name], safe="") for name in ("CLIENT_ID", "CLIENT_SECRET"))
    basic = base64.b64encode(pair.encode()).decode("ascii")
    return _posted(url, form, Authorization=f"Basic {basic}")


def _posted(url: str, form: Mapping[str, str], **headers: str) -> Question:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return Question(url, headers={**kind, **headers}, body=urlencode(form).encode())


def _at(base: str, path: str) -> str:
    return urlunsplit((*urlsplit(base)[:2], path, "", ""))


def _read_oauth(said: Any) -> Token | None:
    """RFC 6749, 5.1."""
    if not isinstance(said, dict) or not (value := _secret(said.get("access_token"))):
        return None
    kind = said.get("token_type")
    if isinstance(kind, str) and kind.lower() not in ("bearer", "application access token"):
        return None
    return Token(value, _life(said.get("expires_in")))


def _read_bluesky(said: Any) -> Token | None:
    if not isinstance(said, dict) or not (value := _secret(said.get("accessJwt"))):
        return None
    return Token(value, life_of_jwt(value), _secret(said.get("refreshJwt")))


def life_of_jwt(token: str) -> float | None:
    """How long a JSON Web Token is good for when it is new, as it says itself (RFC 7519, 4.1)."""
    part = token.split(".")[1:2]
    try:
        raw = base64.urlsafe_b64decode(part[0] + "=" * (-len(part[0]) % 4))
    except (IndexError, ValueError):
        return None
    said = _content(raw)
    if not isinstance(said, dict):
        return None
    begun, ends = _number(said.get("iat")), _number(said.get("exp"))
    return None if begun is None or ends is None else _life(ends - begun)


def _bluesky_refuses(told: Told) -> bool:
    """An access token that is over is told by 400 with ExpiredToken (atproto.com/specs/xrpc)."""
    if told.status != 400:
        return False
    said = _content(told.payload)
    return isinstance(said, dict) and said.get("error") in ("ExpiredToken", "InvalidToken")


def _content(payload: bytes) -> Any:
    if len(payload) > _MOST_BYTES:
        return None
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None


def _secret(value: Any) -> str:
    """A token as it can be shown in a header; empty for anything else."""
    if not isinstance(value, str) or not 8 <= len(value) <= _LONGEST_TOKEN:
        return ""
    return value if value.isascii() and value.isprintable() and " " not in value else ""


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _life(value: Any) -> float | None:
    number = _number(value)
    return None if number is None or number <= 0 else min(number, _LONGEST_LIFE)


def _error_word(said: Any) -> str:
    """The service's word for an error, where it is a plain short one."""
    word = said.get("error") if isinstance(said, dict) else None
    plain = isinstance(word, str) and len(word) <= 40 and word.isascii()
    return f" {word}" if plain and str(word).replace("_", "").isalpha() else ""


_SHOWINGS: Mapping[str, Showing] = {
    "bluesky": Showing(bearer, _bluesky_refuses),
    "discourse": Showing(discourse_key),
    "youtube": Showing(google_key),
}
"""Others are shown ``Authorization: Bearer``. VK takes that in place of the parameter
``access_token`` (dev.vk.com, access keys, general information)."""

_LOGINS: Mapping[tuple[str, str], Login] = {
    ("bluesky", "password"): Login(_ask_bluesky, _read_bluesky, _refresh_bluesky),
    ("ebay", "app"): Login(_ask_ebay, _read_oauth),
    ("mastodon", "app"): Login(_ask_mastodon, _read_oauth),
    ("reddit", "app"): Login(_ask_reddit, _read_oauth),
}
"""By engine and kind of access."""


def can_log_in(engine: str, kind: str) -> bool:
    """Whether a way is known to use what this kind of access is given."""
    return kind in ("none", "token", "session") or (engine, kind) in _LOGINS
