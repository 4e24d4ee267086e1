"""A tor process of our own, with its own data, that ends with this process."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from pathlib import Path

import stem
from stem.control import Controller

from collectors.tor.control import open_controller
from collectors.tor.torrc import executable, torrc
from config.settings import TorSettings
from model.errors import ConfigurationError, Retry

_START_SECONDS = 60.0
_END_SECONDS = 10.0
_POLL_SECONDS = 0.05
_LOG_BYTES = 64 << 10


class OwnTor:
    """Started with :meth:`start`, again on the same ports where it has ended; then :meth:`end`."""

    def __init__(self, settings: TorSettings, folder: Path) -> None:
        self.settings = settings
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
        ports = {}
        if self.settings is not self._given:
            ports = {
                "socks": self.settings.socks.rpartition(":")[2],
                "control": self.settings.control.rpartition(":")[2],
            }
        text = torrc(self._given, self._folder, **ports)
        program = executable(self._given)
        self._spawn(program, text)
        try:
            control = self._owned(self._control_address())
            self.control = control
            self._learn_socks(control)
        except BaseException:
            self.end()
            raise
        return control

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
        (folder / "control-port").unlink(missing_ok=True)
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

    def _control_address(self) -> str:
        """Where it opened its control port, as it writes that to a file."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with suppress(FileNotFoundError):
                said = (self._folder / "control-port").read_text("ascii").strip()
                if said.startswith("PORT=") and self._cookie_is_written():
                    return said.removeprefix("PORT=").splitlines()[0]
            if self._process is None or self._process.poll() is not None:
                raise ConfigurationError(
                    f"tor did not start: {self._last_words()}",
                    remedy=f"correct [tor] in spoor.toml; its log is {self._folder / 'log'}",
                )
            time.sleep(_POLL_SECONDS)
        raise Retry("tor did not open its control port", reason="tor-not-running")

    def _cookie_is_written(self) -> bool:
        with suppress(FileNotFoundError):
            return (self._folder / "data" / "cookie").stat().st_size == 32
        return False

    def _owned(self, address: str) -> Controller:
        """A connection whose end is tor's end, even where this process is killed."""
        self.settings = self._given.model_copy(update={"control": address})
        control = open_controller(self.settings, {})
        try:
            control.msg("TAKEOWNERSHIP")
            control.reset_conf("__OwningControllerProcess")
        except stem.ControllerError:
            control.close()
            raise
        return control

    def _learn_socks(self, control: Controller) -> None:
        (host, port), *_ = control.get_listeners(stem.control.Listener.SOCKS)
        self.settings = self.settings.model_copy(update={"socks": f"{host}:{port}"})

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
