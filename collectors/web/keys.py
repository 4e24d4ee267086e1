"""What two addresses have in common that lead to the same page: session ids are left out."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

SESSION_NAMES = frozenset(
    {
        *("phpsessid", "jsessionid", "aspsessionid", "asp.net_sessionid", "sessionid"),
        *("session_id", "session-id", "sessid", "sess_id", "cfid", "cftoken", "cfglobals"),
        *("oscsid", "zenid", "xtcsid", "sesskey", "phpsess", "mosessid", "bv_sessionid"),
    }
)
"""Parameters that are session ids whatever their value, in lower case."""

PERHAPS = frozenset({"sid", "s", "session", "sess", "token", "uid_session", "hash", "key"})
"""Parameters that are session ids where their value looks like one."""

_TOKEN = re.compile(r"[0-9A-Za-z_\-]{12,128}")
_LONG_HEX = re.compile(r"[0-9a-fA-F]{16,128}")
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?;]*", re.I)
_COOKIELESS = re.compile(r"/\([A-Za-z]\([0-9A-Za-z]{16,64}\)\)(?=/)")
_REMEMBERED = 2_000
_PROOFS = 3


def without_sessions(url: str, dropped: Collection[str] = ()) -> str:
    """The normal address ``url`` without session ids and the parameters in ``dropped``."""
    parts = urlsplit(url)
    path = parts.path
    if ";" in path or "(" in path:
        path = _COOKIELESS.sub("", _PATH_SESSION.sub("", path)) or "/"
    query = parts.query
    if query:
        query = "&".join(pair for pair in _pairs(query) if not _is_session(pair, dropped))
    if (path, query) == (parts.path, parts.query):
        return url
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _pairs(query: str) -> Sequence[str]:
    return query.split("&")


def _is_session(pair: str, dropped: Collection[str]) -> bool:
    name, _, value = pair.partition("=")
    if name in dropped or name.lower() in SESSION_NAMES:
        return True
    # Sections and searches are called sid and s too: only a value like a session's counts.
    return name.lower() in PERHAPS and bool(_LONG_HEX.fullmatch(value))


def looks_random(value: str) -> bool:
    """Whether a value may be a session's: long, of letters and digits, no number and no word."""
    if not _TOKEN.fullmatch(value):
        return False
    digits = sum(char.isdigit() for char in value)
    return 2 <= digits < len(value)


class Learner:
    """Finds parameters that change from page to page while the content is the same.

    A parameter counts as one after three such pairs of pages, and never where one pair of pages
    that differ in it alone had other content. Remembers a bounded number of pages.
    """

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        state = state or {}
        self.dropped: list[str] = [str(name) for name in state.get("dropped", ())]
        self._refuted: list[str] = [str(name) for name in state.get("refuted", ())]
        self._proofs: Counter[str] = Counter()
        self._seen: OrderedDict[bytes, tuple[bytes, bytes]] = OrderedDict()

    def state(self) -> dict[str, Any]:
        return {"dropped": self.dropped[-100:], "refuted": self._refuted[-100:]}

    def page(self, url: str, content: bytes) -> str:
        """Learn from a page whose records have this digest; the parameter now proved, if any."""
        found = ""
        for name, value, rest in _random_parameters(url):
            if name in self.dropped or name in self._refuted:
                continue
            place, mark = _short(f"{name} {rest}"), _short(value)
            former = self._seen.pop(place, None)
            self._seen[place] = (mark, content)
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
            if former is not None and former[0] != mark:
                found = self._weigh(name, same=former[1] == content) or found
        return found

    def _weigh(self, name: str, *, same: bool) -> str:
        if not same:
            self._refuted.append(name)
            return ""
        self._proofs[name] += 1
        if self._proofs[name] < _PROOFS:
            return ""
        self.dropped.append(name)
        return name


def _random_parameters(url: str) -> Iterator[tuple[str, str, str]]:
    """Name, value and the address without it, of each parameter whose value looks random."""
    parts = urlsplit(url)
    if not parts.query:
        return
    pairs = _pairs(parts.query)
    for number, pair in enumerate(pairs[:20]):
        name, _, value = pair.partition("=")
        if name and looks_random(value):
            rest = "&".join([*pairs[:number], *pairs[number + 1 :]])
            yield name, value, urlunsplit((parts.scheme, parts.netloc, parts.path, rest, ""))


def _short(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
