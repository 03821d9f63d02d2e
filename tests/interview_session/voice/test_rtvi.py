"""The protocol of Pipecat's clients: what a client is told, what it may send, and what it cannot break."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pipecat.frames.frames import InterimTranscriptionFrame, TranscriptionFrame
from pipecat.tests.utils import run_test

from app.interview_session.voice.hearing import HeardSentences
from app.interview_session.voice.rtvi import (
    MAX_TEXT_CHARACTERS,
    MESSAGES_A_SECOND,
    NOT_TAKEN,
    SHOWN,
    TOO_MANY,
    UNREADABLE,
    CallObserver,
)
from tests.interview_session.voice.conftest import MakePeer, until_said
from tests.support.peer import spoken
from tests.support.rooms import Room
from tests.support.rtvi_client import RtviClient
from tests.support.waiting import nothing_happens, until

pytestmark = pytest.mark.slow


@pytest.fixture
async def client(room: Room, make_peer: MakePeer) -> AsyncIterator[RtviClient]:
    client = await RtviClient(make_peer(room)).connect()
    yield client
    await client.close()


async def typed(room: Room) -> list[str]:
    """Return the typed answers in a room's log."""
    return [line.data["text"] for line in await room.log() if line.data.get("source") == "typed"]


async def test_a_client_is_told_that_the_interviewer_is_ready_speaks_and_what_it_says(client: RtviClient) -> None:
    ready = await client.gets("bot-ready")
    assert ready["id"] == "ready"
    assert ready["data"]["version"].startswith("2.")

    await client.gets("bot-started-speaking")
    await client.gets("bot-output", text="Question 1?", spoken_status="completed")
    await client.gets("bot-transcription", text="Question 1?")
    await client.gets("bot-tts-text", text="Question 1?")
    await client.gets("bot-stopped-speaking")
    assert client.got("bot-llm-text") == client.got("user-llm-text") == client.got("metrics") == []


async def test_a_client_of_the_protocols_first_version_is_spoken_to_in_its_own(client: RtviClient) -> None:
    client.send("client-ready", {"version": "1.2.0", "about": {"library": "old"}}, id="old")

    assert (await client.gets("bot-ready", version="1.2.0"))["id"] == "old"


async def test_it_is_told_how_its_candidate_is_understood(client: RtviClient, room: Room, tmp_path: Any) -> None:
    await until_said(room, "Question 1?")
    await client.peer.hears_silence()

    await client.peer.say(spoken(tmp_path, "We had to test the new system."))

    await client.gets("user-started-speaking")
    heard = await client.gets("user-transcription", final=True)
    await client.gets("user-stopped-speaking")
    await client.gets("user-input", text=heard["data"]["text"], input_type="transcription")


async def test_what_is_not_yet_final_is_told_as_such() -> None:
    told: list[Any] = []

    class Told(CallObserver):
        async def send_rtvi_message(self, model: Any, exclude_none: bool = True) -> None:
            told.append(model)

    frames = [InterimTranscriptionFrame("I have", "", ""), TranscriptionFrame("I have it.", "", "")]
    down, _ = await run_test(
        HeardSentences(lambda *_: True, lambda *_: None), frames_to_send=frames, observers=[Told(None, params=SHOWN)]
    )

    said = [(model.data.text, model.data.final) for model in told if model.type == "user-transcription"]
    assert said == [("I have", False), ("I have it.", True)]
    assert [type(frame) for frame in down] == [TranscriptionFrame]


async def test_text_that_it_sends_is_an_answer_in_the_log_and_is_replied_to(client: RtviClient, room: Room) -> None:
    await until_said(room, "Question 1?")

    client.send("send-text", {"content": "  I measured it.  ", "options": {"run_immediately": True}}, id="7")

    await client.gets("user-input", text="I measured it.", input_type="chat", msg_id="7")
    assert await typed(room) == ["I measured it."]
    reply = await until(lambda: reply_in(room))
    await client.gets("bot-output", text=reply, spoken_status="completed")


@pytest.mark.parametrize("text", ["", " \n ", "\u200b", "a\x00b", "a" * (MAX_TEXT_CHARACTERS + 1)])
async def test_text_that_is_no_answer_is_refused_and_not_kept(client: RtviClient, room: Room, text: str) -> None:
    client.send("send-text", {"content": text}, id="7")

    refusal = await client.gets("error-response")
    assert (refusal["id"], refusal["data"]["error"]) == ("7", UNREADABLE)
    assert await typed(room) == []


async def test_text_as_long_as_it_may_be_is_kept(client: RtviClient, room: Room) -> None:
    client.send("send-text", {"content": "a" * MAX_TEXT_CHARACTERS})

    await client.gets("user-input", input_type="chat")
    assert await typed(room) == ["a" * MAX_TEXT_CHARACTERS]


