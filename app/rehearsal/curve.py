"""Points and secrets on Ed25519 that follow from names: for keys, onions and Monero addresses."""

from __future__ import annotations

from Crypto.PublicKey import ECC

from app.rehearsal.dice import material


def secret(*names: object) -> ECC.EccKey:
    """The secret key of ``names``; whoever knows the names has it."""
    seed = material(32, "curve", *names)
    return ECC.construct(curve="Ed25519", seed=seed)  # type: ignore[arg-type]  # takes bytes only


def point(*names: object) -> bytes:
    """The 32 bytes of the public key of ``names``."""
    return bytes(secret(*names).public_key().export_key(format="raw"))
