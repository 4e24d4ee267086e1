"""Keys are found where a person put them, and what is missing is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collectors.access import Keyring, secrets_of, stands, system_keyring
from config.sources import Source
from model.errors import ConfigurationError, Stop

VALUE = "a-long-secret-value"


def source(kind: str = "token", *, optional: bool = False, name: str = "the-net") -> Source:
    access = {"kind": kind, "optional": optional}
    return Source(name=name, engine="mastodon", interface={"access": access})


class Errors:
    class KeyringError(Exception):
        pass

    class NoKeyringError(KeyringError, RuntimeError):
        pass


class Library:
    """Stands for the keyring library with its own errors."""

    errors = Errors

    def __init__(self, problem: type[Exception] | None = None) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self._problem = problem

    def get_password(self, service: str, name: str) -> str | None:
        if self._problem is not None:
            raise self._problem
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.kept[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


def values(found: tuple[Any, ...]) -> dict[str, tuple[str, str]]:
    return {one.variable: (one.value, one.place) for one in found}


def test_the_environment_by_the_name_of_the_source() -> None:
    found = secrets_of(source(), environment={"SPOOR_THE_NET_TOKEN": f" {VALUE}\n"})
    assert values(found) == {"SPOOR_THE_NET_TOKEN": (VALUE, "environment")}
    assert VALUE not in repr(found)


def test_a_file_that_only_we_can_read(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{VALUE}\n")
    file.chmod(0o600)
    environment = {"SPOOR_THE_NET_TOKEN_FILE": str(file)}
    found = secrets_of(source(), environment=environment)
    assert values(found) == {"SPOOR_THE_NET_TOKEN": (VALUE, "file")}
    for mode in (0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(ConfigurationError, match="others can read") as caught:
            secrets_of(source(), environment=environment)
        assert VALUE not in str(caught.value)
    file.chmod(0o600)
    with pytest.raises(ConfigurationError, match="inside the workspace"):
        secrets_of(source(), environment=environment, root=tmp_path)
    with pytest.raises(ConfigurationError, match="No such file"):
        secrets_of(source(), environment={"SPOOR_THE_NET_TOKEN_FILE": str(tmp_path / "none")})


def test_the_keyring_comes_last() -> None:
    library = Library()
    keyring = Keyring(lambda: library)
    keyring.put("SPOOR_THE_NET_TOKEN", VALUE)
    found = secrets_of(source(), environment={}, keyring=keyring)
    assert values(found) == {"SPOOR_THE_NET_TOKEN": (VALUE, "keyring")}
    other = {"SPOOR_THE_NET_TOKEN": "another-secret-value"}
    found = secrets_of(source(), environment=other, keyring=keyring)
    assert values(found)["SPOOR_THE_NET_TOKEN"][1] == "environment"
    assert library.kept == {("spoor", "SPOOR_THE_NET_TOKEN"): VALUE}
    assert keyring.forget("SPOOR_THE_NET_TOKEN")
    assert not keyring.forget("SPOOR_THE_NET_TOKEN")


@pytest.mark.parametrize("problem", [Errors.NoKeyringError, Errors.KeyringError])
def test_a_machine_without_a_keyring_is_fine(problem: type[Exception]) -> None:
    keyring = Keyring(lambda: Library(problem))
    with pytest.raises(Stop) as caught:
        secrets_of(source(), environment={}, keyring=keyring)
    assert caught.value.reason == "token-missing"
    assert keyring.problem
    with pytest.raises(ConfigurationError, match="keyring"):
        keyring.put("SPOOR_THE_NET_TOKEN", VALUE)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("token", ["TOKEN"]),
        ("app", ["CLIENT_ID", "CLIENT_SECRET"]),
        ("password", ["USER", "PASSWORD"]),
        ("session", ["API_ID", "API_HASH", "SESSION"]),
    ],
)
def test_what_is_missing_is_named(kind: str, names: list[str]) -> None:
    with pytest.raises(Stop) as caught:
        secrets_of(source(kind), environment={})
    assert caught.value.reason == "token-missing"
    for name in names:
        assert f"SPOOR_THE_NET_{name}" in caught.value.message
    given = {f"SPOOR_THE_NET_{name}": VALUE for name in names}
    assert [one.part.name for one in secrets_of(source(kind), environment=given)] == names
    given.pop(f"SPOOR_THE_NET_{names[-1]}")
    with pytest.raises(Stop, match=f"SPOOR_THE_NET_{names[-1]} is not given"):
        secrets_of(source(kind), environment=given)


def test_what_is_optional_may_be_missing_but_not_by_half() -> None:
    assert secrets_of(source("app", optional=True), environment={}) == ()
    with pytest.raises(Stop, match="CLIENT_SECRET"):
        secrets_of(source("app", optional=True), environment={"SPOOR_THE_NET_CLIENT_ID": "an-id"})
    assert secrets_of(source("none"), environment={}) == ()


@pytest.mark.parametrize(
    "value",
    [
        "shrt",
        "with\nline-break",
        "with\x00zero-byte",
        "x" * 20_000,
        "łłłłłłłłłł",
        "Bearer of-the-token",
    ],
)
def test_what_can_be_no_key_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        secrets_of(source(), environment={"SPOOR_THE_NET_TOKEN": value})
    assert value not in str(caught.value)


def test_two_places_at_once_are_refused() -> None:
    both = {"SPOOR_THE_NET_TOKEN": VALUE, "SPOOR_THE_NET_TOKEN_FILE": "/tmp/x"}
    with pytest.raises(ConfigurationError, match="both"):
        secrets_of(source(), environment=both)


def test_what_is_there_is_told_without_its_value() -> None:
    environment = {"SPOOR_THE_NET_CLIENT_ID": "an-id", "SPOOR_THE_NET_CLIENT_SECRET": "short"}
    first, second = stands(source("app"), environment=environment)
    assert (first.variable, first.place) == ("SPOOR_THE_NET_CLIENT_ID", "environment")
    assert (second.place, "shorter" in second.says) == ("", True)
    assert "short" not in second.says.replace("shorter", "")


def test_the_keyring_library_as_it_is() -> None:
    library = pytest.importorskip("keyring")
    backend = pytest.importorskip("keyring.backend")
    errors = pytest.importorskip("keyring.errors")

    class Backend(backend.KeyringBackend):  # type: ignore[misc, name-defined]
        priority = 1
        kept: dict[tuple[str, str], str] = {}  # noqa: RUF012 - one for the test

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            if self.kept.pop((service, username), None) is None:
                raise errors.PasswordDeleteError

    before = library.get_keyring()
    library.set_keyring(Backend())
    try:
        assert system_keyring.problem == ""
        system_keyring.put("SPOOR_THE_NET_TOKEN", VALUE)
        found = secrets_of(source(), environment={}, keyring=system_keyring)
        assert values(found) == {"SPOOR_THE_NET_TOKEN": (VALUE, "keyring")}
        assert system_keyring.forget("SPOOR_THE_NET_TOKEN")
        assert not system_keyring.forget("SPOOR_THE_NET_TOKEN")
        library.set_keyring(pytest.importorskip("keyring.backends.fail").Keyring())
        assert system_keyring.get("SPOOR_THE_NET_TOKEN") == ""
        assert system_keyring.problem == "there is no keyring on this machine"
    finally:
        library.set_keyring(before)
