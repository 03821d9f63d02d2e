"""A conversation without a room: the events of a log, made by hand, and what is said to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.core.clock import iso_utc
from app.interview_session.conversation.conversation import Conversation
from app.interview_session.conversation.needed_texts import needed_texts, with_texts
from app.interview_session.conversation.utterance import CutBy, Deed, Intent, Line
from app.interview_session.events import events
from app.interview_session.events.events import TEXT_KEYS, Event, EventType, Source, Speaker
from app.interview_session.plans.plan import planner_field

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUDGE_SECONDS = 45.0
LONG_ANSWER = "I moved our billing to a new queue last spring and it cut the failed invoices by half within a month."


def phase(**more: Any) -> dict[str, Any]:
    """Return a planner field of ten minutes with two follow-ups, a paraphrase and two hints."""
    return {
        "sequence": 1,
        "question_id": "q",
        "question_type": "behavioral",
        "duration": 10,
        "instructions": "",
        "question": "Tell me about a hard decision. What was it? How did it end?",
        "follow_ups": [
            {"text": "Who disagreed with you?", "when": "always", "about": ["disagreed"]},
            {"text": "What would you do differently?", "when": "always", "about": []},
        ],
        "rubric": [],
        "paraphrase": "Which decision was hard for you?",
        "hints": ["Think of a choice between two evils.", "Say what each option would have cost."],
        "examples": {},
    } | more


class Talk:
    """Plays a session: what happens goes into the log, and the conversation is asked what comes next."""

    def __init__(self, *fields: dict[str, Any], nudge_seconds: float = NUDGE_SECONDS, language: str = "en") -> None:
        chosen = fields or (phase(), phase())
        numbered = [field | {"sequence": number} for number, field in enumerate(chosen, start=1)]
        self.plan = {"title": "A plan", "planner_fields": numbered, "language": language}
        self.nudge_seconds = nudge_seconds
        self.log: list[Event] = []
        self.now = BEGAN
        self.sequence = 1
        self.deadline: datetime | None = None
        self.remaining = timedelta(minutes=planner_field(self.plan, 1)["duration"])
        self.conversation = self._new()

    def replayed(self) -> Conversation:
        """Return the conversation that somebody else builds from the log."""
        conversation = self._new()
        conversation.replay(self.log)
        return conversation

    def replayed_from_needed_texts(self, *, for_model: bool = False) -> Conversation:
        """Return the conversation that is built from the log without the texts that nothing depends on."""
        bare = [
            replace(event, data={name: value for name, value in event.data.items() if name not in TEXT_KEYS.values()})
            for event in self.log
        ]
        needed = needed_texts(bare, {}, for_model=for_model)
        conversation = self._new()
        conversation.replay(with_texts(bare, {event.seq: event for event in self.log if event.seq in needed}))
        return conversation

    def happen(self, event: Event) -> Event:
        """Put an event into the log."""
        numbered = Event(event.type, {"timestamp": iso_utc(self.now)} | event.data, len(self.log) + 1)
        self.log.append(numbered)
        self.conversation.take_in(numbered)
        return numbered

    def start(self) -> "Talk":
        """Begin the first phase."""
        self.deadline = self.now + self.remaining
        self.happen(events.phase_started(planner_field(self.plan, 1), now=self.now, deadline=self.deadline))
        return self

    def next_phase(self) -> None:
        """Begin the next phase."""
        self.sequence += 1
        field = planner_field(self.plan, self.sequence)
        self.deadline = self.now + timedelta(minutes=field["duration"])
        self.happen(events.phase_changed(field, now=self.now, deadline=self.deadline))

    def pause(self) -> None:
        """Stop the clock."""
        assert self.deadline is not None
        self.remaining, self.deadline = self.deadline - self.now, None
        self.happen(Event(EventType.TIMER_PAUSED, {"sequence": self.sequence}))

    def resume(self) -> None:
        """Let the clock go on."""
        self.deadline = self.now + self.remaining
        self.happen(
            Event(EventType.TIMER_RESUMED, {"sequence": self.sequence, "phase_deadline": iso_utc(self.deadline)})
        )

    def announce_end(self) -> None:
        """Announce the end of the phase."""
        self.happen(Event(EventType.PHASE_ENDING, {"sequence": self.sequence}))

    def connect(self) -> None:
        """Have a new call come."""
        self.happen(Event(EventType.BOT_CONNECTED, {}))

    def inject_problem(self, text: str) -> int:
        """Inject a problem and return its number in the log."""
        return self.happen(Event(EventType.PROBLEM_INJECTED, {"problem_text": text})).seq or 0

    def inject_note(self, text: str) -> int:
        """Inject a note and return its number in the log."""
        return self.happen(Event(EventType.CONTEXT_INJECTED, {"context_text": text})).seq or 0

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def answer(
        self, text: str = LONG_ANSWER, intent: Intent = Intent.ANSWER, *, source: Source = Source.TYPED, **inner: Any
    ) -> None:
        """Have the candidate say something."""
        sequence = inner.pop("phase_sequence", self.sequence)
        self.happen(self._entry(Speaker.CANDIDATE, text, source, sequence, purpose=intent.value, **inner))

    def step(self) -> Line | Deed | None:
        """Return what the interviewer is to do now."""
        return self.conversation.next_step(self.now)

    def line(self) -> Line:
        """Return what the interviewer is to say now."""
        step = self.step()
        assert isinstance(step, Line), step
        return step

    def write(self, line: Line) -> None:
        """Have the interviewer say a line whole, in writing."""
        is_rest = line.first_part > 1
        total = len(line.parts) if is_rest else None
        self._say(line, line.text, Source.TYPED, part=total, parts=total)

    def speak(self, line: Line, *, parts: int | None = None, cut_by: CutBy | None = None) -> None:
        """Have the interviewer say a line by voice: only so many sentences of it, the last perhaps cut off."""
        sentences = list(enumerate(line.parts, start=1))[line.first_part - 1 :]
        sentences = sentences[: len(sentences) if parts is None else parts]
        for number, sentence in sentences:
            is_cut = cut_by is not None and number == sentences[-1][0]
            self._say(
                line,
                sentence,
                Source.VOICE,
                part=number,
                parts=len(line.parts),
                cut_by=cut_by.value if is_cut and cut_by else None,
            )

    def say_all(self) -> list[str]:
        """Have the interviewer write whatever is due, and return it; what is to be done ends it."""
        said: list[str] = []
        while isinstance(step := self.step(), Line):
            self.write(step)
            said.append(step.text)
            assert len(said) < 20, said
        return said

    def exchange(self, text: str = LONG_ANSWER, intent: Intent = Intent.ANSWER, **inner: Any) -> Line | Deed:
        """Have the candidate say something and the interviewer reply; return the reply."""
        self.answer(text, intent, **inner)
        step = self.step()
        assert step is not None
        if isinstance(step, Line):
            self.write(step)
        return step

    def _say(self, line: Line, text: str, source: Source, **inner: Any) -> None:
        self.happen(
            self._entry(
                Speaker.INTERVIEWER,
                text,
                source,
                line.phase,
                purpose=line.purpose.value,
                about=line.about,
                cue=line.cue,
                replies_to=line.replies_to,
                **inner,
            )
        )

    def _entry(self, speaker: Speaker, text: str, source: Source, sequence: int, **inner: Any) -> Event:
        return events.transcript(
            speaker,
            text,
            phase_sequence=sequence,
            started_at=self.now,
            ended_at=self.now,
            source=source,
            **inner,
        )

    def _new(self) -> Conversation:
        return Conversation(self.plan, nudge_seconds=self.nudge_seconds)


def texts(steps: Sequence[Line | Deed]) -> list[str]:
    """Return the words of lines."""
    return [step.text for step in steps if isinstance(step, Line)]
