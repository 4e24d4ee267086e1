"""Reading sites over HTTP: politely, resumably, under a mandate, sealed before anyone parses."""

from __future__ import annotations

from collectors.web.collect import Context, collect, collect_source
from collectors.web.interfaces import would_ask
from collectors.web.quota import quota_stand
from collectors.web.report import CollectReport, keep_state, source_state
from collectors.web.visit import Page

__all__ = [
    "CollectReport",
    "Context",
    "Page",
    "collect",
    "collect_source",
    "keep_state",
    "quota_stand",
    "source_state",
    "would_ask",
]
