"""Session cookies as people hand them in: browser exports and header lines, read without a leak.

Nothing here ever puts a cookie's value into a message, a representation or a log.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

from collectors.tor import is_onion
from model.canonical import Json
from model.clock import iso
from model.errors import ConfigurationError

MAX_BYTES = 1_000_000
MAX_COOKIES = 300
MAX_VALUE = 8_192

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_UNFIT = re.compile(r"[^\x20-\x7e]|;")
_HEADER = re.compile(r"(?i)\A(?:cookie:[ \t]*)?([^\s=;,]{1,256}=[^\r\n]*)\Z")
_SESSION = re.compile(r"sess|auth|token|log_?in|jwt|remember|(?:^|[._-])sid$", re.I)
_KINDS = (
    "a cookies.txt (Netscape), the JSON of a browser extension, or a 'Cookie:' line are understood"
)


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """One cookie. ``expires`` is in seconds since 1970, None for as long as the browser runs.

    ``host_only`` ones go to exactly ``host``, others to hosts below it as well. ``problem`` says
    why it may not be sent; of a browser's whole export many are for other hosts and never are.
    """

    name: str
    value: str = field(repr=False)
    host: str
    path: str = "/"
    secure: bool = False
    host_only: bool = True
    expires: int | None = None
    problem: str = ""

    def is_over(self, now: float) -> bool:
        return self.expires is not None and self.expires <= now

    @property
    def opens(self) -> bool:
        """Whether its name says that it is what keeps a person logged in."""
        return bool(_SESSION.search(self.name))

    def belongs_to(self, hosts: Collection[str]) -> bool:
        """Whether it would be sent to one of these hosts, and not to a whole top domain."""
        if self.host in hosts:
            return True
        if self.host_only or "." not in self.host:
            return False
        return any(host.endswith("." + self.host) and not _is_ip(host) for host in hosts)

    def told(self) -> dict[str, Json]:
        """What may be shown and logged of it: never its value."""
        expires = None if self.expires is None else iso(datetime.fromtimestamp(self.expires, UTC))
        return {"name": self.name, "host": self.host, "expires": expires}


class _Kept(Cookie):
    """A cookie that does not show its value."""

    def __repr__(self) -> str:
        return f"<cookie {self.name} of {self.domain}>"

    __str__ = __repr__


class SessionJar(CookieJar):
    """The cookies of a session, for requests; it does not show their values."""

    def __repr__(self) -> str:
        return f"<{len(self)} session cookies>"

    __str__ = __repr__


def read_cookies(raw: bytes, host: str) -> tuple[SessionCookie, ...]:
    """The cookies of a file or header line, each name, host and path once, the last one counts.

    ``host`` is the one that a header line, which names none, is for. ConfigurationError says what
    is wrong by line or number, never with the text that stands there.
    """
    if len(raw) > MAX_BYTES:
        raise ConfigurationError(f"cookies: larger than {MAX_BYTES:,} bytes", remedy=_KINDS)
    try:
        text = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ConfigurationError("cookies: not UTF-8 text", remedy=_KINDS) from None
    if text[:1] in ("[", "{"):
        found = _from_json(text)
    elif header := _HEADER.match(text):
        found = _from_header(header.group(1), host)
    else:
        found = _from_netscape(text)
    each = {(one.name, one.host, one.path): one for one in found}
    if not each:
        raise ConfigurationError("cookies: there is none in what was handed in", remedy=_KINDS)
    if len(each) > MAX_COOKIES:
        raise ConfigurationError(f"cookies: {len(each)}, more than any site sets")
    return tuple(each.values())


def jar_of(cookies: Sequence[SessionCookie]) -> SessionJar:
    """The cookies for requests to send, each to its own hosts only.

    A secure cookie of an onion service is sent without TLS too, as Tor Browser does: the
    connection to an onion service is encrypted by itself.
    """
    exact = DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)
    jar = SessionJar(exact)
    for one in cookies:
        jar.set_cookie(
            _Kept(
                version=0,
                name=one.name,
                value=one.value,
                port=None,
                port_specified=False,
                domain=one.host if one.host_only else f".{one.host}",
                domain_specified=not one.host_only,
                domain_initial_dot=not one.host_only,
                path=one.path,
                path_specified=True,
                secure=one.secure and not is_onion(one.host),
                expires=one.expires,
                discard=one.expires is None,
                comment=None,
                comment_url=None,
                rest={},
            )
        )
    return jar


def _from_header(line: str, host: str) -> Iterator[SessionCookie]:
    for number, pair in enumerate(line.split(";"), 1):
        if pair.strip():
            name, _, value = pair.partition("=")
            yield _fit(SessionCookie(name.strip(), value.strip(), host), f"cookie {number}")


def _from_netscape(text: str) -> Iterator[SessionCookie]:
    """Seven fields a line, apart by tabs; ``#HttpOnly_`` before the host, other # are comments."""
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.removeprefix("#HttpOnly_").split("\t")
        if not line.strip() or fields[0].startswith("#"):
            continue
        if len(fields) != 7:
            raise ConfigurationError(
                f"cookies, line {number}: {len(fields)} fields apart by tabs, not 7", remedy=_KINDS
            )
        host, below, path, secure, expires, name, value = fields
        place = f"line {number}"
        yield _fit(
            SessionCookie(
                name,
                value,
                host,
                path or "/",
                secure=secure.upper() == "TRUE",
                host_only=below.upper() != "TRUE",
                expires=_expiry(expires, place),
            ),
            place,
        )


