"""The tables of evidence: append-only; what is current of it stands in tables of its own."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table, Text, column

from vault.sqlite import BIG, CLUSTERED, REAL, STRICT, UID, partial

HEAD = "0003"
"""The newest schema revision; a vault of an older one is migrated when opened for writing."""

metadata = MetaData()

warc_files = Table(
    "warc_files",
    metadata,
    Column("name", UID, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("created_at", Text, nullable=False),
    Column("header_length", BIG, nullable=False),
    Column("header_sha256", Text, nullable=False),
    **STRICT,
)

mandates = Table(
    "mandates",
    metadata,
    Column("id", UID, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("sources", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_until", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("media", Integer, nullable=False, server_default="0"),
    Column("ignore_robots", Integer, nullable=False, server_default="0"),
    Column("pages_per_day", BIG),
    Column("quiet_hours", Text, nullable=False, server_default=""),
    Column("delay_seconds", REAL),
    Column("concurrency", Integer),
    **STRICT,
)

mandate_ends = Table(
    "mandate_ends",
    metadata,
    Column("mandate", UID, ForeignKey("mandates.id"), primary_key=True),
    Column("ended_at", Text, nullable=False),
    Column("why", Text, nullable=False),
    **STRICT,
)

captures = Table(
    "captures",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("source", UID, nullable=False),
    Column("url", Text, nullable=False),
    Column("final_url", Text, nullable=False),
    Column("status", Integer),
    Column("content_type", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("captured_at", Text, nullable=False),
    Column("sha256", UID, nullable=False),
    Column("size", BIG, nullable=False),
    Column("warc_file", UID, ForeignKey("warc_files.name"), nullable=False),
    Column("offset", BIG, nullable=False),
    Column("length", BIG, nullable=False),
    Column("record_id", UID, nullable=False, unique=True),
    Column("route", Text, nullable=False),
    Column("collector", Text, nullable=False),
    Column("mandate", UID, ForeignKey("mandates.id")),
    Column("reading", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("chain", UID, nullable=False, unique=True),
    Column("member_sha256", Text, nullable=False),
    Column("refers_to", BIG),
    Index("ix_captures_content", "sha256", "source"),
    Index("ix_captures_place", "warc_file", "offset", unique=True),
    **STRICT,
)

custody = Table(
    "custody",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("mandate", UID, ForeignKey("mandates.id")),
    Column("head", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("chain", UID, nullable=False, unique=True),
    **STRICT,
)

heads = Table(
    "heads",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("capture_seq", BIG, nullable=False),
    Column("capture_chain", Text, nullable=False),
    Column("custody_seq", BIG, nullable=False),
    Column("custody_chain", Text, nullable=False),
    Column("document_seq", BIG, nullable=False),
    Column("current_count", BIG, nullable=False),
    Column("current_sum", Text, nullable=False),
    Column("statement_seq", BIG, nullable=False),
    Column("standing_count", BIG, nullable=False),
    Column("standing_sum", Text, nullable=False),
    **STRICT,
)

instructions = Table(
    "instructions",
    metadata,
    Column("capture", BIG, ForeignKey("captures.seq"), primary_key=True, autoincrement=False),
    Column("reading", Text, nullable=False),
    **STRICT,
)

readings = Table(
    "readings",
    metadata,
    Column("capture", BIG, ForeignKey("captures.seq"), primary_key=True, autoincrement=False),
    Column("reader", Text, nullable=False),
    Column("documents", BIG, nullable=False),
    Column("issues", BIG, nullable=False),
    **STRICT,
)

issues = Table(
    "issues",
    metadata,
    Column("capture", BIG, ForeignKey("captures.seq"), primary_key=True, autoincrement=False),
    Column("position", BIG, primary_key=True, autoincrement=False),
    Column("severity", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("locator", Text, nullable=False),
    Column("key", Text, nullable=False),
    **STRICT,
)

documents = Table(
    "documents",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("uid", UID, nullable=False),
    Column("capture", BIG, ForeignKey("captures.seq"), nullable=False),
    Column("source", UID, nullable=False),
    Column("reader", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    Column("locator", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("current", Integer, nullable=False),
    Index("ix_documents_uid", "uid", unique=True, **partial(column("current") == 1)),
    Index("ix_documents_capture", "capture", "current"),
    Index("ix_documents_native", "platform", "native_id"),
    **STRICT,
)

marks = Table(
    "marks",
    metadata,
    Column("document", UID, primary_key=True),
    Column("extractor", Text, primary_key=True),
    Column("version", Text, nullable=False),
    **CLUSTERED,
)

entities = Table(
    "entities",
    metadata,
    Column("uid", UID, primary_key=True),
    Column("label", Text, nullable=False),
    Column("key", Text, nullable=False),
    **CLUSTERED,
)

statements = Table(
    "statements",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("id", UID, nullable=False, unique=True),
    Column("subject", UID, ForeignKey("entities.uid"), nullable=False),
    Column("predicate", UID, nullable=False),
    Column("object", UID, ForeignKey("entities.uid")),
    Column("attributes", Text, nullable=False),
    Column("capture_sha256", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("document", UID, nullable=False),
    Column("rule", Text, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("confidence", REAL, nullable=False),
    Column("reliability", Text, nullable=False),
    Column("credibility", Integer, nullable=False),
    Column("tlp", Text, nullable=False),
    Index("ix_statements_order", "subject", "predicate", "object", "id"),
    **STRICT,
)

standing = Table(
    "standing",
    metadata,
    Column("statement", UID, ForeignKey("statements.id"), primary_key=True),
    Column("extractor", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("document", UID, nullable=False),
    Column("ended", Text),
    Index("ix_standing_document", "document", "extractor"),
    **CLUSTERED,
)

judgements = Table(
    "judgements",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("left", UID, nullable=False),
    Column("right", UID, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index("ix_judgements_pair", "left", "right"),
    **STRICT,
)

runs = Table(
    "runs",
    metadata,
    Column("kind", UID, primary_key=True),
    Column("id", UID, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("at", Text, nullable=False),
    **STRICT,
)

findings = Table(
    "findings",
    metadata,
    Column("run", UID, ForeignKey("runs.kind"), primary_key=True),
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("uid", UID, nullable=False),
    Column("payload", Text, nullable=False),
    **CLUSTERED,
)

state = Table(
    "state",
    metadata,
    Column("key", UID, primary_key=True),
    Column("value", Text, nullable=False),
    **CLUSTERED,
)

PROTECTED: dict[str, tuple[str, ...]] = {
    "warc_files": (),
    "mandates": (),
    "mandate_ends": (),
    "captures": (),
    "custody": (),
    "documents": tuple(c.name for c in documents.columns if c.name != "current"),
    "entities": (),
    "statements": (),
    "judgements": (),
}
"""Append-only tables → the columns that may never change (all of them where empty)."""
