"""What a search cost and brought, counted with the answer it came with."""

from __future__ import annotations

from collections.abc import Iterable

from collectors.web.answers import Taken
from collectors.web.run import Run
from model.evidence import Document
from vault.frontier import Address

ON_THE_SIDE = frozenset({"profile", "group"})
"""Kinds of records that describe who answers, and are no answers themselves."""


def count_search(run: Run, address: Address, taken: Taken) -> None:
    """Count a page of answers to a search term; inside the batch that takes it in."""
    round_ = run.frontier.round
    term = run.asking.interface.question(address.url) if run.asking is not None else ""
    if not term or round_ is None:
        return
    store, found = run.vault.searches(run.source.name), answers_in(taken.documents)
    new = 0 if taken.outcome == "unchanged" else store.first_seen(taken.capture, found)
    store.asked(round_.id, term, run.now, len(found), new)


def answers_in(documents: Iterable[Document]) -> set[tuple[str, str]]:
    """What of an answer's documents are answers: platform and native id of each."""
    return {
        (one.platform, one.native_id)
        for one in documents
        if one.native_id and one.kind not in ON_THE_SIDE
    }
