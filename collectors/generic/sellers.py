"""Who is behind a page or a row: links to accounts and the handles they show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from collectors.generic.outline import Element
from collectors.text import words

_FOLDERS = words(
    "u user users usr vendor vendors seller sellers member members profile profiles merchant "
    "author people person shop store stores dealer verkaeufer anbieter nutzer benutzer "
    "utilisateur vendeur profil usuario vendedor venditore utente uzytkownik sprzedawca space"
)
_SCRIPTS = re.compile(
    r"(?:contactmember|member|user|vendor|seller|profile|userprofile|viewprofile|view_profile"
    r"|memberlist|showuser|bestandsliste|s-bestandsliste)(?:\.php|\.html|\.aspx?)?$",
    re.IGNORECASE,
)
_KEYS = words(
    "member user username uname vendor seller u name userid user_id uid id sellerid vendorid"
)
_NO_HANDLES = words(
    "login logout log in out register sign up signin signup settings edit inbox messages message "
    "profile account home help feedback store shop contact vendor seller user view all more "
    "ratings reviews reply report quote list listings listing search admin privacy terms"
)
_HANDLE = re.compile(r"^[^\s<>|/\\:]{1,40}(?: [^\s<>|/\\:]{1,30}){0,3}$")
_COUNTS = re.compile(r"\s*[(\[]\s*[\d.,%+\-/★☆* ]*[^)\]]{0,12}[)\]]\s*$")


class Seller(NamedTuple):
    """A handle as shown and the address of its page as written."""

    handle: str
    href: str


def account_name(href: str) -> str | None:
    """The account an address is the page of; empty if it names none but a number; else None."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    steps = [unquote(step) for step in parts.path.split("/") if step not in ("", ".", "..")]
    if parts.query.startswith("action=profile"):
        return ""
    query = dict(parse_qsl(parts.query, max_num_fields=50)) if parts.query else {}
    if not steps or _SCRIPTS.fullmatch(steps[-1]):
        for key, value in query.items():
            if key.lower() in _KEYS and value:
                return "" if value.isdigit() else value
    steps = [step.removesuffix(".html").removesuffix(".php") for step in steps[-3:]]
    for folder, name in pairwise(steps):
        if folder.lower() in _FOLDERS and name.lower() not in _NO_HANDLES:
            return "" if name.isdigit() else name
    if steps and steps[-1].startswith("@") and len(steps[-1]) > 1:
        return steps[-1][1:]
    return None


def clean_handle(text: str) -> str:
    """A handle without the counts and ratings that are written behind it; empty if it is none."""
    text = " ".join(text.split()).strip(" :,-–|·•")
    while (shorter := _COUNTS.sub("", text)) != text:
        text = shorter
    text = text.strip(" :,-–|·•@") if not text.startswith("@") else text[1:]
    if not _HANDLE.match(text) or text.casefold() in _NO_HANDLES:
        return ""
    return text


def seller_in(elements: Iterable[Element]) -> Seller | None:
    """The first link to an account that shows a handle."""
    for element in elements:
        if element.tag != "a" or not element.href:
            continue
        name = account_name(element.href)
        if name is None:
            continue
        shown = clean_handle(element.small)
        if shown and (not name or _alike(name, shown)):
            return Seller(shown, element.href)
        if name and not element.small and element.images:
            continue
        if name and not shown and clean_handle(name) and element.chars == 0:
            return Seller(clean_handle(name), element.href)
    return None


def _alike(name: str, shown: str) -> bool:
    """Whether the name in an address is the handle shown, separators and case aside."""
    plain = [re.sub(r"[\W_]+", "", each).casefold() for each in (name, shown)]
    return not plain[0] or not plain[1] or plain[0] in plain[1] or plain[1] in plain[0]
