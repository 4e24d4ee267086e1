"""Matrix's client interface: rooms the account is in or everybody may read; nothing is joined.

Source: spec.matrix.org, Client-Server API v1.11 and later (read 2026-11-22): 10.5 directory,
11.32 threads, ``/rooms/{id}/messages``, ``/state``, ``/event``, ``/profile``. Its search is asked
with POST only, so words are not searched for; guests are never made.
"""

from __future__ import annotations

from collectors.interfaces.interface import Interface
from collectors.interfaces.matrix.addresses import start
from collectors.interfaces.matrix.errors import trouble
from collectors.interfaces.matrix.pages import read

__all__ = ["INTERFACE"]

INTERFACE = Interface("matrix", start=start, read=read, trouble=trouble)
