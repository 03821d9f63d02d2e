"""``LLM_PROVIDER=ollama``: what it is by default, and what is said of a model or a server that is not there."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import structlog
from fastapi import FastAPI
from structlog.testing import capture_logs

from app.core.config import Settings
from app.interview_session import model_services
from app.interview_session.language_model import LanguageModel, ModelError, open_language_model
from app.interview_session.model_services import OLLAMA_MODEL, OLLAMA_URL
from tests.support.rooms import serving
from tests.support.stubs.ollama import WORDS, Ollama
from tests.support.waiting import until

MakeSettings = Callable[..., Settings]
NOBODY = "http://127.0.0.1:9/v1"


@pytest.fixture
async def served() -> AsyncIterator[tuple[Ollama, str]]:
    app = FastAPI()
    ollama = Ollama(app, OLLAMA_MODEL)
    async with serving(app) as url:
        yield ollama, f"{url}/v1"


@pytest.fixture(autouse=True)
def _logs_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    # The tests' logger keeps what it was first made of.
    monkeypatch.setattr(model_services, "log", structlog.get_logger())


async def complete(model: LanguageModel | None, *, max_tokens: int = 50, seconds: float = 20.0) -> str:
    assert model is not None
    return await model.complete(
        [{"role": "user", "content": "I fixed it."}], system="Be brief.", max_tokens=max_tokens, seconds=seconds
    )


async def reason_of(model: LanguageModel | None, **options: float) -> str:
    with pytest.raises(ModelError) as caught:
        await complete(model, **options)  # type: ignore[arg-type]
    return caught.value.reason


async def test_it_needs_no_other_setting(
    make_settings: MakeSettings, served: tuple[Ollama, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ollama, url = served
    assert OLLAMA_URL == "http://localhost:11434/v1"
    monkeypatch.setattr(model_services, "OLLAMA_URL", url)

    async with open_language_model(make_settings(llm_provider="ollama")) as model:
        assert model is not None
        assert model.name == OLLAMA_MODEL
        assert await complete(model) == WORDS

    [asked] = ollama.asked
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert ollama.passed_over == set()


async def test_an_answer_is_bounded_in_the_word_that_ollama_knows(
    make_settings: MakeSettings, served: tuple[Ollama, str]
) -> None:
    async with open_language_model(make_settings(llm_provider="ollama", llm_base_url=served[1])) as model:
        assert await reason_of(model, max_tokens=3) == "cut_off"

    assert served[0].asked[0]["max_tokens"] == 3


async def test_a_model_that_was_not_pulled_is_named_once_with_what_to_do(
    make_settings: MakeSettings, served: tuple[Ollama, str]
) -> None:
    settings = make_settings(llm_provider="ollama", llm_base_url=served[1], llm_model="qwen2.5:7b")
    async with open_language_model(settings) as model:
        with capture_logs() as lines:
            assert await reason_of(model) == "model_not_found"
            assert await reason_of(model) == "model_not_found"
            served[0].models.add("qwen2.5:7b")
            assert await complete(model) == WORDS

    assert [(line["event"], line["remedy"]) for line in lines] == [
        ("ollama_model_not_found", "ollama pull qwen2.5:7b")
    ]


async def test_a_server_that_is_not_there_is_named_once(make_settings: MakeSettings) -> None:
    async with open_language_model(make_settings(llm_provider="ollama", llm_base_url=NOBODY)) as model:
        with capture_logs() as lines:
            assert await reason_of(model) == "not_reachable"
            assert await reason_of(model) == "not_reachable"

    assert [(line["event"], line["remedy"]) for line in lines] == [("ollama_not_reachable", "ollama serve")]


async def test_a_model_that_is_still_being_loaded_is_not_waited_for(
    make_settings: MakeSettings, served: tuple[Ollama, str]
) -> None:
    ollama, url = served
    async with open_language_model(make_settings(llm_provider="ollama", llm_base_url=url)) as model:
        ollama.is_loaded.clear()
        assert await reason_of(model, seconds=0.2) == "timeout"

        patient = asyncio.create_task(complete(model))
        await until(lambda: len(ollama.asked) == 2)
        ollama.is_loaded.set()
        assert await patient == WORDS


async def test_one_that_has_too_much_to_do_is_an_error_like_any_other(
    make_settings: MakeSettings, served: tuple[Ollama, str]
) -> None:
    served[0].reads_no_more = True
    async with open_language_model(make_settings(llm_provider="ollama", llm_base_url=served[1])) as model:
        assert await reason_of(model) == "InternalServerError"
