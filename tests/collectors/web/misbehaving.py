"""A web server on loopback that does wrong whatever a web server can do wrong.

Each path is one way to misbehave, over a bare socket: what is sent is what is written here. It
listens on 127.0.0.1 only, every loop is bounded, and leaving the context ends all of it.
"""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from time import time

SHORT_WAIT = 0.02
_TIMES = 600
"""How often a server that drips does so at most: 12 seconds."""


@dataclass(slots=True)
class Peer:
    """A client's connection, and whether the server is about to end."""

    sock: socket.socket
    over: threading.Event
    request: bytes

    def send(self, raw: bytes) -> None:
        self.sock.sendall(raw)

    def drip(self, pieces: Iterator[bytes]) -> None:
        """A piece, a pause, and so on, until the client or the server has had enough."""
        for _, piece in zip(range(_TIMES), pieces, strict=False):
            self.send(piece)
            if self.over.wait(SHORT_WAIT):
                return

    def reset(self) -> None:
        """Hang up with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


Way = Callable[[Peer], None]
WAYS: dict[str, bytes | Way] = {}


def answer(
    body: bytes = b"", status: str = "200 OK", *headers: str, length: int | None = None
) -> bytes:
    """An answer with its length, right or not."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {size}"]
    if not any(line.lower().startswith("content-type") for line in headers):
        lines.append("Content-Type: text/html; charset=utf-8")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def _forever(piece: bytes) -> Iterator[bytes]:
    while True:
        yield piece


def _way(path: str) -> Callable[[Way], Way]:
    def keep(way: Way) -> Way:
        WAYS[path] = way
        return way

    return keep


PAGE = b"<html><head><title>Stall</title></head><body><p>Carved tusk, 300 EUR</p></body></html>"
LOGIN = (
    b"<html><head><title>Log in</title></head><body><form method=post action=/login>"
    b"<input name=user><input type=password name=word><button>Log in</button></form></body></html>"
)
CAPTCHA = (
    b"<html><head><title>Are you human?</title></head><body><form method=post>"
    b"<img class=captcha src=/captcha.png><input name=captcha><button>Go</button></form></body>"
    b"</html>"
)
QUEUE = (
    b"<html><head><title>DDoS protection - please wait</title><meta http-equiv=refresh content=10>"
    b"</head><body><p>You are in a queue. Please wait, your place is 17.</p></body></html>"
)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

