"""The columns of each export and the redaction policy, read from ``fields.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def _fields() -> Mapping[str, Any]:
    raw: Mapping[str, Any] = yaml.safe_load(
        Path(__file__).with_name("fields.yml").read_text("utf-8")
    )
    return raw


def columns(what: str) -> tuple[str, ...]:
    """The columns of an export, in their order."""
    return tuple(_fields()["columns"][what])


@cache
def policy() -> Mapping[str, str]:
    """Field name → what redaction does to it: kept, uid, masked or nested."""
    rules = _fields()["redaction"]
    kinds = ("kept", "uid", "masked", "nested")
    return {name: kind for kind in kinds for name in rules[kind]}


def open_names() -> frozenset[str]:
    """Labels whose ``name`` is no person's and stays."""
    return frozenset(_fields()["redaction"]["open_names"])
