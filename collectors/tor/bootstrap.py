"""Waits until tor is connected, tells how far it is, and why it does not get on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from dataclasses import field as default

import stem
from stem.control import Controller

from collectors.tor.phase import CLOCK_WRONG, clock_error, duration, speaks_of_clock
from collectors.tor.status import TorStatus, ask
from config.settings import TorSettings
from model.errors import CollectionError, Retry

Say = Callable[[str], None]

_POLL_SECONDS = 0.2
_STALL_SECONDS = 30.0
"""How long tor may stand still, after it said that something is in its way."""
_CLOCK_SECONDS = 5.0
"""The same where the clock is in its way: waiting does not mend that."""


@dataclass(slots=True)
class _Wait:
    """How long tor has been where it is, and what its log said of the clock meanwhile."""

    progress: int = -1
    since: float = 0.0
    clock: list[str] = default(default_factory=list)

    def reached(self, progress: int) -> bool:
        """Whether tor has got on since the last time."""
        if progress == self.progress:
            return False
        self.progress, self.since = progress, time.monotonic()
        return True

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.since


def wait_until_connected(
    control: Controller,
    settings: TorSettings,
    say: Say,
    given_up: Callable[[], bool] = lambda: False,
) -> TorStatus:
    """The status of a tor that is ready; each step of the way goes to ``say``.

    Raises Retry with tor's own reason (Stop for the clock) where it stands still, where
    ``bootstrap_seconds`` are over, where it ends, or where ``given_up``.
    """
    deadline = time.monotonic() + settings.bootstrap_seconds
    wait = _Wait()
    control.set_caching(False)
    with _hearing(control, wait.clock):
        while True:
            status = _asked(control, settings)
            if wait.reached(status.bootstrap or 0):
                say(f"tor: {status.bootstrap} %")
            if status.ready:
                return status
            if (error := _verdict(status, wait)) is not None:
                raise error
            if given_up() or time.monotonic() > deadline:
                raise _late(status, settings)
            time.sleep(_POLL_SECONDS)


def _asked(control: Controller, settings: TorSettings) -> TorStatus:
    try:
        return ask(control, settings)
    except stem.ControllerError:
        raise Retry(
            "tor ended before it was connected",
            reason="tor-not-running",
            remedy="look for the cause in tor's log",
        ) from None


def _verdict(status: TorStatus, wait: _Wait) -> CollectionError | None:
    """The error of a tor that will not get on by waiting; None where it may."""
    if "DisableNetwork" in status.sentence:
        return status.error
    if wait.seconds < _CLOCK_SECONDS:
        return None
    if status.reason == CLOCK_WRONG:
        return status.error
    if wait.clock:
        return clock_error(None)
    return status.error if status.stalled and wait.seconds > _STALL_SECONDS else None


def _late(status: TorStatus, settings: TorSettings) -> CollectionError:
    waited = duration(int(settings.bootstrap_seconds))
    return replace(status, sentence=f"{status.sentence} (waited {waited})").error


@contextmanager
def _hearing(control: Controller, clock: list[str]) -> Iterator[None]:
    """Collect what tor's warnings say of the clock."""

    def hear(event: object) -> None:
        message = str(getattr(event, "message", ""))
        if speaks_of_clock(message):
            clock.append(message)

    with suppress(stem.ControllerError):
        control.add_event_listener(hear, "WARN")
    try:
        yield
    finally:
        with suppress(stem.ControllerError):
            control.remove_event_listener(hear)