WAYS |= {
    "*": b"",
    "/": answer(PAGE),
    # statuses
    "/500": answer(PAGE, "500 Internal Server Error"),
    "/503": answer(PAGE, "503 Service Unavailable", "Retry-After: 120"),
    "/429": answer(PAGE, "429 Too Many Requests", "Retry-After: 30"),
    "/404": answer(PAGE, "404 Not Found"),
    "/404-picture": answer(b"\x89PNG\r\n\x1a\n" + bytes(50), "404 Not Found"),
    "/410": answer(PAGE, "410 Gone"),
    "/403": answer(PAGE, "403 Forbidden"),
    "/451": answer(PAGE, "451 Unavailable For Legal Reasons"),
    "/401": answer(LOGIN, "401 Unauthorized", 'WWW-Authenticate: Basic realm="x"'),
    "/login": answer(LOGIN, "403 Forbidden"),
    "/login-200": answer(LOGIN),
    "/captcha": answer(CAPTCHA, "403 Forbidden"),
    "/queue": answer(QUEUE, "503 Service Unavailable"),
    "/999": answer(PAGE, "999 Request denied"),
    "/304": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    # redirects
    "/loop": answer(b"", "302 Found", "Location: /loop"),
    "/to-file": answer(b"", "302 Found", "Location: file:///etc/passwd"),
    "/to-gopher": answer(b"", "302 Found", "Location: gopher://127.0.0.1:6379/_FLUSHALL"),
    "/to-data": answer(b"", "302 Found", "Location: data:text/html,x"),
    "/to-home": answer(b"", "302 Found", "Location: http://127.0.0.1:22/"),
    "/to-metadata": answer(b"", "302 Found", "Location: http://169.254.169.254/latest/"),
    "/to-decimal": answer(b"", "302 Found", "Location: http://2130706433/"),
    "/to-mapped": answer(b"", "302 Found", "Location: http://[::ffff:127.0.0.1]/"),
    "/to-nowhere": answer(b"", "302 Found"),
    "/to-split": b"HTTP/1.1 302 Found\r\nLocation: /a\r\n\tb\r\nContent-Length: 0\r\n\r\n",
    # lengths and chunks
    "/short": answer(PAGE, length=9_000),
    "/long": answer(PAGE, length=20),
    "/huge-length": answer(PAGE, length=10**15),
    "/negative-length": answer(PAGE, "200 OK", "Connection: close", length=-5),
    "/two-lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n1234567",
    "/length-and-chunks": CHUNKED[:-2] + b"Content-Length: 3\r\n\r\n5\r\ntusks\r\n0\r\n\r\n",
    "/chunk-rubbish": CHUNKED + b"xyz\r\nhello\r\n0\r\n\r\n",
    "/chunk-cut": CHUNKED + b"ff\r\nhello",
    "/chunk-negative": CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
    "/chunk-long-line": CHUNKED + b"5;" + b"x" * 100_000 + b"\r\nhello\r\n0\r\n\r\n",
    # heads
    "/close": b"",
    "/rubbish": b"\x00\x01\x02 rubbish\r\n\r\n",
    "/http09": b"<html>no head at all</html>",
    "/http2": b"HTTP/2 200 OK\r\n\r\n" + PAGE,
    "/not-a-number": b"HTTP/1.1 abc OK\r\n\r\n" + PAGE,
    "/early-hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(PAGE),
    "/continue": b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + answer(PAGE),
    "/switching": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + PAGE,
    "/many-headers": HEAD + b"X: y\r\n" * 5_000 + b"\r\n" + PAGE,
    "/long-header": HEAD + b"X: " + b"y" * 200_000 + b"\r\n\r\n" + PAGE,
    "/folded": HEAD + b"X-A: one\r\n two\r\nX-B: a\rb\x00c\r\nContent-Length: 2\r\n\r\nok",
    "/no-colon": HEAD + b"rubbish line\r\nX: y\r\nContent-Length: 2\r\n\r\nok",
    "/surplus": answer(PAGE) + answer(b"<html>somebody else's page</html>"),
    # packing
    "/gzip": answer(gzip.compress(PAGE), "200 OK", "Content-Encoding: gzip"),
    "/gzip-twice": answer(
        gzip.compress(PAGE[:40]) + gzip.compress(PAGE[40:]), "200 OK", "Content-Encoding: x-gzip"
    ),
    "/deflate": answer(zlib.compress(PAGE), "200 OK", "Content-Encoding: deflate"),
    "/deflate-bare": answer(zlib.compress(PAGE)[2:-4], "200 OK", "Content-Encoding: deflate"),
    "/nested": answer(gzip.compress(gzip.compress(PAGE)), "200 OK", "Content-Encoding: gzip, gzip"),
    "/zstd": answer(b"\x28\xb5\x2f\xfd" + bytes(40), "200 OK", "Content-Encoding: zstd"),
    "/no-coding": answer(PAGE, "200 OK", "Content-Encoding: UTF-8"),
    "/lying-gzip": answer(PAGE, "200 OK", "Content-Encoding: gzip"),
    "/cut-gzip": answer(gzip.compress(PAGE * 9)[:-20], "200 OK", "Content-Encoding: gzip"),
    # contents
    "/wrong-charset": answer("<html><p>Слоновая кость</p></html>".encode("cp1251")),
    "/no-such-charset": answer(PAGE, "200 OK", "Content-Type: text/html; charset=x-klingon"),
    "/picture": answer(b"\x89PNG\r\n\x1a\n" + bytes(9_000)),
    "/archive": answer(gzip.compress(b"x" * 9_000)),
    "/program": answer(b"\x7fELF" + bytes(9_000)),
    "/cookies": answer(PAGE, "200 OK", "Set-Cookie: id=secret-value; Path=/; Sneaky=secret-value"),
    "/nested-tags": answer(b"<html>" + b"<div>" * 100_000),
}


@_way("/429-date")
def _date(peer: Peer) -> None:
    later = formatdate(time() + 90, usegmt=True)
    peer.send(answer(PAGE, "429 Too Many Requests", f"Retry-After: {later}"))


@_way("/silent")
def _silent(peer: Peer) -> None:
    peer.over.wait(_TIMES * SHORT_WAIT)


@_way("/drip-status")
def _drip_status(peer: Peer) -> None:
    peer.drip(_forever(b"H"))


@_way("/drip-head")
def _drip_head(peer: Peer) -> None:
    peer.send(HEAD)
    peer.drip(_forever(b"X: y\r\n"))


@_way("/drip-continue")
def _drip_continue(peer: Peer) -> None:
    peer.drip(_forever(b"HTTP/1.1 100 Continue\r\n\r\n"))


@_way("/drip-body")
def _drip_body(peer: Peer) -> None:
    peer.send(HEAD + b"Content-Length: 100000\r\n\r\n")
    peer.drip(_forever(b"x"))


