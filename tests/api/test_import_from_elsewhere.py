"""The import of what people have: options, the answer's account of the file, duplicates, workbooks."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import Workbook, load_workbook

from app.services.position_csv import EXPORTED_COLUMNS
from tests.support.users import SignedIn

POSITIONS = "/api/v1/positions"
IMPORT = f"{POSITIONS}/import"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = Path(__file__).parents[1] / "services/imports/files"


async def send(
    user: SignedIn, content: str | bytes, content_type: str = "text/csv", **options: str
) -> httpx.Response:
    headers = user.headers | {"Content-Type": content_type}
    return await user.client.post(IMPORT, content=content, headers=headers, params=options)


async def send_form(user: SignedIn, content: str | bytes, **fields: str) -> httpx.Response:
    return await user.client.post(IMPORT, files={"file": content}, data=fields, headers=user.headers)


async def stored(user: SignedIn) -> list[dict[str, Any]]:
    response = await user.get(POSITIONS, per_page=100, sort_by="title", sort_order="asc")
    positions: list[dict[str, Any]] = response.json()["positions"]
    return positions


async def exported(user: SignedIn) -> list[dict[str, str]]:
    """Return the rows of the export by title, without what the server sets anew."""
    text = (await user.get(f"{POSITIONS}/export.csv")).text
    rows = sorted(csv.DictReader(io.StringIO(text, newline="")), key=lambda row: row["title"])
    return [{name: row[name] for name in row if name not in {"id", "created_at", "updated_at"}} for row in rows]


def workbook_of(*rows: list[Any]) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Jobs")
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


async def test_a_file_of_another_tracker(user: SignedIn) -> None:
    content = (FILES / "huntr.csv").read_bytes()

    dry = (await send(user, content, dry_run="true")).json()
    imported = await send(user, content)

    assert imported.status_code == 201, imported.text
    assert imported.json()["columns"] == dry["columns"]
    reason = "No field is known by this name; name one in mapping"
    assert {"name": "Color", "field": None, "reason": reason} in dry["columns"]
    assert {"name": "List", "field": "status"} in dry["columns"]
    first = dry["rows"][0]
    assert {name: first[name] for name in ("row", "title", "status", "application_date", "notes")} == {
        "row": 2,
        "title": "Backend Engineer",
        "status": "interviewing",
        "application_date": "2024-02-03",
        "notes": "Asked about on-call",
    }
    assert [entry["status"] for entry in first["history"]] == ["saved", "applied", "interviewing"]
    engineer, analyst, _ = await stored(user)
    assert (engineer["title"], engineer["status"]) == ("Backend Engineer", "interviewing")
    assert (analyst["status"], analyst["application_date"]) == ("saved", None)
    notes = (await user.get(f"{POSITIONS}/{engineer['id']}/notes")).json()["notes"]
    assert [note["text"] for note in notes] == ["Asked about on-call"]


async def test_words_of_a_status_stand_in_the_history(user: SignedIn) -> None:
    await send(user, "Role,Employer,Stage\nA,Acme,Ghosted\n")

    (position,) = await stored(user)
    (creation,) = (await user.get(f"{POSITIONS}/{position['id']}/history")).json()["history"]
    assert (creation["to_status"], creation["note"]) == ("applied", "Ghosted")


@pytest.mark.parametrize("sending", [send, send_form])
async def test_options_are_parameters_and_fields_alike(user: SignedIn, sending: Any) -> None:
    content = "Stelle,Firma,Am,Laune\nA,Acme,3/4/2024,gut\n"
    mapping = json.dumps({"Stelle": "title", "Firma": "company", "Am": "application_date", "Laune": None})

    blank = await sending(user, content, dry_run=" ", mapping="", date_order="", skip_duplicates="")
    asked = await sending(user, content, mapping=mapping)
    dry = await sending(user, content, mapping=mapping, date_order="dmy", dry_run="true")
    done = await sending(user, content, mapping=mapping, date_order="dmy")

    assert blank.json()["error"]["field_errors"] == {"file": "Must have columns: title, company"}
    assert blank.json()["error"]["details"] == {"columns": ["Stelle", "Firma", "Am", "Laune"], "fields": {}}
    assert asked.status_code == 422
    assert asked.json()["error"]["field_errors"] == {
        "date_order": "Must be mdy or dmy, because 3/4/2024 in 'Am' can be read either way"
    }
    assert (dry.status_code, done.status_code) == (200, 201)
    assert dry.json()["columns"][-1] == {"name": "Laune", "field": None, "reason": "Left out by the mapping"}
    assert dry.json()["read_as"]["date_order"] == "dmy"
    assert [position["application_date"] for position in await stored(user)] == ["2024-04-03"]


async def test_a_parameter_counts_before_a_field(user: SignedIn) -> None:
    response = await user.client.post(
        f"{IMPORT}?dry_run=true",
        files={"file": "title,company\nA,B\n"},
        data={"dry_run": "false"},
        headers=user.headers,
    )

    assert (response.status_code, response.json()["dry_run"]) == (200, True)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("mapping", text) for text in ("x", "[]", "7", '{"title": 7}', '{"title": "id"}', "[" * 5000, '"title"')),
        ("date_order", "ymd"),
        ("skip_duplicates", "perhaps"),
    ],
)
async def test_wrong_options_are_told_by_their_name(user: SignedIn, option: str, value: str) -> None:
    response = await send_form(user, "title,company\nA,B\n", **{option: value})

    assert response.status_code == 422
    assert set(response.json()["error"]["field_errors"]) == {option}


async def test_a_mapping_may_be_null(user: SignedIn) -> None:
    assert (await send(user, "title,company\nA,B\n", mapping="null")).status_code == 201


async def test_another_mapping_under_the_same_key_is_another_request(user: SignedIn) -> None:
    content = "title,company,x\nA,B,C\n"
    headers = user.headers | {"Idempotency-Key": "mapped"}
    answers = [
        await user.client.post(IMPORT, files={"file": content}, data={"mapping": mapping}, headers=headers)
        for mapping in ('{"x": "source"}', '{"x": "source"}', '{"x": "location"}')
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert [position["source"] for position in await stored(user)] == ["C"]


async def test_duplicates_are_named_and_skipped_if_wanted(user: SignedIn, other_user: SignedIn) -> None:
    await other_user.position(title="New", company="Acme")
    there = await user.position(title="Engineer", company="Acme, Inc.", job_url="https://acme.example/1?utm_source=x")
    content = (
        "title,company,job_url\nengineer,ACME INC,\nCoder,Acme,https://www.acme.example/1/\nNew,Acme,\nnew,acme,\n"
    )
    named = [
        {"row": 2, "position_id": there["id"], "same_as_row": None},
        {"row": 3, "position_id": there["id"], "same_as_row": None},
        {"row": 5, "position_id": None, "same_as_row": 4},
    ]

    dry = (await send(user, content, dry_run="true", skip_duplicates="true")).json()
    skipped = (await send(user, content, skip_duplicates="true")).json()
    again = (await send(user, content, skip_duplicates="true")).json()
    everything = (await send(user, content)).json()

    assert (dry["duplicates"], dry["valid_rows"], dry["skipped"]) == (named, 4, 3)
    assert (skipped["duplicates"], skipped["imported"], skipped["skipped"]) == (named, 1, 3)
    assert (again["imported"], again["skipped"], len(again["duplicates"])) == (0, 4, 4)
    assert (everything["imported"], everything["skipped"], len(everything["duplicates"])) == (4, 0, 4)


@pytest.mark.parametrize("as_form", [True, False])
async def test_a_workbook_is_imported(user: SignedIn, as_form: bool) -> None:
    content = workbook_of(["Role", "Employer", "Salary"], ["Engineer", "Acme", 70000])

    response = await (send_form(user, content) if as_form else send(user, content, XLSX))

    assert response.status_code == 201, response.text
    assert response.json()["read_as"] == {
        "format": "xlsx",
        "encoding": None,
        "delimiter": None,
        "sheet": "Jobs",
        "other_sheets": [],
        "date_order": None,
    }
    assert [position["salary_range"] for position in await stored(user)] == ["70000"]


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1252", "utf-8-sig"])
async def test_text_in_other_encodings(user: SignedIn, encoding: str) -> None:
    response = await send(user, "sep=;\r\nRole;Employer\r\nBäcker;Müller\r\n".encode(encoding))

    assert response.status_code == 201, response.text
    assert [(position["title"], position["company"]) for position in await stored(user)] == [("Bäcker", "Müller")]


async def test_an_export_is_imported_by_way_of_a_workbook(user: SignedIn, other_user: SignedIn) -> None:
    await user.position(title="=1+1", description="a\r\n\x0bb _x000D_", tags=["a,b", "c"], archived=True)
    await user.position(title="Saved", status="saved", application_date=None)
    moved = await user.position(title="Moved")
    body = {"status": "offer", "occurred_at": "2024-02-01T10:00:00.000007Z", "note": "by phone"}
    assert (await user.put(f"{POSITIONS}/{moved['id']}/status", body)).status_code == 200

    workbook = await user.get(f"{POSITIONS}/export.xlsx")
    imported = await send(other_user, workbook.content, XLSX)

    assert imported.json()["imported"] == 3, imported.text
    before, after = await exported(user), await exported(other_user)
    assert before == after
    assert [row["status_note"] for row in after] == ["", "by phone", ""]


async def test_the_exported_workbook(user: SignedIn, other_user: SignedIn) -> None:
    await other_user.position()
    await user.position(title="Old", application_date="2024-01-15", archived=True)
    await user.position(title="New", application_date="2024-02-15")
    await user.position(title="Saved", status="saved", application_date=None)

    response = await user.get(f"{POSITIONS}/export.xlsx")
    filtered = await user.get(f"{POSITIONS}/export.xlsx", status="saved")

    assert response.headers["content-type"] == XLSX
    assert response.headers["content-disposition"] == 'attachment; filename="positions.xlsx"'
    sheet = load_workbook(io.BytesIO(response.content))["Positions"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert header == EXPORTED_COLUMNS
    by_name = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(row["title"], row["archived"]) for row in by_name] == [("New", False), ("Old", True), ("Saved", False)]
    assert str(by_name[1]["application_date"]) == "2024-01-15 00:00:00"
    assert load_workbook(io.BytesIO(filtered.content))["Positions"].max_row == 2
    assert (await user.get(f"{POSITIONS}/export.xlsx", status="no")).status_code == 422
    assert (await user.client.get(f"{POSITIONS}/export.xlsx")).status_code == 403


async def test_dateless_positions_are_exported_last_and_once(user: SignedIn) -> None:
    rows = "".join(f"T{number},Acme,{'saved,' if number % 2 else 'applied,2024-01-15'}\n" for number in range(450))
    assert (await send(user, "title,company,status,application_date\n" + rows)).status_code == 201

    text = (await user.get(f"{POSITIONS}/export.csv")).text

    exported = list(csv.DictReader(io.StringIO(text)))
    assert sorted(row["title"] for row in exported) == sorted(f"T{number}" for number in range(450))
    assert [bool(row["application_date"]) for row in exported] == [True] * 225 + [False] * 225
