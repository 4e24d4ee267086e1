"""The seam to Telegram's servers: what may be asked, what its words mean, and no way past Tor."""

from __future__ import annotations

import inspect
import socket
import threading
from collections.abc import Iterator

import pytest
from telethon import errors
from telethon.crypto import AuthKey
from telethon.errors import rpcerrorlist
from telethon.sessions import StringSession
from telethon.tl import TLRequest, functions, types

from collectors.telegram.client import READING, TROUBLE, checked, connect
from collectors.telegram.errors import LONGEST_WAIT, of_error
from collectors.web.failures import FAILURES
from config.settings import CollectionSettings, Settings, TorSettings
from config.sources import Source
from model.errors import CollectionError, PolicyRefusal, Retry, Stop

PARTS = ("API_ID", "API_HASH", "SESSION")


class Handed:
    """Keys as a person hands them in."""

    def __init__(self, session: str, number: str = "123456") -> None:
        self._parts = dict(zip(PARTS, (number, "a" * 32, session), strict=True))

    def part(self, name: str) -> str:
        return self._parts[name]


def requests() -> Iterator[type[TLRequest]]:
    """Every request there is in Telegram's schema."""
    for module in (functions, *(one for _, one in inspect.getmembers(functions, inspect.ismodule))):
        for _, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, TLRequest) and found is not TLRequest:
                yield found


def test_only_requests_that_read_pass() -> None:
    every = set(requests())
    assert len(every) > 600
    allowed = {one for one in every if isinstance(object.__new__(one), READING)}
    assert allowed == set(READING)
    for one in every - allowed:
        with pytest.raises(PolicyRefusal, match="only reads"):
            checked(object.__new__(one))


def test_what_changes_something_is_not_among_them() -> None:
    words = ("Send", "Read", "Join", "Import", "Edit", "Delete", "Update", "Set", "Accept", "Add")
    names = {one.__name__ for one in READING}
    assert not {name for name in names if name.startswith(words)}


def test_a_search_for_stars_is_refused() -> None:
    asked = functions.channels.SearchPostsRequest(
        0, types.InputPeerEmpty(), 0, 10, query="ivory", allow_paid_stars=10
    )
    with pytest.raises(PolicyRefusal, match="cost"):
        checked(asked)


def every_error() -> Iterator[type[errors.RPCError]]:
    for _, found in inspect.getmembers(rpcerrorlist, inspect.isclass):
        if issubclass(found, errors.RPCError):
            yield found
    yield from errors.base_errors.values()


def instance(kind: type[errors.RPCError]) -> errors.RPCError:
    names = inspect.signature(kind.__init__).parameters
    if "capture" in names:
        return kind(None, 17)
    return kind(None, "SOME_WORD") if "message" in names else kind(None)


def test_every_error_of_telegram_has_a_fate() -> None:
    kinds = list(every_error())
    assert len(kinds) > 500
    for kind in kinds:
        error = of_error(instance(kind), "durov")
        assert error.reason in FAILURES, kind
        assert isinstance(error, FAILURES[error.reason].fate), kind
        assert "durov" in error.message
        assert "caused by" not in error.message, kind


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errors.FloodWaitError(None, 40), "rate-limit"),
        (errors.FloodPremiumWaitError(None, 40), "rate-limit"),
        (errors.SlowModeWaitError(None, 40), "rate-limit"),
        (errors.FloodError(None, "FLOOD"), "rate-limit"),
        (errors.AuthKeyUnregisteredError(None), "token-refused"),
        (errors.AuthKeyDuplicatedError(None), "token-refused"),
        (errors.SessionPasswordNeededError(None), "token-refused"),
        (errors.UserDeactivatedBanError(None), "token-refused"),
        (errors.FrozenMethodInvalidError(None), "token-refused"),
        (errors.AuthKeyNotFound(), "token-refused"),
        (errors.ChannelPrivateError(None), "forbidden"),
        (errors.ChatAdminRequiredError(None), "forbidden"),
        (errors.PremiumAccountRequiredError(None), "forbidden"),
        (errors.ForbiddenError(None, "X"), "forbidden"),
        (errors.UsernameNotOccupiedError(None), "gone"),
        (errors.InviteHashExpiredError(None), "gone"),
        (errors.UsernameInvalidError(None), "bad-address"),
        (errors.ChannelInvalidError(None), "bad-address"),
        (errors.ServerError(None, "INTERNAL"), "server-error"),
        (errors.RpcCallFailError(None), "server-error"),
        (errors.TimedOutError(None, "Timeout"), "server-error"),
        (errors.PhoneMigrateError(None, 3), "server-error"),
        (errors.BadRequestError(None, "BAD"), "interface-error"),
        (errors.RPCError(None, "NEW_WORD", 420), "rate-limit"),
        (errors.RPCError(None, "NEW_WORD", -503), "server-error"),
        (errors.SecurityError("x"), "malformed"),
        (TimeoutError(), "timeout"),
        (ConnectionError("cut"), "broken-off"),
        (EOFError(), "broken-off"),
        (ValueError("Request was unsuccessful 1 time(s)"), "broken-off"),
    ],
)
def test_words_by_what_they_mean(error: Exception, reason: str) -> None:
    assert of_error(error, "x").reason == reason
    assert isinstance(error, TROUBLE)


