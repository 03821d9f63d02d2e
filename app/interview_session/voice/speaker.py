"""Says one line at a time, and tells which of its sentences have been heard, and who cut it off."""

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipecat.frames.frames import Frame, InterruptionFrame, TTSSpeakFrame

from app.core.clock import utc_now
from app.interview_session.conversation.utterance import CutBy, Line
from app.interview_session.voice.speech_marks import SpeechMark

SIGN_SECONDS = 8.0
"""A voice of which nothing is heard for so long says nothing any more."""

BROKEN_OFF_SECONDS = 1.0
"""The end of a sentence is known at its last sound. If it comes so much later, the sentence was broken off."""

RECENT_SENTENCES = 4
"""So many sentences are kept, to be known again when they come back."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence of a line as it was heard: ``part`` of its parts. One with ``cut_by`` was not heard to its end.

    ``text`` is as it is written, with the line's lead before its first sentence; of one that was cut off as much as
    the voice told, and all of it where the voice tells nothing.
    """

    line: Line
    part: int
    text: str
    began: datetime
    ended: datetime
    cut_by: CutBy | None = None


@dataclass(slots=True)
class _Utterance:
    """A line that is being said, and how far it has got: ``part`` has not been heard to its end."""

    number: int
    line: Line
    written: dict[int, str]
    spoken: dict[int, str]
    part: int
    can_be_cut: bool
    on_air_since: datetime | None = None
    is_failing: bool = False
    sound_began: datetime | None = None
    sound_ended: datetime | None = None
    segments: dict[int, int] = field(default_factory=dict)
    words_told: dict[int, int] = field(default_factory=dict)


