"""Bringing the database to the schema of this version.

Alembic takes a third of a second to load, and most starts have nothing to migrate: it is loaded where it is needed.
"""

import asyncio
from typing import TYPE_CHECKING

import asyncpg

from app.core.config import PROJECT_ROOT

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = PROJECT_ROOT / "alembic"


async def is_up_to_date(connection: asyncpg.Connection) -> bool:
    """Tell whether a database has the schema of this version, so that there is nothing to migrate."""
    try:
        revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return False
    return bool(revision == newest_revision())


def newest_revision() -> str:
    """Return the revision of this version's schema: they are numbered, and their files named by their numbers."""
    return max(script.name.partition("_")[0] for script in (_SCRIPTS / "versions").glob("[0-9]*.py"))


async def migrate(dsn: str) -> None:
    """Run every missing migration.

    Replicas that start at once take turns (``alembic/env.py`` holds an advisory lock), and all but the first find
    nothing to do.
    """
    from alembic import command  # noqa: PLC0415

    # Alembic is synchronous and runs an event loop of its own inside.
    await asyncio.to_thread(command.upgrade, alembic_config(dsn), "head")


def known_revisions() -> set[str]:
    """Return the revisions of the schema that this version knows."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    script = ScriptDirectory(str(_SCRIPTS))
    return {revision.revision for revision in script.walk_revisions()}


def alembic_config(dsn: str | None) -> "Config":
    """Return Alembic's configuration for one database; None: for that of the settings."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config(PROJECT_ROOT / "alembic.ini")
    config.attributes["dsn"] = dsn
    return config
