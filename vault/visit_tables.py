"""Tables of visits: rounds, frontier, budgets, cursors, searches, listings; not evidence."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text, column

from vault.schema import metadata
from vault.sqlite import BIG, CLUSTERED, STRICT, UID, partial

rounds = Table(
    "rounds",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("source", UID, nullable=False),
    Column("mandate", Text, nullable=False),
    Column("begun_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("outcome", Text, nullable=False),
    Column("pages", BIG, nullable=False),
    Column("documents", BIG, nullable=False),
    Index("ix_rounds_source", "source", "id"),
    **STRICT,
)

round_counts = Table(
    "round_counts",
    metadata,
    Column("round", BIG, primary_key=True, autoincrement=False),
    Column("outcome", UID, primary_key=True),
    Column("number", BIG, nullable=False),
    **CLUSTERED,
)

frontier = Table(
    "frontier",
    metadata,
    Column("source", UID, primary_key=True),
    Column("url", UID, primary_key=True),
    Column("round", BIG, nullable=False),
    Column("position", BIG, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("found_on", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("hops", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", UID, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer),
    Column("reason", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("capture", BIG),
    Index(
        "ix_frontier_waiting",
        "round",
        "not_before",
        "position",
        **partial(column("outcome") == ""),
    ),
    **CLUSTERED,
)
"""One row an address, for good; ``outcome`` is empty while it waits in the round it names."""

requests = Table(
    "requests",
    metadata,
    Column("source", UID, primary_key=True),
    Column("minute", UID, primary_key=True),
    Column("number", BIG, nullable=False),
    **CLUSTERED,
)

cursors = Table(
    "cursors",
    metadata,
    Column("source", UID, primary_key=True),
    Column("name", UID, primary_key=True),
    Column("value", Text, nullable=False),
    **CLUSTERED,
)

search_terms = Table(
    "search_terms",
    metadata,
    Column("source", UID, primary_key=True),
    Column("position", BIG, primary_key=True, autoincrement=False),
    Column("term", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("taxon", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("origin", Text, nullable=False),
    **CLUSTERED,
)
"""The terms of the round at hand of each source, in the order they are asked."""

searches = Table(
    "searches",
    metadata,
    Column("source", UID, primary_key=True),
    Column("round", BIG, primary_key=True, autoincrement=False),
    Column("term", UID, primary_key=True),
    Column("language", Text, nullable=False),
    Column("taxon", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("first_asked", Text, nullable=False),
    Column("last_asked", Text, nullable=False),
    Column("pages", BIG, nullable=False),
    Column("answers", BIG, nullable=False),
    Column("new", BIG, nullable=False),
    **CLUSTERED,
)
"""What a round asked for a term: answered requests, records in them, and those that were new."""

sightings = Table(
    "sightings",
    metadata,
    Column("source", UID, primary_key=True),
    Column("platform", UID, primary_key=True),
    Column("native_id", UID, primary_key=True),
    Column("url", UID, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("round", BIG, nullable=False),
    Column("capture", BIG),
    Column("values", Text, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("notice", Text, nullable=False),
    Column("paged", BIG, nullable=False),
    Column("asked", BIG, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Index("ix_sightings_url", "source", "url"),
    Index("ix_sightings_round", "source", "round"),
    **CLUSTERED,
)
"""One row a listing. ``round`` met it last, ``paged`` read its own page last, ``asked`` is the last
round that asked for that page and got something else, which ``outcome`` and ``answer`` tell."""

sighting_events = Table(
    "sighting_events",
    metadata,
    Column("seq", BIG, primary_key=True),
    Column("source", UID, nullable=False),
    Column("platform", UID, nullable=False),
    Column("native_id", UID, nullable=False),
    Column("at", Text, nullable=False),
    Column("round", BIG, nullable=False),
    Column("state", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("capture", BIG),
    Index("ix_sighting_events_listing", "source", "platform", "native_id", "seq"),
    **STRICT,
)
