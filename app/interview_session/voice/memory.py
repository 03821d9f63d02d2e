"""What the interviewer of a call knows, built from the room's log: any replica can go on where another was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from time import monotonic
from typing import Any

from app.interview_session.conversation import prompts, scripted
from app.interview_session.conversation.injections import not_brought_up
from app.interview_session.events.events import Event, EventType, Speaker
from app.interview_session.plans.plan import planner_field

Message = dict[str, Any]
REMEMBERED = 80
"""Messages of the past that a model is told of."""

HARDLY_BEGUN_SECONDS = 2.0
"""Of what is said for no longer than this nothing was understood."""

MOSTLY = 0.5
"""A candidate who breaks a question off after this share of it has heard enough of it."""


class CueKind(StrEnum):
    """What the interviewer has to bring up."""

    QUESTION = "question"
    PROBLEM = "problem"
    CONTEXT = "context"
    TAKING_UP = "taking_up"
    NOT_HEARD = "not_heard"
    REPLY = "reply"


@dataclass(frozen=True, slots=True, eq=False)
class Cue:
    """Something to bring up: the words of the scripted interviewer, and what a model is told.

    ``origin`` is the whole of it where the words are what was left after a cut. Two with the same words are
    two: a problem may be put twice.
    """

    kind: CueKind
    words: str
    told: str
    origin: "Cue | None" = None

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
        self._begun_at = 0.0
        self._was_interrupted = False
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
        # Behind another question the rest of a problem would not be understood.
        self._cues = [
            cue.origin or cue
            for cue in self._cues
            if cue.kind is CueKind.PROBLEM or (cue.kind is CueKind.CONTEXT and not self._is_begun(cue))
        ]
        self._being_said = [(None, words) for _, words in self._being_said]
        return self._question_cue()

    def taking_up(self) -> Cue:
        """Return the cue for going on after a break: the reply that is due, or the last words again."""
        said = self._said_in_phase()
        if not said:
            return self._question_cue()
        if self._is_question_open():
            words = scripted.taking_up(scripted.question(self.field))
        elif said[-1].speaker is Speaker.CANDIDATE:
            words = self._reply(said[-1].text)
        else:
            words = scripted.taking_up(self._without_waiting(said[-1].text) or scripted.question(self.field))
        return Cue(CueKind.TAKING_UP, words, prompts.taking_up())

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
            cut = (number for number, other in enumerate(self._cues) if self._is_cut_by_injection(other))
            place = next(cut, len(self._cues))
            self.break_off_by_itself()
        self._cues.insert(place, cue)

    def break_off_by_itself(self) -> None:
        """Note that it is not the candidate who cuts off what is being said, so that all of the rest is due."""
        self._breaks_off_itself = True

    @property
    def has_question_to_ask(self) -> bool:
        """Tell whether the phase's question is still to be asked, and nobody is about to."""
        asking = {CueKind.QUESTION, CueKind.TAKING_UP}
        return self._is_question_open() and not any(cue.kind in asking for cue in self._cues)

    def hear_typed(self, text: str) -> None:
        """Remember a typed answer. Who answers has read what is being said, so it need not be said to its end."""
        self.note(Speaker.CANDIDATE, text)
        self._cues = [
            cue for cue in self._cues if cue.is_injected or not (self.is_paused or self._is_being_said(cue))
        ]

    def begin_saying(self) -> None:
        """Note that what is on the list is being said."""
        self._heard = []
        self._begun_at = monotonic()
        script, self._script = self._script, None
        self._being_said = [(cue, cue.words) for cue in self._cues] if script is None else script
        self._breaks_off_itself = False
        self._is_broken_off = False

    def interrupt(self) -> None:
        """Note that what was about to be said, or is being said, is cut off."""
        self._was_interrupted = True

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
        """Return what the scripted interviewer says next, to an answer or without one.

        Nothing, where that is on its way already.
        """
        if self._being_said:
            # The news that these were cut off comes from the end of the pipeline, and may be late.
            self.end_saying(" ".join(self._heard), was_interrupted=True)
        if self._was_interrupted:
            self._drop_script()
        on_the_way = self._script or []
        waiting = [cue for cue in self._cues if not any(cue is other for other, _ in on_the_way)]
        if not waiting and not on_the_way:
            waiting = [Cue(CueKind.REPLY, self._next_reply(answer), "")]
            self._cues += waiting
        script: list[tuple[Cue | None, str]] = [
            (cue, f"{scripted.GO_ON} {cue.words}" if cue.origin and number else cue.words)
            for number, cue in enumerate(waiting)
        ]
        self._script = [*on_the_way, *script]
        return " ".join(words for _, words in script)

    def _next_reply(self, answer: str) -> str:
        if not answer and self._is_broken_off:
            # What the candidate said last, with or without the beginning of the reply behind it.
            answer = " ".join(said.text for said in self._said_in_phase()[-2:] if said.speaker is Speaker.CANDIDATE)
        return self._reply(answer) if answer else self.taking_up().words

    def _drop_script(self) -> None:
        """Forget what was about to be said; a reply to a candidate who goes on is a reply no more."""
        self._was_interrupted = False
        script, self._script = self._script or [], None
        for cue, _ in script:
            if cue and cue.kind is CueKind.REPLY and cue in self._cues and not self._breaks_off_itself:
                self._cues.remove(cue)

    def _keep_rest(self, cue: Cue | None, words: str, heard: int) -> None:
        """Put the rest of a cue in its place, after so many letters of its words."""
        if not cue or cue not in self._cues:
            return
        if cue.kind is CueKind.REPLY and not self._breaks_off_itself:
            self._cues.remove(cue)
            return
        if not heard:
            return
        rest = scripted.without_courtesies(scripted.rest_after(words, heard))
        missing = len(scripted.letters(words)) - heard
        is_enough = missing <= (1 - MOSTLY) * len(scripted.letters(scripted.without_courtesies(words)))
        place = self._cues.index(cue)
        if not rest or (is_enough and not cue.is_injected and not self._breaks_off_itself):
            del self._cues[place]
        else:
            self._cues[place] = replace(cue, words=rest, origin=cue.origin or cue)

    def _is_being_said(self, cue: Cue) -> bool:
        return any(cue is other for other, _ in self._being_said)

    def _is_begun(self, cue: Cue) -> bool:
        return cue.origin is not None or self._is_being_said(cue)

    def _is_cut_by_injection(self, cue: Cue) -> bool:
        """Tell whether an injection comes before a cue: one that is well under way, but was not injected itself."""
        is_heard = self._heard or monotonic() - self._begun_at > HARDLY_BEGUN_SECONDS
        return not cue.is_injected and bool(cue.origin or (self._is_being_said(cue) and is_heard))

    def _is_question_open(self) -> bool:
        """Tell whether the phase's question was neither asked to its end nor answered by more than a few words."""
        said = self._said_in_phase()
        return not scripted.has_said(scripted.question(self.field), self._said_by_interviewer()) and not any(
            one.speaker is Speaker.CANDIDATE and len(one.text.split()) >= scripted.SHORT_ANSWER_WORDS for one in said
        )

    def _without_waiting(self, words: str) -> str:
        """Return words up to the begin of something injected that is still to be brought up."""
        for cue in self._cues:
            if cue.is_injected:
                words = words.partition(scripted.sentences(" ".join(cue.words.split()))[0])[0]
        return words.strip()

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
