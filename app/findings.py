"""Networks as rows a person reads: what they are, who is in them, what binds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from model.canonical import Json
from model.errors import ConfigurationError
from vault.vault import Vault

UNTESTED = "not tested for chance"


def _networks(vault: Vault) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for _, uid, payload in vault.findings("network", "network"):
        yield uid, payload


def network_rows(vault: Vault) -> Iterator[dict[str, Any]]:
    """One row a network, as found: wildlife first, then by score."""
    for uid, payload in _networks(vault):
        details = payload.get("details") or {}
        q_value = payload.get("q_value")
        yield {
            "network": uid,
            "actors": len(payload["members"]),
            "accounts": details.get("accounts"),
            "listings": details.get("listings"),
            "platforms": details.get("platforms"),
            "taxa": details.get("taxa"),
            "bound_by": [f"{one['kind']} {one['value']}" for one in payload["bound_by"][:3]],
            "q_value": q_value,
            "chance": UNTESTED if q_value is None else f"q = {q_value:.3g}",
            "score": payload["score"],
        }


def network_view(vault: Vault, wanted: str) -> Iterator[dict[str, Any]]:
    """A network row by row: itself, its members with roles and reasons, what binds them."""
    uid, payload = find_network(vault, wanted)
    yield {"what": "network", "id": uid, "says": _headline(payload)}
    for member in payload["members"]:
        yield {
            "what": member["role"],
            "id": member["actor"],
            "says": "; ".join([*_handles(vault, member["actor"]), *member["reasons"]]),
        }
    for reason in payload["bound_by"]:
        yield {
            "what": f"shared {reason['kind']}",
            "id": reason["entity"],
            "says": f"{reason['value']} (weight {reason['weight']:.2f}) {reason['note']}".strip(),
        }


def find_network(vault: Vault, wanted: str) -> tuple[str, Mapping[str, Json]]:
    """The one network whose uid begins with ``wanted`` (``network-`` may be left out)."""
    stem = wanted if wanted.startswith("network-") else f"network-{wanted}"
    found = [(uid, payload) for uid, payload in _networks(vault) if uid.startswith(stem)]
    if len(found) != 1:
        many = f"{len(found)} networks begin with" if found else "no network is"
        raise ConfigurationError(f"{many} {wanted}", remedy="see 'spoor networks list'")
    return found[0]


def _headline(payload: Mapping[str, Json]) -> str:
    details = payload.get("details") or {}
    chance = payload.get("q_value")
    parts = [
        f"{len(payload['members'])} actors",
        f"{details.get('accounts', '?')} accounts",
        f"{details.get('listings', '?')} listings",
        UNTESTED if chance is None else f"chance: q = {chance:.3g}",
        "a link is a hypothesis, not a fact",
    ]
    return ", ".join(parts)


def _handles(vault: Vault, actor: str) -> list[str]:
    for _, uid, payload in vault.findings("resolution", "actor"):
        if uid == actor:
            return list(payload.get("handles", []))
    return []
