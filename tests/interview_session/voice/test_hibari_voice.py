"""The keyless voice from the parent's side: pieces, cancellation, and children that die."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from app.interview_session.conversation.utterance import CutBy, Line, Purpose
from app.interview_session.voice.services import hibari_voice, stall
from app.interview_session.voice.services.clauses import LONGEST_FIRST_PIECE, LONGEST_PIECE, next_piece, pieces
from app.interview_session.voice.services.hibari_voice import BYTES_PER_SECOND, Hibari, HibariVoice, VoiceError
from tests.support.metrics import figure
from tests.support.speaking import on_stage
from tests.support.waiting import until

pytestmark = pytest.mark.slow
LONG = (
    "I would like to hear how you found the cause, what you tried first, and which of your steps helped in the end."
)
WHOLE = "This fragile sentence is long enough to be sent in more than three messages, all of them half a second long."


@pytest.fixture(scope="module")
def deaths_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder in which a child leaves word of its death."""
    return tmp_path_factory.mktemp("deaths")


@pytest.fixture(scope="module")
async def fragile(deaths_folder: Path) -> AsyncIterator[Hibari]:
    """Give a voice whose child dies of certain words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAGILE_VOICE_FOLDER", str(deaths_folder))
        hibari = Hibari("tests.support.fragile_voice")
        await hibari.start()
        yield hibari
        await hibari.stop()


@pytest.fixture
def hibari(fragile: Hibari, deaths_folder: Path) -> Hibari:
    """Give that voice, with its deaths forgotten."""
    for death in deaths_folder.iterdir():
        death.unlink()
    return fragile


async def sound_of(hibari: Hibari, text: str, ahead_seconds: float = 0.0) -> bytes:
    return b"".join([sound async for sound in hibari.say(text, ahead_seconds=ahead_seconds)])


async def test_many_at_once_get_their_own_words(hibari: Hibari) -> None:
    texts = [f"This is caller number {number}, out of twenty." for number in range(20)]
    alone = [await sound_of(hibari, text) for text in texts[:3]]

    together = await asyncio.gather(*(sound_of(hibari, text) for text in texts))

    assert together[:3] == alone
    assert len(set(together)) == 20
    assert hibari.waiting == 0


async def test_what_is_no_longer_wanted_is_not_made(hibari: Hibari) -> None:
    unwanted = [hibari.say(LONG, ahead_seconds=0) for _ in range(20)]
    for piece in unwanted:
        piece.close()
    process = psutil.Process(hibari.pid)
    before = process.cpu_times().user

    await sound_of(hibari, "Go on.")

    assert hibari.waiting == 0
    # Twenty of them would take two seconds and more.
    assert process.cpu_times().user - before < 1


async def test_a_killed_child_is_replaced_and_what_waited_is_said(hibari: Hibari) -> None:
    expected = await sound_of(hibari, LONG)
    waiting = [asyncio.create_task(sound_of(hibari, LONG)) for _ in range(6)]
    await until(lambda: hibari.waiting == 6)
    assert hibari.pid is not None
    os.kill(hibari.pid, signal.SIGKILL)

    assert await asyncio.gather(*waiting) == [expected] * 6


async def test_a_hung_child_is_replaced_and_what_waited_is_said(
    hibari: Hibari, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = hibari.pid
    assert first is not None
    monkeypatch.setattr(hibari._child, "_silence_seconds", 2)
    os.kill(first, signal.SIGSTOP)

    assert await sound_of(hibari, "Go on.")
    assert hibari.pid != first


async def test_a_piece_that_broke_off_goes_on_where_it_was(hibari: Hibari, deaths_folder: Path) -> None:
    broken = await sound_of(hibari, WHOLE)

    assert deaths_in(deaths_folder) == 1
    assert broken == await sound_of(hibari, WHOLE)


async def test_a_lethal_text_is_given_up_and_the_others_are_not(hibari: Hibari, deaths_folder: Path) -> None:
    lethal = asyncio.create_task(sound_of(hibari, "This is lethal."))
    others = [asyncio.create_task(sound_of(hibari, LONG)) for _ in range(3)]

    with pytest.raises(VoiceError):
        await lethal
    assert all(await asyncio.gather(*others))
    assert deaths_in(deaths_folder) == 2


async def test_a_text_that_the_model_refuses_costs_no_child(hibari: Hibari) -> None:
    pid = hibari.pid
    with pytest.raises(VoiceError):
        await sound_of(hibari, "This is refused.")

    assert await sound_of(hibari, "This is not.")
    assert hibari.pid == pid


async def test_a_line_with_a_refused_sentence_ends_with_one_error_and_the_next_is_said(
    hibari: Hibari, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hibari_voice, "SPEED", 2.0)
    errors = []

    async def note(*_: object) -> None:
        errors.append(_)

    async with on_stage(HibariVoice(hibari)) as stage:
        stage.worker.add_event_handler("on_pipeline_error", note)
        await stage.speaker.say(line("It is good. It is refused. It is over."))
        await stage.until_end()
        await stage.speaker.say(line("Here I am."))
        await stage.until_end(2)

    assert stage.told == [(1, "It is good.", None), (1, "Here I am.", None)]
    assert stage.ends[0][1] is CutBy.FAILURE
    assert len(errors) == 1


async def test_a_long_line_is_made_only_so_far_ahead_as_it_is_heard(
    hibari: Hibari, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hibari_voice, "AHEAD_SECONDS", 0.5)
    made: list[int] = []
    take = hibari_voice.Piece.take

    def counted(piece: hibari_voice.Piece, sound: bytes) -> None:
        made.append(len(sound))
        take(piece, sound)

    monkeypatch.setattr(hibari_voice.Piece, "take", counted)
    async with on_stage(HibariVoice(hibari)) as stage:
        await stage.speaker.say(line(" ".join([LONG] * 4)))
        await stage.until_audible()
        await until(lambda: hibari.waiting == 0)
        seconds = sum(made) / BYTES_PER_SECOND
        await stage.speaker.cut(CutBy.CANDIDATE)

    assert seconds < 10


async def test_each_stall_of_the_voice_is_logged_and_a_call_is_told_of_the_first(
    hibari: Hibari, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stall, "SLOW_SECONDS", 0.0)
    # Sound counts as heard at once, so each piece is waited for.
    monkeypatch.setattr(hibari_voice, "BYTES_PER_SECOND", 1000 * BYTES_PER_SECOND)
    monkeypatch.setattr(hibari_voice, "SPEED", 2.0)
    notices = []
    before = figure("voice_slow_total", service="voice")
    voice = HibariVoice(hibari)
    voice.on_slow = lambda: notices.append(voice.is_waiting)
    with capture_logs() as lines:
        async with on_stage(voice) as stage:
            for count in (1, 2):
                await stage.speaker.say(line("It takes its time. But it comes."))
                await stage.until_end(count)

    stalls = [line["event"] for line in lines].count("voice_slow")
    assert stalls >= 2
    assert figure("voice_slow_total", service="voice") == before + stalls
    assert len(notices) == 1
    assert len(stage.told) == 4


@pytest.mark.parametrize(
    ("text", "longest", "first"),
    [
        ("A short one.", 50, "A short one."),
        ("First this. Then that, which is longer.", 30, "First this."),
        ("When it is slow, we look at the plan and the index.", 30, "When it is slow,"),
        ("Tell me what you would do if the server were down.", 40, "Tell me what you would do"),
        ("one two three four five six seven eight nine ten", 20, "one two three four"),
        ("x" * 50, 20, "x" * 20),
        ("[PostgreSQL](/pˈOstɡɹɛskjˌuˈɛl/) again", 20, "[PostgreSQL](/pˈOstɡɹɛskjˌuˈɛl/)"),
    ],
)
def test_a_sentence_is_cut_where_one_would_breathe(text: str, longest: int, first: str) -> None:
    piece, rest = next_piece(text, longest)

    assert piece == first
    assert f"{piece} {rest}".split() == text.split() or piece + rest == text


@pytest.mark.parametrize("text", ["", " ", "x" * 20_000, "word " * 4000, "a, " * 4000, ". " * 5000])
def test_cutting_comes_to_an_end(text: str) -> None:
    found = pieces(text)

    assert "".join("".join(found).split()) == "".join(text.split())
    assert len(found[0]) <= LONGEST_FIRST_PIECE
    assert all(0 < len(piece) <= LONGEST_PIECE for piece in found[1:])


def deaths_in(folder: Path) -> int:
    return len([*folder.iterdir()])


def line(words: str) -> Line:
    return Line(Purpose.QUESTION, words, 1)
