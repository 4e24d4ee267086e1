"""The schema brought up to date by Alembic when a vault is opened for writing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from model.errors import ConfigurationError
from vault.schema import HEAD

_SCRIPTS = Path(__file__).with_name("migrations")


def revision(connection: Connection) -> str | None:
    """The schema revision of the database; None where it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def check_revision(connection: Connection, place: Path) -> None:
    """ConfigurationError where code and database do not fit together, with what to do."""
    found = revision(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise ConfigurationError(
            f"{place} was written by a newer spoor (schema {found}, this one knows {HEAD})",
            remedy="upgrade spoor",
        )
    raise ConfigurationError(
        f"{place} has the older schema {found}, this spoor needs {HEAD}",
        remedy="run any command that writes once, such as 'spoor run --no-collect'",
    )


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest revision inside the connection's transaction."""
    # Alembic takes 0.2 s to import and is needed only when the schema changes.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
