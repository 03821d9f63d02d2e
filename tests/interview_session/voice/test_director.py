"""Who has the word: the director between a real conversation, the log, and a voice that the test plays."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from app.core.clock import iso_utc, utc_now
from app.interview_session.conversation import scripted
from app.interview_session.conversation.conversation import Conversation
from app.interview_session.conversation.utterance import CutBy, Intent, Line, Purpose, Understanding
from app.interview_session.conversation.wording import WordingRequest
from app.interview_session.events import events
from app.interview_session.events.events import Event, EventType, Service, Source
from app.interview_session.events.events import Speaker as Side
from app.interview_session.events.interim_text import InterimText
from app.interview_session.plans.plan import planner_field
from app.interview_session.voice.chronicle import Chronicle
from app.interview_session.voice.director import Director
from app.interview_session.voice.speaker import Speaker, Spoken
from tests.support.talk import LONG_ANSWER, phase
from tests.support.waiting import until

PATIENCE_SECONDS = 10
QUESTION = "Tell me about a hard decision. What was it? How did it end?"


class Lips:
    """A voice of which each sentence is heard when the test says so, or at once while it is ``fluent``."""

    def __init__(self) -> None:
        self.director: Director | None = None
        self.is_fluent = True
        self.said: list[str] = []
        self.line: Line | None = None
        self.has_been_heard = False
        self.cuts: list[CutBy] = []

    @property
    def is_busy(self) -> bool:
        return self.line is not None

    @property
    def is_audible(self) -> bool:
        return self.line is not None

    async def say(self, line: Line, *, can_be_cut: bool = True) -> None:
        self.line, self.has_been_heard = line, False
        self.said.append(line.text)
        if self.is_fluent:
            for part in range(line.first_part, len(line.parts) + 1):
                self.hear(part)

    def hear(self, part: int, cut_by: CutBy | None = None) -> None:
        """Have a sentence heard, and with the last one the line end."""
        assert self.director
        assert self.line
        line, now = self.line, utc_now()
        self.director.note_sentence(Spoken(line, part, line.parts[part - 1], now, now, cut_by))
        self.has_been_heard = True
        if part == len(line.parts) and cut_by is None:
            self.end(None)

    def end(self, cut_by: CutBy | None) -> None:
        assert self.director
        line, self.line = self.line, None
        assert line
        self.director.note_end(line, cut_by)

    async def cut(self, by: CutBy) -> None:
        if self.line:
            self.cuts.append(by)
            self.end(by)

    async def fail(self) -> None:
        await self.cut(CutBy.FAILURE)

    def stop(self) -> None:
        self.line = None


@dataclass
class Book:
    """A chronicle that keeps what it is to write."""

    entries: list[Event] = field(default_factory=list)
    deeds: list[Any] = field(default_factory=list)
    failures: list[tuple[Service, bool]] = field(default_factory=list)
    shown: list[InterimText | None] = field(default_factory=list)

    def show_interim(self, interim: InterimText) -> None:
        self.shown.append(interim)

    def drop_interim(self) -> None:
        self.shown.append(None)

    def note(self, event: Event) -> None:
        self.entries.append(event)

    def note_failure(self, service: Service, *, is_replaced: bool) -> None:
        self.failures.append((service, is_replaced))

    def do_soon(self, deed: Any) -> None:
        self.deeds.append(deed)


@dataclass
class Wishes:
    """Understands what the test says that it does."""

    understanding: Understanding = field(default_factory=Understanding)
    asked: list[str] = field(default_factory=list)

    async def understand(self, text: str, *, field: Mapping[str, Any], language: str = "en") -> Understanding:
        self.asked.append(text)
        return self.understanding


class Writer:
    """A model whose words come when the test lets them."""

    is_active = True

    def __init__(self) -> None:
        self.words: str | None = "So that was hard."
        self.go_on = asyncio.Event()
        self.requests: list[WordingRequest] = []
        self.was_cancelled = False

    async def word(self, request: WordingRequest, *, seconds: float = 0) -> str | None:
        self.requests.append(request)
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        return self.words


class Scene:
    """A call with everything around its director played by the test."""

    def __init__(self) -> None:
        numbered = [phase() | {"sequence": number} for number in (1, 2)]
        self.plan = {"title": "A plan", "planner_fields": numbered, "language": "en"}
        self.lips, self.book, self.wishes, self.writer = Lips(), Book(), Wishes(), Writer()
        self.writer.is_active = False
        self.hurried = 0
        self.hung_up: list[bool] = []
        self.seq = 0
        self.director = Director(
            Conversation(self.plan, nudge_seconds=45),
            cast("Chronicle", self.book),
            understander=self.wishes,
            reply_writer=self.writer,
            hurry_turn=self._hurry,
            hang_up=self._hang_up,
        )
        self.lips.director = self.director
        self.director.use(cast("Speaker", self.lips))

    async def happen(self, event: Event) -> None:
        """Have the log tell of something."""
        self.seq += 1
        await self.director.take_in(Event(event.type, {"timestamp": iso_utc(utc_now())} | event.data, self.seq))

    async def begin_phase(self, sequence: int) -> None:
        make = events.phase_started if sequence == 1 else events.phase_changed
        deadline = utc_now().replace(year=utc_now().year + 1)
        await self.happen(make(planner_field(self.plan, sequence), now=utc_now(), deadline=deadline))

    async def resume(self) -> None:
        deadline = utc_now().replace(year=utc_now().year + 1)
        await self.happen(Event(EventType.TIMER_RESUMED, {"sequence": 1, "phase_deadline": iso_utc(deadline)}))

    async def type(self, text: str) -> None:
        now = utc_now()
        await self.happen(
            events.transcript(
                Side.CANDIDATE,
                text,
                phase_sequence=1,
                started_at=now,
                ended_at=now,
                source=Source.TYPED,
                purpose=Intent.ANSWER.value,
            )
        )

    async def speak(self, *texts: str) -> None:
        """Have the candidate take a turn."""
        await self.director.begin_turn()
        for text in texts:
            self.director.hear(text, utc_now(), is_murmur=False)
        self.director.end_turn()

    async def until(self, condition: Callable[[], object]) -> None:
        await until(condition)

    async def until_said(self, text: str) -> None:
        await self.until(lambda: self.lips.said and self.lips.said[-1] == text)

    async def _hurry(self) -> None:
        self.hurried += 1

    async def _hang_up(self, is_graceful: bool) -> None:
        self.hung_up.append(is_graceful)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """Give a call that waits for its first phase."""
    scene = Scene()
    directing = asyncio.create_task(scene.director.run())
    yield scene
    scene.director.stop()
    directing.cancel()
    await asyncio.gather(directing, return_exceptions=True)


@pytest.fixture
async def begun(scene: Scene) -> Scene:
    """Give a call in which the first question has been asked."""
    await scene.begin_phase(1)
    await scene.until_said(QUESTION)
    return scene


async def test_a_phase_begins_with_its_question_sentence_by_sentence_in_the_log(begun: Scene) -> None:
    assert begun.lips.said == [scripted.WELCOME, QUESTION]
    purposes = [(one.data["purpose"], one.data.get("part"), one.data.get("parts")) for one in begun.book.entries]
    assert purposes == [("greeting", None, None), *(("question", part, 3) for part in (1, 2, 3))]


async def test_a_spoken_answer_is_logged_with_its_sense_and_replied_to_when_the_turn_ends(begun: Scene) -> None:
    begun.wishes.understanding = Understanding(covers=(2,))
    await begun.director.begin_turn()
    begun.director.hear(LONG_ANSWER, utc_now(), is_murmur=False)
    await begun.until(lambda: len(begun.book.entries) == 5)
    said = len(begun.lips.said)

    begun.director.end_turn()
    await begun.until(lambda: len(begun.lips.said) > said)

    data = begun.book.entries[4].data
    assert (data["speaker"], data["purpose"], data["covers"]) == ("candidate", "answer", [2])
    assert begun.lips.said[said:] == ["Who disagreed with you?"]


async def test_a_short_turn_is_understood_as_a_whole_and_a_long_one_piece_by_piece(begun: Scene) -> None:
    await begun.speak("Could you", "repeat that", "because " * 12)
    await begun.until(lambda: len(begun.wishes.asked) == 3)

    assert begun.wishes.asked == ["Could you", "Could you repeat that", "because " * 12]


async def test_what_comes_back_from_the_log_is_not_taken_in_twice(begun: Scene) -> None:
    await begun.speak(LONG_ANSWER)
    await begun.until_said("Who disagreed with you?")
    said = len(begun.lips.said)

    for entry in list(begun.book.entries):
        await begun.happen(entry)
    await begun.speak(LONG_ANSWER)
    await begun.until(lambda: len(begun.lips.said) > said)

    assert begun.lips.said[said:] == ["What would you do differently?"]


async def test_what_the_call_before_wrote_late_is_taken_in(scene: Scene) -> None:
    scene.lips.is_fluent = False
    await scene.begin_phase(1)
    now = utc_now()
    greeting = events.transcript(
        Side.INTERVIEWER,
        scripted.WELCOME,
        phase_sequence=1,
        started_at=now,
        ended_at=now,
        source=Source.VOICE,
        purpose="greeting",
    )
    await scene.until_said(scripted.WELCOME)
    await scene.happen(greeting)
    await scene.lips.cut(CutBy.FAILURE)

    await scene.until_said(QUESTION)


@pytest.mark.parametrize("is_heard", [False, True])
async def test_an_injection_cuts_off_only_what_was_partly_heard(scene: Scene, *, is_heard: bool) -> None:
    await scene.begin_phase(1)
    await scene.until_said(QUESTION)
    scene.lips.is_fluent = False
    await scene.begin_phase(2)
    await scene.until(lambda: scene.lips.is_busy)
    if is_heard:
        scene.lips.hear(1)

    await scene.happen(Event(EventType.CONTEXT_INJECTED, {"context_text": "Money is short."}))

    assert scene.lips.cuts == ([CutBy.INTERVIEWER] if is_heard else [])
    if is_heard:
        await scene.until_said("One more thing to keep in mind. Money is short.")


async def test_a_pause_cuts_off_and_nothing_is_said_or_heard_in_it(begun: Scene) -> None:
    begun.lips.is_fluent = False
    await begun.speak(LONG_ANSWER)
    await begun.until(lambda: begun.lips.is_busy)
    entries, said = len(begun.book.entries), len(begun.lips.said)

    await begun.happen(Event(EventType.TIMER_PAUSED, {"sequence": 1}))
    await begun.director.begin_turn()
    assert not begun.director.hear("Hello?", utc_now(), is_murmur=False)
    begun.director.end_turn()

    assert begun.lips.cuts == [CutBy.INTERVIEWER]
    assert len(begun.book.entries) == entries
    assert len(begun.lips.said) == said


async def test_what_was_said_in_a_pause_does_not_count_when_it_is_understood_later(begun: Scene) -> None:
    entries = len(begun.book.entries)
    before = utc_now()
    await begun.happen(Event(EventType.TIMER_PAUSED, {"sequence": 1}))
    within = utc_now()
    await begun.resume()

    assert not begun.director.hear("Hello, is anybody there?", within, is_murmur=False)
    begun.director.hear_so_far("Hello", within, is_murmur=False)
    assert len(begun.book.entries) == entries
    assert begun.book.shown == [None]
    begun.director.hear("It was late.", before, is_murmur=False)
    begun.director.hear("Then it rained.", utc_now(), is_murmur=False)
    await begun.until(lambda: len(spoken_by_candidate(begun)) == 2)


async def test_words_that_were_mostly_said_behind_a_pause_count(begun: Scene) -> None:
    await begun.happen(Event(EventType.TIMER_PAUSED, {"sequence": 1}))
    within = utc_now()
    await begun.resume()
    times = [[0, 100], [60_000, 60_200], [60_300, 60_500]]

    begun.director.hear("So I left.", within, is_murmur=False, word_times=times)
    await begun.until(lambda: len(spoken_by_candidate(begun)) == 1)


async def test_a_phase_that_changes_while_the_candidate_speaks_waits_for_their_turn(
    begun: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = len(begun.lips.said)
    await begun.director.begin_turn()
    await begun.begin_phase(2)
    assert begun.hurried == 1
    begun.director.hear(LONG_ANSWER, utc_now(), is_murmur=False)
    await begun.until(lambda: begun.book.entries[-1].data["speaker"] == "candidate")
    assert len(begun.lips.said) == said

    begun.director.end_turn()
    await begun.until_said(f"{scripted.THANKS_AND_ON} {QUESTION}")
    assert next(one.data for one in begun.book.entries if one.data["speaker"] == "candidate")["phase_sequence"] == 1


async def test_a_turn_without_end_is_talked_over(begun: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.interview_session.voice.director.LONGEST_WAIT_SECONDS", 0.05)
    await begun.director.begin_turn()
    await begun.begin_phase(2)

    await begun.until_said(f"{scripted.THANKS_AND_ON} {QUESTION}")


async def test_an_answer_typed_into_a_question_ends_it_and_its_rest_is_shown(scene: Scene) -> None:
    scene.lips.is_fluent = False
    await scene.begin_phase(1)
    await scene.until_said(scripted.WELCOME)
    scene.lips.hear(1)
    await scene.until_said(QUESTION)
    scene.lips.hear(1)
    scene.lips.is_fluent = True

    await scene.type(LONG_ANSWER)

    await scene.until_said("Who disagreed with you?")
    assert scene.lips.cuts == [CutBy.CANDIDATE]
    shown = [one.data for one in scene.book.entries if one.data["source"] == "typed"]
    assert [(one["purpose"], one["part"], one["text"]) for one in shown] == [
        ("question", 2, "What was it?"),
        ("question", 3, "How did it end?"),
    ]


async def test_a_skip_in_so_many_words_is_done_once(begun: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    begun.wishes.understanding = Understanding(Intent.SKIP, is_certain=True)
    await begun.speak("Next question, please.")
    await begun.until(lambda: begun.book.deeds)
    begun.wishes.understanding = Understanding()

    await begun.begin_phase(2)
    await begun.until_said(f"{scripted.THANKS_AND_ON} {QUESTION}")
    assert len(begun.book.deeds) == 1


async def test_a_deed_of_which_the_log_tells_nothing_is_tried_again(
    begun: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.interview_session.voice.director.DEED_SECONDS", 0.05)
    begun.wishes.understanding = Understanding(Intent.SKIP, is_certain=True)
    await begun.speak("Next question, please.")

    await begun.until(lambda: len(begun.book.deeds) >= 2)


async def test_a_model_words_a_follow_up(begun: Scene) -> None:
    begun.writer.is_active = True
    begun.writer.go_on.set()
    await begun.speak(LONG_ANSWER)

    await begun.until_said("So that was hard.")
    assert begun.book.entries[-1].data["purpose"] == Purpose.FOLLOW_UP
    assert begun.book.entries[-1].data["about"] == 1
    assert begun.book.failures == []


async def test_a_model_that_has_no_words_is_told_of_once(begun: Scene) -> None:
    begun.writer.is_active, begun.writer.words = True, None
    begun.writer.go_on.set()
    for follow_up in ("Who disagreed with you?", "What would you do differently?"):
        await begun.speak(LONG_ANSWER)
        await begun.until_said(follow_up)

    assert begun.book.failures == [(Service.MIND, True)]


async def test_a_candidate_who_goes_on_is_not_answered_in_words_for_what_they_said_before(begun: Scene) -> None:
    begun.writer.is_active = True
    await begun.speak(LONG_ANSWER)
    await begun.until(lambda: begun.writer.requests)
    said = len(begun.lips.said)

    await begun.director.begin_turn()

    await begun.until(lambda: begun.writer.was_cancelled)
    assert len(begun.lips.said) == said


@pytest.mark.parametrize(("text", "is_kept"), [("Yes exactly.", False), ("But that is another story.", True)])
async def test_of_what_is_murmured_a_word_or_two_are_nothing(begun: Scene, text: str, *, is_kept: bool) -> None:
    assert not begun.director.hear(text, utc_now(), is_murmur=True)
    begun.director.hear("That is all.", utc_now(), is_murmur=False)

    def heard() -> list[str]:
        return [one.data["text"] for one in begun.book.entries if one.data["speaker"] == "candidate"]

    await begun.until(lambda: "That is all." in heard())
    assert heard() == ([text] if is_kept else []) + ["That is all."]


async def test_a_line_that_the_voice_could_not_say_is_said_again(scene: Scene) -> None:
    scene.lips.is_fluent = False
    await scene.begin_phase(1)
    await scene.until_said(scripted.WELCOME)
    await scene.lips.cut(CutBy.FAILURE)
    await scene.until(lambda: scene.lips.said == [scripted.WELCOME] * 2)


async def test_a_voice_that_fails_for_good_is_left_alone_until_something_happens(scene: Scene) -> None:
    scene.lips.is_fluent = False
    await scene.begin_phase(1)
    for count in range(1, 5):
        await scene.until(lambda: len(scene.lips.said) == count)  # noqa: B023 - awaited at once
        await scene.lips.cut(CutBy.FAILURE)
    await scene.director.note_failure(Service.EARS, is_replaced=False)
    assert len(scene.lips.said) == 4

    await scene.type("Hello?")
    await scene.until(lambda: len(scene.lips.said) == 5)


async def test_the_end_is_the_goodbye_of_the_log_and_then_a_hang_up(begun: Scene) -> None:
    now = utc_now()
    goodbye = events.transcript(
        Side.INTERVIEWER,
        "Farewell!",
        phase_sequence=1,
        started_at=now,
        ended_at=now,
        source=Source.VOICE,
        purpose="goodbye",
    )
    await begun.happen(goodbye)
    await begun.happen(events.interview_completed(1, 2, 60_000, reason="ended", now=now))

    await begun.until_said("Farewell!")
    await begun.until(lambda: begun.hung_up)
    assert begun.hung_up == [True]


async def test_a_goodbye_that_nobody_can_hear_does_not_hold_the_call(
    begun: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.interview_session.voice.director.GOODBYE_SECONDS", 0.05)
    begun.lips.is_fluent = False
    await begun.happen(events.interview_completed(1, 2, 60_000, reason="completed", now=utc_now()))

    await begun.until(lambda: begun.hung_up)
    assert begun.hung_up[0] is False


async def test_what_was_heard_when_the_call_ends_is_logged(begun: Scene) -> None:
    await begun.director.begin_turn()
    begun.director.hear("I was about to say that.", utc_now(), is_murmur=False)
    begun.director.stop()

    assert begun.book.entries[-1].data["text"] == "I was about to say that."


async def test_a_spoken_answer_is_logged_with_its_word_times_and_nothing_else_has_any(begun: Scene) -> None:
    times = [[0, 200], [250, 400]]
    for word_times in (times, None):
        await begun.director.begin_turn()
        begun.director.hear("Two words.", utc_now(), is_murmur=False, word_times=word_times)
        begun.director.end_turn()
    await begun.until(lambda: len(spoken_by_candidate(begun)) == 2)

    first, second = spoken_by_candidate(begun)
    assert (first["word_times"], first["fillers"]) == (times, None)
    assert (second["word_times"], second["fillers"]) == (None, None)
    others = [one.data for one in begun.book.entries if one.data["speaker"] == "interviewer"]
    assert others
    assert not any(data.keys() & {"word_times", "fillers"} for data in others)


async def test_what_is_being_said_is_shown_until_its_words_are_final(begun: Scene) -> None:
    began = utc_now()
    await begun.director.begin_turn()
    begun.director.hear_so_far("I", began, is_murmur=False)
    begun.director.hear_so_far("I moved", began, is_murmur=False)
    begun.director.hear(LONG_ANSWER, began, is_murmur=False)
    begun.director.end_turn()

    assert begun.book.shown == [InterimText("I", 1, began), InterimText("I moved", 1, began), None]


async def test_a_turn_that_ends_without_words_takes_back_what_was_shown(begun: Scene) -> None:
    began = utc_now()
    await begun.director.begin_turn()
    begun.director.hear_so_far("I", began, is_murmur=False)
    begun.director.end_turn()
    begun.director.end_turn()

    assert begun.book.shown == [InterimText("I", 1, began), InterimText("", 1, began)]


async def test_of_a_murmur_nothing_is_shown_unless_it_is_more_than_that(begun: Scene) -> None:
    began = utc_now()
    begun.director.hear_so_far("mhm", began, is_murmur=True)
    assert begun.book.shown == []
    begun.director.hear_so_far("mhm that is right", began, is_murmur=True)
    begun.director.hear("mhm right", began, is_murmur=True)

    assert begun.book.shown == [InterimText("mhm that is right", 1, began), InterimText("", 1, began)]


async def test_a_turn_that_outlasts_its_phase_is_shown_in_it(begun: Scene) -> None:
    await begun.director.begin_turn()
    await begun.begin_phase(2)
    began = utc_now()
    begun.director.hear_so_far("I", began, is_murmur=False)

    assert begun.book.shown == [InterimText("I", 1, began)]


@pytest.mark.parametrize("kind", [EventType.TIMER_PAUSED, EventType.INTERVIEW_COMPLETED])
async def test_in_a_pause_and_at_the_end_nothing_is_shown(begun: Scene, kind: EventType) -> None:
    began = utc_now()
    await begun.director.begin_turn()
    begun.director.hear_so_far("I", began, is_murmur=False)
    await begun.happen(Event(kind, {"sequence": 1}))
    begun.director.hear_so_far("I moved", began, is_murmur=False)
    begun.director.end_turn()

    assert begun.book.shown == [InterimText("I", 1, began), None]


async def test_what_is_not_final_changes_nothing_in_who_has_the_word(begun: Scene) -> None:
    said = len(begun.lips.said)
    begun.director.hear_so_far("I", utc_now(), is_murmur=False)
    await begun.speak(LONG_ANSWER)
    begun.director.hear_so_far("I", utc_now(), is_murmur=False)
    await begun.until(lambda: len(begun.lips.said) > said)

    assert begun.lips.said[said:] == ["Who disagreed with you?"]
    assert begun.wishes.asked == [LONG_ANSWER]


def spoken_by_candidate(scene: Scene) -> list[dict[str, Any]]:
    """Return the candidate's entries, in order."""
    return [one.data for one in scene.book.entries if one.data["speaker"] == "candidate"]
