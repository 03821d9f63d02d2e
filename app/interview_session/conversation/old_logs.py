"""Logs written before an entry knew its purpose: the one place where it is found out from the words.

The fixed phrases here are those of that version, whatever the interviewer says today. What matches none of them was
worded by a language model.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.interview_session.conversation.utterance import Cue, CutBy, Intent, Line, Purpose, sentences
from app.interview_session.events.events import Event, EventType, Speaker

_WELCOME = "Welcome to your practice interview."
_THANKS = "Thank you."
_GO_ON = "Let us go on."
_FIXED = (
    (Purpose.GREETING, _WELCOME, None),
    (Purpose.REPLY, "Could you tell me a little more about that?", Cue.SHORT),
    (
        Purpose.REPLY,
        "Thank you. There is still some time for this question: is there anything you would like to add?",
        Cue.MORE,
    ),
    (Purpose.REPLY, "Thank you, I have noted that.", Cue.NOTED),
    (Purpose.MANNERS, "Sorry, I did not catch that. Could you say it again?", None),
    (Purpose.GOODBYE, "That was the last question. Thank you for your time and your answers. Goodbye!", None),
    (Purpose.GOODBYE, "Let us stop here. Thank you for your time and your answers. Goodbye!", None),
    (Purpose.MANNERS, _THANKS, None),
    (Purpose.MANNERS, _GO_ON, None),
)
_TIME_CHECK = re.compile(r"We have about \d{1,4} (?:minutes|seconds) left for this question\.")
_NO_LETTER = re.compile(r"[\W_]+")

SHORTEST_BEGINNING = 4
"""Letters by which the beginning of a sentence that was cut off can be recognised."""

MOST_INJECTIONS = 50
"""The last problems and notes whose words are looked for, so that the time is linear in the log's length."""

MOST_PLACES = 20
"""The places at which a line may have the same sentence; more of them are not told apart."""


def with_purposes(events: Sequence[Event], plan: Mapping[str, Any]) -> list[Event]:
    """Return a log in which every entry of the transcript has its purpose, and what goes with it.

    Entries that have one are left as they are. An injection is known by the ``seq`` of its event; one without a
    number cannot be referred to.
    """
    if all("purpose" in event.data for event in events if event.type is EventType.TRANSCRIPT):
        return list(events)
    reader = _Reader(plan)
    described = list(events)
    for run in _runs(events):
        for number, found in zip(run, reader.read([events[number] for number in run]), strict=True):
            described[number] = replace(events[number], data=events[number].data | found)
    return described


def _runs(events: Sequence[Event]) -> Iterator[list[int]]:
    """Give the numbers of events in groups: what the interviewer said at a stretch in one phase is one."""
    run: list[int] = []
    for number, event in enumerate(events):
        if not _is_interviewers(event) or "purpose" in event.data:
            if event.type in {EventType.TRANSCRIPT, *_INJECTIONS, EventType.TIMER_RESET}:
                if run:
                    yield run
                run = []
                yield [number]
            continue
        if run and events[run[-1]].data["phase_sequence"] != event.data["phase_sequence"]:
            yield run
            run = []
        run.append(number)
    if run:
        yield run


_INJECTIONS = frozenset({EventType.PROBLEM_INJECTED, EventType.CONTEXT_INJECTED})


def _is_interviewers(event: Event) -> bool:
    return event.type is EventType.TRANSCRIPT and event.data["speaker"] == Speaker.INTERVIEWER


@dataclass(slots=True)
class _Known:
    """A line that the interviewer may say, and which of its sentences (from 1) it has said."""

    line: Line
    letters: list[str]
    said: set[int] = field(default_factory=set)
    places: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, letters in enumerate(self.letters, start=1):
            self.places.setdefault(letters, []).append(number)

    def places_of(self, sentence: "_Sentence", *, may_be_cut: bool) -> Iterable[int]:
        """Return where the line may have a sentence, from 1; what may be cut off is looked for everywhere."""
        if may_be_cut:
            return range(1, len(self.letters) + 1)
        same = self.places.get(sentence.letters, [])
        due = len(self.said) + 1
        return [place for number, place in enumerate(same) if number < MOST_PLACES or place == due]

    @property
    def is_said(self) -> bool:
        return len(self.said) == len(self.letters)

    @property
    def is_courtesy(self) -> bool:
        return self.line.words in {_THANKS, _GO_ON}


