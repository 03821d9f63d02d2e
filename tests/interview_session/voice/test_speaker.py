"""The speaker on a real pipeline: what it tells of what was heard, whatever the voice."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable

import pytest
from fastapi import FastAPI
from pipecat.frames.frames import ErrorFrame, Frame
from pipecat.processors.frame_processor import FrameProcessor

from app.core.config import Settings
from app.interview_session.conversation.utterance import CutBy, Line, Purpose
from app.interview_session.voice.services.hibari_voice import Hibari, HibariVoice
from app.interview_session.voice.services.provider_services import ProviderServices
from tests.support.rooms import serving
from tests.support.speaking import Stage, on_stage
from tests.support.stubs.cartesia import CartesiaVoice
from tests.support.stubs.deepgram import DeepgramVoice
from tests.support.stubs.elevenlabs import ElevenLabsVoice
from tests.support.stubs.socket_server import SocketServer
from tests.support.waiting import until

pytestmark = pytest.mark.slow
STUBS: list[type[SocketServer]] = [CartesiaVoice, ElevenLabsVoice, DeepgramVoice]
WITH_WORD_TIMES: list[type[SocketServer]] = [CartesiaVoice, ElevenLabsVoice]
WORDS = "This is the first sentence. Here comes the second one. And that is all."
FIRST, SECOND, THIRD = "This is the first sentence.", "Here comes the second one.", "And that is all."


def line(words: str = WORDS, **changes: object) -> Line:
    return Line(Purpose.QUESTION, words, 1, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
async def hibari() -> AsyncIterator[Hibari]:
    """Give the process of the keyless voice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.interview_session.voice.services.hibari_voice.SPEED", 3.0)
        process = Hibari()
        await process.start()
        yield process
        await process.stop()


@pytest.fixture
async def stage(hibari: Hibari) -> AsyncIterator[Stage]:
    """Give a speaker with the keyless voice."""
    async with on_stage(HibariVoice(hibari)) as stage:
        yield stage


@pytest.fixture(params=STUBS, ids=lambda stub: stub.__name__)
async def provider_stage(
    request: pytest.FixtureRequest, make_settings: Callable[..., Settings]
) -> AsyncIterator[Stage]:
    """Give a speaker with the voice of a provider."""
    app = FastAPI()
    stub = request.param(app)
    async with serving(app) as url:
        services = ProviderServices(make_settings(**stub.settings, tts_base_url=url))
        async with on_stage(services.tts()) as stage:
            yield stage
        await services.close()
    assert stub.refused == []


async def test_parts_are_heard_in_order_one_behind_the_other(stage: Stage) -> None:
    await stage.speaker.say(line())
    await stage.until_end()

    assert stage.told == [(1, FIRST, None), (2, SECOND, None), (3, THIRD, None)]
    assert all(one.began < one.ended for one in stage.heard)
    assert all(earlier.ended <= later.began for earlier, later in zip(stage.heard, stage.heard[1:], strict=False))
    assert stage.ends == [(line(), None)]
    assert not stage.speaker.is_busy


async def test_the_rest_of_a_line_is_said_with_its_lead(stage: Stage) -> None:
    await stage.speaker.say(line(first_part=2, lead="Let us go on."))
    await stage.until_end()

    assert stage.told == [(2, f"Let us go on. {SECOND}", None), (3, THIRD, None)]


async def test_a_lead_alone_is_a_line(stage: Stage) -> None:
    await stage.speaker.say(line("", lead="Let us go on."))
    await stage.until_end()

    assert stage.told == [(1, "Let us go on.", None)]


async def test_a_cut_within_a_sentence_is_told_of_with_that_sentence(stage: Stage) -> None:
    await stage.speaker.say(line())
    await stage.until_heard(1)
    await until_sound_of(stage, 2)
    seconds = stage.loudspeaker.seconds

    await stage.speaker.cut(CutBy.CANDIDATE)

    assert stage.told == [(1, FIRST, None), (2, SECOND, CutBy.CANDIDATE)]
    assert stage.ends == [(line(), CutBy.CANDIDATE)]
    await stage.speaker.say(line("A new line."))
    await stage.until_end(2)
    assert stage.told[2:] == [(1, "A new line.", None)]
    # What was left of the first line is not heard.
    assert stage.loudspeaker.seconds < seconds + 2


async def test_a_cut_before_any_sound_is_told_of_with_no_sentence(stage: Stage) -> None:
    await stage.speaker.say(line())
    await stage.speaker.cut(CutBy.INTERVIEWER)

    assert stage.told == []
    assert stage.ends == [(line(), CutBy.INTERVIEWER)]


async def test_a_line_said_right_behind_a_cut_is_heard_to_its_end(stage: Stage) -> None:
    for _ in range(3):
        await stage.speaker.say(line())
        await stage.until_audible()
        await stage.speaker.cut(CutBy.INTERVIEWER)
    heard = len(stage.heard)

    await stage.speaker.say(line("The last line. It is heard."))
    await stage.until_end(4)

    assert stage.told[heard:] == [(1, "The last line.", None), (2, "It is heard.", None)]


