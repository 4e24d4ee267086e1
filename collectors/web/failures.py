"""What can go wrong between us and a site, in the field's words, each with its fate and remedy."""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import requests
import urllib3.exceptions

from model.errors import CollectionError, Retry, Skip, Stop


class Failure(NamedTuple):
    """The fate of one kind of failure, what it means and what a person can do about it."""

    fate: type[Retry] | type[Skip] | type[Stop]
    meaning: str
    remedy: str


_LATER = "nothing now: it is tried again on the next run"
_PERSON = "open the site in a browser, see what it asks for, and decide"
_TOR = "look at 'spoor doctor' and tor's log"
_SELECTORS = "compare a page with the source's selectors: 'spoor sources check'"

FAILURES: Mapping[str, Failure] = {
    # Tor itself
    "tor-not-running": Failure(Retry, "tor is not running", _TOR),
    "tor-not-bootstrapped": Failure(Retry, "tor is not connected yet", _TOR),
    "tor-control-unreachable": Failure(
        Retry,
        "tor's control port does not let us in",
        "set 'ControlPort 9051' and 'CookieAuthentication 1' in torrc, and let this user read "
        "the cookie",
    ),
    "clock-wrong": Failure(
        Stop, "tor says that this computer's clock is wrong", "set the clock, then start again"
    ),
    # the way to an onion service
    "descriptor-missing": Failure(Retry, "the onion service is not published", _LATER),
    "service-unreachable": Failure(Retry, "the onion service does not answer", _LATER),
    "service-down": Failure(Retry, "the web server behind the onion service is down", _LATER),
    "authorisation-missing": Failure(
        Stop,
        "the onion service wants a client key",
        "put the key into the file that SPOOR_ONION_KEYS_FILE names",
    ),
    "authorisation-wrong": Failure(
        Stop, "the onion service refused our client key", "check the key with the service's owner"
    ),
    "circuit-broken": Failure(Retry, "the Tor circuit broke in mid-answer", _LATER),
    # the way to any site
    "bad-address": Failure(Skip, "the address is malformed", "correct it in the source file"),
    "name-unknown": Failure(Retry, "the host's name is not known", "check the address"),
    "host-unreachable": Failure(Retry, "no way leads to the host", "check network and firewall"),
    "port-closed": Failure(Retry, "nothing listens at this port", _LATER),
    "tls": Failure(Stop, "the site's certificate does not hold", _PERSON),
    "broken-off": Failure(Retry, "the connection broke in mid-answer", _LATER),
    "timeout": Failure(Retry, "the site took too long", _LATER),
    # what came is not taken in
    "malformed": Failure(Retry, "what came is no proper HTTP", _PERSON),
    "too-many-headers": Failure(
        Skip, "the answer has more headers than allowed", "look at the site: no page needs that"
    ),
    "too-large": Failure(
        Skip, "the answer is larger than allowed", "raise collection.max_bytes in spoor.toml"
    ),
    "packed-bomb": Failure(
        Skip,
        "the answer unpacks to many times what came",
        "raise collection.max_ratio in spoor.toml, if that page is worth it",
    ),
    "packing": Failure(Skip, "the answer is packed in a way that is not read", _PERSON),
    "media": Failure(
        Skip,
        "the address leads to media, which is not taken in",
        "narrow the source's follow; pictures of listings need 'media' in source and mandate",
    ),
    "media-blocked": Failure(
        Skip,
        "the picture is on the block list and was not kept",
        "the custody log has its hash and address; report it where the law asks for it",
    ),
    "not-a-page": Failure(
        Skip, "the address leads to a file that is no page", "narrow the source's follow"
    ),
    # what the site says
    "rate-limit": Failure(Retry, "the site asks us to slow down", "raise the source's delay"),
    "server-error": Failure(Retry, "the site has an error of its own", _LATER),
    "http-status": Failure(Skip, "the page is not there for us", "check the address"),
    "gone": Failure(Skip, "the site says that the page is gone", "nothing: it is noted as gone"),
    "redirect-elsewhere": Failure(
        Skip, "the page leads to another host", "add that host to start, if it belongs to the site"
    ),
    "redirects": Failure(Skip, "the page leads on and on", _PERSON),
    "robots": Failure(
        Skip, "the site's robots.txt forbids it", "'robots: ignore', if the mandate says so"
    ),
    "login": Failure(
        Stop, "the site shows a login page", "hand in a session for this source, if that is lawful"
    ),
    "session-expired": Failure(
        Stop, "the session handed in is over", "log in with a browser and hand in a new session"
    ),
    "captcha": Failure(Stop, "the site shows a CAPTCHA", _PERSON),
    "queue": Failure(Stop, "the site shows a waiting or anti-DDoS page", _PERSON),
    # what an interface says
    "token-missing": Failure(
        Stop,
        "the interface wants a key or token, and none is given",
        "put it into the environment or the keyring: 'spoor sources show NAME' says under which "
        "name",
    ),
    "token-refused": Failure(
        Stop,
        "the interface refuses our key or token",
        "see whether it was revoked or has expired, and give a new one",
    ),
    "forbidden": Failure(
        Skip, "the interface does not show this to our account", "nothing: it is not for us to see"
    ),
    "quota": Failure(
        Retry, "the interface's quota of the day is used up", "nothing: it goes on when it is full"
    ),
    "interface-error": Failure(
        Skip, "the interface answers with an error", "compare the source's `ask` with its manual"
    ),
    "mirror-list": Failure(
        Skip, "the site's list of mirrors is not believed", "see 'spoor sources mirrors NAME'"
    ),
    "clone": Failure(
        Stop, "the page is a copy of the site at a foreign address", "compare with its mirror list"
    ),
    # what the pages say
    "layout-changed": Failure(Stop, "the pages no longer fit the source file", _SELECTORS),
    "empty": Failure(Stop, "no record was read from any page", _SELECTORS),
    # our own rules
    "trap": Failure(Skip, "the pages lead on without an end", "see the source's traps"),
    "budget": Failure(Retry, "the day's requests are used up", "nothing: it goes on tomorrow"),
    "quiet-hours": Failure(Retry, "these are quiet hours", "nothing: it goes on after them"),
}
"""Reason → fate, meaning and remedy."""


