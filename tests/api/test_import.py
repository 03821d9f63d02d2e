"""The import: files of every make, all rows or none."""

import asyncio
import csv
import io
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.core.clock import utc_now
from app.services.imports import places
from app.services.imports.table import MAX_ROWS
from tests.conftest import MakeApp, client_of
from tests.support.users import SignedIn, sign_up

POSITIONS = "/api/v1/positions"
IMPORT = f"{POSITIONS}/import"


READ_AS_CSV: dict[str, Any] = {
    "format": "csv",
    "encoding": "utf-8",
    "delimiter": ",",
    "sheet": None,
    "other_sheets": [],
    "date_order": None,
}


async def send(user: SignedIn, content: str | bytes, *, query: str = "", **headers: str) -> httpx.Response:
    all_headers = user.headers | {"Content-Type": "text/csv"} | headers
    return await user.client.post(IMPORT + query, content=content, headers=all_headers)


async def stored(user: SignedIn) -> list[dict[str, Any]]:
    response = await user.get(POSITIONS, per_page=100, sort_by="title", sort_order="asc")
    positions: list[dict[str, Any]] = response.json()["positions"]
    return positions


async def history(user: SignedIn, position: dict[str, Any]) -> list[tuple[str | None, str, str]]:
    response = await user.get(f"{POSITIONS}/{position['id']}/history")
    return [(entry["from_status"], entry["to_status"], entry["occurred_at"]) for entry in response.json()["history"]]


async def refused_file(user: SignedIn, content: str | bytes) -> str:
    """Send a file that cannot be read as a whole, and return why."""
    for query in ("", "?dry_run=true"):
        response = await send(user, content, query=query)
        assert response.status_code == 422, response.text
        error = response.json()["error"]
        assert error["code"] == "VALIDATION_ERROR"
        assert set(error["field_errors"]) == {"file"}
        assert set(error.get("details", {})) <= {"columns", "fields"}
    assert await stored(user) == []
    sentence: str = error["field_errors"]["file"]
    return sentence


async def row_errors(user: SignedIn, content: str) -> list[dict[str, Any]]:
    response = await send(user, content, query="?dry_run=true")
    assert response.status_code == 200, response.text
    return [{"row": error["row"], "field_errors": error["field_errors"]} for error in response.json()["errors"]]


async def test_rows_become_positions(user: SignedIn) -> None:
    response = await send(user, "title,company\nEngineer,Acme\nDesigner,Öst\n")

    assert response.status_code == 201
    answer = response.json()
    assert UUID(answer.pop("import_id"))
    assert answer == {
        "dry_run": False,
        "total_rows": 2,
        "imported": 2,
        "skipped": 0,
        "errors": [],
        "columns": [{"name": "title", "field": "title"}, {"name": "company", "field": "company"}],
        "duplicates": [],
        "read_as": READ_AS_CSV,
    }
    designer, engineer = await stored(user)
    assert (designer["title"], designer["company"]) == ("Designer", "Öst")
    assert engineer | {"status": "applied", "tags": [], "archived": False, "description": None} == engineer
    today = utc_now().date().isoformat()
    assert engineer["application_date"] == today
    assert await history(user, engineer) == [(None, "applied", f"{today}T00:00:00Z")]


async def test_dry_run_stores_nothing_and_names_wrong_rows(user: SignedIn) -> None:
    content = "title,company,application_date\nA,Acme,\n ,Acme,2024-99-01\n\nB,Acme,2024-01-01\n,,\nC,,\n"

    response = await send(user, content, query="?dry_run=true")

    assert response.status_code == 200
    answer = response.json()
    assert [(row["row"], row["title"], row["application_date"]) for row in answer.pop("rows")] == [
        (2, "A", utc_now().date().isoformat()),
        (5, "B", "2024-01-01"),
    ]
    assert [column["field"] for column in answer.pop("columns")] == ["title", "company", "application_date"]
    assert answer == {
        "dry_run": True,
        "total_rows": 4,
        "imported": 0,
        "skipped": 0,
        "valid_rows": 2,
        "duplicates": [],
        "read_as": READ_AS_CSV,
        "errors": [
            {
                "row": 3,
                "field_errors": {
                    "title": "This field is required",
                    "application_date": "Must be a valid date (YYYY-MM-DD)",
                },
                "cells": {"company": "Acme", "application_date": "2024-99-01"},
            },
            {"row": 7, "field_errors": {"company": "This field is required"}, "cells": {"title": "C"}},
        ],
    }
    assert await stored(user) == []


