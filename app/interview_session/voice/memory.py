"""What the interviewer of a call knows, built from the room's log: any replica can go on where another was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.interview_session import scripted
from app.interview_session.events import Event, EventType, Speaker
from app.interview_session.injections import not_brought_up
from app.interview_session.plan import planner_field
from app.interview_session.voice import prompts

Message = dict[str, Any]
REMEMBERED = 80
"""Messages of the past that a model is told of."""

MOSTLY = 0.5
"""A candidate who breaks a question off after this share of it has heard enough of it."""


class CueKind(StrEnum):
    """What the interviewer has to bring up."""

    QUESTION = "question"
    PROBLEM = "problem"
    CONTEXT = "context"
    TAKING_UP = "taking_up"
    NOT_HEARD = "not_heard"


@dataclass(frozen=True, slots=True)
class Cue:
    """Something to bring up: the words of the scripted interviewer, and what a model is told.

    ``is_rest`` where the words are what is left after they were cut off.
    """

    kind: CueKind
    words: str
    told: str
    is_rest: bool = False

    @property
    def message(self) -> Message:
        """Return the cue as a message to a model."""
        return {"role": "developer", "content": self.told}

    @property
    def is_injected(self) -> bool:
        """Tell whether it came from outside, and so is brought up whatever happens."""
        return self.kind in {CueKind.PROBLEM, CueKind.CONTEXT}


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said."""

    speaker: Speaker
    text: str
    sequence: int


