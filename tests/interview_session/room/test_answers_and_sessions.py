"""Typed answers, the transcript in its forms, and the sessions afterwards."""

import asyncio
import json
from typing import Any

import pytest
from fastapi import FastAPI

from app.core.clock import utc_now
from app.core.read_pool import ReadPool
from app.interview_session.events.event_log import READ_LIMIT
from app.interview_session.events.events import Source, Speaker, transcript, with_delivery
from app.interview_session.room.act import Act
from tests.conftest import MakeApp, client_of
from tests.support.rooms import open_room
from tests.support.users import SignedIn, sign_up

SESSIONS = "/api/v1/sessions"
ANSWER = "I built a payment service with a small team, and I am glad about how calm the release was."


async def start(user: SignedIn, room_id: str | None = None) -> tuple[str, str]:
    """Start the demo in a room; return the room's and the session's id."""
    room_id = room_id or f"room-{user.id}"
    opened = await user.post("/api/start-interview", {"room_id": room_id, "mock_interview_id": "two-minute-demo"})
    assert opened.status_code == 200, opened.text
    return room_id, opened.json()["session_id"]


async def entries(user: SignedIn, session_id: str) -> list[dict[str, Any]]:
    answer = await user.get(f"{SESSIONS}/{session_id}/transcript")
    assert answer.status_code == 200
    listed: list[dict[str, Any]] = answer.json()["entries"]
    return listed


async def test_a_typed_answer_is_replied_to_without_a_call(user: SignedIn) -> None:
    room_id, session_id = await start(user)
    await user.post(f"/api/interview/{room_id}/timer/start")

    noted = await user.post(f"/api/interview/{room_id}/answer", {"text": f"  {ANSWER} "})

    assert noted.status_code == 200
    assert noted.json()["success"] is True
    said = await entries(user, session_id)
    assert [(entry["speaker"], entry["source"]) for entry in said] == [
        ("interviewer", "typed"),
        ("candidate", "typed"),
        ("interviewer", "typed"),
    ]
    assert said[1]["text"] == ANSWER
    assert [entry["seq"] for entry in said] == [2, 3, 4]
    assert {entry["phase_sequence"] for entry in said} == {1}
    assert all(entry["started_at"].endswith("Z") for entry in said)


async def test_the_question_is_said_once_also_when_answers_come_at_once(user: SignedIn) -> None:
    room_id, session_id = await start(user)
    await user.post(f"/api/interview/{room_id}/timer/start")

    await asyncio.gather(*(user.post(f"/api/interview/{room_id}/answer", {"text": ANSWER}) for _ in range(4)))

    said = [entry["text"] for entry in await entries(user, session_id) if entry["speaker"] == "interviewer"]
    # The question, and a reply of its own to each answer.
    assert len(said) == 5
    assert len(set(said)) == 5


async def test_an_answer_needs_a_session_under_way(user: SignedIn) -> None:
    room_id, _ = await start(user)
    path = f"/api/interview/{room_id}/answer"

    early = await user.post(path, {"text": ANSWER})
    await user.post(f"/api/interview/{room_id}/timer/start")
    blank = await user.post(path, {"text": " "})

    assert early.status_code == 400
    assert blank.json()["error"]["field_errors"] == {"text": "This field is required"}


async def test_the_transcript_comes_as_text_and_as_captions_too(user: SignedIn) -> None:
    room_id, session_id = await start(user)
    await user.post(f"/api/interview/{room_id}/timer/start")
    await user.post(f"/api/interview/{room_id}/answer", {"text": "a < b && b > c\n--> done, and that is all of it"})

    text = await user.get(f"{SESSIONS}/{session_id}/transcript", format="txt")
    captions = await user.get(f"{SESSIONS}/{session_id}/transcript", format="vtt")
    refused = await user.get(f"{SESSIONS}/{session_id}/transcript", format="pdf")

    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert "[00:00:00] Candidate: a < b && b > c --> done, and that is all of it\n" in text.text
    assert captions.headers["content-type"] == "text/vtt; charset=utf-8"
    assert captions.text.startswith("WEBVTT\n\n2\n00:00:00.")
    assert "<v Candidate>a &lt; b &amp;&amp; b &gt; c --&gt; done, and that is all of it\n" in captions.text
    assert refused.json()["error"]["field_errors"] == {"format": "Must be one of: json, txt, vtt"}


async def test_the_transcript_tells_when_each_word_of_a_spoken_answer_was_said(app: FastAPI, user: SignedIn) -> None:
    room = await open_room(app, user, 10)
    await room.act("timer/start")
    now = utc_now()
    spoken = transcript(
        Speaker.CANDIDATE, "Two words.", phase_sequence=1, started_at=now, ended_at=now, source=Source.VOICE
    )
    await room.perform(lambda act: act.add(with_delivery(spoken, [[0, 300], [800, 1200]])))

    said = await entries(user, str(room.session_id))

    told = {entry["source"]: (entry["word_times"], entry["fillers"]) for entry in said}
    assert told == {"typed": (None, None), "voice": ([[0, 300], [800, 1200]], None)}