async def test_one_wrong_row_in_the_middle_stores_nothing(user: SignedIn) -> None:
    rows = [f"T{number},Acme,applied" for number in range(500)]
    rows[250] = "T250,Acme,dreaming"

    response = await send(user, "title,company,status\n" + "\n".join(rows))

    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == "VALIDATION_ERROR"
    assert error["field_errors"] == {"file": "1 row has errors"}
    expected = "Must be one of: applied, screening, interviewing, offer, rejected, withdrawn, saved"
    assert error["details"] == {"errors": [{"row": 252, "field_errors": {"status": expected}}], "total_errors": 1}
    assert await stored(user) == []


async def test_list_of_errors_is_capped(user: SignedIn) -> None:
    content = "title,company\n" + ",Acme\n" * 250

    error = (await send(user, content)).json()["error"]

    assert error["field_errors"] == {"file": "250 rows have errors"}
    assert len(error["details"]["errors"]) == 100
    assert error["details"]["total_errors"] == 250
    dry_run = (await send(user, content, query="?dry_run=1")).json()
    assert len(dry_run["errors"]) == 100
    assert (dry_run["total_rows"], dry_run["valid_rows"]) == (250, 0)


async def test_cells_are_checked_as_a_position_is(user: SignedIn) -> None:
    header = "title,company,description,job_url,tags,archived,application_date,offer_at\n"
    good = {"title": "A", "company": "B"}
    for cells, errors in (
        ({"title": "x" * 201}, {"title": "Must be at most 200 characters"}),
        ({"description": "x" * 20_001}, {"description": "Must be at most 20000 characters"}),
        ({"job_url": "javascript:alert(1)"}, {"job_url": "Must be a valid URL (http or https)"}),
        ({"tags": "a; " + "x" * 51}, {"tags.1": "Must be at most 50 characters"}),
        ({"tags": ";".join("abcdefghijklmnopqrstu")}, {"tags": "Must have at most 20 entries"}),
        ({"archived": "perhaps"}, {"archived": "Must be true or false"}),
        ({"application_date": "15.13.2024"}, {"application_date": "Must be a valid date (YYYY-MM-DD)"}),
        ({"application_date": "4530"}, {"application_date": "Must be a valid date (YYYY-MM-DD)"}),
        ({"offer_at": "soon"}, {"offer_at": "Must be a valid date and time (ISO 8601)"}),
        ({"offer_at": "2199-01-01"}, {"offer_at": "Must not be in the future"}),
    ):
        text = io.StringIO()
        names = header.strip().split(",")
        writer = csv.DictWriter(text, names)
        writer.writeheader()
        writer.writerow(good | cells)
        assert await row_errors(user, text.getvalue()) == [{"row": 2, "field_errors": errors}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
async def test_files_of_every_spreadsheet(user: SignedIn, delimiter: str, bom: bytes) -> None:
    lines = [
        ["id", " Title ", "COMPANY", "Application_Date", "", "remarks", "Archived", "tags", ""],
        ["7", "Engineer", 'A, "B"; C', "2024-01-15", "x", "=1", "YES", "b; a, c;;b", ""],
        ["8", "Zookeeper", "Zoo"],
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(lines)

    response = await send(user, bom + text.getvalue().encode(), **{"Content-Type": "Text/CSV; charset=UTF-8"})

    assert response.status_code == 201, response.text
    engineer, zookeeper = await stored(user)
    assert engineer["company"] == 'A, "B"; C'
    assert engineer["id"] != "7"
    assert engineer["application_date"] == "2024-01-15"
    assert engineer["archived"] is True
    assert engineer["tags"] == ["b", "a, c"]
    assert zookeeper["company"] == "Zoo"


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("False", False), ("YES", True), ("no", False), ("1", True), (" 0 ", False), ("", False)],
)
async def test_archived_is_told_in_many_ways(user: SignedIn, text: str, value: bool) -> None:
    await send(user, f"title,company,archived\nA,B,{text}\n")

    assert (await stored(user))[0]["archived"] is value


@pytest.mark.parametrize("filename", ["positions.csv", "über.txt"])
async def test_form_with_a_file(user: SignedIn, filename: str) -> None:
    files = {"file": (filename, b"title,company\nA,B\n", "application/octet-stream")}

    response = await user.client.post(IMPORT + "/", files=files, headers=user.headers)

    assert response.status_code == 201, response.text
    assert [position["title"] for position in await stored(user)] == ["A"]


