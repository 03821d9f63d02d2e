"""Anthropic's models: ``POST /v1/messages``."""

import json
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from fastapi import Request

from tests.support.stubs.model_server import ModelServer

KEY = "anthropic-key"
MODEL = "claude-haiku-4-5"


class AnthropicMind(ModelServer):
    settings: ClassVar = {"llm_provider": "anthropic", "llm_model": MODEL, "llm_api_key": KEY}
    path = "/v1/messages"
    key = ("x-api-key", KEY)

    def problem(self, request: Request, body: dict[str, Any]) -> str:
        roles = [message["role"] for message in body["messages"]]
        if "anthropic-version" not in request.headers:
            return "anthropic-version is missing"
        if (body["model"], body["stream"]) != (MODEL, True) or body["max_tokens"] < 1:
            return f"model {body['model']}, stream {body['stream']}, max_tokens {body['max_tokens']}"
        if roles[:1] != ["user"] or not set(roles) <= {"user", "assistant"}:
            return f"messages of {roles}"
        if not all(message["content"] for message in body["messages"]):
            return "a message without content"
        return ""

    async def stream(self, words: list[str]) -> AsyncIterator[str]:
        message: dict[str, Any] = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": MODEL,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 10, "output_tokens": 1},
        }
        yield _event("message_start", message=message)
        yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        yield _event("ping")
        for word in words:
            yield _event("content_block_delta", index=0, delta={"type": "text_delta", "text": word + " "})
        yield _event("content_block_stop", index=0)
        end = {"stop_reason": "end_turn", "stop_sequence": None}
        yield _event("message_delta", delta=end, usage={"output_tokens": len(words)})
        yield _event("message_stop")

    def failure(self, status: int, message: str) -> dict[str, Any]:
        kinds = {400: "invalid_request_error", 401: "authentication_error", 503: "api_error"}
        return {"type": "error", "error": {"type": kinds[status], "message": message}}


def _event(kind: str, **fields: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind} | fields)}\n\n"
