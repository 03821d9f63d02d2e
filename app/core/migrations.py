"""Bringing the database to the schema of this version."""

import asyncio

from alembic.config import Config

from alembic import command
from app.core.config import PROJECT_ROOT


async def migrate(dsn: str) -> None:
    """Run every missing migration.

    Replicas that start at once take turns (``alembic/env.py`` holds an advisory lock), and all but the first find
    nothing to do.
    """
    # Alembic is synchronous and runs an event loop of its own inside.
    await asyncio.to_thread(command.upgrade, alembic_config(dsn), "head")


def alembic_config(dsn: str | None) -> Config:
    """Return Alembic's configuration for one database; None: for that of the settings."""
    config = Config(PROJECT_ROOT / "alembic.ini")
    config.attributes["dsn"] = dsn
    return config
