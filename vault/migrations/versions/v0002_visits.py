"""Conduct in mandates, revisits of captures, and tables of visits: rounds, frontier, listings."""

import sqlalchemy as sa
from alembic import op

from vault.sqlite import BIG, CLUSTERED, REAL, STRICT, UID, partial

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("captures", sa.Column("refers_to", BIG))
    for name in ("media", "ignore_robots"):
        op.add_column("mandates", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("mandates", sa.Column("pages_per_day", BIG))
    op.add_column(
        "mandates", sa.Column("quiet_hours", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("mandates", sa.Column("delay_seconds", REAL))
    op.add_column("mandates", sa.Column("concurrency", sa.Integer()))
    _rounds()
    _frontier()
    _budgets_and_cursors()
    _listings()


def _rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("source", UID, nullable=False),
        sa.Column("mandate", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("pages", BIG, nullable=False),
        sa.Column("documents", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        **STRICT,
    )
    op.create_index("ix_rounds_source", "rounds", ["source", "id"])
    op.create_table(
        "round_counts",
        sa.Column("round", BIG, autoincrement=False, nullable=False),
        sa.Column("outcome", UID, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.PrimaryKeyConstraint("round", "outcome"),
        **CLUSTERED,
    )


def _frontier() -> None:
    op.create_table(
        "frontier",
        sa.Column("source", UID, nullable=False),
        sa.Column("url", UID, nullable=False),
        sa.Column("round", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("found_on", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", UID, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("capture", BIG, nullable=True),
        sa.PrimaryKeyConstraint("source", "url"),
        **CLUSTERED,
    )
    op.create_index(
        "ix_frontier_waiting",
        "frontier",
        ["round", "not_before", "position"],
        **partial(sa.column("outcome") == ""),
    )


def _budgets_and_cursors() -> None:
    op.create_table(
        "requests",
        sa.Column("source", UID, nullable=False),
        sa.Column("minute", UID, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.PrimaryKeyConstraint("source", "minute"),
        **CLUSTERED,
    )
    op.create_table(
        "cursors",
        sa.Column("source", UID, nullable=False),
        sa.Column("name", UID, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "name"),
        **CLUSTERED,
    )


def _listings() -> None:
    op.create_table(
        "sightings",
        sa.Column("source", UID, nullable=False),
        sa.Column("platform", UID, nullable=False),
        sa.Column("native_id", UID, nullable=False),
        sa.Column("url", UID, nullable=False),
        sa.Column("first_seen", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("round", BIG, nullable=False),
        sa.Column("capture", BIG, nullable=True),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("paged", BIG, nullable=False),
        sa.Column("asked", BIG, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "platform", "native_id"),
        **CLUSTERED,
    )
    op.create_index("ix_sightings_url", "sightings", ["source", "url"])
    op.create_index("ix_sightings_round", "sightings", ["source", "round"])
    op.create_table(
        "sighting_events",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("source", UID, nullable=False),
        sa.Column("platform", UID, nullable=False),
        sa.Column("native_id", UID, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("round", BIG, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("capture", BIG, nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        **STRICT,
    )
    op.create_index(
        "ix_sighting_events_listing",
        "sighting_events",
        ["source", "platform", "native_id", "seq"],
    )
