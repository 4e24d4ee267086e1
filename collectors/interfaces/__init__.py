"""Interfaces of social networks, messengers, marketplaces and forums, each by its engine's name."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from collectors.interfaces.interface import Interface, Read, Start, Term, Told
from config.sources import INTERFACES

__all__ = ["Interface", "Read", "Start", "Term", "Told", "interface_of"]

_OTHERS = frozenset({"telegram"})
"""Read by a collector of their own, not page by page over HTTP."""


@cache
def interface_of(engine: str) -> Interface | None:
    """The interface of an engine; None for engines that read a site's pages or a session.

    A network is the module ``collectors.interfaces.NAME`` (``-`` as ``_``) with ``INTERFACE``.
    """
    if engine not in INTERFACES or engine in _OTHERS:
        return None
    found: Interface = import_module(f"{__name__}.{engine.replace('-', '_')}").INTERFACE
    return found
