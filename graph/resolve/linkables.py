"""Which identifiers are one and the same thing, and which two are not independent of each other."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

NUMBERED = frozenset({"whatsapp", "viber", "signal", "zalo", "imo", "telegram", "line", "wechat"})
"""Messengers whose handle may be a telephone number."""

_NUMBER = re.compile(r"\+?[0-9]{8,15}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Channel(NamedTuple):
    """One way to reach or pay somebody.

    ``key`` is equal for a number given as telephone and for WhatsApp, or an address given as
    e-mail and for PayPal. ``kind`` is the kind of evidence (each messenger service is one).
    ``token`` is the name it was made from: two things made from one name are not independent.
    """

    key: tuple[str, str]
    kind: str
    token: str


def channel(kind: str, value: str) -> Channel:
    """The way to reach or pay somebody that an identifier of this kind and value stands for."""
    if kind not in {"messenger", "payment_handle"}:
        return Channel((kind, _folded(kind, value)), kind, _token(kind, value))
    service, _, handle = value.partition(":")
    if service in NUMBERED and _NUMBER.fullmatch(handle):
        number = "+" + handle.lstrip("+")
        return Channel(("phone", number), "phone", number)
    if _ADDRESS.fullmatch(handle):
        return Channel(("email", handle.casefold()), f"{kind}:{service}", stem(handle))
    if handle.startswith("+"):  # an invitation: its capitals matter, and no name stands in it
        return Channel((kind, value), f"{kind}:{service}", handle)
    return Channel((kind, value.casefold()), f"{kind}:{service}", stem(handle))


def squeeze(name: str) -> str:
    """A name without case, compatibility forms and everything that is no letter or digit."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    kept = "".join(sign for sign in folded if sign.isalnum())
    return kept or folded.strip()


def telling_length(name: str) -> float:
    """How much a name tells, in letters: a wide sign (Han, kana, hangul) counts as one and a half.

    Three such signs tell as much as a short word; two are a common given name.
    """
    return sum(1.5 if unicodedata.east_asian_width(sign) in "WF" else 1.0 for sign in name)


def stem(handle: str) -> str:
    """The name in a handle or address: squeezed, without host and without digits at its end."""
    name = squeeze(handle.partition("@")[0])
    bare = name.rstrip("0123456789")
    return bare if len(bare) >= 4 else name


def _folded(kind: str, value: str) -> str:
    return value.casefold() if kind in {"email", "domain", "onion"} else value


def _token(kind: str, value: str) -> str:
    return stem(value) if kind == "email" else f"{kind}:{value}"
