"""What people type → parameters of a statement: names and numbers become uids.

A name that several accounts bear stands for all of them. What is found nowhere is an error, so
that a slip of the keyboard does not look like a clean record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from graph.engine import Graph
from model.errors import ConfigurationError, GraphError
from model.identity import fold_handle

BY_UID = "MATCH (n) WHERE n.uid IN $values RETURN n.uid AS uid ORDER BY uid"
BY_HANDLE = "MATCH (a:Account) WHERE a.handle_folded = $name RETURN a.uid AS uid ORDER BY uid"
BY_PLATFORM_AND_HANDLE = """
MATCH (a:Account) WHERE a.handle_folded = $name AND toLower(a.platform) = $platform
RETURN a.uid AS uid ORDER BY uid
"""
BY_ACTOR = """
MATCH (a:Account)-[:RESOLVED_TO]->(x:Actor) WHERE x.uid IN $values RETURN a.uid AS uid ORDER BY uid
"""
ACTORS_OF = """
MATCH (a:Account)-[:RESOLVED_TO]->(x:Actor) WHERE a.uid IN $values
RETURN DISTINCT x.uid AS uid ORDER BY uid
"""
BY_BEGINNING = """
MATCH (a:Account) WHERE any(start IN $starts WHERE a.handle_folded STARTS WITH start)
  AND ($platform = '' OR toLower(a.platform) = $platform)
RETURN a.uid AS uid ORDER BY uid
"""
BY_VALUE = "MATCH (i:Identifier) WHERE i.value_folded IN $values RETURN i.uid AS uid ORDER BY uid"
BY_ENDING = """
MATCH (i:Identifier) WHERE any(ending IN $values WHERE i.value_folded ENDS WITH ending)
RETURN i.uid AS uid ORDER BY uid
"""

_UID = re.compile(r"[a-z0-9]+-[0-9a-f]{32}", re.ASCII)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?)?)?", re.ASCII)
_PUNCTUATION = re.compile(r"[\s().\-/]+")
_SHORTEST_ENDING = 6
_HANGS_ON = ("@", " (")
"""What comes after a name of the fediverse (``ann@host``), and after one known in a chat only."""

Parameter = str | int | list[str]


def parameter(graph: Graph, kind: str, text: str) -> Parameter:
    """``text`` as the parameter an argument of type ``kind`` stands for."""
    return _READERS[kind](graph, text)


def sellers(graph: Graph, text: str) -> list[str]:
    """Account uids for a uid, an actor's uid, ``platform:handle`` or a handle."""
    if _UID.fullmatch(text):
        found = _uids(graph, BY_ACTOR if text.startswith("actor-") else BY_UID, values=[text])
    else:
        found = _named(graph, text)
    return found or _nothing("account", text)


def identifiers(graph: Graph, text: str) -> list[str]:
    """Identifier uids for a uid, a value as written, or a handle without its service."""
    if _UID.fullmatch(text):
        return _uids(graph, BY_UID, values=[text]) or _nothing("identifier", text)
    return _valued(graph, text) or _nothing("identifier", text)


def things(graph: Graph, text: str) -> list[str]:
    """Uids of whatever ``text`` names: any uid, else accounts, else identifiers."""
    if _UID.fullmatch(text):
        return _uids(graph, BY_UID, values=[text]) or _nothing("thing", text)
    return _named(graph, text) or _valued(graph, text) or _nothing("account or identifier", text)


def actors(graph: Graph, text: str) -> list[str]:
    """Actor uids for an actor's uid, or the actors of a seller."""
    if text.startswith("actor-") and _UID.fullmatch(text):
        return _uids(graph, BY_UID, values=[text]) or _nothing("actor", text)
    return _uids(graph, ACTORS_OF, values=sellers(graph, text)) or _nothing("actor", text)


def _named(graph: Graph, text: str) -> list[str]:
    """Accounts of a handle, whole, else without the host or chat that some networks hang on."""
    platform, colon, handle = text.partition(":")
    platform, name = platform.strip().lower(), fold_handle(handle)
    if colon:
        if found := _uids(graph, BY_PLATFORM_AND_HANDLE, name=name, platform=platform):
            return found
        if found := _begun(graph, name, platform):
            return found
    whole = fold_handle(text)
    return _uids(graph, BY_HANDLE, name=whole) or _begun(graph, whole, "")


def _begun(graph: Graph, name: str, platform: str) -> list[str]:
    if not name:
        return []
    starts = [name + after for after in _HANGS_ON]
    return _uids(graph, BY_BEGINNING, starts=starts, platform=platform)


def _valued(graph: Graph, text: str) -> list[str]:
    spellings = _spellings(text)
    if found := _uids(graph, BY_VALUE, values=spellings):
        return found
    endings = [one for one in spellings if len(one) >= _SHORTEST_ENDING]
    endings += [f":{one}" for one in spellings]
    return _uids(graph, BY_ENDING, values=endings)


def _spellings(text: str) -> list[str]:
    """The value as it may be stored: as written, without ``@``, kind or punctuation."""
    folded = text.strip().casefold()
    bare = folded.removeprefix("@").removeprefix("mailto:")
    compact = _PUNCTUATION.sub("", bare)
    return list(dict.fromkeys(one for one in (folded, bare, compact) if one))


def _uids(graph: Graph, statement: str, **params: object) -> list[str]:
    return [row["uid"] for row in graph.read(statement, **params)]


def _nothing(kind: str, text: str) -> list[str]:
    raise GraphError(f"no {kind} {text!r} in the graph", remedy="look with 'spoor search'")


def _date(_: Graph, text: str) -> str:
    if not _DATE.fullmatch(text.strip()):
        raise ConfigurationError(f"{text!r} is not a date", remedy="write it as 2026-01-31")
    return text.strip()


def _number(_: Graph, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ConfigurationError(f"{text!r} is not a whole number") from None


def _taxon(_: Graph, text: str) -> str:
    return " ".join(text.lower().split())


def _name(_: Graph, text: str) -> str:
    return fold_handle(text)


_READERS: Mapping[str, Callable[[Graph, str], Parameter]] = {
    "seller": sellers,
    "identifier": identifiers,
    "thing": things,
    "actor": actors,
    "date": _date,
    "number": _number,
    "taxon": _taxon,
    "name": _name,
}


def kinds() -> Iterable[str]:
    """All types an argument may have."""
    return _READERS.keys()
