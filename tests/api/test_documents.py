"""Documents: where they are or their files, what may come in, and how it goes out again."""

import asyncio
import hashlib
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.models.document import CHUNK_BYTES
from app.repositories.documents import DocumentRepository
from app.repositories.holdings import HoldingsRepository
from tests.conftest import MakeApp, client_of
from tests.support.probing import UNKNOWN_ID, assert_envelope
from tests.support.users import PASSWORD, SignedIn, sign_up

DOCUMENTS = "/api/v1/documents"
PDF = b"%PDF-1.7\n" + b"x" * 1000
DOCX = b"PK\x03\x04" + b"x" * 100
MEBIBYTE = 1024 * 1024


async def upload(
    user: SignedIn,
    content: bytes = PDF,
    *,
    name: str = "cv.pdf",
    media_type: str | None = None,
    key: str | None = None,
    **fields: Any,
) -> httpx.Response:
    file = (name, content) if media_type is None else (name, content, media_type)
    headers = user.headers | ({"Idempotency-Key": key} if key else {})
    return await user.client.post(
        DOCUMENTS,
        headers=headers,
        files={"file": file},
        data={"kind": "cv"} | fields,
    )


async def uploaded(user: SignedIn, content: bytes = PDF, **options: Any) -> dict[str, Any]:
    response = await upload(user, content, **options)
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


async def linked(user: SignedIn, **body: Any) -> dict[str, Any]:
    response = await user.post(
        DOCUMENTS, {"name": "Portfolio", "kind": "portfolio", "url": "https://example.com/me"} | body
    )
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


