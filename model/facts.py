"""What was read (observations) and what is therefore stated (statements)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from model.canonical import Json, short_digest
from model.identity import Entity


@dataclass(frozen=True, slots=True)
class Observation:
    """Something read out of one field of one record.

    ``text`` is exactly ``record[field][start:end]`` in code points. ``confidence`` is 0…1.
    ``rule`` names extractor, version and the term that fired: ``taxa/1:common-name:en:ivory``.
    """

    kind: str
    value: str
    text: str
    field: str
    start: int
    end: int
    confidence: float
    rule: str
    attributes: Mapping[str, Json] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relevance:
    """What a record is about: label of the contract, 0…1 that it offers protected wildlife."""

    label: str
    score: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grades:
    """Admiralty grading (NATO AJP-2.1): source reliability A–F, information credibility 1–6."""

    reliability: str = "F"
    credibility: int = 6


@dataclass(frozen=True, slots=True)
class Statement:
    """One append-only claim: subject, predicate, object, and the evidence it rests on.

    ``subject`` and ``object`` are entities; a statement that only describes its subject has
    predicate ``DESCRIBED_AS``, no object, and the properties in ``attributes``. ``document``
    is the uid of the document row, ``capture_sha256`` and ``source`` name the capture.
    ``first_seen`` and ``last_seen`` are ISO 8601 UTC. ``tlp`` is a TLP 2.0 colour
    (``CLEAR``, ``GREEN``, ``AMBER``, ``AMBER+STRICT``, ``RED``).
    """

    subject: Entity
    predicate: str
    object: Entity | None
    attributes: Mapping[str, Json]
    capture_sha256: str
    source: str
    document: str
    rule: str
    first_seen: str
    last_seen: str
    confidence: float
    grades: Grades = Grades()
    tlp: str = "AMBER"

    @property
    def id(self) -> str:
        """Digest of everything said, so that an edited row is noticed and a repeat is one."""
        return short_digest(
            [
                self.subject.uid,
                self.predicate,
                self.object.uid if self.object else None,
                dict(self.attributes),
                self.capture_sha256,
                self.source,
                self.document,
                self.rule,
                self.first_seen,
                self.last_seen,
                float(self.confidence),
                [self.grades.reliability, self.grades.credibility],
                self.tlp,
            ]
        )