async def test_forms_without_one_file_are_refused(user: SignedIn) -> None:
    file = ("a.csv", b"title,company\nA,B\n", "text/csv")
    form, invalid = "multipart/form-data; boundary=x", "Must be the one file of a valid form"
    requests: list[tuple[dict[str, Any], str]] = [
        ({"files": {"other": file}}, "This field is required"),
        ({"files": [("file", file), ("file", file)]}, invalid),
        ({"content": b"--y\r\n", "headers": {"Content-Type": form}}, invalid),
        ({"content": b"", "headers": {"Content-Type": form}}, "This field is required"),
        ({"content": b"--x--", "headers": {"Content-Type": "multipart/form-data"}}, invalid),
    ]
    for request, sentence in requests:
        headers = user.headers | request.pop("headers", {})
        response = await user.client.post(IMPORT, headers=headers, **request)
        assert response.status_code == 422, response.text
        assert response.json()["error"]["field_errors"] == {"file": sentence}


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "application/vnd.ms-excel"])
async def test_other_content_types_are_refused(user: SignedIn, content_type: str) -> None:
    response = await send(user, "title,company\nA,B\n", **{"Content-Type": content_type})

    assert response.status_code == 415
    error = response.json()["error"]
    assert error["code"] == "UNSUPPORTED_MEDIA_TYPE"
    workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert error["details"] == {"supported": ["text/csv", workbook, "multipart/form-data"]}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf\n \n", "The file is empty"),
        (b"nickname,company\nA,B", "Must have columns: title"),
        (b"title|company\nA|B", "Must have columns: title, company"),
        (b"title,company", "Must have at least one row below the header"),
        (b"title,company\n,\n \n", "Must have at least one row below the header"),
        (b"title,company, TITLE\nA,B,C", "Must have each column once: title"),
        ("title,company\nÄÖÜ,Böß".encode() + b"\xc4", "Must be UTF-8 text"),
        (b"title,company\nA\x81,B", "Must be text in UTF-8, UTF-16 or Windows-1252"),
        ("title,company\nA,B".encode("utf-16")[:-1], "Must be text in UTF-8, UTF-16 or Windows-1252"),
        (b"title,company\nA\xed\xa0\x80,B", "Must be UTF-8 text"),
        (b"title,company\nA\x00,B", "Must not contain NUL characters"),
        (b'title,company\nA,B\n"C,D\n', "Must be valid CSV; line 3 cannot be read"),
        (b'title,company\n"A"x,B\n', "Must be valid CSV; line 2 cannot be read"),
        (b'"title,company\nA,B\n', "Must be valid CSV; line 2 cannot be read"),
        (
            b"title,company\nA," + b"x" * 140_000,
            "Must not have cells of more than 131,072 characters; line 2 has one",
        ),
    ],
)
async def test_unreadable_files_are_refused(user: SignedIn, content: bytes, sentence: str) -> None:
    assert await refused_file(user, content) == sentence


async def test_as_many_rows_as_allowed(user: SignedIn) -> None:
    rows = [f"T{number},A\n" for number in range(MAX_ROWS + 1)]

    assert await refused_file(user, "title,company\n" + "".join(rows)) == "Must have at most 5000 rows"

    response = await send(user, "title,company\n" + "".join(rows[:MAX_ROWS]))
    assert response.json()["imported"] == MAX_ROWS == 5000
    assert (await user.get(POSITIONS)).json()["total"] == MAX_ROWS


