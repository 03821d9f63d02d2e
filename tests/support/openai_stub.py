"""A server that speaks OpenAI's protocol for chat, transcription and speech, and fails when it is told to."""

import asyncio
from typing import Any

import numpy as np
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

HEARD = "I built the payment service with two colleagues."
WORDS = "That sounds like a hard week. Why did you do it that way?"
SPEECH_RATE = 24000


class OpenAIStub:
    """What was asked of the server, and which of its parts fail."""

    def __init__(self) -> None:
        self.failing: set[str] = set()
        self.chats: list[dict[str, Any]] = []
        self.spoken: list[str] = []
        self.heard = HEARD
        self.seconds = 1
        self.unspeakable = ""
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
        message = {"role": "assistant", "content": WORDS}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        answer = {"id": "c1", "object": "chat.completion", "created": 0, "model": body["model"]}
        return JSONResponse(answer | {"choices": [choice]})

    async def transcribe(self, request: Request) -> Response:
        await request.body()
        await asyncio.sleep(self.hearing_seconds)
        return _failure() if "stt" in self.failing else JSONResponse({"text": self.heard})

    async def speak(self, request: Request) -> Response:
        text: str = (await request.json())["input"]
        if "tts" in self.failing or text == self.unspeakable:
            return _failure()
        self.spoken.append(text)
        tone = np.sin(np.arange(SPEECH_RATE * self.seconds) * 2 * np.pi * 440 / SPEECH_RATE) * 8000
        return Response(tone.astype(np.int16).tobytes(), media_type="audio/pcm")


def _failure() -> Response:
    return JSONResponse({"error": {"message": "stub failure", "type": "server_error"}}, status_code=500)
