"""Examples for the OpenAPI document, made from the schemas so that none can be out of date.

A field's example is its own, if its schema has one, else what its name stands for, else what its type allows.
"""

from typing import Any

_ID = "6f1d3a52-6a3c-4c0e-9d5e-0b7f5a1c2d3e"
_NAMED: dict[str, Any] = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
    "refresh_token": "q3Jv0h2m8sZ1",
    "room_token": "eyJhbGciOiJIUzI1NiJ9.eyJyb29tIjoibW9uZGF5In0.c2lnbmF0dXJl",
    "token": "k7Vt2r9wXq",
    "token_type": "bearer",
    "password": "correct horse battery",
    "current_password": "correct horse battery",
    "new_password": "battery staple horse",
    "email": "ada@example.com",
    "username": "ada",
    "first_name": "Ada",
    "last_name": "Byron",
    "name": "Ada's CV",
    "timezone": "Europe/Zurich",
    "title": "Backend Engineer",
    "company": "Acme",
    "company_name": "Acme",
    "location": "Berlin",
    "salary_range": "€70,000–€85,000 per year",
    "description": "You build our API.",
    "source": "LinkedIn",
    "tags": ["python"],
    "notes": "Bring questions about the team.",
    "note": "They called back.",
    "text": "I led the move to the new database.",
    "html": "<title>Backend Engineer at Acme</title><h1>Backend Engineer</h1><p>You build our API.",
    "role": "Recruiter",
    "phone": "+49 30 1234567",
    "category": "stationery",
    "price": 2.5,
    "room_id": "monday",
    "mock_interview_id": "two-minute-demo",
    "slug": "two-minute-demo",
    "language": "en",
    "question": "What did you build last?",
    "question_id": "last-project",
    "instructions": "Ask for the candidate's own part.",
    "problem_text": "Reverse a linked list.",
    "context_text": "The candidate has ten years of experience.",
    "sdp": "v=0\r\n",
    "type": None,
    "address": "203.0.113.5",
    "user_agent": "Mozilla/5.0",
    "month": "2026-01",
    "file_name": "cv.pdf",
    "media_type": "application/pdf",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "message": "Done",
    "job_url": "https://jobs.example.com/41",
    "profile_url": "https://people.example.com/grace",
    "url": "https://example.com/ada",
    "next": "MjAyNi0wMS0zMVQwODoxNTozMCswMDowMCBub3Rl",
    "page": 1,
    "per_page": 20,
    "has_next": False,
    "has_prev": False,
    "duration_minutes": 45,
    "size_bytes": 48_213,
    "encoding": "utf-8",
    "delimiter": ",",
    "sheet": "Jobs",
    "other_sheets": ["Archive"],
    "reason": "No field is known by this name; name one in mapping",
    "field_errors": {"company": "This field is required"},
    "totals": {"no_activity": 1, "outcome_pending": 0, "task_overdue": 0, "offer_unanswered": 0},
}
_NAMED_IN: dict[tuple[str, str], str] = {
    ("Contact", "name"): "Grace Hopper",
    ("Product", "name"): "Notebook",
    ("Product", "description"): "160 pages, dotted.",
    ("Task", "title"): "Write to the recruiter",
    ("PositionTask", "title"): "Write to the recruiter",
    ("ColumnFate", "name"): "Job Title",
    ("ColumnFate", "field"): "title",
    ("CalendarFeed", "url"): "https://tracker.example.com/api/v1/interviews/calendar.ics?token=k7Vt2r9wXq",
    ("Note", "text"): "Kind people, three rounds.",
    ("MockInterview", "title"): "Backend interview",
    ("MockInterview", "description"): "Half an hour with a coding task.",
}
"""By the beginning of the schema's name, where a name alone would mislead."""

_FORMATS: dict[str, Any] = {
    "uuid": _ID,
    "date": "2026-01-31",
    "date-time": "2026-01-31T08:15:30Z",
    "email": "ada@example.com",
    "uri": "https://jobs.example.com/41",
}
_MAX_DEPTH = 12


def example_of(schema: dict[str, Any], schemas: dict[str, Any], *, is_request: bool) -> Any:
    """Return a value that a schema describes; ``schemas`` are the document's components.

    A request leaves out what it need not have and what would have to name a resource that is there, and an answer
    has every field.
    """
    return _Examples(schemas, is_request=is_request).of(schema, "", 0)


class _Examples:
    def __init__(self, schemas: dict[str, Any], *, is_request: bool) -> None:
        self._schemas = schemas
        self._is_request = is_request

    def of(self, schema: dict[str, Any], name: str, depth: int) -> Any:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[-1]]
        if schema.get("examples"):
            return schema["examples"][0]
        for fixed in ("const", "enum"):
            if fixed in schema:
                return schema["const"] if fixed == "const" else schema["enum"][0]
        for choices in ("anyOf", "oneOf", "allOf"):
            if choices in schema:
                return self.of(self._chosen(schema[choices], depth), name, depth)
        kind = schema.get("type")
        if kind == "object":
            named = _NAMED.get(name)
            return named if isinstance(named, dict) else self._object(schema, depth)
        if kind == "array":
            return self._list(schema, name, depth)
        return self._plain(schema, name, kind)

    def _chosen(self, choices: list[dict[str, Any]], depth: int) -> dict[str, Any]:
        something = [choice for choice in choices if choice.get("type") != "null"]
        return something[0] if something and depth < _MAX_DEPTH else {"type": "null"}

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        found = {
            field: self._field(schema, field, part, depth + 1)
            for field, part in schema.get("properties", {}).items()
            if not part.get("deprecated") or field in required
            if not self._is_request or field in required or not field.endswith(("_id", "_ids"))
        }
        values = schema.get("additionalProperties")
        if not found and isinstance(values, dict):
            key = self.of(schema.get("propertyNames", {"type": "string"}), "", depth + 1)
            return {key: self.of(values, "", depth + 1)}
        return found

    def _field(self, owner: dict[str, Any], field: str, schema: dict[str, Any], depth: int) -> Any:
        for (start, name), example in _NAMED_IN.items():
            if name == field and owner.get("title", "").startswith(start):
                return example
        if self._is_request and isinstance(schema.get("default"), str):
            return schema["default"]
        return self.of(schema, field, depth)

    def _list(self, schema: dict[str, Any], name: str, depth: int) -> list[Any]:
        named = _NAMED.get(name)
        if isinstance(named, list):
            return named
        if "prefixItems" in schema:
            return [self.of(part, "", depth + 1) for part in schema["prefixItems"]]
        return [self.of(schema.get("items", {}), "", depth + 1)]

    def _plain(self, schema: dict[str, Any], name: str, kind: str | None) -> Any:
        if kind == "string":
            named = _NAMED.get(name)
            text = _FORMATS.get(schema.get("format", "")) or (named if isinstance(named, str) else "text")
            return text[: schema.get("maxLength", len(text))]
        if kind in {"integer", "number"}:
            low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
            named = _NAMED.get(name)
            return named if isinstance(named, int | float) else max(1, low)
        if kind == "boolean":
            return _NAMED.get(name, True)
        return {} if kind is None else None
