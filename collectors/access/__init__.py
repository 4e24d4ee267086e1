"""Keys of interfaces: found where a person put them, shown to whom they belong, never kept."""

from __future__ import annotations

from collectors.access.keyring import Keyring, no_keyring, system_keyring
from collectors.access.keys import Keys, access_to
from collectors.access.redaction import Redaction
from collectors.access.secrets import (
    PARTS,
    Held,
    Part,
    Stand,
    checked,
    secrets_of,
    stands,
    variable,
)

__all__ = [
    "PARTS",
    "Held",
    "Keyring",
    "Keys",
    "Part",
    "Redaction",
    "Stand",
    "access_to",
    "checked",
    "no_keyring",
    "secrets_of",
    "stands",
    "system_keyring",
    "variable",
]
