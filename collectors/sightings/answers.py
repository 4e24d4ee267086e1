"""What an answer tells of the listing that was asked for: read, gone, removed, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.interfaces import Told, interface_of
from collectors.reading import read_page
from collectors.records import PageReading
from config.sources import Source
from model.errors import CollectionError, Skip
from model.evidence import Capture, Document
from vault.sightings import GONE

READ, UNCHANGED, REMOVED, SUSPECT, FAILED = "read", "unchanged", "removed", "suspect", "failed"

GONE_STATUSES = frozenset({404, 410, 451})
"""Answers by which a server says that a page is not there, or may not be shown (451)."""

DOWN = frozenset(
    {
        *("descriptor-missing", "service-unreachable", "service-down", "name-unknown"),
        *("host-unreachable", "port-closed", "tls", "broken-off", "timeout", "malformed"),
        *("server-error", "gone", "http-status"),
    }
)
"""Reasons for which the source counts as down. Trouble of ours (Tor, clock, budget), a wall that
wants a person, and pages that could not be read are none: the site may well be there."""

_WALLS = frozenset({"login", "captcha", "queue"})
_CHANGED = ("fits; read by structure", "layout has changed", "has the layout changed?")
ERROR_PAGE = "the site showed an error page"
_WORDS = {
    "login": "a login page came",
    "captcha": "a CAPTCHA came",
    "queue": "a waiting or anti-DDoS page came",
    "error": ERROR_PAGE,
    "empty": "the page had no content",
}


def outcome_of(
    capture: Capture,
    reading: PageReading | None,
    documents: Sequence[Document] = (),
    trouble: CollectionError | None = None,
) -> tuple[str, str]:
    """Outcome (``read``, ``unchanged``, ``gone``, ``removed``, ``suspect``, ``failed``) and why.

    ``reading`` is the page as read, None where the answer was no page. Whether the page is still
    that of the listing it was asked for is told later, from its records. ``trouble`` is what an
    interface says in its own words.
    """
    if trouble is not None:
        gone = trouble.reason == "gone"
        return (GONE, said_of(trouble)) if gone else (FAILED, trouble.reason)
    status = 200 if capture.status is None else capture.status
    if status in GONE_STATUSES:
        return GONE, f"HTTP {status}"
    if 300 <= status < 400 and status != 304:
        return FAILED, f"its address led to {location(capture) or 'nowhere'}"
    if status >= 400:
        return FAILED, f"HTTP {status}"
    same = UNCHANGED if capture.refers_to is not None else READ
    if reading is None:
        return (same, "") if documents else (SUSPECT, "no page came")
    return _of_page(reading, same)


def _of_page(reading: PageReading, same: str) -> tuple[str, str]:
    if reading.kind in _WALLS:
        return FAILED, _WORDS[reading.kind]
    if reading.removed:
        return REMOVED, reading.removed
    if reading.kind == "error":
        return FAILED, _WORDS["error"]
    if reading.kind == "empty":
        return SUSPECT, _WORDS["empty"]
    return (SUSPECT, "the page does not fit the source file") if is_odd(reading) else (same, "")


def said_of(trouble: CollectionError) -> str:
    """The interface's own words in an error, without the address they are about."""
    return trouble.message.rpartition(": ")[2][:300] or "gone"


def of_interface(source: Source, capture: Capture, payload: bytes) -> CollectionError | None:
    """What an interface's answer says in its own words, from the capture alone."""
    interface = interface_of(source.engine)
    if interface is None or capture.status == 304:
        return None
    headers = {name.lower(): value for name, value in reversed(capture.headers)}
    told = Told(capture.final_url or capture.url, capture.status or 200, payload, headers)
    return interface.trouble(told)


def is_odd(reading: PageReading) -> bool:
    """Whether the page does not fit the source file any more."""
    return any(issue.message.endswith(_CHANGED) for issue in reading.issues)


def location(capture: Capture) -> str:
    """Where a redirect leads, as the server wrote it; bounded."""
    found = (value for name, value in capture.headers if name.lower() == "location")
    return next(found, "")[:500]


def notice_in(payload: bytes, capture: Capture, source: Source) -> str:
    """What the body of an answer such as 410 says of the removal; often nothing."""
    try:
        page = read_page(
            payload,
            source=source,
            url=capture.final_url or capture.url,
            content_type=capture.content_type,
        )
    except Skip:
        return ""
    return page.removed
