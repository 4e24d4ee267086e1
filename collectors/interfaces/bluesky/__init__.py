"""Bluesky over its interface (XRPC): posts by word, tag, account, list and feed; threads; profiles.

The AT Protocol's lexicons and specifications (atproto.com, docs.bsky.app, read 2026-11-22) and the
reference servers' answers. New posts as they come are another way in: collectors.watching.
"""

from __future__ import annotations

from collectors.interfaces.bluesky.ask import question, start
from collectors.interfaces.bluesky.read import read
from collectors.interfaces.bluesky.trouble import trouble
from collectors.interfaces.interface import Interface

__all__ = ["INTERFACE"]

INTERFACE = Interface(name="bluesky", start=start, read=read, trouble=trouble, question=question)
