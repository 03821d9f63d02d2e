"""Replies in a language model's words: they follow the answer, or the scripted ones do, and there is one of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI

from app.interview_session.conversation import scripted
from app.interview_session.conversation.wording import WordingRequest
from app.interview_session.room import written_interviewer
from app.interview_session.room.act import CONNECTED
from app.interview_session.room.written_interviewer import REPLY_SECONDS
from tests.conftest import MakeApp
from tests.support.rooms import Room, ShiftedTime, interviewer_of, open_room, runner_of, timestamp
from tests.support.users import SignedIn
from tests.support.waiting import until

ANSWER = "I built a payment service with a small team, and I am glad about how calm the release was."
WORDS = "A calm release is worth a lot. What made it so?"


class Writer:
    """A language model in the hands of a test: each wording that it is asked for waits to be resolved."""

    is_active = True

    def __init__(self) -> None:
        self.requests: list[WordingRequest] = []
        self.wordings: list[asyncio.Future[str | None]] = []

    async def word(self, request: WordingRequest, *, seconds: float = 0) -> str | None:
        assert 0 < seconds < REPLY_SECONDS
        wording: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self.requests.append(request)
        self.wordings.append(wording)
        return await wording

    async def asked(self, count: int = 1) -> None:
        """Wait until so many wordings have been asked for in all."""
        await until(lambda: len(self.wordings) >= count)
        assert len(self.wordings) == count


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> ShiftedTime:
    return ShiftedTime(monkeypatch)


@pytest.fixture
async def writer(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Writer]:
    writer = Writer()
    monkeypatch.setattr(interviewer_of(app), "replies", writer)
    say_reply = interviewer_of(app)._say_reply
    assert say_reply
    yield writer
    # What a test has left unresolved ends here; the application of the other tests goes on.
    await interviewer_of(app).stop()
    interviewer_of(app).open(say_reply)


@pytest.fixture
async def begun(room: Room, time: ShiftedTime, writer: Writer) -> Room:
    """Give a room whose first question was asked, and whose time stands still."""
    await room.act("timer/start")
    assert not writer.wordings
    return room


async def answer(room: Room, text: str = ANSWER) -> None:
    response = await room.answer(text)
    assert response.status_code == 200, response.text


async def replies(room: Room) -> list[str]:
    """Return what the interviewer has said to answers."""
    return [line.data["text"] for line in await room.said() if line.data["purpose"] == "reply"]


async def until_replied(room: Room, *expected: str) -> None:
    async def has_come() -> bool:
        return bool(await replies(room))

    await until(has_come)
    assert await replies(room) == [*expected]


async def no_wordings_left(app: FastAPI, count: int = 0) -> None:
    """Wait until all that was resolved has been seen to."""
    await until(lambda: len(interviewer_of(app)._wordings) == count)


async def pass_time(room: Room, time: ShiftedTime, seconds: float) -> None:
    """Let time pass and have the runner look at the room."""
    time.pass_by(seconds)
    await room.make_due()
    await runner_of(room.app).perform_due()


async def test_the_answer_returns_before_its_reply_which_follows_in_the_model_s_words(
    begun: Room, writer: Writer
) -> None:
    await answer(begun)

    assert (await begun.log_types())[-1] == "transcript"
    assert await replies(begun) == []
    await writer.asked()
    (request,) = writer.requests
    assert request.line.words == scripted.ANYTHING_TO_ADD
    assert request.past[-1].text == ANSWER

    writer.wordings[0].set_result(WORDS)

    await until_replied(begun, WORDS)
    reply = (await begun.log())[-1]
    assert (reply.data["purpose"], reply.data["cue"], reply.data["source"]) == ("reply", "more", "typed")
    assert (await begun.row())["interviewer_wake_at"] > (await begun.row())["wake_at"]


async def test_by_when_a_reply_is_due_is_known_to_every_runner(begun: Room, writer: Writer) -> None:
    await answer(begun)

    row, answered_at = await begun.row(), timestamp((await begun.log())[-1].data["timestamp"])
    assert row["wake_at"] == row["interviewer_wake_at"] == answered_at + timedelta(seconds=REPLY_SECONDS)


async def test_a_model_that_has_nothing_to_say_leaves_it_to_the_script(begun: Room, writer: Writer) -> None:
    await answer(begun)
    await writer.asked()

    writer.wordings[0].set_result(None)

    await until_replied(begun, scripted.ANYTHING_TO_ADD)


async def test_courtesies_and_what_was_said_already_need_no_model(begun: Room, writer: Writer) -> None:
    for text in ("Can you repeat the question?", "Can I have a moment to think?", "Next question, please"):
        await answer(begun, text)

    purposes = [line.data["purpose"] for line in await begun.said()]
    assert purposes == ["greeting", "question", "question", "manners", "question"]
    assert not writer.wordings


@pytest.mark.parametrize("trouble", ["it hangs", "it fails", "its process is killed"])
async def test_without_the_model_s_words_a_runner_says_the_scripted_ones(
    begun: Room, writer: Writer, time: ShiftedTime, trouble: str
) -> None:
    await answer(begun)
    await writer.asked()
    if trouble == "it fails":
        writer.wordings[0].set_exception(RuntimeError("no such model"))
        await no_wordings_left(begun.app)
    elif trouble == "its process is killed":
        await interviewer_of(begun.app).stop()

    await pass_time(begun, time, REPLY_SECONDS - 0.001)
    assert await replies(begun) == []
    await pass_time(begun, time, 0.001)

    assert await replies(begun) == [scripted.ANYTHING_TO_ADD]
    await pass_time(begun, time, REPLY_SECONDS)
    assert await replies(begun) == [scripted.ANYTHING_TO_ADD]


async def test_words_that_come_after_the_scripted_ones_are_not_said(
    begun: Room, writer: Writer, time: ShiftedTime
) -> None:
    await answer(begun)
    await writer.asked()
    await pass_time(begun, time, REPLY_SECONDS)

    writer.wordings[0].set_result(WORDS)
    await no_wordings_left(begun.app)

    assert await replies(begun) == [scripted.ANYTHING_TO_ADD]


async def test_words_and_runners_that_come_at_once_give_one_reply(
    begun: Room, writer: Writer, time: ShiftedTime, app: FastAPI, make_app: MakeApp
) -> None:
    async with make_app(database_url=app.state.runtime.database.dsn) as second:
        await runner_of(second).stop()
        await answer(begun)
        await writer.asked()
        time.pass_by(REPLY_SECONDS)
        await begun.make_due()

        writer.wordings[0].set_result(WORDS)
        await asyncio.gather(*(runner.perform_due() for runner in [runner_of(app), runner_of(second)] * 3))
        await no_wordings_left(app)

    assert len(await replies(begun)) == 1


async def test_answers_typed_meanwhile_have_one_reply_together(begun: Room, writer: Writer) -> None:
    await answer(begun)
    await writer.asked()
    await answer(begun, "And the whole of it was paid for within the first year, which nobody had expected.")
    await writer.asked(2)

    writer.wordings[0].set_result("This is only about the first.")
    await no_wordings_left(begun.app, 1)
    assert await replies(begun) == []
    writer.wordings[1].set_result(WORDS)

    await until_replied(begun, WORDS)
    assert writer.requests[1].past[-2].text == ANSWER
    assert (await begun.log_types())[-3:] == ["transcript"] * 3


async def test_in_a_pause_the_model_s_words_wait_too(begun: Room, writer: Writer, time: ShiftedTime) -> None:
    await answer(begun)
    await writer.asked()
    await begun.act("timer/pause")

    writer.wordings[0].set_result("Words for nobody.")
    await no_wordings_left(begun.app)
    await pass_time(begun, time, REPLY_SECONDS)
    assert await replies(begun) == []

    await begun.act("timer/start")
    await writer.asked(2)
    writer.wordings[1].set_result(WORDS)
    await until_replied(begun, WORDS)
    assert [line.data["purpose"] for line in await begun.said()] == ["greeting", "question", "reply"]


async def test_words_that_outlast_a_pause_are_said_once(begun: Room, writer: Writer) -> None:
    await answer(begun)
    await writer.asked()
    await begun.act("timer/pause")
    await begun.act("timer/start")
    await writer.asked(2)

    for wording in writer.wordings:
        wording.set_result(WORDS)
    await no_wordings_left(begun.app)

    assert await replies(begun) == [WORDS]


@pytest.mark.parametrize("act", ["timer/next", "timer/reset", "end"])
async def test_what_has_gone_on_meanwhile_needs_no_reply(
    begun: Room, writer: Writer, time: ShiftedTime, act: str
) -> None:
    await answer(begun)
    await writer.asked()
    await begun.act(act)
    log = await begun.log()

    writer.wordings[0].set_result(WORDS)
    await no_wordings_left(begun.app)
    await pass_time(begun, time, REPLY_SECONDS)

    assert await begun.log() == log


async def test_a_time_check_meanwhile_leaves_the_reply_due(begun: Room, writer: Writer, time: ShiftedTime) -> None:
    time.pass_by(12 * 60 - 1)
    await answer(begun)
    await writer.asked()
    await pass_time(begun, time, 1)
    assert (await begun.said())[-1].data["purpose"] == "time_check"

    await pass_time(begun, time, REPLY_SECONDS)

    assert await replies(begun) == [scripted.ANYTHING_TO_ADD]


async def test_a_voice_that_comes_meanwhile_has_the_floor(begun: Room, writer: Writer, time: ShiftedTime) -> None:
    await answer(begun)
    await writer.asked()
    bot_id = uuid4()
    await begun.perform(lambda act: act.set_bot_status(CONNECTED, bot_id))

    writer.wordings[0].set_result(WORDS)
    await no_wordings_left(begun.app)
    await pass_time(begun, time, REPLY_SECONDS)

    assert await replies(begun) == []


async def test_a_model_that_hangs_gives_its_place_back(
    begun: Room, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await answer(begun)
    await writer.asked()
    assert not writer.wordings[0].done()
    monkeypatch.setattr(written_interviewer, "REPLY_SECONDS", 0.05)
    await answer(begun)
    await writer.asked(2)

    await until(writer.wordings[1].cancelled)
    await no_wordings_left(begun.app, 1)


async def test_a_session_erased_meanwhile_harms_nobody(
    begun: Room, writer: Writer, user: SignedIn, app: FastAPI
) -> None:
    await answer(begun)
    await writer.asked()
    assert (await user.delete(f"/api/v1/sessions/{begun.session_id}")).status_code == 204

    writer.wordings[0].set_result(WORDS)
    await no_wordings_left(app)

    assert await begun.log() == []


async def test_beyond_so_many_wordings_replies_are_scripted_at_once(
    app: FastAPI, user: SignedIn, begun: Room, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written_interviewer, "MAX_WORDINGS", 1)
    other = await open_room(app, user)
    await other.act("timer/start")
    await answer(begun)
    await writer.asked()

    await answer(other)

    assert await replies(other) == [scripted.ANYTHING_TO_ADD]
    await writer.asked(1)
    assert await replies(begun) == []


async def test_a_model_that_is_not_active_is_not_asked(begun: Room, writer: Writer) -> None:
    writer.is_active = False

    await answer(begun)

    assert await replies(begun) == [scripted.ANYTHING_TO_ADD]
    assert not writer.wordings
