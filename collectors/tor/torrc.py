"""The torrc of a tor of our own: our lines, and of a person's only what can not undo them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from config.settings import TorSettings
from model.errors import ConfigurationError

OPTIONS = frozenset(
    {
        "BandwidthBurst", "BandwidthRate", "CircuitBuildTimeout", "ClientPreferIPv6ORPort",
        "ClientUseIPv4", "ClientUseIPv6", "ConfluxEnabled", "ConnectionPadding", "DirAuthority",
        "DisableNetwork", "EntryNodes", "ExcludeExitNodes", "ExcludeNodes", "ExitNodes",
        "FascistFirewall", "FirewallPorts", "GeoIPFile", "GeoIPv6File", "HTTPSProxy",
        "HTTPSProxyAuthenticator", "KeepalivePeriod", "LearnCircuitBuildTimeout", "MaxMemInQueues",
        "NumCPUs", "NumEntryGuards", "OutboundBindAddress", "ReachableAddresses",
        "ReducedConnectionPadding", "SocksTimeout", "Socks4Proxy", "Socks5Proxy",
        "Socks5ProxyPassword", "Socks5ProxyUsername", "StrictNodes", "TestingTorNetwork",
        "UseDefaultFallbackDirs", "UseEntryGuards", "VanguardsLiteEnabled",
    }
)  # fmt: skip
"""What ``tor.options`` may set. tor takes abbreviations, so what is not here is refused."""

_NAMES = {name.lower(): name for name in OPTIONS}
_LOOPBACK = "127.0.0.1"


def torrc(settings: TorSettings, folder: Path, socks: int, control: int) -> str:
    """The text of a torrc with data in ``folder``, both ports on loopback; it names this process.

    ConfigurationError where a bridge, transport or option of the settings can not be taken.
    """
    lines = (
        f"DataDirectory {_path(folder / 'data')}",
        f"SocksPort {_LOOPBACK}:{socks} IsolateSOCKSAuth ExtendedErrors",
        f"ControlPort {_LOOPBACK}:{control}",
        f"ControlPortWriteToFile {_path(folder / 'control-port')}",
        "CookieAuthentication 1",
        f"CookieAuthFile {_path(folder / 'data' / 'cookie')}",
        "ClientOnly 1",
        "ORPort 0",
        "ShutdownWaitLength 0",
        "DormantCanceledByStartup 1",
        f"__OwningControllerProcess {os.getpid()}",
        *_transports(settings),
        *_bridges(settings),
        *_options(settings),
    )
    return "\n".join(lines) + "\n"


def executable(settings: TorSettings) -> str:
    """The path of the tor to start; ConfigurationError where it is not there."""
    return _program(
        settings.executable,
        "tor.executable",
        "install tor (Debian: 'apt-get install tor'), or set tor.executable in spoor.toml",
    )


def _transports(settings: TorSettings) -> Iterator[str]:
    for number, line in enumerate(settings.transports):
        key = f"tor.transports[{number}]"
        words = _safe(line, key).split()
        if len(words) < 3 or words[1] != "exec":
            raise ConfigurationError(
                f"{key}: not 'NAME exec PROGRAM'", remedy="obfs4 exec /usr/bin/obfs4proxy"
            )
        _program(words[2], key, "install the program, or correct its path")
        yield f"ClientTransportPlugin {' '.join(words)}"


def _bridges(settings: TorSettings) -> Iterator[str]:
    carried = {
        name
        for line in settings.transports
        for name in (line.split() or [""])[0].split(",")
    }  # fmt: skip
    if settings.bridges:
        yield "UseBridges 1"
    for number, line in enumerate(settings.bridges):
        key = f"tor.bridges[{number}]"
        words = _safe(line, key).split()
        words = words[1:] if words and words[0].lower() == "bridge" else words
        if not words:
            raise ConfigurationError(f"{key}: empty")
        if ":" not in words[0] and words[0] not in carried:
            raise ConfigurationError(
                f"{key}: no transport {words[0]!r} is configured",
                remedy=f'transports = ["{words[0]} exec PROGRAM"] in the same section',
            )
        yield f"Bridge {' '.join(words)}"


def _options(settings: TorSettings) -> Iterator[str]:
    for given, value in settings.options.items():
        name = _NAMES.get(given.lower())
        if name is None:
            raise ConfigurationError(
                f"tor.options.{given[:60]!r}: not an option that spoor sets for its own tor",
                remedy="run a tor of your own with it, and set tor.socks and tor.control",
            )
        for item in (value,) if isinstance(value, str) else value:
            yield f"{name} {_safe(item, f'tor.options.{name}')}"


def _safe(text: str, key: str) -> str:
    """One line that stays one: no control character, no backslash that would join the next."""
    if not text.isprintable() or "\\" in text:
        raise ConfigurationError(
            f"{key}: holds a line break, a control character or a backslash",
            remedy="write each line as a string of its own",
        )
    return text.strip()


def _path(path: Path) -> str:
    """A path as torrc quotes it."""
    text = str(path)
    if not text.isprintable():
        raise ConfigurationError("tor can not keep its data in a folder with such a name")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _program(name: str, key: str, remedy: str) -> str:
    """The path of a program; Debian keeps tor in /usr/sbin, which is not everybody's PATH."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))
    found = shutil.which(name, path=path)
    if found is None:
        raise ConfigurationError(f"{key}: no program {name!r} on this machine", remedy=remedy)
    return found
