"""What becomes of the model's text: loops cut, letters joined, pieces made one text, and each word's time."""

import numpy as np
import pytest

from app.interview_session.voice.services.joined_pieces import Piece, joined
from app.interview_session.voice.services.repetitions import without_loops
from app.interview_session.voice.services.spelled import joined_letters
from app.interview_session.voice.services.voiced import FRAME, cut_of, levels_of, voiced_stretches, word_times

RATE = 16000


def sound(*parts: tuple[float, float]) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    """Return tones, each with its seconds and its level."""
    tones = [level * np.sin(2 * np.pi * 200 * np.arange(int(seconds * RATE)) / RATE) for seconds, level in parts]
    return np.concatenate(tones).astype(np.float32)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I think so. I think so. I think so. I think", "I think so."),
        ("and so on and so on and so on we went", "and so on we went"),
        ("no no no no no no no", "no"),
        ("It was very, very, very good.", "It was very, very, very good."),
        ("I moved the data and I moved the users.", "I moved the data and I moved the users."),
        ("", ""),
    ],
)
def test_loops_are_cut_and_emphasis_is_kept(text: str, expected: str) -> None:
    assert without_loops(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It returns J. S. O. N. over H. T. T. P.", "It returns JSON over HTTP."),
        ("a s q l server", "ASQL server"),
        ("I had a plan.", "I had a plan."),
        ("Plan A is mine, and B is not.", "Plan A is mine, and B is not."),
    ],
)
def test_spelled_letters_become_a_word(text: str, expected: str) -> None:
    assert joined_letters(text) == expected


@pytest.mark.parametrize(
    ("first", "second", "is_at_pause", "expected"),
    [
        ("I moved it to.", "The new queue.", False, "I moved it to the new queue."),
        ("I moved it to", "Kubernetes in May.", False, "I moved it to Kubernetes in May."),
        ("We waited,", "And nobody came.", True, "We waited and nobody came."),
        ("We waited.", "And nobody came.", True, "We waited and nobody came."),
        ("We waited.", "Nobody came.", True, "We waited. Nobody came."),
        ("Who came?", "The bank.", False, "Who came? The bank."),
        ("", "The bank.", False, "The bank."),
    ],
)
def test_a_cut_makes_no_sentence(first: str, second: str, is_at_pause: bool, expected: str) -> None:
    pieces = [Piece(first, [], is_at_pause), Piece(second, [], is_at_pause=True)]
    assert joined(pieces) == expected
    assert len(joined(pieces).split()) == len(f"{first} {second}".split())


def test_a_speech_is_cut_at_its_pause_and_at_last_anywhere() -> None:
    assert cut_of(levels_of(sound((3, 0.3), (0.4, 0.0), (1, 0.3)))) is None

    at_pause = cut_of(levels_of(sound((3, 0.3), (0.4, 0.0), (2, 0.3))))
    assert at_pause is not None
    assert at_pause.is_at_pause
    assert 3.0 <= at_pause.samples / RATE <= 3.4

    assert cut_of(levels_of(sound((11, 0.3)))) is None
    forced = cut_of(levels_of(sound((8, 0.3), (0.3, 0.2), (4, 0.3))))
    assert forced is not None
    assert not forced.is_at_pause
    assert 8.0 <= forced.samples / RATE <= 8.3


def test_voice_is_what_is_louder_than_the_rest() -> None:
    hum = 0.004 * np.ones(3 * RATE, np.float32) * np.sin(np.arange(3 * RATE) / 50).astype(np.float32)
    speech = hum + sound((1, 0.0), (0.5, 0.2), (0.06, 0.0), (0.44, 0.2), (1, 0.0))

    ((begin, end),) = voiced_stretches(levels_of(speech))

    assert begin == pytest.approx(1000, abs=40)
    assert end == pytest.approx(2000, abs=40)
    assert voiced_stretches(levels_of(np.zeros(RATE, np.float32))) == []
    assert voiced_stretches(levels_of(np.zeros(FRAME // 2, np.float32))) == []


def test_no_word_is_said_in_a_pause() -> None:
    words = ["I", "wrote", "it.", "Then", "we", "all", "tested", "it", "together."]

    times = word_times(words, [(200, 900), (1900, 2300), (2400, 3400)])

    assert len(times) == len(words)
    assert times[0][0] == 200
    assert times[2][1] == 900
    assert times[3][0] == 1900
    assert times[-1][1] == 3400
    assert word_times(words, []) == [(0, 0)] * len(words)
    assert word_times([], [(0, 500)]) == []
    assert word_times(["Yes."], [(0, 100), (900, 1000)])[0][0] == 0
