"""What errors of the YouTube Data API mean.

Reasons are those of developers.google.com/youtube/v3/docs/errors and of
developers.google.com/youtube/v3/docs/core_errors; a key that is none comes as a 400.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collectors import text as strings
from collectors.interfaces.answers import Item, told_object
from collectors.interfaces.found import plain
from collectors.interfaces.interface import Told
from collectors.text import words
from collectors.web.failures import failure
from model.errors import CollectionError

_REASONS: Mapping[str, frozenset[str]] = {
    "quota": words(
        "quotaExceeded dailyLimitExceeded dailyLimitExceededUnreg dailyLimitExceeded402 "
        "variableTermLimitExceeded"
    ),
    "rate-limit": words(
        "rateLimitExceeded userRateLimitExceeded rateLimitExceededUnreg "
        "userRateLimitExceededUnreg concurrentLimitExceeded servingLimitExceeded"
    ),
    "token-refused": words(
        "keyInvalid keyExpired API_KEY_INVALID API_KEY_SERVICE_BLOCKED API_KEY_EXPIRED "
        "accessNotConfigured SERVICE_DISABLED CONSUMER_SUSPENDED ipRefererBlocked "
        "API_KEY_IP_ADDRESS_BLOCKED authError required expired youtubeSignupRequired "
        "authenticatedUserAccountClosed authenticatedUserAccountSuspended"
    ),
    "forbidden": words(
        "commentsDisabled forbidden playlistItemsNotAccessible insufficientPermissions "
        "channelForbidden playlistForbidden ineligibleAccount contentOwnerAccountNotFound"
    ),
    "gone": words(
        "videoNotFound channelNotFound playlistNotFound commentThreadNotFound commentNotFound "
        "parentCommentNotFound channelClosed channelSuspended notFound"
    ),
    "server-error": words("processingFailure backendError internalError SERVICE_UNAVAILABLE"),
}
_STATUSES: Mapping[int, str] = {401: "token-refused", 404: "gone", 429: "rate-limit"}


def trouble(told: Told) -> CollectionError | None:
    """The error in an answer; None where there is none."""
    answer = told_object(told.payload)
    error = answer.item("error")
    if told.status < 400 and not error:
        return None
    reasons = [*_told(error)]
    for reason, names in _REASONS.items():
        if found := next((one for one in reasons if one in names), ""):
            return failure(reason, told.url, _said(error, found))
    other = next(iter(reasons), "")
    reason = _STATUSES.get(told.status, "server-error" if told.status >= 500 else "interface-error")
    return failure(reason, told.url, _said(error, other) or f"HTTP {told.status}")


def _told(error: Item) -> Iterator[str]:
    """The reasons in an error: of ``errors``, then of ``details`` (google.rpc.ErrorInfo)."""
    for one in (*error.items("errors"), *error.items("details")):
        if reason := one.line("reason"):
            yield reason


def _said(error: Item, reason: str) -> str:
    """The reason and the sentence, whose markup is taken off."""
    sentence = strings.line(plain(error.text("message")[:500])[0])[:200]
    return ": ".join(filter(None, (reason, sentence)))
