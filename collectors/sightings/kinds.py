"""Which kinds of records are followed from round to round, and what each is known by.

Of a site that is read by its pages these are its listings, known by the platform's own id. Of an
interface they are all that people write and are: posts, comments, messages, threads, profiles,
groups, listings. There ids of one kind may be those of another, so the family stands before.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.canonical import Json, short_digest
from model.evidence import Document

FAMILIES: Mapping[str, str] = {
    "listing": "listing",
    "post": "post",
    "comment": "post",
    "message": "post",
    "thread": "thread",
    "profile": "profile",
    "group": "group",
}
"""Kind of record → what its id is one of: what is a post here may be a comment there."""

_ALL = tuple(dict.fromkeys(FAMILIES.values()))
_LISTS = ("also", "admins")
_LONGEST = 2_000


def is_followed(document: Document, *, interface: bool) -> bool:
    """Whether what becomes of this record is told."""
    return document.kind in FAMILIES if interface else document.kind == "listing"


def known_as(kind: str, native_id: str, *, interface: bool) -> str:
    """Under which id the record's states are kept."""
    return f"{FAMILIES[kind]}:{native_id}" if interface else native_id


def told_apart(kept: str) -> tuple[str, str]:
    """Family and the platform's own id of what is kept under this id."""
    family, mark, native_id = kept.partition(":")
    return (family, native_id) if mark and family in _ALL else ("listing", kept)


def kept_as(native_id: str) -> list[str]:
    """Every id under which something with the platform's own id may be kept."""
    return [native_id, *(f"{family}:{native_id}" for family in _ALL)]


def of_networks(document: Document) -> dict[str, str]:
    """What is compared of a network's record beside its fields: edits, links, handles elsewhere."""
    extra, found = document.extra, dict[str, str]()
    if edited := extra.get("edited_at"):
        found["edited_at"] = str(edited)[:40]
    if document.kind in ("profile", "group"):
        lists = {name: _names(extra.get(name)) for name in _LISTS}
        lists["links"] = sorted(document.links)
        found |= {name: _one_line(texts) for name, texts in lists.items() if texts}
    return found


def is_deleted(document: Document) -> str:
    """The notice that stands in place of a record's words; empty where it has them."""
    told = document.extra.get("deleted")
    if not told:
        return ""
    return "shown as deleted" if told is True else f"shown as: {str(told)[:200]}"


def _names(told: Json) -> list[str]:
    return sorted(str(one) for one in told) if isinstance(told, list) else []


def _one_line(texts: list[str]) -> str:
    line = " ".join(texts)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} … {short_digest(line)}"