async def test_a_line_that_may_not_be_cut_is_heard_to_its_end(stage: Stage) -> None:
    await stage.speaker.say(line(), can_be_cut=False)
    await stage.until_audible()
    await stage.speaker.cut(CutBy.CANDIDATE)
    await stage.until_end()

    assert [cut_by for _, _, cut_by in stage.told] == [None, None, None]


async def test_a_peer_that_is_gone_in_mid_sentence_has_not_heard_it(stage: Stage) -> None:
    await stage.speaker.say(line())
    await stage.until_audible()

    stage.speaker.stop()

    assert stage.told == [(1, FIRST, CutBy.FAILURE)]
    assert stage.ends == []


async def test_what_nobody_is_there_to_hear_was_not_said(stage: Stage) -> None:
    stage.loudspeaker.is_muted = True

    await stage.speaker.say(line())
    await stage.until_end()

    assert stage.told == []
    assert stage.ends == [(line(), CutBy.FAILURE)]


async def test_trouble_with_a_later_sentence_ends_the_line_where_there_is_no_sound(hibari: Hibari) -> None:
    async with on_stage(Stumbling(hibari)) as stage:
        await stage.speaker.say(line())
        await stage.until_audible()
        await stage.speaker.fail()
        await stage.until_end()

    assert stage.told == [(1, FIRST, None)]
    assert stage.ends == [(line(), CutBy.FAILURE)]


async def test_trouble_before_any_sound_ends_the_line_at_once(stage: Stage) -> None:
    await stage.speaker.say(line())
    await stage.speaker.fail()

    assert stage.told == []
    assert stage.ends == [(line(), CutBy.FAILURE)]


class Stumbling(HibariVoice):
    """A voice that cannot say the second sentence."""

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        if text == SECOND:
            yield ErrorFrame("stumbled")
            return
        async for frame in super().run_tts(text, context_id):
            yield frame


class Mute(FrameProcessor):
    """A voice of which nothing comes, neither sound nor marks."""

    async def process_frame(self, frame: Frame, direction: object) -> None:
        await super().process_frame(frame, direction)  # type: ignore[arg-type]
        if isinstance(frame, ErrorFrame) or type(frame).__name__ not in {"TTSSpeakFrame", "SpeechMark"}:
            await self.push_frame(frame, direction)  # type: ignore[arg-type]


async def test_a_voice_of_which_nothing_comes_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.interview_session.voice.speaker.SIGN_SECONDS", 0.2)
    async with on_stage(Mute()) as stage:
        await stage.speaker.say(line())
        await stage.until_silence()

        assert stage.told == []
        assert stage.speaker.is_busy


async def test_a_long_sentence_is_not_missed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.interview_session.voice.speaker.SIGN_SECONDS", 0.3)
    await stage.speaker.say(line("This is a sentence that goes on and on, " * 5))
    await stage.until_end()

    assert stage.silences == 0


async def test_every_provider_says_two_lines_behind_each_other(provider_stage: Stage) -> None:
    stage = provider_stage

    await stage.speaker.say(line())
    await stage.until_end()
    await stage.speaker.say(line("Once more. With feeling."))
    await stage.until_end(2)

    assert stage.told == [
        (1, FIRST, None),
        (2, SECOND, None),
        (3, THIRD, None),
        (1, "Once more.", None),
        (2, "With feeling.", None),
    ]
    # The stubs say each sentence in a second.
    assert stage.loudspeaker.seconds == pytest.approx(5, abs=0.5)


async def test_every_provider_is_cut_within_a_sentence(provider_stage: Stage) -> None:
    stage = provider_stage
    await stage.speaker.say(line())
    await stage.until_heard(1)
    await until_sound_of(stage, 2)
    await stage.speaker.cut(CutBy.CANDIDATE)

    assert [(part, cut_by) for part, _, cut_by in stage.told] == [(1, None), (2, CutBy.CANDIDATE)]
    assert SECOND.startswith(stage.told[1][1])
    await stage.speaker.say(line("A new line."))
    await stage.until_end(2)
    assert stage.told[2:] == [(1, "A new line.", None)]


@pytest.mark.parametrize("provider_stage", WITH_WORD_TIMES, indirect=True, ids=lambda stub: stub.__name__)
async def test_a_voice_that_times_its_words_tells_how_far_it_got(provider_stage: Stage) -> None:
    stage = provider_stage
    sentence = " ".join(f"word{number}" for number in range(20))
    await stage.speaker.say(line(sentence))
    await until_sound_of(stage, 1)
    # The words are timed as in life.
    await until(lambda: stage.speaker.words_told)
    await stage.speaker.cut(CutBy.CANDIDATE)

    [(_, text, cut_by)] = stage.told
    assert cut_by is CutBy.CANDIDATE
    assert text.startswith("word0")
    assert len(text) < len(sentence)


async def until_sound_of(stage: Stage, part: int) -> None:
    """Wait until a part has a sound."""
    await until(lambda: stage.speaker.audible_part == part)
