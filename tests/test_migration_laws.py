"""No migration keeps users out: what each law catches and lets through, and every new migration held to them."""

from collections.abc import Callable

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import command, op
from app.core.embedded_postgres import EmbeddedPostgres
from app.core.migrations import alembic_config
from tests.support.migration_laws import (
    breaches_of,
    recorded_migrations,
    statements_of,
    statements_of_operations,
    tables_made_by,
)

EXISTING = {"users", "positions", "interviews", "tasks", "notes"}
FIRST_BESIDE_USERS = "0007"
"""Those before made the tables that the laws protect."""


def add_a_column_to(*tables: str) -> None:
    for table in tables:
        op.add_column(table, sa.Column("note", sa.Text()))


def add_columns_one_by_one() -> None:
    for table in ("interviews", "notes", "positions", "tasks"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN note text; COMMIT")


def make_a_table() -> None:
    op.create_table("new", sa.Column("id", sa.Uuid(), sa.ForeignKey("users.id"), primary_key=True))
    op.create_index("ix_new", "new", ["id"])
    op.alter_column("new", "id", type_=sa.Text())


BROKEN: dict[str, tuple[str, Callable[[], object]]] = {
    "index": ("CREATE INDEX without CONCURRENTLY", lambda: op.create_index("ix", "positions", ["title"])),
    "unique index": (
        "CREATE INDEX without CONCURRENTLY",
        lambda: op.create_index("ix", "positions", ["title"], unique=True),
    ),
    "type": ("changes of a type", lambda: op.alter_column("positions", "title", type_=sa.String(10))),
    "not null": ("SET NOT NULL", lambda: op.alter_column("positions", "title", nullable=False)),
    "foreign key": (
        "FOREIGN KEY without NOT VALID",
        lambda: op.create_foreign_key("fk", "positions", "users", ["user_id"], ["id"]),
    ),
    "check": ("CHECK without NOT VALID", lambda: op.create_check_constraint("ck", "positions", "title <> ''")),
    "unique": ("UNIQUE builds an index", lambda: op.create_unique_constraint("uq", "positions", ["title"])),
    "primary key": ("PRIMARY KEY builds", lambda: op.create_primary_key("pk", "positions", ["title"])),
    "volatile default": (
        "differs from row to row",
        lambda: op.add_column("positions", sa.Column("key", sa.Uuid(), server_default=sa.text("gen_random_uuid()"))),
    ),
    "clock as default": (
        "differs from row to row",
        lambda: op.add_column(
            "positions", sa.Column("at", sa.DateTime(), server_default=sa.text("clock_timestamp()"), nullable=False)
        ),
    ),
    "generated": (
        "that PostgreSQL computes",
        lambda: op.add_column("positions", sa.Column("length", sa.Integer(), sa.Computed("length(title)"))),
    ),
    "identity": (
        "that PostgreSQL computes",
        lambda: op.add_column("positions", sa.Column("number", sa.Integer(), sa.Identity())),
    ),
    "serial": ("that PostgreSQL computes", lambda: op.execute("ALTER TABLE positions ADD number bigserial")),
    "not null without default": (
        "fails as soon as there is a row",
        lambda: op.add_column("positions", sa.Column("note", sa.Text(), nullable=False)),
    ),
    "new column with key": (
        "FOREIGN KEY without NOT VALID",
        lambda: op.execute("ALTER TABLE positions ADD COLUMN owner uuid REFERENCES users (id)"),
    ),
    "new column with check": (
        "a constraint of a new column",
        lambda: op.execute("ALTER TABLE positions ADD COLUMN age int DEFAULT 1 CHECK (age > 0)"),
    ),
    "second action": (
        "SET NOT NULL",
        lambda: op.execute("ALTER TABLE positions ADD COLUMN a numeric(3, 1) DEFAULT 1, ALTER title SET NOT NULL"),
    ),
    "update": ("a change of every row", lambda: op.execute("UPDATE positions SET title = upper(title)")),
    "update of many": (
        "a change of every row",
        lambda: op.execute(sa.update(sa.table("positions", sa.column("title"))).values(title="x")),
    ),
    "delete": ("a change of every row", lambda: op.execute("DELETE FROM positions WHERE title = ''")),
    "update in with": (
        "a change of every row",
        lambda: op.execute("WITH old AS (DELETE FROM positions RETURNING id) SELECT count(*) FROM old"),
    ),
    "filling": (
        "reading a whole table",
        lambda: op.execute("INSERT INTO lines (user_id) SELECT user_id FROM positions GROUP BY user_id"),
    ),
    "lock": ("LOCK TABLE", lambda: op.execute("LOCK TABLE positions IN EXCLUSIVE MODE")),
    "truncate": ("TRUNCATE", lambda: op.execute("TRUNCATE positions")),
    "cluster": ("CLUSTER", lambda: op.execute("CLUSTER positions USING ix")),
    "vacuum": ("VACUUM FULL", lambda: op.execute("VACUUM (ANALYZE, FULL) positions")),
    "reindex": ("REINDEX", lambda: op.execute("REINDEX TABLE positions")),
    "refresh": ("REFRESH", lambda: op.execute("REFRESH MATERIALIZED VIEW figures")),
    "unlogged": ("rewrites the table", lambda: op.execute("ALTER TABLE positions SET UNLOGGED")),
    "validated at once": (
        "VALIDATE CONSTRAINT reads every row while",
        lambda: op.execute(
            "ALTER TABLE positions ADD CONSTRAINT ck CHECK (title <> '') NOT VALID;"
            "ALTER TABLE positions VALIDATE CONSTRAINT ck"
        ),
    ),
    "not null with a check of another column": (
        "SET NOT NULL",
        lambda: op.execute(
            "ALTER TABLE positions ADD CONSTRAINT ck CHECK (url IS NOT NULL) NOT VALID; COMMIT;"
            "ALTER TABLE positions VALIDATE CONSTRAINT ck; COMMIT; ALTER TABLE positions ALTER title SET NOT NULL"
        ),
    ),
    "not null with a check that was not validated": (
        "SET NOT NULL",
        lambda: op.execute(
            "ALTER TABLE positions ADD CONSTRAINT ck CHECK (title IS NOT NULL) NOT VALID; COMMIT;"
            "ALTER TABLE positions ALTER title SET NOT NULL"
        ),
    ),
    "many tables": (
        "more than 3 tables: interviews, notes, positions, tasks",
        lambda: add_a_column_to("interviews", "notes", "positions", "tasks"),
    ),
}
KEPT: dict[str, Callable[[], object]] = {
    "index beside users": lambda: op.execute("CREATE UNIQUE INDEX CONCURRENTLY ix ON positions (title)"),
    "nullable column": lambda: op.add_column("positions", sa.Column("note", sa.String(500))),
    "constant default": lambda: op.add_column(
        "positions", sa.Column("tags", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False)
    ),
    "one time for all": lambda: op.add_column(
        "positions", sa.Column("at", sa.DateTime(), server_default=sa.func.now(), nullable=False)
    ),
    "default with a length": lambda: op.execute("ALTER TABLE positions ADD kind varchar(9) DEFAULT 'a'::varchar(9)"),
    "words in quotes": lambda: op.execute("COMMENT ON TABLE positions IS 'UPDATE positions; CREATE INDEX'"),
    "a function": lambda: op.execute(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE positions SET title = ''; END $$;"
        "CREATE TRIGGER t BEFORE UPDATE OF title ON positions FOR EACH ROW EXECUTE FUNCTION f()"
    ),
    "a comment": lambda: op.execute("-- TRUNCATE positions\nSELECT 1 /* REINDEX */"),
    "a table of its own": make_a_table,
    "key, validated later": lambda: op.execute(
        "ALTER TABLE positions ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID; COMMIT;"
        "ALTER TABLE positions VALIDATE CONSTRAINT fk"
    ),
    "unique by an index": lambda: op.execute("ALTER TABLE positions ADD CONSTRAINT uq UNIQUE USING INDEX ix"),
    "not null, known before": lambda: op.execute(
        "ALTER TABLE positions ADD CONSTRAINT ck CHECK (title IS NOT NULL) NOT VALID; COMMIT;"
        "ALTER TABLE positions VALIDATE CONSTRAINT ck; COMMIT;"
        "ALTER TABLE positions ALTER title SET NOT NULL, DROP CONSTRAINT ck"
    ),
    "a slice": lambda: op.execute(
        "WITH slice AS (SELECT id FROM positions ORDER BY id LIMIT 200) "
        "UPDATE positions SET title = '' FROM slice WHERE positions.id = slice.id"
    ),
    "three tables": lambda: add_a_column_to("interviews", "notes", "positions"),
    "many tables one by one": add_columns_one_by_one,
}


@pytest.mark.parametrize("example", BROKEN)
def test_a_law_catches_what_it_is_for(example: str) -> None:
    law, operations = BROKEN[example]
    statements = statements_of_operations(operations)

    [breach] = breaches_of(statements, EXISTING)

    assert law in breach
    # On tables that nobody uses yet the same is no breach, where a law is about a table.
    if not example.startswith(("lock", "truncate", "cluster", "vacuum", "reindex", "refresh")):
        assert breaches_of(statements, set()) == []


@pytest.mark.parametrize("example", KEPT)
def test_the_laws_let_through_what_holds_nobody_up(example: str) -> None:
    assert breaches_of(statements_of_operations(KEPT[example]), EXISTING) == []


def test_every_migration_beside_users_keeps_the_laws(empty_database: str) -> None:
    """What is read is the SQL that the migrations run, whoever composes it."""
    with recorded_migrations() as revisions:
        command.upgrade(alembic_config(empty_database), "head")

    existing: set[str] = set()
    breaches = {}
    for revision, statements in revisions.items():
        if revision >= FIRST_BESIDE_USERS and (found := breaches_of(statements, existing)):
            breaches[revision] = found
        existing |= tables_made_by(statements)
    assert breaches == {}
    assert {"users", "positions", "session_events"} <= existing
    assert min(len(statements) for statements in revisions.values()) > 0
    # Each statement of a migration that runs them one by one was seen as a transaction of its own.
    alone = [statement.transaction for statement in revisions["0014"]]
    assert len(set(alone)) == len(alone) > 10


@pytest.fixture
async def empty_database(postgres: EmbeddedPostgres) -> str:
    """Return the URL of a database in which no migration has run."""
    connection = await asyncpg.connect(postgres.dsn)
    await connection.execute("CREATE DATABASE tests_laws")
    await connection.close()
    return postgres.dsn.replace("/interview_tracker", "/tests_laws")


def test_statements_are_told_apart_by_transaction() -> None:
    statements = statements_of("BEGIN; SELECT 1; SELECT ';' ; COMMIT; select 2;")

    assert [(one.sql, one.transaction) for one in statements] == [
        ("select 1", 1),
        ("select ''", 1),
        ("select 2", 2),
    ]
