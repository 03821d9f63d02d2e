"""What the speech benchmark computes by itself: word errors, conditions, texts."""

import numpy as np
import pytest

from benchmarks.speech.conditions import CONDITIONS, nothing_said, pink_noise
from benchmarks.speech.sound import SAMPLE_RATE, Samples, at_pitch, at_speed, seconds_of
from benchmarks.speech.speed import of_length
from benchmarks.speech.tables import Row, error_rows, percentile, seconds_row, table
from benchmarks.speech.texts import interviewer_sentences, trades
from benchmarks.speech.word_errors import WordErrors, total, word_errors, words_of


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("twelve hundred requests", "1,200 requests"),
        ("a hundred and eighteen percent", "118%"),
        ("three point four million dollars", "$3.4 million"),
        ("two hundred and twenty milliseconds", "220 milliseconds"),
        ("in twenty nineteen", "in 2019"),
        ("p ninety nine", "P99"),
        ("the S Q L query", "the SQL query"),
        ("at 3 a.m. on the third", "at three AM on the 3rd"),
        ("It's a follow-up, and they won't", "it is a followup and they will not"),
        ("Postgres Q L", "PostgreSQL"),
        ("so, um, we prioritised", "So we prioritized"),
        ("seven to ten", "7 to 10"),
    ],
)
def test_spelling_is_no_error(said: str, heard: str) -> None:
    assert word_errors(said, heard).errors == 0


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("we cache the answer", "we cash the answer", 1),
        ("we cache the answer", "we cache answer", 1),
        ("we cache the answer", "we never cache the answer", 1),
        ("we cache the answer", "", 4),
        ("fifteen people", "fifty people", 1),
        ("on time in full", "in full on time", 4),
        ("one two three", "three hundred", 3),
    ],
)
def test_wrong_words_are_errors(said: str, heard: str, errors: int) -> None:
    found = word_errors(said, heard)

    assert (found.errors, found.words) == (errors, len(words_of(said)))


def test_errors_of_several_texts_are_weighted_by_their_words() -> None:
    assert total([WordErrors(1, 2), WordErrors(0, 8)]).rate == 0.1
    assert total([]).rate == 0.0


@pytest.fixture(scope="module")
def speech() -> Samples:
    """Make two seconds of tones of 200 and 1,000 Hz that swell and fade four times a second."""
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * 4 * time)
    tones = np.sin(2 * np.pi * 200 * time) + np.sin(2 * np.pi * 1000 * time)
    return np.asarray(0.2 * swell * tones, np.float32)


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_gives_the_same_sound_each_time(name: str, speech: Samples) -> None:
    changed = CONDITIONS[name](speech)

    assert changed.dtype == np.float32
    assert np.isfinite(changed).all()
    assert (changed == CONDITIONS[name](speech)).all()
    assert name == "clean" or len(changed) != len(speech) or not np.allclose(changed, speech, atol=1e-3)


def test_noise_is_as_loud_as_it_says(speech: Samples) -> None:
    noise = pink_noise(speech, ratio_db=10) - speech
    voiced = speech[speech**2 > 1e-3 * (speech**2).max()]

    assert 10 * np.log10((voiced**2).mean() / (noise**2).mean()) == pytest.approx(10, abs=0.1)


def test_speed_changes_the_length_and_not_the_pitch(speech: Samples) -> None:
    fast = at_speed(speech, 1.35)

    assert seconds_of(fast) == pytest.approx(2 / 1.35, rel=0.05)
    assert loudest_hertz(fast) == pytest.approx(loudest_hertz(speech), rel=0.02)


def test_pitch_changes_the_pitch_and_not_the_length(speech: Samples) -> None:
    low = at_pitch(speech[: SAMPLE_RATE // 2], 0.8)

    assert seconds_of(low) == pytest.approx(0.5, rel=0.15)
    assert loudest_hertz(low, below=500) == pytest.approx(160, rel=0.05)


def test_where_nobody_speaks_there_is_sound_of_the_length_that_was_asked_for() -> None:
    sounds = nothing_said(2.0)

    assert {seconds_of(samples) for samples in sounds.values()} == {2.0}
    assert [name for name, samples in sounds.items() if not samples.any()] == ["silence"]


def test_answers_are_cut_to_a_length_in_a_pause(speech: Samples) -> None:
    cut = of_length([speech, speech], 2.6)

    assert seconds_of(cut) == pytest.approx(2.6, abs=1)
    assert abs(cut[-SAMPLE_RATE // 100 :]).max() < 0.05


def test_every_trade_has_ten_answers_of_a_usual_length() -> None:
    found = trades()

    assert len(found) == 6
    assert {len(trade.answers) for trade in found} == {10}
    assert all(25 <= len(answer.split()) <= 80 for trade in found for answer in trade.answers)
    assert all(trade.posting for trade in found)
    assert len({answer for trade in found for answer in trade.answers}) == 60


def test_interviewers_say_sixty_different_things() -> None:
    assert len(set(interviewer_sentences())) == 60


def test_a_figure_is_held_against_its_aim() -> None:
    met = seconds_row("first sound", [0.1] * 19 + [0.3], percent=90, most=0.25)
    missed = seconds_row("first sound", [0.1] * 10 + [0.3] * 10, percent=90, most=0.25)

    assert (met.is_met, missed.is_met) == (True, False)
    assert "MISSED" in table("Speed", [missed])
    assert "met" in table("Speed", [met])
    assert percentile([2.0], 95) == 2.0
    assert error_rows({"nobody": WordErrors(), "hibari": WordErrors(1, 50)}) == [Row("hibari", "2.0% of 50 words")]


def loudest_hertz(samples: Samples, below: float = 8000) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    return float(frequencies[frequencies < below][spectrum[frequencies < below].argmax()])
