"""Session cookies that a person handed in for a source: read, kept encrypted, sent, forgotten."""

from __future__ import annotations

from collectors.sessions.cookies import SessionCookie, SessionJar, read_cookies
from collectors.sessions.sealed import HOW_TO_MAKE_A_KEY, secret_key
from collectors.sessions.signs import session_lost
from collectors.sessions.store import (
    CURSOR,
    HandedIn,
    forget_session,
    keep_session,
    load_session,
    session_file,
)

__all__ = [
    "CURSOR",
    "HOW_TO_MAKE_A_KEY",
    "HandedIn",
    "SessionCookie",
    "SessionJar",
    "forget_session",
    "keep_session",
    "load_session",
    "read_cookies",
    "secret_key",
    "session_file",
    "session_lost",
]
