"""One tor of the private network: started, asked how far it is, killed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import stem
from stem.control import Controller

from app.rehearsal.private_tor.torrc import Ports
from app.rehearsal.server import LOOPBACK
from collectors.tor.control import open_controller, own
from config.settings import TorSettings
from model.errors import ConfigurationError, Retry

_POLL_SECONDS = 0.1
_END_SECONDS = 10


class Node:
    """A tor process in a folder of its own that may be ended and started again."""

    def __init__(self, tor: str, folder: Path, ports: Ports, torrc: Path) -> None:
        self.folder = folder
        self.ports = ports
        self._command = (tor, "-f", str(torrc), "--defaults-torrc", str(folder / "none"))
        self._process: subprocess.Popen[bytes] | None = None
        self._owner: Controller | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_END_SECONDS)
        if self._owner is not None:
            self._owner.close()
            self._owner = None

    def forget_guards(self) -> None:
        """Let it choose its entry relays anew when it is started again."""
        (self.folder / "data" / "state").unlink(missing_ok=True)

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def consensus(self) -> str:
        """The network's picture of itself as this node keeps it, empty before it has one."""
        for name in ("cached-consensus", "cached-microdesc-consensus"):
            try:
                return (self.folder / "data" / name).read_text("utf-8", "replace")
            except FileNotFoundError:
                continue
        return ""

    def connect(self, seconds: float) -> Controller:
        """Own it by its control port and wait until it has built circuits.

        The connection belongs to the node: when it breaks, as it does when this process is killed,
        tor ends. Retry says how far it got.
        """
        phase = "it has not opened its control port"

        def connected() -> bool:
            nonlocal phase
            if self.owned() and self._owner is not None:
                phase = str(self._owner.get_info("status/bootstrap-phase", ""))
            return "PROGRESS=100" in phase

        if wait_for(connected, seconds, self.has_ended) and self._owner is not None:
            return self._owner
        raise Retry(
            f"private Tor: {self.name} did not connect: {phase}", reason="tor-not-bootstrapped"
        )

    def owned(self) -> bool:
        """Take ownership where that is not done yet; False before it opens its control port."""
        if self._owner is None:
            settings = TorSettings(control=f"{LOOPBACK}:{self.ports.control}")
            with suppress(ConfigurationError, stem.ControllerError):
                self._owner = own(open_controller(settings, {}))
        return self._owner is not None


def wait_for(
    ready: Callable[[], bool], seconds: float, hopeless: Callable[[], bool] = lambda: False
) -> bool:
    """Ask until it is ready, hopeless or too late; whether it is ready."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if hopeless():
            return False
        time.sleep(_POLL_SECONDS)
    return False
