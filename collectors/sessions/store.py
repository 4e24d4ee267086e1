"""Sessions of a workspace: handed in by a person, kept encrypted, opened to read, forgotten."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from collectors.sessions.cookies import SessionCookie, SessionJar, jar_of
from collectors.sessions.sealed import seal, secret_key, unseal
from config.settings import Workspace
from model.canonical import Json, canonical
from model.clock import Clock, iso, system_clock
from model.errors import ConfigurationError, Stop

CURSOR = "session"
"""Name of the cursor under which the vault keeps what may be known of a session."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What was kept and what was left out of the cookies that a person handed in."""

    cookies: tuple[SessionCookie, ...]
    expired: int
    elsewhere: int

    def details(self) -> dict[str, Json]:
        """For the custody log and for show: names, hosts and expiry, never a value."""
        return {
            "cookies": [one.told() for one in self.cookies],
            "left_out_expired": self.expired,
            "left_out_of_other_hosts": self.elsewhere,
        }


def session_file(workspace: Workspace, source: str) -> Path:
    """Where the session of this source lies, encrypted."""
    return workspace.secrets / f"{source}.cookies"


def keep_session(
    workspace: Workspace,
    source: str,
    cookies: Sequence[SessionCookie],
    hosts: Collection[str],
    *,
    clock: Clock = system_clock,
    environment: Mapping[str, str] = os.environ,
) -> HandedIn:
    """Encrypt the cookies that belong to ``hosts``, in place of those kept before.

    ConfigurationError where none of them does, where all have expired, or without a key.
    """
    key = secret_key(workspace.root, environment)
    now = clock().timestamp()
    ours = [one for one in cookies if one.belongs_to(hosts)]
    good = tuple(one for one in ours if not one.is_over(now))
    for one in ours:
        if one.problem:
            raise ConfigurationError(one.problem, remedy="export the cookies again")
    if not ours:
        raise ConfigurationError(
            f"none of the {len(cookies)} cookies belongs to {source}, which is at "
            f"{', '.join(sorted(hosts))}",
            remedy="export the cookies while the site's own page is open",
        )
    if not good:
        raise ConfigurationError(
            f"all {len(ours)} cookies of {source} have expired",
            remedy="log in with a browser and export them again",
        )
    plain = canonical({"cookies": [asdict(one) for one in good], "at": iso(clock())})
    path = session_file(workspace, source)
    _write_privately(path, seal(plain, key, _about(source)))
    return HandedIn(good, len(ours) - len(good), len(cookies) - len(ours))


def load_session(
    workspace: Workspace,
    source: str,
    *,
    clock: Clock = system_clock,
    environment: Mapping[str, str] = os.environ,
) -> SessionJar | None:
    """The cookies to send to this source; None where nobody handed any in.

    Stop (``session-expired``) where the time of all of them is over, or of one whose name says
    that it keeps a person logged in. ConfigurationError for a missing or wrong key.
    """
    path = session_file(workspace, source)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    key = secret_key(workspace.root, environment)
    cookies = _read(unseal(raw, key, _about(source), str(path)), path)
    now = clock().timestamp()
    over = [one for one in cookies if one.is_over(now)]
    if len(over) == len(cookies) or any(one.opens for one in over):
        names = ", ".join(sorted({one.name for one in over}))
        raise Stop(
            f"{source}: the session handed in is over: {names} expired",
            reason="session-expired",
            remedy=f"log in with a browser and hand the session in again: "
            f"spoor sources cookies {source} FILE",
        )
    return jar_of([one for one in cookies if not one.is_over(now)])


def forget_session(workspace: Workspace, source: str) -> bool:
    """Overwrite and remove the session of this source; False where there was none.

    Copies that a file system or backup made can not be reached; without the key they are shut.
    """
    path = session_file(workspace, source)
    try:
        with path.open("r+b", buffering=0) as file:
            size = path.stat().st_size
            file.write(secrets.token_bytes(size))
            os.fsync(file.fileno())
        path.unlink()
        _sync_folder(path.parent)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    return True


def _about(source: str) -> str:
    return f"session cookies of {source}"


def _read(plain: bytes, path: Path) -> tuple[SessionCookie, ...]:
    try:
        return tuple(SessionCookie(**one) for one in json.loads(plain)["cookies"])
    except (ValueError, TypeError, KeyError):
        raise ConfigurationError(
            f"{path}: written by another version of spoor", remedy="hand the session in again"
        ) from None


def _write_privately(path: Path, content: bytes) -> None:
    """Write for this user only, whole or not at all."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise ConfigurationError(f"{path}: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
