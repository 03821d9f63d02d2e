"""The judge over each provider's own protocol: what it is asked, what it takes, and every way in which it fails."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from app.core.config import Settings
from app.interview_session import language_model, model_answers, model_services
from app.interview_session.language_model import BoundedModel, Lane, Work, open_language_model
from app.interview_session.report import judge as judge_module
from app.interview_session.report.judge import JudgedQuestion, judge
from app.interview_session.report.schemas import Quote, Verdict
from tests.support.completion_stub import READ_TOKENS, WRITTEN_TOKENS, CompletionStub
from tests.support.evidence import RUBRIC, criterion, question_with, verdicts
from tests.support.stubs import schema_rules
from tests.support.waiting import until

Opened = Callable[[str], AbstractAsyncContextManager[BoundedModel]]
PATHS = {"openai": "/v1", "anthropic": "", "google": ""}
TOKENS = READ_TOKENS + WRITTEN_TOKENS
OWN = (7, "I rolled it back")
ANSWER = verdicts(
    criterion(1, "not_shown"), criterion(2, "shown", OWN), criterion(3, "partly", (7, "a made up quote"))
)
SECRET = "Grandmother's recipe"
each_provider = pytest.mark.parametrize("provider", PATHS)


@pytest.fixture
def stub(served: tuple[CompletionStub, str]) -> CompletionStub:
    served[0].reset()
    served[0].answer = ANSWER
    return served[0]


@pytest.fixture
def opened(served: tuple[CompletionStub, str], make_settings: Callable[..., Settings]) -> Opened:
    """Return a function that opens a provider's model at the stub."""

    @asynccontextmanager
    async def open_at_the_stub(provider: str) -> AsyncIterator[BoundedModel]:
        # Google's older models take no schema, and Pipecat knows them by their names.
        name = "gemini-2.5-flash" if provider == "google" else "stub-model"
        base_url = served[1] + PATHS[provider]
        settings = make_settings(llm_provider=provider, llm_api_key="k", llm_model=name, llm_base_url=base_url)
        async with open_language_model(settings) as model:
            assert model is not None
            yield model

    return open_at_the_stub


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_answers, "RETRY_SECONDS", 0.0)
    # The tests' logger keeps what it was first made of.
    monkeypatch.setattr(judge_module, "log", structlog.get_logger())
    monkeypatch.setattr(model_services, "log", structlog.get_logger())


async def only(model: BoundedModel, *, seconds: float = 20.0, **question: Any) -> JudgedQuestion:
    [judged] = (await judge([question_with(**question)], model, seconds=seconds)).questions
    return judged


def verdicts_of(judged: JudgedQuestion) -> list[Verdict | None]:
    return [one.verdict for one in judged.criteria]


