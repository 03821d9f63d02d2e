"""Deepgram's ears (Nova, ``/v1/listen``) and voice (Aura, ``/v1/speak``)."""

import json
from typing import Any, ClassVar

from fastapi import FastAPI, WebSocket

from tests.support.stubs.socket_server import SocketServer
from tests.support.stubs.sound import HEARING_RATE, SPEAKING_RATE, Recording, tone

KEY = "deepgram-key"
MODEL = "nova-2"
VOICE = "aura-2-thalia-en"


class DeepgramEars(SocketServer):
    """Takes sound as it is, and transcribes it when told to finalize."""

    settings: ClassVar = {"stt_provider": "deepgram", "stt_model": MODEL, "stt_api_key": KEY}
    path = "/v1/listen"
    key = ("authorization", f"Token {KEY}")
    query: ClassVar = {"model": MODEL, "encoding": "linear16", "sample_rate": str(HEARING_RATE), "channels": "1"}

    async def talk(self, socket: WebSocket) -> None:
        recording = Recording()
        while (message := await socket.receive())["type"] == "websocket.receive":
            if audio := message.get("bytes"):
                recording.add(audio)
                continue
            match json.loads(message["text"])["type"]:
                case "Finalize":
                    text = recording.transcript()
                    await socket.send_json(_results(text, is_final=False))
                    await socket.send_json(_results(text, is_final=True))
                case "CloseStream":
                    await socket.close()
                    return
                case "KeepAlive":
                    pass
                case other:
                    self.refused.append(f"message {other}")


class DeepgramVoice(SocketServer):
    """Says what it was told to speak when it is told to flush."""

    settings: ClassVar = {"tts_provider": "deepgram", "tts_voice": VOICE, "tts_api_key": KEY}
    path = "/v1/speak"
    key = ("authorization", f"Token {KEY}")
    query: ClassVar = {"model": VOICE, "encoding": "linear16", "sample_rate": str(SPEAKING_RATE)}

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app)
        self.spoken: list[str] = []

    async def talk(self, socket: WebSocket) -> None:
        await socket.send_json({"type": "Metadata", "request_id": "r1", "model_name": VOICE})
        text = ""
        while True:
            message = await socket.receive_json()
            match message["type"]:
                case "Speak":
                    text += message["text"]
                case "Flush":
                    self.spoken.append(text.strip())
                    text = ""
                    await socket.send_bytes(tone())
                    await socket.send_json({"type": "Flushed", "sequence_id": 0})
                case "Clear":
                    text = ""
                    await socket.send_json({"type": "Cleared", "sequence_id": 0})
                case "Close":
                    await socket.close()
                    return
                case other:
                    self.refused.append(f"message {other}")


def _results(text: str, *, is_final: bool) -> dict[str, Any]:
    return {
        "type": "Results",
        "channel_index": [0, 1],
        "start": 0.0,
        "duration": 1.0,
        "is_final": is_final,
        "speech_final": is_final,
        "from_finalize": is_final,
        "channel": {"alternatives": [{"transcript": text, "confidence": 0.9, "words": []}]},
        "metadata": {
            "request_id": "r1",
            "model_uuid": "m1",
            "model_info": {"name": MODEL, "version": "1", "arch": MODEL},
        },
    }
