"""The tor that the settings ask for, running for as long as it is needed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import stem

from collectors.tor.bootstrap import Say, wait_until_connected
from collectors.tor.client_keys import (
    ClientKey,
    add_client_keys,
    read_client_keys,
    remove_client_keys,
)
from collectors.tor.control import listens, open_controller
from collectors.tor.own import OwnTor
from collectors.tor.status import tor_status
from config.settings import TorSettings
from model.errors import ConfigurationError, SpoorError

_LOOK_SECONDS = 0.5
_STARTS = 5
"""How often in a row a tor of ours that ends is started again."""


@contextmanager
def running_tor(
    settings: TorSettings,
    folder: Path,
    *,
    say: Say = lambda _: None,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[TorSettings]:
    """The settings of a tor that is connected: a running one, or our own with data in ``folder``.

    ``say`` hears how far it is, and from another thread when it ended and was started again.
    Client keys (``SPOOR_ONION_KEYS_FILE``) are handed to it, and taken back from one that is not
    ours. Raises Retry (not running, not connected), Stop (clock wrong) or ConfigurationError; there
    is no way around Tor.
    """
    keys = read_client_keys(environment)
    ours = settings.start == "always" or (
        settings.start == "if-needed" and not listens(settings.socks, "tor.socks")
    )
    with _own(settings, folder, keys, say) if ours else _found(settings, keys, say) as found:
        yield found


@contextmanager
def _found(settings: TorSettings, keys: tuple[ClientKey, ...], say: Say) -> Iterator[TorSettings]:
    """A tor that somebody else runs; it gets its keys again where it was started again."""
    status = tor_status(settings)
    if status.reason == "tor-control-unreachable":
        if keys:
            raise ConfigurationError(
                f"client keys can not be handed to tor: {status.sentence}", remedy=status.remedy
            )
        say(f"tor: {status.sentence}")
        yield settings
        return
    if not status.running:
        raise status.error
    held = _Held(settings, keys)
    try:
        wait_until_connected(held.control, settings, say)
        added = add_client_keys(settings, keys)
        try:
            with _keeping(held.look if keys else None, say):
                yield settings
        finally:
            with suppress(SpoorError, stem.ControllerError):  # it may have ended by now
                remove_client_keys(settings, added)
    finally:
        held.control.close()


class _Held:
    """A connection to a tor of somebody else, which gets its keys again where it ended."""

    def __init__(self, settings: TorSettings, keys: tuple[ClientKey, ...]) -> None:
        self._settings = settings
        self._keys = keys
        self.control = open_controller(settings)

    def look(self, _stopped: Callable[[], bool]) -> bool:
        """Always of use."""
        if not self.control.is_alive():
            with suppress(SpoorError, stem.ControllerError):
                control = open_controller(self._settings)
                self.control.close()
                self.control = control
                add_client_keys(self._settings, self._keys)
        return True


@contextmanager
def _own(
    settings: TorSettings, folder: Path, keys: tuple[ClientKey, ...], say: Say
) -> Iterator[TorSettings]:
    """A tor of our own; where it ends it is started again on the same ports."""
    own = OwnTor(settings, folder)
    try:
        say("tor: a tor of our own is started")
        wait_until_connected(own.start(), own.settings, say)
        add_client_keys(own.settings, keys)
        with _keeping(_Restarting(own, keys, say).look, say):
            yield own.settings
    finally:
        own.end()


class _Restarting:
    """Starts a tor of our own again where it has ended, a few times."""

    def __init__(self, own: OwnTor, keys: tuple[ClientKey, ...], say: Say) -> None:
        self._own = own
        self._keys = keys
        self._say = say
        self._starts = 0

    def look(self, stopped: Callable[[], bool]) -> bool:
        """Whether there is any use in looking again."""
        if self._own.alive:
            return True
        self._starts += 1
        if self._starts > _STARTS:
            self._say("tor: it ended again and again and is given up")
            return False
        self._say("tor: it ended and is started again")
        wait_until_connected(self._own.start(), self._own.settings, self._say, stopped)
        add_client_keys(self._own.settings, self._keys)
        return True


@contextmanager
def _keeping(look: Callable[[Callable[[], bool]], bool] | None, say: Say) -> Iterator[None]:
    """Look after tor in a thread of its own until the block ends."""
    if look is None:
        yield
        return
    stop = threading.Event()

    def keep() -> None:
        while not stop.wait(_LOOK_SECONDS):
            try:
                if not look(stop.is_set):
                    return
            except (SpoorError, stem.ControllerError, OSError) as error:
                say(f"tor: {error}")

    thread = threading.Thread(target=keep, name="tor-keeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
