"""From Pydantic's findings to one sentence a field, in the documentation's voice."""

from collections.abc import Mapping, Sequence
from typing import Any

REQUIRED = "This field is required"

_SENTENCES = {
    "missing": REQUIRED,
    "json_invalid": "Must be valid JSON",
    "model_type": "Must be a JSON object",
    "model_attributes_type": "Must be a JSON object",
    "dict_type": "Must be a JSON object",
    "string_type": "Must be text",
    "string_unicode": "Must be valid Unicode text",
    "string_too_long": "Must be at most {max_length} characters",
    "string_too_short": "Must be at least {min_length} characters",
    "uuid_type": "Must be a valid UUID",
    "uuid_parsing": "Must be a valid UUID",
    "int_type": "Must be a whole number",
    "int_parsing": "Must be a whole number",
    "int_parsing_size": "Must be a smaller number",
    "int_from_float": "Must be a whole number",
    "float_type": "Must be a number",
    "float_parsing": "Must be a number",
    "decimal_type": "Must be a number",
    "decimal_parsing": "Must be a number",
    "finite_number": "Must be a number",
    "bool_type": "Must be true or false",
    "bool_parsing": "Must be true or false",
    "list_type": "Must be a list",
    "too_long": "Must have at most {max_length} entries",
    "too_short": "Must have at least {min_length} entries",
    "greater_than": "Must be greater than {gt}",
    "greater_than_equal": "Must be at least {ge}",
    "less_than": "Must be less than {lt}",
    "less_than_equal": "Must be at most {le}",
    "date_from_datetime_parsing": "Must be a valid date (YYYY-MM-DD)",
    "date_from_datetime_inexact": "Must be a valid date (YYYY-MM-DD)",
    "date_parsing": "Must be a valid date (YYYY-MM-DD)",
    "datetime_parsing": "Must be a valid date and time (ISO 8601)",
    "datetime_from_date_parsing": "Must be a valid date and time (ISO 8601)",
    "timezone_offset": "Must be a valid date and time (ISO 8601)",
}
_PATTERNS = {
    r"^[^\x00]*$": "Must not contain NUL characters",
    r"^[A-Za-z]{2}$": "Must be a language code of two letters",
    r"^[A-Za-z0-9_-]{1,64}$": "Must be 1 to 64 letters, digits, - or _",
    r"^[hH][tT][tT][pP][sS]?://[^\s\x00]+$": "Must be a valid URL (http or https)",
}

_FIELDS_TO_MEND = {"date_from", "start_date", "from", "text"}


def field_errors(errors: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return one sentence for each wrong field, by its plain name (``tags.0`` inside a list)."""
    sentences: dict[str, str] = {}
    for error in errors:
        sentences.setdefault(_field_name(error), _sentence(error))
    return sentences


def _field_name(error: Mapping[str, Any]) -> str:
    location: tuple[Any, ...] = error["loc"]
    if error["type"] == "json_invalid" or len(location) == 1:
        # A rule between fields names the field to mend as its own type.
        return str(error["type"] if error["type"] in _FIELDS_TO_MEND else location[0])
    return ".".join(str(part) for part in location[1:])


def _sentence(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if error.get("input", ...) is None and kind != "value_error":
        return REQUIRED
    if kind == "string_too_short" and context.get("min_length") == 1:
        return REQUIRED
    if kind in {"enum", "literal_error"}:
        return "Must be one of: " + str(context["expected"]).replace("'", "").replace(" or ", ", ")
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], "Must have the documented form")
    if sentence := _SENTENCES.get(kind):
        return sentence.format(**context).replace(" 1 entries", " 1 entry")
    # The types of our own fields carry their sentence; anything else of Pydantic's is shown as it is.
    return str(error["msg"]).removeprefix("Value error, ")
