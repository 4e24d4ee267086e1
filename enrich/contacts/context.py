"""In which role an identifier stands: contact, payment, escrow address, or somebody's notice."""

from __future__ import annotations

from typing import NamedTuple

from config.contact_words import Context
from enrich.contacts.patterns import Pattern, any_word, compiled, either
from enrich.contacts.view import Found, View

BEFORE, AFTER = 100, 40
"""How far around an identifier words give it a role, in code points."""


class _Words(NamedTuple):
    role: str
    kinds: frozenset[str]
    stronger: bool
    before: Pattern
    after: Pattern | None


class RoleReader:
    """Judges roles by the words of ``context``; holds compiled patterns, no state."""

    def __init__(self, context: Context) -> None:
        self._roles = [
            _Words(
                role.gives or name,
                role.kinds,
                role.stronger,
                any_word(role.before),
                compiled(rf"(?i)^\s*(?:{either(role.after)})") if role.after else None,
            )
            for name, role in context.roles.items()
        ]

    def role_of(self, view: View, found: Found) -> str:
        """``contact``, ``payment``, ``escrow``, ``boilerplate`` or ``unknown``.

        Escrow and boilerplate words in the same line win (for hosts, which come in lists of
        mirrors, also those in the lines above); else the nearest words do; else what
        the finding says of itself (a handle announced by its messenger is a contact).
        """
        before = view.plain[max(0, found.start - BEFORE) : found.start]
        after = view.plain[found.end : found.end + AFTER].partition("\n")[0]
        hosts = found.kind in {"onion", "domain", "url"}
        line = before if hosts else before.rpartition("\n")[2]
        best, nearest = "", len(before) + 1
        for words in self._roles:
            if found.kind not in words.kinds:
                continue
            if words.stronger:
                if words.before.search(line) or (words.after and words.after.search(after)):
                    return words.role
                continue
            distance = _distance(words.before, before)
            if distance is not None and distance < nearest:
                best, nearest = words.role, distance
            elif words.after and not best and words.after.search(after):
                best = words.role
        return found.role or best or "unknown"


def _distance(pattern: Pattern, before: str) -> int | None:
    """How far before the end of ``before`` the last match ends; None without one."""
    last = None
    for match in pattern.finditer(before):
        last = len(before) - match.end()
    return last
