"""What the OpenAPI document says beside the endpoints."""

from typing import Any

from fastapi.routing import APIRoute

DESCRIPTION = (
    "Tracks job positions and their interviews. Sign in with `POST /api/v1/auth/login` and send the access token as "
    "`Authorization: Bearer …`. Every error has the same envelope."
)
TAGS = [
    {"name": "health", "description": "For probes and operators"},
    {"name": "auth", "description": "Accounts and logins"},
    {"name": "positions", "description": "Jobs applied for, and how far each has come"},
    {"name": "interviews", "description": "Real interviews of a position"},
    {"name": "notes", "description": "What is written down about a position"},
    {"name": "tasks", "description": "What is to be done, for a position or for none"},
    {"name": "contacts", "description": "People, and the positions that they have to do with"},
    {"name": "documents", "description": "CVs, letters and others, and the positions that they went to"},
    {"name": "agenda", "description": "What is on which day, and what would slip"},
    {"name": "mock interviews", "description": "The plans that practice rooms run"},
    {"name": "statistics", "description": "What the numbers say about a search"},
    {"name": "rooms", "description": "Practice rooms: the timer, the events, and what the interviewer is told"},
    {"name": "sessions", "description": "Past and live practice sessions, and what was said in them"},
    {"name": "reports", "description": "What practice sessions show, and the candidate's own word on it"},
    {"name": "products", "description": "The worked example of adding a resource"},
]
_ERRORS = {
    400: "A rule of the domain forbids it",
    401: "The token is bad, expired or revoked",
    403: "No token, or not allowed",
    404: "It does not exist, or is another user's",
    408: "The body took too long to arrive",
    409: "It clashes with something present or under way",
    413: "The body is too large",
    415: "The body has another content type",
    422: "Some fields are wrong",
    429: "Too many requests",
    503: "The database is out of reach",
}
# FastAPI types its `responses` with both kinds of key. The envelope is put in where the document is written: named
# here as a model, it would be compiled for each error of each route, which is a fifth of the start.
ERRORS: dict[int | str, dict[str, Any]] = {status: {"description": text} for status, text in _ERRORS.items()}


def operation_id(route: APIRoute) -> str:
    """Return the endpoint's function name, from which client generators make theirs."""
    return route.name
