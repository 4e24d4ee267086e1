"""Cookies that a person handed in: sent where they belong, and never kept in clear by us."""

from __future__ import annotations

import hashlib
from http.cookiejar import CookieJar
from typing import Any

import requests
import requests.cookies

_MOST = 300
_LONGEST = 4_096
_HARMLESS = frozenset(("domain", "expires", "httponly", "max-age", "path", "samesite", "secure"))


def cookie_header(jar: CookieJar, request: requests.PreparedRequest) -> str:
    """The cookies of the jar that belong to the request's host and path; empty for none."""
    header: Any = requests.cookies.get_cookie_header
    return header(jar, request) or ""


def take_in(jar: CookieJar, request: requests.PreparedRequest, response: Any) -> None:
    """Keep what the site sets, in memory only; floods of cookies are left alone."""
    given = response.headers.getlist("Set-Cookie")
    if given and sum(map(len, given)) <= 4 * _LONGEST and len(jar) + len(given) <= _MOST:
        extract: Any = requests.cookies.extract_cookies_to_jar
        extract(jar, request, response)


def without_value(set_cookie: str) -> str:
    """A Set-Cookie with a digest in place of the value: ``NAME=sha256:`` and 16 hex digits.

    Answers end up in evidence that is passed on, and the value opens somebody's session.
    """
    first, *attributes = set_cookie.split(";")
    name, separator, value = first.partition("=")
    if not separator:
        name, value = "", first
    digest = hashlib.sha256(value.strip().encode()).hexdigest()[:16]
    kept = [a for a in attributes if a.partition("=")[0].strip().lower() in _HARMLESS]
    return ";".join([f"{name.strip()}=sha256:{digest}", *kept])
