"""Whatever happens in a session, and wherever its log is cut: nothing is lost, and nothing is said twice."""

from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.interview_session.conversation.prompts import MAX_NOTES
from app.interview_session.conversation.utterance import CutBy, Deed, Intent, Line, Purpose
from app.interview_session.events.events import Event, EventType, Speaker
from tests.support.talk import LONG_ANSWER, Talk, phase

FOLLOW_UPS = [{"text": f"Follow-up {number}?", "when": "always", "about": []} for number in range(1, 4)]
PHASES = 3


class Sessions(RuleBasedStateMachine):
    """Plays a session by speech and by writing, with crashes: after each the conversation is built from the log."""

    def __init__(self) -> None:
        super().__init__()
        fields = [
            phase(question=f"Phase {number}. What did you do? How did it end?", follow_ups=FOLLOW_UPS)
            for number in range(1, PHASES + 1)
        ]
        self.talk = Talk(*fields)
        self.is_paused = False
        self.is_over = False
        self.dropped: set[int] = set()

    @initialize()
    def begin(self) -> None:
        """Start the session."""
        self.talk.start()

    @property
    def is_live(self) -> bool:
        """Tell whether the interviewer may speak."""
        return not self.is_paused and not self.is_over

    @rule(
        intent=st.just(Intent.ANSWER) | st.sampled_from(Intent),
        certain=st.sampled_from([True, None]),
        length=st.just(20) | st.integers(1, 20),
    )
    @precondition(lambda self: not self.is_over)
    def candidate_says(self, intent: Intent, certain: bool | None, length: int) -> None:
        """Have the candidate say something."""
        self.talk.answer(" ".join(LONG_ANSWER.split()[:length]), intent, certain=certain)

    @rule(text=st.sampled_from(["Reverse a list.", "Sort it. Then count it. Then stop."]))
    @precondition(lambda self: not self.is_over)
    def inject_problem(self, text: str) -> None:
        """Inject a problem."""
        self.talk.inject_problem(text)

    @rule()
    @precondition(lambda self: not self.is_over)
    def inject_note(self) -> None:
        """Inject a note."""
        self.talk.inject_note("Be brief. Be kind.")

    @rule(seconds=st.integers(1, 60))
    def time_passes(self, seconds: int) -> None:
        """Let some time pass."""
        self.talk.wait(seconds)

    @rule()
    @precondition(lambda self: self.is_live)
    def pause(self) -> None:
        """Pause the clock."""
        self.talk.pause()
        self.is_paused = True

    @rule()
    @precondition(lambda self: self.is_paused)
    def resume(self) -> None:
        """Let the clock go on."""
        self.talk.resume()
        self.is_paused = False

    @rule()
    @precondition(lambda self: self.is_live and self.talk.sequence < PHASES)
    def phase_changes(self) -> None:
        """Begin the next phase; a note that was begun is dropped by it."""
        self.dropped |= {
            entry.data["about"]
            for entry in self.talk.log
            if entry.data.get("purpose") == Purpose.NOTE and not _is_whole(entry)
        }
        self.talk.next_phase()

    @rule()
    @precondition(lambda self: self.is_live)
    def call_comes(self) -> None:
        """Have a new call take the room over."""
        self.talk.connect()

    @rule()
    @precondition(lambda self: self.is_live)
    def end_is_announced(self) -> None:
        """Announce the end of the phase."""
        self.talk.announce_end()

    @rule()
    @precondition(lambda self: self.is_live)
    def one_answers_the_other(self) -> None:
        """Have the candidate answer at length, and the interviewer say all that is due."""
        self.talk.say_all()
        self.talk.answer()
        self.talk.say_all()

    @rule()
    @precondition(lambda self: self.is_live)
    def interviewer_writes(self) -> None:
        """Have the interviewer say in writing what is due."""
        step = self.talk.step()
        if isinstance(step, Line):
            self.talk.write(step)
        elif step is not None:
            self._do(step)

    @rule(parts=st.integers(1, 4), cut_by=st.sampled_from([None, *CutBy]))
    @precondition(lambda self: self.is_live)
    def interviewer_speaks(self, parts: int, cut_by: CutBy | None) -> None:
        """Have the interviewer say it by voice; without a cut after some sentences it was a crash."""
        step = self.talk.step()
        if isinstance(step, Line):
            self.talk.speak(step, parts=parts, cut_by=cut_by)
        elif step is not None:
            self._do(step)

    @rule()
    def crash(self) -> None:
        """Go on with what the log tells."""
        self.talk.conversation = self.talk.replayed()

    @invariant()
    def replay_says_the_same(self) -> None:
        """Hold that whoever reads the log says and does the same next."""
        assert self.talk.replayed().next_step(self.talk.now) == self.talk.step()

    @invariant()
    def texts_that_are_not_needed_change_nothing(self) -> None:
        """Hold that whoever reads only the texts that are needed says and does the same next, in the same words."""
        step, now = self.talk.step(), self.talk.now
        assert self.talk.replayed_from_needed_texts().next_step(now) == step
        if isinstance(step, Line):
            told = self.talk.replayed_from_needed_texts(for_model=True).wording_request(step, now)
            whole = self.talk.conversation.wording_request(step, now)
            assert (told.past, told.notes[-MAX_NOTES:]) == (whole.past, whole.notes[-MAX_NOTES:])
            assert told.open_follow_ups == whole.open_follow_ups

    @invariant()
    def nothing_is_said_in_a_pause(self) -> None:
        """Hold that a pause is silent, whatever comes meanwhile."""
        if self.is_paused or self.is_over:
            assert self.talk.step() is None
            assert self.talk.conversation.wake_at(self.talk.now) is None

    @invariant()
    def nothing_is_said_twice(self) -> None:
        """Hold that no question, problem, note or follow-up comes a second time unless that was asked for."""
        whole = Counter(
            (entry.data["purpose"], entry.data.get("about") or entry.data["phase_sequence"])
            for entry in self.talk.log
            if entry.type is EventType.TRANSCRIPT
            and entry.data["speaker"] == Speaker.INTERVIEWER
            and entry.data.get("cue") != Intent.REPEAT
            and entry.data["purpose"] in {Purpose.QUESTION, Purpose.PROBLEM, Purpose.NOTE, Purpose.GREETING}
            and _is_whole(entry)
        )
        assert all(count == 1 for count in whole.values()), whole
        follow_ups = Counter(
            (entry.data["phase_sequence"], entry.data["about"])
            for entry in self.talk.log
            if entry.data.get("purpose") == Purpose.FOLLOW_UP
            and entry.data.get("cue") != Intent.REPEAT
            and (_is_whole(entry) or entry.data.get("cut_by") == CutBy.CANDIDATE)
        )
        assert all(count == 1 for count in follow_ups.values()), follow_ups

    def teardown(self) -> None:
        """Hold that in the end everything is said: the question, every problem and note, and a reply."""
        if self.is_over or (self.talk.deadline is None and not self.is_paused):
            return
        if self.is_paused:
            self.resume()
        self.talk.wait(31)
        for _ in range(60):
            step = self.talk.step()
            if step is None:
                break
            if isinstance(step, Deed):
                return
            self.talk.write(step)
        assert self.talk.step() is None
        self.nothing_is_said_twice()
        said = {
            (entry.data["purpose"], entry.data.get("about"))
            for entry in self.talk.log
            if entry.type is EventType.TRANSCRIPT and _is_whole(entry)
        }
        for entry in self.talk.log:
            if entry.type is EventType.PROBLEM_INJECTED:
                assert (Purpose.PROBLEM, entry.seq) in said
            elif entry.type is EventType.CONTEXT_INJECTED:
                assert (Purpose.NOTE, entry.seq) in said or entry.seq in self.dropped
        assert self.talk.conversation.waiting_since is None

    def _do(self, deed: Deed) -> None:
        if deed is Deed.NEXT_PHASE and self.talk.sequence < PHASES:
            self.phase_changes()
        elif deed is Deed.PAUSE:
            self.pause()
        else:
            self.talk.happen(Event(EventType.INTERVIEW_COMPLETED, {"reason": "ended"}))
            self.is_over = True


def _is_whole(entry: Event) -> bool:
    """Tell whether an entry is the end of a line that was said to its end."""
    return entry.data.get("part", 1) == entry.data.get("parts", 1) and "cut_by" not in entry.data


Sessions.TestCase.settings = settings(
    max_examples=80, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestSessions = Sessions.TestCase
