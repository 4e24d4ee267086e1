"""Host names as they are written: plain, defanged, hidden services; which of them are real."""

from __future__ import annotations

import re

from config.contact_words import ContactWords
from enrich.contacts.checksums import onion_v3

DOT = r"(?: ?[\[({<] ?(?:\.|,|dot|punkt|punto|point|d0t) ?[\])}>] ?|\.|\[\.|\.\])"
"""RE2 of a full stop between labels, also in brackets or as a word in brackets."""

LABEL = r"[\p{L}\p{N}_-]+"
HOST = rf"{LABEL}(?:{DOT}{LABEL})+"

_DEFANGED_DOT = re.compile(
    r"(?i) ?[\[({<] ?(?:\.|,|dot|punkt|punto|point|d0t) ?[\])}>] ?|\[\.|\.\]"
)
_LABEL = re.compile(r"(?![-])[\w-]{1,63}(?<!-)")
_ONION_LABEL = re.compile(r"[a-z2-7]+")


def refang(host: str) -> str:
    """A host with plain full stops, in lower case."""
    return _DEFANGED_DOT.sub(".", host).strip(".").lower()


def onion_version(host: str) -> int | None:
    """3 or 2 for a valid hidden service (its last label before ``.onion`` decides), else None."""
    labels = host.split(".")
    if len(labels) < 2 or labels[-1] != "onion" or not _ONION_LABEL.fullmatch(labels[-2]):
        return None
    if len(labels[-2]) == 56 and onion_v3(labels[-2]):
        return 3
    return 2 if len(labels[-2]) == 16 else None


def onion_service(host: str) -> str:
    """The service a hidden host name belongs to, without subdomains."""
    return ".".join(host.split(".")[-2:])


def real_host(host: str, words: ContactWords) -> bool:
    """Whether a plain lower-case host ends in a top-level domain that exists (or ``.i2p``)."""
    if len(host) > 253 or any(not _LABEL.fullmatch(label) for label in host.split(".")):
        return False
    ending = host.rpartition(".")[2]
    if ending == "onion":
        return onion_version(host) is not None
    return ending == "i2p" or ending in words.tlds or _punycode(ending) in words.tlds


def _punycode(label: str) -> str:
    if label.isascii():
        return label
    try:
        return label.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def is_common(host: str, words: ContactWords) -> bool:
    """Whether the host or a domain above it belongs to a service everybody links to."""
    labels = host.split(".")
    return any(".".join(labels[at:]) in words.hosts.common for at in range(len(labels) - 1))


def trim_to_real(host: str, written: str, words: ContactWords) -> tuple[str, int] | None:
    """The longest real host at the start of ``host``, and how much of ``written`` it takes.

    A sentence glued to an address (``gmail.com.Thanks``) loses its labels from the right; only
    in plain spelling, since a bracketed full stop is no end of a sentence.
    """
    if real_host(host, words):
        return host, len(written)
    if len(host) != len(written):
        return None
    for _ in range(3):
        host = host.rpartition(".")[0]
        if host.count(".") == 0:
            return None
        if real_host(host, words):
            return host, len(host)
    return None
