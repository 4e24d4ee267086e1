"""robots.txt as RFC 9309 has it: the group for our name, the longest rule that fits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

MAX_BYTES = 500 << 10
"""RFC 9309 asks for at least this much to be read."""

LONGEST_DELAY = 86_400.0

_MAX_RULES = 5_000
_AS_IT_STANDS = "/%:@!$&'()*+,;=~-._?"
_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Robots:
    """Rules of one host for us: pairs of whether it allows, and a path pattern.

    ``delay`` is its Crawl-delay in seconds, which RFC 9309 does not know but sites use.
    """

    rules: tuple[tuple[bool, str], ...] = ()
    delay: float = 0.0

    def allows(self, url: str) -> bool:
        """The longest pattern that fits decides; of equals the one that allows."""
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        fitting = [(len(p), allow) for allow, p in self.rules if fits(p, target)]
        return max(fitting, default=(0, True))[1]


EVERYTHING = Robots()
NOTHING = Robots(((False, "/"),))


def of_answer(status: int, payload: bytes, agent: str) -> Robots:
    """RFC 9309, 2.3.1: unavailable (4xx) allows everything, unreachable (5xx) nothing."""
    if status >= 500 or status == 429:
        return NOTHING
    return read_robots(payload, agent) if 200 <= status < 300 else EVERYTHING


@dataclass(slots=True)
class _Group:
    """What is said to one user agent, in however many places."""

    rules: list[tuple[bool, str]] = field(default_factory=list)
    delay: float = 0.0


def read_robots(payload: bytes, agent: str) -> Robots:
    """The rules for ``agent`` (its product token counts), else those for everyone."""
    token = re.match(r"[a-z_-]*", agent.lower())
    groups: dict[str, _Group] = {}
    names: list[str] = []
    fresh = True
    for line in payload[:MAX_BYTES].decode("utf-8", "replace").splitlines():
        key, _, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower().lstrip("\ufeff"), value.strip()
        if key == "user-agent":
            names = [*([] if fresh else names), value.lower()]
            fresh = False
            groups.setdefault(value.lower(), _Group())
        elif key in ("allow", "disallow", "crawl-delay"):
            fresh = True
            for name in names if value else ():
                _take(groups[name], key, value)
    ours = groups.get(token.group() if token else "", groups.get("*", _Group()))
    return Robots(tuple(ours.rules[:_MAX_RULES]), ours.delay)


def _take(group: _Group, key: str, value: str) -> None:
    if key != "crawl-delay":
        # Written as addresses are: what is not ASCII is compared percent-encoded.
        group.rules.append((key == "allow", quote(value, safe=_AS_IT_STANDS)))
    elif _NUMBER.fullmatch(value):
        group.delay = min(max(group.delay, float(value)), LONGEST_DELAY)


def fits(pattern: str, target: str) -> bool:
    """Whether a path pattern with ``*`` and a final ``$`` fits the beginning of ``target``."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not target.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not anchored or at == len(target)
    for part in rest[:-1]:
        found = target.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    last = rest[-1]
    return target[at:].endswith(last) if anchored else target.find(last, at) >= 0
