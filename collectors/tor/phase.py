"""What tor says of its bootstrap (control-spec, "Bootstrap phases"), read into words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from model.errors import Stop

CLOCK_WRONG = "clock-wrong"
_FIELD = re.compile(r'\b([A-Z_]+)=("(?:[^"\\]|\\.)*"|[^\s"]+)')
_SKEW = re.compile(r"[Cc]lock skew (-?[0-9]{1,15})\b")
_BAD_CERTIFICATE = "At least one certificate expired"

_REASONS: Mapping[str, tuple[str, str]] = {
    "NOROUTE": ("there is no way to it", "see whether this machine is online"),
    "CONNECTREFUSED": ("it was refused", "a firewall may forbid Tor: configure a bridge"),
    "CONNECTRESET": ("it was cut off", "Tor may be blocked here: configure a bridge"),
    "TIMEOUT": ("nobody answered", "a firewall may swallow Tor: configure a bridge"),
    "IOERROR": ("it broke off", "see whether this machine is online"),
    "IDENTITY": ("a relay was not who it should be", "correct the bridge's fingerprint"),
    "PT_MISSING": (
        "the pluggable transport of its bridge does not run",
        "install the program that tor.transports names",
    ),
    "RESOURCELIMIT": ("too many files are open", "raise 'ulimit -n'"),
}
_LOOK = "wait, or look for the cause in tor's log; check clock, firewall and bridges"
_SET_CLOCK = "set the system clock and time zone (timedatectl); evidence needs the right time too"


@dataclass(frozen=True, slots=True)
class Phase:
    """One answer to ``status/bootstrap-phase``; ``skew`` is in seconds, negative for behind."""

    progress: int
    tag: str = ""
    summary: str = ""
    warning: str = ""
    reason: str = ""
    stalled: bool = False
    skew: int | None = None

    @property
    def clock_wrong(self) -> bool:
        return self.reason == "CLOCK_SKEW"

    @property
    def cause(self) -> str:
        """Where it stands and, in tor's own words and ours, why."""
        told, _ = _REASONS.get(self.reason, ("", ""))
        why = ": ".join(filter(None, (self.warning, told)))
        sign = f" [{self.reason}]" if self.reason else ""
        return f"{self.summary or self.tag}{f' ({why})' if why else ''}{sign}"

    @property
    def remedy(self) -> str:
        return _REASONS.get(self.reason, ("", _LOOK))[1]


def read_phase(line: str) -> Phase:
    """The phase that a line of tor's tells; progress 0 where it tells nothing we know."""
    fields = {key: value.strip('"') for key, value in _FIELD.findall(line[:4096])}
    progress = fields.get("PROGRESS", "")
    if not progress.isascii() or not progress.isdigit():
        return Phase(0, summary="it does not tell how far it is")
    warning = fields.get("WARNING", "")
    skew = _SKEW.search(warning)
    return Phase(
        min(int(progress), 100),
        fields.get("TAG", ""),
        fields.get("SUMMARY", ""),
        warning,
        fields.get("REASON", ""),
        line.startswith("WARN ") and fields.get("RECOMMENDATION", "warn") == "warn",
        int(skew.group(1)) if skew else None,
    )


def clock_error(skew: int | None) -> Stop:
    """The clock is wrong by ``skew`` seconds, negative for behind; None where it is not told.

    Waiting does not mend that, and what is collected by a wrong clock is bad evidence.
    """
    if skew is None:
        says = "is wrong: to this clock the relays' certificates have run out"
    else:
        says = f"is {duration(abs(skew))} {'behind' if skew < 0 else 'ahead'}"
    return Stop(f"tor says that the clock {says}", reason=CLOCK_WRONG, remedy=_SET_CLOCK)


def speaks_of_clock(message: str) -> bool:
    """Whether a warning in tor's log can only mean that the clock is far ahead."""
    return _BAD_CERTIFICATE in message


def duration(seconds: int) -> str:
    """``259200`` → ``3 days``: the two largest units that say anything."""
    units = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
    parts = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'s' * (count != 1)}")
    return " ".join(parts[:2]) or "0 seconds"
