"""What the routes are allowed: how large a body may be, what of an owner's budgets a request takes.

A route that is not named in a table gets the rule. ``tests/api/test_admission.py`` holds the tables against the
routes that there are.
"""

from dataclasses import dataclass
from functools import lru_cache

from app.core.budgets import Limit

SMALL_BODY_BYTES = 64 * 1024
"""The rule: ids, names, a password, a dozen short fields."""

TEXTS_BODY_BYTES = 512 * 1024
"""Long texts: 20,000 characters may take twelve bytes each, as escaped surrogates, and there are short fields too."""

OFFER_BODY_BYTES = 256 * 1024
"""A session description has up to 64 KiB. One that is longer still is told so by name."""

_POSITIONS = "/api/v1/positions"
_PLANS = "/api/v1/mock-interviews"
IMPORT = f"{_POSITIONS}/import"
CAPTURE = f"{_POSITIONS}/capture"
DOCUMENTS = "/api/v1/documents"
_SESSION = "/api/v1/sessions/{session_id}"
_WHOLE = frozenset({IMPORT, CAPTURE, _PLANS, f"{_PLANS}/{{mock_interview_id}}"})
"""Routes whose bodies may be as large as ``MAX_BODY_BYTES``."""

_TEXTS = frozenset(
    {
        _POSITIONS,
        f"{_POSITIONS}/{{position_id}}",
        f"{_POSITIONS}/{{position_id}}/interviews",
        "/api/v1/interviews/{interview_id}",
        "/api/v1/interviews/{interview_id}/notes",
        f"{_POSITIONS}/{{position_id}}/notes",
        "/api/v1/notes/{note_id}",
        "/api/v1/contacts",
        "/api/v1/contacts/{contact_id}",
        "/api/v1/products",
        "/api/v1/products/{product_id}",
        "/api/inject-problem",
        "/api/inject-custom-context",
        "/api/interview/{room_id}/answer",
        f"{_SESSION}/self-assessment",
        f"{_SESSION}/report/criteria/{{sequence}}/{{criterion}}/dispute",
    }
)
_STORING = (
    (_WHOLE - {CAPTURE})
    | _TEXTS
    | {
        f"{_POSITIONS}/{{position_id}}/status",
        f"{_PLANS}/{{mock_interview_id}}/copy",
        f"{_SESSION}/questions/{{sequence}}/retry",
        "/api/v1/interviews/{interview_id}/practice",
        "/api/start-interview",
    }
    | {f"{_POSITIONS}/{{position_id}}/tasks", "/api/v1/tasks", "/api/v1/tasks/{task_id}"}
    | {DOCUMENTS, f"{DOCUMENTS}/{{document_id}}"}
)
"""Routes that put something away for their owner, be it a line of a history: refused where the owner's
bytes are used up, deletions excepted."""

_EXPORTS = frozenset({"/api/v1/export", f"{_POSITIONS}/export.csv", f"{_POSITIONS}/export.xlsx"})
"""Routes that give out all that an owner has."""

_HEAVY_READING = {_POSITIONS: b"search="} | dict.fromkeys(
    (
        *(_PLANS, "/api/v1/agenda", "/api/v1/attention", "/api/v1/contacts"),
        *(f"{_POSITIONS}/{{position_id}}/notes", f"{_POSITIONS}/{{position_id}}/timeline"),
        *(f"{_SESSION}/report", "/api/v1/statistics/practice"),
    ),
    b"",
)
"""Routes that may look at all that an owner has, or answer with megabytes, and what is in the query if they do. One
owner has one such request to a route under way in a process; the others wait."""

HEAVY_BODY_BYTES = 64 * 1024
_HEAVY_WRITING = dict.fromkeys(_WHOLE, HEAVY_BODY_BYTES) | {
    f"{_PLANS}/{{mock_interview_id}}/copy": 0,
    f"{_SESSION}/questions/{{sequence}}/retry": 0,
    f"{_SESSION}/report": 0,
    # Each reads the report.
    f"{_SESSION}/report/criteria/{{sequence}}/{{criterion}}/dispute": 0,
}
"""So it is with bodies of this size: what is made of them, here and in the database, takes much of a core."""

_ENDLESS = frozenset({"/api/interview/{room_id}/events"})
"""Answers without an end, which have a budget of their own."""

LOGINS = "/api/v1/auth/"
"""What ends a login must not wait for what that login does: such requests are counted for each login by itself, and
not as under way. Passwords have lanes of their own."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods of which no route reads a body."""


@dataclass(frozen=True, slots=True)
class RouteRules:
    """What a request by one method of one route may bring and takes."""

    body_bytes: int
    takes: tuple[Limit, ...]
    stores: bool
    turn_at_query: bytes | None
    """What is in the query of a request that waits for its owner's others."""

    turn_at_body_bytes: int | None
    """How long the body of one is that does so, too; any whose length is not said does."""


@lru_cache(maxsize=1024)
def rules_of(path: str, method: str, max_body_bytes: int, max_document_bytes: int) -> RouteRules:
    """Return the rules of a route by its path as it is documented.

    ``max_body_bytes`` is for the largest JSON bodies and imports, ``max_document_bytes`` for one uploaded file.
    """
    return RouteRules(
        _body_bytes(path, max_body_bytes, max_document_bytes),
        _takes(path, method),
        _stores(path, method),
        _turn_at_query(path, method),
        None if method in READING else _HEAVY_WRITING.get(path),
    )


def _body_bytes(path: str, max_body_bytes: int, max_document_bytes: int) -> int:
    if path in _WHOLE:
        return max_body_bytes
    if path == DOCUMENTS:
        # The file, and what a form has beside and around it.
        return max_document_bytes + SMALL_BODY_BYTES
    if path == "/api/offer":
        return min(OFFER_BODY_BYTES, max_body_bytes)
    return min(TEXTS_BODY_BYTES if path in _TEXTS else SMALL_BODY_BYTES, max_body_bytes)


def _takes(path: str, method: str) -> tuple[Limit, ...]:
    if path in _ENDLESS or path.startswith(LOGINS):
        return ()
    if method in READING:
        exports = (Limit.EXPORTS_AT_ONCE,) if path in _EXPORTS else ()
        return (*exports, Limit.REQUESTS_IN_FLIGHT)
    imports = (Limit.IMPORTS_AT_ONCE,) if path == IMPORT else ()
    return (*imports, Limit.WRITES_AT_ONCE, Limit.REQUESTS_IN_FLIGHT)


def _stores(path: str, method: str) -> bool:
    return path in _STORING and method not in READING | {"DELETE"}


def _turn_at_query(path: str, method: str) -> bytes | None:
    return _HEAVY_READING.get(path) if method in READING else None
