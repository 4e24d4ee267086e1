"""What VK's errors mean: they come with status 200, as a number (dev.vk.com/reference/errors).

A CAPTCHA (14) is never solved: a person looks at it.
"""

from __future__ import annotations

from collections.abc import Mapping

from collectors.interfaces.answers import told_object
from collectors.interfaces.interface import Told
from collectors.web.failures import failure
from model.errors import CollectionError

_CODES: Mapping[str, frozenset[int]] = {
    "token-refused": frozenset({2, 4, 5, 16, 17, 20, 21, 24, 25, 27, 28, 34, 35, 38, 41, 42, 101}),
    "rate-limit": frozenset({6, 9, 32}),
    "quota": frozenset({29, 601}),
    "captcha": frozenset({14}),
    "server-error": frozenset({1, 10, 13, 36, 43}),
    "gone": frozenset({18, 37, 39, 40, 104, 113, 125, 140, 1403, 1408}),
    "forbidden": frozenset(
        {7, 15, 19, 30, 141, *range(200, 206), *range(210, 216), 250, 260, 1400, 1404}
    ),
}
_AFTER: Mapping[int, float] = {6: 1.0, 9: 600.0, 32: 60.0}
"""Seconds to wait where VK does not say: too many a second, flood control."""


def trouble(told: Told) -> CollectionError | None:
    """The error in an answer; None where there is none."""
    answer = told_object(told.payload)
    if answer.at("error") is None:
        return None
    error = answer.item("error")
    code = error.number("error_code")
    said = f"{code}: {error.line('error_msg')[:200]}"
    for reason, codes in _CODES.items():
        if code in codes:
            return failure(reason, told.url, said, after=_AFTER.get(code or 0))
    return failure("interface-error", told.url, said)
