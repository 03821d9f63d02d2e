"""The rest of an answer, which runs when the application is through with the request."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.api.continuations import ContinuationMiddleware, continue_later


class Rest:
    """A continuation that notes what becomes of it."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def run(self, _receive: Receive, _send: Send) -> None:
        self.told.append("run")

    def abandon(self) -> None:
        self.told.append("abandoned")


async def receive() -> Message:
    return {"type": "http.disconnect"}


async def send(_message: Message) -> None:
    pass


async def test_it_runs_when_the_application_is_through() -> None:
    rest = Rest()

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        scope["fastapi_stack"] = object()
        continue_later(scope, rest)
        rest.told.append("through")

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    await ContinuationMiddleware(app)(scope, receive, send)

    assert rest.told == ["through", "run"]
    assert scope == {"type": "http", "method": "GET", "path": "/", "headers": []}


async def test_it_is_given_up_if_the_application_fails_after_all() -> None:
    rest = Rest()

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        continue_later(scope, rest)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await ContinuationMiddleware(app)({"type": "http"}, receive, send)

    assert rest.told == ["abandoned"]


async def test_an_answer_without_one_is_left_alone() -> None:
    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        scope["noted"] = True

    scope: dict[str, object] = {"type": "http"}
    await ContinuationMiddleware(app)(scope, receive, send)

    assert scope["noted"]
