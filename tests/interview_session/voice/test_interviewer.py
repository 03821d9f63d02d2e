"""What the interviewer does while the room lives: it follows the log, and lets the candidate speak."""

import asyncio
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI

from app.interview_session.conversation import scripted
from tests.interview_session.voice.conftest import MakePeer, sentences, texts, until_said
from tests.support.peer import LOUD, RATE, Peer, spoken
from tests.support.rooms import Room, execute, open_room, phases
from tests.support.users import SignedIn
from tests.support.waiting import nothing_happens, until

pytestmark = pytest.mark.slow
ANSWER = "I worked with a small team on a new system for our company."


async def begin(room: Room, make_peer: MakePeer) -> Peer:
    """Connect and let the interviewer ask its question."""
    peer = await make_peer(room).connect()
    await until_said(room, "?")
    await peer.hears_silence()
    return peer


async def end_phase(room: Room) -> None:
    """Move time to the end of the phase; the runner of the application does the rest."""
    await execute(
        room.app, "UPDATE interview_sessions SET ending_announced = true WHERE id = :id", id=room.session_id
    )
    await execute(
        room.app,
        "UPDATE interview_sessions SET deadline = clock_timestamp(), wake_at = clock_timestamp() WHERE id = :id",
        id=room.session_id,
    )
    room.app.state.rooms.runner._woken.set()


async def test_a_spoken_answer_is_understood_and_replied_to(room: Room, make_peer: MakePeer, tmp_path: Path) -> None:
    peer = await begin(room, make_peer)

    await peer.say(spoken(tmp_path, ANSWER))
    ended = time.monotonic()
    await peer.hears_speech(since=ended)

    [answer] = await until(lambda: sentences(room, "candidate"))
    words = set(answer["text"].lower().split())
    assert len(words & set(ANSWER.lower().rstrip(".").split())) >= 6
    assert answer["phase_sequence"] == 1
    assert answer["started_at"] < answer["ended_at"]
    # Of the ears that come with the application, by the entry's own clock.
    lasts = datetime.fromisoformat(answer["ended_at"]) - datetime.fromisoformat(answer["started_at"])
    assert len(answer["word_times"]) == len(answer["text"].split())
    assert answer["word_times"][-1][1] <= lasts / timedelta(milliseconds=1)
    await until_said(room, "Why?")


async def test_what_was_said_just_before_a_hang_up_is_in_the_log(
    room: Room, make_peer: MakePeer, tmp_path: Path
) -> None:
    words = spoken(tmp_path, ANSWER)
    peer = await begin(room, make_peer)

    # It ends in the middle of the last word, before the end of speech can be noticed.
    await peer.say(words[: int(len(words) * 0.7)])
    await peer.close()
    await until(lambda: has(room, "bot_disconnected"))

    [answer] = await sentences(room, "candidate")
    assert len(set(answer["text"].lower().split()) & set(ANSWER.lower().split())) >= 4


async def test_an_interruption_stops_the_interviewer(
    voice_app: FastAPI, candidate: SignedIn, make_peer: MakePeer, tmp_path: Path
) -> None:
    room = await open_room(voice_app, candidate, 10)
    # Made before the clock runs: it takes a moment.
    objection = spoken(tmp_path, "Excuse me, I would like to say something about that. " * 3)
    peer = await begin(room, make_peer)
    await room.inject("There are many things to think about. " * 12)
    since = time.monotonic()
    await peer.hears_speech(since=since)

    speaking = asyncio.create_task(peer.say(objection))
    await peer.hears_silence()

    assert not speaking.done()
    assert " ".join(await texts(room)).count("There are many things to think about.") < 12
    await speaking


async def test_a_murmur_does_not_stop_the_interviewer(
    voice_app: FastAPI, candidate: SignedIn, make_peer: MakePeer, tmp_path: Path
) -> None:
    room = await open_room(voice_app, candidate, 10)
    # The voice says it more slowly than people do.
    samples = np.frombuffer(spoken(tmp_path, "Mhm."), np.int16)
    begins_at = int(np.argmax(np.abs(samples) > LOUD))
    murmur = samples[begins_at : begins_at + int(0.3 * RATE)].tobytes()
    peer = await begin(room, make_peer)
    await room.inject(" ".join(f"Thought number {number}." for number in range(1, 7)))
    await until(lambda: has_said(room, "Thought number 1."))

    await peer.say(murmur)

    await until_said(room, "Thought number 6.")
    assert not any("cut_by" in line.data for line in await room.log() if line.type == "transcript")
    assert await sentences(room, "candidate") == []


