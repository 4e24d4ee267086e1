"""The one seam to the network: a single request, within limits, by the source's route."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from collectors.contents import HEAD, contents
from collectors.interfaces import Told, interface_of
from collectors.media import media_kind
from collectors.tor import endpoint
from collectors.web.access import Access, Question, origin, redacted, shown_at, without_secrets
from collectors.web.addresses import check_host, check_route, normal
from collectors.web.connections import Dial, Line, clear, through_tor
from collectors.web.cookies import cookie_header, take_in, without_value
from collectors.web.failures import failure, of_exception, of_status
from collectors.web.limits import Asked, Body, Limits
from config.settings import Settings
from config.sources import Source
from model.errors import Retry, SpoorError

_PIECE = 64 << 10
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+ *")
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,1000}")
_ACCEPT = "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.5"
_BROKEN = ("broken-off", "circuit-broken")
_COOKIES = ("set-cookie", "set-cookie2")
_NO_KEYS_FOR = "/robots.txt"
"""Asked for by anybody, so nothing is shown there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer as received; ``payload`` is unpacked where the server packed it.

    Values of cookies are digests, folded lines of the head one line each. ``redacted`` is how
    often a secret of ours stood in it; ``[redacted]`` stands there now.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    payload: bytes
    redacted: int = 0

    @property
    def not_modified(self) -> bool:
        """The site says that its page is what we have: only after a request with a validator."""
        return self.status == 304

    def header(self, name: str) -> str:
        """The first value of a header, empty where it is missing."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    @property
    def told(self) -> Told:
        """The answer as an interface's own error words are read from it."""
        headers = {name.lower(): value for name, value in reversed(self.headers)}
        return Told(self.url, self.status, self.payload, headers)


