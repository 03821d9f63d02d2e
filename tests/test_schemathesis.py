"""The API against its own OpenAPI document, with requests that a machine thinks of."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis.engine import events, from_schema
from schemathesis.python import asgi

from app.application import create_app
from app.core.config import Settings
from app.schemas.fields import NO_NUL
from tests.conftest import NewDatabase
from tests.support.users import PASSWORD

SECONDS = 35
EXAMPLES = 12
LONGEST = 200
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "response_schema_conformance",
    "content_type_conformance",
    "response_headers_conformance",
)
# A logout with the one token of the run would turn every later request into a 401; a stream of events never ends.
EXCLUDED = r"/auth/logout$|/events$"
# The application of this test has no voice, and says so.
UNAVAILABLE = {("POST /api/offer", 503)}


@pytest.fixture
def quiet() -> Iterator[None]:
    """Thousands of requests are not worth a log line each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::pytest.PytestWarning",
    # Another thread that uses `random` while a value is drawn looks to Hypothesis as if the strategy did.
    "ignore::hypothesis.errors.HypothesisDeprecationWarning",
)
async def test_no_request_finds_a_crash_or_an_undocumented_answer(
    new_database: NewDatabase, make_settings: Callable[..., Settings], quiet: None
) -> None:
    url = await new_database()

    found, cases = await asyncio.to_thread(_explore, make_settings(database_url=url))

    assert not found, "\n\n".join(found)
    assert cases > 300


def _explore(settings: Settings) -> tuple[list[str], int]:
    """Run every phase and return what was found, once each, and how many requests were sent."""
    app = create_app(settings)
    try:
        application: Any = app
        with asgi.get_client(application) as client:
            document = _quick_to_generate(client.get("/openapi.json").json())
            schema = schemathesis.openapi.from_dict(document, config=_config(_token(client)))
        schema.app = application
        found: dict[str, str] = {}
        cases: Counter[str] = Counter()
        for event in from_schema(schema.exclude(path_regex=EXCLUDED)).execute():
            if isinstance(event, events.NonFatalError):
                found[event.label] = f"{event.label}: {event.value!r}"
            elif isinstance(event, events.ScenarioFinished):
                cases[event.phase.value] += len(event.recorder.cases)
                for failure, text in _failures(event):
                    found.setdefault(failure, text)
        return [*found.values()], cases.total()
    finally:
        asgi.shutdown_lifespans()


def _quick_to_generate(schema: Any) -> Any:
    """Return the document without what makes a string take seconds to generate; the hand-made corpus has those."""
    if isinstance(schema, list):
        return [_quick_to_generate(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    quick = {key: _quick_to_generate(value) for key, value in schema.items()}
    if quick.get("type") == "string":
        quick.pop("pattern", None) if quick.get("pattern") == NO_NUL else None
        quick |= {"maxLength": min(quick["maxLength"], LONGEST)} if "maxLength" in quick else {}
    return quick


def _token(client: Any) -> str:
    account = {"email": "ada@example.com", "password": PASSWORD}
    client.post("/api/v1/auth/register", json=account | {"first_name": "Ada"})
    token: str = client.post("/api/v1/auth/login", json=account).json()["access_token"]
    return token


def _config(token: str) -> schemathesis.Config:
    return schemathesis.Config.from_dict(
        {
            "seed": 1,
            "max-time": SECONDS,
            "headers": {"Authorization": f"Bearer {token}"},
            "checks": {"enabled": False} | {check: {"enabled": True} for check in CHECKS},
            "generation": {"max-examples": EXAMPLES, "deterministic": True, "no-shrink": True, "database": "none"},
        }
    )


def _failures(event: events.ScenarioFinished) -> Iterator[tuple[str, str]]:
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                case = event.recorder.cases[case_id].value
                if (case.operation.label, getattr(failure, "status_code", 0)) in UNAVAILABLE:
                    continue
                name = f"{case.operation.label}: {failure.title}"
                yield name, f"{name}\n{failure.message}\n{check.failure_info.code_sample}"[:2000]
