"""What an error of Mastodon's interface means, where the HTTP status alone does not tell."""

from __future__ import annotations

import re

from collectors.interfaces.answers import told_object
from collectors.interfaces.interface import Told
from collectors.web.failures import failure
from model.errors import CollectionError

_NO_TOKEN = re.compile(
    r"requires? an authenticated user|without authentication|authentication required|"
    r"not authenticated|missing access token|credentials required",
    re.I,
)
_BAD_TOKEN = re.compile(
    r"access token (?:is|was|has)|invalid token|token (?:expired|revoked)", re.I
)
_NO_RIGHT = re.compile(r"outside the authorized scopes|not allowed|awaiting approval", re.I)
_WORDS = (("token-missing", _NO_TOKEN), ("token-refused", _BAD_TOKEN), ("forbidden", _NO_RIGHT))
_GONE = re.compile(r"(?:record|user|status|account)? ?not found|can't find", re.I)


def trouble(told: Told) -> CollectionError | None:
    """An error by its words; None leaves it to the status, which tells in all other cases.

    Words are in the language of the instance, so a status that tells counts before them. Under
    401 Mastodon says that the token is invalid to those, too, who have shown none.
    """
    if told.status not in (200, 400, 401, 403, 422):
        return None
    answer = told_object(told.payload)
    said = answer.line("error")[:200] if isinstance(answer.at("error"), str) else ""
    if told.status == 200:
        return _in_a_good_answer(told, said)
    found = next((reason for reason, words in _WORDS if words.search(said)), "")
    if found and (told.status != 401 or found == "token-missing"):
        return failure(found, told.url, said)
    if told.status in (400, 422):
        return failure("interface-error", told.url, said or f"HTTP {told.status}")
    return None


def _in_a_good_answer(told: Told, said: str) -> CollectionError | None:
    """Errors under a status 200, as proxies and lookalikes give them."""
    if said:
        return failure("gone" if _GONE.fullmatch(said) else "interface-error", told.url, said)
    if told.payload.lstrip()[:1] not in (b"{", b"["):
        return failure("interface-error", told.url, "the answer is no JSON")
    return None
