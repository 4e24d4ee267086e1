"""What a source asks of an interface, held against the terms the interface is used under.

A warning is no refusal: whether a use that terms forbid is lawful all the same, under a warrant or
a law, is for those to decide who gave the mandate. They are to know of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from collectors.checks.findings import Finding
from config.source_interface import Use
from config.sources import Source, Terms

OLD = 365
"""Days after which terms are to be read again."""

ALWAYS: tuple[Use, ...] = ("automated", "keep", "law-enforcement", "inference")
"""Programs ask; answers are sealed for good; a mandate is an investigation; accounts of one person
are brought together, which is a conclusion about somebody."""


def uses_of(source: Source) -> tuple[Use, ...]:
    """What a source makes of its interface."""
    ask = source.ask
    asked: dict[Use, bool] = {
        "search": bool(ask.words or ask.tags or ask.plan),
        "profiles": ask.profiles,
        "members": ask.members,
        "comments": ask.threads,
        "media": source.media,
    }
    return (*ALWAYS, *(use for use, wanted in asked.items() if wanted))


def forbidden(source: Source) -> tuple[Use, ...]:
    """What a source asks that the terms it works under forbid; none without terms."""
    terms = source.interface.terms
    if terms is None or not source.is_interface:
        return ()
    return tuple(use for use in uses_of(source) if use in terms.forbids)


def forbidden_said(source: Source) -> str:
    """What the terms forbid of what is asked, in a sentence; empty where they forbid none."""
    terms, uses = source.interface.terms, forbidden(source)
    if terms is None or not uses:
        return ""
    return (
        f"{source.name}: its terms forbid what is asked: {', '.join(uses)} ({_named(terms)}); "
        "whether the mandate covers that all the same is for those to say who gave it"
    )


def check_terms(source: Source, today: date) -> Iterator[Finding]:
    """What terms say to what is asked; nothing for a source that is no interface."""
    if not source.is_interface:
        return
    place, terms = source.place("interface", "terms"), source.interface.terms
    if terms is None:
        says = "the file does not name the terms it works under"
        yield Finding("note" if source.allow_private else "problem", place, "terms", says)
        return
    if uses := forbidden(source):
        says = f"{', '.join(uses)}: forbidden by {_named(terms)}"
        yield Finding("warning", place, "terms", says)
    silent = [use for use in uses_of(source) if use not in (*terms.allows, *terms.forbids)]
    if silent:
        says = f"{', '.join(silent)}: nothing is said on it by {_named(terms)}"
        yield Finding("note", place, "terms", says)
    if terms.note:
        yield Finding("note", place, "terms", " ".join(terms.note.split()))
    days = (today - terms.read_on).days
    if days > OLD or days < -1:
        when = f"{days} days ago" if days > 0 else "on a day to come"
        says = f"read {when}, on {terms.read_on}: read them again"
        yield Finding("note", source.place("interface", "terms", "read_on"), "terms", says)


def _named(terms: Terms) -> str:
    return ", ".join(filter(None, (terms.name, terms.url, f"read on {terms.read_on}")))