async def test_text_that_cannot_be_noted_is_answered_for(
    client: RtviClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("app.interview_session.voice.calls.call.AnswerService.answer", fail)
    client.send("send-text", {"content": "Hello"})
    assert (await client.gets("error-response"))["data"] == {"error": NOT_TAKEN}
    monkeypatch.undo()

    client.send("send-text", {"content": "Again"})
    await client.gets("user-input", text="Again")
    assert await typed(room) == ["Again"]


async def test_messages_beyond_the_limit_are_passed_over_and_refused_once(client: RtviClient, room: Room) -> None:
    await client.gets("bot-ready")
    sent = 10 * MESSAGES_A_SECOND
    for number in range(sent):
        client.send("send-text", {"content": f"answer {number}"}, id=str(number))

    await client.gets("error-response", error=TOO_MANY)
    await client.gets("user-input", text="answer 0")
    # A burst that straddles a second has two seconds' share.
    assert len(await typed(room)) <= 2 * MESSAGES_A_SECOND
    assert len(client.got("error-response")) <= 2


GARBAGE: list[str | bytes] = [
    "",
    "garbage",
    "[]",
    "7",
    "null",
    "{}",
    '"text"',
    "[" * 30_000,
    '{"type": 7}',
    "1" * 10_000,
    b"\xff\xfe",
    json.dumps({"label": "rtvi-ai"}),
    json.dumps({"label": "rtvi-ai", "type": "send-text"}),
    json.dumps({"label": "rtvi-ai", "type": "send-text", "id": "1"}),
    json.dumps({"label": "rtvi-ai", "type": "send-text", "id": 1, "data": {"content": "x"}}),
    json.dumps({"label": "rtvi-ai", "type": "send-text", "id": "1" * 10_000, "data": {"content": "x"}}),
    json.dumps({"label": "rtvi-ai", "type": "send-text", "id": "1", "data": {"content": ["x"]}}),
    json.dumps({"label": "rtvi-ai", "type": "send-text", "id": "1", "data": "x"}),
    json.dumps({"label": "rtvi-ai", "type": ["send-text"], "id": "1", "data": {"content": "x"}}),
    json.dumps({"label": "other", "type": "send-text", "id": "1", "data": {"content": "x"}}),
    json.dumps({"label": "rtvi-ai", "type": "client-ready", "id": "1", "data": {"version": 7}}),
    json.dumps({"label": "rtvi-ai", "type": "client-ready", "id": "1", "data": {"version": "x.y.z"}}),
    json.dumps({"label": "rtvi-ai", "type": "client-ready", "id": "1", "data": {"version": "9" * 5_000 + ".0.0"}}),
    json.dumps({"label": "rtvi-ai", "type": "nobody-knows-this", "id": "1"}),
    json.dumps(
        {"label": "rtvi-ai", "type": "append-to-context", "id": "1", "data": {"role": "user", "content": "x"}}
    ),
    json.dumps({"label": "rtvi-ai", "type": "client-message", "id": "1", "data": {"t": "x", "d": {}}}),
    json.dumps({"label": "rtvi-ai", "type": "raw-audio", "id": "1", "data": {"base64Audio": "AAAA"}}),
    json.dumps({"label": "rtvi-ai", "type": "raw-audio", "id": "1", "data": None}),
    json.dumps({"label": "rtvi-ai", "type": "dtmf", "id": "1", "data": {"buttons": ["1"]}}),
    json.dumps({"label": "rtvi-ai", "type": "send-file", "id": "1", "data": {"content": "x", "file": {}}}),
    json.dumps({"label": "rtvi-ai", "type": "llm-function-call-result", "id": "1", "data": {}}),
    json.dumps({"label": "rtvi-ai", "type": "ui-event", "id": "1", "data": {"event": "x"}}),
    json.dumps({"type": "signalling", "message": {"type": "trackStatus", "receiver_index": 99, "enabled": True}}),
    json.dumps({"type": "signalling", "message": "x"}),
]


async def test_garbage_never_ends_a_call(client: RtviClient, room: Room) -> None:
    await until_said(room, "Question 1?")
    for content in GARBAGE:
        client.send_raw(content)
    await nothing_happens(1.1, because="the limit of messages counts for a second")

    client.send("send-text", {"content": "Still here"})

    await client.gets("user-input", text="Still here")
    assert await typed(room) == ["Still here"]
    await until(lambda: reply_in(room))
    assert (await room.row())["bot_status"] == "connected"


async def test_what_a_failing_service_says_is_not_for_the_client(
    client: RtviClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await until_said(room, "Question 1?")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("key sk-1234 is not good")

    monkeypatch.setattr("app.interview_session.voice.services.hibari_voice.Hibari.say", fail)
    client.send("send-text", {"content": "Hello"})

    await until(lambda: failure_in(room))
    assert "sk-1234" not in json.dumps(client.received)
    assert client.got("error") == []


async def test_a_client_may_send_the_interviewer_away(client: RtviClient, room: Room) -> None:
    await client.gets("bot-ready")

    client.send("disconnect-bot", {})

    await until(lambda: is_gone(room))


async def test_without_rtvi_a_call_is_the_same_and_the_client_is_told_nothing(
    voice_app: FastAPI, room: Room, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_app.state.runtime.settings, "voice_rtvi_enabled", False)
    client = await RtviClient(make_peer(room)).connect()

    client.send("send-text", {"content": "Hello"})

    await until_said(room, "Question 1?")
    assert await typed(room) == []
    assert [message for message in client.received if message.get("label") == "rtvi-ai"] == []
    await client.close()


async def test_a_candidate_without_a_data_channel_is_no_worse_off(
    voice_web: httpx.AsyncClient, room: Room, make_peer: MakePeer
) -> None:
    peer = await make_peer(room).connect()

    await peer.hears_speech()
    await until_said(room, "Question 1?")


async def reply_in(room: Room) -> str | None:
    """Return what the interviewer has said first after the candidate typed something."""
    said = [line.data for line in await room.log() if line.type == "transcript"]
    typed_at = next((place for place, line in enumerate(said) if line["source"] == "typed"), len(said))
    return next((line["text"] for line in said[typed_at:] if line["speaker"] == "interviewer"), None)


async def failure_in(room: Room) -> bool:
    return "error" in [line.type for line in await room.log()]


async def is_gone(room: Room) -> bool:
    return bool((await room.row())["bot_status"] == "disconnected")
