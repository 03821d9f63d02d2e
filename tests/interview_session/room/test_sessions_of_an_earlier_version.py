"""Sessions that an earlier version began, with its plans and its logs, answered and ended by this one."""

import json
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from fastapi import FastAPI

from app.core.clock import iso_utc
from app.interview_session.conversation import scripted
from tests.interview_session.conversation.test_old_logs import LOGS
from tests.support.rooms import Room, execute
from tests.support.users import SignedIn

ANSWER = "I counted the lists twice, I wrote down who had which one, and after that none was mixed up again."

# What is said to the answer that follows a log up to a line, by the log's name: how many lines, purpose, and words.
NEXT = {
    "complete": (7, "follow_up", "What did you do yesterday?"),
    "ended_early": (4, "follow_up", "What did you do yesterday?"),
    "injections": (18, "reply", scripted.ANYTHING_TO_ADD),
    "paused": (4, "follow_up", "What did you do yesterday?"),
    "reset": (13, "follow_up", "How did you get into that work? Was it by plan?"),
}


async def continued(app: FastAPI, room: Room, name: str, lines: int) -> None:
    """Make a room's session one that the earlier version left running after so many lines of a log."""
    stored = orjson.loads((LOGS / f"{name}.json").read_bytes())
    log = stored["events"][:lines]
    sequence = max(line["data"].get("new_sequence", 1) for line in log)
    deadline = datetime.now(UTC) + timedelta(minutes=15)
    for line in log:
        if "phase_deadline" in line["data"]:
            line["data"]["phase_deadline"] = iso_utc(deadline)
    await execute(
        app,
        """
        UPDATE interview_sessions SET plan = CAST(:plan AS json), state = 'running', sequence = :sequence,
            started_at = clock_timestamp(), deadline = :deadline, remaining_ms = NULL, wake_at = :deadline,
            interviewer_wake_at = NULL, last_seq = :last
        WHERE id = :id
        """,
        plan=json.dumps(stored["plan"]),
        sequence=sequence,
        deadline=deadline,
        last=len(log),
        id=room.session_id,
    )
    for line in log:
        await execute(
            app,
            """
            INSERT INTO session_events (session_id, seq, type, data, created_at)
            VALUES (:id, :seq, :type, CAST(:data AS json), clock_timestamp())
            """,
            id=room.session_id,
            seq=line["seq"],
            type=line["type"],
            data=json.dumps(line["data"]),
        )


@pytest.mark.parametrize("name", NEXT)
async def test_an_answer_is_replied_to_as_if_it_had_begun_here(
    app: FastAPI, room: Room, user: SignedIn, name: str
) -> None:
    lines, purpose, words = NEXT[name]
    await continued(app, room, name, lines)
    before = len(await room.log())

    answered = await room.answer(ANSWER)

    assert answered.status_code == 200, answered.text
    candidate, reply = (await room.log())[before:]
    assert candidate.data["text"] == ANSWER
    assert (reply.data["purpose"], reply.data["text"]) == (purpose, words)
    entries = (await user.get(f"/api/v1/sessions/{room.session_id}/transcript")).json()["entries"]
    assert {entry["purpose"] for entry in entries[:-2]} == {None}
    assert [entry["purpose"] for entry in entries[-2:]] == ["answer", purpose]


async def test_requests_acts_and_the_end_work_there_too(app: FastAPI, room: Room) -> None:
    await continued(app, room, "ended_early", 4)

    for request in ("Can you repeat the question?", "Could you give me a hint?", "Next question, please."):
        assert (await room.answer(request)).status_code == 200
    await room.act("timer/pause")
    await room.act("timer/start")
    await room.act("timer/next")
    await room.act("end")

    said = [line.data["purpose"] for line in (await room.log())[4:] if line.is_of_interviewer]
    # What was asked last is the follow-up; a plan of then has no hints.
    assert said == ["follow_up", "manners", "question", "resuming", "question", "goodbye"]