def _from_json(text: str) -> Iterator[SessionCookie]:
    """The lists that extensions such as Cookie-Editor export, and Playwright's storage state."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigurationError("cookies: damaged JSON", remedy=_KINDS) from None
    items = content.get("cookies") if isinstance(content, dict) else content
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ConfigurationError("cookies: not a JSON list of cookies", remedy=_KINDS)
    for number, item in enumerate(items, 1):
        yield _from_item(item, f"cookie {number}")


def _from_item(item: Mapping[str, Any], place: str) -> SessionCookie:
    texts = [item.get(key, "") for key in ("name", "value", "domain")]
    path = item.get("path") or "/"
    if not all(isinstance(text, str) for text in (*texts, path)):
        raise ConfigurationError(f"cookies, {place}: name, value, domain or path is no text")
    name, value, host = texts
    expires = item.get("expirationDate", item.get("expires"))
    if item.get("session") is True:
        expires = None
    return _fit(
        SessionCookie(
            name,
            value,
            host,
            path,
            secure=item.get("secure") is True,
            host_only=item.get("hostOnly") is True or not host.startswith("."),
            expires=_expiry(expires, place),
        ),
        place,
    )


def _fit(cookie: SessionCookie, place: str) -> SessionCookie:
    """The cookie with its host as hosts are compared, and with its problem where it has one."""
    problem = ""
    if not _NAME.fullmatch(cookie.name):
        problem = f"cookies, {place}: a cookie has no name that may be sent"
    elif _UNFIT.search(cookie.value) or len(cookie.value) > MAX_VALUE:
        problem = f"cookies, {place}: the value of {cookie.name} may not be sent"
    elif _UNFIT.search(cookie.path) or not cookie.path.startswith("/"):
        problem = f"cookies, {place}: the path of {cookie.name} is none"
    return replace(cookie, host=_host(cookie.host), problem=problem)


def _host(written: str) -> str:
    """A host in small letters, without the dot before it; empty for what is none."""
    try:
        return urlsplit(f"//{written.lower().strip().strip('.')}").hostname or ""
    except ValueError:
        return ""


def _expiry(written: object, place: str) -> int | None:
    """Seconds since 1970; None for a cookie of the running browser (0, -1 or nothing)."""
    if written is None or isinstance(written, bool):
        return None
    try:
        seconds = float(str(written).strip() or 0)
        moment = int(seconds)
    except (ValueError, OverflowError):
        raise ConfigurationError(f"cookies, {place}: its expiry is no number") from None
    return min(moment, 253_402_300_799) if moment > 0 else None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
