"""A server that is asked for plans in the protocols of three providers, and answers what it is told to."""

import asyncio
import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

QUESTIONS: list[dict[str, Any]] = [
    {
        "question_type": "introduction",
        "duration": 5,
        "question": "Hello. Who are you?",
        "instructions": "Be kind.",
        "follow_ups": ["Why rockets?"],
        "rubric": ["Is brief"],
    },
    {"question_type": "technical", "duration": 20, "question": "How would you store telemetry?"},
    {"question_type": "system_design", "duration": 20, "question": "Design the launch calendar."},
    {"question_type": "closing", "duration": 5, "question": "What do you want to know?"},
]
PLAN = json.dumps({"questions": QUESTIONS})


class PlanStub:
    """What was asked of the server, and how it answers: with this text and status, once it is let go on."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.app.post("/v1/chat/completions")(self._openai)
        self.app.post("/v1/messages")(self._anthropic)
        self.app.post("/v1beta/models/{call}")(self._google)
        self.reset()

    def reset(self) -> None:
        """Forget what was asked, and answer with the plan at once."""
        self.asked: list[dict[str, Any]] = []
        self.answer = PLAN
        self.status = 200
        self.go_on = asyncio.Event()
        self.go_on.set()

    def prompt(self) -> dict[str, Any]:
        """Return what the user's message of the last question said, which OpenAI's protocol asked."""
        [_, message] = self.asked[-1]["messages"]
        facts: dict[str, Any] = json.loads(message["content"])
        return facts

    async def _openai(self, request: Request) -> JSONResponse:
        message = {"role": "assistant", "content": self.answer}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return await self._answered(
            request, {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
        )

    async def _anthropic(self, request: Request) -> JSONResponse:
        return await self._answered(
            request,
            {
                "id": "1",
                "type": "message",
                "role": "assistant",
                "model": "m",
                "content": [{"type": "text", "text": self.answer}],
                "stop_reason": "end_turn",
                "usage": {"input_tokens": 1, "output_tokens": 1},
            },
        )

    async def _google(self, request: Request) -> JSONResponse:
        content = {"role": "model", "parts": [{"text": self.answer}]}
        return await self._answered(request, {"candidates": [{"content": content, "finishReason": "STOP"}]})

    async def _answered(self, request: Request, body: dict[str, Any]) -> JSONResponse:
        self.asked.append(await request.json())
        await self.go_on.wait()
        error = {"error": {"message": "stub failure", "type": "server_error"}}
        return JSONResponse(body if self.status == 200 else error, status_code=self.status)
