"""Telegram's links beside ``t.me/NAME``: invitations, previews, names as hosts, links of the app.

An invitation (``t.me/+HASH``) is an identifier of the group it leads to, ``telegram:+HASH``; its
capitals matter. Forms are those of core.telegram.org/api/links (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from enrich.contacts.patterns import Match, compiled
from enrich.contacts.web import Link

HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})

_NAME = compiled(r"[A-Za-z][A-Za-z0-9_]{3,31}")
_HASH = compiled(r"[A-Za-z0-9_-]{8,64}")
_APP = compiled(
    r"(?i)\btg:(?://)?(?:resolve\?domain=(?P<name>[A-Za-z][A-Za-z0-9_]{3,31})"
    r"|join\?invite=(?P<code>[A-Za-z0-9_\-]{8,64}))"
)


def of_link(link: Link) -> str | None:
    """``+HASH`` of an invitation, or the name a preview or a host names; None for other links.

    Digits alone after ``+`` are a telephone number, which is none of these.
    """
    host = link.host.removeprefix("www.")
    if host not in HOSTS:
        name, _, own = host.partition(".")
        return name if own == "t.me" and _NAME.fullmatch(name) else None
    steps = [step for step in unquote(link.rest.partition("?")[0]).split("/") if step]
    if not steps:
        return None
    first, second = steps[0], steps[1] if len(steps) > 1 else ""
    if first == "s" and _NAME.fullmatch(second):
        return second
    code = second if first.lower() == "joinchat" else first[1:] if first[:1] == "+" else ""
    return f"+{code}" if _HASH.fullmatch(code) and not code.isdigit() else None


def in_app(text: str) -> Iterator[tuple[Match, str]]:
    """Links that only the app opens, each with the name or ``+HASH`` it leads to."""
    for match in _APP.finditer(text):
        yield match, match.group("name") or f"+{match.group('code')}"


def is_invitation(value: str) -> bool:
    """Whether the value of a messenger identifier is an invitation, whose capitals matter."""
    service, _, handle = value.partition(":")
    return service == "telegram" and handle.startswith("+") and not handle[1:].isdigit()