def failure(
    reason: str, where: str, detail: str = "", *, after: float | None = None
) -> CollectionError:
    """The error of this reason, about ``where``; ``after`` in seconds where it is known."""
    known = FAILURES[reason]
    message = f"{where}: {known.meaning}{f': {detail}' if detail else ''}"
    if known.fate is Retry:
        return Retry(message, reason=reason, remedy=known.remedy, after=after)
    return known.fate(message, reason=reason, remedy=known.remedy)


_SOCKS_REASONS: Mapping[int, str] = {
    0x01: "service-down",
    0x02: "service-unreachable",
    0x03: "host-unreachable",
    0x04: "service-unreachable",
    0x05: "port-closed",
    0x06: "timeout",
    0x07: "bad-address",
    0x08: "bad-address",
    # Tor's own codes (proposal 304), sent where tor runs with ExtendedErrors.
    0xF0: "descriptor-missing",
    0xF1: "descriptor-missing",
    0xF2: "service-unreachable",
    0xF3: "service-unreachable",
    0xF4: "authorisation-missing",
    0xF5: "authorisation-wrong",
    0xF6: "bad-address",
    0xF7: "timeout",
}
_NO_ONION: Mapping[int, str] = {0x01: "host-unreachable", 0x04: "name-unknown"}
"""The same codes mean something else where an exit relay goes on to a host of the open net."""
_SOCKS_CODE = re.compile(r"0x([0-9a-f]{2})\b", re.I)
_STATUSES: Mapping[int, str] = {
    401: "login",
    404: "gone",
    407: "login",
    410: "gone",
    429: "rate-limit",
}
_WITHHELD = ", withheld for legal reasons"
_LONGEST_WAIT = 86_400.0
_BROKEN = (
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
    http.client.RemoteDisconnected,
    ConnectionResetError,
    BrokenPipeError,
)
_MALFORMED = (
    http.client.BadStatusLine,
    http.client.LineTooLong,
    http.client.UnknownProtocol,
    urllib3.exceptions.InvalidChunkLength,
    urllib3.exceptions.InvalidHeader,
    requests.exceptions.InvalidHeader,
)


