from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

import vault as package
from config.settings import Workspace
from model.evidence import Capture, Issue
from model.findings import Run
from vault.bulk import _statement as bulk_statement
from vault.schema import HEAD, PROTECTED, metadata
from vault.vault import Address, Vault, open_vault

AT = "2026-01-01T00:00:00Z"
SCRIPTS = Path(package.__path__[0]) / "migrations"


def test_migrations_give_the_schema(vault: Vault) -> None:
    with vault._session.operation() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_what_the_migration_protects_is_what_is_checked() -> None:
    path = SCRIPTS / "versions" / "v0001_evidence.py"
    spec = importlib.util.spec_from_file_location("v0001", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.APPEND_ONLY == PROTECTED


def test_every_table_is_strict(filled: Workspace) -> None:
    base = sqlite3.connect(filled.vault / "vault.db")
    strict = dict(base.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table'"))
    base.close()
    assert {name for name in metadata.tables if not strict[name]} == set()


@pytest.mark.parametrize("table", sorted(PROTECTED))
def test_evidence_can_not_be_changed_or_deleted(filled: Workspace, table: str) -> None:
    base = sqlite3.connect(filled.vault / "vault.db")
    column = metadata.tables[table].columns.keys()[1]
    for statement in (f'UPDATE {table} SET "{column}" = "{column}"', f"DELETE FROM {table}"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            base.execute(statement)
    base.close()


def test_a_statement_of_nothing_is_refused(vault: Vault) -> None:
    table = metadata.tables["standing"]
    row = {"statement": "x", "extractor": "e", "version": "e/1", "document": "d"}
    with pytest.raises(Exception, match="FOREIGN KEY"), vault._session.operation() as connection:
        connection.execute(insert(table).values(row))


def test_tables_compile_for_postgresql() -> None:
    dialect = postgresql.dialect()
    made = []
    for table in metadata.sorted_tables:
        made += [str(CreateTable(table).compile(dialect=dialect))]
        made += [str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes]
    text = "\n".join(made)
    assert 'COLLATE "C"' in text
    assert "STRICT" not in text
    assert "WHERE current = 1" in text
    assert "DOUBLE PRECISION" in text


@pytest.fixture
def executed() -> Iterator[list[object]]:
    """Every statement built with SQLAlchemy that a session executes."""
    seen: list[object] = []

    def note(_connection: Connection, statement: object, *_rest: object) -> None:
        seen.append(statement)

    event.listen(Connection, "before_execute", note)
    yield seen
    event.remove(Connection, "before_execute", note)


def visit(vault: Vault, capture: Capture) -> None:
    """Everything a visit to a source writes and reads."""
    frontier = vault.frontier("lists")
    frontier.begin("m1", AT)
    frontier.add([Address("a"), Address("b"), Address("c")])
    assert len(frontier.take(3, AT)) == 3
    frontier.answered("a", status=200, capture=capture.seq)
    frontier.later("b", not_before=AT, reason="timeout")
    frontier.give_up("c", reason="robots")
    frontier.note_request(AT)
    assert frontier.asked_since(AT) == 1
    assert frontier.knows("a")
    assert frontier.next_due() == AT
    assert frontier.reopen("a")
    vault.keep_cursor("lists", "page", vault.cursor("lists", "page"))
    frontier.close("finished", AT)


def test_every_statement_compiles_for_postgresql(
    executed: list[object], filled: Workspace, make
) -> None:
    with open_vault(filled) as vault:
        vault.add_mandate(make.mandate(id="m2"))
        vault.end_mandate("m2", "done")
        vault.add_judgement(make.judgement(why="another"))
        for reading in ({"map": "a"}, {"map": "b"}):
            capture = vault.seal(make.imported(mandate="m1", reading=reading)).capture
        vault.add_documents(capture, "pages/2", [], [Issue("note", "n")])
        vault.add_statements("enrich/2", [(d.uid, []) for d in vault.unenriched("enrich/2")])
        visit(vault, capture)
        vault.put("a", vault.get("a"))
        vault.save_run(Run("1", "r", "", {}, ""), [("k", "u", {})])
        read = (vault.statements({"USES"}), vault.issues(), vault.unread("r/1"), vault.verify())
        assert all(list(one) is not None for one in (*read, vault.findings("r", "k")))
        assert vault.capture(capture.sha256, "lists")
        assert vault.mandate_for("market") is None
        assert vault.statement("x") is None
        assert not vault.stands("x")
        assert vault.document("x") is None
        assert vault.latest_run("r")
        assert vault.judgements()
    dialect = postgresql.dialect()
    built = [one for one in executed if hasattr(one, "compile")]
    assert len(built) > 100
    for statement in built:
        statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    for table in metadata.tables.values():
        assert bulk_statement(dialect, table)[0].startswith("INSERT INTO")
