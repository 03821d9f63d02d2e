"""Ollama's own version of OpenAI's chat: ``POST /v1/chat/completions``.

It wants no key, knows the models that were pulled, and loads one at its first request. Of a request it reads the
fields below and passes over all others, as Ollama does: an answer whose length is bounded by another name goes on
until the context is full.
"""

import asyncio
import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

FIELDS = {
    "model",
    "messages",
    "stream",
    "stream_options",
    "max_tokens",
    "seed",
    "stop",
    "temperature",
    "frequency_penalty",
    "presence_penalty",
    "top_p",
    "response_format",
    "tools",
    "reasoning",
    "reasoning_effort",
}
ROLES = {"system", "user", "assistant", "tool"}
ERROR_TYPES = {400: "invalid_request_error", 404: "not_found_error"}
WORDS = "That sounds like a hard week. Why did you do it that way?"


class Ollama:
    """The server: which models it has, what it was asked in fields that it knows, and what it refused."""

    def __init__(self, app: FastAPI, *models: str) -> None:
        self.models = set(models)
        self.asked: list[dict[str, Any]] = []
        self.passed_over: set[str] = set()
        self.is_loaded = asyncio.Event()
        self.is_loaded.set()
        self.reads_no_more = False
        app.post("/v1/chat/completions")(self._chat)

    async def _chat(self, request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except ValueError as error:
            return _refusal(400, str(error))
        self.passed_over |= set(body) - FIELDS
        asked = {name: value for name, value in body.items() if name in FIELDS}
        if not asked.get("messages"):
            return _refusal(400, "[] is too short - 'messages'")
        if strange := {message["role"] for message in asked["messages"]} - ROLES:
            return _refusal(400, f"invalid role: {strange.pop()}")
        if asked.get("model") not in self.models:
            return _refusal(404, f"model '{asked.get('model')}' not found")
        self.asked.append(asked)
        if self.reads_no_more:
            return _refusal(503, "server busy, please try again.  maximum pending requests exceeded")
        await self.is_loaded.wait()
        words = WORDS.split()[: asked.get("max_tokens") or None]
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": " ".join(words)},
            "finish_reason": "length" if len(words) < len(WORDS.split()) else "stop",
        }
        usage = {"prompt_tokens": 26, "completion_tokens": len(words), "total_tokens": 26 + len(words)}
        return JSONResponse(
            {
                "id": "chatcmpl-417",
                "object": "chat.completion",
                "created": 1770000000,
                "model": asked["model"],
                "system_fingerprint": "fp_ollama",
                "choices": [choice],
                "usage": usage,
            }
        )


def _refusal(status: int, message: str) -> Response:
    error = {"message": message, "type": ERROR_TYPES.get(status, "api_error"), "param": None, "code": None}
    return JSONResponse({"error": error}, status_code=status)
