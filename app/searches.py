"""``spoor sources searches`` and ``plan``: what was searched for, what came, and what is next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collectors.plans import next_choices
from collectors.web.interfaces import terms
from config.settings import Workspace
from config.sources import load_source
from model.errors import ConfigurationError
from vault.vault import open_vault

EFFORT = ("round", "term", "language", "origin", "requests", "answers", "new")
NEXT = ("place", "term", "language", "origin", "why", "expected")
"""Columns of the tables; JSON has more."""


def search_rows(
    workspace: Workspace, name: str, round_: int | None = None
) -> Iterator[dict[str, Any]]:
    """What was asked of a source, by round and term: requests answered, records in them, new ones.

    Also of sources whose file is gone.
    """
    with open_vault(workspace, write=False) as vault:
        for one in vault.searches(name).searches(round_):
            yield {
                "round": one.round,
                "term": one.planned.term,
                "language": one.planned.language or None,
                "taxon": one.planned.taxon or None,
                "product": one.planned.product or None,
                "origin": one.planned.origin or None,
                "first_asked": one.first_asked,
                "last_asked": one.last_asked,
                "requests": one.pages,
                "answers": one.answers,
                "new": one.new,
            }


def plan_rows(workspace: Workspace, name: str) -> Iterator[dict[str, Any]]:
    """What the open round searches for, else what the next one would, in order and why."""
    source = load_source(name, workspace)
    if not source.is_interface:
        raise ConfigurationError(f"{name}: is read by its pages; only interfaces are searched")
    with open_vault(workspace, write=False) as vault:
        open_ = vault.frontier(name).round
        why = {one.term.text: one for one in next_choices(vault, source)} if open_ is None else {}
        for place, term in enumerate(terms(vault, source, open_), 1):
            choice = why.get(term.text)
            given = "given in the source file" if term.origin == "given" else ""
            now = "" if open_ is None else f"chosen for round {open_.id}, which is open"
            yield {
                "place": place,
                "term": term.text,
                "language": term.language or None,
                "taxon": term.taxon or None,
                "product": term.product or None,
                "origin": term.origin,
                "why": given or (choice.why if choice else now),
                "expected": choice.expected if choice else None,
            }
