"""The way to Telegram's servers: clear, or through Tor's SOCKS port and never past it.

Telethon's own argument for a proxy is not used: whether it counts depends on which library is
installed. Here the connection is made by us, or there is none.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from telethon.network.connection import ConnectionTcpFull

from collectors.web.connections import by_socks

Trouble = list[BaseException]
"""What went wrong last, which Telethon itself does not hand on."""


def clear_line(trouble: Trouble) -> type[Any]:
    """Connections straight to the server."""

    async def opened(ip: str, port: int, timeout: float) -> Any:
        return await asyncio.wait_for(asyncio.open_connection(ip, port), timeout)

    return _line(opened, trouble)


def tor_line(proxy: tuple[str, int], user: str, trouble: Trouble) -> type[Any]:
    """Connections through Tor; ``user`` gives them circuits of their own (IsolateSOCKSAuth)."""

    def through(ip: str, port: int, timeout: float) -> socket.socket:
        found = by_socks(proxy, user, (ip, port), timeout)
        found.setblocking(False)
        return found

    async def opened(ip: str, port: int, timeout: float) -> Any:
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(None, through, ip, port, timeout)
        return await asyncio.open_connection(sock=made)

    return _line(opened, trouble)


def _line(opened: Any, trouble: Trouble) -> type[Any]:
    """Telethon's kind of connection, opened in this way."""

    class Line(ConnectionTcpFull):  # type: ignore[misc]
        async def _connect(self, timeout: float | None = None, ssl: object = None) -> None:
            try:
                self._reader, self._writer = await opened(self._ip, self._port, timeout or 10)
            except (OSError, EOFError) as error:
                trouble[:] = [error]
                raise
            self._codec = self.packet_codec(self)
            self._init_conn()
            await self._writer.drain()

    return Line
