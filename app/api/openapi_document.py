"""The OpenAPI document as clients are generated from it.

FastAPI writes what endpoints declare. Here it is put right where that is too much or too little: each operation names
the errors that it can end in and no others, under their own media type; operations of rooms say what opens them; and
every body and answer has an example.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.api.dependencies import current_user, get_creation, get_db
from app.api.openapi import ERRORS
from app.api.openapi_examples import example_of
from app.schemas.errors import ErrorResponse

SECURITY_SCHEMES = {
    "RoomToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `room_token` of `POST /api/start-interview`, good for that room alone",
    },
    "RoomTokenInAddress": {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "The same for EventSource, which sends no headers",
    },
    "CalendarFeedToken": {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "From `POST /api/v1/interviews/calendar-feed`",
    },
}
ROOM_SECURITY: list[dict[str, list[str]]] = [{"HTTPBearer": []}, {"RoomToken": []}, {"RoomTokenInAddress": []}, {}]
"""Either token; and none where rooms may be opened without an account."""

_JSON = "application/json"
_CALENDAR = "/api/v1/interviews/calendar.ics"
_UNUSED = ("HTTPValidationError", "ValidationError")
"""FastAPI's own form of a 422, which no answer has."""

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_RULES_OF_THE_DOMAIN = frozenset(
    {
        ("DELETE", "/api/v1/positions/{position_id}"),
        ("POST", "/api/interview/{room_id}/timer/start"),
        ("POST", "/api/interview/{room_id}/timer/pause"),
        ("POST", "/api/interview/{room_id}/timer/reset"),
        ("POST", "/api/interview/{room_id}/timer/next"),
        ("POST", "/api/interview/{room_id}/end"),
        ("POST", "/api/interview/{room_id}/answer"),
        ("POST", "/api/inject-problem"),
        ("POST", "/api/inject-custom-context"),
        ("POST", "/api/offer"),
        ("PUT", "/api/v1/sessions/{session_id}/self-assessment"),
        ("PUT", "/api/v1/sessions/{session_id}/report/criteria/{sequence}/{criterion}/dispute"),
    }
)
_NO_TOKEN = {
    "/api/v1/auth/register": {409, 429},
    "/api/v1/auth/login": {401, 429},
    "/api/v1/auth/refresh": {401, 403, 429},
    "/api/v1/auth/validate": {401, 429},
    _CALENDAR: {401, 403, 429},
}
"""What operations without a token of an account answer of those errors that such tokens bring."""

_NAMES_A_RESOURCE_IN_ITS_BODY = (
    *("/api/start-interview", "/api/inject", "/api/offer"),
    *("/api/v1/tasks", "/api/v1/contacts", "/api/v1/documents", "/api/v1/mock-interviews"),
)
_NAMES_NO_RESOURCE = ("/api/v1/statistics/monthly/", "/api/v1/products/category/")
_HAS_ONE = "/api/v1/interviews/calendar-feed"


def install_document(app: FastAPI, more_schemas: Callable[[], Mapping[str, Any]]) -> None:
    """Have an application give this document in the place of FastAPI's; with schemas that no endpoint declares.

    It is written when it is first asked for, and they are made then.
    """
    written = app.openapi

    def give() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = written()
            schemas = document["components"]["schemas"]
            document["components"]["schemas"] = {**more_schemas(), **_envelope(), **schemas}
            _amend(document, [route for route in app.routes if isinstance(route, APIRoute)])
        found: dict[str, Any] = app.openapi_schema or {}
        return found

    app.openapi = give  # type: ignore[method-assign]


def _envelope() -> dict[str, Any]:
    """Return the schemas of an error's body by name."""
    schema = ErrorResponse.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), ErrorResponse.__name__: schema}


def _amend(document: dict[str, Any], routes: list[APIRoute]) -> None:
    schemas = document["components"]["schemas"]
    document["components"].setdefault("securitySchemes", {}).update(SECURITY_SCHEMES)
    for route in routes:
        for method in sorted((route.methods or set()) & {"GET", *_WRITES}) if route.include_in_schema else ():
            operation = document["paths"][route.path_format][method.lower()]
            if _opens_rooms(route):
                operation["security"] = ROOM_SECURITY
            if route.path_format == _CALENDAR:
                operation["security"] = [{"CalendarFeedToken": []}]
            _correct_errors(operation, _possible_errors(route, method, operation))
            _add_examples(operation, schemas)
    for name in _UNUSED:
        schemas.pop(name, None)
    for name, schema in schemas.items():
        # Where bodies and answers have a form each, generators would make one class of both.
        schema["title"] = name.replace("-", "")
    _simplify_dictionaries(schemas)


def _simplify_dictionaries(schema: Any) -> None:
    """Say of dictionaries what their keys are and what their values: few generators know patterns of keys.

    Nor can they make a default of an empty one; leaving the field out is the same.
    """
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        _simplify_dictionaries(part)
    if isinstance(schema, dict) and len(schema.get("patternProperties") or ()) == 1:
        [(pattern, values)] = schema.pop("patternProperties").items()
        schema["propertyNames"] = {"type": "string", "pattern": pattern} | schema.get("propertyNames", {})
        schema["additionalProperties"] = values
    if isinstance(schema, dict) and schema.get("default") == {}:
        del schema["default"]


def _opens_rooms(route: APIRoute) -> bool:
    return any(getattr(call, "admits_guests_of_rooms", False) for call in _calls(route.dependant))


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    yield dependant.call
    for dependency in dependant.dependencies:
        yield from _calls(dependency)


def _possible_errors(route: APIRoute, method: str, operation: dict[str, Any]) -> set[int]:
    """Return the statuses of the errors that an operation can end in; whatever needs the database can end in 503."""
    path, has_body = route.path_format, "requestBody" in operation
    calls = list(_calls(route.dependant))
    possible = {503} | _NO_TOKEN.get(path, set())
    if current_user in calls or _opens_rooms(route):
        possible |= {401, 403, 429}
    if (method, path) in _RULES_OF_THE_DOMAIN:
        possible |= {400}
    names_resource = "{" in path and not path.startswith(_NAMES_NO_RESOURCE)
    if names_resource or (has_body and path.startswith(_NAMES_A_RESOURCE_IN_ITS_BODY)):
        possible |= {404}
    if path == _HAS_ONE and method != "POST":
        possible |= {404}
    if method in _WRITES and get_db in calls:
        possible |= {409}
    if has_body:
        possible |= {408, 413, 415}
    if has_body or operation.get("parameters") or get_creation in calls:
        possible |= {422}
    return possible


def _correct_errors(operation: dict[str, Any], possible: set[int]) -> None:
    responses = operation["responses"]
    for status in ERRORS:
        documented = responses.get(str(status))
        if documented is None or not _is_envelope(documented):
            continue
        if status not in possible:
            del responses[str(status)]
        else:
            # FastAPI puts errors under the media type of the success, whatever they are.
            documented["content"] = {_JSON: {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}


def _is_envelope(documented: dict[str, Any]) -> bool:
    """Tell an error from an answer with a status and a form of its own."""
    contents = documented.get("content", {}).values()
    schemas = [media["schema"].get("$ref", "").rpartition("/")[2] for media in contents]
    return not schemas or any(schema in _UNUSED for schema in schemas)


def _add_examples(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    for is_request, described in [*((True, body) for body in bodies), *((False, answer) for answer in answers)]:
        media = described.get("content", {}).get(_JSON)
        if media and "schema" in media:
            media["example"] = example_of(media["schema"], schemas, is_request=is_request)
