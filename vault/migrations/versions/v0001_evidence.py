"""The first schema: captures, custody, documents, statements, judgements, findings."""

import sqlalchemy as sa
from alembic import op

from vault.sqlite import BIG, CLUSTERED, REAL, STRICT, UID, partial, protect

revision = "0001"
down_revision = None

APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "warc_files": (),
    "mandates": (),
    "mandate_ends": (),
    "captures": (),
    "custody": (),
    "documents": (
        "seq",
        "uid",
        "capture",
        "source",
        "reader",
        "kind",
        "platform",
        "native_id",
        "locator",
        "seen_at",
        "payload",
        "digest",
    ),
    "entities": (),
    "statements": (),
    "judgements": (),
}


def upgrade() -> None:
    op.create_table(
        "entities",
        sa.Column("uid", UID, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uid"),
        **CLUSTERED,
    )
    op.create_table(
        "heads",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("capture_seq", BIG, nullable=False),
        sa.Column("capture_chain", sa.Text(), nullable=False),
        sa.Column("custody_seq", BIG, nullable=False),
        sa.Column("custody_chain", sa.Text(), nullable=False),
        sa.Column("document_seq", BIG, nullable=False),
        sa.Column("current_count", BIG, nullable=False),
        sa.Column("current_sum", sa.Text(), nullable=False),
        sa.Column("statement_seq", BIG, nullable=False),
        sa.Column("standing_count", BIG, nullable=False),
        sa.Column("standing_sum", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        **STRICT,
    )
    op.create_table(
        "judgements",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("left", UID, nullable=False),
        sa.Column("right", UID, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        **STRICT,
    )
    op.create_index("ix_judgements_pair", "judgements", ["left", "right"])
    op.create_table(
        "mandates",
        sa.Column("id", UID, nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        **STRICT,
    )
    op.create_table(
        "marks",
        sa.Column("document", UID, nullable=False),
        sa.Column("extractor", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document", "extractor"),
        **CLUSTERED,
    )
    op.create_table(
        "runs",
        sa.Column("kind", UID, nullable=False),
        sa.Column("id", UID, nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind"),
        **STRICT,
    )
    op.create_table(
        "state",
        sa.Column("key", UID, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        **CLUSTERED,
    )
    op.create_table(
        "warc_files",
        sa.Column("name", UID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("header_length", BIG, nullable=False),
        sa.Column("header_sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("number"),
        **STRICT,
    )
    op.create_table(
        "captures",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("source", UID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.Text(), nullable=False),
        sa.Column("sha256", UID, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("warc_file", UID, nullable=False),
        sa.Column("offset", BIG, nullable=False),
        sa.Column("length", BIG, nullable=False),
        sa.Column("record_id", UID, nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("collector", sa.Text(), nullable=False),
        sa.Column("mandate", UID, nullable=True),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("chain", UID, nullable=False),
        sa.Column("member_sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mandate"], ["mandates.id"]),
        sa.ForeignKeyConstraint(["warc_file"], ["warc_files.name"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("chain"),
        sa.UniqueConstraint("record_id"),
        **STRICT,
    )
    op.create_index("ix_captures_content", "captures", ["sha256", "source"])
    op.create_index("ix_captures_place", "captures", ["warc_file", "offset"], unique=True)
    op.create_table(
        "custody",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("mandate", UID, nullable=True),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("chain", UID, nullable=False),
        sa.ForeignKeyConstraint(["mandate"], ["mandates.id"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("chain"),
        **STRICT,
    )
    op.create_table(
        "findings",
        sa.Column("run", UID, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("uid", UID, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.kind"]),
        sa.PrimaryKeyConstraint("run", "seq"),
        **CLUSTERED,
    )
    op.create_table(
        "mandate_ends",
        sa.Column("mandate", UID, nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mandate"], ["mandates.id"]),
        sa.PrimaryKeyConstraint("mandate"),
        **STRICT,
    )
    op.create_table(
        "statements",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("id", UID, nullable=False),
        sa.Column("subject", UID, nullable=False),
        sa.Column("predicate", UID, nullable=False),
        sa.Column("object", UID, nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("capture_sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("document", UID, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.Text(), nullable=False),
        sa.Column("confidence", REAL, nullable=False),
        sa.Column("reliability", sa.Text(), nullable=False),
        sa.Column("credibility", sa.Integer(), nullable=False),
        sa.Column("tlp", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["object"], ["entities.uid"]),
        sa.ForeignKeyConstraint(["subject"], ["entities.uid"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        **STRICT,
    )
    op.create_index("ix_statements_order", "statements", ["subject", "predicate", "object", "id"])
    op.create_table(
        "documents",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("uid", UID, nullable=False),
        sa.Column("capture", BIG, nullable=False),
        sa.Column("source", UID, nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["captures.seq"]),
        sa.PrimaryKeyConstraint("seq"),
        **STRICT,
    )
    op.create_index("ix_documents_capture", "documents", ["capture", "current"])
    op.create_index("ix_documents_native", "documents", ["platform", "native_id"])
    op.create_index(
        "ix_documents_uid", "documents", ["uid"], unique=True, **partial(sa.column("current") == 1)
    )
    op.create_table(
        "instructions",
        sa.Column("capture", BIG, autoincrement=False, nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["captures.seq"]),
        sa.PrimaryKeyConstraint("capture"),
        **STRICT,
    )
    op.create_table(
        "issues",
        sa.Column("capture", BIG, autoincrement=False, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["captures.seq"]),
        sa.PrimaryKeyConstraint("capture", "position"),
        **STRICT,
    )
    op.create_table(
        "readings",
        sa.Column("capture", BIG, autoincrement=False, nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("documents", BIG, nullable=False),
        sa.Column("issues", BIG, nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["captures.seq"]),
        sa.PrimaryKeyConstraint("capture"),
        **STRICT,
    )
    op.create_table(
        "standing",
        sa.Column("statement", UID, nullable=False),
        sa.Column("extractor", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("document", UID, nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["statement"], ["statements.id"]),
        sa.PrimaryKeyConstraint("statement", "extractor"),
        **CLUSTERED,
    )
    op.create_index("ix_standing_document", "standing", ["document", "extractor"])

    protect(op.get_bind(), APPEND_ONLY)
