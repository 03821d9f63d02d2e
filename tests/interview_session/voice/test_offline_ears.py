"""The keyless ears, with real processes: words while somebody speaks, all of them after a crash, and bounds."""

import os
import signal
from collections.abc import AsyncIterator
from itertools import pairwise

import numpy as np
import psutil
import pytest

from app.interview_session.voice.services import ears as ears_module
from app.interview_session.voice.services import offline_ears
from app.interview_session.voice.services.child_process import ChildError, ChildProcess
from app.interview_session.voice.services.ear_utterance import BYTES_PER_MS, Words
from app.interview_session.voice.services.ears import Ear, Ears
from app.interview_session.voice.services.model_files import MOONSHINE_FOLDER
from tests.support.fragile_ear_process import DEADLY
from tests.support.voices import hibari, silence, trimmed
from tests.support.waiting import until

FRAME_BYTES = 1920
FIRST = "We put the payments behind a queue, so that nobody had to wait for the bank."
SECOND = "Then I measured how long each request took, and the slow part was the search."
MANY_PARTS = 14
LONG_ANSWER = f"{FIRST} {SECOND}"


class Speaker:
    """Somebody who speaks into an ear."""

    def __init__(self, ears: Ears, terms: list[str]) -> None:
        self.words: list[Words] = []
        self.ear: Ear = ears.lend(self.words.append, terms)

    def say(self, audio: bytes) -> None:
        for start in range(0, len(audio), FRAME_BYTES):
            self.ear.listen(audio[start : start + FRAME_BYTES])

    def utter(self, audio: bytes) -> None:
        self.ear.begin()
        self.say(audio)
        self.ear.end()

    @property
    def finals(self) -> list[str]:
        return [words.text for words in self.words if words.is_final]

    @property
    def failures(self) -> int:
        return sum(words.is_incomplete for words in self.words)


@pytest.fixture(scope="module")
async def ears() -> AsyncIterator[Ears]:
    ears = offline_ears.offline_ears(1)
    await ears.start()
    yield ears
    await ears.stop()


@pytest.fixture
async def fragile_ears(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ears]:
    monkeypatch.setattr(offline_ears, "MODULE", "tests.support.fragile_ear_process")
    ears = offline_ears.offline_ears(1)
    await ears.start()
    yield ears
    await ears.stop()


async def started(*, answer_seconds: float = 60.0, silence_seconds: float = 30.0) -> Ears:
    ears = Ears(
        "ears",
        offline_ears.MODULE,
        [str(MOONSHINE_FOLDER)],
        processes=1,
        answer_seconds=answer_seconds,
        silence_seconds=silence_seconds,
    )
    await ears.start()
    return ears


def plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter == " ")


async def test_words_come_while_somebody_speaks_and_all_of_them_at_the_end(ears: Ears) -> None:
    speaker = Speaker(ears, [])
    speaker.ear.begin()
    speaker.say(hibari(LONG_ANSWER))
    await until(lambda: speaker.words)
    interim = speaker.words[0]
    speaker.ear.end()
    await until(lambda: speaker.finals)

    assert not interim.is_final
    assert plain(LONG_ANSWER).startswith(plain(interim.text))
    assert plain(speaker.finals[0]) == plain(LONG_ANSWER)
    final = speaker.words[-1]
    assert len(final.word_times) == len(final.text.split())
    assert final.word_times == sorted(final.word_times)


async def test_pauses_of_known_length_stand_in_the_times(ears: Ears) -> None:
    pause_ms = 900
    first, second = (trimmed(hibari(text)) for text in ("I wrote the parser.", "My colleague tested it."))
    speaker = Speaker(ears, [])
    speaker.utter(first + silence(pause_ms / 1000) + second)
    await until(lambda: speaker.finals)

    words = speaker.words[-1]
    assert plain(words.text) == "i wrote the parser my colleague tested it"
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(words.word_times)]
    assert max(gaps) == gaps[3] == pytest.approx(pause_ms, abs=150)
    assert max(gaps[:3] + gaps[4:]) < 150
    assert words.word_times[0][0] == 0


async def test_what_is_no_speech_gives_no_words(ears: Ears) -> None:
    seconds = np.arange(32000) / 16000
    noise = np.random.default_rng(1)
    clicks = np.zeros(32000)
    clicks[::4000] = 0.8
    sounds = [
        silence(2),
        (600 * np.sin(2 * np.pi * 50 * seconds)).astype(np.int16).tobytes(),
        (600 * noise.standard_normal(32000)).astype(np.int16).tobytes(),
        (clicks * 32767).astype(np.int16).tobytes(),
    ]
    speaker = Speaker(ears, [])
    for sound in sounds:
        speaker.utter(sound)
    speaker.utter(hibari("Thank you."))
    await until(lambda: len(speaker.finals) == len(sounds) + 1)

    assert speaker.finals == ["", "", "", "", "Thank you."]


