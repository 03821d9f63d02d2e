"""Files in the shapes in which trackers and spreadsheets write them, from their bytes to positions."""

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from openpyxl import Workbook

from app.api.field_errors import field_errors
from app.schemas.position_import import DateOrder
from app.services.imports.column_names import known_names
from app.services.imports.history import position_of
from app.services.imports.recognising import RecognisedFile, recognise
from app.services.imports.text_file import read_text_file
from app.services.imports.workbook import read_workbook

FILES = Path(__file__).parent / "files"
USER = UUID(int=7)


async def recognised(name: str, mapped: dict[str, str | None] | None = None) -> RecognisedFile:
    content = (FILES / name).read_bytes()
    mapped = mapped or {}
    return await recognise(read_text_file(content, known_names(mapped)), mapped, None, field_errors)


def summary(file: RecognisedFile) -> list[dict[str, Any]]:
    """Return of each row what a reader of the file would check first; the history as statuses and days."""
    assert file.errors == []
    rows = []
    for row in file.rows:
        position, history = position_of(row.position, USER, has_all_times=file.has_all_times)
        rows.append(
            {
                "title": position.title,
                "company": position.company,
                "status": str(position.status),
                "date": position.application_date and position.application_date.isoformat(),
                "history": [str(change.to_status) for change in history],
                "note": history[-1].note,
            }
        )
    return rows


def fields(file: RecognisedFile) -> dict[str, str | None]:
    return {column.name: column.stored_field for column in file.columns}


async def test_huntr() -> None:
    file = await recognised("huntr.csv")

    assert fields(file) == {
        "Job Title": "title",
        "Company": "company",
        "List": "status",
        "Location": "location",
        "Salary": "salary_range",
        "Post URL": "job_url",
        "Date Added": "saved_at",
        "Date Applied": "application_date",
        "Job Description": "description",
        "Notes": "notes",
        "Color": None,
    }
    engineer, analyst, platform = summary(file)
    assert engineer == {
        "title": "Backend Engineer",
        "company": "Fernwood Labs",
        "status": "interviewing",
        "date": "2024-02-03",
        "history": ["saved", "applied", "interviewing"],
        "note": None,
    }
    assert (analyst["status"], analyst["date"], analyst["history"]) == ("saved", None, ["saved"])
    assert platform["history"] == ["saved", "applied", "rejected"]
    first = file.rows[0].position
    assert first.description == "We build tools for foresters.\n- Python\n- PostgreSQL"
    assert (first.salary_range, first.notes) == ("$120,000 - $140,000", "Asked about on-call")


async def test_teal() -> None:
    file = await recognised("teal.csv")

    assert file.date_order is DateOrder.MONTH_FIRST
    left_out = {name for name, field in fields(file).items() if field is None}
    assert left_out == {"Deadline", "Follow Up", "Excitement"}
    assert [(row["status"], row["date"], row["note"]) for row in summary(file)] == [
        ("saved", None, None),
        ("applied", "2024-01-16", "No Response"),
        ("offer", "2023-12-20", "Negotiating"),
        ("withdrawn", "2024-01-04", None),
    ]
    assert file.rows[0].position.salary_range == "$95,000"


async def test_simplify() -> None:
    file = await recognised("simplify.csv")

    assert [name for name, field in fields(file).items() if field is None] == ["Date Archived"]
    engineer, reliability, intern = summary(file)
    assert engineer["history"] == ["applied", "screening"]
    assert (reliability["status"], file.rows[1].position.archived) == ("rejected", True)
    assert (intern["status"], intern["date"], intern["history"]) == ("saved", None, ["saved"])
    _, history = position_of(file.rows[0].position, USER, has_all_times=False)
    assert [change.occurred_at.date() for change in history] == [date(2024, 3, 4), date(2024, 3, 11)]


async def test_applications_of_linkedin() -> None:
    file = await recognised("linkedin_job_applications.csv")

    assert [(row["title"], row["status"], row["date"]) for row in summary(file)] == [
        ("Nurse Manager", "applied", "2023-11-19"),
        ("Charge Nurse", "applied", "2023-12-02"),
    ]
    left_out = {name for name, field in fields(file).items() if field is None}
    assert left_out == {"Contact Email", "Contact Phone Number", "Resume Name", "Question And Answers"}


