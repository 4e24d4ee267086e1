"""Secrets at rest: AES-256-GCM under a key that is kept outside the workspace."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from Crypto.Cipher import AES

from model.canonical import canonical
from model.errors import ConfigurationError

FORMAT = "spoor-secret/1"
KEY = "SPOOR_SECRET_KEY"
KEY_FILE = "SPOOR_SECRET_KEY_FILE"
HOW_TO_MAKE_A_KEY = (
    "make a key outside the workspace with 'head -c 32 /dev/urandom | base64 > FILE', "
    f"then set {KEY_FILE}=FILE; keep it, nothing opens what it locked without it"
)
SHORTEST_PASSPHRASE = 16

_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**16, 8, 1
_SCRYPT_BYTES = 2 * 128 * _SCRYPT_N * _SCRYPT_R


@dataclass(frozen=True, slots=True)
class SecretKey:
    """Either 32 random bytes, or a passphrase that becomes a key with each secret's own salt."""

    kind: Literal["key", "scrypt"]
    secret: bytes = field(repr=False)

    def key(self, salt: bytes) -> bytes:
        """32 bytes; with scrypt this takes 64 MiB and part of a second."""
        if self.kind == "key":
            return self.secret
        return hashlib.scrypt(
            self.secret,
            salt=salt,
            n=_SCRYPT_N,
            r=_SCRYPT_R,
            p=_SCRYPT_P,
            maxmem=_SCRYPT_BYTES,
            dklen=32,
        )


def secret_key(root: Path, environment: Mapping[str, str] = os.environ) -> SecretKey:
    """The key from ``SPOOR_SECRET_KEY`` or the file ``SPOOR_SECRET_KEY_FILE`` names.

    ConfigurationError where there is none, where it is weak, or where its file lies in the
    workspace ``root``, beside what it locks.
    """
    if named := environment.get(KEY_FILE):
        path = Path(named)
        if path.resolve().is_relative_to(root.resolve()):
            raise ConfigurationError(
                f"{KEY_FILE}: {named} lies inside the workspace, beside what it locks",
                remedy="move it elsewhere, where copies of the workspace do not take it along",
            )
        try:
            text = path.read_text("utf-8").strip()
        except OSError as error:
            raise ConfigurationError(
                f"{KEY_FILE}: {named}: {error.strerror}", remedy=HOW_TO_MAKE_A_KEY
            ) from error
        except UnicodeDecodeError:
            raise ConfigurationError(
                f"{KEY_FILE}: {named}: not text", remedy=HOW_TO_MAKE_A_KEY
            ) from None
    else:
        text = environment.get(KEY, "").strip()
    if not text:
        raise ConfigurationError(
            f"neither {KEY_FILE} nor {KEY} is set, and sessions are kept encrypted only",
            remedy=HOW_TO_MAKE_A_KEY,
        )
    return _as_key(text)


def _as_key(text: str) -> SecretKey:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) == 32:
        return SecretKey("key", raw)
    if len(text) < SHORTEST_PASSPHRASE:
        raise ConfigurationError(
            f"{KEY}: neither 32 bytes in base64 nor a passphrase of {SHORTEST_PASSPHRASE} "
            "characters",
            remedy=HOW_TO_MAKE_A_KEY,
        )
    return SecretKey("scrypt", text.encode("utf-8"))


def seal(plain: bytes, key: SecretKey, about: str) -> bytes:
    """The encrypted file, JSON; it opens only with the same key and the same ``about``."""
    salt, nonce = os.urandom(16), os.urandom(12)
    head = {
        "format": FORMAT,
        "key": key.kind,
        "salt": base64.b64encode(salt).decode("ascii"),
        "nonce": base64.b64encode(nonce).decode("ascii"),
    }
    cipher = AES.new(key.key(salt), AES.MODE_GCM, nonce=nonce, mac_len=16)
    cipher.update(canonical({**head, "about": about}))
    sealed, tag = cipher.encrypt_and_digest(plain)
    return canonical({**head, "sealed": base64.b64encode(sealed + tag).decode("ascii")})


def unseal(raw: bytes, key: SecretKey, about: str, place: str) -> bytes:
    """What was sealed; ConfigurationError, naming ``place``, for a wrong key or altered file."""
    try:
        content = json.loads(raw)
        head = {name: str(content[name]) for name in ("format", "key", "salt", "nonce")}
        salt, nonce, sealed = (_bytes(str(content[name])) for name in ("salt", "nonce", "sealed"))
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
        raise _damaged(place, "is damaged: it is no encrypted session") from None
    if head["format"] != FORMAT or len(salt) != 16 or len(nonce) != 12 or len(sealed) < 16:
        raise _damaged(place, "is damaged, or of another version of spoor")
    if head["key"] != key.kind:
        kinds = {"key": "32 random bytes", "scrypt": "a passphrase"}
        what = kinds.get(head["key"], "something else")
        raise _damaged(place, f"was locked with {what}, but the key given is {kinds[key.kind]}")
    cipher = AES.new(key.key(salt), AES.MODE_GCM, nonce=nonce, mac_len=16)
    cipher.update(canonical({**head, "about": about}))
    try:
        return cipher.decrypt_and_verify(sealed[:-16], sealed[-16:])
    except ValueError:
        raise _damaged(
            place, f"can not be opened: {KEY} is another key, or the file was altered"
        ) from None


def _bytes(text: str) -> bytes:
    """Base64 in its one spelling; ValueError for another, which decodes to the same bytes."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode("ascii") != text:
        raise ValueError("not canonical")
    return raw


def _damaged(place: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{place} {what}", remedy="give the key it was locked with, or hand the session in again"
    )