@dataclass(slots=True)
class _Match:
    """Sentences of a run that are those of a known line from ``first`` on; the last may be its beginning alone."""

    known: _Known
    first: int
    length: int
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class _Sentence:
    entry: int
    text: str
    letters: str


class _Reader:
    """Reads a log from its beginning, and so knows what was said before."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._plan = plan
        self._phases: dict[int, list[_Known]] = {}
        self._injected: deque[_Known] = deque(maxlen=MOST_INJECTIONS)

    def read(self, run: Sequence[Event]) -> list[dict[str, Any]]:
        """Return what is to be put into each of these events."""
        event = run[0]
        if event.type is EventType.TIMER_RESET:
            self._phases.clear()
        elif event.type in _INJECTIONS:
            self._injected.append(_known(_injection(event)))
        elif event.type is EventType.TRANSCRIPT and "purpose" not in event.data:
            if event.data["speaker"] == Speaker.CANDIDATE:
                return [{"purpose": Intent.ANSWER.value}]
            return self._describe(run)
        return [{} for _ in run]

    def _describe(self, run: Sequence[Event]) -> list[dict[str, Any]]:
        spoken = [
            _Sentence(number, text, letters)
            for number, event in enumerate(run)
            for text in sentences(event.data["text"])
            if (letters := _letters(text))
        ]
        found: list[list[dict[str, Any]]] = [[] for _ in run]
        own_words: set[int] = set()
        lead = ""
        at = 0
        while at < len(spoken):
            match = self._match(run[0].data["phase_sequence"], spoken, at)
            if match is None:
                own_words.add(spoken[at].entry)
                at, lead = at + 1, ""
                continue
            for number in range(match.length):
                is_cut = match.is_cut and number == match.length - 1
                part = match.first + number
                found[spoken[at + number].entry].append(_described(match.known, part, lead, is_cut=is_cut))
            if not match.known.is_courtesy:
                match.known.said.update(range(match.first, match.first + match.length - match.is_cut))
            lead = match.known.line.words if match.known.is_courtesy else ""
            at += match.length
        own = iter(self._own_words(run[0].data["phase_sequence"], len(own_words)))
        return [
            next(own) if number in own_words and not any(map(_is_weighty, parts)) else _weightiest(parts)
            for number, parts in enumerate(found)
        ]

    def _match(self, phase: int, spoken: Sequence[_Sentence], at: int) -> _Match | None:
        """Return the longest match at a sentence; of equally long ones that which goes on where its line was."""
        matches = [
            match
            for known in [*self._lines(phase), *self._injected, *_fixed(spoken[at].text, phase)]
            for first in known.places_of(spoken[at], may_be_cut=at == len(spoken) - 1)
            if (match := _match_from(known, first, spoken, at))
        ]
        return max(matches, key=_likelihood, default=None)

    def _lines(self, phase: int) -> list[_Known]:
        """Return the question and the follow-ups of a phase."""
        if phase not in self._phases:
            planned = self._plan["planner_fields"][phase - 1]
            follow_ups = planned.get("follow_ups") or []
            texts = [one if isinstance(one, str) else one["text"] for one in follow_ups]
            lines = [Line(Purpose.QUESTION, planned.get("question") or "", phase)]
            lines += [Line(Purpose.FOLLOW_UP, text, phase, about=number) for number, text in enumerate(texts, 1)]
            self._phases[phase] = [_known(line) for line in lines]
        return self._phases[phase]

    def _own_words(self, phase: int, count: int) -> Iterator[dict[str, Any]]:
        """Describe words of a model: they bring up what was injected, or ask the question first, then reply."""
        waiting = [known for known in self._injected if not known.said]
        question = self._lines(phase)[0]
        due = [*waiting, *([] if question.said else [question])]
        for number in range(count):
            if number < len(due):
                known = due[number]
                known.said.update(range(1, len(known.letters) + 1))
                yield _described(known, None, "", is_cut=False)
            else:
                yield {"purpose": Purpose.REPLY.value}


def _known(line: Line) -> _Known:
    return _Known(line, [_letters(part) for part in line.parts])


def _injection(event: Event) -> Line:
    if event.type is EventType.PROBLEM_INJECTED:
        words = f"Here is a problem for you. {event.data['problem_text']}"
        return Line(Purpose.PROBLEM, words, 0, about=event.seq)
    return Line(Purpose.NOTE, f"One more thing to keep in mind. {event.data['context_text']}", 0, about=event.seq)


def _fixed(text: str, phase: int) -> list[_Known]:
    """Return what that version said whatever the plan, and a time check if the text is one."""
    fixed = [_known(Line(purpose, words, phase, cue=cue)) for purpose, words, cue in _FIXED]
    if _TIME_CHECK.fullmatch(text):
        fixed.append(_known(Line(Purpose.TIME_CHECK, text, phase)))
    return fixed


def _match_from(known: _Known, first: int, spoken: Sequence[_Sentence], at: int) -> _Match | None:
    length = 0
    for number in range(min(len(spoken) - at, len(known.letters) - first + 1)):
        sentence, letters = spoken[at + number], known.letters[first - 1 + number]
        if sentence.letters != letters:
            is_cut = at + length == len(spoken) - 1 and _is_beginning(sentence, letters)
            return _Match(known, first, length + is_cut, is_cut=is_cut) if length + is_cut else None
        length += 1
    return _Match(known, first, length) if length else None


def _is_beginning(said: _Sentence, whole: str) -> bool:
    """Tell whether a sentence was cut off: voices that tell each word leave it without its end."""
    return said.text[-1] not in ".!?…" and len(said.letters) >= SHORTEST_BEGINNING and whole.startswith(said.letters)


def _likelihood(match: _Match) -> tuple[bool, int, bool, bool, bool]:
    """Order matches: whole sentences before a beginning, the longest first, and what is due before what was said.

    A "Thank you." that nothing of a reply follows is a courtesy.
    """
    is_next = match.first == len(match.known.said) + 1
    is_sentence = not match.is_cut or match.length > 1
    return (is_sentence, match.length, match.known.is_courtesy, is_next, match.first == 1)


def _described(known: _Known, part: int | None, lead: str, *, is_cut: bool) -> dict[str, Any]:
    """Return the inner fields of one sentence of a line (all of it without a ``part``)."""
    line, parts = known.line, len(known.letters)
    is_again = lead == _GO_ON and (line.purpose is Purpose.REPLY or (known.is_said and line.purpose in _RESUMED))
    found: dict[str, Any] = {"purpose": (Purpose.RESUMING if is_again else line.purpose).value}
    if line.about is not None and not is_again:
        found["about"] = line.about
    if line.cue and not is_again:
        found["cue"] = str(line.cue)
    if part is not None and parts > 1:
        found |= {"part": part, "parts": parts}
    if is_cut:
        found["cut_by"] = CutBy.CANDIDATE.value
    return found


_RESUMED = frozenset({Purpose.QUESTION, Purpose.FOLLOW_UP, Purpose.PROBLEM, Purpose.NOTE})


def _weightiest(descriptions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the description of an entry of several sentences: that of its last line but for courtesies."""
    if not descriptions:
        return {"purpose": Purpose.MANNERS.value}
    last = next(filter(_is_weighty, reversed(descriptions)), descriptions[-1])
    same_line = [one for one in descriptions if _line_of(one) == _line_of(last)]
    is_whole = {one.get("part") for one in same_line} == {
        *range(1, last.get("parts", 0) + 1)
    } and "cut_by" not in last
    return {name: value for name, value in last.items() if not (is_whole and name in {"part", "parts"})}


def _is_weighty(description: Mapping[str, Any]) -> bool:
    return description["purpose"] not in {Purpose.MANNERS, Purpose.GREETING, Purpose.TIME_CHECK}


def _line_of(description: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(description.get(name) for name in ("purpose", "about", "cue", "parts"))


def _letters(words: str) -> str:
    """Return what is left of words however they are spaced, punctuated or capitalised."""
    return _NO_LETTER.sub("", words).lower()
