"""Cartesia's ears (Ink, ``/stt/websocket``) and voice (Sonic, ``/tts/websocket``)."""

import base64
from typing import Any, ClassVar

from fastapi import FastAPI, WebSocket

from tests.support.stubs.socket_server import SocketServer
from tests.support.stubs.sound import HEARING_RATE, SPEAKING_RATE, Recording, tone

KEY = "cartesia-key"
EARS_MODEL = "ink-2"
VOICE_MODEL = "sonic-3"
VOICE = "a0e99841-438c-4a64-b679-ae501e7d6091"
OUTPUT = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": SPEAKING_RATE}


class CartesiaEars(SocketServer):
    """Takes sound as it is, and transcribes it when told to finalize."""

    settings: ClassVar = {"stt_provider": "cartesia", "stt_model": EARS_MODEL, "stt_api_key": KEY}
    path = "/stt/websocket"
    key = ("x-api-key", KEY)
    query: ClassVar = {"model": EARS_MODEL, "encoding": "pcm_s16le", "sample_rate": str(HEARING_RATE)}

    async def talk(self, socket: WebSocket) -> None:
        recording = Recording()
        while (message := await socket.receive())["type"] == "websocket.receive":
            if audio := message.get("bytes"):
                recording.add(audio)
                continue
            match message["text"]:
                case "finalize":
                    if text := recording.transcript():
                        heard = {"text": text, "is_final": True, "duration": 1.0, "language": "en", "words": []}
                        await socket.send_json({"type": "transcript", "request_id": "r1"} | heard)
                    await socket.send_json({"type": "flush_done", "request_id": "r1"})
                case "done":
                    await socket.send_json({"type": "done", "request_id": "r1"})
                    await socket.close()
                    return
                case other:
                    self.refused.append(f"message {other}")


class CartesiaVoice(SocketServer):
    """Says each text of a context at once, with the times of its words."""

    settings: ClassVar = {
        "tts_provider": "cartesia",
        "tts_model": VOICE_MODEL,
        "tts_voice": VOICE,
        "tts_api_key": KEY,
    }
    path = "/tts/websocket"
    key = ("x-api-key", KEY)
    query: ClassVar[dict[str, str]] = {}

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app)
        self.spoken: list[str] = []

    async def talk(self, socket: WebSocket) -> None:
        if "cartesia-version" not in socket.headers:
            self.refused.append("cartesia-version is missing")
        while True:
            message = await socket.receive_json()
            context = {"context_id": message["context_id"], "status_code": 206, "done": False}
            if message.get("cancel"):
                continue
            if problem := _problem(message):
                self.refused.append(problem)
                failure = {"type": "error", "title": "Bad request", "message": problem}
                await socket.send_json(context | failure | {"status_code": 400, "done": True})
                continue
            if text := message["transcript"]:
                self.spoken.append(text.strip())
                audio = base64.b64encode(tone()).decode()
                await socket.send_json(context | {"type": "timestamps", "word_timestamps": _times(text.split())})
                await socket.send_json(context | {"type": "chunk", "step_time": 1.0, "data": audio})
                await socket.send_json(context | {"type": "flush_done", "flush_done": True, "flush_id": 1})
            if not message["continue"]:
                await socket.send_json(context | {"type": "done", "done": True})


def _problem(message: dict[str, Any]) -> str:
    if message["model_id"] != VOICE_MODEL:
        return f"model_id {message['model_id']}"
    if message["voice"] != {"mode": "id", "id": VOICE}:
        return f"voice {message['voice']}"
    if message["output_format"] != OUTPUT:
        return f"output_format {message['output_format']}"
    return ""


def _times(words: list[str]) -> dict[str, list[Any]]:
    starts = [number / len(words) for number in range(len(words))]
    return {"words": words, "start": starts, "end": [start + 0.5 / len(words) for start in starts]}
