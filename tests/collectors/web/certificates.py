"""Certificates for tests, made on the spot: signed by themselves, of any host and any time."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS
from Crypto.Util.asn1 import (
    DerBitString,
    DerBoolean,
    DerInteger,
    DerObject,
    DerObjectId,
    DerOctetString,
    DerSequence,
    DerSetOf,
)


def certificate(folder: Path, host: str, *, days: float = 30) -> tuple[Path, Path]:
    """Files of a certificate for an IP address or name, valid until in ``days``, and of its key."""
    key = ECC.generate(curve="P-256")
    signed = _body(key, host, datetime.now(UTC) + timedelta(days=days))
    signature = DSS.new(key, "deterministic-rfc6979", encoding="der").sign(SHA256.new(signed))
    whole = DerSequence([signed, _algorithm(), DerBitString(signature).encode()]).encode()
    found, secret = folder / "certificate.pem", folder / "key.pem"
    found.write_text(ssl.DER_cert_to_PEM_cert(whole), "ascii")
    secret.write_text(key.export_key(format="PEM"), "ascii")
    return found, secret


def _body(key: ECC.EccKey, host: str, until: datetime) -> bytes:
    name = _name(host)
    times = DerSequence([_time(until - timedelta(days=400)), _time(until)])
    return DerSequence(
        [
            DerInteger(2, explicit=0).encode(),
            DerInteger(int(until.timestamp())).encode(),
            _algorithm(),
            name,
            times.encode(),
            name,
            key.public_key().export_key(format="DER"),
            _extensions(host),
        ]
    ).encode()


def _extensions(host: str) -> bytes:
    try:
        own = DerOctetString(ipaddress.ip_address(host).packed, implicit=7)
    except ValueError:
        own = DerOctetString(host.encode("ascii"), implicit=2)
    names = DerSequence([DerObjectId("2.5.29.17").encode(), _octets(DerSequence([own.encode()]))])
    authority = DerSequence([DerBoolean(True).encode()])
    basic = DerSequence(
        [DerObjectId("2.5.29.19").encode(), DerBoolean(True).encode(), _octets(authority)]
    )
    return DerSequence([names.encode(), basic.encode()], explicit=3).encode()


def _octets(inner: DerSequence) -> bytes:
    return DerOctetString(inner.encode()).encode()


def _algorithm() -> bytes:
    return DerSequence([DerObjectId("1.2.840.10045.4.3.2").encode()]).encode()


def _name(host: str) -> bytes:
    common = DerSequence([DerObjectId("2.5.4.3").encode(), DerObject(0x0C, host.encode()).encode()])
    return DerSequence([DerSetOf([common.encode()]).encode()]).encode()


def _time(moment: datetime) -> bytes:
    return DerObject(0x17, moment.strftime("%y%m%d%H%M%SZ").encode()).encode()
