"""A server that speaks OpenAI's protocol for chat, transcription and speech, and fails when it is told to."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

HEARD = "I built the payment service with two colleagues."
SPEECH_RATE = 24000


class OpenAIStub:
    """What was asked of the server, and which of its parts fail."""

    def __init__(self) -> None:
        self.failing: set[str] = set()
        self.chats: list[dict[str, Any]] = []
        self.spoken: list[str] = []
        self.replies = 0
        self.heard = HEARD
        self.seconds = 1
        self.hearing_seconds = 0.0
        self.app = FastAPI()
        self.app.post("/v1/chat/completions")(self.chat)
        self.app.post("/v1/audio/transcriptions")(self.transcribe)
        self.app.post("/v1/audio/speech")(self.speak)

    async def chat(self, request: Request) -> Response:
        body = await request.json()
        self.chats.append(body)
        if "chat" in self.failing:
            return _failure()
        self.replies += 1
        words = f"This is reply number {self.replies}. ".split(" ")

        async def stream() -> AsyncIterator[str]:
            for word in words:
                yield _chunk(body["model"], {"content": word + " "})
                if "mid-reply" in self.failing and word == "reply":
                    # What has been spoken by then was heard.
                    await asyncio.sleep(0.5)
                    raise ConnectionResetError
            yield _chunk(body["model"], {}, "stop")
            yield "data: [DONE]\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def transcribe(self, request: Request) -> Response:
        await request.body()
        await asyncio.sleep(self.hearing_seconds)
        return _failure() if "stt" in self.failing else JSONResponse({"text": self.heard})

    async def speak(self, request: Request) -> Response:
        if "tts" in self.failing:
            return _failure()
        self.spoken.append((await request.json())["input"])
        tone = np.sin(np.arange(SPEECH_RATE * self.seconds) * 2 * np.pi * 440 / SPEECH_RATE) * 8000
        return Response(tone.astype(np.int16).tobytes(), media_type="audio/pcm")


def _chunk(model: str, delta: dict[str, str], reason: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": [choice]}
    return f"data: {json.dumps(body)}\n\n"


def _failure() -> Response:
    return JSONResponse({"error": {"message": "stub failure", "type": "server_error"}}, status_code=500)
