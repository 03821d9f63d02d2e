"""The archive of an account, held against every table that there is."""

import csv
import io
import json
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4
from zipfile import ZipFile

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Table

from app.interview_session.api import export_router
from app.models import Base
from app.models.document import CHUNK_BYTES
from app.repositories import account_export
from tests.conftest import MakeApp, client_of
from tests.support.probing import assert_envelope
from tests.support.reports import ANSWER, RUBRIC, ended_session, until_reported
from tests.support.rooms import execute
from tests.support.users import PASSWORD, SignedIn, sign_in, sign_up

EXPORT = "/api/v1/export"
TABLES: dict[str, Table] = Base.metadata.tables
FILE = b"%PDF-1.7\n" + bytes(range(256)) * 1500

# Counts attempts by address and email, for minutes; nobody owns a row.
NOBODYS = {"rate_limits"}
# Its rows are the files of documents, which are in the archive as they are.
FILES = {"document_chunks"}
SECRETS = {"password_hash", "token_hash", "parent_hash", "request_hash"}
DERIVED = {"search_vector", "job_key", "address_key"}


def owned_rows(name: str) -> str:
    """Return SQL for the rows of a table that are a user's, found by its columns and foreign keys alone."""
    table = TABLES[name]
    if name == "users":
        return "SELECT * FROM users WHERE id = :user_id"
    for column in ("user_id", "owner_id"):
        if column in table.c:
            return f"SELECT * FROM {name} WHERE {column} = :user_id"
    for key in table.foreign_keys:
        parent = owned_rows(key.column.table.name)
        return f"SELECT * FROM {name} WHERE {key.parent.name} IN (SELECT id FROM ({parent}) AS parent)"
    raise AssertionError(f"{name} has no owner: say so in this test, or how it is found")


OWNED = sorted(TABLES.keys() - NOBODYS)