async def test_speakers_at_once_do_not_mix_and_each_hears_in_order(ears: Ears) -> None:
    speakers = [Speaker(ears, []) for _ in range(3)]
    for speaker in speakers:
        speaker.ear.begin()
    for start in range(0, len(hibari(FIRST)), FRAME_BYTES):
        speakers[0].ear.listen(hibari(FIRST)[start : start + FRAME_BYTES])
        speakers[1].ear.listen(hibari(SECOND)[start : start + FRAME_BYTES])
    for speaker in speakers:
        speaker.ear.end()
    speakers[0].utter(hibari("Yes."))
    await until(lambda: len(speakers[0].finals) == 2 and speakers[1].finals and speakers[2].finals)

    assert list(map(plain, speakers[0].finals)) == [plain(FIRST), "yes"]
    assert [plain(SECOND).startswith(plain(text)[:-8]) for text in speakers[1].finals] == [True]
    assert speakers[2].finals == [""]


async def test_the_words_of_a_room_are_heard_in_that_room(ears: Ears) -> None:
    knowing, other = Speaker(ears, ["Zefirus"]), Speaker(ears, [])
    for speaker in (knowing, other):
        speaker.utter(hibari("I worked on the Zefirus project for a year."))
    await until(lambda: knowing.finals and other.finals)

    assert "Zefirus" in knowing.finals[0]
    assert "Zefirus" not in other.finals[0]


def signalled(speaker: Speaker, number: signal.Signals) -> int:
    """Send the process that a speaker is at a signal; return its number."""
    pid = speaker.ear.pid
    assert pid is not None
    os.kill(pid, number)
    return pid


