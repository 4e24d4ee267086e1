"""Masks who and how to reach them: uids, handles, identifiers; text that may hold them goes.

What is not known to be harmless is left out, so that a new field is safe by default. Masks are
keyed digests: equal things stay equal within one export, and nobody without the key can find a
telephone number by trying all of them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

from graph.export.fields import open_names, policy

Row = dict[str, Any]

_UID = re.compile(r"([a-z]+)-[0-9a-f]{32}")


class Redactor:
    """Masks the rows of one export under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._policy = policy()
        self._open_names = open_names()

    def row(self, row: Mapping[str, Any]) -> Row:
        """The row without anything that tells who it is about."""
        masked = {name: self._field(name, value) for name, value in row.items()}
        if row.get("label") in self._open_names and "name" in row.get("properties", {}):
            masked["properties"]["name"] = row["properties"]["name"]
        return masked

    def _field(self, name: str, value: Any) -> Any:
        """A field under its policy; what has none is left out unless it is a number."""
        if value is None or isinstance(value, (bool, int, float)):
            return value
        match self._policy.get(name):
            case "kept":
                return value
            case "uid":
                return self._each(self._uid, value)
            case "masked":
                return self._each(self._mask, value)
            case "nested":
                return self._nested(value)
        return [] if isinstance(value, list) else None

    def _each(self, work: Any, value: Any) -> Any:
        return [work(one) for one in value] if isinstance(value, list) else work(value)

    def _nested(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._nested(one) for one in value]
        return {name: self._field(name, held) for name, held in value.items()}

    def _uid(self, uid: Any) -> str:
        """The uid under another digest; its own could be made again from a guessed handle."""
        found = _UID.fullmatch(str(uid))
        return f"{found[1] if found else 'masked'}-{self._digest(str(uid))}"

    def _mask(self, value: Any) -> str:
        """``platform:`` or ``kind:`` stays, what it introduces goes."""
        front, colon, rest = str(value).partition(":")
        return f"{front}:{self._digest(rest)}" if colon else self._digest(front)

    def _digest(self, value: str) -> str:
        keyed = hmac.new(self._key, value.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return keyed.hexdigest()[:16]
