"""One-shot completions: what goes to each provider, and that whatever goes wrong is one kind of error."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.core import traces
from app.core.config import Settings
from app.interview_session import language_model
from app.interview_session.language_model import (
    Lane,
    LanguageModel,
    ModelError,
    Work,
    open_language_model,
    without_thinking,
)
from tests.support.completion_stub import READ_TOKENS, WRITTEN_TOKENS, CompletionStub
from tests.support.metrics import figure
from tests.support.waiting import until

MakeSettings = Callable[..., Settings]
Opened = Callable[[str], AbstractAsyncContextManager[LanguageModel]]
PATHS = {"openai": "/v1", "anthropic": "", "google": ""}
ERRORS = {
    "openai": {401: "AuthenticationError", 429: "RateLimitError", 500: "InternalServerError"},
    "anthropic": {401: "AuthenticationError", 429: "RateLimitError", 500: "InternalServerError"},
    "google": {401: "ClientError", 429: "ClientError", 500: "ServerError"},
}
AT_ONCE = language_model.LANES[Work.REPLY].at_once
each_provider = pytest.mark.parametrize("provider", PATHS)


@pytest.fixture
def stub(served: tuple[CompletionStub, str]) -> CompletionStub:
    served[0].reset()
    return served[0]


@pytest.fixture
def opened(served: tuple[CompletionStub, str], make_settings: MakeSettings) -> Opened:
    """Return a function that opens a provider's model at the stub."""

    @asynccontextmanager
    async def open_at_the_stub(provider: str) -> AsyncIterator[LanguageModel]:
        base_url = served[1] + PATHS[provider]
        settings = make_settings(
            llm_provider=provider, llm_api_key="key", llm_model="stub-model", llm_base_url=base_url
        )
        async with open_language_model(settings) as model:
            assert model is not None
            yield model

    return open_at_the_stub


async def complete(model: LanguageModel, *, seconds: float = 20.0) -> str:
    messages = [{"role": "user", "content": "I fixed it."}, {"role": "assistant", "content": "How?"}]
    messages.append({"role": "user", "content": "With a patch."})
    return await model.complete(messages, system="Be brief.", max_tokens=77, seconds=seconds)


async def reason_of(model: LanguageModel, *, seconds: float = 20.0) -> str:
    with pytest.raises(ModelError) as caught:
        await complete(model, seconds=seconds)
    return caught.value.reason


@each_provider
class TestEachProvider:
    async def test_an_answer_comes_back_stripped(self, opened: Opened, stub: CompletionStub, provider: str) -> None:
        stub.answer = "\n  How did you notice? \n"
        async with opened(provider) as model:
            assert model.name == "stub-model"
            assert await complete(model) == "How did you notice?"

    async def test_it_is_told_everything_in_the_roles_that_all_know(
        self, opened: Opened, stub: CompletionStub, provider: str
    ) -> None:
        async with opened(provider) as model:
            await complete(model)

        [asked] = stub.asked
        if provider == "openai":
            assert [message["role"] for message in asked["messages"]] == ["system", "user", "assistant", "user"]
            assert asked["messages"][0]["content"] == "Be brief."
            assert asked["max_completion_tokens"] == 77
        elif provider == "anthropic":
            assert [message["role"] for message in asked["messages"]] == ["user", "assistant", "user"]
            assert "Be brief." in str(asked["system"])
            assert asked["max_tokens"] == 77
        else:
            assert [content["role"] for content in asked["contents"]] == ["user", "model", "user"]
            assert "Be brief." in str(asked["systemInstruction"])
            assert asked["generationConfig"]["maxOutputTokens"] == 77
        assert not asked.get("stream")

    @pytest.mark.parametrize("status", [401, 429, 500])
    async def test_an_error_is_named_and_not_tried_again(
        self, opened: Opened, stub: CompletionStub, provider: str, status: int
    ) -> None:
        stub.status = status
        async with opened(provider) as model:
            assert await reason_of(model) == ERRORS[provider][status]
        assert len(stub.asked) == 1

    @pytest.mark.parametrize(("ending", "reason"), [("cut off", "cut_off"), ("refused", "refused")])
    async def test_half_an_answer_is_none(
        self, *, opened: Opened, stub: CompletionStub, provider: str, ending: str, reason: str
    ) -> None:
        stub.ending = ending
        async with opened(provider) as model:
            assert await reason_of(model) == reason

    @pytest.mark.parametrize("answer", ["", "  \n", "<think>Hm, what could I ask"])
    async def test_an_answer_without_words_is_none(
        self, opened: Opened, stub: CompletionStub, provider: str, answer: str
    ) -> None:
        stub.answer = answer
        async with opened(provider) as model:
            assert await reason_of(model) == "empty"

    @pytest.mark.parametrize("raw", ["{}", "[]", "null", '"Hello"', "{", '{"choices": []}', "<html>"])
    async def test_garbage_is_an_error_like_any_other(
        self, opened: Opened, stub: CompletionStub, provider: str, raw: str
    ) -> None:
        stub.raw = raw
        async with opened(provider) as model:
            assert await reason_of(model)
            stub.raw = None
            assert await complete(model) == stub.answer

    async def test_a_model_that_hangs_is_given_up(self, opened: Opened, stub: CompletionStub, provider: str) -> None:
        async with opened(provider) as model:
            stub.go_on.clear()
            assert await reason_of(model, seconds=0.2) == "timeout"
            stub.go_on.set()
            assert await complete(model) == stub.answer

    async def test_no_server_at_all(self, make_settings: MakeSettings, provider: str) -> None:
        settings = make_settings(llm_provider=provider, llm_api_key="k", llm_base_url="http://127.0.0.1:9")
        async with open_language_model(settings) as model:
            assert model is not None
            assert await reason_of(model)


