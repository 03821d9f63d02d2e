"""The kinds of field that the API accepts, each with its limits and its sentence for the user.

Text is trimmed (passwords are not), and never holds NUL, which PostgreSQL cannot store. Python's lone surrogates
are refused by Pydantic itself. A letter with an accent can be written as one character or as two, and looks the same:
every text that comes in becomes the composed one (Unicode's NFC), so that it is found, and a password holds, however
the next device writes it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar
from uuid import UUID

from annotated_types import Ge, GroupedMetadata, Le
from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    Strict,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, PydanticUseDefault, core_schema

from app.core.clock import utc_now
from app.core.time_zones import MAX_NAME_CHARACTERS, has_begun_somewhere, in_account_zone, start_of_day, zone_named

Item = TypeVar("Item")

NO_NUL = r"^[^\x00]*$"
MIN_DATE = date(1900, 1, 1)
MAX_DATE = date(2199, 12, 31)
MAX_PAGE = 1_000_000
MAX_PRICE = Decimal("9999999999.99")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


# Letters and signs of which nothing is seen, beside Unicode's format characters; and the code points that are set
# aside for more of them (Default_Ignorable_Code_Point), which are not shown already.
_HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U00013441\U00013442\U00016fe4\U0001d159\U000e0000-\U000e0fff]"
)
_NOT_IN_NAMES = frozenset(("Cc", "Zl", "Zp"))


def composed(value: Any) -> Any:
    """Return a text in Unicode's NFC, and anything else as it is."""
    if not isinstance(value, str) or value.isascii():
        return value
    try:
        return unicodedata.normalize("NFC", value)
    except UnicodeEncodeError:
        return value  # a lone surrogate, which Pydantic refuses with a sentence of its own


COMPOSED = BeforeValidator(composed)


@dataclass(frozen=True)
class Text(GroupedMetadata):
    """The constraints of a text; ``is_required`` wants something in it that can be seen."""

    max_length: int
    is_required: bool

    def __iter__(self) -> Iterator[Any]:
        """Yield each constraint by itself, as Pydantic reads them."""
        min_length = 1 if self.is_required else None
        yield from StringConstraints(
            strip_whitespace=True, min_length=min_length, max_length=self.max_length, pattern=NO_NUL
        )
        if self.is_required:
            yield AfterValidator(_refuse_blank)
        # After the constraints, so that they are still in the documentation.
        yield COMPOSED


def _refuse_blank(value: str) -> str:
    """Refuse a text of nothing but blanks and format characters, such as zero-width spaces, as an empty one."""
    if is_blank(value):
        raise PydanticKnownError("string_too_short", {"min_length": 1})
    return value


def is_blank(text: str) -> bool:
    """Tell whether nothing can be seen in a text."""
    return all(character.isspace() or is_hidden(character) for character in text)


def is_hidden(character: str) -> bool:
    """Tell whether a character leaves no trace where it stands."""
    return unicodedata.category(character) == "Cf" or bool(_HIDDEN.match(character))


def required_text(max_length: int) -> Text:
    """Return the constraints of a text that must not be blank."""
    return Text(max_length, is_required=True)


def optional_text(max_length: int) -> Text:
    """Return the constraints of a text that may be blank."""
    return Text(max_length, is_required=False)


def _refuse_hidden(value: str) -> str:
    """Refuse what would let two names look the same: hidden characters, and every blank but the plain one."""
    if any(
        is_hidden(character)
        or unicodedata.category(character) in _NOT_IN_NAMES
        or (character.isspace() and character != " ")
        for character in value
    ):
        raise PydanticCustomError("hidden_characters", "Must not contain invisible characters")
    return value


def _without_blank(value: Any) -> Any:
    return None if isinstance(value, str) and is_blank(value) else value


BLANK_IS_NULL = BeforeValidator(_without_blank)
"""For an optional field that is no free text: a form sends its empty inputs as blank ones."""


@dataclass(frozen=True)
class NullIsDefault:
    """For a field with a default: null and blank are as good as not sent."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Put the check before the field's own ones, and null into the documentation."""
        schema = handler(source)
        return core_schema.no_info_before_validator_function(
            _default_for_null, schema, json_schema_input_schema=core_schema.nullable_schema(schema)
        )


def _default_for_null(value: Any) -> Any:
    if _without_blank(value) is None:
        raise PydanticUseDefault
    return value


@dataclass(frozen=True)
class WholeNumberBetween(GroupedMetadata):
    """The constraints of a whole number, with or without a ``.0``; for a pydantic ``int``."""

    low: int
    high: int

    def __iter__(self) -> Iterator[Any]:
        """Yield each constraint by itself, as Pydantic reads them."""
        yield from (Strict(), Ge(self.low), Le(self.high))
        # Last, so that the limits are still those of a number in the documentation.
        yield BeforeValidator(_whole)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def whole_number(low: int, high: int) -> WholeNumberBetween:
    """Return the constraints of a whole number."""
    return WholeNumberBetween(low, high)


def _check_email(value: str) -> str:
    try:
        # `test_environment` admits the reserved domain "test"; nothing is looked up in DNS.
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise PydanticCustomError("email", "Must be a valid email address") from None


