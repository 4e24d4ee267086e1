"""E-mail and Jabber addresses in text, plain or written so that machines should not see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from config.contact_words import ContactWords
from enrich.contacts.hosts import HOST, refang, trim_to_real
from enrich.contacts.patterns import Pattern, compiled, span_of
from enrich.contacts.view import Found, Taken, View

RULE = "mail/1"
_LOCAL = r"[\p{L}\p{N}._%+-]+"
_PLAIN = compiled(rf"(?P<local>{_LOCAL}) ?@ ?(?P<host>{HOST})")
_BRACKETED_AT = (
    r" {0,2}[\[({<|*_-]{1,2} ?(?:at|@|a|ät|arroba|chez|собака|собачка|AT) ?[\])}>|*_-]{1,2} {0,2}"
)
_BRACKETED = compiled(rf"(?i)(?P<local>{_LOCAL}){_BRACKETED_AT}(?P<host>{HOST})")
_SPACED_DOT = r"(?: ?[\[({<]? ?(?:\.|dot|punkt|punto|point) ?[\])}>]? ?)"
_WORD = r"[A-Za-z0-9_-]+"
_SPELLED = compiled(
    rf"(?i)(?P<local>{_WORD}(?:(?: dot |\.){_WORD})*)"
    rf"(?: {{1,2}}at {{1,2}}|{_BRACKETED_AT}| ?@ ?)"
    rf"(?P<host>{_WORD}(?:{_SPACED_DOT}{_WORD})+)"
)
_SPELLED_DOT = compiled(r"(?i) (?:dot|punkt|punto|point) |[\[({<]")
_DOT_WORD = compiled(r"(?i) dot ")
_SPACED_DOTS = compiled(rf"(?i){_SPACED_DOT}")
_EDGE = "._%+-"


class Address(NamedTuple):
    """An address as read, where it stands, and how it was written."""

    local: str
    host: str
    start: int
    end: int
    how: str


def read_addresses(view: View, words: ContactWords, taken: Taken) -> Iterator[Address]:
    """Addresses with a host that exists, from left to right, without overlaps."""
    found = [
        *_read(view.plain, _PLAIN, "plain", words),
        *_read(view.plain, _BRACKETED, "defanged", words),
        *_spelled(view.plain, words),
    ]
    last = 0
    for address in sorted(found, key=lambda one: (one.start, -one.end)):
        if address.start >= last and not taken.touches(address.start, address.end):
            last = address.end
            yield address


def _read(text: str, pattern: Pattern, how: str, words: ContactWords) -> Iterator[Address]:
    for match in pattern.finditer(text):
        local, start = _local(match.group("local"), match.start())
        host_start = span_of(match, "host")[0]
        written = text[host_start : span_of(match, "host")[1]]
        real = trim_to_real(refang(written), written, words)
        if not local or real is None or len(local) > 64:
            continue
        end = host_start + real[1]
        yield Address(local, real[0], start, end, how)


def _local(written: str, start: int) -> tuple[str, int]:
    """The local part and where it starts, without the dots that lead up to it."""
    dots = written.rfind("..")
    kept = written[dots + 2 :] if dots >= 0 else written
    kept = kept.lstrip(_EDGE)
    return kept.rstrip("."), start + len(written) - len(kept)


def _spelled(text: str, words: ContactWords) -> Iterator[Address]:
    """``name at mail dot com``, ``name@mail(dot)com``; ``name at gmail.com`` of known hosts."""
    for match in _SPELLED.finditer(text):
        written = match.group("host")
        host = _SPACED_DOTS.sub(".", written).lower().strip(".")
        if not _SPELLED_DOT.search(written) and host not in words.hosts.mail:
            continue
        local = _DOT_WORD.sub(".", match.group("local")).strip(_EDGE)
        meant = len(local) > 2 and local.lower() not in words.services.never
        if meant and trim_to_real(host, host, words) == (host, len(host)):
            yield Address(local, host, match.start(), match.end(), "spelled")


def finding_of(address: Address) -> Found:
    """The e-mail observation of an address: domain in lower case, local part as written."""
    sure = {"plain": 0.98, "defanged": 0.95, "spelled": 0.85}[address.how]
    value = f"{address.local}@{address.host}"
    return Found("email", value, address.start, address.end, sure, f"{RULE}:{address.how}")


def is_jabber(address: Address, words: ContactWords) -> bool:
    """Whether the host is one of Jabber, whoever says what it is."""
    host = address.host
    return host in words.hosts.jabber or host.startswith(("jabber.", "xmpp."))
