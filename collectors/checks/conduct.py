"""What a source file must keep to, apart from pages: selectors, pace, addresses, no secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from collectors.checks.findings import Finding
from collectors.engines.checking import check_selectors
from collectors.tor import is_onion, onion_problem
from config.sources import Source
from model.errors import ConfigurationError

LEAST_DELAY = 1.0
"""Seconds between two requests to a site that is not our own: less is no polite reading."""

MOST_AT_ONCE = 8

_SECRET = re.compile(
    r"(?i)(?<![\w-])(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|authori[sz]ation|auth"
    r"|cookie|session[_-]?id|phpsessid|jsessionid|sid)\s{0,5}[:=]\s{0,5}[\"']?"
    r"(?:(?:bearer|basic)\s)?[A-Za-z0-9+/_.~%-]{6,}"
    r"|BEGIN [A-Z ]{0,30}PRIVATE KEY|://[^/\s\"'@]{1,100}:[^/\s\"'@]{1,100}@"
)


def check_conduct(source: Source, path: Path | None = None) -> Iterator[Finding]:
    """What is wrong with a source file that loads; nothing where all is well.

    ``path`` is the file, looked through for secrets.
    """
    yield from _selectors(source)
    yield from _pace(source)
    yield from _addresses(source)
    yield from _minima(source)
    if path is not None:
        yield from _secrets(source, path)


def _problem(source: Source, key: str, says: str) -> Finding:
    return Finding("problem", source.place(*key.split(".")), key, says)


def _selectors(source: Source) -> Iterator[Finding]:
    try:
        check_selectors(source)
    except ConfigurationError as error:
        for line in error.message.splitlines():
            place, _, says = line.partition(": not a CSS selector")
            yield Finding("problem", place, "selector", f"not a CSS selector{says}")


def _pace(source: Source) -> Iterator[Finding]:
    """Polite to everybody but our own machines."""
    delay = source.pace.delay_seconds
    if source.allow_private:
        return
    if delay is not None and delay < LEAST_DELAY:
        says = f"{delay:g} s between two requests is too fast; at least {LEAST_DELAY:g}"
        yield _problem(source, "pace.delay_seconds", says)
    if source.pace.concurrency > MOST_AT_ONCE:
        says = f"{source.pace.concurrency} requests at once; at most {MOST_AT_ONCE}"
        yield _problem(source, "pace.concurrency", says)
    if source.robots == "ignore":
        says = "robots.txt is not heeded; that counts only where the mandate allows it too"
        yield Finding("note", source.place("robots"), "robots", says)


def _addresses(source: Source) -> Iterator[Finding]:
    """Onion addresses must be whole: one wrong letter would be another service, or none."""
    listed = () if source.mirror_list is None else (source.mirror_list.url,)
    for key, addresses in (
        ("start", source.start),
        ("mirrors", source.mirrors),
        ("mirror_list", listed),
    ):
        for address in addresses:
            host = urlsplit(address).hostname or ""
            if is_onion(host) and (wrong := onion_problem(host)):
                yield _problem(source, key, f"{host}: {wrong}")


def _minima(source: Source) -> Iterator[Finding]:
    """A page of results without a least number of rows would be read as empty for ever."""
    for name, page in source.pages.items():
        if page.kind == "results" and page.rows and not any(row.at_least for row in page.rows):
            where = source.place("pages", name, "rows")
            says = "no at_least: if the layout changes, its rows vanish without a word"
            yield Finding("note", where, "at_least", says)


def _secrets(source: Source, path: Path) -> Iterator[Finding]:
    """The line of anything that looks like one; what it is is not repeated."""
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        if _SECRET.search(line[:5_000]):
            says = "looks like a secret; those never stand in source files"
            yield Finding("problem", f"{path.name}:{number}", source.name, says)
