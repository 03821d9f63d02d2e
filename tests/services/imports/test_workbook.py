"""Reading workbooks: what stands in cells, which sheet is taken, and files that were made to do harm."""

import asyncio
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH

from app.core.errors import ValidationError
from app.services.imports import workbook as workbook_module
from app.services.imports import workbook_process
from app.services.imports.column_names import known_names
from app.services.imports.reading import read_table
from app.services.imports.table import MAX_COLUMNS, Table
from app.services.imports.workbook import MAX_SHEETS, NOT_A_WORKBOOK, read_workbook

HEADER = ["title", "company"]


def saved(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def workbook_of(*rows: Sequence[Any]) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Jobs")
    for row in rows:
        sheet.append(list(row))
    return saved(workbook)


def with_parts(content: bytes, **parts: bytes) -> bytes:
    """Return a workbook in which some parts are others; ``sheet`` and ``strings`` stand for their paths."""
    paths = {"sheet": "xl/worksheets/sheet1.xml", "strings": "xl/sharedStrings.xml", "book": "xl/workbook.xml"}
    changed = {paths[name]: part for name, part in parts.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name, old.read(name)))
    return file.getvalue()


def sheet_of(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return with_parts(
        workbook_of(HEADER), sheet=f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    )


def text_cell(text: str, place: str = "") -> str:
    return f'<c {place and f"r={chr(34)}{place}{chr(34)}"} t="inlineStr"><is><t>{text}</t></is></c>'


def read(content: bytes, *mapped: str) -> Table:
    return read_workbook(content, known_names(mapped))


def refusal(content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        read(content)
    return refused.value.field_errors["file"]


def test_cells_become_text() -> None:
    values = [
        *("text", " a\nb ", None, 7, 7.0, 0.1, True, False, 1e20),
        *(date(2024, 1, 15), datetime.fromisoformat("2024-01-15T09:30:00"), time(9, 30), timedelta(hours=30)),
        "_x000D_ and _x005F_x000D_ and _xD800_ and _x0000_",
    ]

    table = read(workbook_of(["title", "company", *map(str, range(len(values)))], ["A", "B", *values, "end"]))

    assert table.rows[0].cells[2:] == [
        *("text", " a\nb ", "", "7", "7", "0.1", "true", "false", "100000000000000000000"),
        *("2024-01-15", "2024-01-15T09:30:00", "09:30:00", "1 day, 6:00:00"),
        *("\r and _x000D_ and _xD800_ and _x0000_", "end"),
    ]
    assert table.header[-1] == ""


def test_the_sheet_with_most_known_names_is_taken_and_hidden_ones_are_not_looked_at() -> None:
    workbook = Workbook()
    summary, hidden, jobs = workbook.active, workbook.create_sheet("Old"), workbook.create_sheet("Jobs")
    assert summary is not None
    summary.append(["Status", "Count"])
    hidden.append(["title", "company", "status", "location"])
    hidden.sheet_state = "hidden"
    jobs.append(["Jobs of mine"])
    jobs.append([])
    jobs.append(["Role", "Employer"])
    jobs.append([])
    jobs.append([None, "Acme"])

    table = read(saved(workbook))

    assert (table.origin.sheet, table.origin.other_sheets) == ("Jobs", ["Sheet"])
    assert table.header == ["Role", "Employer"]
    assert [(row.number, row.cells) for row in table.rows] == [(5, ["", "Acme"])]


def test_formulas_count_with_their_values() -> None:
    cells = text_cell("A", "A2") + '<c r="B2" t="str"><f>UPPER("acme")</f><v>ACME</v></c>'
    header = text_cell("title", "A1") + text_cell("company", "B1")

    assert read(sheet_of(f'<row r="1">{header}</row><row r="2">{cells}</row>')).rows[0].cells == ["A", "ACME"]


def test_days_counted_from_1904() -> None:
    workbook = Workbook()
    workbook.epoch = MAC_EPOCH
    sheet = workbook.active
    assert sheet is not None
    for row in (["title", "company", "Date Applied"], ["A", "B", datetime.fromisoformat("2024-01-15")]):
        sheet.append(row)

    table = read(saved(workbook))

    assert table.counts_from_1904
    assert table.rows[0].cells[2] == "2024-01-15"


def test_limits_of_an_honest_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "MAX_ROWS", 40)
    assert refusal(workbook_of(HEADER, *[["A", "B"]] * 41)) == "Must have at most 40 rows"
    assert len(read(workbook_of(HEADER, *[["A", "B"]] * 40)).rows) == 40
    assert refusal(workbook_of(["x"] * 10_000)) == f"Must have at most {MAX_COLUMNS} columns"
    assert refusal(workbook_of()) == "The file is empty"
    workbook = Workbook(write_only=True)
    for _ in range(MAX_SHEETS + 1):
        workbook.create_sheet()
    assert refusal(saved(workbook)) == f"Must have at most {MAX_SHEETS} sheets"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = with_parts(workbook_of(HEADER), sheet=b" " * (workbook_module.MAX_UNPACKED_BYTES + 1))

    assert len(bomb) < 100_000
    assert refusal(bomb) == "Must unpack to at most 32 MiB"


def test_a_bomb_that_lies_about_its_size_is_not_unpacked_either() -> None:
    size = workbook_module.MAX_UNPACKED_BYTES + 1
    bomb = with_parts(workbook_of(HEADER), sheet=b" " * size)
    liar = bomb.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))

    assert liar != bomb
    assert refusal(liar) == NOT_A_WORKBOOK


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "MAX_PARTS", 3)

    assert refusal(workbook_of(HEADER)) == "Must unpack to at most 32 MiB"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        pytest.param('<row r="99999999999999"><c><v>1</v></c></row>', NOT_A_WORKBOOK, id="a row without end"),
        pytest.param(
            "".join(f'<row r="{number}">{text_cell("x", f"ZZ{number}")}</row>' for number in range(1, 3)),
            f"Must have at most {MAX_COLUMNS} columns",
            id="a cell far to the right",
        ),
        pytest.param(
            "".join(f'<row r="{number}"><c r="XFD{number}" s="0"/></row>' for number in range(1, 40)),
            "Must have at most 500,000 cells",
            id="blank cells far to the right",
        ),
        pytest.param('<row r="1"><c r="A1"><v>1e5e5</v></c></row>', NOT_A_WORKBOOK, id="a number that is none"),
        pytest.param('<row r="1"><c r="A1" t="s"><v>7</v></c></row>', NOT_A_WORKBOOK, id="a text that is not there"),
        pytest.param('<row r="1"><c r="A1"><v>1</v></c>', NOT_A_WORKBOOK, id="broken off"),
    ],
)
def test_sheets_made_to_do_harm_are_refused(rows: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "MAX_ROW_NUMBER", 1_000)

    assert refusal(sheet_of(rows)) == sentence


