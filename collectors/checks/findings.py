"""One line of a check: what was found, where, and whether it is right."""

from __future__ import annotations

from typing import Literal, NamedTuple

from model.canonical import Json

State = Literal["ok", "read", "note", "leftover", "warning", "problem"]


class Finding(NamedTuple):
    """``read`` is a value with the selector it came ``by``; a ``problem`` has to be mended, a
    ``warning`` is for a person to decide on."""

    state: State
    where: str
    what: str
    says: Json
    by: str = ""
