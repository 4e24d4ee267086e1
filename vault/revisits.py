"""Revisits: captures whose content is that of an earlier one, which holds the bytes."""

from __future__ import annotations

from collections.abc import Mapping

from model.errors import EvidenceError
from model.evidence import Capture
from vault.records import Payload, Sealing
from vault.text import header_uri
from vault.warc import Record, Reference

_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
_NOT_MODIFIED = 304


def original(sealing: Sealing, payload: Payload, earlier: Capture | None) -> Capture | None:
    """The capture that holds the bytes of ``sealing`` already; None where they are new.

    ``earlier`` is what the vault holds under the number of ``sealing.revisit``, or under the
    number that one refers to. EvidenceError where an answer 304 is no revisit of anything.
    """
    if sealing.revisit is not None and not _is_known(sealing.revisit, earlier):
        raise EvidenceError(f"{sealing.url}: capture {sealing.revisit.seq} is not in this vault")
    if earlier is not None and earlier.source != sealing.source:
        raise EvidenceError(f"{sealing.url}: capture {earlier.seq} is of {earlier.source}")
    if sealing.status == _NOT_MODIFIED and sealing.revisit is not None:
        if payload.size:
            raise EvidenceError(f"{sealing.url}: an answer 304 has no content")
        return earlier
    same = earlier is not None and earlier.sha256 == payload.sha256
    return earlier if same else None


def _is_known(given: Capture, earlier: Capture | None) -> bool:
    if earlier is None or earlier.refers_to is not None:
        return False
    if given.refers_to is None:
        return given.chain == earlier.chain
    return given.sha256 == earlier.sha256


def reference(first: Capture, status: int | None) -> Reference:
    """What the record of a revisit says of the one that holds the bytes."""
    kind = "server-not-modified" if status == _NOT_MODIFIED else "identical-payload-digest"
    return Reference(
        first.record_id, target_uri(first), first.captured_at, first.sha256, _PROFILE + kind
    )


def target_uri(capture: Capture | Sealing, sha256: str = "") -> str:
    """The URI that the record of a capture is of."""
    digest = capture.sha256 if isinstance(capture, Capture) else sha256
    return capture.final_url or capture.url or f"urn:sha256:{digest}"


def check_record(record: Record, capture: Capture, first: Capture | None) -> None:
    """EvidenceError where the record does not say what its row says of being a revisit.

    ``first`` is the capture referred to; None where it can not be compared.
    """
    kind = record.headers.get("warc-type", "")
    if (kind == "revisit") != (capture.refers_to is not None):
        raise EvidenceError(f"it is a {kind or 'nameless'} record, and its row says otherwise")
    if capture.refers_to is None or first is None:
        return
    for name, value in _told(reference(first, capture.status)).items():
        if record.headers.get(name) != value:
            raise EvidenceError(f"its {name} is not that of capture {first.seq}, referred to")


def _told(wanted: Reference) -> Mapping[str, str]:
    return {
        "warc-refers-to": f"<{wanted.record_id}>",
        "warc-refers-to-target-uri": header_uri(wanted.uri),
        "warc-refers-to-date": wanted.date,
        "warc-payload-digest": f"sha256:{wanted.sha256}",
        "warc-profile": wanted.profile,
    }


def wrong(capture: Capture, first: Capture | None) -> str:
    """What is wrong with the row of a revisit, beside that of the capture it refers to."""
    number = capture.refers_to
    if first is None:
        return f"its content is in capture {number}, which is missing"
    if first.seq >= capture.seq:
        return f"it refers to capture {number}, which is not an earlier one"
    if first.refers_to is not None:
        return f"it refers to capture {number}, which holds no content"
    if first.source != capture.source:
        return f"it refers to capture {number}, which is of another source"
    if (first.sha256, first.size) != (capture.sha256, capture.size):
        return f"it refers to capture {number}, which has another content"
    return ""