async def test_a_process_that_dies_in_mid_answer_costs_no_words(ears: Ears) -> None:
    speaker, waiting = Speaker(ears, []), Speaker(ears, [])
    audio = hibari(LONG_ANSWER)
    speaker.ear.begin()
    speaker.say(audio[: len(audio) // 2 // FRAME_BYTES * FRAME_BYTES])
    waiting.utter(hibari(FIRST))
    signalled(speaker, signal.SIGKILL)
    speaker.say(audio[len(audio) // 2 // FRAME_BYTES * FRAME_BYTES :])
    speaker.ear.end()
    await until(lambda: speaker.finals and waiting.finals)

    assert plain(speaker.finals[0]) == plain(LONG_ANSWER)
    assert plain(waiting.finals[0]) == plain(FIRST)
    assert speaker.failures == waiting.failures == 0


async def test_a_process_that_hangs_costs_no_words() -> None:
    ears = await started(silence_seconds=2)
    try:
        speaker = Speaker(ears, [])
        pid = signalled(speaker, signal.SIGSTOP)
        speaker.utter(hibari(FIRST))
        await until(lambda: speaker.finals)

        assert speaker.ear.pid != pid
        assert plain(speaker.finals[0]) == plain(FIRST)
        assert speaker.failures == 0
    finally:
        await ears.stop()


async def test_an_utterance_that_is_never_answered_does_not_hold_up_the_next() -> None:
    ears = await started(answer_seconds=0.5)
    try:
        speaker = Speaker(ears, [])
        pid = signalled(speaker, signal.SIGSTOP)
        speaker.utter(hibari(FIRST))
        await until(lambda: speaker.finals)
        assert not speaker.ear.is_owed_words
        speaker.ear.begin()
        speaker.say(hibari("Yes."))
        os.kill(pid, signal.SIGCONT)
        # Only now the next one is waited for: its time counts from its end.
        await until(lambda: speaker.ear.undecoded_bytes)
        speaker.say(silence(6))
        await until(lambda: len(speaker.words) > 1)
        speaker.ear.end()
        await until(lambda: len(speaker.finals) == 2)

        assert list(map(plain, speaker.finals)) == ["", "yes"]
        assert speaker.failures == 1
    finally:
        await ears.stop()


async def test_a_sound_that_kills_twice_is_given_up_and_the_rest_is_heard(fragile_ears: Ears) -> None:
    deadly = np.full(16000, DEADLY, np.int16)
    deadly[::2] = -DEADLY
    speaker, other = Speaker(fragile_ears, []), Speaker(fragile_ears, [])
    speaker.utter(deadly.tobytes())
    speaker.utter(hibari("Yes."))
    other.utter(hibari("No."))
    await until(lambda: len(speaker.finals) == 2 and other.finals)

    assert [plain(text) for text in [*speaker.finals, *other.finals]] == ["", "yes", "no"]
    assert (speaker.failures, other.failures) == (1, 0)


async def test_speakers_of_a_process_that_is_gone_move_to_another() -> None:
    ears = offline_ears.offline_ears(2)
    await ears.start()
    try:
        first, second = Speaker(ears, []), Speaker(ears, [])
        gone, there = first.ear.pid, second.ear.pid
        assert gone is not None
        assert gone != there
        first.ear.begin()
        first.say(hibari(FIRST))
        os.kill(gone, signal.SIGKILL)

        def is_moved() -> bool:
            first.ear.move_if_stranded()
            return first.ear.pid == there

        await until(is_moved)
        first.ear.end()
        await until(lambda: first.finals)
        assert plain(first.finals[0]) == plain(FIRST)
    finally:
        await ears.stop()


async def test_one_process_of_two_that_cannot_be_started_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = 0
    start = ChildProcess.start

    async def start_once(child: ChildProcess) -> None:
        nonlocal starts
        starts += 1
        if starts > 1:
            raise ChildError("no memory")
        await start(child)

    monkeypatch.setattr(ChildProcess, "start", start_once)
    ears = offline_ears.offline_ears(2)
    await ears.start()
    try:
        speakers = [Speaker(ears, []), Speaker(ears, [])]
        for speaker in speakers:
            speaker.utter(hibari("Yes."))
        await until(lambda: all(speaker.finals for speaker in speakers))
    finally:
        await ears.stop()


async def test_sound_that_waits_too_long_is_dropped_whole(monkeypatch: pytest.MonkeyPatch, ears: Ears) -> None:
    monkeypatch.setattr(ears_module, "MAX_UNDECODED_BYTES", 64_000)
    speaker = Speaker(ears, [])
    pid = speaker.ear.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        speaker.ear.begin()
        # Frames of whole seconds, so that it is known where the sound is dropped: before the third and the sixth.
        for _ in range(6):
            speaker.ear.listen(silence(1.02))
        speaker.say(hibari("Yes."))
        speaker.ear.end()
    finally:
        os.kill(pid, signal.SIGCONT)
    await until(lambda: speaker.finals)

    assert list(map(plain, speaker.finals)) == ["yes"]
    assert speaker.failures == 1


async def test_the_sound_of_all_that_waits_is_bounded_and_the_newest_is_heard(
    monkeypatch: pytest.MonkeyPatch, ears: Ears
) -> None:
    monkeypatch.setattr(ears_module, "MAX_UNDECODED_BYTES", 200_000)
    speaker = Speaker(ears, [])
    pid = speaker.ear.pid
    assert pid is not None
    most_bytes = 0
    os.kill(pid, signal.SIGSTOP)
    try:
        for _ in range(5):
            speaker.utter(silence(2))
            most_bytes = max(most_bytes, speaker.ear.undecoded_bytes)
        speaker.utter(hibari("Yes."))
    finally:
        os.kill(pid, signal.SIGCONT)
    await until(lambda: len(speaker.finals) == 6)

    assert most_bytes <= 200_000 + FRAME_BYTES
    assert list(map(plain, speaker.finals)) == ["", "", "", "", "", "yes"]
    assert speaker.failures == 3


async def test_ten_minutes_are_heard_whole_and_in_little_memory(ears: Ears) -> None:
    sentence, pause = hibari(FIRST), silence(39)
    speaker = Speaker(ears, [])
    pid = speaker.ear.pid
    assert pid is not None
    child = psutil.Process(pid)
    rss = rss_after_two_minutes = 0
    speaker.ear.begin()
    for part in range(MANY_PARTS):
        speaker.say(sentence + pause)
        # As fast as the child takes it, and no faster.
        await until(lambda: speaker.ear.undecoded_bytes < 15_000 * BYTES_PER_MS)
        rss = child.memory_info().rss
        if part == 2:
            rss_after_two_minutes = rss
    speaker.ear.end()
    await until(lambda: speaker.finals)

    assert speaker.failures == 0
    assert plain(speaker.finals[0]) == " ".join([plain(FIRST)] * MANY_PARTS)
    # Kept whole, the sound of the last eight minutes would take 15 MB.
    assert rss - rss_after_two_minutes < 6_000_000