class Speaker:
    """The interviewer's voice, seen from what it says.

    Args:
        send: hands a frame to the voice.
        on_heard: gets each sentence as soon as it has been heard, or was cut off after its sound had begun.
        on_end: gets each line when nothing more of it is coming, and who cut it off if it was not said to its end.
        on_silence: called when nothing has come from the voice for ``SIGN_SECONDS``.
        speakable: turns a sentence as it is written into what a voice can say.

    """

    def __init__(
        self,
        send: Callable[[Frame], Awaitable[None]],
        *,
        on_heard: Callable[[Spoken], None],
        on_end: Callable[[Line, CutBy | None], None],
        on_silence: Callable[[], None],
        speakable: Callable[[str], str],
    ) -> None:
        self._send = send
        self._on_heard = on_heard
        self._on_end = on_end
        self._on_silence = on_silence
        self._speakable = speakable
        self._numbers = itertools.count(1)
        self._utterance: _Utterance | None = None
        self._recent: deque[Spoken] = deque(maxlen=RECENT_SENTENCES)
        self._cuts_under_way = 0
        self._last_sign = 0.0
        self._watch: asyncio.TimerHandle | None = None

    @property
    def is_busy(self) -> bool:
        """Tell whether a line is being said, or just being cut off."""
        return self._utterance is not None or self._cuts_under_way > 0

    @property
    def is_audible(self) -> bool:
        """Tell whether a line is being said of which the candidate has heard something."""
        current = self._utterance
        return current is not None and (self.has_been_heard or current.sound_began is not None)

    @property
    def audible_part(self) -> int | None:
        """Return the number of the sentence that is being heard; None in the silence between two."""
        current = self._utterance
        return current.part if current and current.sound_began else None

    @property
    def words_told(self) -> int:
        """Return how many words of that sentence a voice with word timestamps has come to."""
        current = self._utterance
        return current.words_told.get(current.part, 0) if current else 0

    @property
    def line(self) -> Line | None:
        """Return the line that is being said."""
        return self._utterance.line if self._utterance else None

    @property
    def has_been_heard(self) -> bool:
        """Tell whether a whole sentence of the line has been heard."""
        current = self._utterance
        return current is not None and current.part > current.line.first_part

    def words_since(self, moment: datetime) -> str:
        """Return the sentences that were heard after a moment, with the one that is being said."""
        texts = [spoken.text for spoken in self._recent if spoken.ended >= moment]
        if (current := self._utterance) and current.sound_began:
            texts.append(current.written[current.part])
        return " ".join(texts)

    async def say(self, line: Line, *, can_be_cut: bool = True) -> None:
        """Have a line said, from its first part on. Returns at once.

        Args:
            line: what to say.
            can_be_cut: whether anything but ``stop`` and a failure ends it before its end.

        """
        written = {n: text for n, text in enumerate(line.parts, 1) if n >= line.first_part}
        if line.lead:
            written[line.first_part] = " ".join(filter(None, [line.lead, written.get(line.first_part)]))
        if not written:
            self._on_end(line, None)
            return
        spoken = {number: self._speakable(text) for number, text in written.items()}
        utterance = _Utterance(next(self._numbers), line, written, spoken, line.first_part, can_be_cut)
        self._utterance = utterance
        self._start_watch()
        await self._queue(utterance, SpeechMark(utterance.number, line.first_part - 1))
        for number, text in spoken.items():
            if text.strip():
                await self._queue(utterance, TTSSpeakFrame(text))
            await self._queue(utterance, SpeechMark(utterance.number, number))

    async def cut(self, by: CutBy) -> None:
        """Fall silent; what was begun and not heard to its end counts as cut off."""
        utterance = self._utterance
        if utterance is None or not (utterance.can_be_cut or by is CutBy.FAILURE):
            return
        self._forget()
        # Until the cut is on its way nothing else may be said: it would be cut off as well.
        self._cuts_under_way += 1
        try:
            if utterance.sound_began:
                self._tell(utterance, by)
            await self._send(InterruptionFrame())
        finally:
            self._cuts_under_way -= 1
        self._on_end(utterance.line, by)

    def stop(self) -> None:
        """Say no more: the line is lost. Nothing is sent to the voice, which ends by other means."""
        if utterance := self._utterance:
            self._forget()
            if utterance.sound_began:
                self._tell(utterance, CutBy.FAILURE)

    async def fail(self) -> None:
        """Take in that the voice has trouble. What is heard goes on: it may be a later sentence."""
        if utterance := self._utterance:
            if utterance.sound_began:
                utterance.is_failing = True
            else:
                await self.cut(CutBy.FAILURE)

    async def pass_mark(self, utterance: int, part: int) -> None:
        """Take in that everything up to the end of a part lies behind; of an older utterance nothing matters."""
        current = self._utterance
        if current is None or current.number != utterance:
            return
        self._last_sign = asyncio.get_running_loop().time()
        if part < current.part:
            current.on_air_since = utc_now()
            return
        if self._is_broken_off(current):
            await self.cut(CutBy.FAILURE)
            return
        self._tell(current, None)
        if part == max(current.written):
            self._forget()
            self._on_end(current.line, None)
            return
        current.part = part + 1
        current.on_air_since, current.sound_began = utc_now(), None

    def hear_sound(self, seconds: float) -> None:
        """Take in that there is sound. It has just been sent, so it began that much earlier."""
        current = self._utterance
        if current and current.on_air_since:
            self._last_sign = asyncio.get_running_loop().time()
            current.sound_ended = utc_now()
            began = max(current.on_air_since, current.sound_ended - timedelta(seconds=seconds))
            current.sound_began = current.sound_began or began

    def announce(self, segment: int, text: str) -> None:
        """Take in which segment of the voice's is which part."""
        if current := self._utterance:
            known = current.segments.values()
            part = next((n for n, spoken in current.spoken.items() if spoken == text and n not in known), None)
            if part:
                current.segments[segment] = part

    def hear_words(self, segment: int, words: str) -> None:
        """Take in how many words of a part the voice has come to."""
        if (current := self._utterance) and (part := current.segments.get(segment)):
            current.words_told[part] = current.words_told.get(part, 0) + len(words.split())

    async def _queue(self, utterance: _Utterance, frame: Frame) -> None:
        # It may have been cut off while an earlier frame was on its way.
        if self._utterance is utterance:
            frame.interruptible = utterance.can_be_cut
            await self._send(frame)

    def _is_broken_off(self, utterance: _Utterance) -> bool:
        if not utterance.sound_began:
            return bool(utterance.spoken[utterance.part].strip())
        assert utterance.sound_ended
        return utterance.is_failing and utc_now() - utterance.sound_ended > timedelta(seconds=BROKEN_OFF_SECONDS)

    def _tell(self, utterance: _Utterance, cut_by: CutBy | None) -> None:
        now = utc_now()
        part, began = utterance.part, utterance.sound_began or now
        text = utterance.written[part]
        if cut_by and (told := utterance.words_told.get(part)):
            text = _beginning(text, told / len(utterance.spoken[part].split()))
        spoken = Spoken(utterance.line, part, text, began, now, cut_by)
        self._recent.append(spoken)
        self._on_heard(spoken)

    def _forget(self) -> None:
        self._utterance = None
        if self._watch:
            self._watch.cancel()
            self._watch = None

    def _start_watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._last_sign = loop.time()
        self._watch = loop.call_later(SIGN_SECONDS, self._look_for_sign)

    def _look_for_sign(self) -> None:
        loop = asyncio.get_running_loop()
        rest = self._last_sign + SIGN_SECONDS - loop.time()
        if rest > 0:
            self._watch = loop.call_later(rest, self._look_for_sign)
        else:
            self._start_watch()
            self._on_silence()


def _beginning(text: str, share: float) -> str:
    """Return the first words of a text, at least one: what is spoken may have other words than what is written."""
    words = text.split()
    return " ".join(words[: max(1, round(len(words) * share))])
