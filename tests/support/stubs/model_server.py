"""What the stubs of language models have in common."""

from collections.abc import Mapping
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

WORDS = "That sounds like a hard week. Why did you do it that way?"


class ModelServer:
    """Answers each request that has the key and is well formed."""

    settings: ClassVar[Mapping[str, str]]
    path: ClassVar[str]
    key: ClassVar[tuple[str, str]]
    """The header with the key, and what it has to hold."""

    def __init__(self, app: FastAPI) -> None:
        self.requests: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self._is_failing = False
        app.post(self.path)(self._reply)

    async def fail(self) -> None:
        """Answer nothing from now on."""
        self._is_failing = True

    def mend(self) -> None:
        """Work again."""
        self._is_failing = False

    def problem(self, request: Request, body: dict[str, Any]) -> str:
        """Return what the provider would not put up with; nothing if it would."""
        raise NotImplementedError

    def answer(self, text: str) -> dict[str, Any]:
        """Return a reply as the provider sends it."""
        raise NotImplementedError

    def failure(self, status: int, message: str) -> dict[str, Any]:
        """Return an error as the provider words it."""
        raise NotImplementedError

    async def _reply(self, request: Request) -> Response:
        if self._is_failing:
            return self._failed(503, "stub failure")
        name, value = self.key
        if request.headers.get(name) != value:
            self.refused.append(f"{name}: {request.headers.get(name)}")
            return self._failed(401, "wrong key")
        body: dict[str, Any] = await request.json()
        if problem := self.problem(request, body):
            self.refused.append(problem)
            return self._failed(400, problem)
        self.requests.append(body)
        return JSONResponse(self.answer(WORDS))

    def _failed(self, status: int, message: str) -> Response:
        return JSONResponse(self.failure(status, message), status_code=status)
