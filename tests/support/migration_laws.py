"""What a migration may not do beside users, read from the SQL that it runs.

Each law names a statement that keeps users out of a table for as long as PostgreSQL reads, writes or sorts its
rows. A table that the migration itself makes is nobody's yet, so there all is allowed.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, Engine, event

MAX_LOCKED_TABLES = 3
"""Each may be waited for half a second (``alembic/env.py``) while those before it stay locked: together two."""

_NAME = r'(?:"?\w+"?\.)?"?(\w+)"?'
_STABLE_IN_DEFAULTS = {"now", "cast", "varchar", "char", "numeric", "decimal", "bit", "time", "timestamp", "interval"}
"""Functions whose value is taken once, and words that look like one because a length follows."""

_SIMPLE_LAWS = {
    r"lock table|lock only": "LOCK TABLE keeps users out until the transaction ends",
    r"truncate": "TRUNCATE takes rows from the version before",
    r"cluster\b": "CLUSTER rewrites a table",
    r"vacuum full|vacuum \([^)]*full": "VACUUM FULL rewrites a table",
    r"reindex (?!.*concurrently)": "REINDEX without CONCURRENTLY keeps writers out",
    r"refresh materialized view (?!concurrently)": "REFRESH without CONCURRENTLY keeps readers out",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement in small letters, without what is in quotes, and the number of its transaction."""

    sql: str
    transaction: int


def statements_of(text: str) -> list[Statement]:
    """Return the statements of a script; BEGIN and COMMIT begin a new transaction."""
    statements, transaction = [], 0
    for part in _plain(text).split(";"):
        sql = part.strip()
        if sql in {"begin", "commit"}:
            transaction += 1
        elif sql:
            statements.append(Statement(sql, transaction))
    return statements


def statements_of_operations(operations: Callable[[], object]) -> list[Statement]:
    """Return what Alembic makes of calls of ``op``, without a database."""
    script = StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": script, "transactional_ddl": True}
    )
    with Operations.context(context):
        operations()
    return statements_of(script.getvalue())


@contextmanager
def recorded_migrations() -> Iterator[dict[str, list[Statement]]]:
    """Give the statements of each revision that is run meanwhile, by this thread and to its end."""
    revisions: dict[str, list[Statement]] = {}
    current: list[Statement] = []
    transaction = 0

    def begin(_connection: Connection) -> None:
        nonlocal transaction
        transaction += 1

    def note(connection: Connection, _cursor: object, sql: str, *_others: Any) -> None:
        nonlocal current
        if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
            begin(connection)
        done = re.search(r"alembic_version (?:SET version_num=|\(version_num\) VALUES \()'(\w+)'", sql)
        if done:
            revisions[done[1]], current = current, []
        else:
            current += [Statement(one.sql, transaction) for one in statements_of(sql)]

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "begin", begin)
    try:
        yield revisions
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        event.remove(Engine, "begin", begin)


def tables_made_by(statements: Sequence[Statement]) -> set[str]:
    """Return the tables that statements create."""
    made = (re.match(rf"create (?:unlogged )?table (?:if not exists )?{_NAME}", one.sql) for one in statements)
    return {found[1] for found in made if found}


def breaches_of(statements: Sequence[Statement], existing: set[str]) -> list[str]:
    """Return each breach of a law: what is wrong with it, and the beginning of the statement.

    ``existing`` are the tables that were there before the migration.
    """
    found = []
    for number, statement in enumerate(statements):
        before = statements[:number]
        for law in _laws_broken_by(statement, before, existing):
            found.append(f"{law}: {statement.sql[:120]}")
    for transaction in sorted({statement.transaction for statement in statements}):
        locked = {
            table
            for statement in statements
            if statement.transaction == transaction
            for table in _locked_by(statement.sql) & existing
        }
        if len(locked) > MAX_LOCKED_TABLES:
            found.append(f"one transaction locks more than {MAX_LOCKED_TABLES} tables: {', '.join(sorted(locked))}")
    return found


def _plain(text: str) -> str:
    """Return a script in small letters, on one line, without comments and without what is in quotes."""
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
    text = re.sub(r"\$(\w*)\$.*?\$\1\$", "''", text, flags=re.DOTALL)
    text = re.sub(r"'(?:[^']|'')*'", "''", text)
    return re.sub(r"\s+", " ", text).lower()


def _laws_broken_by(statement: Statement, before: Sequence[Statement], existing: set[str]) -> Iterator[str]:
    sql = statement.sql
    for pattern, law in _SIMPLE_LAWS.items():
        if re.match(pattern, sql):
            yield law
    if (index := re.match(rf"create (?:unique )?index (?!concurrently).*? on (?:only )?{_NAME}", sql)) and (
        index[1] in existing
    ):
        yield "CREATE INDEX without CONCURRENTLY keeps writers out: create_index_beside_users"
    if altered := re.match(rf"alter table (?:if exists )?(?:only )?{_NAME} (.*)", sql):
        if altered[1] in existing:
            for action in _split(altered[2]):
                yield from _laws_broken_by_action(altered[1], action, statement, before)
        return
    yield from _laws_of_rows(sql, existing)


