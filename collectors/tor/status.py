"""Is tor there, how far is it, and if it is not ready, why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import stem
from stem.control import Controller

from collectors.tor.control import control_listens, controller, listens
from collectors.tor.phase import CLOCK_WRONG, Phase, clock_error, read_phase
from config.settings import TorSettings
from model.clock import Clock, system_clock
from model.errors import CollectionError, ConfigurationError, Retry, Stop

_EARLY = timedelta(minutes=5)
"""A consensus holds from the moment it is given out: one from the future shows a slow clock."""


@dataclass(frozen=True, slots=True)
class TorStatus:
    """``bootstrap`` is percent, None where the control port does not tell it.

    ``reason`` is a word of the failure taxonomy, empty when tor is ready; ``sentence`` says the
    same for a person, ``remedy`` what to do. ``circuits`` is whether tor has a circuit that works
    just now, ``network`` whether it thinks this machine is online; a tor that nobody used for long
    has no circuit and makes one when asked. ``skew`` is how many seconds the clock is ahead.
    """

    running: bool
    version: str = ""
    bootstrap: int | None = None
    reason: str = ""
    sentence: str = ""
    remedy: str = ""
    circuits: bool | None = None
    network: bool | None = None
    stalled: bool = False
    skew: int | None = None

    @property
    def ready(self) -> bool:
        return self.running and not self.reason

    @property
    def error(self) -> CollectionError:
        """The same as an error, for a tor that is not ready: Stop where its clock is wrong."""
        fate = Stop if self.reason == CLOCK_WRONG else Retry
        return fate(self.sentence, reason=self.reason, remedy=self.remedy)


_UNTOLD = TorStatus(
    running=True,
    reason="tor-control-unreachable",
    sentence="tor's SOCKS port answers but its control port does not, so its state is not known",
    remedy="set 'ControlPort 9051' and 'CookieAuthentication 1' in torrc",
)


def tor_status(settings: TorSettings, clock: Clock = system_clock) -> TorStatus:
    """What the tor at the given control and SOCKS addresses says of itself."""
    socks = listens(settings.socks, "tor.socks")
    if not control_listens(settings):
        return _UNTOLD if socks else absent(settings)
    try:
        with controller(settings) as control:
            status = ask(control, settings, clock)
    except ConfigurationError as error:
        return replace(_UNTOLD, sentence=error.message, remedy=error.remedy or "")
    except stem.ControllerError:
        return absent(settings)  # it ended while it was asked
    return replace(absent(settings), running=True) if status.ready and not socks else status


def require_tor(settings: TorSettings) -> TorStatus:
    """The status of a tor that is ready; of one that is not Retry, or Stop for its clock.

    A tor whose control port is closed to us is taken as it is: the SOCKS port answers.
    """
    status = tor_status(settings)
    if status.ready or status.reason == "tor-control-unreachable":
        return status
    raise status.error


def absent(settings: TorSettings) -> TorStatus:
    """The status of a tor that is not there."""
    return TorStatus(
        running=False,
        reason="tor-not-running",
        sentence=f"nothing listens at tor's SOCKS address {settings.socks}",
        remedy=(
            "start tor ('systemctl start tor'), or set tor.socks or tor.start = \"if-needed\" "
            "in spoor.toml"
        ),
    )


def ask(control: Controller, settings: TorSettings, clock: Clock = system_clock) -> TorStatus:
    """The status that an open control connection tells; stem.ControllerError where it broke."""
    phase = read_phase(str(control.get_info("status/bootstrap-phase")))
    status = TorStatus(
        running=True,
        version=str(control.get_version("")),
        bootstrap=phase.progress,
        circuits=_flag(control, "status/circuit-established", "1"),
        network=_flag(control, "network-liveness", "up"),
        stalled=phase.stalled,
        skew=phase.skew,
    )
    off = control.get_conf("DisableNetwork", "0") == "1"
    if (behind := _behind(control, clock())) is not None:
        return _with(status, clock_error(behind), skew=behind)
    if phase.progress == 100 and not off:
        return status
    if phase.clock_wrong:
        return _with(status, clock_error(phase.skew), skew=phase.skew)
    return _with(status, _not_there_yet(settings, phase, off=off))


def _with(status: TorStatus, error: CollectionError, skew: int | None = None) -> TorStatus:
    return replace(
        status, reason=error.reason, sentence=error.message, remedy=error.remedy or "", skew=skew
    )


def _not_there_yet(settings: TorSettings, phase: Phase, *, off: bool) -> Retry:
    cause = "its network is switched off (DisableNetwork 1)" if off else phase.cause
    stuck = " and stuck" if phase.stalled else ""
    return Retry(
        f"tor at {settings.control} is at {phase.progress} %{stuck}: {cause}",
        reason="tor-not-bootstrapped",
        remedy="switch its network on (DisableNetwork 0)" if off else phase.remedy,
    )


def _behind(control: Controller, now: datetime) -> int | None:
    """How far, in seconds and negative, our clock must be behind; None where nothing shows that."""
    said = str(control.get_info("consensus/valid-after", ""))
    try:
        begins = datetime.strptime(said, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int((now - begins).total_seconds()) if begins - now > _EARLY else None


def _flag(control: Controller, key: str, yes: str) -> bool | None:
    said = str(control.get_info(key, "")).strip().lower()
    return said == yes if said else None