async def archive_of(user: SignedIn) -> ZipFile:
    answer = await user.get(EXPORT)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="interview-tracker.zip"'
    archive = ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def rows_in(archive: ZipFile, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(archive.read(f"{name}.json"))
    return rows


async def with_one_of_everything(app: FastAPI, user: SignedIn) -> None:
    position = await user.position(description="Straße €", job_url="https://example.com/1")
    moved = await user.put(
        f"/api/v1/positions/{position['id']}/status", {"status": "screening", "note": "They called"}
    )
    assert moved.status_code == 200, moved.text
    await user.interview(position["id"], notes="Bring slides")
    room = await ended_session(app, user, ANSWER)
    await until_reported(room)
    path, judged = f"/api/v1/sessions/{room.session_id}", {"sequence": 1, "criterion": RUBRIC[0], "verdict": "shown"}
    assert (await user.put(f"{path}/self-assessment", {"criteria": [judged]})).status_code == 200
    # No model gives verdicts here.
    await execute(
        app,
        "UPDATE session_reports SET report = jsonb_set(report, '{questions,0,criteria,0,verdict}', '\"partly\"') "
        "WHERE session_id = :id",
        id=room.session_id,
    )
    disputed = await user.put(f"{path}/report/criteria/1/{quote(RUBRIC[0])}/dispute", {"note": "No."})
    assert disputed.status_code == 200, disputed.text
    ids = [position["id"]]
    for path, body in {
        f"/api/v1/positions/{position['id']}/notes": {"text": "Kind people"},
        "/api/v1/tasks": {"title": "Write", "due_date": "2024-02-28"},
        "/api/v1/contacts": {"name": "Grace", "position_ids": ids},
        "/api/v1/products": {"name": "Pen", "price": 2.5},
        "/api/v1/interviews/calendar-feed": None,
        "/api/v1/documents": {"name": "Site", "kind": "portfolio", "url": "https://example.com", "position_ids": ids},
    }.items():
        made = await user.post(path, body, **{"Idempotency-Key": uuid4().hex})
        assert made.status_code == 201, made.text
    uploaded = await user.client.post(
        "/api/v1/documents",
        headers=user.headers,
        data={"kind": "cv"},
        files={"file": ("../My CV (2).pdf", FILE, "application/pdf")},
    )
    assert uploaded.status_code == 201, uploaded.text


async def test_whatever_has_an_owner_is_in_the_archive_and_gone_with_the_account(
    app: FastAPI, user: SignedIn, other_user: SignedIn
) -> None:
    for owner in (user, other_user):
        await with_one_of_everything(app, owner)
    there = {name: await execute(app, owned_rows(name), user_id=UUID(user.id)) for name in OWNED}
    assert [name for name, rows in there.items() if not rows] == []

    archive = await archive_of(user)

    exports = {export.table.name: name for name, export in account_export.EXPORTS.items()}
    assert sorted(exports.keys() | FILES) == OWNED
    for table, name in exports.items():
        kept = set(TABLES[table].c.keys()) - SECRETS - DERIVED
        found = rows_in(archive, name)
        assert [set(row) for row in found] == [kept] * len(found), table
        assert identities(found, table) == identities(there[table], table), table
    assert user.email in archive.read("account.json").decode()
    assert other_user.email not in "".join(archive.read(f"{name}.json").decode() for name in exports.values())

    assert (await user.delete("/api/v1/auth/me", {"password": PASSWORD})).status_code == 204
    left = {name: len(await execute(app, owned_rows(name), user_id=UUID(user.id))) for name in OWNED}
    assert left == dict.fromkeys(OWNED, 0)
    assert all([await execute(app, owned_rows(name), user_id=UUID(other_user.id)) for name in OWNED])


def identities(rows: list[dict[str, Any]], table: str) -> list[str]:
    """Return what tells a table's rows apart, secrets left out."""
    keys = {column.name for column in TABLES[table].primary_key.columns} - SECRETS
    return sorted(str([(name, str(row[name])) for name in sorted(keys or {"login_id"})]) for row in rows)


async def test_documents_transcripts_and_the_csv_are_files_of_their_own(app: FastAPI, user: SignedIn) -> None:
    assert len(FILE) > CHUNK_BYTES
    await with_one_of_everything(app, user)

    archive = await archive_of(user)

    [session] = rows_in(archive, "sessions")
    [document] = [row for row in rows_in(archive, "documents") if row["url"] is None]
    beside = {name for name in archive.namelist() if not name.endswith(".json")}
    [name] = [name for name in beside if name.startswith("documents/")]
    assert beside == {"positions.csv", name, f"transcripts/{session['id']}.txt"}
    # No path of its own, whatever the file was called.
    assert PurePosixPath(name).parent == PurePosixPath("documents", document["id"])
    assert name.endswith("My CV (2).pdf")
    assert archive.read(name) == FILE
    assert ANSWER in archive.read(f"transcripts/{session['id']}.txt").decode()
    [row] = csv.DictReader(io.StringIO(archive.read("positions.csv").decode()))
    assert (row["title"], row["description"]) == ("Engineer", "Straße €")


async def test_no_secret_is_in_the_archive(app: FastAPI, user: SignedIn) -> None:
    await with_one_of_everything(app, user)
    secrets = [
        value
        for table, columns in (("users", ["password_hash"]), ("refresh_tokens", ["token_hash"]))
        for row in await execute(app, owned_rows(table), user_id=UUID(user.id))
        for value in (row[column] for column in columns)
    ]

    archive = await archive_of(user)

    everything = "".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    assert len(secrets) >= 2
    for secret in secrets:
        assert (secret if isinstance(secret, str) else secret.hex()) not in everything
    assert user.tokens["refresh_token"] not in everything


async def test_every_batch_is_in_the_archive_once(user: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_export, "EXPORTS", small_batches())
    made = {(await user.position(title=f"Engineer {number}"))["id"] for number in range(7)}

    archive = await archive_of(user)

    assert [row["title"] for row in rows_in(archive, "positions")] != []
    assert sorted(row["id"] for row in rows_in(archive, "positions")) == sorted(made)
    assert len(rows_in(archive, "status_changes")) == 7
    assert rows_in(archive, "notes") == []


def small_batches() -> dict[str, account_export.Export]:
    account_export._first_read.cache_clear()
    account_export._next_read.cache_clear()
    return {
        name: account_export.Export(
            export.model, export.owner, export.through, export.reference, export.withheld, batch_rows=3
        )
        for name, export in account_export.EXPORTS.items()
    }


async def test_the_archive_is_sent_while_it_is_made(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts are counted where they leave: none of them has the whole of a document."""
    sizes: list[int] = []
    made = export_router.ArchiveResponse.stream_response

    async def counting(self: Any, send: Any) -> None:
        async def send_counted(message: Any) -> None:
            sizes.append(len(message.get("body", b"")))
            await send(message)

        await made(self, send_counted)

    monkeypatch.setattr(export_router.ArchiveResponse, "stream_response", counting)
    async with make_app() as app, client_of(app) as client:
        user = await sign_up(client)
        for number in range(3):
            uploaded = await client.post(
                "/api/v1/documents",
                headers=user.headers,
                data={"kind": "cv"},
                files={"file": (f"cv{number}.pdf", FILE, "application/pdf")},
            )
            assert uploaded.status_code == 201, uploaded.text

        await archive_of(user)

    assert sum(sizes) > 3 * len(FILE)
    assert max(sizes) < CHUNK_BYTES + 10_000


async def test_an_account_with_nothing_has_an_archive_too(client: httpx.AsyncClient) -> None:
    user = await sign_up(client)

    archive = await archive_of(user)

    assert rows_in(archive, "positions") == []
    assert [row["email"] for row in rows_in(archive, "account")] == [user.email]


async def test_only_the_user_gets_the_archive(client: httpx.AsyncClient, user: SignedIn) -> None:
    assert_envelope(await client.get(EXPORT), "AUTHORIZATION_ERROR")
    again = await sign_in(client, user.email)
    assert (await again.post("/api/v1/auth/logout")).status_code in {200, 204}
    assert_envelope(await again.get(EXPORT), "AUTHENTICATION_ERROR")