class TestFiles:
    @pytest.mark.parametrize(
        "size", [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 5 * MEBIBYTE]
    )
    async def test_what_goes_in_comes_out(self, user: SignedIn, size: int) -> None:
        content = (b"%PDF-" + bytes(range(256)) * (size // 256 + 1))[:size]

        created = await uploaded(user, content, name="any.bin")
        file = await user.get(f"{DOCUMENTS}/{created['id']}/file")

        assert file.status_code == 200
        assert file.content == content
        assert file.headers["content-length"] == str(size) == str(created["size_bytes"])
        assert created["sha256"] == hashlib.sha256(content).hexdigest()

    async def test_a_document_is_shown_without_its_file(self, user: SignedIn) -> None:
        position = await user.position()

        created = await uploaded(user, name="Lebenslauf Müller.pdf", position_ids=position["id"])

        assert created == {
            "id": created["id"],
            "name": "Lebenslauf Müller.pdf",
            "kind": "cv",
            "url": None,
            "file_name": "Lebenslauf Müller.pdf",
            "media_type": "application/pdf",
            "size_bytes": len(PDF),
            "sha256": hashlib.sha256(PDF).hexdigest(),
            "position_ids": [position["id"]],
            "created_at": created["created_at"],
            "updated_at": created["updated_at"],
        }
        assert (await user.get(f"{DOCUMENTS}/{created['id']}")).json() == created
        assert (await user.get(DOCUMENTS)).json()["documents"] == [created]

    async def test_no_browser_shows_or_runs_it(self, user: SignedIn) -> None:
        page = b"<script>alert(1)</script>"
        created = await uploaded(user, page, name="Grüße; x.html", media_type="text/html")

        file = await user.get(f"{DOCUMENTS}/{created['id']}/file")

        assert file.headers["content-type"] == "application/octet-stream"
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["content-security-policy"] == "sandbox"
        disposition = "attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe%3B%20x.html"
        assert file.headers["content-disposition"] == disposition

    async def test_a_file_that_is_known_is_not_sent_again(self, user: SignedIn) -> None:
        created = await uploaded(user)
        path = f"{DOCUMENTS}/{created['id']}/file"
        file = await user.get(path)
        assert file.headers["cache-control"] == "private, no-cache"

        again = await user.client.get(path, headers=user.headers | {"If-None-Match": file.headers["etag"]})

        assert (again.status_code, again.content) == (304, b"")

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("C:\\Users\\Ada\\cv.pdf", "cv.pdf"),
            ("../../etc/cv.pdf", "cv.pdf"),
            ("c\u202ev.pdf", "cv.pdf"),
            ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
            ("..", ".."),
        ],
    )
    async def test_a_name_is_only_a_name(self, user: SignedIn, given: str, kept: str) -> None:
        assert (await uploaded(user, name=given, kind="other"))["file_name"] == kept

    @pytest.mark.parametrize(
        ("name", "media_type", "content", "expected"),
        [
            ("cv.pdf", None, PDF, "application/pdf"),
            ("cv", "application/pdf", PDF, "application/pdf"),
            ("cv.docx", None, DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("letter.txt", "text/plain", "Grüße".encode(), "text/plain"),
            ("photo.JPG", "image/jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
            ("cv.tex", "application/x-tex", b"\\documentclass", "application/octet-stream"),
            ("page.html", "text/html", b"<p>", "application/octet-stream"),
        ],
    )
    async def test_it_goes_out_as_what_it_is(
        self, user: SignedIn, name: str, media_type: str | None, content: bytes, expected: str
    ) -> None:
        created = await uploaded(user, content, name=name, media_type=media_type)

        assert created["media_type"] == expected
        file = await user.get(f"{DOCUMENTS}/{created['id']}/file")
        assert file.headers["content-type"].partition(";")[0] == expected

    @pytest.mark.parametrize(
        ("name", "media_type", "content", "noun"),
        [
            ("cv.pdf", None, b"<html>", "a PDF"),
            ("cv", "application/pdf", b"MZ\x90\x00", "a PDF"),
            ("cv.pdf", "application/msword", PDF, "a Word document"),
            ("cv.docx", None, PDF, "a Word document"),
            ("photo.png", None, b"GIF89a", "a PNG image"),
            ("notes.txt", None, b"MZ\x90\x00\x03", "a plain text"),
        ],
    )
    async def test_a_file_that_lies_about_its_type_is_refused(
        self, user: SignedIn, name: str, media_type: str | None, content: bytes, noun: str
    ) -> None:
        refused = await upload(user, content, name=name, media_type=media_type)

        assert refused.status_code == 422
        sentence = f"Must be {noun}, as its name or type says"
        assert assert_envelope(refused, "VALIDATION_ERROR")["field_errors"] == {"file": sentence}
        assert (await user.get(DOCUMENTS)).json()["total"] == 0

    async def test_an_upload_that_comes_twice_is_one(self, user: SignedIn) -> None:
        key = uuid4().hex

        first, again = [await upload(user, key=key) for _ in range(2)]
        other = await upload(user, PDF + b"!", key=key)

        assert (first.status_code, again.content) == (201, first.content)
        assert again.headers["idempotent-replayed"] == "true"
        assert other.status_code == 409
        assert (await user.get(DOCUMENTS)).json()["total"] == 1


class TestWhatIsRefused:
    async def test_a_file_that_is_too_large(self, user: SignedIn) -> None:
        refused = await upload(user, b"%PDF-" + b"x" * (5 * MEBIBYTE - 4))

        assert refused.status_code == 413
        assert assert_envelope(refused, "PAYLOAD_TOO_LARGE")["details"] == {"max_bytes": 5 * MEBIBYTE}
        assert (await user.get(DOCUMENTS)).json()["total"] == 0

    async def test_a_body_that_is_too_large_is_not_read(self, user: SignedIn) -> None:
        refused = await upload(user, b"x" * (6 * MEBIBYTE))

        assert refused.status_code == 413
        assert_envelope(refused, "PAYLOAD_TOO_LARGE")

    @pytest.mark.parametrize(
        ("content", "content_type", "status", "errors"),
        [
            (b"", "multipart/form-data; boundary=a", 422, {"file": "This field is required"}),
            (b"--a\r\nbroken", "multipart/form-data; boundary=a", 422, None),
            (b"--a\r\n", "multipart/form-data", 422, {"file": "Must be the one file of a valid form"}),
            (b"{", "application/json", 422, {"body": "Must be valid JSON"}),
            (b"[]", "application/json", 422, None),
            (b"%PDF-", "application/pdf", 415, None),
            (b"name=x", "application/x-www-form-urlencoded", 415, None),
        ],
    )
    async def test_a_body_that_is_no_document(
        self, user: SignedIn, content: bytes, content_type: str, status: int, errors: dict[str, str] | None
    ) -> None:
        response = await user.client.post(
            DOCUMENTS, content=content, headers=user.headers | {"Content-Type": content_type}
        )

        assert response.status_code == status, response.text
        error = assert_envelope(response)
        if errors is not None:
            assert error["field_errors"] == errors

    async def test_an_empty_file_and_fields_that_are_wrong(self, user: SignedIn) -> None:
        empty = await upload(user, b"")
        unknown = await upload(user, kind="diary", position_ids="1,2")
        no_kind = await user.client.post(DOCUMENTS, headers=user.headers, files={"file": ("cv.pdf", PDF)})

        assert assert_envelope(empty, "VALIDATION_ERROR")["field_errors"] == {"file": "Must not be empty"}
        assert assert_envelope(unknown, "VALIDATION_ERROR")["field_errors"] == {
            "kind": "Must be one of: cv, cover_letter, portfolio, other",
            "position_ids.0": "Must be a valid UUID",
            "position_ids.1": "Must be a valid UUID",
        }
        assert assert_envelope(no_kind)["field_errors"] == {"kind": "This field is required"}

    async def test_a_position_of_another_user(self, user: SignedIn, other_user: SignedIn, app: FastAPI) -> None:
        theirs = (await other_user.position())["id"]
        mine = (await user.position())["id"]

        refused = await upload(user, position_ids=f"{mine}, {theirs}")

        assert refused.status_code == 404
        assert assert_envelope(refused, "RESOURCE_NOT_FOUND")["details"]["resource_id"] == theirs
        assert (await user.get(DOCUMENTS)).json()["total"] == 0
        assert await chunks_of(app, user) == 0

    async def test_another_user_s_are_not_there(self, user: SignedIn, other_user: SignedIn) -> None:
        theirs = await uploaded(other_user)
        path = f"{DOCUMENTS}/{theirs['id']}"

        for refused in (
            await user.get(path),
            await user.get(f"{path}/file"),
            await user.put(path, {"name": "Mine"}),
            await user.delete(path),
            await user.get(f"{DOCUMENTS}/{UNKNOWN_ID}/file"),
        ):
            assert refused.status_code == 404
        assert (await other_user.get(path)).json() == theirs


class TestRecords:
    async def test_a_document_can_be_kept_elsewhere(self, user: SignedIn) -> None:
        created = await linked(user, position_ids=[])

        nothing = dict.fromkeys(("file_name", "media_type", "size_bytes", "sha256"))
        assert created.items() >= (nothing | {"url": "https://example.com/me", "kind": "portfolio"}).items()
        assert (await user.get(f"{DOCUMENTS}/{created['id']}/file")).status_code == 404

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    async def test_a_change_is_partial_and_leaves_the_file(self, user: SignedIn, method: str) -> None:
        position = await user.position()
        created = await uploaded(user, name="cv.pdf")
        path, send = f"{DOCUMENTS}/{created['id']}", user.put if method == "PUT" else user.patch

        changed = (await send(path, {"name": "CV 2026", "position_ids": [position["id"]]})).json()
        refused = await send(path, {"url": "https://example.com/cv"})

        assert changed == created | {
            "name": "CV 2026",
            "position_ids": [position["id"]],
            "updated_at": changed["updated_at"],
        }
        assert (await user.get(path)).json() == changed
        assert assert_envelope(refused)["field_errors"] == {"url": "Must be left out: the document is a file"}
        assert (await user.get(f"{path}/file")).content == PDF

    async def test_the_address_of_one_that_is_elsewhere_changes(self, user: SignedIn) -> None:
        created = await linked(user)

        changed = await user.put(f"{DOCUMENTS}/{created['id']}", {"url": "https://example.com/other"})

        assert changed.json()["url"] == "https://example.com/other"
        assert (await user.put(f"{DOCUMENTS}/{created['id']}", {"url": None})).status_code == 422

    async def test_the_list_has_the_newest_first_and_can_be_narrowed(self, user: SignedIn) -> None:
        position = await user.position()
        older = await uploaded(user, position_ids=position["id"])
        newer = await linked(user)

        listed = (await user.get(DOCUMENTS)).json()
        assert listed["documents"] == [newer, older]
        assert (listed["stored_bytes"], listed["max_stored_bytes"]) == (older["size_bytes"], 100 * 1024 * 1024)
        for narrowed, expected in (
            ({"kind": "cv"}, [older]),
            ({"position_id": position["id"]}, [older]),
            ({"per_page": 1}, [newer]),
            ({"per_page": 1, "page": 2}, [older]),
        ):
            assert (await user.get(DOCUMENTS, **narrowed)).json()["documents"] == expected, narrowed

    async def test_a_document_outlives_its_position_and_is_its_activity(self, user: SignedIn) -> None:
        position = await user.position(application_date="2024-01-15")
        created = await uploaded(user, position_ids=position["id"])
        found = (await user.get(f"/api/v1/positions/{position['id']}")).json()
        assert found["last_activity_at"] == created["created_at"]

        await user.delete(f"/api/v1/positions/{position['id']}")

        assert (await user.get(f"{DOCUMENTS}/{created['id']}")).json()["position_ids"] == []
        assert (await user.get(f"{DOCUMENTS}/{created['id']}/file")).content == PDF

    async def test_nothing_is_left_of_an_erased_one(self, app: FastAPI, user: SignedIn, other_user: SignedIn) -> None:
        created = await uploaded(user, b"%PDF-" + b"x" * CHUNK_BYTES)
        await uploaded(other_user)
        assert (await chunks_of(app, user), await chunks_of(app, other_user)) == (2, 1)

        assert (await user.delete(f"{DOCUMENTS}/{created['id']}")).status_code == 204
        assert (await other_user.delete("/api/v1/auth/me", {"password": PASSWORD})).status_code == 204

        assert (await chunks_of(app, user), await chunks_of(app, other_user)) == (0, 0)


class TestQuota:
    async def test_a_user_has_so_many_bytes_of_files(self, make_app: MakeApp) -> None:
        async with make_app(max_stored_document_bytes=2500) as app, client_of(app) as client:
            user, other = await sign_up(client), await sign_up(client)
            answers = await asyncio.gather(*(upload(user, name=f"{number}.pdf") for number in range(4)))

            assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
            refused = next(answer for answer in answers if answer.status_code == 409)
            error = assert_envelope(refused, "RESOURCE_CONFLICT")
            assert error["details"] == {"resource_type": "Budget", "limit": "document_bytes", "maximum": 2500}
            assert (await user.get(DOCUMENTS)).json()["total"] == 2
            assert await chunks_of(app, user) == 2
            assert (await linked(user))["size_bytes"] is None
            await uploaded(other)

            first = next(answer for answer in answers if answer.status_code == 201).json()
            assert (await user.delete(f"{DOCUMENTS}/{first['id']}")).status_code == 204
            await uploaded(user)

    async def test_uploads_of_a_user_wait_for_each_other_only_at_their_ends(
        self, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order: list[str] = []
        add_chunk, lock = DocumentRepository.add_chunk, HoldingsRepository.lock

        async def noting_chunk(repository: DocumentRepository, *chunk: Any) -> None:
            order.append("chunk")
            await add_chunk(repository, *chunk)

        async def noting_lock(repository: HoldingsRepository, *owner: str) -> None:
            order.append("lock")
            await lock(repository, *owner)

        monkeypatch.setattr(DocumentRepository, "add_chunk", noting_chunk)
        monkeypatch.setattr(HoldingsRepository, "lock", noting_lock)

        await uploaded(user, b"%PDF-" + b"x" * CHUNK_BYTES)

        assert order == ["chunk", "chunk", "lock"]

    async def test_a_file_does_not_count_as_text(self, make_app: MakeApp) -> None:
        async with make_app(max_stored_bytes=5000) as app, client_of(app) as client:
            user = await sign_up(client)

            await uploaded(user, b"%PDF-" + b"x" * 20_000)

            await user.position()


async def chunks_of(app: FastAPI, user: SignedIn) -> int:
    connection: asyncpg.Connection = await app.state.runtime.database.connect()
    try:
        count: int = await connection.fetchval("SELECT count(*) FROM document_chunks WHERE user_id = $1", user.id)
    finally:
        await connection.close()
    return count
