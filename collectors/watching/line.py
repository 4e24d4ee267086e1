"""A WebSocket to one address of a source, by its route only, to checked addresses only.

The connection is dialled as for pages (collectors.web.connections), so that no proxy, redirect or
name of the environment leads anywhere else. RFC 6455 by the package websockets.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

from websockets.client import ClientProtocol
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    WebSocketException,
)
from websockets.sync.client import ClientConnection
from websockets.uri import parse_uri

from collectors.tor import endpoint
from collectors.watching.events import MAX_FRAME
from collectors.web.addresses import check_host, check_route, normal, place
from collectors.web.connections import Dial, clear, through_tor
from collectors.web.failures import failure, of_exception, of_status
from collectors.web.limits import Asked, Limits
from config.settings import Settings
from config.sources import Source
from model.errors import CollectionError

_QUEUE = 64
_PING = 20.0
_CLOSE = 5.0


class Line:
    """An open connection; :meth:`receive` gives what comes."""

    def __init__(self, connection: ClientConnection, where: str) -> None:
        self._connection = connection
        self._where = where

    def receive(self, seconds: float) -> bytes | None:
        """The next message; None where none came in so many seconds. Retry where the line broke."""
        try:
            return self._connection.recv(timeout=seconds, decode=False)
        except TimeoutError:
            return None
        except ConnectionClosed as error:
            raise failure("broken-off", self._where, _why(error)) from error


@contextmanager
def connected(url: str, source: Source, settings: Settings) -> Iterator[Line]:
    """A connection to an http(s) address that speaks WebSocket; CollectionError says why not."""
    address = normal(url)
    check_route(address, source.route)
    check_host(address, allow_private=source.allow_private)
    connection = _opened(address, source, settings)
    try:
        with connection:
            yield Line(connection, address)
    except WebSocketException as error:
        raise failure("broken-off", address, str(error)[:200]) from error


def _opened(address: str, source: Source, settings: Settings) -> ClientConnection:
    """The connection after its handshake; what was dialled for nothing is closed again."""
    wait = settings.collection.timeout_seconds
    asked = Asked(address, Limits.of(settings.collection))
    plain = _dial(source, settings)(*place(address), asked)
    try:
        sock = _secured(plain, address, wait)
        # What strangers' servers send is never written to a log.
        quiet = logging.getLogger("spoor.silent")
        quiet.addHandler(logging.NullHandler())
        quiet.propagate = False
        uri = parse_uri(address.replace("http", "ws", 1))
        protocol = ClientProtocol(uri, max_size=MAX_FRAME, logger=quiet)
        connection = ClientConnection(
            sock,
            protocol,
            ping_interval=_PING,
            ping_timeout=max(_PING, wait),
            close_timeout=_CLOSE,
            max_queue=_QUEUE,
        )
    except BaseException:
        plain.close()
        raise
    try:
        connection.handshake(None, settings.collection.user_agent, wait)
        connection.start_keepalive()
    except BaseException as error:
        connection.close_socket()
        if isinstance(error, InvalidHandshake | OSError | EOFError):
            raise _refused(error, address, source.route) from error
        raise
    return connection


def _dial(source: Source, settings: Settings) -> Dial:
    if source.route == "tor":
        user = f"spoor-{quote(source.name)}-watch"
        return through_tor(endpoint(settings.tor.socks, "tor.socks"), user)
    return clear(allow_private=source.allow_private)


def _secured(plain: socket.socket, address: str, wait: float) -> socket.socket:
    """The same connection under TLS where the address says so; never without a certificate."""
    parts = urlsplit(address)
    if parts.scheme != "https":
        plain.settimeout(None)
        return plain
    plain.settimeout(wait)
    try:
        sock = ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
    except OSError as error:
        raise of_exception(error, address) from error
    sock.settimeout(None)
    return sock


def _refused(error: Exception, address: str, route: str) -> CollectionError:
    """Why there was no handshake: the server's HTTP status, or that it speaks something else."""
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        after = error.response.headers.get("Retry-After", "")
        return of_status(status, address, after) or failure("malformed", address, f"HTTP {status}")
    if isinstance(error, InvalidHandshake):
        return failure("malformed", address, "no WebSocket")
    return of_exception(error, address, route=route)


def _why(error: ConnectionClosed) -> str:
    """What the server said when it closed, if it did: its code and its words, shortened."""
    told = error.rcvd or error.sent
    return f"{told.code} {told.reason[:100]!r}" if told else "without a word"