def test_a_wait_is_taken_at_its_word_up_to_a_day() -> None:
    for seconds, wait in ((40, 40.0), (86_399, 86_399.0), (10**9, LONGEST_WAIT), (0, 1.0)):
        error = of_error(errors.FloodWaitError(None, seconds), "x")
        assert isinstance(error, Retry)
        assert error.after == wait


def a_session(port: int) -> str:
    """A session as Telethon writes it, with a key of nobody's, for a server on loopback."""
    session = StringSession()
    session.set_dc(2, "127.0.0.1", port)
    session.auth_key = AuthKey(bytes(range(256)))
    return str(session.save())


class Listener:
    """Listens on loopback and counts who comes; each connection is closed at once."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.heard: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    self.heard.append(connection.recv(64))
                except OSError:
                    self.heard.append(b"")

    def close(self) -> None:
        if self._thread.is_alive():
            self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join()
            self._socket.close()


@pytest.fixture
def telegram() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.close()


@pytest.fixture
def socks() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.close()


def settings(socks: int) -> Settings:
    return Settings(
        collection=CollectionSettings(timeout_seconds=2),
        tor=TorSettings(socks=f"127.0.0.1:{socks}"),
    )


def source(route: str) -> Source:
    access = {"access": {"kind": "session"}}
    given = {"name": "tg", "engine": "telegram", "route": route, "interface": access}
    return Source.model_validate(given)


def fails(where: Source, given: Settings, handed: Handed) -> CollectionError:
    with pytest.raises(CollectionError) as raised:
        connect(where, given, handed)
    return raised.value


def test_a_server_that_hangs_up_is_named(telegram: Listener) -> None:
    error = fails(source("clear"), settings(1), Handed(a_session(telegram.port)))
    assert isinstance(error, Retry)
    assert error.reason == "broken-off"
    assert telegram.heard


def test_over_tor_nothing_ever_goes_past_it(telegram: Listener, socks: Listener) -> None:
    """With a tor that hangs up and with none at all: Telegram's server hears nothing."""
    there = Handed(a_session(telegram.port))
    error = fails(source("tor"), settings(socks.port), there)
    assert isinstance(error, Retry)
    assert socks.heard[0][:1] == b"\x05"  # SOCKS5
    socks.close()
    error = fails(source("tor"), settings(socks.port), there)
    assert error.reason == "tor-not-running"
    assert telegram.heard == []


@pytest.mark.parametrize("session", ["nonsense-session", "1" + "A" * 10, "", "1" + "A" * 352])
def test_what_is_no_session_is_refused_before_anything_is_asked(session: str) -> None:
    if session == "1" + "A" * 352:
        handed = Handed(session, number="not-a-number")
    else:
        handed = Handed(session)
    error = fails(source("clear"), settings(1), handed)
    assert isinstance(error, Stop)
    assert error.reason == "token-refused"
    assert not session or session not in str(error)
