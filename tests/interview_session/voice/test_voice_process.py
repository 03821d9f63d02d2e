"""The keyless voice's child process: whose turn it is, and what comes of a text, whatever it is."""

import numpy as np
import pytest
from hibari import Hibari
from numpy.typing import NDArray

from app.interview_session.voice.services.pronunciation import pronounced
from app.interview_session.voice.services.voice_process import (
    LEAD_IN_SECONDS,
    LONGEST_PHONEMES,
    PAUSES_SECONDS,
    SILENT,
    Pieces,
    _cut,
    synthesise,
)

RATE = 24000


@pytest.fixture(scope="module")
def voice() -> Hibari:
    """Give the model."""
    return Hibari(threads=1)


def piece(characters: int, ahead: float = 0.0) -> dict[str, object]:
    return {"text": "a" * characters, "speed": 1.0, "ahead_seconds": ahead}


def order(pieces: Pieces, count: int) -> list[int]:
    turns = iter(pieces)
    return [next(turns)[0] for _ in range(count)]


def test_what_is_not_heard_yet_comes_first_and_the_shortest_of_it_before_all() -> None:
    pieces = Pieces()
    pieces.add(1, piece(20, ahead=5), now=100)
    pieces.add(2, piece(90), now=100)
    pieces.add(3, piece(20), now=100)
    pieces.add(4, piece(20, ahead=2), now=100)

    assert order(pieces, 4) == [3, 2, 4, 1]


def test_a_long_piece_is_not_put_off_for_ever_by_short_ones() -> None:
    pieces = Pieces()
    pieces.add(1, piece(100), now=100)
    for number in range(2, 8):
        pieces.add(number, piece(10), now=100 + 0.2 * (number - 2))

    assert order(pieces, 7).index(1) == 3


def test_a_call_whose_sound_runs_out_comes_before_one_that_just_begins() -> None:
    pieces = Pieces()
    pieces.add(1, piece(20), now=100)
    pieces.add(2, piece(100, ahead=0.05), now=100)

    assert order(pieces, 2) == [2, 1]


def test_what_was_cancelled_has_no_turn() -> None:
    pieces = Pieces()
    for number in (1, 2, 3):
        pieces.add(number, piece(number), now=100)
    pieces.cancel(2)

    assert order(pieces, 2) == [1, 3]
    pieces.close()
    assert [*pieces] == []


@pytest.mark.parametrize("ending", [*".?!,;:", ""])
def test_the_silence_around_a_piece_is_that_of_its_ending(voice: Hibari, ending: str) -> None:
    sound = samples(synthesise(voice, f"Tell me about it{ending}", 1.0))
    loud = np.flatnonzero(np.abs(sound) > 4 * SILENT)

    assert loud[0] / RATE == pytest.approx(LEAD_IN_SECONDS, abs=0.06)
    assert (len(sound) - loud[-1]) / RATE == pytest.approx(PAUSES_SECONDS.get(ending, 0.02), abs=0.09)


def test_the_same_piece_gives_the_same_sound(voice: Hibari) -> None:
    assert synthesise(voice, "Once more, please.", 1.0) == synthesise(voice, "Once more, please.", 1.0)


def test_a_faster_voice_needs_less_time(voice: Hibari) -> None:
    text = "Tell me about a project of yours."
    assert len(synthesise(voice, text, 2.0)) < 0.7 * len(synthesise(voice, text, 1.0))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "🙂🙂",
        "日本語",
        "...",
        "?!",
        "((((",
        "[[[[",
        "[a](/",
        "](/x/)",
        "\x00\x07",
        "x" * 300,
        "1" * 300,
        "٣",
        "é",
        "/",
    ],
)
def test_any_text_is_a_short_sound(voice: Hibari, text: str) -> None:
    assert 0 < len(synthesise(voice, pronounced(text), 1.0)) / (2 * RATE) < 60


def test_a_text_without_stops_is_cut() -> None:
    phonemes = "həlˈO " * 500 + "x" * 1000
    parts = [*_cut(phonemes)]

    assert max(map(len, parts)) <= LONGEST_PHONEMES
    assert "".join(parts).replace(" ", "") == phonemes.replace(" ", "")


def samples(sound: bytes) -> NDArray[np.float64]:
    return np.frombuffer(sound, "<i2").astype(np.float64) / 32767