async def test_sessions_are_listed_newest_first_and_only_to_their_user(user: SignedIn, other_user: SignedIn) -> None:
    _, first = await start(user, f"a-{user.id}")
    _, second = await start(user, f"b-{user.id}")

    page = (await user.get(SESSIONS)).json()

    assert [session["id"] for session in page["sessions"]] == [second, first]
    assert page["total"] == 2
    assert page["sessions"][0]["title"] == "Two-minute demo"
    assert (await other_user.get(SESSIONS)).json()["sessions"] == []
    detail = (await user.get(f"{SESSIONS}/{first}")).json()
    assert len(detail["planner_fields"]) == 3
    for path in (f"{SESSIONS}/{first}", f"{SESSIONS}/{first}/transcript"):
        assert (await other_user.get(path)).status_code == 404
    assert (await other_user.delete(f"{SESSIONS}/{first}")).status_code == 404


@pytest.mark.parametrize("ended", [True, False])
async def test_an_erased_session_is_gone_with_its_room(user: SignedIn, ended: bool) -> None:
    room_id, session_id = await start(user)
    if ended:
        await user.post(f"/api/interview/{room_id}/end")

    assert (await user.delete(f"{SESSIONS}/{session_id}")).status_code == 204

    assert (await user.get(f"{SESSIONS}/{session_id}")).status_code == 404
    assert (await user.get(f"/api/status/{room_id}")).status_code == 404


@pytest.mark.parametrize("setting", [{"max_session_events": 10}, {"max_session_log_bytes": 2_000}])
async def test_a_full_log_takes_nothing_more_and_can_be_ended(make_app: MakeApp, setting: dict[str, int]) -> None:
    async with make_app(**setting) as app, client_of(app) as client:
        await fill_log_and_end(await sign_up(client), setting)


async def fill_log_and_end(user: SignedIn, setting: dict[str, int]) -> None:
    room_id, session_id = await start(user)
    room = f"/api/interview/{room_id}"
    await user.post(f"{room}/timer/start")
    taken = 0
    while (await user.post(f"{room}/answer", {"text": ANSWER})).status_code == 200:
        taken += 1
    before = await entries(user, session_id)

    refused = [
        await user.post(f"{room}/answer", {"text": ANSWER}),
        await user.post("/api/inject-problem", {"room_id": room_id, "problem_text": "Reverse a list"}),
        await user.post("/api/inject-custom-context", {"room_id": room_id, "context_text": "Be kind"}),
        await user.post(f"{room}/timer/pause"),
        await user.post(f"{room}/timer/reset"),
    ]

    assert taken > 0
    assert [answer.status_code for answer in refused] == [400] * 5
    told = {"limit": "session_log", "max_events": 5_000, "max_bytes": 4 * 1024 * 1024}
    told |= {name.replace("session_", "").replace("log_", ""): value for name, value in setting.items()}
    assert [answer.json()["error"]["details"] for answer in refused] == [told] * 5
    assert await entries(user, session_id) == before
    assert (await user.post(f"{room}/timer/start")).status_code == 200
    assert (await user.post(f"{room}/timer/next")).status_code == 200
    assert (await user.post(f"{room}/end")).status_code == 200


async def test_injections_cannot_make_a_log_larger_than_its_limit(app: FastAPI, user: SignedIn) -> None:
    room = await open_room(app, user, 10)
    body = {"room_id": room.id, "context_text": "\N{ROCKET}" * 20_000}
    answers = [await user.post("/api/inject-custom-context", body) for _ in range(60)]

    stored = sum(len(json.dumps(line.data)) for line in await room.log())

    assert {answer.status_code for answer in answers} == {200, 400}
    # The last one that there was room for may stand above it.
    assert stored <= app.state.runtime.settings.max_session_log_bytes + len(json.dumps(body))
    await room.act("end")


async def test_a_long_transcript_is_sent_completely_in_every_form(app: FastAPI, user: SignedIn) -> None:
    room = await open_room(app, user, 10)
    await room.act("timer/start")
    now = utc_now()
    words = [f"{number} " + "x" * 5_000 for number in range(3 * READ_LIMIT)]

    def say_all(act: Act) -> None:
        for text in words:
            act.say(Speaker.CANDIDATE, text, Source.TYPED, started_at=now, ended_at=now)

    await room.perform(say_all)
    path = f"{SESSIONS}/{room.session_id}/transcript"

    text, captions = [(await user.get(path, format=form)).text for form in ("txt", "vtt")]

    said = [entry["text"] for entry in await entries(user, str(room.session_id)) if entry["speaker"] == "candidate"]
    assert said == words
    assert [line.partition("Candidate: ")[2] for line in text.splitlines() if "Candidate: " in line] == words
    assert [line[len("<v Candidate>") :] for line in captions.splitlines() if "<v Candidate>" in line] == words


async def test_the_state_of_connections_is_told_without_reading_a_plan(
    app: FastAPI, user: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await open_room(app, user, 10)
    read: list[str] = []
    fetch = ReadPool.fetch

    async def noting(pool: ReadPool, sql: str, arguments: Any) -> Any:
        read.append(sql)
        return await fetch(pool, sql, arguments)

    monkeypatch.setattr(ReadPool, "fetch", noting)

    state = (await user.get("/api/connections/status")).json()

    assert list(state["connections"]) == [room.id]
    assert [sql for sql in read if "interview_sessions" in sql]
    assert not [sql for sql in read if "plan" in sql]
