"""The circuits of a running tor and whose they are."""

from __future__ import annotations

from dataclasses import dataclass

from collectors.tor.control import controller
from config.settings import TorSettings


@dataclass(frozen=True, slots=True)
class Circuit:
    """One circuit; ``user`` is the SOCKS user it was made for, empty for tor's own."""

    id: str
    status: str
    purpose: str
    user: str
    relays: tuple[str, ...]


def circuits(settings: TorSettings) -> list[Circuit]:
    """Every circuit tor has just now."""
    with controller(settings) as control:
        return [
            Circuit(
                str(found.id),
                str(found.status),
                str(found.purpose or ""),
                str(found.socks_username or ""),
                tuple(str(fingerprint) for fingerprint, _ in found.path),
            )
            for found in control.get_circuits()
        ]