async def test_a_new_phase_waits_for_the_end_of_a_sentence(room: Room, make_peer: MakePeer, tmp_path: Path) -> None:
    peer = await begin(room, make_peer)
    speaking = asyncio.create_task(peer.say(spoken(tmp_path, ANSWER)))
    await nothing_happens(1.5, because="the candidate is to be in the middle of a sentence")

    await end_phase(room)
    await until(lambda: has(room, "phase_changed"))
    changed = time.monotonic()
    await speaking
    ended = time.monotonic()

    assert not any(changed < moment < ended - 0.2 and peak > 500 for moment, peak in peer.loudness)
    await peer.hears_speech(since=ended)
    await until_said(room, "Question 1? Thank you. Let us go on. Question 2?")
    [answer] = await sentences(room, "candidate")
    assert answer["phase_sequence"] == 1


async def test_a_new_phase_does_not_wait_for_ever(
    room: Room, make_peer: MakePeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.interview_session.voice.director.LONGEST_WAIT_SECONDS", 3)
    peer = await begin(room, make_peer)
    speech = spoken(tmp_path, "I have very much to say about all of this and so I just go on and on and on. " * 4)
    speaking = asyncio.create_task(peer.say(speech))
    await nothing_happens(1, because="the candidate is to be in the middle of a sentence")

    await end_phase(room)
    await until(lambda: has(room, "phase_changed"))
    changed = time.monotonic()

    assert await peer.hears_speech(since=changed) > 1
    assert not speaking.done()
    peer.microphone.stop_speaking()
    await speaking


@pytest.mark.parametrize("patience", [None, 4])
async def test_a_slow_thinker_is_waited_for(
    room: Room, make_peer: MakePeer, tmp_path: Path, patience: float | None
) -> None:
    """A patience that the candidate asks for in the offer holds for the room, and so for the next call."""
    peer = await make_peer(room).connect(patience_seconds=3)
    await peer.hears_speech()
    await peer.close()
    peer = await make_peer(room).connect(**({"patience_seconds": patience} if patience else {}))
    await until_said(room, "Question 1?")
    await peer.hears_silence()

    # What was said is on record at once, though the turn goes on.
    await peer.say(spoken(tmp_path, ANSWER))
    await until(lambda: sentences(room, "candidate"), 2.8)
    await peer.say(spoken(tmp_path, ANSWER))
    ended = time.monotonic()

    waited = patience or 3
    assert not any(moment < ended and peak > 500 for moment, peak in peer.loudness[-100:])
    assert await peer.hears_speech(since=ended) > waited - 0.3
    assert (await room.row())["patience_seconds"] == waited


async def test_a_new_phase_cuts_the_interviewer_itself_off(room: Room, make_peer: MakePeer) -> None:
    peer = await begin(room, make_peer)
    await room.inject("There are many things to think about. " * 12)
    await peer.hears_speech(since=time.monotonic())

    await end_phase(room)

    said = await until_said(room, "Thank you. Let us go on. Question 2?")
    # What was said of it before the cut is on record, sentence by sentence.
    assert said.count("There are many things to think about.") < 12


async def test_what_is_typed_or_injected_is_taken_up_aloud(room: Room, make_peer: MakePeer) -> None:
    peer = await begin(room, make_peer)

    since = time.monotonic()
    response = await room.post("answer", {"text": "I led the work on it."})
    assert response.status_code == 200
    await peer.hears_speech(since=since)
    await until_said(room, "Could you tell me a little more about that?")

    await peer.hears_silence()
    since = time.monotonic()
    await room.inject_problem("Reverse a list.")
    await peer.hears_speech(since=since)
    await until_said(room, "Here is a problem for you. Reverse a list.")


async def test_what_was_injected_before_the_call_is_brought_up_in_it(room: Room, make_peer: MakePeer) -> None:
    await room.inject("The budget is small.")

    await make_peer(room).connect()

    said = await until_said(room, "One more thing to keep in mind. The budget is small.")
    assert said.startswith("Welcome to your practice interview. Question 1?")


async def test_two_notes_in_the_first_instant_of_a_call_are_said_once(room: Room, make_peer: MakePeer) -> None:
    await make_peer(room).connect()

    await room.inject("The budget is small.")
    await room.inject("The team is large.")

    await until(lambda: has_said(room, "The budget is small. One more thing to keep in mind. The team is large."))
    await nothing_happens(2, because="a note that is said twice would be said by then")
    said = " ".join(await texts(room))
    assert [said.count(words) for words in ("Question 1?", "budget is small", "team is large")] == [1, 1, 1]


async def test_what_interrupts_the_question_is_said_next_and_the_question_goes_on(
    voice_app: FastAPI, candidate: SignedIn, make_peer: MakePeer
) -> None:
    room = await open_room(voice_app, candidate, planner_fields=long_question())
    first = await make_peer(room).connect()
    await until(lambda: has_said(room, "Sentence 1"))

    await room.inject("The budget is small.")

    said = await until_said(room, "Sentence 12 of the question.")
    assert said.count("Welcome") == 1
    assert said.count("The budget is small. Let us go on.") == 1
    assert said.index("The budget") < said.index("Sentence 12")
    await first.close()


async def test_a_call_that_takes_over_in_mid_problem_goes_on_with_it_and_then_with_the_question(
    voice_app: FastAPI, candidate: SignedIn, make_peer: MakePeer
) -> None:
    room = await open_room(voice_app, candidate, planner_fields=long_question())
    first = await make_peer(room).connect()
    await until(lambda: has_said(room, "Sentence 1"))
    await room.inject_problem(" ".join(f"Step {number} of the problem." for number in range(1, 9)))
    await until(lambda: has_said(room, "Here is a problem for you."))

    await make_peer(room).connect(pc_id=first.pc_id, restart_pc=True)

    said = await until_said(room, "Sentence 12 of the question.")
    assert said.index("Step 8 of the problem.") < said.index("Sentence 12 of the question.")
    whole = [one["text"] for one in await sentences(room, "interviewer") if "cut_by" not in one]
    counts = Counter(text.removeprefix(f"{scripted.GO_ON} ") for text in whole)
    for number in range(1, 9):
        assert counts[f"Step {number} of the problem."] == 1
    for number in range(1, 13):
        assert counts[f"Sentence {number} of the question."] == 1


async def test_an_answer_typed_while_the_question_is_spoken_is_replied_to(
    voice_app: FastAPI, candidate: SignedIn, make_peer: MakePeer
) -> None:
    room = await open_room(voice_app, candidate, planner_fields=long_question())
    await make_peer(room).connect()
    await until(lambda: has_said(room, "Sentence 1"))

    await room.post("answer", {"text": "I led the work on it for several years in a large company."})

    said = await until_said(room, "Why?")
    assert said.count("Welcome") == 1
    assert "Sentence 12" not in said


async def test_a_pause_is_silent_and_the_interview_goes_on_after_it(
    room: Room, make_peer: MakePeer, tmp_path: Path
) -> None:
    peer = await begin(room, make_peer)

    await room.act("timer/pause")
    await room.inject("The budget is small.")
    since = time.monotonic()
    await peer.say(spoken(tmp_path, ANSWER))
    await nothing_happens(1, because="in a pause there is no reply, and so no sign")
    assert not any(moment > since and peak > 500 for moment, peak in peer.loudness)
    # What is said meanwhile is nobody's business.
    assert await sentences(room, "candidate") == []

    await room.act("timer/start")
    await until_said(room, "Question 1? One more thing to keep in mind. The budget is small.")

    await room.act("timer/reset")
    await room.act("timer/start")
    await until_said(room, "The budget is small. Question 1?")


async def test_an_answer_just_before_a_pause_is_not_lost(room: Room, make_peer: MakePeer, tmp_path: Path) -> None:
    peer = await begin(room, make_peer)
    await peer.say(spoken(tmp_path, ANSWER))

    # Sooner than the ears have worked it out.
    await room.act("timer/pause")

    assert await until(lambda: sentences(room, "candidate"))


async def test_the_end_of_a_phase_is_announced(voice_app: FastAPI, candidate: SignedIn, make_peer: MakePeer) -> None:
    room = await open_room(voice_app, candidate, 1)
    await begin(room, make_peer)
    await execute(
        voice_app,
        """UPDATE interview_sessions SET deadline = clock_timestamp() + interval '11 seconds',
           wake_at = clock_timestamp() WHERE id = :id""",
        id=room.session_id,
    )
    room.app.state.rooms.runner._woken.set()

    # It was moved behind the interviewer's back, who knows the phase's deadline from its beginning.
    await until(lambda: has_said(room, "left for this question."))


async def test_the_end_is_a_goodbye_and_a_hang_up(room: Room, make_peer: MakePeer) -> None:
    peer = await begin(room, make_peer)

    since = time.monotonic()
    await room.act("end")
    await peer.hears_speech(since=since)
    await until(lambda: is_closed(peer))
    assert await until(lambda: row_is(room, bot_status="disconnected"))
    assert (await room.log_types())[-1] == "interview_completed"


def long_question() -> list[dict[str, Any]]:
    """Return a plan of one phase whose question takes a while to ask."""
    question = " ".join(f"Sentence {number} of the question." for number in range(1, 13))
    return [field | {"question": question, "follow_ups": ["Why?"]} for field in phases(10)]


async def has_said(room: Room, words: str) -> bool:
    return words in " ".join(await texts(room))


async def is_closed(peer: Peer) -> bool:
    return bool(peer.pc.connectionState == "closed")


async def has(room: Room, kind: str) -> bool:
    return kind in await room.log_types()


async def row_is(room: Room, **values: Any) -> bool:
    row = await room.row()
    return all(row[name] == value for name, value in values.items())