class Memory:
    """The plan, what was said, and the cues that are still to be brought up."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.sequence = 1
        self.is_paused = False
        self._plan = plan
        self._said: list[Said] = []
        self._cues: list[Cue] = []
        self._script: list[tuple[Cue | None, str]] | None = None
        self._being_said: list[tuple[Cue | None, str]] = []
        self._heard: list[str] = []
        self._breaks_off_itself = False
        self._is_broken_off = False
        self._reset_at = 0
        self._question: Message | None = None
        total = len(plan["planner_fields"])
        self._messages: list[Message] = [{"role": "developer", "content": prompts.plan(plan["title"], total)}]

    def replay(self, events: Sequence[Event]) -> None:
        """Take in the log up to now."""
        for event in events:
            data = event.data
            match event.type:
                case EventType.PHASE_STARTED | EventType.PHASE_CHANGED:
                    self.is_paused = False
                    self.begin_phase(data.get("new_sequence") or data["sequence"])
                    self._question = self._question_cue().message
                    self._messages.append(self._question)
                case EventType.TIMER_RESET:
                    self.is_paused = True
                    self.begin_phase(1)
                case EventType.TIMER_PAUSED:
                    self.is_paused = True
                case EventType.TIMER_RESUMED:
                    self.is_paused = False
                case EventType.TRANSCRIPT:
                    self.note(Speaker(data["speaker"]), data["text"], data["phase_sequence"])
                case EventType.PROBLEM_INJECTED:
                    self._messages.append(self.problem(data).message)
                case EventType.CONTEXT_INJECTED:
                    self._messages.append(self.context(data).message)
                case _:
                    pass
        self._cues = [self._injected(event) for event in not_brought_up(events)]

    @property
    def field(self) -> dict[str, Any]:
        """Return the planner field of the current phase."""
        return planner_field(self._plan, self.sequence)

    @property
    def messages(self) -> list[Message]:
        """Return the past as messages to a model: the plan, the question, and as much of the rest as it needs."""
        recent = self._messages[1:][-REMEMBERED:]
        if not self._said_in_phase():
            # It is about to be brought up.
            recent = [message for message in recent if message is not self._question]
        elif self._question and self._question not in recent:
            recent.insert(0, self._question)
        return [self._messages[0], *recent]

    @property
    def has_cues(self) -> bool:
        """Tell whether there is something to bring up."""
        return bool(self._cues)

    def begin_phase(self, sequence: int) -> None:
        """Turn to a phase; the same one again begins anew."""
        self.sequence = sequence
        self._reset_at = len(self._said)

    def note(self, speaker: Speaker, text: str, sequence: int | None = None) -> None:
        """Remember something that was said, by default in the current phase; whoever goes on says one thing."""
        if speaker is Speaker.INTERVIEWER:
            self._heard.append(text)
        said = Said(speaker, " ".join(text.split()), sequence or self.sequence)
        last = self._said[-1] if len(self._said) > self._reset_at else None
        if last and (last.speaker, last.sequence) == (speaker, said.sequence):
            self._said[-1] = Said(speaker, f"{last.text} {said.text}", said.sequence)
        else:
            self._said.append(said)
        role = "assistant" if speaker is Speaker.INTERVIEWER else "user"
        if self._messages[-1]["role"] == role:
            self._messages[-1] = {"role": role, "content": f"{self._messages[-1]['content']} {said.text}"}
        else:
            self._messages.append({"role": role, "content": said.text})

    def opening(self) -> Cue:
        """Return the cue with which a call begins: the question, or going on where the last call was."""
        return self.taking_up() if self._said_in_phase() else self._question_cue()

    def turn_to(self, sequence: int) -> Cue:
        """Begin a phase and return its cue; of the last one's are kept a problem, and a note not even begun."""
        self.begin_phase(sequence)
        self._cues = [
            cue
            for cue in self._cues
            if cue.kind is CueKind.PROBLEM or (cue.kind is CueKind.CONTEXT and not self._is_being_said(cue))
        ]
        # Behind another question the rest of a problem would not be understood.
        self._being_said = [(None, words) for _, words in self._being_said]
        return self._question_cue()

    def taking_up(self) -> Cue:
        """Return the cue for going on after a break: the reply that is due, or the last words again."""
        said = self._said_in_phase()
        if not said:
            return self._question_cue()
        if said[-1].speaker is Speaker.CANDIDATE:
            return Cue(CueKind.TAKING_UP, self._reply(said[-1].text), prompts.taking_up())
        question = scripted.question(self.field)
        # Whoever has answered knows it, though it was not said to its end.
        is_known = len(said) > 1 or scripted.has_said(question, [said[-1].text])
        words = said[-1].text if is_known else question
        return Cue(CueKind.TAKING_UP, scripted.taking_up(words), prompts.taking_up())

    def problem(self, data: Mapping[str, Any]) -> Cue:
        """Return the cue of an injected problem."""
        text = data["problem_text"]
        return Cue(CueKind.PROBLEM, scripted.problem(text), prompts.problem(text))

    def context(self, data: Mapping[str, Any]) -> Cue:
        """Return the cue of an injected note."""
        text = data["context_text"]
        return Cue(CueKind.CONTEXT, scripted.context(text), prompts.context(text))

    def not_heard(self) -> Cue:
        """Return the cue for asking again."""
        return Cue(CueKind.NOT_HEARD, scripted.NOT_HEARD, prompts.not_heard())

    def add(self, cue: Cue) -> None:
        """Put a cue on the list of what is to be brought up.

        What was injected comes last, but before the rest of what it interrupts; everything else comes first.
        """
        place = 0
        if cue.is_injected:
            begun = (number for number, other in enumerate(self._cues) if self._is_being_said(other))
            place = next(begun, len(self._cues))
            self._breaks_off_itself = True
        self._cues.insert(place, cue)

    @property
    def has_question_to_ask(self) -> bool:
        """Tell whether the phase's question is still to be asked, and nobody is about to."""
        return not self._said_in_phase() and not any(cue.kind is CueKind.QUESTION for cue in self._cues)

    def hear_typed(self, text: str) -> None:
        """Remember a typed answer. Who answers has read what is being said, so it need not be said to its end."""
        self.note(Speaker.CANDIDATE, text)
        self._cues = [cue for cue in self._cues if cue.is_injected or not self._is_being_said(cue)]

    def begin_saying(self) -> None:
        """Note that what is on the list is being said."""
        self._heard = []
        script, self._script = self._script, None
        self._being_said = [(cue, cue.words) for cue in self._cues] if script is None else script
        self._breaks_off_itself = False
        self._is_broken_off = False

    def break_off(self) -> None:
        """Note that words failed the interviewer in mid-reply: the reply is still due."""
        self._is_broken_off = True

    def end_saying(self, spoken: str, *, was_interrupted: bool) -> None:
        """Take what was said off the list; of what was cut off the rest stays on it."""
        being_said, self._being_said = self._being_said, []
        words = " ".join(words for _, words in being_said)
        heard = scripted.letters(spoken)
        if was_interrupted and scripted.letters(words).startswith(heard):
            for cue, part in being_said:
                self._keep_rest(cue, part, len(heard))
                heard = heard[len(scripted.letters(part)) :]
        elif not was_interrupted or len(spoken) > MOSTLY * len(words):
            # A model's own words tell nothing about what is missing.
            said = [cue for cue, _ in being_said]
            self._cues = [cue for cue in self._cues if cue not in said]

    def next_words(self, answer: str) -> str:
        """Return what the scripted interviewer says next, to an answer or without one."""
        if self._being_said:
            # The news that these were cut off comes from the end of the pipeline, and may be late.
            self.end_saying(" ".join(self._heard), was_interrupted=True)
        self._script = [
            (cue, f"{scripted.GO_ON} {cue.words}" if cue.is_rest and number else cue.words)
            for number, cue in enumerate(self._cues)
        ]
        if self._script:
            return " ".join(words for _, words in self._script)
        if not answer and self._is_broken_off:
            # What the candidate said last, with or without the beginning of the reply behind it.
            answer = " ".join(said.text for said in self._said_in_phase()[-2:] if said.speaker is Speaker.CANDIDATE)
        return self._reply(answer) if answer else self.taking_up().words

    def _keep_rest(self, cue: Cue | None, words: str, heard: int) -> None:
        """Put the rest of a cue in its place, after so many letters of its words."""
        if not cue or cue not in self._cues or not heard:
            return
        rest = scripted.without_courtesies(scripted.rest_after(words, heard))
        missing = len(scripted.letters(words)) - heard
        is_enough = missing <= (1 - MOSTLY) * len(scripted.letters(scripted.without_courtesies(words)))
        place = self._cues.index(cue)
        if not rest or (is_enough and not cue.is_injected and not self._breaks_off_itself):
            del self._cues[place]
        else:
            self._cues[place] = replace(cue, words=rest, is_rest=True)

    def _is_being_said(self, cue: Cue) -> bool:
        return any(cue == other for other, _ in self._being_said)

    def _injected(self, event: Event) -> Cue:
        is_problem = event.type is EventType.PROBLEM_INJECTED
        return self.problem(event.data) if is_problem else self.context(event.data)

    def _question_cue(self) -> Cue:
        field = self.field
        if not self._said:
            return Cue(CueKind.QUESTION, scripted.greeting(field), prompts.phase(field, is_first=True))
        ask = scripted.question if self.sequence == 1 else scripted.next_question
        return Cue(CueKind.QUESTION, ask(field), prompts.phase(field, is_first=False))

    def _reply(self, answer: str) -> str:
        return scripted.reply(self.field, self._said_by_interviewer(), answer)

    def _said_in_phase(self) -> list[Said]:
        return [said for said in self._said[self._reset_at :] if said.sequence == self.sequence]

    def _said_by_interviewer(self) -> list[str]:
        return [said.text for said in self._said_in_phase() if said.speaker is Speaker.INTERVIEWER]
