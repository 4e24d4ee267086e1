"""Addresses of previews: where a round begins, the next older page, one message alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit

from collectors.interfaces.interface import Term
from collectors.interfaces.telegram_names import username
from config.sources import Source


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: ``kind`` is channel (messages), card, message, or empty."""

    kind: str
    name: str
    words: str = ""
    before: int = 0


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """The newest messages of each channel, each term's hits in it, and the card of each account.

    A name may be given as it is written anywhere: ``@name``, ``t.me/name``.
    """
    base = base_of(source)
    for name in filter(None, dict.fromkeys(map(username, source.ask.groups))):
        yield channel(base, name)
        for term in terms:
            yield channel(base, name, words=term.text)
    for name in filter(None, dict.fromkeys(map(username, source.ask.accounts))):
        yield f"{base}/{name}"


def base_of(source: Source, url: str = "") -> str:
    """Scheme and host that are asked, without a slash at the end."""
    found = urlsplit(source.start[0] if source.start else url or "https://t.me")
    return f"{found.scheme}://{found.netloc}"


def channel(base: str, name: str, *, words: str = "", before: int = 0) -> str:
    """The page of a channel's messages older than ``before``, with ``words`` in them."""
    asked = [f"q={quote(words, safe='')}"] if words else []
    asked += [f"before={before}"] if before else []
    return f"{base}/s/{name}{'?' if asked else ''}{'&'.join(asked)}"


def alone(base: str, name: str, number: int) -> str:
    """The page of one message alone."""
    return f"{base}/{name}/{number}?embed=1&mode=tme"


def question(url: str) -> str:
    """The words an address searches a channel for; empty for no search."""
    return asked_for(url).words


def asked_for(url: str) -> Asked:
    """What an address of ours asks for; a kind of "" for any other address."""
    try:
        parts = urlsplit(url)
        given = parse_qs(parts.query, max_num_fields=20)
    except ValueError:
        return Asked("", "")
    steps = [unquote(step) for step in parts.path.split("/") if step]
    if len(steps) >= 2 and steps[0] == "s":
        before = whole_number(given.get("before", [""])[0])
        return Asked("channel", steps[1].lower(), given.get("q", [""])[0], before)
    if len(steps) == 1:
        return Asked("card", steps[0].lower())
    if len(steps) == 2 and whole_number(steps[1]):
        return Asked("message", steps[0].lower())
    return Asked("", "")


def whole_number(text: str) -> int:
    """A number in plain digits; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