def _iso_text(kind: str, example: str) -> Callable[[Any], Any]:
    """Refuse what Pydantic would take for a time though nobody meant one: numbers, and numbers as text."""

    def check(value: Any) -> Any:
        if isinstance(value, date) or (isinstance(value, str) and _ISO_DATE.match(value.strip())):
            return value.strip() if isinstance(value, str) else value
        raise PydanticCustomError(
            "iso_date", "Must be a valid {kind} ({example})", {"kind": kind, "example": example}
        )

    return check


def _to_end_of_day(value: Any) -> Any:
    if isinstance(value, str) and _ISO_DATE.fullmatch(value.strip()):
        return f"{value.strip()}T23:59:59.999999"
    return value


def _moment_of_day(value: Any) -> Any:
    """Return the start of a day that is sent as a date alone, or now if it has not begun where the account is."""
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value.strip()):
        return value
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        return value
    if not MIN_DATE <= day <= MAX_DATE:
        return value
    if not has_begun_somewhere(day):
        raise PydanticCustomError("future", "Must not be in the future")
    return min(start_of_day(day), utc_now())


def _refuse_future(value: datetime) -> datetime:
    if value > utc_now():
        raise PydanticCustomError("future", "Must not be in the future")
    return value


def _check_range(value: date) -> date:
    if not MIN_DATE.year <= value.year <= MAX_DATE.year:
        raise PydanticCustomError(
            "date_range", "Must be between {low} and {high}", {"low": MIN_DATE.year, "high": MAX_DATE.year}
        )
    return value


def _to_utc(value: datetime) -> datetime:
    """Take a time without an offset as one where the account is, and bring every time to UTC."""
    # Before the conversion, which fails at the ends of the calendar, and after it, which may change the year.
    _check_range(value)
    in_utc = in_account_zone(value) if value.tzinfo is None else value.astimezone(UTC)
    _check_range(in_utc)
    return in_utc


def _json_number(value: Any) -> Any:
    """Refuse what Pydantic would take for a decimal number though it is none in JSON: text, true and false."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticKnownError("decimal_type")
    return value


def _check_price(value: Decimal) -> Decimal:
    if value != value.quantize(Decimal("0.01")):
        raise PydanticCustomError("price", "Must have at most two decimals")
    return value


def _check_time_zone(value: str) -> str:
    if zone_named(value) is None:
        raise PydanticCustomError("time_zone", "Must be the name of a time zone (Europe/Berlin)")
    return value


def _distinct(values: list[Item]) -> list[Item]:
    return list(dict.fromkeys(values))


Email = Annotated[
    str,
    required_text(320),
    AfterValidator(_refuse_hidden),
    AfterValidator(_check_email),
    Field(json_schema_extra={"format": "email"}),
]
NewPassword = Annotated[
    str, StringConstraints(min_length=8, max_length=128, pattern=NO_NUL), AfterValidator(_refuse_blank), COMPOSED
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=NO_NUL), COMPOSED]
Username = Annotated[str, required_text(100), AfterValidator(_refuse_hidden)]
"""What an account is known by beside its email."""

TimeZoneName = Annotated[
    str,
    required_text(MAX_NAME_CHARACTERS),
    AfterValidator(_check_time_zone),
    Field(description="A name of IANA's database", examples=["Europe/Berlin"]),
]
OpaqueToken = Annotated[str, required_text(200)]
Name = Annotated[str, required_text(100)]
Title = Annotated[str, required_text(200)]
ShortText = Annotated[str, optional_text(200)]
Label = Annotated[str, optional_text(100)]
Remark = Annotated[str, optional_text(500)]
RequiredLongText = Annotated[str, required_text(20_000)]
LongText = Annotated[str, optional_text(20_000)]
Tag = Annotated[str, required_text(50)]
Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_distinct)]
WebAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[hH][tT][tT][pP][sS]?://[^\s\x00]+$"),
    COMPOSED,
    Field(json_schema_extra={"format": "uri"}),
]
CalendarDate = Annotated[date, BeforeValidator(_iso_text("date", "YYYY-MM-DD")), AfterValidator(_check_range)]
Moment = Annotated[datetime, BeforeValidator(_iso_text("date and time", "ISO 8601")), AfterValidator(_to_utc)]
"""A point in time; without an offset it is one in the account's time zone."""

PastMoment = Annotated[Moment, BeforeValidator(_moment_of_day)]
"""A point in time that is over. Only a date is held against the clock here: what it stands for has passed."""

PastTime = Annotated[PastMoment, AfterValidator(_refuse_future)]
"""A point in time that is over when the request comes in."""

LastMoment = Annotated[Moment, BeforeValidator(_to_end_of_day)]
"""A point in time up to which something is meant; a date alone means the whole day."""

MAX_LINKED_POSITIONS = 100
PositionIds = Annotated[list[UUID], Field(max_length=MAX_LINKED_POSITIONS), AfterValidator(_distinct)]
"""Ids of the user's positions, each once."""

Price = Annotated[
    Decimal,
    Field(ge=0, le=MAX_PRICE, allow_inf_nan=False),
    BeforeValidator(_json_number, json_schema_input_type=Annotated[float, Field(ge=0, le=float(MAX_PRICE))]),
    AfterValidator(_check_price),
    PlainSerializer(float, return_type=float),
]
WholeNumber = Annotated[int, Field(strict=True)]
TrueOrFalse = Annotated[bool, Field(strict=True)]
Page = Annotated[int, Field(ge=1, le=MAX_PAGE)]
PerPage = Annotated[int, Field(ge=1, le=100)]
