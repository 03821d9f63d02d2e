"""Ears in child processes that all calls of this process share, whatever model these run.

An utterance goes to a child while it is spoken. Here are kept the words of the pieces that came back, and the sound
of which none have: so a child that dies or hangs costs time and no words.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import orjson
import structlog

from app.core.metrics import VOICE_SLOW
from app.interview_session.voice.services.child_process import SILENCE_SECONDS, ChildError, ChildProcess
from app.interview_session.voice.services.ear_messages import AUDIO, BEGIN, DECODING, END, FAILED, LAST, LEAVE, PIECE
from app.interview_session.voice.services.ear_utterance import BYTES_PER_MS, Utterance, Words
from app.interview_session.voice.services.stall import Stall

log = structlog.get_logger(__name__)

MAX_UNDECODED_BYTES = 60_000 * BYTES_PER_MS
"""Of one speaker; if the child is so far behind, the oldest sound is given up rather than memory."""

OWED_BYTES = 30_000 * BYTES_PER_MS
"""Of an utterance that goes on; a child that works takes a piece from it long before there is so much."""

MAX_BACKLOG_BYTES = 4_000_000
MAX_DEATHS = 2
"""Sound on which a child has died so often is not given to another."""

Listener = Callable[[Words], None]


class Ears:
    """The decoder processes of this process. Speakers share them; one that died is replaced.

    Args:
        name: what they are to the log.
        module: the module that a child runs, which speaks the protocol of ``ear_messages``.
        arguments: its command line.
        processes: how many there are to be. If not all of them can be started, those that can be carry on.
        answer_seconds: an utterance of which the words are not there so long after its end is given up.
        silence_seconds: a child that owes words and says nothing for so long is replaced.

    """

    def __init__(
        self,
        name: str,
        module: str,
        arguments: list[str],
        *,
        processes: int,
        answer_seconds: float,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self.answer_seconds = answer_seconds
        self._wanted = [_Child(name, module, arguments, silence_seconds) for _ in range(processes)]
        self.children = self._wanted
        """Those that could be started."""

    async def start(self) -> None:
        """Start the processes and wait until each can decode; after a stop again.

        Raises:
            ChildError: none of them can be started.

        """
        for child in self._wanted:
            child.begin()
        results = await asyncio.gather(*(child.process.start() for child in self._wanted), return_exceptions=True)
        errors = [result for result in results if result is not None]
        for error in errors:
            if not isinstance(error, ChildError):
                raise error
        if len(errors) == len(results):
            raise errors[0]
        if errors:
            log.warning("ears_incomplete", processes=len(results) - len(errors), wanted=len(results))
        pairs = zip(self._wanted, results, strict=True)
        self.children = [child for child, result in pairs if result is None]

    async def stop(self) -> None:
        """End the processes."""
        await asyncio.gather(*(child.process.stop() for child in self._wanted))

    def lend(self, listener: Listener, terms: Sequence[str] = ()) -> "Ear":
        """Return an ear for one speaker, on the process that has the fewest.

        Args:
            listener: gets what each utterance has come to whenever there are new words, and at its end; utterances
                end in the order in which they began.
            terms: what the ear leans to, besides the field's terms.

        """
        return Ear(self, listener, terms)


class Ear:
    """One speaker's place at the decoder processes."""

    def __init__(self, ears: Ears, listener: Listener, terms: Sequence[str]) -> None:
        self._ears = ears
        self._listener = listener
        self._terms = "\n".join(terms).encode()
        self._utterances: deque[Utterance] = deque()
        self._stall = Stall(self._note_slow)
        self._child = min(ears.children, key=lambda child: len(child.ears))
        self._child.ears.append(self)

    @property
    def pid(self) -> int | None:
        """Return the number of the process that it is at; None while there is none."""
        return self._child.process.pid

    @property
    def is_owed_words(self) -> bool:
        """Tell whether an utterance is over of which not all words are there."""
        return any(utterance.is_over for utterance in self._utterances)

    @property
    def undecoded_bytes(self) -> int:
        """Return how much sound is kept here, of which there are no words yet."""
        return sum(len(utterance.undecoded) for utterance in self._utterances)

    def begin(self, began: datetime | None = None) -> None:
        """Begin an utterance; one that is still under way ends. ``began`` comes back with its words."""
        self.end()
        self._utterances.append(Utterance(began))
        self._give(self._utterances[-1])

    def listen(self, audio: bytes) -> None:
        """Hear a piece of the utterance."""
        if not self._utterances or self._utterances[-1].is_over:
            return
        utterance = self._utterances[-1]
        if self._child.process.backlog_bytes > MAX_BACKLOG_BYTES:
            # To begin anew would add to what waits.
            self._note_loss(utterance, "too slow", len(audio))
            self._child.forget(utterance)
            utterance.give_up(len(audio))
            return
        while self.undecoded_bytes > MAX_UNDECODED_BYTES:
            self._give_up(next(one for one in self._utterances if one.undecoded), reason="too slow")
        if utterance.number not in self._child.given:
            self._give(utterance)
        utterance.undecoded += audio
        self._child.process.send(utterance.number, AUDIO, audio)

    def end(self) -> None:
        """End the utterance; the rest of its words comes soon."""
        if self._utterances and not self._utterances[-1].is_over:
            utterance = self._utterances[-1]
            if not self.is_owed_words:
                self._stall.begin()
            utterance.is_over = True
            loop = asyncio.get_running_loop()
            utterance.deadline = loop.call_later(self._ears.answer_seconds, self._miss, utterance)
            if utterance.number in self._child.given:
                self._child.process.send(utterance.number, END)
            else:
                self._give(utterance)

    def move_if_stranded(self) -> None:
        """Go to another process, with all that is not decoded, if this one is gone; where there is one."""
        if self._child.process.is_ready or not self._utterances:
            return
        others = [child for child in self._ears.children if child.process.is_ready]
        if others:
            gone = self._child
            gone.ears.remove(self)
            for utterance in self._utterances:
                gone.forget(utterance)
            self._child = min(others, key=lambda child: len(child.ears))
            self._child.ears.append(self)
            self.give_again(gone.decoding)

    def give_back(self) -> None:
        """Free the place; nothing more is heard."""
        if self in self._child.ears:
            self._child.ears.remove(self)
        for utterance in self._utterances:
            self._child.forget(utterance)
            _disarm(utterance)
        self._stall.end()
        self._utterances.clear()

    def give_again(self, fatal_number: int | None) -> None:
        """Give a new process what the old one had; not what has killed one twice, if that is the one it died on."""
        for utterance in [*self._utterances]:
            if utterance.is_finished:
                continue
            if utterance.number == fatal_number:
                utterance.deaths += 1
            if utterance.deaths >= MAX_DEATHS:
                self._give_up(utterance, reason="deadly")
            else:
                self._give(utterance)

    def take(self, utterance: Utterance, operation: int, content: bytes) -> None:
        """Take in the words of a piece."""
        if operation == FAILED:
            self._give_up(utterance, reason=content.decode())
            return
        found: dict[str, Any] = orjson.loads(content)
        utterance.add(found)
        if operation == LAST:
            self._finish(utterance)
        elif found["text"] and utterance is self._utterances[0]:
            self._listener(utterance.words())

    def _give(self, utterance: Utterance) -> None:
        """Give the process an utterance, or what is left of it."""
        self._child.given[utterance.number] = (utterance, self)
        send = self._child.process.send
        send(utterance.number, BEGIN, self._terms)
        if utterance.undecoded:
            send(utterance.number, AUDIO, bytes(utterance.undecoded))
        if utterance.is_over:
            send(utterance.number, END)

    def _miss(self, utterance: Utterance) -> None:
        """Give up an utterance of which the words do not come."""
        self._child.is_late = True
        self._give_up(utterance, reason="late")

    def _give_up(self, utterance: Utterance, *, reason: str) -> None:
        """Drop the sound that is not decoded, as a whole; what follows it is heard."""
        self._note_loss(utterance, reason)
        self._child.forget(utterance)
        utterance.give_up()
        if utterance.is_over:
            self._finish(utterance)
        else:
            self._give(utterance)

    def _note_loss(self, utterance: Utterance, reason: str, more_bytes: int = 0) -> None:
        seconds = (len(utterance.undecoded) + more_bytes) / BYTES_PER_MS / 1000
        if not utterance.is_incomplete:
            log.warning("speech_given_up", seconds=round(seconds, 1), reason=reason)

    def _finish(self, utterance: Utterance) -> None:
        utterance.is_finished = True
        utterance.undecoded.clear()
        _disarm(utterance)
        self._child.forget(utterance)
        while self._utterances and self._utterances[0].is_finished:
            self._listener(self._utterances.popleft().words())
        if not self.is_owed_words:
            self._stall.end()

    def _note_slow(self) -> None:
        VOICE_SLOW.labels("ears").inc()
        log.warning("ears_slow", waiting=self._child.waiting)


