"""What Reddit's answers say went wrong.

Statuses and reasons are those of reddit.com/dev/api, of prawcore's exceptions, and of the recorded
exchanges of praw 8.0.3. The limit is told by ``x-ratelimit-remaining`` and ``x-ratelimit-reset``
(seconds), in every answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from collectors.interfaces.answers import Item, told_object
from collectors.interfaces.interface import Told
from collectors.web.failures import failure
from model.errors import CollectionError

LONGEST_WAIT = 86_400.0
_STATUSES: Mapping[int, str] = {
    401: "token-refused",
    403: "forbidden",
    404: "gone",
    410: "gone",
    429: "rate-limit",
    451: "forbidden",
}
_REASONS: Mapping[str, str] = {
    "private": "the subreddit is private",
    "quarantined": "the subreddit is quarantined",
    "gold_only": "the subreddit is for paying accounts only",
    "banned": "the subreddit was banned",
}


def trouble(told: Told) -> CollectionError | None:
    """The error in an answer; None where there is none, or the status says all of it."""
    if told.status in (301, 302, 303, 307, 308):
        return _redirect(told)
    answer = told_object(told.payload)
    status = _status(told, answer)
    if status < 400:
        return _in_json(told, answer)
    said = _said(status, answer)
    if status == 403 and not answer:
        said = f"{said}, and no word of the interface: the request itself is blocked"
        return failure("token-refused", told.url, said)
    reason = _STATUSES.get(status, "server-error" if status >= 500 else "interface-error")
    return failure(reason, told.url, said, after=_reset(told) if status == 429 else None)


def _status(told: Told, answer: Item) -> int:
    """The status, or the one that stands in the answer to a request that went well otherwise."""
    inside = answer.at("error")
    if told.status < 400 and isinstance(inside, int) and 400 <= inside < 600:
        return inside
    return told.status


def _in_json(told: Told, answer: Item) -> CollectionError | None:
    """Errors of ``api_type=json``: [[name, sentence, field], …]."""
    first = answer.at("json", "errors", 0)
    if not isinstance(first, list) or not first:
        return None
    said = " ".join(str(part)[:200] for part in first[:2])
    if str(first[0]).upper() == "RATELIMIT":
        return failure("rate-limit", told.url, said, after=_seconds(answer.at("json", "ratelimit")))
    return failure("interface-error", told.url, said)


def _redirect(told: Told) -> CollectionError | None:
    """An unknown subreddit leads to the search for subreddits."""
    if "/subreddits/search" in told.headers.get("location", ""):
        return failure("gone", told.url, "there is no such subreddit")
    return None


def _said(status: int, answer: Item) -> str:
    reason = answer.line("reason")
    words = _REASONS.get(reason, reason) or answer.line("message")
    return f"HTTP {status}{f', {words[:200]}' if words else ''}"


def _reset(told: Told) -> float | None:
    """Seconds until the limit is lifted."""
    given = told.headers.get("x-ratelimit-reset") or told.headers.get("retry-after", "")
    return _seconds(given)


def _seconds(given: object) -> float | None:
    try:
        seconds = float(str(given)[:20])
    except ValueError:
        return None
    return min(seconds, LONGEST_WAIT) if seconds >= 0 else None
