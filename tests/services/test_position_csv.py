"""Cells of the export: nothing in them runs, however a spreadsheet splits the lines, and nothing is lost."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.services.position_csv import cell_of, text_of

FORMULA_SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
DANGEROUS = st.text(alphabet="'\"; ,\t\r\n\xa0\u3000xé" + FORMULA_SIGNS, max_size=12)


def runs(cell: str, *, begins_line: bool) -> bool:
    """Tell whether a spreadsheet would take a cell for a formula; where a line begins, an entry of a list is none.

    The first line of a text is none of these: it begins the cell.
    """
    beginning = cell.lstrip('" \xa0\u3000')[:2]
    return beginning[:1] in set(FORMULA_SIGNS) and not (begins_line and beginning == "- ")


@given(DANGEROUS)
def test_a_text_comes_back_as_it_was(text: str) -> None:
    assert text_of(cell_of(text)) == text


@given(DANGEROUS)
@example("\n- ")
@example("- ;- \n- ;- \t- ")
def test_no_piece_of_a_cell_begins_a_formula(text: str) -> None:
    for number, line in enumerate(re.split(r"[\r\n]", cell_of(text))):
        for place, piece in enumerate(re.split(r"[;\t]", line)):
            assert not runs(piece, begins_line=number > 0 and place == 0)


@given(DANGEROUS)
@example("\n- ")
@example("- ;- \n- ;- \t- ")
def test_a_reader_that_splits_at_other_signs_finds_no_formula_either(text: str) -> None:
    line = io.StringIO()
    csv.writer(line).writerow(["Acme", cell_of(text)])

    for delimiter in ";\t":
        for number, row in enumerate(csv.reader(io.StringIO(line.getvalue(), newline=""), delimiter=delimiter)):
            for place, cell in enumerate(row):
                assert not runs(cell, begins_line=number > 0 and place == 0)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("Go; =cmd|' /C calc'!A0", "Go;' =cmd|' /C calc'!A0"),
        ("a\t+1", "a\t'+1"),
        ("a\n-1", "a\n'-1"),
        ("We want:\n- Python\n- SQL", "We want:\n- Python\n- SQL"),
        ("We want:\n- cmd|' /C calc'!A0", "We want:\n'- cmd|' /C calc'!A0"),
        ("We want:\n- Python (3)\r\n- SQL", "We want:\n'- Python (3)\r\n- SQL"),
        ("- 1+1; - 2", "'- 1+1;' - 2"),
        ('a;"@SUM(1)"', 'a;\'"@SUM(1)"'),
        ("\tindented", "'\tindented"),
        ("a=b, c-d; e", "a=b, c-d; e"),
        ("it's;'quoted'", "it's;'quoted'"),
    ],
)
def test_an_apostrophe_stands_before_each_formula_and_nowhere_else(text: str, cell: str) -> None:
    assert cell_of(text) == cell
