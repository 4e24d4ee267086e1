"""Mastodon's client interface, as Mastodon, GoToSocial, Pleroma, Akkoma and snac answer it.

Source: docs.joinmastodon.org, REST API (methods timelines, accounts, statuses, search; entities
Status, Account; read 2026-11-22). Public posts of hashtags, accounts and the instance are shown to
anybody on most instances; full-text search of posts, and paging of any search, want a token.
"""

from __future__ import annotations

from collectors.interfaces.interface import Interface
from collectors.interfaces.mastodon.addresses import question, start
from collectors.interfaces.mastodon.errors import trouble
from collectors.interfaces.mastodon.pages import read

__all__ = ["INTERFACE"]

INTERFACE = Interface("mastodon", start=start, read=read, trouble=trouble, question=question)
