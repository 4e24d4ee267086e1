"""Every error has a fate, and its class decides it.

SpoorError
├── ConfigurationError    names file and key; nothing was started
├── PolicyRefusal         outside the mandate: never retried, always in the custody log
├── CollectionError
│   ├── Retry             time-out, 429, dead circuit: back off, try again, give up loudly
│   ├── Skip              one record unreadable: recorded with its capture, the run goes on
│   └── Stop              login page, CAPTCHA, changed layout: this source waits for a person
├── EvidenceError         hash or chain mismatch: everything stops
└── GraphError            the graph engine is missing, down or refused a statement
"""

from __future__ import annotations


class SpoorError(Exception):
    """Something a user can act on: what happened, where, and the remedy.

    ``exit_code`` is what a command ends with when this error reaches the terminal
    (2 wrong usage or configuration, 3 refused by mandate or evidence damaged, 1 the rest).
    """

    exit_code = 1

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


class ConfigurationError(SpoorError):
    """A setting, source file or vocabulary is wrong; ``message`` names file, line and key."""

    exit_code = 2


class PolicyRefusal(SpoorError):
    """What was asked lies outside the mandate or mixes made-up with real material."""

    exit_code = 3


class CollectionError(SpoorError):
    """A source could not be read as expected. ``reason`` is a word of the failure taxonomy."""

    def __init__(self, message: str, *, reason: str = "", remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason


class Retry(CollectionError):
    """Passing trouble: back off and try again. ``after`` is in seconds where the server said so."""

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        remedy: str | None = None,
        after: float | None = None,
    ) -> None:
        super().__init__(message, reason=reason, remedy=remedy)
        self.after = after


class Skip(CollectionError):
    """One record is unreadable; the run goes on."""


class Stop(CollectionError):
    """The source waits for a person; other sources go on."""


class EvidenceError(SpoorError):
    """A hash or the chain does not match what was recorded: nothing goes on."""

    exit_code = 3


class GraphError(SpoorError):
    """The graph engine is missing, down, or refused a statement."""