class _Child:
    """A decoder process, the ears that are there, and by their numbers the utterances that it has been given."""

    def __init__(self, name: str, module: str, arguments: list[str], silence_seconds: float) -> None:
        self.ears: list[Ear] = []
        self.given: dict[int, tuple[Utterance, Ear]] = {}
        self.decoding: int | None = None
        self.is_late = False
        """Whether it has said nothing since something was given up that it was to work out."""

        self.process = ChildProcess(
            name,
            module,
            arguments,
            on_message=self._take,
            on_restart=self._give_again,
            is_owed=self._is_owed,
            silence_seconds=silence_seconds,
        )

    def begin(self) -> None:
        """Owe nothing of what a process that was ended owed."""
        self.given.clear()
        self.decoding = None
        self.is_late = False

    @property
    def waiting(self) -> int:
        """Return how many utterances are over of which not all words are there."""
        return sum(utterance.is_over for utterance, _ in self.given.values())

    def forget(self, utterance: Utterance) -> None:
        """Have an utterance given up, if it is not over."""
        if self.given.pop(utterance.number, None):
            self.process.send(utterance.number, LEAVE)

    def _is_owed(self) -> bool:
        return self.is_late or any(
            utterance.is_over or len(utterance.undecoded) >= OWED_BYTES for utterance, _ in self.given.values()
        )

    def _take(self, number: int, operation: int, content: bytes) -> None:
        self.is_late = False
        if operation == DECODING:
            self.decoding = number
        elif operation in {PIECE, LAST, FAILED}:
            self.decoding = None
            if known := self.given.get(number):
                utterance, ear = known
                ear.take(utterance, operation, content)

    def _give_again(self) -> None:
        self.is_late = False
        fatal, self.decoding = self.decoding, None
        self.given.clear()
        for ear in [*self.ears]:
            ear.give_again(fatal)


def _disarm(utterance: Utterance) -> None:
    if utterance.deadline:
        utterance.deadline.cancel()
        utterance.deadline = None
