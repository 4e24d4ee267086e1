"""The spelling of onion addresses and of ``HOST:PORT``."""

from __future__ import annotations

import base64
import binascii
import hashlib

from model.errors import ConfigurationError


def onion_problem(host: str) -> str:
    """Why ``host`` is no reachable v3 onion address, in words; empty where its checksum holds.

    A v3 address is base32 of public key (32 bytes), checksum (2) and version (1), the checksum
    being the head of SHA3-256 over ``.onion checksum``, key and version (rend-spec-v3, 6).
    """
    labels = host.lower().rstrip(".").split(".")
    if len(labels) < 2 or labels[-1] != "onion":
        return f"{host} is no onion address"
    name = labels[-2]
    if len(name) == 16:
        return f"{host} is a version 2 address, which Tor no longer serves since 2021"
    try:
        raw = base64.b32decode(name.upper().encode("ascii")) if len(name) == 56 else b""
    except (binascii.Error, UnicodeEncodeError):
        raw = b""
    if len(raw) != 35:
        return f"{host} is no onion address: its name is not 56 characters of base32"
    key, checksum, version = raw[:32], raw[32:34], raw[34:]
    wanted = hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2]
    if version != b"\x03" or checksum != wanted:
        return f"{host} is misspelt: its checksum does not hold"
    return ""


def is_onion(host: str) -> bool:
    return host.lower().rstrip(".").endswith(".onion")


def endpoint(address: str, key: str) -> tuple[str, int]:
    """``HOST:PORT`` as a pair; ConfigurationError names the key."""
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"{key}: {address!r} is not HOST:PORT", remedy="127.0.0.1:9050")
    return host.strip("[]"), int(port)
