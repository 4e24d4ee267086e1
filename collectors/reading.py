"""The one way from the bytes of a page to its records: adapter where known, else by structure."""

from __future__ import annotations

from collectors.records import PageReading, PageRecord, documents, page_rows

__all__ = ["PageReading", "PageRecord", "documents", "page_rows"]