@each_provider
class TestEachProvider:
    async def test_its_verdicts_come_with_what_holds_and_what_it_took(
        self, opened: Opened, stub: CompletionStub, provider: str
    ) -> None:
        async with opened(provider) as model:
            judgement = await judge([question_with()], model)

        [judged] = judgement.questions
        assert verdicts_of(judged) == [Verdict.NOT_SHOWN, Verdict.SHOWN, None]
        assert judged.criteria[1].evidence == (Quote(seq=7, quote="I rolled it back"),)
        assert (judged.sequence, judged.failure) == (2, None)
        assert (judged.quotes_given, judged.quotes_held) == (2, 1)
        assert (judgement.used.read, judgement.used.written) == (READ_TOKENS, WRITTEN_TOKENS)
        assert judgement.tokens == TOKENS
        assert judgement.model == model.name
        assert judgement.failed == ()

    async def test_it_is_asked_by_schema_in_its_own_form(
        self, opened: Opened, stub: CompletionStub, provider: str
    ) -> None:
        async with opened(provider) as model:
            await only(model)

        [asked] = stub.asked
        schema = {
            "openai": lambda: asked["response_format"]["json_schema"]["schema"],
            "anthropic": lambda: asked["output_config"]["format"]["schema"],
            "google": lambda: asked["generationConfig"]["responseJsonSchema"],
        }[provider]()
        assert schema["properties"]["criteria"]["items"]["properties"]["criterion"]["enum"] == [1, 2, 3]

    async def test_one_that_takes_no_schema_is_asked_without_and_not_twice_again(
        self, opened: Opened, stub: CompletionStub, provider: str
    ) -> None:
        stub.takes_schemas = False
        async with opened(provider) as model:
            with capture_logs() as lines:
                assert verdicts_of(await only(model)) == [Verdict.NOT_SHOWN, Verdict.SHOWN, None]
                await only(model)

        assert [schema_rules.has_schema(asked) for asked in stub.asked] == [True, False, False]
        assert [line["event"] for line in lines] == ["language_model_takes_no_schema"]

    async def test_garbage_is_asked_again_once_and_paid_twice(
        self, opened: Opened, stub: CompletionStub, provider: str
    ) -> None:
        stub.answers = [f"{SECRET}!"]
        async with opened(provider) as model:
            judged = await only(model)

        assert verdicts_of(judged) == [Verdict.NOT_SHOWN, Verdict.SHOWN, None]
        assert judged.used.total == 2 * TOKENS

    async def test_garbage_for_good_is_a_failure_without_its_words(
        self, opened: Opened, stub: CompletionStub, provider: str
    ) -> None:
        stub.answer = json.dumps({"criteria": SECRET})
        async with opened(provider) as model:
            with capture_logs() as lines:
                judged = await only(model)

        assert verdicts_of(judged) == [None, None, None]
        assert [one.criterion for one in judged.criteria] == list(RUBRIC)
        assert (judged.failure, judged.may_pass) == ("ValidationError", False)
        assert judged.used.total == 2 * TOKENS
        assert len(stub.asked) == 2
        assert lines == [
            {"event": "report_judge_failed", "log_level": "warning", "reason": "ValidationError", "sequence": 2}
        ]

    @pytest.mark.parametrize("raw", ["{}", "null", "<html>", '{"choices": []}', '{"candidates": 7}'])
    async def test_a_body_that_is_none_is_a_failure(
        self, *, opened: Opened, stub: CompletionStub, provider: str, raw: str
    ) -> None:
        stub.raw = raw
        async with opened(provider) as model:
            judged = await only(model)

        assert judged.failure
        assert judged.failure.isidentifier()
        assert verdicts_of(judged) == [None, None, None]

    @pytest.mark.parametrize(("ending", "reason"), [("refused", "refused"), ("cut off", "cut_off")])
    async def test_a_refusal_and_half_an_answer_are_paid_once_and_not_asked_again(
        self, *, opened: Opened, stub: CompletionStub, provider: str, ending: str, reason: str
    ) -> None:
        stub.ending = ending
        async with opened(provider) as model:
            judged = await only(model)

        assert (judged.failure, judged.may_pass, len(stub.asked)) == (reason, False, 1)
        assert judged.used.total == TOKENS

    @pytest.mark.parametrize("status", [429, 500, 503])
    async def test_what_may_pass_is_tried_once_more(
        self, *, opened: Opened, stub: CompletionStub, provider: str, status: int
    ) -> None:
        stub.statuses = [status]
        async with opened(provider) as model:
            assert (await only(model)).failure is None
            stub.statuses = [status, status, 200]
            failed = await only(model)

        assert failed.failure
        assert failed.may_pass
        assert stub.statuses == [200]

    @pytest.mark.parametrize("status", [401, 403])
    async def test_a_key_that_does_not_fit_is_not_tried_again(
        self, *, opened: Opened, stub: CompletionStub, provider: str, status: int
    ) -> None:
        stub.status = status
        async with opened(provider) as model:
            judged = await only(model)

        assert judged.failure
        assert (judged.may_pass, len(stub.asked), judged.used.total) == (False, 1, 0)

    async def test_one_that_hangs_is_given_up(self, opened: Opened, stub: CompletionStub, provider: str) -> None:
        stub.go_on.clear()
        async with opened(provider) as model:
            judged = await only(model, seconds=0.2)
            stub.go_on.set()

        assert judged.failure == "timeout"
        assert len(stub.asked) == 1


