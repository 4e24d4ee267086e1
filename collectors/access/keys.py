"""A source's keys in use: shown, renewed before they are over, taken out of everything kept."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from collectors.access.keyring import Keyring, no_keyring
from collectors.access.logins import Login, Token, can_log_in, login_of, showing_of, token_of
from collectors.access.redaction import Redaction
from collectors.access.secrets import Held, secrets_of
from collectors.interfaces.interface import Told
from collectors.web.access import Ask, Question, origin, shown_at
from collectors.web.addresses import normal
from collectors.web.failures import failure
from config.sources import Source
from model.canonical import Json
from model.errors import CollectionError, ConfigurationError, Skip, Stop

EARLY = 120.0
"""Seconds before its end at which a token is renewed; a tenth of its life where that is less."""


class Keys:
    """The access to one source, for the threads of one run; tokens are held in memory only."""

    def __init__(
        self,
        source: Source,
        held: Sequence[Held],
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = source.engine
        self._base = _where_to_log_in(source)
        self._name = source.name
        self._held = tuple(held)
        self._parts = {one.part.name: one.value for one in held}
        self._showing = showing_of(source.engine)
        self._login = login_of(source.engine, source.interface.access.kind)
        self._redaction = Redaction(one.value for one in held if one.part.secret)
        self._now = now
        self._ask: Ask | None = None
        self._lock = threading.Lock()
        self._token = Token(self._parts.get("TOKEN", ""))
        self._until: float | None = None
        self._worked = False
        self._over: CollectionError | None = None

    def part(self, name: str) -> str:
        """A part as it was handed in, such as ``SESSION``; KeyError where there is none."""
        return self._parts[name]

    def told(self) -> dict[str, Json]:
        """What is in use, for the custody log: names and places, never a value."""
        return {"keys": [{"name": one.variable, "from": one.place} for one in self._held]}

    # the seam
    def through(self, ask: Ask) -> None:
        self._ask = ask

    def headers(self, url: str) -> Mapping[str, str]:
        with self._lock:
            if self._login is not None and self._is_due():
                self._log_in(self._login)
            return self._showing.headers(self._token.value) if self._token.value else {}

    def renew(self, told: Told, shown: Mapping[str, str]) -> bool:
        refused = told.status == 401 or self._showing.refuses(told)
        with self._lock:
            current = self._showing.headers(self._token.value) if self._token.value else {}
            if not refused:
                self._worked = self._worked or dict(current) == dict(shown)
                return False
            if dict(current) != dict(shown):
                return True
            # A token refused from the first is not got anew for each request that is refused.
            if self._login is None or not self._worked:
                return False
            self._until = self._now()
            return True

    def redact(self, data: bytes) -> tuple[bytes, int]:
        return self._redaction(data)

    # logging in; the lock is held
    def _is_due(self) -> bool:
        over = self._until is not None and self._now() >= self._until
        return over or not self._token.value

    def _log_in(self, login: Login) -> None:
        if self._over is not None:
            raise self._over
        try:
            self._take(self._again(login) or self._asked(login, login.ask(self._base, self._parts)))
        except Skip as error:
            raise failure("server-error", self._base, error.reason) from None
        except Stop as error:
            self._over = error
            raise

    def _again(self, login: Login) -> Token | None:
        """A token for the refresh token; None where there is none, or it is taken no more."""
        if login.again is None or not self._token.refresh:
            return None
        try:
            return self._asked(login, login.again(self._base, self._token.refresh))
        except Stop:
            return None

    def _asked(self, login: Login, question: Question) -> Token:
        if self._ask is None:
            raise failure("token-missing", self._name, "nothing to ask the login with")
        self._redaction.add(*_shown_in(question))
        return token_of(login, self._ask(question))

    def _take(self, token: Token) -> None:
        self._redaction.add(token.value, token.refresh)
        self._token, self._worked = token, False
        life = token.life
        self._until = None if life is None else self._now() + life - min(EARLY, life / 10)


def access_to(
    source: Source,
    *,
    environment: Mapping[str, str] = os.environ,
    keyring: Keyring = no_keyring,
    root: Path | None = None,
) -> Keys | None:
    """The access to a source with what was handed in for it; None where nothing is shown.

    Stop (``token-missing``) names what is not there. ConfigurationError where a key would go in
    clear over the net, stands in the source file itself, or can not be used with its engine.
    """
    kind = source.interface.access.kind
    if not can_log_in(source.engine, kind):
        raise ConfigurationError(
            f"{source.place('interface', 'access', 'kind')}: no login of {source.engine} takes "
            f"what '{kind}' is given"
        )
    held = secrets_of(source, environment=environment, keyring=keyring, root=root)
    if not held:
        return None
    if kind != "session" and not shown_at(source):
        raise ConfigurationError(
            f"{source.place('start')}: the key is shown over https only",
            remedy="start with https; 'allow_private: true' where it is in your own network",
        )
    written = source.model_dump_json()
    if Redaction(one.value for one in held if one.part.secret)(written.encode())[1]:
        raise ConfigurationError(
            f"{source.name}: its key stands in the source file",
            remedy="take it out, and have the service give a new one: files are passed on",
        )
    return Keys(source, held)


def _where_to_log_in(source: Source) -> str:
    """The first of the source's addresses that may be shown a key; empty where none may."""
    good = shown_at(source)
    given = (*source.start, *source.mirrors)
    return next((url for url in given if origin(normal(url)) in good), "")


def _shown_in(question: Question) -> list[str]:
    """What a login shows besides the parts themselves: credentials packed for HTTP Basic."""
    shown = question.headers.get("Authorization", "")
    return [shown.partition(" ")[2]] if shown.startswith("Basic ") else []
