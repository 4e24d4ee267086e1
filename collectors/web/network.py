"""The one seam to the network: a single request, within limits, by the source's route.

Host names are resolved here and the connection goes to the very address that was checked, so a
name that changes its mind between check and use gains nothing. Over Tor no name is ever resolved.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from collectors.tor import endpoint
from collectors.web.addresses import check_host, check_route, is_public, private_target
from collectors.web.failures import failure, of_exception
from config.settings import Settings
from config.sources import Source

_PIECE = 16 << 10
_PATIENCE = 4
"""An answer may take this many times the time-out in all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer as received; ``payload`` is unpacked where the server packed it."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    payload: bytes

    def header(self, name: str) -> str:
        """The first value of a header, empty where it is missing."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


class Fetcher:
    """Requests for one source; a context manager. Redirects are handed back, never followed."""

    def __init__(self, source: Source, settings: Settings) -> None:
        self.route = source.route
        self._allow_private = source.allow_private
        self._timeout = settings.collection.timeout_seconds
        self._max_bytes = settings.collection.max_bytes
        self._session = _session(source, settings)

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, url: str) -> Answer:
        """The answer to one GET; CollectionError or PolicyRefusal says why there is none."""
        check_route(url, self.route)
        check_host(url, allow_private=self._allow_private)
        try:
            with self._session.get(
                url, timeout=self._timeout, stream=True, allow_redirects=False
            ) as response:
                payload = b"".join(self._body(response, url))
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise of_exception(error, url) from error
        headers = tuple((str(name), str(value)) for name, value in response.raw.headers.items())
        return Answer(url, response.status_code, headers, payload)

    def _body(self, response: requests.Response, url: str) -> Iterator[bytes]:
        deadline = time.monotonic() + _PATIENCE * self._timeout
        size = 0
        # read1 comes back with what is there, so that a server that drips meets the deadline.
        while piece := response.raw.read1(_PIECE, decode_content=True):
            size += len(piece)
            if size > self._max_bytes:
                raise failure("too-large", url, f"more than {self._max_bytes:,} bytes")
            if time.monotonic() > deadline:
                raise failure("timeout", url)
            yield piece


def _session(source: Source, settings: Settings) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.headers.clear()
    session.headers.update(
        {
            "User-Agent": settings.collection.user_agent,
            "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.5",
            "Accept-Encoding": "identity",
        }
    )
    if source.route == "tor":
        host, port = endpoint(settings.tor.socks, "tor.socks")
        # The user name gives each source circuits of its own (IsolateSOCKSAuth).
        proxy = f"socks5h://spoor-{quote(source.name)}:{quote(source.name)}@{host}:{port}"
        session.proxies = {"http": proxy, "https": proxy}
    else:
        adapter = _GuardedAdapter(allow_private=source.allow_private)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
    return session


class _GuardedAdapter(HTTPAdapter):
    """Connects to checked addresses only."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = _pools(allow_private=self._allow_private)


def _pools(*, allow_private: bool) -> dict[str, Any]:
    """urllib3's two kinds of pools with connections that look before they leap."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, allow_private=allow_private)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, allow_private=allow_private)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _connect(connection: HTTPConnection, *, allow_private: bool) -> socket.socket:
    """A socket to an address of the host that may be reached; every one of them is checked."""
    where = f"{connection.host}:{connection.port}"
    try:
        found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise failure("name-unknown", where) from error
    for *_, address in found:
        if not allow_private and not is_public(str(address[0])):
            raise private_target(where, str(address[0]))
    timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
    reason = "port-closed"
    for *_, address in found:
        try:
            found_one = socket.create_connection((str(address[0]), int(address[1])), timeout)
        except TimeoutError:
            reason = "timeout"
        except OSError:
            continue
        else:
            found_one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return found_one
    raise failure(reason, where)
