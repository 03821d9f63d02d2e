"""The export: positions as a CSV file that is complete, well-formed and harmless to a spreadsheet."""

import csv
import io
from typing import Any

import pytest

from app.core.errors import DatabaseUnavailableError
from app.repositories.position_export import BATCH_BYTES, PositionExportRepository
from app.services.position_export import BATCH_ROWS
from tests.conftest import RecordedRequests
from tests.support.users import SignedIn

POSITIONS = "/api/v1/positions"
EXPORT = f"{POSITIONS}/export.csv"
HEADER = (
    "id,title,company,description,location,salary_range,status,application_date,job_url,source,tags,archived,"
    "created_at,updated_at,applied_at,screening_at,interviewing_at,offer_at,rejected_at,withdrawn_at,saved_at,status_note"
)


async def exported(user: SignedIn, **filters: Any) -> list[dict[str, str]]:
    response = await user.get(EXPORT, **filters)
    assert response.status_code == 200, response.text
    text = response.content.decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


async def test_file_has_every_field_and_the_time_of_each_status(user: SignedIn) -> None:
    position = await user.position(
        title="Senior Engineer",
        description='Line one\nline two, with "quotes"',
        location="Zürich",
        salary_range="$120k",
        job_url="https://example.com/jobs/1",
        source="Board",
        tags=["remote", "python"],
        archived=True,
    )
    for status, day in (("screening", "2024-01-20"), ("offer", "2024-02-01"), ("screening", "2024-02-03")):
        body = {"status": status, "occurred_at": f"{day}T10:30:00.5+01:00"}
        assert (await user.put(f"{POSITIONS}/{position['id']}/status", body)).status_code == 200

    response = await user.get(EXPORT)

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="positions.csv"'
    assert response.content.startswith(HEADER.encode() + b"\r\n")
    assert response.content.endswith(b"\r\n")
    (row,) = await exported(user)
    assert row == {
        "id": position["id"],
        "title": "Senior Engineer",
        "company": "Acme",
        "description": 'Line one\nline two, with "quotes"',
        "location": "Zürich",
        "salary_range": "$120k",
        "status": "screening",
        "application_date": "2024-01-15",
        "job_url": "https://example.com/jobs/1",
        "source": "Board",
        "tags": "remote; python",
        "archived": "true",
        "created_at": position["created_at"],
        "updated_at": row["updated_at"],
        "applied_at": "2024-01-15T00:00:00Z",
        "screening_at": "2024-01-20T09:30:00.500000Z",
        "interviewing_at": "",
        "offer_at": "2024-02-01T09:30:00.500000Z",
        "rejected_at": "",
        "withdrawn_at": "",
        "saved_at": "",
        "status_note": "",
    }
    assert row["updated_at"] > position["updated_at"]
    assert row["updated_at"].endswith("Z")


async def test_no_positions_is_a_header_alone(user: SignedIn) -> None:
    assert (await user.get(EXPORT + "/")).content == HEADER.encode() + b"\r\n"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "'=1", "''@x", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0"],
)
async def test_formulas_are_defused(user: SignedIn, text: str) -> None:
    await user.position(title=text, company=text, description=text, location=text, source=text, tags=[text])

    (row,) = await exported(user)

    assert {row[name] for name in ("title", "company", "description", "location", "source")} == {"'" + text}
    assert row["tags"].startswith("'")


@pytest.mark.parametrize("text", ["A=B", "C++ (x-y) @work", "'quoted'", "x\r\n- 1", "O'Neil"])
async def test_other_texts_stay_as_they_are(user: SignedIn, text: str) -> None:
    await user.position(title="T", description=text)

    assert (await exported(user))[0]["description"] == text


async def test_filters_are_those_of_the_list(user: SignedIn) -> None:
    await user.position(title="Python developer", company="100% Co", tags=["a"], application_date="2024-03-01")
    await user.position(title="Designer", company="100 Co", status="offer", archived=True)
    for filters, titles in (
        ({}, ["Python developer", "Designer"]),
        ({"status": "offer"}, ["Designer"]),
        ({"company": "0% c"}, ["Python developer"]),
        ({"search": "develop"}, ["Python developer"]),
        ({"date_from": "2024-02-01"}, ["Python developer"]),
        ({"date_to": "2024-02-01"}, ["Designer"]),
        ({"archived": "false"}, ["Python developer"]),
        ({"tag": "a", "page": "7", "sort_by": "nonsense"}, ["Python developer"]),
        ({"status": "rejected"}, []),
    ):
        assert [row["title"] for row in await exported(user, **filters)] == titles, filters


async def test_wrong_filter_is_refused(user: SignedIn) -> None:
    response = await user.get(EXPORT, date_from="2024-02-01", date_to="2024-01-01", status="no")

    assert response.status_code == 422
    assert response.json()["error"]["field_errors"]["status"].startswith("Must be one of: applied, ")
    response = await user.get(EXPORT, date_from="2024-02-01", date_to="2024-01-01")
    assert response.json()["error"]["field_errors"] == {"date_from": "Must not be after date_to"}


async def test_only_the_users_own_positions(user: SignedIn, other_user: SignedIn) -> None:
    await other_user.position()

    assert await exported(user) == []
    assert (await user.client.get(EXPORT)).status_code == 403


async def test_batches_join_without_loss_or_repeat(user: SignedIn, request_log: RecordedRequests) -> None:
    # Many rows share a date, so that batches end between them.
    rows = "".join(f"T{number},Acme,2024-01-{number % 3 + 1:02}\n" for number in range(1200))
    imported = await user.client.post(
        f"{POSITIONS}/import",
        content="title,company,application_date\n" + rows,
        headers=user.headers | {"Content-Type": "text/csv"},
    )
    assert imported.json()["imported"] == 1200, imported.text

    positions = await exported(user)

    assert sorted(row["title"] for row in positions) == sorted(f"T{number}" for number in range(1200))
    order = [(row["application_date"], row["id"]) for row in positions]
    assert order == sorted(sorted(order, key=lambda key: key[1]), key=lambda key: key[0], reverse=True)
    assert request_log.queries == 1200 // BATCH_ROWS + 1


async def test_long_descriptions_make_small_batches(user: SignedIn, request_log: RecordedRequests) -> None:
    descriptions = [f"{number} " + "\N{ROCKET}" * 10_000 for number in range(30)]
    for description in descriptions:
        await user.position(description=description)

    positions = await exported(user)

    assert sorted(row["description"] for row in positions) == sorted(descriptions)
    # Each batch ends behind the description that passes the limit, and then comes an empty one.
    per_batch = BATCH_BYTES // len(descriptions[0].encode()) + 1
    assert request_log.queries == -(-len(descriptions) // per_batch) + 1


async def test_head_reads_no_position(user: SignedIn, request_log: RecordedRequests) -> None:
    await user.position()

    head = await user.client.head(EXPORT, headers=user.headers)

    assert request_log.queries == 0
    answer = await user.get(EXPORT)
    assert request_log.queries == 2
    varying = {"x-request-id", "date"}
    assert (head.status_code, head.content) == (200, b"")
    assert {name: value for name, value in head.headers.items() if name not in varying} == {
        name: value for name, value in answer.headers.items() if name not in varying
    }


async def test_failure_before_the_first_batch_is_told_in_the_envelope(
    user: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_arguments: object, **_values: object) -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr(PositionExportRepository, "batch", fail)

    response = await user.get(EXPORT)

    assert response.status_code == 503
    assert response.json()["error"]["code"] == "EXTERNAL_SERVICE_ERROR"
