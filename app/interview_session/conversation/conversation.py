"""The conversation of a session: a pure fold over its log, for typed answers, live calls and replay alike.

It answers what the interviewer is to say or to do now. What is due is always a difference: what the plan, the room
and the candidate ask for, less what the log says was said. Nothing is recognised by its letters.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.interview_session.conversation import follow_ups, scripted
from app.interview_session.conversation.old_logs import with_purposes
from app.interview_session.conversation.phase import REPLYING, PhaseState, Progress, Remark
from app.interview_session.conversation.replies import ANSWERS, Replies, Step
from app.interview_session.conversation.utterance import Cue, CutBy, Intent, Line, Purpose
from app.interview_session.conversation.wording import Spoken, WordingRequest
from app.interview_session.events.events import Event, EventType, Source, Speaker
from app.interview_session.plans.plan import language_of, planner_field

THINKING_SECONDS = 30.0
"""So long a candidate who asked for time to think is left in peace, whatever they murmur meanwhile."""

SHORTEST_NOTICE_SECONDS = 4.0
"""With less than this left nothing is said any more about the time that is left."""

REMEMBERED = 40
"""The last remarks of either side that a language model is told of."""

_MURMURS = frozenset({Intent.ONE_WORD, Intent.GIBBERISH, Intent.YES, Intent.NO})


@dataclass(slots=True)
class _Injection:
    """A problem or a note that was injected, and how much of it was said."""

    line: Line
    progress: Progress


class Conversation:
    """What was said and asked for in a session, and what follows from it.

    It knows no clock: ``now`` is given. ``nudge_seconds`` is the silence after which the candidate is asked, once in
    a phase, whether they need anything.
    """

    def __init__(self, plan: Mapping[str, Any], *, nudge_seconds: float) -> None:
        self.is_paused = False
        self.is_over = False
        self._plan = plan
        self._nudge_seconds = nudge_seconds
        self._phase: PhaseState | None = None
        self._deadline: datetime | None = None
        self._injections: dict[int, _Injection] = {}
        self._is_greeted = False
        self._abuse = 0
        self._remarks = 0
        self._candidates_remarks = 0
        self._spoken: list[Spoken] = []
        self._notes: list[str] = []

    @property
    def sequence(self) -> int:
        """Return the number of the current phase, from 1."""
        return self._phase.sequence if self._phase else 1

    @property
    def field(self) -> dict[str, Any]:
        """Return the planner field of the current phase."""
        return planner_field(self._plan, self.sequence)

    @property
    def language(self) -> str:
        """Return the language of the interview, by its two letters."""
        return language_of(self._plan)

    @property
    def remarks(self) -> int:
        """Return how much was said so far by both sides, in lines of the log, announcements of the time left out."""
        return self._remarks

    @property
    def waiting_since(self) -> datetime | None:
        """Return since when the candidate waits for a reply; None if they do not."""
        return self._phase.turn[0].at if self._phase and self._phase.turn else None

    def replay(self, events: Iterable[Event]) -> None:
        """Take in the log up to now."""
        for event in with_purposes(list(events), self._plan):
            self.take_in(event)

    def take_in(self, event: Event) -> None:
        """Take in the next event of the log."""
        data = event.data
        match event.type:
            case EventType.PHASE_STARTED | EventType.PHASE_CHANGED:
                self._begin_phase(data)
            case EventType.PHASE_ENDING if self._phase and data["sequence"] == self._phase.sequence:
                self._phase.is_ending = True
            case EventType.TIMER_PAUSED:
                self._pause()
            case EventType.TIMER_RESUMED:
                self._resume(data)
            case EventType.TIMER_RESET:
                self._phase, self._deadline, self.is_paused = None, None, False
            case EventType.PROBLEM_INJECTED | EventType.CONTEXT_INJECTED:
                self._inject(event)
            case EventType.BOT_CONNECTED | EventType.BOT_DISCONNECTED if self._phase:
                # Who comes says where they were; in writing all that was said is still there to be read.
                self._phase.needs_resuming = event.type is EventType.BOT_CONNECTED and self._phase.question.is_begun
            case EventType.INTERVIEW_COMPLETED:
                self.is_over = True
            case EventType.TRANSCRIPT if not data.get("late"):
                self._take_in_words(data)
            case _:
                pass

    def next_step(self, now: datetime) -> Step | None:
        """Return what the interviewer is to say or do now, while nobody is speaking; None for nothing."""
        phase = self._phase
        if phase is None or self.is_paused or self.is_over:
            return None
        step = next(self._due(phase, now), None)
        return replace(step, replies_to=self._candidates_remarks) if isinstance(step, Line) else step

    def wake_at(self, now: datetime) -> datetime | None:
        """Return when ``next_step`` has something although nothing happens until then; None if it never has."""
        phase = self._phase
        if phase is None or self.is_paused or self.is_over:
            return None
        if self.next_step(now) is not None:
            return now
        return self._thinking_until() if phase.turn else self._nudge_at()

    def wording_request(self, line: Line, now: datetime) -> WordingRequest:
        """Return what a language model is told when it is to word a line."""
        assert self._phase is not None
        open_ones = follow_ups.open_ones(
            self.field, self._phase.answers, asked=self._phase.follow_ups, covered=self._phase.covered
        )
        texts = [self.field["follow_ups"][number - 1]["text"] for number in open_ones if number != line.about]
        return WordingRequest(
            title=self._plan["title"],
            field=self.field,
            line=line,
            past=tuple(self._spoken[-REMEMBERED:]),
            open_follow_ups=tuple(texts),
            notes=tuple(self._notes),
            seconds_left=self._seconds_left(now),
            language=self.language,
        )

    def _due(self, phase: PhaseState, now: datetime) -> Iterator[Step]:
        """Yield what there is to say or to do, the most urgent first."""
        if not phase.question.is_begun and not phase.is_question_done:
            yield opening(self._plan, self.sequence, is_greeted=self._is_greeted)[0]
        if injected := self._next_injection():
            yield injected
        if phase.turn and not (self._is_thinking(now) and self._is_murmur()):
            yield self._reply(now)
        if not phase.is_question_done:
            yield self._rest(self._question(), phase.question)
        if phase.needs_resuming:
            yield self._resuming()
        if self._is_time_check_due(now):
            yield Line(Purpose.TIME_CHECK, scripted.time_check(self._seconds_left(now)), phase.sequence)
        if not phase.turn and (nudge_at := self._nudge_at()) and now >= nudge_at:
            words = scripted.NOTHING_TO_ADD if phase.answers else scripted.ARE_YOU_THERE
            yield Line(Purpose.MANNERS, words, phase.sequence, cue=Cue.SILENCE)

    def _begin_phase(self, data: Mapping[str, Any]) -> None:
        self.is_paused = False
        self._deadline = datetime.fromisoformat(data["phase_deadline"])
        began_at = datetime.fromisoformat(data["timestamp"])
        self._phase = PhaseState(data.get("new_sequence") or data["sequence"], began_at, quiet_since=began_at)
        for seq, injection in list(self._injections.items()):
            if injection.progress.is_begun and not injection.progress.is_done:
                # Behind another question the rest of a problem would not be understood; a note was heard by half.
                if injection.line.purpose is Purpose.PROBLEM:
                    injection.progress = Progress()
                else:
                    del self._injections[seq]

    def _pause(self) -> None:
        self.is_paused, self._deadline = True, None
        if self._phase and self._phase.last_cue == Cue.CONFIRM_PAUSE:
            # That it was wished for has been seen to.
            self._phase.turn.clear()
            self._phase.last_cue = None

    def _resume(self, data: Mapping[str, Any]) -> None:
        self.is_paused = False
        self._deadline = datetime.fromisoformat(data["phase_deadline"])
        if self._phase:
            self._phase.needs_resuming = self._phase.question.is_begun
            self._phase.quiet_since = datetime.fromisoformat(data["timestamp"])

    def _inject(self, event: Event) -> None:
        assert event.seq is not None
        if event.type is EventType.PROBLEM_INJECTED:
            line = Line(Purpose.PROBLEM, scripted.problem(event.data["problem_text"]), 0, about=event.seq)
        else:
            line = Line(Purpose.NOTE, scripted.note(event.data["context_text"]), 0, about=event.seq)
            self._notes.append(event.data["context_text"])
        self._injections[event.seq] = _Injection(line, Progress())

    def _take_in_words(self, data: Mapping[str, Any]) -> None:
        speaker = Speaker(data["speaker"])
        self._remarks += data["purpose"] != Purpose.TIME_CHECK
        self._spoken = [*self._spoken[-REMEMBERED:], Spoken(speaker, data["text"])]
        if self._phase is None:
            return
        if data["phase_sequence"] == self._phase.sequence:
            self._phase.quiet_since = datetime.fromisoformat(data["ended_at"])
        if speaker is Speaker.INTERVIEWER:
            self._hear_interviewer(self._phase, data)
        else:
            self._hear_candidate(self._phase, data)

    def _hear_interviewer(self, phase: PhaseState, data: Mapping[str, Any]) -> None:
        purpose, cue, about = Purpose(data["purpose"]), data.get("cue"), data.get("about")
        part, parts = data.get("part", 1), data.get("parts", 1)
        cut_by = CutBy(data["cut_by"]) if "cut_by" in data else None
        is_repeated = cue == Intent.REPEAT
        if purpose in {Purpose.PROBLEM, Purpose.NOTE} and not is_repeated and about in self._injections:
            self._injections[about].progress.note(part, parts, cut_by)
        if purpose is Purpose.GREETING:
            self._is_greeted = True
        if data["phase_sequence"] != phase.sequence:
            return
        if purpose is Purpose.QUESTION and not is_repeated:
            self._is_greeted = True
            phase.question.note(part, parts, cut_by)
            if cut_by is CutBy.CANDIDATE:
                phase.question.settle_for_half()
        is_heard = (part == parts and cut_by is None) or cut_by is CutBy.CANDIDATE
        if purpose in REPLYING and (is_heard or purpose in {Purpose.QUESTION, Purpose.PROBLEM, Purpose.NOTE}):
            # Of these three the rest is due all the same, so that it is no reply that is missing.
            phase.close_turn(data.get("replies_to"))
            phase.needs_resuming = False
            phase.last_purpose, phase.last_cue = purpose, cue
            phase.thinking_since = datetime.fromisoformat(data["ended_at"])
        if is_heard:
            self._note_said(phase, purpose, cue, about)
        self._note_asked(phase, purpose, about, data["text"], part)

    def _note_said(self, phase: PhaseState, purpose: Purpose, cue: str | None, about: int | None) -> None:
        if cue:
            phase.said[cue] += 1
        if purpose is Purpose.TIME_CHECK:
            phase.is_ending = False
        elif purpose is Purpose.PARAPHRASE:
            phase.is_paraphrased = True
        elif purpose is Purpose.HINT and about:
            phase.hints = max(phase.hints, about)
        elif purpose is Purpose.FOLLOW_UP and about:
            phase.follow_ups.add(about)
        if cue in {Intent.ABUSE, Cue.CONFIRM_PAUSE}:
            self._abuse += 1

    def _note_asked(self, phase: PhaseState, purpose: Purpose, about: int | None, text: str, part: int) -> None:
        """Remember what was asked last, for whoever wants to hear it again."""
        if purpose is Purpose.QUESTION:
            phase.last_asked = self._question()
        elif purpose is Purpose.PROBLEM and about in self._injections:
            phase.last_asked = replace(self._injections[about].line, phase=phase.sequence)
        elif purpose is Purpose.FOLLOW_UP:
            before = phase.last_asked
            # A model's words for it come sentence by sentence.
            goes_on = part > 1 and before is not None and (before.purpose, before.about) == (purpose, about)
            words = f"{before.words} {text}" if goes_on and before else text
            phase.last_asked = Line(purpose, words, phase.sequence, about=about)

    def _hear_candidate(self, phase: PhaseState, data: Mapping[str, Any]) -> None:
        intent = Intent(data["purpose"])
        is_here = data["phase_sequence"] == phase.sequence
        self._candidates_remarks += 1
        remark = Remark(
            self._candidates_remarks,
            data["text"],
            intent,
            datetime.fromisoformat(data["ended_at"]),
            is_certain=bool(data.get("certain")),
            is_typed=data["source"] == Source.TYPED,
            is_for_earlier_phase=not is_here,
        )
        if not is_here and not remark.is_typed:
            # A turn that outlasted its phase had its reply in the next question.
            return
        phase.turn.append(remark)
        if is_here and intent in ANSWERS:
            phase.answers.append(data["text"])
            phase.covered.update(data.get("covers", ()))

    def _question(self) -> Line:
        return Line(Purpose.QUESTION, scripted.asked(self.field), self.sequence)

    def _next_injection(self) -> Line | None:
        """Return what was injected and not said to its end, begun ones first."""
        due = [injection for injection in self._injections.values() if not injection.progress.is_done]
        if not due:
            return None
        first = next((injection for injection in due if injection.progress.is_begun), due[0])
        return self._rest(replace(first.line, phase=self.sequence), first.progress)

    def _rest(self, line: Line, progress: Progress) -> Line:
        """Return what is left of a line, from the sentence on that was cut off."""
        if not progress.heard:
            return replace(line, lead=scripted.GO_ON) if progress.is_begun else line
        return replace(line, first_part=progress.heard + 1, lead=scripted.GO_ON)

    def _reply(self, now: datetime) -> Step:
        phase = self._phase
        assert phase is not None
        if not phase.is_question_done and all(remark.intent in ANSWERS for remark in phase.turn):
            # A word or two into a question are no answer to it.
            return self._rest(self._question(), phase.question)
        return Replies(
            self.field,
            phase,
            is_last=phase.sequence == len(self._plan["planner_fields"]),
            language=self.language,
            seconds_left=self._seconds_left(now),
            elapsed_share=self._elapsed_share(now),
            abuse=self._abuse,
        ).reply()

    def _resuming(self) -> Line:
        """Return what goes on after a break: what was asked last, again."""
        assert self._phase is not None
        asked = self._phase.last_asked or self._question()
        words = scripted.without_greeting(asked.words)
        return Line(Purpose.RESUMING, words, self.sequence, lead=scripted.GO_ON)

    def _is_time_check_due(self, now: datetime) -> bool:
        assert self._phase is not None
        return self._phase.is_ending and self._seconds_left(now) >= SHORTEST_NOTICE_SECONDS

    def _is_murmur(self) -> bool:
        return self._phase is not None and all(remark.intent in _MURMURS for remark in self._phase.turn)

    def _is_thinking(self, now: datetime) -> bool:
        return now < self._thinking_until()

    def _thinking_until(self) -> datetime:
        """Return the end of the time to think that the candidate asked for, a point in the past if they did not."""
        phase = self._phase
        assert phase is not None
        if phase.last_cue != Intent.THINK or phase.thinking_since is None:
            return phase.began_at
        return phase.thinking_since + timedelta(seconds=THINKING_SECONDS)

    def _nudge_at(self) -> datetime | None:
        """Return when a silent candidate is asked whether they need anything; None if that was done."""
        phase = self._phase
        assert phase is not None
        if phase.said[Cue.SILENCE]:
            return None
        quiet_since = phase.quiet_since or phase.began_at
        return max(quiet_since + timedelta(seconds=self._nudge_seconds), self._thinking_until())

    def _seconds_left(self, now: datetime) -> float:
        if self._deadline is None:
            return 0.0
        return max(0.0, (self._deadline - now).total_seconds())

    def _elapsed_share(self, now: datetime) -> float:
        whole = self.field["duration"] * 60
        return 1 - self._seconds_left(now) / whole if whole else 1.0


def opening(plan: Mapping[str, Any], sequence: int, *, is_greeted: bool) -> list[Line]:
    """Return what is said when a phase begins: a welcome in the first, and the question."""
    words = scripted.asked(planner_field(plan, sequence))
    if is_greeted or sequence > 1:
        lead = scripted.THANKS_AND_ON if sequence > 1 else ""
        return [Line(Purpose.QUESTION, words, sequence, lead=lead)]
    question = Line(Purpose.QUESTION, words, sequence)
    return [question] if scripted.greets(words) else [Line(Purpose.GREETING, scripted.WELCOME, sequence), question]
