"""Replies in a model's words: held to form, tried twice, and nobody's failure but the model's."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
import structlog
from structlog.testing import capture_logs

from app.core.config import Settings
from app.interview_session.conversation.utterance import Line, Purpose
from app.interview_session.language_model import LanguageModel, Message, ModelError, open_language_model
from app.interview_session.room import reply_writer
from app.interview_session.room.reply_writer import ReplyWriter
from tests.support.completion_stub import CompletionStub
from tests.support.wording import ANSWER, follow_up

GOOD = "You rolled back first. Which warning signs were there before?"
BAD = "Great answer, 8/10!"


class ScriptedModel:
    """Gives the answers of a list one after the other; an exception is raised."""

    name = "scripted"

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.markers: set[str] = set()

    async def complete(self, messages: Sequence[Message], *, system: str, max_tokens: int, seconds: float) -> str:
        assert 0 < seconds <= reply_writer.WORDING_SECONDS
        [message] = messages
        self.asked.append(message["content"])
        self.markers.add(message["content"].split("]")[0])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_without_a_model_there_are_no_words() -> None:
    writer = ReplyWriter(None)
    assert not writer.is_active
    assert await writer.word(follow_up()) is None


async def test_a_good_wording_is_said() -> None:
    model = ScriptedModel(f'Interviewer: "{GOOD}"')
    writer = ReplyWriter(model)

    assert writer.is_active
    assert await writer.word(follow_up()) == GOOD
    assert len(model.asked) == 1


async def test_a_bad_one_is_asked_for_once_more_with_the_reason() -> None:
    model = ScriptedModel(BAD, GOOD)

    assert await ReplyWriter(model).word(follow_up()) == GOOD
    assert "could not be used" not in model.asked[0]
    assert "It judged the answer." in model.asked[1]
    assert len(model.markers) == 2


async def test_after_two_bad_ones_the_scripted_words_are_said() -> None:
    model = ScriptedModel(BAD, "[Unidentified]", GOOD)

    assert await ReplyWriter(model).word(follow_up()) is None
    assert model.answers == [GOOD]


@pytest.mark.parametrize("error", [ModelError("cut_off"), ModelError("InternalServerError"), RuntimeError("no")])
async def test_a_failure_is_tried_once_more(error: Exception) -> None:
    assert await ReplyWriter(ScriptedModel(error, GOOD)).word(follow_up()) == GOOD
    assert await ReplyWriter(ScriptedModel(error, error, GOOD)).word(follow_up()) is None


@pytest.mark.parametrize("reason", ["busy", "timeout"])
async def test_waiting_once_is_enough(reason: str) -> None:
    model = ScriptedModel(ModelError(reason), GOOD)
    assert await ReplyWriter(model).word(follow_up()) is None
    assert model.answers == [GOOD]


@pytest.mark.parametrize("purpose", sorted(set(Purpose) - {Purpose.REPLY, Purpose.FOLLOW_UP}))
async def test_the_plans_own_lines_are_never_worded(purpose: Purpose) -> None:
    model = ScriptedModel(GOOD)
    assert await ReplyWriter(model).word(follow_up(line=Line(purpose, "Words.", 3))) is None
    assert model.asked == []


async def test_a_model_that_is_not_there_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    down = ModelError("APIConnectionError")
    model = ScriptedModel(down, down, down, GOOD)
    writer = ReplyWriter(model)

    assert await writer.word(follow_up()) is None
    assert [writer.is_active] == [True]
    assert await writer.word(follow_up()) is None
    assert not writer.is_active
    assert await writer.word(follow_up()) is None
    assert model.answers == [GOOD]

    now = asyncio.get_running_loop().time()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now + reply_writer.REST_SECONDS + 1)
    assert writer.is_active


async def test_a_model_that_answers_nonsense_is_asked_again_each_time() -> None:
    model = ScriptedModel(*[BAD] * 20)
    writer = ReplyWriter(model)
    for _ in range(10):
        assert await writer.word(follow_up()) is None
    assert writer.is_active


async def test_a_cancelled_wording_is_cancelled() -> None:
    class Hanging(ScriptedModel):
        async def complete(self, *_: object, **__: object) -> str:
            await asyncio.Event().wait()
            raise AssertionError

    task = asyncio.create_task(ReplyWriter(Hanging()).word(follow_up()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_no_words_are_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    # Another test's application may have set the level that is logged.
    bound = structlog.wrap_logger(None, wrapper_class=structlog.make_filtering_bound_logger("DEBUG"))
    monkeypatch.setattr(reply_writer, "log", bound)
    with capture_logs() as lines:
        await ReplyWriter(ScriptedModel(BAD, ModelError("cut_off"))).word(follow_up())

    assert [line["event"] for line in lines] == ["reply_wording_rejected", "reply_wording_failed"]
    assert [line.get("fault") or line.get("reason") for line in lines] == ["verdict", "cut_off"]
    assert BAD not in str(lines)
    assert ANSWER[:20] not in str(lines)


@pytest.fixture(params=["openai", "anthropic", "google"])
async def model(
    request: pytest.FixtureRequest,
    served: tuple[CompletionStub, str],
    make_settings: Callable[..., Settings],
) -> AsyncIterator[LanguageModel]:
    served[0].reset()
    path = "/v1" if request.param == "openai" else ""
    settings = make_settings(
        llm_provider=request.param, llm_api_key="key", llm_model="m", llm_base_url=served[1] + path
    )
    async with open_language_model(settings) as opened:
        assert opened is not None
        yield opened


class TestEachProvider:
    async def test_its_second_try_counts(self, served: tuple[CompletionStub, str], model: LanguageModel) -> None:
        served[0].answers = [BAD, GOOD]
        assert await ReplyWriter(model).word(follow_up(), seconds=30) == GOOD
        assert len(served[0].asked) == 2

    @pytest.mark.parametrize("what", ["error", "refused", "cut off", "empty", "garbage", "hangs"])
    async def test_whatever_goes_wrong_the_scripted_words_are_said(
        self, served: tuple[CompletionStub, str], model: LanguageModel, what: str
    ) -> None:
        stub = served[0]
        stub.answer = "" if what == "empty" else GOOD
        stub.status = 500 if what == "error" else 200
        stub.ending = what if what in {"refused", "cut off"} else "end"
        stub.raw = "[]" if what == "garbage" else None
        if what == "hangs":
            stub.go_on.clear()

        assert await ReplyWriter(model).word(follow_up(), seconds=0.3 if what == "hangs" else 30) is None

        stub.go_on.set()
        assert len(stub.asked) == (1 if what == "hangs" else 2)
