"""The long-term keys of the private network's authorities: made once, kept in the user's cache.

They are worth nothing outside a network that names them, which only ours does. Making them takes
seconds each, so every network of this user takes copies of the same ones.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

from model.errors import ConfigurationError

_CERTIFICATE = "authority_certificate"
_FILES = (
    _CERTIFICATE,
    "authority_identity_key",
    "authority_signing_key",
    "secret_id_key",
    "ed25519_master_id_public_key",
    "ed25519_master_id_secret_key",
)
_MONTHS = 12
_MARGIN = timedelta(days=2)
_SECONDS = 120
_IDENT = re.compile(r"^fingerprint ([0-9A-F]{40})$", re.M)
_FROM = re.compile(r"^dir-key-published ([0-9: -]{19})$", re.M)
_UNTIL = re.compile(r"^dir-key-expires ([0-9: -]{19})$", re.M)


@dataclass(frozen=True, slots=True)
class Keys:
    """One authority's keys in ``folder``; ``ident`` signs votes, ``fingerprint`` is the relay's."""

    folder: Path
    ident: str
    fingerprint: str

    def copy_to(self, data: Path) -> None:
        """Put copies where a tor with this data directory looks for them."""
        target = data / "keys"
        target.mkdir(mode=0o700)
        for name in _FILES:
            shutil.copy2(self.folder / name, target / name)


def authority_keys(tor: str, count: int, cache: Path | None = None) -> list[Keys]:
    """Keys of ``count`` authorities, those made that are not cached or about to expire."""
    cache = cache or key_cache()
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda number: _kept(tor, cache, f"authority-{number}"), range(count)))


def key_cache() -> Path:
    """``spoor/tor-keys`` in the user's cache (XDG_CACHE_HOME, else ``~/.cache``)."""
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "spoor" / "tor-keys"


def _kept(tor: str, cache: Path, name: str) -> Keys:
    folder = cache / name
    if (found := _read(folder)) is not None:
        return found
    made = Path(mkdtemp(prefix=f".{name}-", dir=cache))
    try:
        _make(tor, made)
        _put(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    if (found := _read(folder)) is None:
        raise ConfigurationError(
            f"{folder}: no usable keys were made for the private Tor network",
            remedy=f"remove {cache} and try again",
        )
    return found


def _put(made: Path, folder: Path) -> None:
    """Move whole folders only, so that networks starting at the same time do not mix their keys."""
    old = made.with_name(f"{made.name}.old")
    if folder.exists() and _read(folder) is None:
        folder.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    try:
        made.rename(folder)
    except OSError:  # another process was quicker; its keys are as good
        if _read(folder) is None:
            raise


def _read(folder: Path) -> Keys | None:
    """The keys in a folder; None where one is missing or the certificate does not hold now."""
    try:
        certificate = (folder / _CERTIFICATE).read_text("ascii")
        fingerprint = (folder / "fingerprint").read_text("ascii").split()[-1]
        complete = all((folder / name).stat().st_size for name in _FILES)
        ident = _found(_IDENT, certificate)
        published, expires = (_moment(_found(key, certificate)) for key in (_FROM, _UNTIL))
    except (OSError, ValueError, IndexError):
        return None
    now = datetime.now(UTC)
    fits = complete and published <= now < expires - _MARGIN
    return Keys(folder, ident, fingerprint) if fits else None


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    if match is None:
        raise ValueError(pattern.pattern)
    return match.group(1)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def _make(tor: str, folder: Path) -> None:
    """Have tor's own tools make all keys of one authority in an empty folder."""
    data = folder / "data"
    (data / "keys").mkdir(mode=0o700, parents=True)
    data.chmod(0o700)
    _run(_certificate_command(folder), folder)
    _run(list(_fingerprint_command(tor, data)), folder)
    for name in _FILES[3:]:
        (data / "keys" / name).rename(folder / name)
    (data / "fingerprint").rename(folder / "fingerprint")
    shutil.rmtree(data)


def _certificate_command(folder: Path) -> list[str]:
    return [
        "tor-gencert", "--create-identity-key", "-m", str(_MONTHS), "--passphrase-fd", "0",
        "-i", str(folder / _FILES[1]), "-s", str(folder / _FILES[2]), "-c", str(folder / _FILES[0]),
    ]  # fmt: skip


def _fingerprint_command(tor: str, data: Path) -> Iterator[str]:
    """Makes the relay keys and ends; opens no connection and no port."""
    empty = data / "torrc"
    empty.touch()
    yield from (tor, "--list-fingerprint", "--quiet", "-f", str(empty))
    yield from ("--defaults-torrc", str(empty), "--DataDirectory", str(data))
    yield from ("--Nickname", "spoor", "--ORPort", "127.0.0.1:1", "--Address", "127.0.0.1")
    yield from ("--DisableNetwork", "1", "--SocksPort", "0", "--ExitRelay", "0")


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, input=b"\n", capture_output=True, timeout=_SECONDS, check=False, cwd=folder
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigurationError(
            f"{command[0]} could not make keys: {error}", remedy="install Debian's package 'tor'"
        ) from error
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip()[-300:]
        raise ConfigurationError(f"{command[0]} could not make keys: {last}")
