"""What an error of Matrix's interface means, by its ``errcode`` (Client-Server API, 2.1)."""

from __future__ import annotations

from collections.abc import Mapping

from collectors.interfaces.answers import told_object
from collectors.interfaces.interface import Told
from collectors.web.failures import failure
from model.errors import CollectionError

_CODES: Mapping[str, str] = {
    "M_UNKNOWN_TOKEN": "token-refused",
    "M_MISSING_TOKEN": "token-missing",
    "M_UNAUTHORIZED": "token-refused",
    "M_USER_DEACTIVATED": "token-refused",
    "M_USER_LOCKED": "token-refused",
    "M_USER_SUSPENDED": "token-refused",
    "M_FORBIDDEN": "forbidden",
    "M_GUEST_ACCESS_FORBIDDEN": "forbidden",
    "M_CONSENT_NOT_GIVEN": "forbidden",
    "M_NOT_FOUND": "gone",
    "M_LIMIT_EXCEEDED": "rate-limit",
    "M_UNRECOGNIZED": "interface-error",
    "M_UNKNOWN_POS": "interface-error",
    "M_INVALID_PARAM": "interface-error",
    "M_MISSING_PARAM": "interface-error",
    "M_RESOURCE_LIMIT_EXCEEDED": "server-error",
}
_LONGEST = 86_400_000


def trouble(told: Told) -> CollectionError | None:
    """An error by its code; None leaves it to the status."""
    answer = told_object(told.payload)
    code = answer.line("errcode")[:100]
    if not code:
        bare = told.status == 200 and told.payload.lstrip()[:1] not in (b"{", b"[")
        return failure("interface-error", told.url, "the answer is no JSON") if bare else None
    reason = _CODES.get(code, "")
    if not reason:
        return failure("interface-error", told.url, code) if told.status < 400 else None
    wait = answer.number("retry_after_ms")
    after = min(max(wait, 0), _LONGEST) / 1000 if wait is not None else None
    said = f"{code}: {answer.line('error')[:200]}"
    return failure(reason, told.url, said, after=after if reason == "rate-limit" else None)
