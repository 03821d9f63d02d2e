"""Anthropic's models: ``POST /v1/messages``."""

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
        if body["model"] != MODEL or body.get("stream") or body["max_tokens"] < 1:
            return f"model {body['model']}, stream {body.get('stream')}, max_tokens {body['max_tokens']}"
        if roles[:1] != ["user"] or not set(roles) <= {"user", "assistant"}:
            return f"messages of {roles}"
        if not all(message["content"] for message in body["messages"]):
            return "a message without content"
        return ""

    def answer(self, text: str) -> dict[str, Any]:
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": MODEL,
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 10, "output_tokens": len(text.split())},
        }

    def failure(self, status: int, message: str) -> dict[str, Any]:
        kinds = {400: "invalid_request_error", 401: "authentication_error", 503: "api_error"}
        return {"type": "error", "error": {"type": kinds[status], "message": message}}
