"""What is read out of one record."""

from __future__ import annotations

from dataclasses import dataclass

from model.facts import Observation, Relevance


@dataclass(frozen=True, slots=True)
class Reading:
    """Observations, sorted by field and start, and what the record is about."""

    observations: tuple[Observation, ...]
    relevance: Relevance
