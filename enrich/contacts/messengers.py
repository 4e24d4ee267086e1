"""Accounts at messengers and social networks: by name of the service, by link, or by their form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from config.contact_words import ContactWords, Service
from enrich.contacts import telegram
from enrich.contacts.checksums import tox
from enrich.contacts.cues import (
    Cue,
    CueFinder,
    Tail,
    credible,
    groups,
    looks_made_up,
    read_tail,
)
from enrich.contacts.hosts import real_host
from enrich.contacts.numbers import NUMBER, read_at_start
from enrich.contacts.patterns import Match, Pattern, compiled, span_of
from enrich.contacts.view import Found, Scene
from enrich.contacts.web import Link, user_of

RULE = "messengers/2"
SHORTEST = 3
"""Characters of the shortest handle."""
_NUMBER_AHEAD = compiled(
    rf"(?P<lead>[^\p{{L}}\p{{N}}+\n]{{0,24}}\n?[^\p{{L}}\p{{N}}+\n]{{0,8}})(?P<number>{NUMBER})"
)
_OR = "on|via|is|only|or|and|o|ou|y|e|et|und|oder|или|и|หรือ|hoặc|atau"
_NUMBER_BEHIND = compiled(rf"(?P<number>{NUMBER}) {{0,2}}(?:[(\[/,:&-]|{_OR})? {{0,2}}$")
_HANDLE_BEHIND = compiled(
    r"(?i)(?:(?:add|reach|hmu|hit me up|hit us up|find|message|msg|text|contact|write)(?: me| us)?"
    r"(?: at| on| via|:)? )?(?P<at>@?)(?P<word>[A-Za-z0-9][A-Za-z0-9_.\-]{2,31})"
    r"(?: (?:on|via|auf|sur|en|in|at|over)(?: my| our| the)? ?| ?[(\[] ?)$"
)
_SECOND = compiled(
    r"(?i)^ ?(?:and|or|und|oder|et|ou|y|o|/|&|,) ?(?P<at>@?)(?P<word>[A-Za-z][A-Za-z0-9_.\-]{3,31})"
)
_TOX = compiled(r"\b[0-9A-Fa-f]{76}\b")
_SESSION = compiled(r"\b05[0-9a-f]{64}\b")
_MATRIX = compiled(r"@([a-z0-9._=/+\-]+):([A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+)")


class MessengerReader:
    """Reads accounts at the services of ``words``; holds compiled patterns, no state."""

    def __init__(self, words: ContactWords) -> None:
        self.words = words
        self.services = words.services.messengers
        self.cues = CueFinder(self.services)
        self._forms: Mapping[str, Pattern] = {
            name: compiled(f"(?:{pattern})") for name, pattern in words.services.patterns.items()
        }

    def from_links(
        self, links: Sequence[Link], hints: Sequence[str]
    ) -> Iterator[tuple[Link, Found]]:
        """Links to a user (``t.me/name``), each with the account it names."""
        for link in links:
            if own := telegram.of_link(link):
                value, rule = f"telegram:{own}", f"{RULE}:telegram:link"
                yield link, Found("messenger", value, link.start, link.end, 0.98, rule)
                continue
            for name, service in self.services.items():
                user = user_of(link, service) if service.hosts else None
                found = user and self._linked(name, service, user, hints)
                if found:
                    value, sure = found
                    yield (
                        link,
                        Found(
                            "messenger",
                            f"{name}:{value}",
                            link.start,
                            link.end,
                            sure,
                            f"{RULE}:{name}:link",
                        ),
                    )
                    break

    def _linked(
        self, name: str, service: Service, user: str, hints: Sequence[str]
    ) -> tuple[str, float] | None:
        if service.handle == ("phone",) or user.startswith("+"):
            spanned = read_at_start(user, hints, guess=True)
            return (spanned[0].e164, 0.98) if spanned else None
        for form in service.handle:
            if form in self._forms and self._forms[form].fullmatch(user):
                return user, 0.98
        plain = self._forms["plain"].fullmatch(user) is not None
        return (user, 0.95) if not service.handle and plain else None

    def by_form(self, scene: Scene) -> Iterator[Found]:
        """Identifiers that tell by themselves what they are: Tox, Session, Matrix, tg: links."""
        for match, own in telegram.in_app(scene.text):
            yield _formed(match, f"telegram:{own}", 0.98)
        for match in _TOX.finditer(scene.text):
            if tox(match.group()):
                yield _formed(match, f"tox:{match.group().upper()}", 0.99)
        for match in _SESSION.finditer(scene.text):
            yield _formed(match, f"session:{match.group()}", 0.9)
        for match in _MATRIX.finditer(scene.text):
            host = match.group(2).lower()
            if real_host(host, self.words):
                yield _formed(match, f"matrix:{match.group(1)}:{host}", 0.9)

    def by_name(self, scene: Scene) -> Iterator[Found]:
        """Accounts announced by the service's name before or after them."""
        cues = [
            cue for cue in self.cues.find(scene.text) if not scene.taken.touches(cue.start, cue.end)
        ]
        together = groups(cues, scene.text)
        for at, group in enumerate(together):
            stop = together[at + 1][0].start if at + 1 < len(together) else len(scene.text)
            floor = together[at - 1][-1].end if at else 0
            for cue in group:
                found = self._after(scene, cue, group[-1].end, stop)
                found = found or self._before(scene, cue, floor, group[0].start)
                if found is not None:
                    yield found
                    yield from self._further(scene, cue, found, stop)

    def _after(self, scene: Scene, cue: Cue, end: int, stop: int) -> Found | None:
        """The number or handle after ``end``, before the next service's name at ``stop``."""
        service = self.services[cue.service]
        if stop - end < SHORTEST or not service.handle:
            return None
        if "phone" in service.handle and (found := self._number_after(scene, cue, end, stop)):
            return found
        tail = read_tail(scene.view, end, stop, self.words)
        if tail is None or scene.taken.touches(tail.start, tail.end):
            return None
        handle = tail.word.replace("-", "") if service.handle == ("digits",) else tail.word
        sure = self._believed(tail._replace(word=handle), cue, scene)
        found = self._found(cue, handle, tail.start, sure, "name")
        return replace(found, end=tail.end) if sure else None

    def _believed(self, tail: Tail, cue: Cue, scene: Scene) -> float:
        """How sure the word after a service's name is a handle there, 0…1."""
        service = self.services[cue.service]
        if not self._shaped(service, tail.word):
            return 0.0
        if service.common and scene.text[cue.start].isascii() and _unannounced(tail):
            return 0.0
        if service.handle == ("digits",) and tail.word.isdecimal():
            return 0.8
        return credible(tail, self.words, scene.seller)

    def _further(self, scene: Scene, cue: Cue, first: Found, stop: int) -> Iterator[Found]:
        """A second handle right behind the first: ``@shop_one and @shop_two``."""
        if first.rule.rpartition(":")[2] != "name":
            return
        match = _SECOND.match(scene.text[first.end : min(stop, first.end + 60)])
        if match is None:
            return
        word, start = match.group("word").rstrip(".-"), first.end + span_of(match, "word")[0]
        telling = bool(match.group("at")) or looks_made_up(word)
        ordinary = word.casefold() in self.words.services.never
        if telling and not ordinary and self._shaped(self.services[cue.service], word):
            yield self._found(cue, word, start, 0.8, "second")

    def _shaped(self, service: Service, word: str) -> bool:
        """Whether the word can be a handle of the service, and is neither amount nor host."""
        if word.isdecimal() and "digits" not in service.handle:
            return False
        label, _, ending = word.casefold().rpartition(".")
        hosts = self.words.hosts
        if len(label) > 2 and ending in hosts.bare_endings - hosts.word_endings:
            return False
        forms = (self._forms.get(form) for form in service.handle)
        return any(form.fullmatch(word) for form in forms if form is not None)

    def _number_after(self, scene: Scene, cue: Cue, end: int, stop: int) -> Found | None:
        """A telephone number after ``end``, behind words such as *me us via*."""
        window = scene.text[end : min(stop, end + 100)]
        at = _after_fillers(window, self.words)
        ahead = _NUMBER_AHEAD.match(window[at:])
        if ahead is None:
            return None
        start = end + at + span_of(ahead, "number")[0]
        return self._number(scene, cue, start, ahead.group("number"))

    def _number(self, scene: Scene, cue: Cue, start: int, written: str) -> Found | None:
        spanned = read_at_start(written, scene.regions, guess=True)
        if spanned is None or scene.taken.touches(start, start + spanned[1]):
            return None
        found = self._found(cue, spanned[0].e164, start, 0.95, "number")
        # the same digits may be read as a telephone number too, so they stay free
        return replace(found, end=start + spanned[1], blocks=False)

    def _before(self, scene: Scene, cue: Cue, floor: int, end: int) -> Found | None:
        """``+44 … (WhatsApp)``, ``@name on Telegram``, ``name77 (wickr)``."""
        service = self.services[cue.service]
        window = scene.text[max(floor, end - 60) : end].rpartition("\n")[2]
        start = end - len(window)
        if len(window) < SHORTEST:
            return None
        if "phone" in service.handle and (behind := _NUMBER_BEHIND.search(window)):
            begin = start + span_of(behind, "number")[0]
            if found := self._number(scene, cue, begin, behind.group("number")):
                return found
        match = _HANDLE_BEHIND.search(window)
        if match is None or not service.handle:
            return None
        word, at = match.group("word"), bool(match.group("at"))
        begin = start + span_of(match, "word")[0]
        if (service.common and not at) or scene.taken.touches(begin, begin + len(word)):
            return None
        sure = self._behind(word, scene.seller, at=at) if self._shaped(service, word) else 0.0
        return self._found(cue, word, begin, sure, "behind") if sure else None

    def _behind(self, word: str, seller: str, *, at: bool) -> float:
        """How sure a word before a service's name is a handle; only if it looks made up."""
        if word.casefold() in self.words.services.never:
            return 0.0
        if at:
            return 0.9
        known = len(seller) >= 5 and word.casefold() == seller
        return 0.7 if (looks_made_up(word) and word[0].isalpha()) or known else 0.0

    def _found(self, cue: Cue, handle: str, start: int, sure: float, how: str) -> Found:
        value, rule = f"{cue.service}:{handle}", f"{RULE}:{cue.service}:{how}"
        return Found("messenger", value, start, start + len(handle), sure, rule)


def _formed(match: Match, value: str, sure: float) -> Found:
    service = value.partition(":")[0]
    return Found("messenger", value, match.start(), match.end(), sure, f"{RULE}:{service}:form")


def _unannounced(tail: Tail) -> bool:
    """Whether neither *id* nor *@* nor a colon before a made-up word tells of a handle."""
    return not (tail.named or tail.at or (tail.strong and looks_made_up(tail.word)))


_WORD_AHEAD = compiled(r"[^\p{L}\p{N}+\n(]*(\p{L}[\p{L}\p{M}]*)")


def _after_fillers(window: str, words: ContactWords) -> int:
    """How many characters of ``window`` are words that may stand before a number."""
    at = 0
    between = words.services.between
    for _ in range(6):
        match = _WORD_AHEAD.match(window[at:])
        word = match.group(1).casefold() if match else ""
        if match is None or not (word in between.id or word in between.plain):
            return at
        at += match.end()
    return at
