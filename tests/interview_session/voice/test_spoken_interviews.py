"""The interviews of the docs, held by voice: what each sentence is for is the same as in writing.

The call is a real one: its line, the detection of speech and of turns, the pipeline and the voice, which speaks fast
and only the beginning of each sentence. The candidate's voice says the same each time; the words of the script come
in where the ears ask a provider what was said.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.interview_session.conversation.scripted import GO_ON, WELCOME, WHO_I_AM
from app.interview_session.conversation.utterance import sentences
from tests.conftest import MakeApp, client_of
from tests.interview_session.voice.conftest import VOICE
from tests.support.courses import PHASE_IS_OVER, Exchange, course_of, exchanges_of
from tests.support.interviews import INTERVIEWS, hold_interview
from tests.support.openai_stub import OpenAIStub
from tests.support.peer import Peer, spoken
from tests.support.rooms import Room, ShiftedTime, open_room, phases, room_name, runner_of, serving
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import until

pytestmark = pytest.mark.slow
EXCHANGE_SECONDS = 30
PATIENCE_SECONDS = 0.3
LONG_PATIENCE_SECONDS = 4
SPOKEN_WORDS = 2
SOUND = "I do know it."
PLAN = "behavioral"
TYPED_EXCHANGES = 15
SPOKEN_EXCHANGES = {"good": None, "lost": 12, "hostile": 12}
"""One interview is held to its end, which takes a minute; of the others the first third."""

QUESTION = [f"This is the sentence number {number} of the question." for number in range(1, 9)]


@dataclass
class Studio:
    """An application with a voice, and ears that hear what they are told to whenever the candidate says ``sound``."""

    app: FastAPI
    http: httpx.AsyncClient
    ears: OpenAIStub
    sound: bytes


@pytest.fixture(scope="module")
async def studio(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    """Run the application."""
    ears = OpenAIStub()
    sound = spoken(tmp_path_factory.mktemp("sound"), SOUND)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.interview_session.voice.services.hibari_voice.SPEED", 3.0)
        patch.setattr("app.interview_session.voice.interviewer.speakable", first_words)
        async with serving(ears.app) as ears_url:
            hearing = {"stt_provider": "openai", "stt_api_key": "key", "stt_base_url": f"{ears_url}/v1"}
            async with (
                make_app(**VOICE, **hearing, meaning_enabled=True) as app,
                serving(app) as url,
                httpx.AsyncClient(base_url=url, timeout=20) as http,
            ):
                yield Studio(app, http, ears, sound)


@pytest.fixture(scope="module")
async def in_writing(make_app: MakeApp) -> dict[str, list[Exchange]]:
    """Hold the interviews in writing, at the pace of their scripts."""
    exchanges = {}
    async with make_app(meaning_enabled=True) as app:
        await runner_of(app).stop()
        for name in INTERVIEWS:
            room = await start(app, await sign_up(client_of(app)))
            with pytest.MonkeyPatch.context() as patch:
                await hold_interview(room, ShiftedTime(patch), name)
            exchanges[name] = exchanges_of(await room.log())
    return exchanges


@pytest.fixture
async def room(studio: Studio) -> Room:
    """Give a room with the interview, not yet started."""
    return await start(studio.app, await sign_up(studio.http))


@pytest.fixture
async def long_room(studio: Studio) -> Room:
    """Give a room with one question of many sentences, not yet started."""
    fields = [field | {"question": " ".join(QUESTION)} for field in phases(10)]
    return await open_room(studio.app, await sign_up(studio.http), planner_fields=fields)


@pytest.fixture
async def candidate(studio: Studio, room: Room) -> AsyncIterator[Peer]:
    """Call the room."""
    peer = Peer(studio.http, room.id, room.headers)
    yield await peer.connect(patience_seconds=PATIENCE_SECONDS)
    await peer.close()


@pytest.mark.parametrize("name", INTERVIEWS)
async def test_each_sentence_is_for_the_same_as_in_writing(
    name: str, in_writing: dict[str, list[Exchange]], studio: Studio, room: Room, candidate: Peer
) -> None:
    expected: list[str] = []
    for exchange in in_writing[name][: SPOKEN_EXCHANGES[name]]:
        if exchange.turn == PHASE_IS_OVER:
            await room.act(PHASE_IS_OVER)
        elif exchange.turn:
            studio.ears.heard = exchange.turn
            await candidate.say(studio.sound)
        expected += exchange.course
        await until_course(room, expected)

    if SPOKEN_EXCHANGES[name] is None:
        await until(lambda: candidate.pc.connectionState == "closed")
    assert course_of(await room.log()) == expected


async def test_an_answer_in_pieces_gets_the_reply_that_it_gets_as_a_whole(
    in_writing: dict[str, list[Exchange]], studio: Studio, room: Room
) -> None:
    opening, first, *_ = in_writing["good"]
    pieces = sentences(first.turn)
    candidate = await Peer(studio.http, room.id, room.headers).connect(patience_seconds=LONG_PATIENCE_SECONDS)
    await until_course(room, [*opening.course])

    for count, piece in enumerate(pieces, start=1):
        studio.ears.heard = piece
        await candidate.say(studio.sound)
        await until(lambda: has_understood(room, pieces[:count]))  # noqa: B023 - it ends before the next

    await candidate.hears_speech(since=time.monotonic())
    await until(lambda: has_come_as_far(room, opening, first, pieces))
    await candidate.close()


async def test_typed_answers_get_the_same_replies_by_voice(
    in_writing: dict[str, list[Exchange]], room: Room, candidate: Peer
) -> None:
    expected: list[str] = []
    for exchange in in_writing["hostile"][:TYPED_EXCHANGES]:
        if exchange.turn:
            assert (await room.answer(exchange.turn)).status_code == 200
        expected += exchange.course
        await until_course(room, expected)

    said = [line.data for line in await room.said()]
    assert {entry["source"] for entry in said} == {"voice"}
    await candidate.hears_speech()


@pytest.mark.parametrize("is_hung_up", [True, False], ids=["hung up", "line lost"])
async def test_a_call_that_breaks_in_a_question_goes_on_with_the_sentence_that_was_not_heard(
    studio: Studio, long_room: Room, is_hung_up: bool
) -> None:
    first = await Peer(studio.http, long_room.id, long_room.headers).connect()
    await until(lambda: question_sentences(long_room, at_least=2))
    if is_hung_up:
        await first.close()
        await until(lambda: has(long_room, "bot_disconnected"))
    else:
        first.vanish()

    second = await Peer(studio.http, long_room.id, long_room.headers).connect()
    question = await until(lambda: question_sentences(long_room, at_least=len(QUESTION)))
    await second.hears_silence(lasting=1.0)

    assert [entry["part"] for entry in question] == [*range(1, len(QUESTION) + 1)]
    assert [entry["text"].removeprefix(f"{GO_ON} ") for entry in question] == QUESTION
    assert [entry["text"].startswith(GO_ON) for entry in question].count(True) == 1
    assert [entry["text"] for entry in await heard(long_room) if entry["purpose"] != "question"] == [WELCOME]
    await asyncio.gather(first.close(), second.close())


async def test_a_pause_in_a_reply_is_silent_and_the_reply_is_said_after_it(
    studio: Studio, room: Room, candidate: Peer
) -> None:
    await until_course(room, ["interviewer question"])
    studio.ears.heard = "are you a real person"
    await candidate.say(studio.sound)
    await candidate.hears_speech(since=time.monotonic())

    await room.act("timer/pause")
    await candidate.hears_silence(lasting=1.0)
    before = await heard(room)
    await room.act("timer/start")

    reply = sentences(WHO_I_AM)
    await until(lambda: has_heard(room, len(before) + len(reply)))
    await candidate.hears_silence(lasting=1.0)
    assert reply[-1] not in [entry["text"] for entry in before]
    assert [entry["text"] for entry in (await heard(room))[len(before) :]] == reply


async def test_an_injection_in_a_question_is_said_next_and_the_question_goes_on(
    studio: Studio, long_room: Room
) -> None:
    candidate = await Peer(studio.http, long_room.id, long_room.headers).connect()
    await until(lambda: question_sentences(long_room, at_least=2))

    await long_room.inject_problem("Reverse a list.")

    question = await until(lambda: question_sentences(long_room, at_least=len(QUESTION)))
    await candidate.hears_silence(lasting=1.0)
    assert [entry["part"] for entry in question] == [*range(1, len(QUESTION) + 1)]
    said = await heard(long_room)
    purposes = [entry["purpose"] for entry in said]
    began = purposes.index("problem")
    assert [entry["text"] for entry in said[began : began + 2]] == ["Here is a problem for you.", "Reverse a list."]
    assert purposes.count("problem") == 2
    assert 2 <= purposes[:began].count("question") <= 4
    assert said[began + 2]["text"].startswith(GO_ON)
    await candidate.close()


async def start(app: FastAPI, user: SignedIn) -> Room:
    """Start a room with the interview."""
    started = await user.post("/api/start-interview", {"room_id": room_name(), "mock_interview_id": PLAN})
    return Room(app, user.client, started.json(), user.headers)


async def until_course(room: Room, expected: list[str]) -> None:
    """Wait until an interview has come so far as is expected; whatever is not, fails at once."""

    async def has_come_so_far() -> bool:
        course = course_of(await room.log())
        assert course == expected[: len(course)]
        return len(course) == len(expected)

    try:
        await until(has_come_so_far, EXCHANGE_SECONDS)
    except TimeoutError:
        assert course_of(await room.log()) == expected


async def has_understood(room: Room, pieces: list[str]) -> bool:
    """Tell whether the candidate has said these pieces, and nothing else."""
    said = [line.data for line in await room.log() if line.type == "transcript" and not line.is_of_interviewer]
    return [entry["text"] for entry in said] == pieces


async def has_come_as_far(room: Room, opening: Exchange, first: Exchange, pieces: list[str]) -> bool:
    """Tell whether the first answer, in pieces, has had the one reply that it has in writing."""
    course = course_of(await room.log())
    before, replies = len(opening.course) + len(pieces), [*first.course[1:]]
    assert course[before:] == replies[: len(course) - before]
    return len(course) == before + len(replies)


async def heard(room: Room) -> list[dict[str, Any]]:
    """Return the interviewer's sentences that were heard to their end."""
    return [line.data for line in await room.said() if "cut_by" not in line.data]


async def has_heard(room: Room, count: int) -> bool:
    """Tell whether so many sentences were heard."""
    return len(await heard(room)) >= count


async def question_sentences(room: Room, *, at_least: int) -> list[dict[str, Any]] | None:
    """Return the sentences of the question that were heard; None until there are enough."""
    found = [entry for entry in await heard(room) if entry["purpose"] == "question"]
    return found if len(found) >= at_least else None


async def has(room: Room, kind: str) -> bool:
    """Tell whether something has happened."""
    return kind in await room.log_types()


def first_words(text: str) -> str:
    """Return as much of a sentence as is spoken, so that an interview takes a minute or two."""
    return " ".join(text.split()[:SPOKEN_WORDS])
