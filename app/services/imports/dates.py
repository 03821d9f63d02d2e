"""Dates as people and their programs write them, judged over whole columns.

``3/4/2024`` is a day in March or in April; which of them, only the rest of the column can tell.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from app.core.errors import ValidationError
from app.schemas.position_import import DateOrder

MAX_CHARACTERS = 60
_CENTURY_TURN = 70
"""Years of two digits are 1970 to 2069, as spreadsheets have it nearly."""


_CLOCK = r"(?:(?:,?\sat\s|,|\s|T)\s*(?P<clock>\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,6})?)\s*(?P<half>[ap]\.?\s?m\.?)?)?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s)?"
_NUMERIC = re.compile(
    rf"{_WEEKDAY}(?P<first>\d{{1,2}})(?P<sign>[/.\-])\s?(?P<second>\d{{1,2}})(?P=sign)\s?(?P<year>\d{{4}}|\d{{2}}){_CLOCK}",
    re.IGNORECASE | re.ASCII,
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<sign>[/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}}){_CLOCK}",
    re.IGNORECASE | re.ASCII,
)
_MONTH_NAMED = re.compile(
    rf"{_WEEKDAY}(?P<month>[a-z]{{3,9}})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}}){_CLOCK}",
    re.IGNORECASE | re.ASCII,
)
_DAY_NAMED = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s\-](?P<month>[a-z]{{3,9}})\.?,?[\s\-](?P<year>\d{{4}}|\d{{2}}){_CLOCK}",
    re.IGNORECASE | re.ASCII,
)
_ISO_WITH_SPACES = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})\s(?P<clock>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s?(?P<offset>Z|UTC|[+\-]\d{2}:?\d{2})?",
    re.ASCII,
)
_SERIAL = re.compile(r"(?P<days>\d{5})(?P<part>\.\d{1,10})?", re.ASCII)
_SERIALS = range(25_569, 73_051)
"""Numbers of days that are taken for dates: 1970 to 2099."""

_MONTHS = {
    name[:length]: number
    for number, name in enumerate(
        (
            *("january", "february", "march", "april", "may", "june", "july"),
            *("august", "september", "october", "november", "december"),
        ),
        start=1,
    )
    for length in {3, 4, len(name)}
}


def order_of(columns: Sequence[tuple[str, Iterable[str]]], told: DateOrder | None) -> DateOrder | None:
    """Return the order of month and day in the date columns of a file, each given by its name and cells.

    One column can tell it for the others: whoever saved the file had one way to write dates. None means that nothing
    in it depends on the order.

    Raises:
        ValidationError: it must be known, and cannot be told.

    """
    if told is not None:
        return told
    proved: dict[DateOrder, str] = {}
    open_cell: str | None = None
    for name, cells in columns:
        for cell in cells:
            numbers = _numbers_of(cell)
            if numbers is None:
                continue
            first, second = numbers
            shown = f"{cell.strip()} in '{name[:100]}'"
            if first > 12 >= second:
                proved.setdefault(DateOrder.DAY_FIRST, shown)
            elif second > 12 >= first:
                proved.setdefault(DateOrder.MONTH_FIRST, shown)
            elif first != second and max(first, second) <= 12:
                open_cell = open_cell or shown
    if len(proved) > 1:
        places = " and ".join(proved.values())
        raise _unclear(f"Must be mdy or dmy, because the file has both: {places}")
    if proved:
        return next(iter(proved))
    if open_cell:
        raise _unclear(f"Must be mdy or dmy, because {open_cell} can be read either way")
    return None


def as_iso(cell: str, order: DateOrder | None, *, counts_from_1904: bool = False) -> str:
    """Return a date, or a date with a time, in ISO 8601; what is none, or is ISO 8601 already, as it is."""
    if len(cell.strip()) > MAX_CHARACTERS:
        return cell
    text = " ".join(cell.split()).removeprefix("@")
    # Notion writes a span of days like this; its beginning counts.
    text = text.partition("→")[0].strip() if "→" in text else text
    return _read(text, order, counts_from_1904) or cell


def date_of(iso: str) -> str:
    """Return the day of a date with a time, as it is written there; anything else as it is."""
    day, sign, clock = iso.strip()[:10], iso.strip()[10:11], iso.strip()[11:]
    return day if sign in {"T", " "} and clock[:1].isdigit() else iso


def _numbers_of(cell: str) -> tuple[int, int] | None:
    """Return the first two numbers of a date whose order matters; with dots the day comes first everywhere."""
    match = _NUMERIC.fullmatch(" ".join(cell.split())) if len(cell.strip()) <= MAX_CHARACTERS else None
    return (int(match["first"]), int(match["second"])) if match and match["sign"] != "." else None


def _read(text: str, order: DateOrder | None, counts_from_1904: bool) -> str | None:
    found: str | None = None
    if match := _ISO_WITH_SPACES.fullmatch(text):
        found = f"{match['day']}T{match['clock']}{(match['offset'] or '').replace('UTC', 'Z')}"
    elif match := _SERIAL.fullmatch(text):
        found = _from_serial(int(match["days"]), float(match["part"] or 0), counts_from_1904)
    elif match := _NUMERIC.fullmatch(text):
        first, second = int(match["first"]), int(match["second"])
        is_day_first = match["sign"] == "." or order is DateOrder.DAY_FIRST
        found = _iso(match, *((second, first) if is_day_first else (first, second)))
    elif match := _YEAR_FIRST.fullmatch(text):
        found = _iso(match, int(match["month"]), int(match["day"]))
    elif match := (_MONTH_NAMED.fullmatch(text) or _DAY_NAMED.fullmatch(text)):
        found = _iso(match, _MONTHS.get(match["month"].lower(), 0), int(match["day"]))
    return found


def _iso(match: re.Match[str], month: int, day: int) -> str | None:
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 1900 if year >= _CENTURY_TURN else 2000
    try:
        found = date(year, month, day)
        clock = _clock(match["clock"], match["half"])
    except ValueError:
        return None
    return found.isoformat() if clock is None else datetime.combine(found, clock).isoformat()


def _clock(text: str | None, half: str | None) -> time | None:
    if text is None:
        return None
    hour, _, rest = text.partition(":")
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(text)
        hours = hours % 12 + (12 if half.lower().startswith("p") else 0)
    return time.fromisoformat(f"{hours:02}:{rest}")


def _from_serial(days: int, part: float, counts_from_1904: bool) -> str | None:
    """Return the date, and the time of a broken number, to the second, of a spreadsheet's number of days."""
    if days not in _SERIALS:
        return None
    # Spreadsheets hold 1900 for a leap year, so that their first day is one earlier from March 1900 on.
    begin = datetime(1904, 1, 1) if counts_from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - local time
    moment = begin + timedelta(days=days, seconds=round(part * 86_400))
    return moment.date().isoformat() if moment.time() == time.min else moment.isoformat()


def _unclear(sentence: str) -> ValidationError:
    return ValidationError({"date_order": sentence}, details={"date_order": [str(order) for order in DateOrder]})
