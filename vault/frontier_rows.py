"""Rows of the frontier, and the statements that change them; built once, used for every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, update

from vault.bulk import upsert
from vault.text import pack, unpack
from vault.visit_tables import frontier

WAITING = ""
_LONGEST_VALIDATOR = 1_000
_FRESH: dict[str, Any] = {
    "attempts": 0,
    "not_before": "",
    "outcome": WAITING,
    "status": None,
    "reason": "",
    "etag": "",
    "last_modified": "",
    "capture": None,
}


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a round.

    ``url`` is its normal form at the source's first place; mirrors are mapped onto it. ``depth``
    counts links in a row from a start address, ``hops`` redirects in a row, ``attempts`` the
    failed ones in this round. ``why`` is ``start``, ``follow``, ``redirect``, ``recheck``,
    ``media`` or ``robots``. ``etag``, ``last_modified`` and ``capture`` (its number) are of the
    last answer that had content, also from an earlier round.
    """

    url: str
    depth: int = 0
    found_on: str = ""
    why: str = "follow"
    hops: int = 0
    attempts: int = 0
    etag: str = ""
    last_modified: str = ""
    capture: int | None = None


def from_row(row: Row[Any]) -> Address:
    return Address(
        url=unpack(row.url),
        depth=row.depth,
        found_on=unpack(row.found_on),
        why=unpack(row.why),
        hops=row.hops,
        attempts=row.attempts,
        etag=unpack(row.etag),
        last_modified=unpack(row.last_modified),
        capture=row.capture,
    )


def to_row(address: Address) -> dict[str, Any]:
    """A new row of an address, without its source, round and position."""
    return _FRESH | {
        "url": pack(address.url),
        "depth": address.depth,
        "found_on": pack(address.found_on),
        "why": pack(address.why),
        "hops": address.hops,
    }


def validator(text: str) -> str:
    """A validator as it can be kept: one too long is dropped, and the page is asked for whole."""
    return pack(text) if len(text) <= _LONGEST_VALIDATOR else ""


def _adding() -> Any:
    added = upsert(frontier)
    kept = ("source", "url", "etag", "last_modified", "capture")
    return added.on_conflict_do_update(
        index_elements=["source", "url"],
        set_={column.name: column for column in added.excluded if column.name not in kept},
        where=frontier.c.round != added.excluded.round,
    )


def _changing() -> Any:
    """An update of one waiting address; what is given as None stays as it was."""
    return update(frontier).where(
        frontier.c.source == bindparam("of"),
        frontier.c.url == bindparam("at"),
        frontier.c.round == bindparam("within"),
        frontier.c.outcome == WAITING,
    )


def _kept(name: str) -> Any:
    return func.coalesce(bindparam(f"new_{name}"), frontier.c[name])


ADD = _adding()
"""Let an address wait in a round, unless the round has met it; its validators are kept."""

SETTLE = _changing().values(
    outcome=bindparam("new_outcome"),
    reason=bindparam("new_reason"),
    status=bindparam("new_status"),
    etag=_kept("etag"),
    last_modified=_kept("last_modified"),
    capture=_kept("capture"),
)
"""An address is done with."""

PUT_OFF = _changing().values(
    not_before=bindparam("new_not_before"),
    reason=bindparam("new_reason"),
    attempts=frontier.c.attempts + bindparam("more"),
)
"""An address waits for another attempt."""