@pytest.mark.parametrize("content_type", ["text/csv", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("is_declared", [True, False])
async def test_body_over_the_limit_is_refused(user: SignedIn, content_type: str, is_declared: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b"A,B\n" * 1000

    content = b"A,B\n" * 300_000 if is_declared else chunks()
    headers = user.headers | {"Content-Type": content_type}

    response = await user.client.post(IMPORT, content=content, headers=headers)

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "PAYLOAD_TOO_LARGE"


async def test_row_with_more_cells_than_the_header_is_wrong(user: SignedIn) -> None:
    content = "title,company\nEngineer, senior,Acme\nA,B,,\n"

    assert await row_errors(user, content) == [
        {"row": 2, "field_errors": {"row": "Must not have more cells than the header"}}
    ]


async def test_row_with_cells_in_unknown_columns_only_is_wrong(user: SignedIn) -> None:
    errors = await row_errors(user, "title,company,remarks\n,,sum: 7\n")

    assert errors[0]["field_errors"] == {"title": "This field is required", "company": "This field is required"}


async def test_rows_are_counted_as_a_spreadsheet_does(user: SignedIn) -> None:
    content = 'title,company,description\r\nA,B,"one\r\ntwo\r\nthree"\r\n\r\n,B,\r\n'

    assert [error["row"] for error in await row_errors(user, content)] == [4]


async def test_line_breaks_and_odd_characters_in_cells_are_kept(user: SignedIn) -> None:
    description = "a\rb\r\nc\nd\u2028e\x0bf\U0001f600 \x7f"
    text = io.StringIO()
    csv.writer(text).writerows([["title", "company", "description"], ["A", "B", description]])

    assert (await send(user, text.getvalue().encode())).status_code == 201

    assert (await stored(user))[0]["description"] == description


async def test_carriage_returns_end_lines_too(user: SignedIn) -> None:
    assert (await send(user, b"title,company\rA,B\rC,D\r")).json()["imported"] == 2


async def test_times_of_statuses_build_the_history(user: SignedIn) -> None:
    content = (
        "title,company,status,applied_at,screening_at,offer_at,rejected_at\n"
        "Full,B,Offer,2024-01-15T09:00:00+01:00,2024-01-20,2024-02-01T10:00:00Z,\n"
    )

    assert (await send(user, content)).status_code == 201

    (position,) = await stored(user)
    assert (position["status"], position["application_date"]) == ("offer", "2024-01-15")
    assert await history(user, position) == [
        (None, "applied", "2024-01-15T08:00:00Z"),
        ("applied", "screening", "2024-01-20T00:00:00Z"),
        ("screening", "offer", "2024-02-01T10:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("cells", "application_date", "expected"),
    [
        pytest.param(
            {"screening_at": "2024-02-01", "offer_at": "2024-02-09"},
            "2024-02-01",
            [(None, "screening", "2024-02-01"), ("screening", "offer", "2024-02-09")],
            id="no status: the latest; no application date: the first",
        ),
        pytest.param(
            {"application_date": "2024-01-15", "screening_at": "2024-02-01"},
            "2024-01-15",
            [(None, "applied", "2024-01-15"), ("applied", "screening", "2024-02-01")],
            id="applied on the application date",
        ),
        pytest.param(
            {"application_date": "2024-01-15", "status": "rejected"},
            "2024-01-15",
            [(None, "rejected", "2024-01-15")],
            id="no times: as a new position",
        ),
        pytest.param(
            {"status": "applied", "applied_at": "2024-01-15", "screening_at": "2024-02-01"},
            "2024-01-15",
            [
                (None, "applied", "2024-01-15"),
                ("applied", "screening", "2024-02-01"),
                ("screening", "applied", "2024-02-01"),
            ],
            id="back to a status that it had before",
        ),
        pytest.param(
            {"status": "withdrawn", "applied_at": "2024-01-15"},
            "2024-01-15",
            [(None, "applied", "2024-01-15"), ("applied", "withdrawn", "2024-01-15")],
            id="a status without a time",
        ),
        pytest.param(
            {"application_date": "2024-01-15", "applied_at": "2024-01-15", "screening_at": "2024-01-10"},
            "2024-01-15",
            [(None, "applied", "2024-01-15"), ("applied", "screening", "2024-01-10")],
            id="dated back to before the application",
        ),
        pytest.param(
            {"application_date": "2150-01-01", "status": "applied", "applied_at": "2150-01-01"},
            "2150-01-01",
            [(None, "applied", "2150-01-01")],
            id="planned for a day to come",
        ),
        pytest.param(
            dict.fromkeys(("withdrawn_at", "offer_at", "applied_at"), "2024-01-15"),
            "2024-01-15",
            [
                (None, "applied", "2024-01-15"),
                ("applied", "offer", "2024-01-15"),
                ("offer", "withdrawn", "2024-01-15"),
            ],
            id="at the same time: in the order of the statuses",
        ),
    ],
)
async def test_times_and_status_are_brought_together(
    user: SignedIn, cells: dict[str, str], application_date: str, expected: list[tuple[str | None, str, str]]
) -> None:
    response = await send(user, f"title,company,{','.join(cells)}\nA,B,{','.join(cells.values())}\n")

    assert response.status_code == 201, response.text
    (position,) = await stored(user)
    assert position["application_date"] == application_date
    assert await history(user, position) == [(old, new, f"{day}T00:00:00Z") for old, new, day in expected]
    assert position["status"] == expected[-1][1]


async def test_imported_times_are_exported_again(user: SignedIn) -> None:
    await send(user, "title,company,status,applied_at,offer_at\nA,B,applied,2024-01-01,2024-01-05\n")

    response = await user.get(f"{POSITIONS}/export.csv")

    (row,) = csv.DictReader(io.StringIO(response.text))
    assert (row["status"], row["applied_at"], row["offer_at"]) == (
        "applied",
        "2024-01-01T00:00:00Z",
        "2024-01-05T00:00:00Z",
    )


async def test_export_can_be_imported_unchanged(user: SignedIn, other_user: SignedIn) -> None:
    texts = [
        "=1+1",
        "'=1+1",
        "''=1+1",
        "'plain'",
        "-5",
        "+43 1",
        "@a",
        "＠a",
        'a "b", c; d\te',
        "x\r\n=y\rz",
        "Ünï\U0001f600\u2028x",
        "- a\n- b",
    ]
    for number, text in enumerate(texts):
        await user.position(
            title=f"{number:02}" + text, company=text, description=text, location=text, salary_range=text, source=text
        )
    await user.position(
        title="Tags", tags=["a;b", '"q" ', 'x"y', "=1", "-", "two\nlines", "a,b", "u\u2028v"], archived=True
    )
    await user.position(title="Web", job_url="https://example.com/?a=1,2;3", application_date="2150-01-01")
    moved = await user.position(title="Walk", status="screening")
    statuses = ("interviewing", "offer", "screening", "rejected", "applied", "rejected")
    for day, status in zip(itertools.count(16), statuses, strict=False):
        body = {"status": status, "occurred_at": f"2024-01-{day}T01:02:03.000456Z"}
        assert (await user.put(f"{POSITIONS}/{moved['id']}/status", body)).status_code == 200
    back = await user.position(title="Back-dated")
    await user.put(f"{POSITIONS}/{back['id']}/status", {"status": "offer", "occurred_at": "2024-01-01T00:00:00Z"})
    returned = await user.position(title="Returned")
    for status in ("screening", "applied"):
        await user.put(f"{POSITIONS}/{returned['id']}/status", {"status": status})

    exported = await user.get(f"{POSITIONS}/export.csv")
    imported = await send(other_user, exported.content)
    exported_again = await other_user.get(f"{POSITIONS}/export.csv")

    assert imported.status_code == 201, imported.text
    own = {"id", "created_at", "updated_at"}
    before, after = (
        sorted(
            (
                {name: cell for name, cell in row.items() if name not in own}
                for row in csv.DictReader(io.StringIO(response.content.decode(), newline=""))
            ),
            key=lambda row: row["title"],
        )
        for response in (exported, exported_again)
    )
    assert before == after
    ignored = own | {"interviews", "last_activity_at"}
    assert [{k: v for k, v in p.items() if k not in ignored} for p in await stored(other_user)] == [
        {k: v for k, v in p.items() if k not in ignored} for p in await stored(user)
    ]


async def test_import_needs_a_user(user: SignedIn, other_user: SignedIn) -> None:
    content = "title,company\nA,B\n"
    response = await user.client.post(IMPORT, content=content, headers={"Content-Type": "text/csv"})

    assert response.status_code == 403
    await send(user, content)
    assert await stored(other_user) == []


async def test_same_key_stores_once(user: SignedIn) -> None:
    content = "title,company\nA,B\n"
    key = {"Idempotency-Key": "import-1"}

    first, second = await send(user, content, **key), await send(user, content, **key)
    files = {"file": ("a.csv", content.encode(), "text/csv")}
    as_form = await user.client.post(IMPORT, files=files, headers=user.headers | key)
    other = await send(user, content + "C,D\n", **key)

    assert [answer.status_code for answer in (first, second, as_form, other)] == [201, 201, 201, 409]
    assert first.json() == second.json() == as_form.json()
    assert second.headers["idempotent-replayed"] == as_form.headers["idempotent-replayed"] == "true"
    assert len(await stored(user)) == 1


async def test_dry_run_takes_no_key(user: SignedIn) -> None:
    content = "title,company\nA,B\n"
    key = {"Idempotency-Key": "import-2"}

    dry = await send(user, content, query="?dry_run=true", **key)
    real = await send(user, content, **key)
    dry_again = await send(user, content, query="?dry_run=true", **key)

    assert [answer.status_code for answer in (dry, real, dry_again)] == [200, 201, 200]


async def test_refused_import_does_not_use_up_its_key(user: SignedIn) -> None:
    key = {"Idempotency-Key": "import-3"}

    assert (await send(user, "title,company\nA,\n", **key)).status_code == 422
    assert (await send(user, "title,company\nA,B\n", **key)).status_code == 201


async def test_two_imports_at_once(user: SignedIn) -> None:
    content = "title,company\n" + "A,B\n" * 300

    both = await asyncio.gather(send(user, content), send(user, content))

    assert [answer.status_code for answer in both] == [201, 201]
    assert (await user.get(POSITIONS)).json()["total"] == 600
    key = {"Idempotency-Key": "import-4"}
    both = await asyncio.gather(send(user, content, **key), send(user, content, **key))
    assert sorted(answer.status_code for answer in both) in ([201, 201], [201, 409])
    assert (await user.get(POSITIONS)).json()["total"] == 900


@pytest.mark.parametrize("query", ["?dry_run=maybe", "?dry_run=true&dry_run=2"])
async def test_dry_run_must_be_true_or_false(user: SignedIn, query: str) -> None:
    response = await send(user, "title,company\nA,B\n", query=query)

    assert response.status_code == 422
    assert response.json()["error"]["field_errors"] == {"dry_run": "Must be true or false"}
    assert await stored(user) == []


async def test_others_are_served_between_the_slices_of_imports(make_app: MakeApp) -> None:
    """A pool of two connections and many imports: one that creates a position is answered before they are done."""
    content = "title,company\n" + "A,B\n" * 1500
    async with make_app(database_pool_size=places.IMPORTS_AT_ONCE + 1) as app, client_of(app) as client:
        importers, victim = [await sign_up(client) for _ in range(4)], await sign_up(client)
        imports = [asyncio.create_task(send(importer, content)) for importer in importers]
        served_meanwhile = 0
        # One that found no place in time may be refused while others go on.
        while not any(task.done() and task.result().status_code == 201 for task in imports):
            assert (await victim.post(POSITIONS, {"title": "A", "company": "B"})).status_code == 201
            served_meanwhile += 1

        assert served_meanwhile > 5
        assert {answer.status_code for answer in await asyncio.gather(*imports)} <= {201, 503}


async def test_an_import_that_finds_no_place_is_told_to_come_back(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "WAIT_SECONDS", 0.05)
    async with make_app() as app, client_of(app) as client, AsyncExitStack() as stack:
        user = await sign_up(client)
        for number in range(places.IMPORTS_AT_ONCE):
            await stack.enter_async_context(app.state.runtime.import_places.one(f"another {number}"))

        refused = await send(user, "title,company\nA,B\n")
        await stack.aclose()

        assert refused.status_code == 503
        assert refused.json()["error"]["details"] == {"service_name": "imports"}
        assert int(refused.headers["retry-after"]) >= 1
        assert (await send(user, "title,company\nA,B\n")).status_code == 201


async def test_of_the_places_one_user_has_one(make_app: MakeApp) -> None:
    async with make_app() as app, client_of(app) as client:
        greedy, other = await sign_up(client), await sign_up(client)
        async with app.state.runtime.import_places.one(UUID(greedy.id)):
            more = [
                asyncio.create_task(greedy.post("/api/v1/positions/capture", {"text": "Engineer"}))
                for _ in range(places.IMPORTS_AT_ONCE)
            ]
            assert (await send(other, "title,company\nA,B\n")).status_code == 201
            assert (await other.get("/api/v1/positions/export.xlsx")).status_code == 200
            assert not any(task.done() for task in more)
        assert {answer.status_code for answer in await asyncio.gather(*more)} == {200}


@pytest.mark.parametrize("query", ["?dry_run=", "?dry_run", "?dry_run=%20%09", "?dry_run=%E2%80%8B"])
async def test_a_blank_dry_run_counts_as_not_sent(user: SignedIn, query: str) -> None:
    assert (await send(user, "title,company\nA,B\n", query=query)).status_code == 201
    assert len(await stored(user)) == 1
    dry = await send(user, "title,company\nA,B\n", query=f"{query}&dry_run=true")
    assert (dry.status_code, dry.json()["dry_run"]) == (200, True)
