"""Reading text files: encodings, delimiters, where the header stands, and what is refused."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from app.core.errors import ValidationError
from app.services.imports import text_file
from app.services.imports.column_names import known_names
from app.services.imports.table import MAX_COLUMNS, MAX_ROWS, Table
from app.services.imports.text_file import read_text_file

LINES = [["title", "company"], ["Bäcker", "Müller, “Söhne”; Co"]]


def read(content: bytes, mapped: Sequence[str] = ()) -> Table:
    return read_text_file(content, known_names(mapped))


def written(delimiter: str = ",", lines: Sequence[Sequence[str]] = LINES) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(lines)
    return text.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        read(content)
    return refused.value.field_errors["file"]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("windows-1252", "windows-1252"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_with_every_delimiter(encoding: str, name: str, delimiter: str) -> None:
    table = read(written(delimiter).encode(encoding))

    assert table.header == LINES[0]
    assert [row.cells for row in table.rows] == [LINES[1]]
    assert (table.origin.format, table.origin.encoding, table.origin.delimiter) == ("csv", name, delimiter)


def test_utf_16_with_the_other_byte_first() -> None:
    assert read(b"\xfe\xff" + written().encode("utf-16-be")).header == LINES[0]


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;"])
def test_a_line_names_the_delimiter(line: str) -> None:
    table = read(f"{line}\r\ntitle;company;a,b,c,d\r\nA;B;1,2,3,4\r\n".encode())

    assert table.header == ["title", "company", "a,b,c,d"]
    assert [(row.number, row.cells) for row in table.rows] == [(2, ["A", "B", "1,2,3,4"])]


def test_an_upright_line_is_a_delimiter_where_it_is_named() -> None:
    assert read(b"sep=|\ntitle|company\nA|B\n").rows[0].cells == ["A", "B"]
    assert read(b"title|company\nA|B\n").header == ["title|company"]


def test_a_header_that_begins_like_a_line_of_a_delimiter_is_one() -> None:
    assert read(b"sep=x,title,company\n1,A,B\n").header == ["sep=x", "title", "company"]


def test_the_delimiter_of_unknown_names_is_the_one_that_makes_most_columns() -> None:
    assert read(b"Stelle;Firma;Ort, Land\nA;B;C, D\n").header == ["Stelle", "Firma", "Ort, Land"]


def test_the_header_is_the_row_with_most_known_names() -> None:
    table = read(b"My search,,\n,,\nUpdated,1/2/2024,\nRole,Employer,Stage\nA,B,Applied\n")

    assert table.header == ["Role", "Employer", "Stage"]
    assert [row.number for row in table.rows] == [5]


def test_a_single_known_word_makes_no_header() -> None:
    assert read(b"Stelle,Firma,Stand\nA,B,Applied\n").header == ["Stelle", "Firma", "Stand"]


def test_names_of_the_mapping_count_as_known() -> None:
    content = b"Liste\nStelle,Firma\nA,B\n"

    assert read(content).header == ["Liste"]
    assert read(content, ["Stelle", "firma"]).header == ["Stelle", "Firma"]


def test_rows_are_numbered_with_the_blank_ones_and_cut_behind_their_last_cell() -> None:
    table = read(b'title,company\n\nA,B,, \n,\n"C\nc",D\n')

    assert [(row.number, row.cells) for row in table.rows] == [(3, ["A", "B"]), (5, ["C\nc", "D"])]


def test_limits() -> None:
    header = ["title", "company", *(f"c{number}" for number in range(MAX_COLUMNS))]
    assert refusal(",".join(header).encode()) == f"Must have at most {MAX_COLUMNS} columns"
    assert refusal(b"title,company\n" + b"A,B\n" * (MAX_ROWS + 1)) == f"Must have at most {MAX_ROWS} rows"
    assert len(read(b"title,company\n" + b"A,B\n" * MAX_ROWS).rows) == MAX_ROWS
    assert read(b"title,company" + b"," * 20_000 + b"\nA,B\n").rows[0].cells == ["A", "B"]


def test_the_delimiter_is_not_looked_for_in_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[int] = []
    honest = csv.reader

    def counted(*arguments: Any, **options: Any) -> Iterator[list[str]]:
        passes.append(0)
        number = len(passes) - 1
        for record in honest(*arguments, **options):
            passes[number] += 1
            yield record

    monkeypatch.setattr("app.services.imports.text_file.csv.reader", counted)
    text_file._likely_delimiter("title,company\n" + "\n" * 20_000, known_names([]))

    assert passes == [text_file.MAX_RECORDS_FOR_DELIMITER] * 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"sep=;\n", "The file is empty"),
        ("Straße, Café, Zoë".encode() + b" \xe9", "Must be UTF-8 text"),
        (b"\xef\xbb\xbftitle\xe9", "Must be UTF-8 text"),
        (b"title\x8d,company", "Must be text in UTF-8, UTF-16 or Windows-1252"),
        (b"\xff\xfet", "Must be text in UTF-8, UTF-16 or Windows-1252"),
        (b"\xff\xfe\x00\xd8", "Must be text in UTF-8, UTF-16 or Windows-1252"),
        ("title\x00".encode("utf-16"), "Must not contain NUL characters"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, sentence: str) -> None:
    assert refusal(content) == sentence


def test_the_sign_for_a_wrong_letter_is_a_letter_like_others() -> None:
    assert read("title,company\nA\ufffd,B\n".encode()).rows[0].cells == ["A\ufffd", "B"]