def test_entities_are_not_expanded() -> None:
    content = sheet_of(f"<row>{text_cell('title')}{text_cell('company')}</row><row>{text_cell('&big;')}</row>")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY big "&a;&a;&a;&a;">]>' + sheet

    assert refusal(with_parts(content, sheet=bomb)) == NOT_A_WORKBOOK


def test_dimensions_that_lie_make_no_cells() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook_of(HEADER, ["A", "B"]))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    liar = re.sub(rb"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>', sheet, count=1)

    assert len(read(with_parts(workbook_of(HEADER), sheet=liar)).rows) == 1


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 5000, workbook_of(HEADER)[:-30]])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    assert refusal(content) == NOT_A_WORKBOOK


def test_other_archives_are_told_what_is_read() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")

    assert refusal(file.getvalue()) == "Must be CSV or XLSX; save the spreadsheet as one of them"


async def test_a_workbook_is_read_in_a_process_of_its_own() -> None:
    content = workbook_of(["Vorwort"], ["Stelle", "Firma", "Date Applied"], ["A", "Ä", date(2024, 1, 15)])

    table = await read_table(content, ["Stelle", "Firma"])

    assert table == read(content, "Stelle", "Firma")
    assert table.rows[0].cells == ["A", "Ä", "2024-01-15"]
    with pytest.raises(ValidationError) as refused:
        await read_table(b"PK\x03\x04", [])
    assert refused.value.field_errors == {"file": NOT_A_WORKBOOK}


async def test_a_process_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[asyncio.subprocess.Process] = []
    start = asyncio.create_subprocess_exec

    async def remember(*arguments: Any, **options: Any) -> asyncio.subprocess.Process:
        started.append(await start(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", remember)
    monkeypatch.setattr(workbook_process, "WAIT_SECONDS", 0.0)

    with pytest.raises(ValidationError) as refused:
        await read_table(workbook_of(HEADER), [])

    assert refused.value.field_errors["file"].startswith("Must be a workbook that is simple enough to read")
    assert [process.returncode for process in started] == [-9]


async def test_old_and_locked_workbooks_are_told_what_is_read() -> None:
    with pytest.raises(ValidationError) as refused:
        await read_table(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, [])

    sentence = "Must be CSV, or XLSX without a password; save the spreadsheet as one of them"
    assert refused.value.field_errors == {"file": sentence}
