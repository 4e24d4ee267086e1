"""What can go wrong between us and a site, in the field's words, each with its fate and remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import requests

from model.errors import CollectionError, Retry, Skip, Stop


class Failure(NamedTuple):
    """The fate of one kind of failure, what it means and what a person can do about it."""

    fate: type[Retry] | type[Skip] | type[Stop]
    meaning: str
    remedy: str


_LATER = "nothing now: it is tried again on the next run"
_PERSON = "open the site in a browser, see what it asks for, and decide"
_TOR = "look at 'spoor doctor' and tor's log"

FAILURES: Mapping[str, Failure] = {
    "tor-not-running": Failure(Retry, "tor is not running", _TOR),
    "tor-not-bootstrapped": Failure(Retry, "tor is not connected yet", _TOR),
    "descriptor-missing": Failure(Retry, "the onion service is not published", _LATER),
    "service-unreachable": Failure(Retry, "the onion service does not answer", _LATER),
    "service-down": Failure(Retry, "the web server behind the onion service is down", _LATER),
    "port-closed": Failure(Retry, "nothing listens at this port", _LATER),
    "authorisation-missing": Failure(
        Stop, "the onion service wants a client key", "add the key to tor's ClientOnionAuthDir"
    ),
    "authorisation-wrong": Failure(
        Stop, "the onion service refused our client key", "check the key in ClientOnionAuthDir"
    ),
    "bad-address": Failure(Skip, "the address is malformed", "correct it in the source file"),
    "broken-off": Failure(Retry, "the connection broke in mid-answer", _LATER),
    "timeout": Failure(Retry, "the site took too long", _LATER),
    "name-unknown": Failure(Retry, "the host's name is not known", "check the address"),
    "tls": Failure(Stop, "the site's certificate does not hold", _PERSON),
    "too-large": Failure(
        Skip, "the answer is larger than allowed", "raise collection.max_bytes in spoor.toml"
    ),
    "media": Failure(
        Skip, "the address leads to media, which is not taken in", "narrow the source's follow"
    ),
    "rate-limit": Failure(Retry, "the site asks us to slow down", "raise the source's delay"),
    "server-error": Failure(Retry, "the site has an error of its own", _LATER),
    "http-status": Failure(Skip, "the page is not there for us", "check the address"),
    "redirect-elsewhere": Failure(
        Skip, "the page leads to another host", "add that host to start, if it belongs to the site"
    ),
    "redirects": Failure(Skip, "the page leads on and on", _PERSON),
    "robots": Failure(
        Skip, "the site's robots.txt forbids it", "'robots: ignore', if the mandate says so"
    ),
    "login": Failure(Stop, "the site shows a login page", _PERSON),
    "captcha": Failure(Stop, "the site shows a CAPTCHA", _PERSON),
    "queue": Failure(Stop, "the site shows a waiting or anti-DDoS page", _PERSON),
    "empty": Failure(
        Stop, "no record was read from any page", "compare a page with the source's selectors"
    ),
}
"""Reason → fate, meaning and remedy."""

_SOCKS_REASONS: Mapping[int, str] = {
    0x01: "service-down",
    0x04: "service-unreachable",
    0x05: "port-closed",
    0x06: "timeout",
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
_SOCKS_CODE = re.compile(r"0x([0-9a-f]{2})\b", re.I)


def failure(reason: str, where: str, detail: str = "") -> CollectionError:
    """The error of this reason, about ``where``."""
    known = FAILURES[reason]
    rest = f": {detail}" if detail else ""
    return known.fate(f"{where}: {known.meaning}{rest}", reason=reason, remedy=known.remedy)


def of_exception(error: Exception, where: str) -> CollectionError:
    """What an exception of requests or urllib3 means."""
    text = " ".join(str(error).split())
    if "SOCKS" in text or "socks" in text:
        return failure(_socks_reason(text), where)
    if isinstance(error, requests.exceptions.SSLError):
        return failure("tls", where)
    if isinstance(error, requests.exceptions.Timeout) or "timed out" in text:
        return failure("timeout", where)
    if isinstance(
        error, requests.exceptions.ConnectionError | requests.exceptions.ChunkedEncodingError
    ):
        return failure("broken-off", where)
    if isinstance(error, requests.exceptions.InvalidURL | UnicodeError | ValueError):
        return failure("bad-address", where)
    return failure("broken-off", where)


def of_status(status: int, where: str, retry_after: str = "") -> CollectionError | None:
    """What an HTTP status means; None where it is fine or leads on."""
    if status < 400:
        return None
    if status in (429, 503) and retry_after.isdigit():
        meaning = FAILURES["rate-limit"]
        return Retry(
            f"{where}: {meaning.meaning} (HTTP {status})",
            reason="rate-limit",
            remedy=meaning.remedy,
            after=min(float(retry_after), 3600.0),
        )
    if status == 429:
        return failure("rate-limit", where, "HTTP 429")
    if status in (401, 407):
        return failure("login", where, f"HTTP {status}")
    return failure("server-error" if status >= 500 else "http-status", where, f"HTTP {status}")


def _socks_reason(text: str) -> str:
    found = _SOCKS_CODE.search(text)
    if found is None:
        refused = "refused" in text or "Error connecting to SOCKS" in text
        return "tor-not-running" if refused else "service-unreachable"
    return _SOCKS_REASONS.get(int(found.group(1), 16), "service-unreachable")
