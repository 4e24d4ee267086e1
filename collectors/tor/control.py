"""The control port: reached over TCP or a Unix socket, entered by cookie or password.

Three traps of stem lie here. It leaks its socket where nobody listens; over a socket that calls
itself local it takes ownership of any tor this process started, so that closing one connection ends
tor; and it writes what it sends, keys and passwords included, to its log.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import stem
import stem.connection
import stem.socket
import stem.util.log
from pydantic import SecretStr
from stem.control import Controller

from collectors.tor.addresses import endpoint
from config.settings import TorSettings
from model.errors import ConfigurationError

_CONNECT_SECONDS = 3.0
_UNIX = "unix:"
_OPEN = "set 'ControlPort 9051' and 'CookieAuthentication 1' in torrc"
_PASSWORD = "SPOOR_TOR_PASSWORD"  # noqa: S105  (a variable's name)


@contextmanager
def controller(
    settings: TorSettings, environment: Mapping[str, str] = os.environ
) -> Iterator[Controller]:
    """An authenticated connection to the control port, closed again at the end."""
    opened = open_controller(settings, environment)
    with opened:
        yield opened


def open_controller(
    settings: TorSettings, environment: Mapping[str, str] = os.environ
) -> Controller:
    """An authenticated connection that owns nothing; ConfigurationError says what is in the way."""
    password = tor_password(environment)
    stem.util.log.get_logger().setLevel(logging.WARNING)
    opened = _connected(settings)
    try:
        stem.connection.authenticate(opened, password=password.get_secret_value() or None)
    except stem.connection.AuthenticationFailure as error:
        opened.close()
        raise _refused(settings, error) from None  # stem's own words may hold the password
    return opened


def own(opened: Controller) -> Controller:
    """The same connection, whose end, for whatever cause, is now tor's end; closed on failure."""
    try:
        opened.msg("TAKEOWNERSHIP")
        opened.reset_conf("__OwningControllerProcess")  # the connection tells sooner
    except stem.ControllerError:
        opened.close()
        raise
    return opened


def control_listens(settings: TorSettings) -> bool:
    """Whether anybody listens at the control address."""
    try:
        _dialled(settings).close()
    except OSError:
        return False
    return True


def listens(address: str, key: str) -> bool:
    """Whether anybody listens at ``HOST:PORT``; ``key`` is the setting it comes from."""
    host, port = endpoint(address, key)
    try:
        with socket.create_connection((host, port), timeout=_CONNECT_SECONDS):
            return True
    except OSError:
        return False


def tor_password(environment: Mapping[str, str] = os.environ) -> SecretStr:
    """The control port's password from ``SPOOR_TOR_PASSWORD``, or the file ``…_FILE`` names."""
    if named := environment.get(f"{_PASSWORD}_FILE"):
        try:
            return SecretStr(Path(named).read_text("utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "is not text"
            raise ConfigurationError(f"{_PASSWORD}_FILE: {named}: {why}") from None
    return SecretStr(environment.get(_PASSWORD, ""))


class _Socket(stem.socket.ControlSocket):  # type: ignore[misc]
    """The socket below stem's controller; it does not say that it is local."""

    def __init__(self, dial: Callable[[], socket.socket]) -> None:
        super().__init__()
        self._dial = dial
        self.connect()

    def _make_socket(self) -> socket.socket:
        try:
            return self._dial()
        except OSError as error:
            raise stem.SocketError(str(error)) from error


def _connected(settings: TorSettings) -> Controller:
    try:
        return Controller(_Socket(lambda: _dialled(settings)))
    except stem.SocketError as error:
        raise ConfigurationError(
            f"tor's control port {settings.control} does not answer: {error}", remedy=_OPEN
        ) from error


def _dialled(settings: TorSettings) -> socket.socket:
    """A connected socket without time-out; OSError where nobody listens."""
    path = _socket_path(settings)
    if path is None:
        found = socket.create_connection(
            endpoint(settings.control, "tor.control"), _CONNECT_SECONDS
        )
    else:
        found = socket.socket(socket.AF_UNIX)
        try:
            found.settimeout(_CONNECT_SECONDS)
            found.connect(path)
        except BaseException:
            found.close()
            raise
    found.settimeout(None)
    return found


def _socket_path(settings: TorSettings) -> str | None:
    """The path of ``unix:/path``; None where the control address is HOST:PORT."""
    if not settings.control.startswith(_UNIX):
        return None
    path = settings.control.removeprefix(_UNIX)
    if not path.startswith("/") or "\0" in path:
        raise ConfigurationError(
            f"tor.control: {settings.control!r} is not unix:/path", remedy="unix:/run/tor/control"
        )
    return path


def _refused(
    settings: TorSettings, error: stem.connection.AuthenticationFailure
) -> ConfigurationError:
    where = f"tor's control port {settings.control}"
    if isinstance(error, stem.connection.MissingPassword):
        return ConfigurationError(
            f"{where} wants a password", remedy=f"write it to a file that {_PASSWORD}_FILE names"
        )
    if isinstance(error, stem.connection.IncorrectPassword):
        return ConfigurationError(
            f"{where} refused the password", remedy=f"correct {_PASSWORD} or {_PASSWORD}_FILE"
        )
    if isinstance(error, stem.connection.UnreadableCookieFile):
        return ConfigurationError(
            f"{where} wants a cookie that we can not read: {error.cookie_path}",
            remedy="let this user read tor's cookie file (group debian-tor)",
        )
    return ConfigurationError(
        f"{where} does not let us in ({type(error).__name__})",
        remedy="set 'CookieAuthentication 1' in torrc and let this user read tor's cookie file",
    )
