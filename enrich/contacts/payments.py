"""Accounts a seller is paid at: PayPal, cash apps, mobile money, money transfer receivers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from config.contact_words import ContactWords
from enrich.contacts.cues import Cue, CueFinder, credible, read_tail
from enrich.contacts.mail import Address
from enrich.contacts.numbers import NUMBER, read_at_start
from enrich.contacts.patterns import Pattern, compiled, span_of
from enrich.contacts.view import Found, Scene
from enrich.contacts.web import Link, user_of

RULE = "payments/1"
_NUMBER_AHEAD = compiled(rf"[^+\d\n]{{0,40}}?(?P<number>{NUMBER})")
_USER = compiled(r"\$?[A-Za-z0-9_.\-]{2,40}")
_CASHTAG = compiled(r"[^$\n]{0,24}(?P<tag>\$[A-Za-z][A-Za-z0-9_\-]{0,19})")
_NAME = r"\p{Lu}[\p{L}\p{M}'.-]+(?: \p{Lu}[\p{L}\p{M}'.-]+){1,3}"
_RECEIVER = compiled(
    r"[^\n]{0,30}?(?i:receiver(?:'?s)? ?name|receiver|recipient|beneficiary|first name|full name"
    rf"|empfänger(?:name)?|bénéficiaire|destinataire|beneficiario|name) ?[:=] ?(?P<name>{_NAME})"
)


class PaymentReader:
    """Reads accounts at the payment services of ``words``; holds compiled patterns, no state."""

    def __init__(self, words: ContactWords) -> None:
        self.words = words
        self.services = words.services.payments
        self.cues = CueFinder(self.services)
        self._forms: Mapping[str, Pattern] = {
            name: compiled(f"(?:{pattern})") for name, pattern in words.services.patterns.items()
        }

    def from_links(self, links: Sequence[Link]) -> Iterator[tuple[Link, Found]]:
        """Links to be paid by (``paypal.me/name``)."""
        for link in links:
            for name, service in self.services.items():
                user = user_of(link, service) if service.hosts else None
                if user and _USER.fullmatch(user):
                    value = f"{name}:{user}"
                    rule = f"{RULE}:{name}:link"
                    yield link, Found("payment_handle", value, link.start, link.end, 0.98, rule)
                    break

    def by_name(self, scene: Scene, addresses: Sequence[Address]) -> Iterator[Found]:
        """Handles announced by the service's name; addresses and numbers may serve two purposes."""
        for cue in self.cues.find(scene.text):
            for form in self.services[cue.service].handle:
                named = self._named(form, cue, scene, addresses)
                if named is not None:
                    value, (start, end), sure = named
                    value, rule = f"{cue.service}:{value}", f"{RULE}:{cue.service}:{form}"
                    found = Found("payment_handle", value, start, end, sure, rule)
                    yield replace(found, blocks=form not in {"mail", "phone"})
                    break

    def _named(
        self, form: str, cue: Cue, scene: Scene, addresses: Sequence[Address]
    ) -> _Named | None:
        if form == "mail":
            return _mail_after(scene, cue, addresses)
        if form == "phone":
            return _phone_after(scene, cue)
        if form == "receiver":
            return _group_after(_RECEIVER, scene, cue, 0.7)
        if form == "cashtag":
            return _group_after(_CASHTAG, scene, cue, 0.95)
        tail = read_tail(scene.view, cue.end, len(scene.text), self.words)
        if tail is None or scene.taken.touches(tail.start, tail.end):
            return None
        sure = credible(tail, self.words, scene.seller)
        shaped = self._forms[form].fullmatch(tail.word) is not None
        return (tail.word, (tail.start, tail.end), sure) if sure and shaped else None


_Named = tuple[str, tuple[int, int], float]
"""A handle, its span, and how sure it is one."""


def _mail_after(scene: Scene, cue: Cue, addresses: Sequence[Address]) -> _Named | None:
    """The address within 30 characters after a cue, in the same sentence or the next line."""
    at = bisect_left(addresses, cue.end, key=lambda address: address.start)
    if at == len(addresses) or addresses[at].start - cue.end > 30:
        return None
    address = addresses[at]
    gap = scene.text[cue.end : address.start]
    if gap.count("\n") > 1 or ". " in gap:
        return None
    return f"{address.local}@{address.host}", (address.start, address.end), 0.9


def _phone_after(scene: Scene, cue: Cue) -> _Named | None:
    ahead = _NUMBER_AHEAD.match(scene.text[cue.end : cue.end + 80])
    if ahead is None:
        return None
    spanned = read_at_start(ahead.group("number"), scene.regions, guess=False)
    if spanned is None:
        return None
    start = cue.end + span_of(ahead, "number")[0]
    return spanned[0].e164, (start, start + spanned[1]), 0.9


def _group_after(pattern: Pattern, scene: Scene, cue: Cue, sure: float) -> _Named | None:
    """What the pattern's only named group matches right after a cue."""
    match = pattern.match(scene.text[cue.end : cue.end + 120])
    if match is None:
        return None
    start, end = match.span(1)
    return match.group(1), (cue.end + start, cue.end + end), sure
