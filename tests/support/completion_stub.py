"""A server that is asked for completions in the protocols of three providers, and answers what it is told to.

It refuses a JSON schema that the provider would refuse.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import Headers

from tests.support.stubs import schema_rules

OPENAI_ENDINGS = {"end": "stop", "cut off": "length", "refused": "content_filter"}
ANTHROPIC_ENDINGS = {"end": "end_turn", "cut off": "max_tokens", "refused": "refusal"}
GOOGLE_ENDINGS = {"end": "STOP", "cut off": "MAX_TOKENS", "refused": "SAFETY"}
READ_TOKENS = 100
WRITTEN_TOKENS = 20


class CompletionStub:
    """What was asked of the server, and how it answers: with this text, ending and status, once it is let go on.

    ``ending`` is ``end``, ``cut off`` or ``refused``; ``raw`` is a body that is sent in place of them all, as JSON.
    ``answers`` and ``statuses`` are those of the next requests. Without ``takes_schemas`` it refuses any schema.
    """

    first_answer = "That sounds like a hard week. What was your own part?"

    def __init__(self) -> None:
        self.app = FastAPI()
        self.app.post("/v1/chat/completions")(self._openai)
        self.app.post("/v1/messages")(self._anthropic)
        self.app.post("/v1beta/models/{call}")(self._google)
        self.reset()

    def reset(self) -> None:
        """Forget what was asked, and answer at once with the first answer."""
        self.asked: list[dict[str, Any]] = []
        self.headers: list[Headers] = []
        self.answers: list[str] = []
        self.statuses: list[int] = []
        self.takes_schemas = True
        self.answer = self.first_answer
        self.ending = "end"
        self.status = 200
        self.raw: str | None = None
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def _openai(self, request: Request) -> Response:
        message = {"role": "assistant", "content": self._next()}
        choice = {"index": 0, "message": message, "finish_reason": OPENAI_ENDINGS[self.ending]}
        usage = {
            "prompt_tokens": READ_TOKENS,
            "completion_tokens": WRITTEN_TOKENS,
            "total_tokens": READ_TOKENS + WRITTEN_TOKENS,
        }
        return await self._answered(
            request,
            {
                "id": "1",
                "object": "chat.completion",
                "created": 0,
                "model": "m",
                "choices": [choice],
                "usage": usage,
            },
            schema_rules.openai_problem,
        )

    async def _anthropic(self, request: Request) -> Response:
        return await self._answered(
            request,
            {
                "id": "1",
                "type": "message",
                "role": "assistant",
                "model": "m",
                "content": [{"type": "text", "text": self._next()}],
                "stop_reason": ANTHROPIC_ENDINGS[self.ending],
                "usage": {"input_tokens": READ_TOKENS, "output_tokens": WRITTEN_TOKENS},
            },
            schema_rules.anthropic_problem,
        )

    async def _google(self, request: Request) -> Response:
        content = {"role": "model", "parts": [{"text": self._next()}]}
        candidate = {"content": content, "finishReason": GOOGLE_ENDINGS[self.ending]}
        usage = {
            "promptTokenCount": READ_TOKENS,
            "candidatesTokenCount": 15,
            "thoughtsTokenCount": WRITTEN_TOKENS - 15,
        }
        return await self._answered(
            request, {"candidates": [candidate], "usageMetadata": usage}, schema_rules.google_problem
        )

    def _next(self) -> str:
        return self.answers.pop(0) if self.answers else self.answer

    async def _answered(
        self, request: Request, body: dict[str, Any], problem_of: Callable[[dict[str, Any]], str | None]
    ) -> Response:
        asked = await request.json()
        self.asked.append(asked)
        self.headers.append(request.headers)
        await self.go_on.wait()
        problem = problem_of(asked)
        if problem is None and not self.takes_schemas and schema_rules.has_schema(asked):
            problem = "no schemas here"
        status = 400 if problem else self.statuses.pop(0) if self.statuses else self.status
        if self.raw is not None and status == 200:
            return Response(self.raw, media_type="application/json")
        error = {"error": {"message": problem or "stub failure", "type": "server_error"}}
        return JSONResponse(body if status == 200 else error, status_code=status)
