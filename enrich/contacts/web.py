"""Links, bare host names and hidden services in text, plain or defanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from config.contact_words import ContactWords, Service
from enrich.contacts.hosts import (
    DOT,
    HOST,
    LABEL,
    is_common,
    onion_service,
    onion_version,
    real_host,
    refang,
    trim_to_real,
)
from enrich.contacts.patterns import Match, compiled, span_of
from enrich.contacts.view import Found, Taken, View

RULE = "web/1"
_SCHEME = r"(?i)(?P<scheme>h[tx][tx]ps?|ftps?|tg|skype)(?:\[:\]|:)(?://|\[//\])?"
_PATH = r"(?P<path>(?:[:/?#]|\[/\])[^\s<>\"'`|\\^{}]*)?"
_URL = compiled(rf"{_SCHEME}(?P<host>(?:[^\s/@<>]{{1,60}}@)?{HOST}|[0-9.\[\]]{{7,24}}){_PATH}")
_BARE = compiled(rf"(?i)(?P<host>{HOST}){_PATH}")
_ONION = compiled(rf"(?i)(?:[a-z2-7]{{56}}|[a-z2-7]{{16}}){DOT}onion")
_IPV4 = compiled(r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}")
_TRAILING = ".,;:!?)]}'\"*_~>"


class Link(NamedTuple):
    """A link as read: scheme, host, rest, where it stands, and whether it was defanged."""

    scheme: str
    host: str
    rest: str
    start: int
    end: int
    defanged: bool
    host_start: int
    host_end: int


def read_links(view: View, words: ContactWords, taken: Taken) -> Iterator[Link]:
    """Addresses with a scheme; what looks like one but has no real host is left out."""
    for match in _URL.finditer(view.plain):
        start, end = match.span()
        if taken.touches(start, end) or (view.plain[start - 1 : start].isalnum() and start):
            continue
        link = _link(view.plain, match.group("scheme"), span_of(match, "host")[0], match, words)
        if link is not None:
            yield link


def read_bare_links(view: View, words: ContactWords, taken: Taken) -> Iterator[Link]:
    """Hosts without a scheme: ``www.``, with a path, defanged, or of a usual ending."""
    for match in _BARE.finditer(view.plain):
        start, end = match.span()
        before = view.plain[start - 1 : start] if start else ""
        if before in {"@", "/", "-", "_", "."} or before.isalnum() or taken.touches(start, end):
            continue
        if view.plain[end : end + 1] == "@":
            continue
        link = _link(view.plain, "", start, match, words)
        if link is not None and _looks_meant(
            link, view.plain[start : span_of(match, "host")[1]], words
        ):
            yield link


def _link(
    text: str, scheme: str, host_start: int, match: Match, words: ContactWords
) -> Link | None:
    written = text[host_start : span_of(match, "host")[1]]
    user, at, written_host = written.rpartition("@")
    host_start += len(user) + len(at)
    host = refang(written_host)
    if _IPV4.fullmatch(host):
        real: tuple[str, int] | None = (host, len(written_host))
    else:
        real = trim_to_real(host, written_host, words)
    if real is None:
        return None
    end = host_start + real[1]
    rest = ""
    if end == span_of(match, "host")[1] and match.group("path"):
        rest = _trim(match.group("path"))
        end += len(rest)
    defanged = scheme.lower().startswith("hx") or len(host) != len(written_host)
    return Link(
        scheme=_scheme(scheme),
        host=real[0],
        rest=rest.replace("[/]", "/"),
        start=match.start(),
        end=end,
        defanged=defanged,
        host_start=host_start,
        host_end=host_start + real[1],
    )


def _scheme(written: str) -> str:
    return written.lower().replace("x", "t")


def _trim(path: str) -> str:
    """A path without the punctuation of the sentence it stands in; a matched bracket stays."""
    while path and path[-1] in _TRAILING:
        if path[-1] == ")" and path.count("(") >= path.count(")"):
            break
        path = path[:-1]
    return path


def _looks_meant(link: Link, written: str, words: ContactWords) -> bool:
    """Whether bare words joined by a full stop are a host, not two sentences."""
    labels = link.host.split(".")
    if link.host.startswith("www."):
        return len(labels) > 2
    if link.defanged:
        return len(labels[-2]) > 1 or len(labels) > 2
    if _IPV4.fullmatch(link.host) or not any(c.isalpha() for c in labels[-2]):
        return False
    ending = written.rpartition(".")[2][: len(labels[-1])]
    if _begins_sentence(ending, written, labels[-2]):
        return False
    path = link.rest.startswith("/") and len(link.rest) > 1
    word = ending.isupper() and labels[-1] in words.hosts.word_endings
    usual = labels[-1] in words.hosts.bare_endings and len(labels[-2]) > 2
    return path or (usual and not word)


def _begins_sentence(ending: str, written: str, label: str) -> bool:
    """Whether capitals after the full stop tell of a new sentence (``nice.Top quality``)."""
    if ending[:1].isupper() and not ending.isupper():
        return True
    return ending.isupper() and not label.isdigit() and written[:1].islower()


def findings_of(link: Link, words: ContactWords) -> Iterator[Found]:
    """The url, and its onion service or its domain unless everybody links there."""
    sure = 0.95 if link.scheme else 0.8
    how = "defanged" if link.defanged else "scheme" if link.scheme else "bare"
    rule = f"{RULE}:{how}"
    if link.scheme in {"http", "https", "ftp", "ftps"}:
        yield Found("url", address_of(link), link.start, link.end, sure, rule)
    elif link.rest.startswith("/") and len(link.rest) > 1:
        yield Found("url", address_of(link), link.start, link.end, 0.7, rule)
    if _IPV4.fullmatch(link.host):
        return
    at = (link.host_start, link.host_end)
    version = onion_version(link.host)
    if version is not None:
        value = onion_service(link.host)
        yield Found("onion", value, *at, 0.99, rule, _onion_attributes(version))
    elif real_host(link.host, words) and not is_common(link.host, words):
        yield Found("domain", link.host, *at, sure, rule)


def address_of(link: Link) -> str:
    """The absolute address, host in lower case; ``http`` where no scheme was written."""
    return f"{link.scheme or 'http'}://{link.host}{link.rest}"


def _onion_attributes(version: int) -> dict[str, int | bool]:
    return {"version": version, "legacy": True} if version == 2 else {"version": version}


def read_onions(view: View, taken: Taken) -> Iterator[Found]:
    """Hidden services without a scheme: version 3 with a right checksum, version 2 as legacy."""
    for match in _ONION.finditer(view.plain):
        start, end = match.span()
        before = view.plain[start - 1 : start] if start else ""
        if taken.touches(start, end) or before.isalnum() or view.plain[end : end + 1].isalnum():
            continue
        host = refang(match.group())
        if (version := onion_version(host)) is not None:
            attributes = _onion_attributes(version)
            yield Found("onion", host, start, end, 0.99, f"{RULE}:onion{version}", attributes)


def user_of(link: Link, service: Service) -> str | None:
    """The user a link of a service points to (``t.me/name`` → ``name``), None for other pages."""
    prefix = service.hosts.get(link.host.removeprefix("www."))
    if prefix is None:
        return None
    path = unquote(link.rest.partition("#")[0]).lstrip("/")
    if path.startswith("send?phone=") and prefix == "send":
        return "+" + path.removeprefix("send?phone=").partition("&")[0].lstrip("+ ")
    if not path.startswith(prefix):
        return None
    step = path.removeprefix(prefix).lstrip("/").partition("?")[0].partition("/")[0]
    name = step.strip("@~ ").rstrip(_TRAILING)
    reserved = not name or name.lower() in service.reserved or step.startswith("+")
    return None if reserved and not _number(step) else name


def _number(step: str) -> bool:
    return step.startswith("+") and step[1:].isdigit() and len(step) > 8


__all__ = [
    "LABEL",
    "Link",
    "findings_of",
    "read_bare_links",
    "read_links",
    "read_onions",
    "user_of",
]
