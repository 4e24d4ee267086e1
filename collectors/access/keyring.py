"""The keyring of the operating system, where there is one: keys by name, under ``spoor``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from model.errors import ConfigurationError

SERVICE = "spoor"
_NONE = "there is no keyring on this machine"


@dataclass(frozen=True, slots=True)
class Keyring:
    """A place for keys. ``load`` brings the library, or None where no keyring is to be used."""

    load: Callable[[], Any]

    def get(self, name: str) -> str:
        """The key of this name; empty where there is none, or no keyring that opens."""
        library = self.load()
        if library is None:
            return ""
        try:
            return str(library.get_password(SERVICE, name) or "")
        except library.errors.KeyringError:
            return ""

    @property
    def problem(self) -> str:
        """Why no key could be found here; empty where the keyring works."""
        library = self.load()
        if library is None:
            return _NONE
        try:
            library.get_password(SERVICE, "SPOOR")
        except library.errors.NoKeyringError:
            return _NONE
        except library.errors.KeyringError:
            return "the keyring can not be opened"
        return ""

    def put(self, name: str, value: str) -> None:
        """Keep a key; ConfigurationError where no keyring takes it."""
        library = self.usable()
        try:
            library.set_password(SERVICE, name, value)
        except library.errors.KeyringError:
            raise ConfigurationError(f"{name}: the keyring does not take it") from None

    def forget(self, name: str) -> bool:
        """Remove a key; False where there was none."""
        library = self.usable()
        if not self.get(name):
            return False
        try:
            library.delete_password(SERVICE, name)
        except library.errors.KeyringError:
            raise ConfigurationError(f"{name}: the keyring does not let go of it") from None
        return True

    def usable(self) -> Any:
        """The library; ConfigurationError where no keyring works, with what to do instead."""
        if problem := self.problem:
            raise ConfigurationError(
                problem,
                remedy="hand keys in by environment variables, or by files that only you can "
                "read: 'spoor sources show NAME' says under which names",
            )
        return self.load()


def _library() -> Any:
    library = import_module("keyring")
    import_module("keyring.errors")
    return library


no_keyring = Keyring(lambda: None)
system_keyring = Keyring(_library)
"""The machine's own; its library is loaded when it is first asked."""
