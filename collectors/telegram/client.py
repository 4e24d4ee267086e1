"""The one seam to Telegram's servers: a request out, an answer in, and only requests that read.

The account stays as it is: nothing is sent, joined, marked as read or paid, no code is asked for,
and no updates are taken, so that it is not shown as online.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol, cast, runtime_checkable

from telethon import TelegramClient, errors
from telethon.sessions import StringSession
from telethon.tl import TLObject, TLRequest, types
from telethon.tl.functions import channels, contacts, messages, users

from collectors.telegram.errors import of_error
from collectors.telegram.line import Trouble, clear_line, tor_line
from collectors.tor import endpoint
from collectors.web.failures import failure
from config.settings import Settings
from config.sources import Source
from model.errors import PolicyRefusal

READING = (
    contacts.ResolveUsernameRequest,
    channels.CheckSearchPostsFloodRequest,
    channels.GetFullChannelRequest,
    channels.GetMessagesRequest,
    channels.GetParticipantsRequest,
    channels.SearchPostsRequest,
    messages.CheckChatInviteRequest,
    messages.GetDialogsRequest,
    messages.GetFullChatRequest,
    messages.GetHistoryRequest,
    messages.GetMessagesRequest,
    messages.SearchGlobalRequest,
    messages.SearchRequest,
    users.GetFullUserRequest,
    users.GetUsersRequest,
)
"""All that is ever asked. None of them changes anything or shows the account to anybody."""

TROUBLE: tuple[type[BaseException], ...] = (
    *(errors.RPCError, errors.AuthKeyNotFound, errors.SecurityError, errors.BadMessageError),
    *(errors.InvalidBufferError, errors.InvalidChecksumError, errors.TypeNotFoundError),
    *(OSError, EOFError, ValueError, RuntimeError, asyncio.CancelledError),
)
"""What Telethon raises where no answer comes; its own classes have no common one."""


@runtime_checkable
class Parts(Protocol):
    """Where the parts of the account's key are found: API_ID, API_HASH, SESSION."""

    def part(self, name: str) -> str: ...


class Client(Protocol):
    """Answers requests one after the other; CollectionError says why there is no answer."""

    def ask(self, request: TLRequest, where: str) -> TLObject: ...

    def close(self) -> None: ...


Connect = Callable[[Source, Settings, Parts], Client]


def checked(request: TLRequest) -> TLRequest:
    """The request, where it only reads and costs nothing; PolicyRefusal otherwise."""
    if not isinstance(request, READING):
        raise PolicyRefusal(f"{type(request).__name__} is no request that only reads")
    if isinstance(request, channels.SearchPostsRequest) and request.allow_paid_stars is not None:
        raise PolicyRefusal("a search that may cost something is never asked for")
    return request


class TelethonClient:
    """Telegram by Telethon, on an event loop of its own; a source's thread uses one."""

    def __init__(self, client: TelegramClient, source: Source, trouble: Trouble) -> None:
        self._client = client
        self._route = source.route
        self._trouble = trouble
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_told_already)

    def connect(self, where: str) -> None:
        """Reach Telegram and see that the session is one of an account that is logged in."""
        self._run(self._client.connect, where)
        self.ask(users.GetUsersRequest([types.InputUserSelf()]), where)

    def ask(self, request: TLRequest, where: str) -> TLObject:
        sent = checked(request)
        return cast("TLObject", self._run(lambda: self._client(sent), where))

    def close(self) -> None:
        """Let go of the connection; the session stays valid."""
        with suppress(*TROUBLE):
            self._loop.run_until_complete(self._closed())
        self._loop.close()

    async def _closed(self) -> None:
        await cast("Awaitable[None]", self._client.disconnect())

    def _run(self, call: Callable[[], Awaitable[Any]], where: str) -> Any:
        async def awaited() -> Any:
            return await call()

        try:
            return self._loop.run_until_complete(awaited())
        except TROUBLE as error:
            below = self._trouble.pop() if self._trouble else None
            cause = below if below is not None and isinstance(error, ConnectionError) else error
            raise of_error(cause, where, route=self._route) from None


def _told_already(_loop: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
    """What a task of Telethon's left behind; the request under way has told the same."""


def connect(source: Source, settings: Settings, parts: Parts) -> Client:
    """A connected client with the account that was handed in; it never logs in by itself.

    CollectionError ``token-refused`` for a session that is none or is over; over Tor nothing is
    ever sent past it.
    """
    trouble: Trouble = []
    telegram = TelethonClient(_telethon(source, settings, parts, trouble), source, trouble)
    try:
        telegram.connect(source.name)
    except BaseException:
        telegram.close()
        raise
    return telegram


def _telethon(source: Source, settings: Settings, parts: Parts, trouble: Trouble) -> TelegramClient:
    number = parts.part("API_ID")
    try:
        session = StringSession(parts.part("SESSION").strip())
    except (ValueError, TypeError, IndexError, struct.error):
        session = StringSession()
    if not number.isdecimal() or session.auth_key is None:
        detail = "API_ID is a number, SESSION a string session of Telethon"
        raise failure("token-refused", source.name, detail)
    quiet = logging.getLogger("collectors.telegram.telethon")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    quiet.setLevel(logging.CRITICAL + 1)
    return TelegramClient(
        session,
        int(number),
        parts.part("API_HASH"),
        connection=_line_of(source, settings, trouble),
        timeout=max(1, round(settings.collection.timeout_seconds)),
        request_retries=1,
        connection_retries=0,
        auto_reconnect=False,
        raise_last_call_error=True,
        flood_sleep_threshold=0,
        receive_updates=False,
        device_model="spoor",
        system_version="1",
        app_version="1",
        base_logger=quiet,
    )


def _line_of(source: Source, settings: Settings, trouble: Trouble) -> type[Any]:
    if source.route != "tor":
        return clear_line(trouble)
    proxy = endpoint(settings.tor.socks, "tor.socks")
    return tor_line(proxy, f"spoor-{source.name}", trouble)
