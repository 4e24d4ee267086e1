"""Tor as the collectors need it: is it there, how far is it, a new identity, valid addresses.

A thin wrap around stem, which only speaks to a tor that is already running. Nothing here ever
opens a connection to an onion service or the open net.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

import stem
import stem.connection
from stem.control import Controller

from config.settings import TorSettings
from model.errors import ConfigurationError, Retry

_CONNECT_SECONDS = 3.0
_BOOTSTRAP = re.compile(
    r"(?:(?P<level>NOTICE|WARN) )?BOOTSTRAP PROGRESS=(?P<progress>[0-9]+) TAG=\S+ "
    r'SUMMARY="(?P<summary>[^"]*)"(?: WARNING="(?P<warning>[^"]*)")?'
)


@dataclass(frozen=True, slots=True)
class TorStatus:
    """``bootstrap`` is percent, None where the control port does not tell it.

    ``reason`` is a word of the failure taxonomy, empty when tor is ready; ``sentence`` says the
    same for a person, ``remedy`` what to do.
    """

    running: bool
    version: str = ""
    bootstrap: int | None = None
    reason: str = ""
    sentence: str = ""
    remedy: str = ""

    @property
    def ready(self) -> bool:
        return self.running and not self.reason


_UNTOLD = TorStatus(
    running=True,
    reason="tor-control-unreachable",
    sentence="tor's SOCKS port answers but its control port does not, so its state is not known",
    remedy="set 'ControlPort 9051' and 'CookieAuthentication 1' in torrc",
)


def tor_status(settings: TorSettings) -> TorStatus:
    """What the tor at the given control and SOCKS addresses says of itself."""
    socks = _listens(settings.socks, "tor.socks")
    if not _listens(settings.control, "tor.control"):
        return _UNTOLD if socks else _absent(settings)
    try:
        with _controller(settings) as controller:
            status = _asked(controller, settings)
    except ConfigurationError as error:
        return replace(_UNTOLD, sentence=error.message, remedy=error.remedy or "")
    return replace(_absent(settings), running=True) if status.ready and not socks else status


def require_tor(settings: TorSettings) -> TorStatus:
    """The status of a tor that is ready; Retry, with reason and remedy, of one that is not.

    A tor whose control port is closed to us is taken as it is: the SOCKS port answers.
    """
    status = tor_status(settings)
    if status.ready or status.reason == "tor-control-unreachable":
        return status
    raise Retry(status.sentence, reason=status.reason, remedy=status.remedy)


def new_identity(settings: TorSettings) -> float:
    """Ask for fresh circuits; returns the seconds tor lets pass before it heeds that.

    Connections that are kept alive stay on their old circuit: close them as well.
    """
    with _controller(settings) as controller:
        wait = float(controller.get_newnym_wait())
        controller.signal(stem.Signal.NEWNYM)
        return wait


def onion_problem(host: str) -> str:
    """Why ``host`` is no reachable v3 onion address, in words; empty where its checksum holds.

    A v3 address is base32 of public key (32 bytes), checksum (2) and version (1), the checksum
    being the head of SHA3-256 over ``.onion checksum``, key and version (rend-spec-v3, 6).
    """
    labels = host.lower().rstrip(".").split(".")
    if len(labels) < 2 or labels[-1] != "onion":
        return f"{host} is no onion address"
    name = labels[-2]
    if len(name) == 16:
        return f"{host} is a version 2 address, which Tor no longer serves since 2021"
    try:
        raw = base64.b32decode(name.upper().encode("ascii")) if len(name) == 56 else b""
    except (binascii.Error, UnicodeEncodeError):
        raw = b""
    if len(raw) != 35:
        return f"{host} is no onion address: its name is not 56 characters of base32"
    key, checksum, version = raw[:32], raw[32:34], raw[34:]
    wanted = hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2]
    if version != b"\x03" or checksum != wanted:
        return f"{host} is misspelt: its checksum does not hold"
    return ""


def is_onion(host: str) -> bool:
    return host.lower().rstrip(".").endswith(".onion")


def endpoint(address: str, key: str) -> tuple[str, int]:
    """``HOST:PORT`` as a pair; ConfigurationError names the key."""
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"{key}: {address!r} is not HOST:PORT", remedy="127.0.0.1:9050")
    return host.strip("[]"), int(port)


def _absent(settings: TorSettings) -> TorStatus:
    return TorStatus(
        running=False,
        reason="tor-not-running",
        sentence=f"nothing listens at tor's SOCKS address {settings.socks}",
        remedy="start tor ('systemctl start tor'), or set tor.socks in spoor.toml",
    )


def _asked(controller: Controller, settings: TorSettings) -> TorStatus:
    version = str(controller.get_version(""))
    phase = str(controller.get_info("status/bootstrap-phase", ""))
    level, progress, summary = _phase(phase)
    if progress == 100:
        return TorStatus(running=True, version=version, bootstrap=100)
    stalled = level == "WARN"
    off = controller.get_conf("DisableNetwork", "0") == "1"
    cause = "its network is switched off (DisableNetwork 1)" if off else summary
    return TorStatus(
        running=True,
        version=version,
        bootstrap=progress,
        reason="tor-not-bootstrapped",
        sentence=f"tor at {settings.control} is at {progress} %{' and stuck' * stalled}: {cause}",
        remedy=(
            "switch its network on (DisableNetwork 0)"
            if off
            else "wait, or look for the cause in tor's log; check clock, firewall and bridges"
        ),
    )


def _phase(line: str) -> tuple[Literal["NOTICE", "WARN"], int, str]:
    found = _BOOTSTRAP.match(line)
    if found is None:
        return "NOTICE", 0, "it does not tell how far it is"
    summary = " ".join(filter(None, (found["summary"], found["warning"])))
    return "WARN" if found["level"] == "WARN" else "NOTICE", int(found["progress"]), summary


@contextmanager
def _controller(settings: TorSettings) -> Iterator[Controller]:
    """An authenticated connection to the control port, closed again at the end."""
    host, port = endpoint(settings.control, "tor.control")
    try:
        controller = Controller.from_port(host, port)
    except (stem.SocketError, ValueError) as error:
        raise ConfigurationError(
            f"tor's control port {settings.control} does not answer: {error}",
            remedy="set 'ControlPort 9051' and 'CookieAuthentication 1' in torrc",
        ) from error
    with controller:
        try:
            controller.authenticate()
        except stem.connection.AuthenticationFailure as error:
            raise ConfigurationError(
                f"tor's control port {settings.control} does not let us in: {error}",
                remedy="let this user read tor's cookie file (group debian-tor)",
            ) from error
        yield controller


def _listens(address: str, key: str) -> bool:
    host, port = endpoint(address, key)
    try:
        with socket.create_connection((host, port), timeout=_CONNECT_SECONDS):
            return True
    except OSError:
        return False
