"""A new identity: fresh circuits, no more often than tor heeds it."""

from __future__ import annotations

import threading
import time

import stem

from collectors.tor.control import controller
from config.settings import TorSettings

_EVERY_SECONDS = 10.0
"""Tor heeds one NEWNYM in ten seconds and puts off the next (its MAX_SIGNEWNYM_RATE)."""

_lock = threading.Lock()
_heeded: dict[str, float] = {}
"""Control address → when its last NEWNYM took or takes effect, in monotonic seconds."""


def new_identity(settings: TorSettings) -> float:
    """Ask for fresh circuits; returns the seconds until tor heeds that, 0 where it did at once.

    Further calls before then ask for nothing new. Connections that are kept alive stay on their
    old circuit: close them as well.
    """
    with _lock:
        now = time.monotonic()
        last = _heeded.get(settings.control, now - _EVERY_SECONDS)
        if last > now:
            return last - now
        with controller(settings) as control:
            control.signal(stem.Signal.NEWNYM)
        due = max(now, last + _EVERY_SECONDS)
        _heeded[settings.control] = due
        return due - now
