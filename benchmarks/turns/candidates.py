"""Who sits on the other end: scripted candidates, whose scripts say when they have finished."""

from dataclasses import dataclass

import numpy as np

from tests.support.sounds import (
    Sound,
    cough,
    hum,
    keyboard,
    other_speech,
    silence,
    speech,
)


@dataclass(frozen=True)
class Answer:
    """What a candidate says in one turn: ``pieces`` of speech, each with the seconds of silence behind it.

    The last piece has none: there the answer is finished. The answer is played when the interviewer is silent.
    """

    who: str
    pieces: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Interjection:
    """A sound that is played while the interviewer speaks; ``stops`` says whether it has to end that."""

    who: str
    sound: Sound
    stops: bool


@dataclass(frozen=True)
class Noise:
    """A sound that is no answer, played into the silence after a question."""

    who: str
    sound: Sound


ANSWERS = (
    Answer(
        "fluent", (("I moved our billing to a new queue last spring, and it cut the failed invoices by half.", 0),)
    ),
    Answer(
        "fluent",
        (
            ("I started as a nurse.", 0.5),
            ("After six years I became the head of the ward.", 0.6),
            ("That is where I learned to lead people.", 0),
        ),
    ),
    Answer(
        "fluent", (("We chose a simple design, because the team was small.", 0.4), ("It has worked well since.", 0))
    ),
    Answer(
        "slow",
        (
            ("The hardest decision was to stop the project, because", 2.5),
            ("the customer had changed their mind and", 1.8),
            ("nobody in my team wanted to go on.", 0),
        ),
    ),
    Answer("slow", (("I would say that the", 3.0), ("biggest risk was the database.", 0))),
    Answer(
        "slow",
        (
            ("When I joined the company we had", 4.0),
            ("about ten thousand users, and the", 1.5),
            ("whole thing ran on one server.", 0),
        ),
    ),
    Answer(
        "slow",
        (("First I talked to the customer.", 1.5), ("Then I wrote the plan together with my", 2.0), ("manager.", 0)),
    ),
    Answer(
        "stutters",
        (
            ("I, I, I went to the, the manager and, and", 1.6),
            ("I told, told him the truth about the, the budget.", 0),
        ),
    ),
    Answer("stutters", (("We w- we were, were late, so, so", 2.2), ("I asked for help.", 0))),
    Answer("fillers", (("Um, so I was, uh, responsible for the, um,", 2.0), ("the whole network in our office.", 0))),
    Answer(
        "fillers",
        (("Well, you know, it was, um,", 1.7), ("it was a difficult time for, uh,", 1.5), ("for everybody.", 0)),
    ),
    Answer("short", (("Yes, I did.", 0),)),
    Answer("short", (("About three years.", 0),)),
)

BACK_CHANNELS = ("Mm-hmm.", "Yeah.", "Okay.", "Right.", "Uh-huh.", "I see.")
BACKGROUND = (
    "They will be late for dinner again.",
    "Did you see where I have put the keys?",
    "Tomorrow it will be sunny in the north.",
)
BACKGROUND_GAIN = 0.1
STUTTERED = (("I", 0.17), ("I", 0.17), ("wait, I", 0.12), ("did not get that.", 0.0))
INTERRUPTIONS = (
    "Sorry, can I ask something about that first?",
    "Wait a moment, I have a question about the budget.",
    "Could you please repeat the first part of the question?",
    "Actually I would like to add something to my last answer.",
)


def interjections() -> list[Interjection]:
    """Return what candidates do while the interviewer speaks."""
    return [
        *(Interjection("back-channel", speech(text), stops=False) for text in BACK_CHANNELS),
        Interjection("cough", cough(), stops=False),
        Interjection("keyboard", keyboard(3.0), stops=False),
        Interjection("hum", hum(3.0), stops=False),
        *(Interjection("background voice", BACKGROUND_GAIN * other_speech(text), stops=False) for text in BACKGROUND),
        *(Interjection("interruption", speech(text), stops=True) for text in INTERRUPTIONS),
        Interjection("interruption", _in_pieces(STUTTERED), stops=True),
    ]


def noises() -> list[Noise]:
    """Return what is no answer."""
    return [
        Noise("cough", np.concatenate([cough(1), silence(0.5), cough(2)])),
        Noise("keyboard", keyboard(4.0)),
        Noise("hum", hum(4.0)),
        Noise("background voice", BACKGROUND_GAIN * other_speech(BACKGROUND[0])),
        Noise("silence", silence(4.0)),
    ]


def _in_pieces(pieces: tuple[tuple[str, float], ...]) -> Sound:
    return np.concatenate([part for text, seconds in pieces for part in (speech(text), silence(seconds))])