class TestTraces:
    @each_provider
    async def test_a_trace_goes_on_at_the_provider_and_holds_no_words(
        self, opened: Opened, stub: CompletionStub, provider: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        exporter = InMemorySpanExporter()
        tracer_provider = TracerProvider(shutdown_on_exit=False)
        tracer_provider.add_span_processor(SimpleSpanProcessor(exporter))
        monkeypatch.setattr(traces._Tracing, "tracer", tracer_provider.get_tracer("tests"))

        async with opened(provider) as model:
            with traces.span("a request") as around:
                await complete(model)
            stub.status = 500
            reason = await reason_of(model)

        done, _, failed = exporter.get_finished_spans()
        assert done.parent
        assert done.parent.span_id == around.get_span_context().span_id
        assert done.attributes == {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "stub-model",
            "gen_ai.request.max_tokens": 77,
            "gen_ai.usage.input_tokens": READ_TOKENS,
            "gen_ai.usage.output_tokens": WRITTEN_TOKENS,
            "interview_tracker.work": "reply",
        }
        assert failed.attributes is not None
        assert failed.attributes["interview_tracker.reason"] == reason
        assert failed.attributes["error.type"] == "ModelError"
        assert [headers["traceparent"][:-3] for headers in stub.headers] == [
            f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}" for span in (done, failed)
        ]
        told = done.to_json() + failed.to_json()
        assert "I fixed it" not in told
        assert stub.first_answer not in told

    @each_provider
    async def test_without_tracing_a_provider_is_told_of_none(
        self, opened: Opened, stub: CompletionStub, provider: str
    ) -> None:
        async with opened(provider) as model:
            await complete(model)

        assert "traceparent" not in stub.headers[0]


class TestBounds:
    async def test_only_so_many_at_once_and_no_wait_without_end(
        self, opened: Opened, stub: CompletionStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(language_model.LANES, Work.REPLY, Lane(AT_ONCE, queue_seconds=0.1))
        async with opened("openai") as model:
            stub.go_on.clear()
            before = {outcome: _counted(outcome) for outcome in ("ok", "busy")}
            waiting = [asyncio.create_task(complete(model)) for _ in range(AT_ONCE)]
            await until(lambda: len(stub.asked) == AT_ONCE)

            assert await reason_of(model) == "busy"
            assert _counted("busy") == before["busy"] + 1

            assert len(stub.asked) == AT_ONCE
            stub.go_on.set()
            assert await asyncio.gather(*waiting) == [stub.answer] * AT_ONCE
            assert _counted("ok") == before["ok"] + AT_ONCE

    async def test_one_that_waits_gets_the_next_free_place(self, opened: Opened, stub: CompletionStub) -> None:
        async with opened("openai") as model:
            stub.go_on.clear()
            waiting = [asyncio.create_task(complete(model)) for _ in range(AT_ONCE + 1)]
            await until(lambda: len(stub.asked) == AT_ONCE)
            waiting[0].cancel()
            await until(lambda: len(stub.asked) == AT_ONCE + 1)
            stub.go_on.set()

            answers = await asyncio.gather(*waiting, return_exceptions=True)
            assert answers[1:] == [stub.answer] * AT_ONCE


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("How?", "How?"),
        ("<think>I could ask how.</think>\n\nHow?", "How?"),
        ("\n<THINKING>Hm\n</thinking>How?", "How?"),
        ("<think></think>", ""),
        ("<think>never ends. How?", ""),
        ("How <think>much</think>?", "How <think>much</think>?"),
    ],
)
def test_thoughts_before_an_answer_are_no_part_of_it(answer: str, words: str) -> None:
    assert without_thinking(answer) == words


def test_without_a_model_pipecat_is_not_loaded() -> None:
    program = """
import asyncio, sys
from app.core.config import Settings
from app.interview_session.language_model import open_language_model
from app.interview_session.plans.model_plan_writer import ModelPlanWriter
from app.interview_session.room.reply_writer import ReplyWriter

async def main():
    async with open_language_model(Settings(_env_file=None)) as model:
        assert model is None
    assert "pipecat" not in sys.modules

asyncio.run(main())
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def _counted(outcome: str) -> float:
    return figure("language_model_requests_total", work="reply", outcome=outcome)
