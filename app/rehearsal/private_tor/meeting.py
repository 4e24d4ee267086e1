"""Whether a client of the private network gets through to an onion service of it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import socks

from app.rehearsal.server import LOOPBACK

_PATIENCE = (6.0, 12.0)
"""Seconds for each attempt: each by circuits of its own."""


@contextmanager
def listening() -> Iterator[int]:
    """A port of this machine that takes connections and says nothing."""
    with socket.create_server((LOOPBACK, 0)) as found:
        yield int(found.getsockname()[1])


def gets_through(port: int, host: str, say: Callable[[str], None]) -> bool:
    """Whether the SOCKS proxy at ``port`` reaches port 80 of an onion service, soon enough.

    Among few relays it happens, in one start of some thirty, that a client whose guard is the
    onion node's guard too never gets a rendezvous: all else looks sound.
    """
    for number, seconds in enumerate(_PATIENCE):
        user = f"meeting-{number}"
        try:
            socks.create_connection(
                (host, 80),
                timeout=seconds,
                proxy_type=socks.SOCKS5,
                proxy_addr=LOOPBACK,
                proxy_port=port,
                proxy_rdns=True,
                proxy_username=user,
                proxy_password=user,
            ).close()
        except (socks.ProxyError, OSError) as error:
            say(f"private Tor network: the onion node is not reached yet: {error}")
        else:
            return True
    return False
