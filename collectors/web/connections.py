"""Connections by one route only: to checked addresses in the clear, or through Tor's proxy.

In the clear a name is resolved here and the connection goes to the very address that was checked,
so a name that changes its mind between check and use gains nothing. Over Tor no name is ever
resolved: it goes to the proxy as it is, and there is no other way out.
"""

from __future__ import annotations

import http.client
import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

import requests
import socks
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from collectors.web.addresses import is_public, private_target
from collectors.web.failures import failure, of_proxy_error
from collectors.web.limits import Asked, Tap

Dial = Callable[[str, int, Asked], socket.socket]
"""Opens a connection to a host and port; a CollectionError or PolicyRefusal where it can not."""

_POOLS = 8
_ADDRESSES = 8
"""More addresses of one name than this are not tried."""


class Line(HTTPAdapter):
    """Connections that are kept alive, up to ``most`` of them to one place."""

    def __init__(self, dial: Dial, most: int) -> None:
        self._dial = dial
        self._under_way = threading.local()
        # Its warnings repeat what strangers' servers sent, terminal codes and all.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        super().__init__(_POOLS, most, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = _pools(self._dial, self._now)

    def ask(self, request: requests.PreparedRequest, asked: Asked) -> Any:
        """urllib3's response with its head read and its body still to come."""
        self._under_way.asked = asked
        wait = asked.limits.wait
        return self.send(request, stream=True, timeout=(wait, wait)).raw

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Nothing but the raw answer: what requests adds, cookies above all, is not wanted."""
        response = requests.Response()
        response.raw = resp
        return response

    def _now(self) -> Asked:
        found: Asked = self._under_way.asked
        return found


def _pools(dial: Dial, now: Callable[[], Asked]) -> dict[str, Any]:
    """urllib3's two kinds of pools, with connections that dial and read as they are told here."""

    class Ours:
        host: str
        port: int

        def _new_conn(self) -> socket.socket:
            asked = now()
            asked.reused = False
            return dial(self.host, self.port, asked)

        def response_class(
            self, sock: socket.socket, method: str | None = None
        ) -> http.client.HTTPResponse:
            tap: Any = Tap(sock, now())
            return http.client.HTTPResponse(tap, method=method)

    class Plain(Ours, HTTPConnection):  # type: ignore[misc]
        pass

    class Secure(Ours, HTTPSConnection):  # type: ignore[misc]
        pass

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def clear(*, allow_private: bool) -> Dial:
    """Dials in the clear; every address that a name resolves to is checked before any is tried."""

    def dial(host: str, port: int, asked: Asked) -> socket.socket:
        where = f"{host}:{port}"
        found = _resolved(host, port, where)
        for *_, address in found:
            if not allow_private and not is_public(str(address[0])):
                raise private_target(where, str(address[0]))
        return _first_that_answers(found[:_ADDRESSES], where, asked)

    return dial


def by_socks(
    proxy: tuple[str, int], user: str, place: tuple[str, int], timeout: float
) -> socket.socket:
    """A connection to ``place``, whose name only the proxy looks up; ``timeout`` in seconds."""
    found: socket.socket = socks.create_connection(
        place,
        timeout=timeout,
        proxy_type=socks.SOCKS5,
        proxy_addr=proxy[0],
        proxy_port=proxy[1],
        proxy_rdns=True,
        proxy_username=user,
        proxy_password=user,
    )
    return found


def through_tor(proxy: tuple[str, int], user: str) -> Dial:
    """Dials through a SOCKS5 proxy; a user of its own gets circuits of its own."""

    def dial(host: str, port: int, asked: Asked) -> socket.socket:
        try:
            found = by_socks(proxy, user, (host, port), asked.patience())
        except (socks.ProxyError, OSError) as error:
            raise of_proxy_error(error, f"{host}:{port}") from error
        return _without_delay(found)

    return dial


def _resolved(host: str, port: int, where: str) -> list[Any]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise failure("name-unknown", where) from error


def _first_that_answers(found: list[Any], where: str, asked: Asked) -> socket.socket:
    reason = "port-closed"
    for *_, address in found:
        try:
            return _without_delay(
                socket.create_connection((str(address[0]), int(address[1])), asked.patience())
            )
        except TimeoutError:
            reason = "timeout"
        except ConnectionRefusedError:
            continue
        except OSError:
            reason = "timeout" if reason == "timeout" else "host-unreachable"
    raise failure(reason, where)


def _without_delay(found: socket.socket) -> socket.socket:
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found
