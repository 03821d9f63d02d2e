"""An operator's PostgreSQL: as Debian packages it, with TLS, and rules of who gets in."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg

from app.core.migrations import migrate
from tests.support.poolers import PgBouncer, write_certificate
from tests.support.processes import PROJECT_ROOT, PostgresServer, installed_binaries, scratch_folder
from tests.support.waiting import until_blocking


@dataclass
class Site:
    """The server, the folder that it is in, and its certificate."""

    server: PostgresServer
    folder: Path
    certificate: Path
    template: str = "migrated"
    """A database with our schema, to copy."""

    async def new_database(self, template: str | None = None) -> str:
        name = f"tests_{uuid4().hex[:12]}"
        await self.run(f"CREATE DATABASE {name} TEMPLATE {template or self.template}")
        return name

    async def run(self, sql: str, database: str = "postgres") -> None:
        connection = await asyncpg.connect(self.url(database))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def url(self, database: str) -> str:
        return self.server.url.removesuffix("postgres") + database

    @contextmanager
    def pgbouncer(self, **settings: str) -> Iterator[PgBouncer]:
        pooler = PgBouncer(self.folder, self.server.port, **settings).start()
        try:
            until_blocking(pooler.listens)
            yield pooler
        finally:
            pooler.stop()


@asynccontextmanager
async def tls_site() -> AsyncIterator[Site]:
    """Run a server that lets its superuser in from here, and others with a password over TLS alone."""
    binaries = installed_binaries()
    assert binaries
    with scratch_folder() as folder:
        certificate, key = write_certificate(folder, "server")
        rules = folder / "pg_hba.conf"
        rules.write_text("host all postgres 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
        rules.chmod(0o644)
        files = {"ssl_cert_file": str(certificate), "ssl_key_file": str(key), "hba_file": str(rules)}
        server = PostgresServer(folder, binaries, ssl="on", max_connections="200", **files).start()
        site = Site(server, folder, certificate)
        try:
            await site.run(f"CREATE DATABASE {site.template}")
            await migrate(site.url(site.template))
            yield site
        finally:
            server.stop("immediate")


async def migrate_as_operator(url: str) -> tuple[int | None, str, str]:
    """Run ``alembic upgrade head`` away from the project's own .env; return its exit status and what it says."""
    settings = {"ENV": "production", "JWT_SECRET_KEY": "k" * 32, "DATABASE_URL": url}
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "alembic", "-c", str(PROJECT_ROOT / "alembic.ini"), "upgrade", "head"),
        cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT_ROOT), **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await program.communicate()
    return program.returncode, output.decode(), errors.decode()
