"""In which order the ears' child process works: ends of speech first, the shortest of them before the others."""

import numpy as np

from app.interview_session.voice.services.ear_messages import AUDIO, BEGIN, END, LEAVE
from app.interview_session.voice.services.ear_process import CROWD, CROWDED_BEAM_WIDTH, Speech, Speeches
from app.interview_session.voice.services.moonshine import BEAM_WIDTH, Samples
from app.interview_session.voice.services.voiced import Cut
from tests.support.voices import pcm, silence

RATE = 16000


def tone(seconds: float) -> bytes:

    return pcm(0.3 * np.sin(np.arange(int(seconds * RATE)) / 10))


def taken(speeches: Speeches, count: int) -> list[tuple[Speech, Samples, Cut | None]]:
    tasks = speeches.tasks()
    return [next(tasks) for _ in range(count)]


def begun(speeches: Speeches, number: int, audio: bytes) -> None:
    speeches.take(number, BEGIN, b"Zefirus\nOkonjo")
    speeches.take(number, AUDIO, audio)


def test_ends_of_speech_come_first_and_the_shortest_of_them_before_the_others() -> None:
    speeches = Speeches()
    begun(speeches, 1, tone(3) + silence(0.5) + tone(3))
    begun(speeches, 2, tone(4))
    begun(speeches, 3, tone(2))
    begun(speeches, 4, tone(1))
    speeches.take(2, END, b"")
    speeches.take(3, END, b"")

    tasks = taken(speeches, 3)

    assert [(speech.number, cut is None) for speech, _, cut in tasks] == [(3, True), (2, True), (1, False)]
    assert len(tasks[0][1]) == 2 * RATE
    assert tasks[0][0].terms == "Zefirus\nOkonjo"


def test_of_a_speech_that_was_cut_only_the_rest_is_left() -> None:
    speeches = Speeches()
    begun(speeches, 1, tone(3) + silence(0.5) + tone(3))
    ((_, piece, cut),) = taken(speeches, 1)
    speeches.take(1, END, b"")
    ((_, rest, _),) = taken(speeches, 1)

    assert cut is not None
    assert cut.samples == len(piece)
    assert len(piece) + len(rest) == 6.5 * RATE


def test_the_search_is_narrower_while_a_crowd_speaks() -> None:
    speeches = Speeches()
    for number in range(CROWD):
        begun(speeches, number, tone(1))
    of_few = speeches.beam_width
    begun(speeches, CROWD, tone(1))
    of_many = speeches.beam_width
    speeches.take(0, LEAVE, b"")

    assert (of_few, of_many, speeches.beam_width) == (BEAM_WIDTH, CROWDED_BEAM_WIDTH, BEAM_WIDTH)


def test_nothing_is_done_for_those_who_left_or_never_began() -> None:
    speeches = Speeches()
    begun(speeches, 1, tone(1))
    begun(speeches, 2, tone(2))
    speeches.take(1, END, b"")
    speeches.take(1, LEAVE, b"")
    speeches.take(7, AUDIO, tone(1))
    speeches.take(7, END, b"")
    speeches.take(2, END, b"")

    assert [speech.number for speech, _, _ in taken(speeches, 1)] == [2]
    speeches.close()
    assert list(speeches.tasks()) == []


def test_what_has_waited_long_is_taken_in_pieces_of_seconds() -> None:
    speeches = Speeches()
    begun(speeches, 1, tone(30))
    speeches.take(1, END, b"")

    tasks = taken(speeches, 3)

    assert all(len(sound) <= 12 * RATE for _, sound, _ in tasks)
    rest = 30 * RATE - sum(len(sound) for _, sound, _ in tasks)
    while rest:
        tasks += taken(speeches, 1)
        rest -= len(tasks[-1][1])
    assert [cut is None for _, _, cut in tasks] == [False] * (len(tasks) - 1) + [True]