class TestQuestions:
    @pytest.mark.parametrize("question", [{"has_enough_words": False}, {"rubric": ()}, {"answers": {}}])
    async def test_what_cannot_be_judged_never_reaches_the_model(
        self, opened: Opened, stub: CompletionStub, question: dict[str, Any]
    ) -> None:
        async with opened("openai") as model:
            judgement = await judge([question_with(**question)], model)

        assert (judgement.questions, judgement.tokens, stub.asked) == ((), 0, [])

    async def test_one_call_for_each_question_with_nothing_of_the_others(
        self, opened: Opened, stub: CompletionStub
    ) -> None:
        questions = [
            question_with(sequence=number, answers={number: f"answer {number}. " * 20}) for number in (3, 1, 2)
        ]
        async with opened("openai") as model:
            judgement = await judge(questions, model)

        assert [judged.sequence for judged in judgement.questions] == [3, 1, 2]
        assert judgement.tokens == 3 * TOKENS
        materials = [json.loads(asked["messages"][1]["content"].split("\n")[1]) for asked in stub.asked]
        assert sorted(entry["seq"] for material in materials for entry in material["entries"]) == [1, 2, 3]
        assert all(len(material["entries"]) == 1 for material in materials)

    async def test_one_that_fails_leaves_the_others(self, opened: Opened, stub: CompletionStub) -> None:
        stub.statuses = [401]
        async with opened("openai") as model:
            judgement = await judge([question_with(), question_with(sequence=3)], model)

        assert [judged.failure for judged in judgement.failed] == ["AuthenticationError"]
        assert sum(judged.criteria[1].verdict is Verdict.SHOWN for judged in judgement.questions) == 1

    async def test_four_at_once_in_a_process_however_many_sessions(
        self, opened: Opened, stub: CompletionStub
    ) -> None:
        assert language_model.LANES[Work.REPORT].at_once == 4
        stub.go_on.clear()
        questions = [question_with(sequence=number) for number in (1, 2, 3)]
        async with opened("openai") as model:
            both = [asyncio.create_task(judge(questions, model)) for _ in range(2)]
            await until(lambda: len(stub.asked) == 4)
            # A reply of an interview finds its place all the same.
            reply = asyncio.create_task(
                model.complete([{"role": "user", "content": "So?"}], system="", max_tokens=9, seconds=9)
            )
            await until(lambda: len(stub.asked) == 5)
            stub.go_on.set()
            judgements = await asyncio.gather(*both)
            await reply

        assert len(stub.asked) == 7
        assert all(not judgement.failed for judgement in judgements)

    async def test_the_wait_for_a_place_has_an_end(
        self, opened: Opened, stub: CompletionStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(language_model.LANES, Work.REPORT, Lane(at_once=1, queue_seconds=600.0))
        stub.go_on.clear()
        async with opened("openai") as model:
            first = asyncio.create_task(only(model))
            await until(lambda: stub.asked)
            second = await only(model, seconds=0.1)
            stub.go_on.set()

            assert (second.failure, len(stub.asked)) == ("busy", 1)
            assert (await first).failure is None

    async def test_three_hundred_entries(self, opened: Opened, stub: CompletionStub) -> None:
        answers = {seq: f"Then I did step {seq} of the work, and checked it." for seq in range(1, 601, 2)}
        stub.answer = verdicts(criterion(2, "shown", (1, "I did step 599 of the work")))
        async with opened("openai") as model:
            judged = await only(model, answers=answers)

        assert judged.criteria[1].evidence == (Quote(seq=599, quote="I did step 599 of the work"),)

    async def test_a_session_that_is_erased_meanwhile_takes_its_calls_with_it(
        self, opened: Opened, stub: CompletionStub
    ) -> None:
        stub.go_on.clear()
        async with opened("openai") as model:
            request = asyncio.create_task(judge([question_with()], model))
            await until(lambda: stub.asked)
            request.cancel()
            with pytest.raises(asyncio.CancelledError):
                await request
            stub.go_on.set()
            assert (await only(model)).failure is None
