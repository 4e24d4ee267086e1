"""A tor process of our own, with its own data, that ends with this process."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from pathlib import Path

from stem.control import Controller

from collectors.tor.control import open_controller, own
from collectors.tor.ports import free_port
from collectors.tor.torrc import executable, torrc
from config.settings import TorSettings
from model.errors import ConfigurationError, Retry

_START_SECONDS = 60.0
_END_SECONDS = 10.0
_POLL_SECONDS = 0.05
_LOG_BYTES = 64 << 10
_LOOPBACK = "127.0.0.1"


class OwnTor:
    """Started with :meth:`start`, again on the same ports where it has ended; then :meth:`end`."""

    def __init__(self, settings: TorSettings, folder: Path) -> None:
        self._ports = free_port(), free_port()
        socks, control = (f"{_LOOPBACK}:{port}" for port in self._ports)
        self.settings = settings.model_copy(update={"socks": socks, "control": control})
        self.control: Controller | None = None
        self._folder = folder
        self._given = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process id, None before the first start."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether the process runs and its control connection, whose end is its end, holds."""
        runs = self._process is not None and self._process.poll() is None
        return runs and self.control is not None and bool(self.control.is_alive())

    def start(self) -> Controller:
        """Start tor and own it; ConfigurationError in tor's own words where it does not start."""
        self.end()
        self._spawn(executable(self._given), torrc(self._given, self._folder, *self._ports))
        try:
            self._wait_for_cookie()
            self.control = own(open_controller(self.settings, {}))
        except BaseException:
            self.end()
            raise
        return self.control

    def end(self) -> None:
        """End it at once; nothing is left of it but its data."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_END_SECONDS)
        if self.control is not None:
            self.control.close()
            self.control = None

    def _spawn(self, program: str, text: str) -> None:
        folder = self._folder
        (folder / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "data").chmod(0o700)
        for stale in ("control-port", "data/cookie"):
            (folder / stale).unlink(missing_ok=True)
        path = folder / "torrc"
        path.touch(mode=0o600)
        path.write_text(text, "utf-8")
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-f", str(path), "--defaults-torrc", str(folder / "none")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _wait_for_cookie(self) -> None:
        """Until its control port is open and the cookie that opens it is written."""
        deadline = time.monotonic() + _START_SECONDS
        while not ((self._folder / "control-port").exists() and self._cookie_is_written()):
            if self._process is None or self._process.poll() is not None:
                raise ConfigurationError(
                    f"tor did not start: {self._last_words()}",
                    remedy=f"correct [tor] in spoor.toml; its log is {self._folder / 'log'}",
                )
            if time.monotonic() > deadline:
                raise Retry("tor did not open its control port", reason="tor-not-running")
            time.sleep(_POLL_SECONDS)

    def _cookie_is_written(self) -> bool:
        with suppress(FileNotFoundError):
            return (self._folder / "data" / "cookie").stat().st_size == 32
        return False

    def _last_words(self) -> str:
        """The last complaint in its log, without what the settings keep to themselves."""
        with (self._folder / "log").open("rb") as log:
            text = log.read(_LOG_BYTES).decode("utf-8", "replace")
        lines = [line for line in text.splitlines() if "[err]" in line or "[warn]" in line]
        wanted = [line for line in lines if "Reading config failed" not in line] or ["it ended"]
        words = wanted[-1].partition("] ")[2] or wanted[-1]
        for hidden in self._hidden():
            words = words.replace(hidden, "…")
        return words[:300]

    def _hidden(self) -> list[str]:
        """Bridges and proxies are nobody else's business; the longest first."""
        values = list(self._given.bridges)
        for value in self._given.options.values():
            values += [value] if isinstance(value, str) else value
        words = {word for value in values for word in (value.strip(), *value.split())}
        return sorted((word for word in words if len(word) > 3), key=len, reverse=True)