class Fetcher:
    """Requests for one source from any number of threads; a context manager.

    Redirects are handed back, never followed. ``cookies`` are sent to the hosts they belong to
    and nowhere else, and take in what the site sets; without them no cookie is sent or kept.
    ``access`` is shown at the source's own origins only, and what it keeps secret leaves this
    seam in no answer and in no error.
    """

    def __init__(
        self,
        source: Source,
        settings: Settings,
        *,
        cookies: CookieJar | None = None,
        access: Access | None = None,
    ) -> None:
        self.route = source.route
        self._source = source
        self._cookies = cookies
        self._access = access
        self._shown_at = shown_at(source) if access is not None else frozenset()
        self._proxy = endpoint(settings.tor.socks, "tor.socks")
        self._limits = Limits.of(settings.collection)
        self._agent = settings.collection.user_agent
        interface = interface_of(source.engine)
        self._standing = {} if interface is None else dict(interface.headers(source))
        self._slots = threading.BoundedSemaphore(source.pace.concurrency)
        self._lock = threading.Lock()
        self._circuits = 0
        self._line = self._new_line()
        if access is not None:
            access.through(self._log_in)

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection that no request is using."""
        self._line.close()

    def new_circuit(self) -> None:
        """Let go of connections kept alive; over Tor the next request gets a circuit of its own."""
        with self._lock:
            self._circuits += 1
            before, self._line = self._line, self._new_line()
        before.close()

    def get(self, url: str, *, etag: str = "", last_modified: str = "", accept: str = "") -> Answer:
        """The answer to one GET; CollectionError or PolicyRefusal says why there is none.

        Media, archives and other files that are no text are broken off (failures ``media`` and
        ``not-a-page``) unless ``accept`` begins with ``image/``.
        """
        asked_for = self._checked(url)
        if self._access is None:
            return self._get(self._request(asked_for, etag, last_modified, accept), asked_for)
        try:
            return self._with_access(self._access, asked_for, etag, last_modified, accept)
        except SpoorError as error:
            raise without_secrets(self._access, error)  # noqa: B904 - its cause may tell one

    def _with_access(
        self, access: Access, url: str, etag: str, last_modified: str, accept: str
    ) -> Answer:
        """The answer to a request that shows our keys, repeated once with newer ones."""
        may_show = origin(url) in self._shown_at and urlsplit(url).path != _NO_KEYS_FOR
        shown = access.headers(url) if may_show else {}
        answer = self._get(self._request(url, etag, last_modified, accept, shown), url)
        if shown and access.renew(answer.told, shown):
            shown = access.headers(url)
            answer = self._get(self._request(url, etag, last_modified, accept, shown), url)
            access.renew(answer.told, shown)  # whether the newer ones work is for it to know
        return _without(access, answer)

    def _checked(self, url: str) -> str:
        """The address in its one spelling, if it may be asked for."""
        try:
            asked_for = normal(url)
        except ValueError as error:
            raise failure("bad-address", url[:200], str(error)) from error
        check_route(asked_for, self.route)
        check_host(asked_for, allow_private=self._source.allow_private)
        return asked_for

    def _get(self, request: requests.PreparedRequest, url: str) -> Answer:
        with self._slots:
            for _ in range(self._source.pace.concurrency):
                asked = Asked(url, self._limits)
                try:
                    return self._answer(request, asked)
                except Retry as error:
                    # A server may close a connection kept alive at the moment it is used again.
                    broken = asked.reused and not asked.answered and error.reason in _BROKEN
                    if not broken or self._source.interface.quota is not None:
                        raise
            return self._answer(request, Asked(url, self._limits))

    def _log_in(self, question: Question) -> Told:
        """The answer to a login, by this route and within these limits, as it came."""
        url = self._checked(question.url)
        request = self._request(url, "", "", "application/json", question.headers)
        request.method = question.method
        if question.method == "POST":
            request.body = question.body
            request.headers["Content-Length"] = str(len(question.body))
        return self._get(request, url).told

    def _answer(self, request: requests.PreparedRequest, asked: Asked) -> Answer:
        try:
            response = self._line.ask(request, asked)
            try:
                return self._received(response, request, asked)
            finally:
                response.close()
                response.release_conn()
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise of_exception(error, asked.where, route=self.route) from error

    def _received(self, response: Any, request: requests.PreparedRequest, asked: Asked) -> Answer:
        limits, where = self._limits, asked.where
        status = int(response.status)
        headers = tuple(_header(name, value) for name, value in response.headers.items())
        _check_head(status, headers, request, limits, where)
        asked.body_follows()
        body = Body(response.headers.get("Content-Encoding", ""), limits, where)
        looked = str(request.headers["Accept"]).startswith("image/")
        while piece := response.read1(_PIECE, decode_content=False):
            body.add(piece)
            if not looked and body.size >= HEAD:
                _check_contents(body, response, where)
                looked = True
        if not looked:
            _check_contents(body, response, where)
        if self._cookies is not None:
            take_in(self._cookies, request, response)
        return Answer(where, status, headers, body.whole())

    def _request(
        self,
        url: str,
        etag: str,
        last_modified: str,
        accept: str,
        shown: Mapping[str, str] | None = None,
    ) -> requests.PreparedRequest:
        headers = {
            "User-Agent": self._agent,
            "Accept": accept or _ACCEPT,
            "Accept-Encoding": "identity",
            **self._standing,
        }
        if _VALIDATOR.fullmatch(etag):
            headers["If-None-Match"] = etag
        if _VALIDATOR.fullmatch(last_modified):
            headers["If-Modified-Since"] = last_modified
        request = requests.PreparedRequest()
        request.method, request.url = "GET", url
        request.headers = CaseInsensitiveDict({**headers, **(shown or {})})
        if self._cookies is not None and (cookie := cookie_header(self._cookies, request)):
            request.headers["Cookie"] = cookie
        return request

    def _new_line(self) -> Line:
        return Line(self._dial(), self._source.pace.concurrency)

    def _dial(self) -> Dial:
        if self.route != "tor":
            return clear(allow_private=self._source.allow_private)
        # The user name gives each source circuits of its own (IsolateSOCKSAuth).
        user = f"spoor-{quote(self._source.name)}"
        return through_tor(self._proxy, f"{user}-{self._circuits}" if self._circuits else user)


def _without(access: Access, answer: Answer) -> Answer:
    """The answer as it may be kept."""
    payload, number = access.redact(answer.payload)
    url, more = redacted(access, answer.url)
    number += more
    headers = []
    for name, value in answer.headers:
        (key, first), (text, second) = redacted(access, name), redacted(access, value)
        headers.append((key, text))
        number += first + second
    return Answer(url, answer.status, tuple(headers), payload, number) if number else answer


def _check_head(
    status: int,
    headers: tuple[tuple[str, str], ...],
    request: requests.PreparedRequest,
    limits: Limits,
    where: str,
) -> None:
    """Refuse heads that are no head of an answer to this request, before the body is read."""
    if len(headers) > limits.max_headers:
        raise failure("too-many-headers", where, f"more than {limits.max_headers}")
    if status < 200:
        raise failure("malformed", where, f"HTTP {status} in place of an answer")
    conditional = {"If-None-Match", "If-Modified-Since"} & set(request.headers)
    if status == 304 and not conditional:
        raise failure("malformed", where, "HTTP 304 to a request without a condition")
    length = next((value for name, value in headers if name.lower() == "content-length"), "")
    if length.isascii() and length.isdigit() and int(length[:20]) > limits.max_bytes:
        raise failure("too-large", where, f"{length[:20]} bytes")


def _check_contents(body: Body, response: Any, where: str) -> None:
    """Break off what is no page as soon as its beginning tells: none of it is wanted here."""
    head, declared = body.head(HEAD), response.headers.get("Content-Type", "")
    found = contents(head, declared)
    if found not in ("media", "archive", "unknown"):
        return
    after = response.headers.get("Retry-After", "")
    if error := of_status(int(response.status), where, after):
        raise error
    if found == "media":
        raise failure("media", where, media_kind(head, declared))
    raise failure("not-a-page", where, "an archive" if found == "archive" else "no text")


def _header(name: object, value: object) -> tuple[str, str]:
    """A header on one line, without control characters; a cookie without its value."""
    key, text = (_CONTROL.sub(" ", str(part)).strip() for part in (name, value))
    return key, without_value(text) if key.lower() in _COOKIES else text
