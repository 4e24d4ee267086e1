"""Entities and their uids: deterministic digests of what identifies the thing.

The same input always gives the same graph, on every machine and in every order.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from model.canonical import short_digest

IDENTIFIER_LABELS = {
    "phone": "Phone",
    "email": "Email",
    "messenger": "Messenger",
    "wallet": "Wallet",
    "bank_account": "BankAccount",
    "payment_handle": "PaymentHandle",
    "pgp_key": "PGPKey",
    "onion": "Onion",
    "domain": "Domain",
}
"""Observation kind → the label its node carries besides ``Identifier``."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing the graph knows: a label of the schema and the parts that identify it."""

    label: str
    key: tuple[str, ...]

    @property
    def uid(self) -> str:
        return _uid(self.label, self.key)


@lru_cache(maxsize=1 << 16)
def _uid(label: str, key: tuple[str, ...]) -> str:
    return f"{label.lower()}-{short_digest([label, *key])}"


def fold_handle(handle: str) -> str:
    """A handle as platforms compare them: NFKC, trimmed, inner spaces single, case folded."""
    return " ".join(unicodedata.normalize("NFKC", handle).split()).casefold()


def source(name: str) -> Entity:
    return Entity("Source", (name,))


def capture(sha256: str, source_name: str) -> Entity:
    return Entity("Capture", (source_name, sha256))


def account(platform: str, handle: str) -> Entity:
    return Entity("Account", (platform.casefold(), fold_handle(handle)))


def listing(platform: str, native_id: str) -> Entity:
    return Entity("Listing", (platform.casefold(), native_id))


def post(platform: str, native_id: str) -> Entity:
    """A post, comment or message that is no listing."""
    return Entity("Post", (platform.casefold(), native_id))


def group(platform: str, native_id: str) -> Entity:
    """A channel, group, room, community or section."""
    return Entity("Group", (platform.casefold(), native_id))


def thread(platform: str, native_id: str) -> Entity:
    """A conversation, by the record that it began with."""
    return Entity("Thread", (platform.casefold(), native_id))


def alias(name: str) -> Entity:
    return Entity("Alias", (fold_handle(name),))


def identifier(kind: str, value: str) -> Entity:
    """``kind`` is an observation kind of :data:`IDENTIFIER_LABELS`; KeyError for any other."""
    return Entity(IDENTIFIER_LABELS[kind], (value,))


def taxon(name: str) -> Entity:
    return Entity("Taxon", (name,))


def product(term_code: str) -> Entity:
    return Entity("Product", (term_code,))


def location(code: str) -> Entity:
    return Entity("Location", (code,))
