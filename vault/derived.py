"""What was computed and can be computed again: runs with their findings, and small state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select

from model.canonical import Json
from model.findings import Run
from vault.custody import CustodyLog
from vault.schema import findings, runs, state
from vault.session import Session
from vault.text import pack, pack_json, unpack, unpack_json

_CHUNK = 2_000

Finding = tuple[str, str, Mapping[str, Json]]


class Derived:
    """Runs, findings and state of one session's vault."""

    def __init__(self, session: Session, custody: CustodyLog) -> None:
        self._session = session
        self._custody = custody

    def save_run(self, run: Run, found: Iterable[Finding]) -> None:
        """Replace the last run of this kind and its findings (kind, uid, payload)."""
        with self._session.operation() as connection:
            connection.execute(delete(findings).where(findings.c.run == run.kind))
            connection.execute(delete(runs).where(runs.c.kind == run.kind))
            row = {"kind": run.kind, "id": run.id, "inputs": run.inputs, "at": run.at}
            connection.execute(insert(runs), row | {"settings": pack_json(run.settings)})
            rest, number = iter(found), 0
            while chunk := list(islice(rest, _CHUNK)):
                rows = [_finding_row(run.kind, number + n, one) for n, one in enumerate(chunk, 1)]
                connection.execute(insert(findings), rows)
                number += len(rows)
            self._custody.append("analysed", run.kind, {"run": run.id, "findings": number})

    def latest_run(self, kind: str) -> Run | None:
        rows = self._session.page(select(runs).where(runs.c.kind == kind))
        if not rows:
            return None
        row = rows[0]
        return Run(row.id, row.kind, row.inputs, unpack_json(row.settings), row.at)

    def findings(self, kind: str, finding_kind: str | None = None) -> Iterator[Finding]:
        """Findings of the last run of ``kind`` as (kind, uid, payload), in the order given."""
        query = select(findings).where(findings.c.run == kind).order_by(findings.c.seq)
        if finding_kind is not None:
            query = query.where(findings.c.kind == pack(finding_kind))
        after = 0
        while rows := self._session.page(query.where(findings.c.seq > after).limit(_CHUNK)):
            for row in rows:
                yield unpack(row.kind), unpack(row.uid), unpack_json(row.payload)
            after = rows[-1].seq

    def get(self, key: str) -> Json | None:
        rows = self._session.page(select(state.c.value).where(state.c.key == pack(key)))
        return unpack_json(rows[0].value) if rows else None

    def put(self, key: str, value: Json) -> None:
        """Keep a small value under ``key``; not evidence, replaced without trace."""
        with self._session.operation() as connection:
            connection.execute(delete(state).where(state.c.key == pack(key)))
            connection.execute(insert(state), {"key": pack(key), "value": pack_json(value)})


def _finding_row(run: str, number: int, finding: Finding) -> dict[str, Any]:
    kind, uid, payload = finding
    return {
        "run": run,
        "seq": number,
        "kind": pack(kind),
        "uid": pack(uid),
        "payload": pack_json(dict(payload)),
    }