def of_exception(error: Exception, where: str, *, route: str = "clear") -> CollectionError:
    """What an exception of requests, urllib3 or below means, by what it was caused by."""
    chain = tuple(_causes(error))
    text = " ".join(str(error).split())
    if "SOCKS" in text or "socks" in text:
        return of_proxy_error(error, where)
    broken = any(isinstance(cause, _BROKEN) for cause in chain)
    for cause in () if broken else chain:
        if found := _of_cause(cause):
            return failure(found, where, _tls_detail(cause))
    if "timed out" in text:
        return failure("timeout", where)
    if "got more than" in text and "headers" in text:
        return failure("too-many-headers", where)
    lost = requests.ConnectionError | requests.exceptions.ChunkedEncodingError
    if isinstance(error, ValueError) and not isinstance(error, lost):
        return failure("bad-address", where)
    return failure("circuit-broken" if route == "tor" else "broken-off", where)


def _of_cause(cause: BaseException) -> str:
    """The reason that one exception stands for by its kind alone; empty where it does not tell."""
    if isinstance(cause, TimeoutError | requests.Timeout | urllib3.exceptions.TimeoutError):
        return "timeout"
    if isinstance(cause, ssl.SSLError | requests.exceptions.SSLError):
        return "tls"
    return "malformed" if isinstance(cause, _MALFORMED) else ""


def of_proxy_error(error: Exception, where: str) -> CollectionError:
    """What tor's SOCKS proxy said, or that it is not there."""
    text = " ".join(str(error).split())
    if found := _SOCKS_CODE.search(text):
        code = int(found.group(1), 16)
        reason = _SOCKS_REASONS.get(code, "service-unreachable")
        if ".onion" not in where + text:
            reason = _NO_ONION.get(code, reason)
        return failure(reason, where, f"tor answers 0x{code:02x}")
    if any(isinstance(cause, TimeoutError) for cause in _causes(error)) or "timed out" in text:
        return failure("timeout", where, "no way through Tor was found in time")
    refused = "refused" in text or "Error connecting to SOCKS" in text
    return failure("tor-not-running" if refused else "service-unreachable", where)


def of_status(
    status: int,
    where: str,
    retry_after: str = "",
    *,
    page_kind: str = "",
    now: datetime | None = None,
) -> CollectionError | None:
    """What an HTTP status means; None where it is fine or leads on.

    ``page_kind`` is what the reader took the page for: a login, captcha or queue page is that
    under any status. ``now`` is what a date in ``retry_after`` counts from.
    """
    said = f"HTTP {status}{_WITHHELD if status == 451 else ''}"
    if page_kind in ("login", "captcha", "queue"):
        return failure(page_kind, where, said)
    if status < 400:
        return None
    reason = _STATUSES.get(status, "server-error" if 500 <= status < 600 else "http-status")
    return failure(reason, where, said, after=seconds_asked_for(retry_after, now))


def seconds_asked_for(retry_after: str, now: datetime | None = None) -> float | None:
    """Retry-After in seconds, given as such or as an HTTP date; None for what is neither.

    Never more than a day, never less than nothing.
    """
    value = retry_after.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((aware - (now or datetime.now(UTC))).total_seconds(), 0.0), _LONGEST_WAIT)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception, what caused it, and what it was made of; each once, the outermost first."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < 30:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def _tls_detail(cause: BaseException) -> str:
    """Why a certificate does not hold, in OpenSSL's words."""
    for one in _causes(cause):
        if isinstance(one, ssl.SSLCertVerificationError):
            return str(one.verify_message)[:200]
    return ""
