"""Free ports on loopback for processes of our own."""

from __future__ import annotations

import random
import socket

_FIRST, _BELOW = 12_000, 32_768
"""From the latter on the kernel hands ports to outgoing connections (Linux's default)."""
_LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens at just now, and none that a connection will take meanwhile."""
    dice = random.SystemRandom()
    while not _is_free(port := dice.randrange(_FIRST, _BELOW)):
        pass
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return False
    return True
