"""Google's models: ``POST /v1beta/models/{model}:generateContent``."""

from typing import Any, ClassVar

from fastapi import Request

from tests.support.stubs.model_server import ModelServer

KEY = "google-key"
MODEL = "gemini-2.5-flash"


class GoogleMind(ModelServer):
    settings: ClassVar = {"llm_provider": "google", "llm_model": MODEL, "llm_api_key": KEY}
    path = f"/v1beta/models/{MODEL}:generateContent"
    key = ("x-goog-api-key", KEY)

    def problem(self, request: Request, body: dict[str, Any]) -> str:
        roles = [content["role"] for content in body["contents"]]
        if not roles or not set(roles) <= {"user", "model"}:
            return f"contents of {roles}"
        if not all(part.get("text") for content in body["contents"] for part in content["parts"]):
            return "a part without text"
        return ""

    def answer(self, text: str) -> dict[str, Any]:
        candidate = {"index": 0, "content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"}
        usage = {"promptTokenCount": 10, "candidatesTokenCount": len(text.split())}
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": MODEL, "responseId": "r1"}

    def failure(self, status: int, message: str) -> dict[str, Any]:
        names = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 503: "UNAVAILABLE"}
        return {"error": {"code": status, "message": message, "status": names[status]}}
