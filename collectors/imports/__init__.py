"""Saved material into the vault: listing tables, saved pages and WARC files."""

from __future__ import annotations

from collectors.imports.column_map import ColumnMap, load_map, shipped_maps
from collectors.imports.reading import READER, read_capture, store_capture
from collectors.imports.run import ImportReport, import_paths

__all__ = [
    "READER",
    "ColumnMap",
    "ImportReport",
    "import_paths",
    "load_map",
    "read_capture",
    "shipped_maps",
    "store_capture",
]