def _laws_of_rows(sql: str, existing: set[str]) -> Iterator[str]:
    if not re.match(r"update|delete|insert|with|merge", sql) or " limit " in f"{sql} ":
        return
    # `compute_in_all_rows` writes the rows that it was given.
    if "json_populate_recordset" in sql:
        return
    for table in re.findall(rf"\b(?:update|delete from|merge into) (?:only )?{_NAME}", sql):
        if table in existing:
            yield "a change of every row keeps writers of these rows out: run_in_slices"
    if (filled := re.search(rf"insert into {_NAME}.* select .*", sql)) and any(
        table in existing for table in re.findall(rf"\b(?:from|join) {_NAME}", filled[0])
    ):
        yield "reading a whole table in one transaction holds up its cleaning: run_in_slices"


def _laws_broken_by_action(
    table: str, action: str, statement: Statement, before: Sequence[Statement]
) -> Iterator[str]:
    if added := re.match(
        rf"add (?:column )?(?:if not exists )?(?!constraint|foreign|check|unique|primary|exclude){_NAME} (.*)", action
    ):
        yield from _laws_of_new_column(added[2])
    if re.match(rf"alter (?:column )?{_NAME} (?:set data )?type ", action):
        yield "most changes of a type rewrite the table: add a column, fill it in slices, and drop the old one later"
    if (column := re.match(rf"alter (?:column )?{_NAME} set not null", action)) and not _is_known_filled(
        table, column[1], before
    ):
        yield "SET NOT NULL reads every row: first add a CHECK … NOT VALID and validate it"
    constraint = re.match(r"add (?:constraint \S+ )?(foreign key|check|unique|primary key|exclude)\b", action)
    if constraint and constraint[1] in {"foreign key", "check"} and not action.endswith("not valid"):
        yield f"{constraint[1].upper()} without NOT VALID reads every row: validate it in a transaction of its own"
    if constraint and constraint[1] in {"unique", "primary key", "exclude"} and " using index " not in action:
        yield f"{constraint[1].upper()} builds an index: build it beside users, then ADD CONSTRAINT … USING INDEX"
    if action.startswith("validate constraint") and any(
        _locked_by(other.sql) for other in before if other.transaction == statement.transaction
    ):
        yield "VALIDATE CONSTRAINT reads every row while the transaction has locks: run_one_by_one"
    if re.match(r"set (?:tablespace|logged|unlogged|access method)", action):
        yield "this rewrites the table"


def _laws_of_new_column(definition: str) -> Iterator[str]:
    """``definition`` is the column's type and what follows it."""
    default = re.search(
        r" default (.*?)(?= not null| null| references| check| unique| primary key| constraint|$)", definition
    )
    if " generated " in definition or re.match(r"(?:small|big)?serial\b", definition):
        yield "a column that PostgreSQL computes rewrites the table: keep_by_trigger"
    elif default and set(re.findall(r"(\w+) ?\(", default[1])) - _STABLE_IN_DEFAULTS:
        yield "a default that differs from row to row rewrites the table: fill it in slices"
    elif " not null" in definition and not default:
        yield "NOT NULL without a default fails as soon as there is a row"
    if re.search(r" references ", definition):
        yield "FOREIGN KEY without NOT VALID reads every row: add it as a constraint, and validate it later"
    if re.search(r" (?:check|unique|primary key)\b", definition):
        yield "a constraint of a new column reads every row or builds an index: add it by itself"


def _is_known_filled(table: str, column: str, before: Sequence[Statement]) -> bool:
    """Tell whether a validated constraint says already that the column is filled."""
    check = re.compile(rf'add constraint (\S+) check \(+"?{column}"? is not null\)+ not valid$')
    names = {found[1] for one in before for action in _actions_on(table, one.sql) if (found := check.match(action))}
    return any(
        f"validate constraint {name}" == action
        for one in before
        for action in _actions_on(table, one.sql)
        for name in names
    )


def _actions_on(table: str, sql: str) -> list[str]:
    altered = re.match(rf"alter table (?:if exists )?(?:only )?{_NAME} (.*)", sql)
    return _split(altered[2]) if altered and altered[1] == table else []


def _locked_by(sql: str) -> set[str]:
    """Return the tables that a statement keeps locked against writers or everybody until its transaction ends."""
    if found := re.match(rf"alter table (?:if exists )?(?:only )?{_NAME} (.*)", sql):
        # Validating lets everybody work.
        is_validation = all(action.startswith("validate constraint") for action in _split(found[2]))
        return set(re.findall(rf" references {_NAME}", sql)) | (set() if is_validation else {found[1]})
    if re.match(r"create table", sql):
        return set(re.findall(rf" references {_NAME}", sql))
    if found := re.match(rf"create (?:or replace )?(?:constraint )?trigger .*? on {_NAME}", sql):
        return {found[1]}
    if found := re.match(rf"drop (?:trigger (?:if exists )?\S+ on|table(?: if exists)?) {_NAME}", sql):
        return {found[1]}
    return set()


def _split(actions: str) -> list[str]:
    """Return the parts between the commas that are in no parentheses."""
    parts, depth, begin = [], 0, 0
    for place, sign in enumerate(actions):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(actions[begin:place])
            begin = place + 1
    return [part.strip() for part in [*parts, actions[begin:]]]
