"""Searches: the terms of a source's round, and how often each was asked and what it brought."""

import sqlalchemy as sa
from alembic import op

from vault.sqlite import BIG, CLUSTERED, UID

revision = "0003"
down_revision = "0002"

_DETAILS = ("language", "taxon", "product", "origin")


def upgrade() -> None:
    op.create_table(
        "search_terms",
        sa.Column("source", UID, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _DETAILS),
        sa.PrimaryKeyConstraint("source", "position"),
        **CLUSTERED,
    )
    op.create_table(
        "searches",
        sa.Column("source", UID, nullable=False),
        sa.Column("round", BIG, autoincrement=False, nullable=False),
        sa.Column("term", UID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _DETAILS),
        sa.Column("first_asked", sa.Text(), nullable=False),
        sa.Column("last_asked", sa.Text(), nullable=False),
        sa.Column("pages", BIG, nullable=False),
        sa.Column("answers", BIG, nullable=False),
        sa.Column("new", BIG, nullable=False),
        sa.PrimaryKeyConstraint("source", "round", "term"),
        **CLUSTERED,
    )