async def test_saved_jobs_of_linkedin() -> None:
    file = await recognised("linkedin_saved_jobs.csv")

    assert [(row["title"], row["status"], row["date"], row["history"]) for row in summary(file)] == [
        ("Ward Sister", "saved", None, ["saved"]),
        ("Theatre Nurse", "saved", None, ["saved"]),
    ]
    times = [row.position.saved_at for row in file.rows]
    assert [time.isoformat() for time in times if time] == ["2024-01-15T15:45:00+00:00", "2024-01-16T07:01:00+00:00"]


async def test_notion() -> None:
    file = await recognised("notion.csv")

    assert fields(file)["Name"] == "title"
    frontend, full_stack, advocate = summary(file)
    assert (frontend["status"], frontend["date"]) == ("screening", "2024-01-15")
    assert (full_stack["status"], full_stack["date"]) == ("saved", None)
    assert (advocate["status"], advocate["date"], advocate["note"]) == ("applied", "2023-12-01", "👻 Ghosted")
    first = file.rows[0].position
    assert (first.tags, first.job_url) == (["remote", "react"], "https://sablewood.example/jobs/fe")


async def test_google_sheets_with_a_heading_above_the_table() -> None:
    file = await recognised("google_sheets.csv")

    assert [row.number for row in file.rows] == [4, 5, 6]
    assert [(row["company"], row["title"], row["status"], row["date"], row["note"]) for row in summary(file)] == [
        ("Hollow Oak", "Accountant", "applied", "2024-01-15", None),
        ("Wren & Sons", "Controller", "interviewing", "2024-02-03", "Final Round"),
        ("Cinder", "Auditor", "applied", "2024-02-28", None),
    ]
    assert [row.position.job_url for row in file.rows] == ["https://hollowoak.example/1", None, None]
    assert [row.position.source for row in file.rows] == ["Indeed", "Friend", "LinkedIn"]


async def test_libreoffice_in_germany() -> None:
    file = await recognised("libreoffice.csv")

    assert (file.origin.encoding, file.origin.delimiter) == ("windows-1252", ";")
    baker, confectioner = file.rows
    assert (baker.position.company, baker.position.title) == ("Müller & Söhne", "Bäcker")
    assert (baker.position.application_date, confectioner.position.application_date) == (
        date(2024, 1, 15),
        date(2024, 2, 3),
    )
    assert (baker.position.notes, confectioner.position.notes) == ("€ 18 die Stunde", "Zeile 1\nZeile 2")
    assert [row["note"] for row in summary(file)] == [None, "Accepted"]


async def test_csv_of_excel() -> None:
    file = await recognised("excel.csv")

    assert (file.origin.delimiter, file.date_order) == (";", DateOrder.DAY_FIRST)
    assert [row.number for row in file.rows] == [2, 3]
    assert [(row["company"], row["status"], row["date"], row["note"]) for row in summary(file)] == [
        ("St. Mary’s", "interviewing", "2024-01-15", "2nd interview"),
        ("Rosewood", "applied", "2024-02-03", "On hold"),
    ]


async def test_unicode_text_of_excel_with_a_mapping() -> None:
    file = await recognised("excel_unicode_text.txt", {"state of things": "tags"})

    assert (file.origin.encoding, file.origin.delimiter) == ("utf-16", "\t")
    assert file.rows[0].position.company == "Café Ömer"
    assert file.rows[0].position.tags == ["fine"]


async def test_workbook_of_excel() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["Total", 3])
    sheet = workbook.create_sheet("Applications 2024")
    sheet.append(["Position", "Company", "Date Applied", "Status", "Salary", "Remote?", "URL"])
    sheet.append(["Welder", "Ironbridge", datetime.fromisoformat("2024-01-15"), "Interviewing", 52000, True, None])
    sheet.append(["Fitter", "Ironbridge", 45306, "2. Phone Screen", 48000.5, False, "ironbridge.example/fitter"])
    file_content = io.BytesIO()
    workbook.save(file_content)

    table = read_workbook(file_content.getvalue(), known_names(()))
    file = await recognise(table, {}, None, field_errors)

    assert (file.origin.sheet, file.origin.other_sheets) == ("Applications 2024", ["Sheet"])
    assert [(row["title"], row["status"], row["date"]) for row in summary(file)] == [
        ("Welder", "interviewing", "2024-01-15"),
        ("Fitter", "screening", "2024-01-15"),
    ]
    assert [row.position.salary_range for row in file.rows] == ["52000", "48000.5"]
    assert fields(file)["Remote?"] is None
