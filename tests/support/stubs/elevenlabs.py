"""ElevenLabs' ears (Scribe in real time) and voice (contexts that share a websocket)."""

import base64
from typing import Any, ClassVar

from fastapi import FastAPI, WebSocket

from tests.support.stubs.socket_server import SocketServer
from tests.support.stubs.sound import HEARING_RATE, SPEAKING_RATE, Recording, tone

KEY = "elevenlabs-key"
EARS_MODEL = "scribe_stub"
VOICE_MODEL = "eleven_stub"
VOICE = "21m00Tcm4TlvDq8ikWAM"


class ElevenLabsEars(SocketServer):
    """Takes sound in base64, and transcribes it when it is committed."""

    settings: ClassVar = {"stt_provider": "elevenlabs", "stt_model": EARS_MODEL, "stt_api_key": KEY}
    path = "/v1/speech-to-text/realtime"
    key = ("xi-api-key", KEY)
    query: ClassVar = {"model_id": EARS_MODEL, "audio_format": f"pcm_{HEARING_RATE}", "commit_strategy": "manual"}

    async def talk(self, socket: WebSocket) -> None:
        recording = Recording()
        await socket.send_json({"message_type": "session_started", "session_id": "s1", "config": {}})
        while True:
            message = await socket.receive_json()
            if (message["message_type"], message["sample_rate"]) != ("input_audio_chunk", HEARING_RATE):
                self.refused.append(f"message {message['message_type']} of {message['sample_rate']}")
            recording.add(base64.b64decode(message["audio_base_64"]))
            if message["commit"]:
                text = recording.transcript()
                await socket.send_json({"message_type": "partial_transcript", "text": text})
                await socket.send_json({"message_type": "committed_transcript", "text": text})


class ElevenLabsVoice(SocketServer):
    """Says each text of a context at once, with the times of its characters."""

    settings: ClassVar = {
        "tts_provider": "elevenlabs",
        "tts_model": VOICE_MODEL,
        "tts_voice": VOICE,
        "tts_api_key": KEY,
    }
    path = f"/v1/text-to-speech/{VOICE}/multi-stream-input"
    key = ("xi-api-key", KEY)
    query: ClassVar = {"model_id": VOICE_MODEL, "output_format": f"pcm_{SPEAKING_RATE}"}

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app)
        self.spoken: list[str] = []

    async def talk(self, socket: WebSocket) -> None:
        contexts: set[str] = set()
        while True:
            message = await socket.receive_json()
            context: str = message.get("context_id", "")
            text: str = message.get("text", "")
            if message.get("close_socket"):
                await socket.close()
                return
            if message.get("close_context"):
                contexts.discard(context)
                await socket.send_json({"contextId": context, "isFinal": True})
            elif text == " ":
                contexts.add(context)
            elif text:
                if context not in contexts:
                    self.refused.append(f"text for the context {context}, which is not open")
                self.spoken.append(text.strip())
                await socket.send_json({"contextId": context} | _speech(text))


def _speech(text: str) -> dict[str, Any]:
    step = 1000 // len(text)
    alignment = {
        "chars": list(text),
        "charStartTimesMs": [number * step for number in range(len(text))],
        "charDurationsMs": [step] * len(text),
    }
    audio = base64.b64encode(tone()).decode()
    return {"audio": audio, "alignment": alignment, "normalizedAlignment": alignment}
