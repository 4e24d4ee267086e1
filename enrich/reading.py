"""What is read out of one record."""

from __future__ import annotations

from dataclasses import dataclass

from model.evidence import Document
from model.facts import Observation, Relevance

MAX_LINKS = 200
TALK_KINDS = frozenset({"post", "comment", "message", "thread"})
_LINKED = TALK_KINDS | {"profile", "group"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Observations, sorted by field and start, and what the record is about.

    ``moves`` are what it does in a conversation: ``asks_price``, ``answers_private`` … (see
    ``config/vocabulary/talk.yml``).
    """

    observations: tuple[Observation, ...]
    relevance: Relevance
    moves: tuple[str, ...] = ()


def fields_of(document: Document) -> dict[str, str]:
    """The fields of a document in which something may be read.

    In talk and in profiles, addresses that stand behind words and handles given elsewhere are
    read too, as the fields ``links`` and ``also``, one a line.
    """
    fields = dict(document.fields)
    if document.kind not in _LINKED:
        return fields
    text = fields.get("text", "")
    if links := [link for link in document.links[:MAX_LINKS] if link not in text]:
        fields["links"] = "\n".join(links)
    also = document.extra.get("also")
    if isinstance(also, list | tuple):
        told = [one for one in also[:MAX_LINKS] if isinstance(one, str) and one not in text]
        if told:
            fields["also"] = "\n".join(told)
    return fields
