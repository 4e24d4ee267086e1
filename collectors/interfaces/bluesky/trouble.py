"""What Bluesky's interface means by its errors: ``{"error": NAME, "message": …}``.

AT Protocol specification of HTTP interfaces (atproto.com/specs/xrpc, read 2026-11-22), and the
errors that lexicons and the reference servers name. Most come with status 400 whatever they mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from collectors.interfaces.answers import told_object
from collectors.interfaces.bluesky.ask import SEARCH, method_of
from collectors.interfaces.interface import Told
from collectors.web.failures import failure
from model.errors import CollectionError

_REASONS: Mapping[str, str] = {
    "AuthMissing": "token-missing",
    "AuthenticationRequired": "token-missing",
    "ExpiredToken": "token-refused",
    "InvalidToken": "token-refused",
    "BadJwt": "token-refused",
    "Forbidden": "forbidden",
    "BlockedActor": "forbidden",
    "BlockedByActor": "forbidden",
    "AccountTakedown": "gone",
    "AccountDeactivated": "gone",
    "AccountSuspended": "gone",
    "RepoTakendown": "gone",
    "RepoDeactivated": "gone",
    "RepoNotFound": "gone",
    "RecordNotFound": "gone",
    "NotFound": "gone",
    "UnknownFeed": "gone",
    "UnknownList": "gone",
    "RateLimitExceeded": "rate-limit",
    "InternalServerError": "server-error",
    "UpstreamFailure": "server-error",
    "UpstreamTimeout": "server-error",
    "NotEnoughResources": "server-error",
    "MethodNotImplemented": "interface-error",
    "BadQueryString": "interface-error",
    "InvalidRequest": "interface-error",
}
_GONE = re.compile(
    r"\b(?:post|profile|actor|list|feed|record|account|repo)\b.{0,80}\b(?:not found|not exist)"
    r"|could not (?:find|locate)|account has been (?:suspended|deactivated|taken down)",
    re.I,
)


def trouble(told: Told) -> CollectionError | None:
    """The error an answer names; None where it names none, or one that only the status tells."""
    if told.status < 400:
        return None
    item = told_object(told.payload)
    name, message = item.line("error"), item.line("message")[:200]
    said = f"{name}: {message}" if message else name
    if not name:
        return _unnamed(told)
    if name == "InvalidRequest" and _GONE.search(message):
        return failure("gone", told.url, said)
    reason = _REASONS.get(name, "")
    return failure(reason, told.url, said) if reason else None


def _unnamed(told: Told) -> CollectionError | None:
    """A refusal that is no answer of the interface: only who is logged in may search."""
    if told.status == 403 and method_of(told.url) == SEARCH:
        said = "posts are searched for accounts that are logged in only"
        return failure("token-missing", told.url, said)
    return failure("token-missing", told.url) if told.status == 401 else None
