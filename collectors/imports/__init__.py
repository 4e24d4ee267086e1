"""Saved material into the vault: listing tables, saved pages and WARC files."""
