"""How the answers were delivered: how much, how fast, with which pauses. Typed and spoken apart.

The figures are of the answers. What else the candidate says, such as asking to hear a question again, is no part of
them. Each formula gives the same whether the ears made one entry of some words or two.
"""

from collections.abc import Sequence
from statistics import median

from app.interview_session.conversation.answer_signs import word_count
from app.interview_session.events.events import Source, Speaker
from app.interview_session.report.entries import Entry
from app.interview_session.report.schemas import Delivery, SpokenDelivery, TypedDelivery
from app.interview_session.report.turns import Turn, turns_in, waits

SHORTEST_SPEECH_SECONDS = 5.0
"""Of less speech no rate is told: a single word more or less would change it by a tenth."""


def delivery_of(entries: Sequence[Entry]) -> Delivery:
    """Return how the answers among a session's entries were delivered; the entries are in the order of the log."""
    return Delivery(spoken=_spoken(entries), typed=_typed(entries))


def _spoken(entries: Sequence[Entry]) -> SpokenDelivery:
    turns = turns_in(entries)
    words = sum(word_count(entry.text) for turn in turns for entry in turn.entries)
    seconds = spoken_seconds(turns)
    return SpokenDelivery(
        words=words,
        words_per_minute=words_per_minute(words, seconds),
        # The ears leave fillers out, so that counting them in the text would find none and prove nothing.
        fillers=None,
        fillers_per_minute=None,
        longest_pause_seconds=longest_pause_seconds(turns),
        talk_ratio=talk_ratio(seconds, _interviewers_seconds(entries)),
        response_seconds=response_seconds(entries, Source.VOICE),
    )


def _typed(entries: Sequence[Entry]) -> TypedDelivery:
    answers = [entry for entry in entries if entry.is_answer and entry.source is Source.TYPED]
    return TypedDelivery(
        words=sum(word_count(entry.text) for entry in answers),
        answers=len(answers),
        response_seconds=response_seconds(entries, Source.TYPED),
    )


def spoken_seconds(turns: Sequence[Turn]) -> float:
    """Return the sum of the turns' times in seconds, each from its first word to its last one, pauses included."""
    return sum(turn.seconds for turn in turns)


def words_per_minute(words: int, seconds: float) -> float | None:
    """Return ``60 × words / seconds``: the speech rate, in words per minute of the turns' time, pauses included.

    It is the *speech rate* of phonetics. The *articulation rate* leaves pauses out and is higher (F. Goldman-Eisler,
    Psycholinguistics: Experiments in Spontaneous Speech, 1968); the times of single words are not known well enough
    for it. None under ``SHORTEST_SPEECH_SECONDS``.
    """
    return round(60 * words / seconds, 1) if seconds >= SHORTEST_SPEECH_SECONDS else None


def longest_pause_seconds(turns: Sequence[Turn]) -> float | None:
    """Return the longest silence in seconds between two words that follow each other in a turn.

    The time before the first word is no pause but part of ``response_seconds``. None where the ears tell no times.
    """
    pauses = [pause for turn in turns if (pause := turn.longest_pause_seconds) is not None]
    return round(max(pauses), 1) if pauses else None


def talk_ratio(candidates_seconds: float, interviewers_seconds: float) -> float | None:
    """Return ``candidate / (candidate + interviewer)``, the share of the spoken time that is the candidate's, 0 to 1.

    None where one of them did not speak: beside an interviewer in writing it would say nothing.
    """
    if not candidates_seconds or not interviewers_seconds:
        return None
    return round(candidates_seconds / (candidates_seconds + interviewers_seconds), 2)


def response_seconds(entries: Sequence[Entry], source: Source) -> float | None:
    """Return the median time in seconds from the end of what was asked to the answer; None without an answer.

    To the first word of a spoken answer, to the sending of a typed one: that includes the writing. The median,
    because one long thought would move a mean far.
    """
    waited = [seconds for entry, seconds in waits(entries) if entry.source is source]
    return round(median(waited), 1) if waited else None


def _interviewers_seconds(entries: Sequence[Entry]) -> float:
    spoken = (entry for entry in entries if entry.speaker is Speaker.INTERVIEWER and entry.source is Source.VOICE)
    return sum(max(0.0, (entry.ended_at - entry.started_at).total_seconds()) for entry in spoken)