@_way("/drip-chunks")
def _drip_chunks(peer: Peer) -> None:
    peer.send(CHUNKED)
    peer.drip(_forever(b"1\r\nx\r\n"))


@_way("/flood-continue")
def _flood_continue(peer: Peer) -> None:
    for _ in range(_TIMES):
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)


@_way("/flood-head")
def _flood_head(peer: Peer) -> None:
    peer.send(HEAD)
    for _ in range(_TIMES):
        peer.send(b"X: " + b"y" * 60_000 + b"\r\n")


@_way("/flood-body")
def _flood_body(peer: Peer) -> None:
    peer.send(HEAD + b"\r\n")
    for _ in range(_TIMES):
        peer.send(b"<p>" * 20_000)


@_way("/flood-trailers")
def _flood_trailers(peer: Peer) -> None:
    peer.send(CHUNKED + b"2\r\nok\r\n0\r\n")
    for _ in range(_TIMES):
        peer.send(b"X: " + b"y" * 60_000 + b"\r\n")


@_way("/flood-chunks")
def _flood_chunks(peer: Peer) -> None:
    """One byte a chunk, wrapped in a long extension that counts for nothing."""
    peer.send(CHUNKED)
    for _ in range(_TIMES):
        peer.send((b"1;" + b"e" * 60_000 + b"\r\nx\r\n") * 2)


@_way("/reset")
def _reset(peer: Peer) -> None:
    peer.reset()


@_way("/reset-head")
def _reset_head(peer: Peer) -> None:
    peer.send(HEAD)
    peer.over.wait(SHORT_WAIT)
    peer.reset()


@_way("/reset-body")
def _reset_body(peer: Peer) -> None:
    peer.send(answer(PAGE, length=100_000))
    peer.over.wait(5 * SHORT_WAIT)
    peer.reset()


def _bomb(bits: int) -> bytes:
    """50 megabytes of nothing in 50 kilobytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    return packer.compress(bytes(50_000_000)) + packer.flush()


@_way("/bomb-gzip")
def _bomb_gzip(peer: Peer) -> None:
    peer.send(answer(_bomb(31), "200 OK", "Content-Encoding: gzip"))


@_way("/bomb-deflate")
def _bomb_deflate(peer: Peer) -> None:
    peer.send(answer(_bomb(15), "200 OK", "Content-Encoding: deflate"))


@_way("/bomb-members")
def _bomb_members(peer: Peer) -> None:
    """A file of very many members, each of which unpacks to nothing."""
    peer.send(answer(gzip.compress(b"") * 5_000, "200 OK", "Content-Encoding: gzip"))


@_way("/etag")
def _etag(peer: Peer) -> None:
    if b'if-none-match: "v1"' in peer.request.lower():
        peer.send(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n')
    else:
        peer.send(answer(PAGE, "200 OK", 'ETag: "v1"', "Last-Modified: yesterday"))


@dataclass(slots=True)
class Misbehaving:
    """The server; ``asked`` is every path that was asked for, in order."""

    port: int
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def misbehaving(ways: dict[str, bytes | Way] | None = None) -> Iterator[Misbehaving]:
    """Serve on a free port of loopback until the context is left."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
        found = Misbehaving(server.getsockname()[1])
        peers: list[socket.socket] = []
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                try:
                    sock, _ = server.accept()
                except OSError:
                    return
                if over.is_set():
                    sock.close()
                    return
                peers.append(sock)
                thread = threading.Thread(
                    target=_serve, args=(sock, over, found, WAYS if ways is None else ways)
                )
                threads.append(thread)
                thread.start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield found
        finally:
            over.set()
            with suppress(OSError), socket.create_connection(("127.0.0.1", found.port), 5):
                accepting.join()
            for sock in peers:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def _serve(
    sock: socket.socket,
    over: threading.Event,
    server: Misbehaving,
    ways: dict[str, bytes | Way],
) -> None:
    """Requests of one connection, until one of them was answered as badly as it can be."""
    with sock, suppress(OSError):
        sock.settimeout(30)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting = b""
        while not over.is_set():
            while b"\r\n\r\n" not in waiting:
                piece = sock.recv(65_536)
                if not piece:
                    return
                waiting += piece
            request, _, waiting = waiting.partition(b"\r\n\r\n")
            path = request.split(b" ", 2)[1].decode("latin-1")
            server.asked.append(path)
            way = ways.get(path, ways.get("*", b""))
            if callable(way):
                way(Peer(sock, over, request))
                return
            sock.sendall(way)
            if path not in ("/", "/gzip", "/cookies", "/early-hints", "/surplus"):
                sock.shutdown(socket.SHUT_WR)
                sock.recv(1)
                return
