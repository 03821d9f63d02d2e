"""The keyless ears' child process: sound of several speakers in, their words out. Run as a module.

Its messages are those of ``ear_messages``. One thread reads, so that the pipe never fills; one decodes.
"""

import sys
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import orjson

from app.interview_session.voice.services.clear_speech import is_clear_speech
from app.interview_session.voice.services.ear_messages import AUDIO, BEGIN, DECODING, END, LAST, LEAVE, PIECE
from app.interview_session.voice.services.glossary import Glossary, field_terms
from app.interview_session.voice.services.moonshine import BEAM_WIDTH, SAMPLE_RATE, Moonshine, Samples
from app.interview_session.voice.services.voiced import (
    FRAME,
    FRAME_MS,
    LATEST_CUT_SECONDS,
    Cut,
    cut_of,
    levels_of,
    voiced_stretches,
    word_times,
)
from app.interview_session.voice.services.wire import READY, messages, packed

LATEST_CUT_SAMPLES = int(LATEST_CUT_SECONDS * SAMPLE_RATE)
LOOK_SAMPLES = SAMPLE_RATE // 5
"""So much more must be heard before a place to cut is looked for again."""

MARGIN_MS = 250
"""How much of the silence around the voice the model gets."""

REMEMBERED_GLOSSARIES = 64
CROWD = 5
"""So many who speak at once keep half a core busy with the whole beam. More are searched for with a narrower one."""

CROWDED_BEAM_WIDTH = 2


class Speech:
    """An utterance under way: the sound that is not decoded yet."""

    def __init__(self, number: int, terms: str) -> None:
        self.number = number
        self.terms = terms
        self.is_over = False
        self._sound = bytearray()
        self._looked_at = 0

    @property
    def samples(self) -> int:
        """Return how much sound there is."""
        return len(self._sound) // 2

    def add(self, audio: bytes) -> None:
        """Take in more sound."""
        self._sound += audio

    def sound(self, limit: int | None = None) -> Samples:
        """Return the sound so far, or its first samples, from -1 to 1."""
        count = self.samples if limit is None else min(limit, self.samples)
        return np.frombuffer(bytes(self._sound[: 2 * count]), np.int16).astype(np.float32) / np.float32(32768)

    def next_cut(self) -> Cut | None:
        """Return where a piece can be cut off now."""
        if self.samples - self._looked_at < LOOK_SAMPLES:
            return None
        self._looked_at = self.samples
        return self.cut()

    def cut(self) -> Cut | None:
        """Return where a piece is to be cut off, however often that was looked for."""
        return cut_of(levels_of(self.sound(LATEST_CUT_SAMPLES)))

    def drop(self, samples: int) -> None:
        """Forget what is decoded."""
        del self._sound[: 2 * samples]
        self._looked_at = 0


class Speeches:
    """The utterances under way, filled by one thread and emptied by another."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way: dict[int, Speech] = {}
        self._is_closed = False

    @property
    def beam_width(self) -> int:
        """Return how widely to search with as many as there are."""
        return CROWDED_BEAM_WIDTH if len(self._under_way) > CROWD else BEAM_WIDTH

    def take(self, number: int, operation: int, content: bytes) -> None:
        """Do what a message says."""
        with self._changed:
            if operation == BEGIN:
                self._under_way[number] = Speech(number, content.decode())
            elif operation == LEAVE:
                self._under_way.pop(number, None)
            elif speech := self._under_way.get(number):
                if operation == AUDIO:
                    speech.add(content)
                elif operation == END:
                    speech.is_over = True
            self._changed.notify()

    def close(self) -> None:
        """Have nothing more decoded."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def tasks(self) -> Iterator[tuple[Speech, Samples, Cut | None]]:
        """Yield what to decode next, with the cut at its end, or None where the utterance is over."""
        while True:
            with self._changed:
                task = self._next_task()
                while task is None and not self._is_closed:
                    self._changed.wait()
                    task = self._next_task()
                if task is None or self._is_closed:
                    return
            yield task

    def _next_task(self) -> tuple[Speech, Samples, Cut | None] | None:
        """Choose: those who wait for a reply come first, and among them who is served fastest."""
        if over := [speech for speech in self._under_way.values() if speech.is_over]:
            speech = min(over, key=lambda one: one.samples)
            if speech.samples > LATEST_CUT_SAMPLES and (cut := speech.cut()):
                # Much has waited: the model is at its best with some seconds, and needs the less memory.
                return self._piece(speech, cut)
            del self._under_way[speech.number]
            return speech, speech.sound(), None
        for speech in sorted(self._under_way.values(), key=lambda one: -one.samples):
            if cut := speech.next_cut():
                return self._piece(speech, cut)
        return None

    def _piece(self, speech: Speech, cut: Cut) -> tuple[Speech, Samples, Cut | None]:
        piece = speech.sound(cut.samples)
        speech.drop(cut.samples)
        return speech, piece, cut


class Decoder:
    """Turns the sound of utterances into messages about their words."""

    def __init__(self, folder: Path) -> None:
        self._model = Moonshine(folder)
        self._field_terms = field_terms()
        self._glossary = lru_cache(REMEMBERED_GLOSSARIES)(self._new_glossary)
        # The first run takes longer than those that follow.
        self._model.hear(np.zeros(SAMPLE_RATE, np.float32), self._glossary(""))

    def piece_of(self, sound: Samples, terms: str, cut: Cut | None, beam_width: int = BEAM_WIDTH) -> bytes:
        """Return the message about a piece."""
        stretches = voiced_stretches(levels_of(sound))
        text = ""
        if stretches:
            begin = max(0, stretches[0][0] - MARGIN_MS) // FRAME_MS * FRAME
            end = (stretches[-1][1] + MARGIN_MS) // FRAME_MS * FRAME
            heard = self._model.hear(sound[begin:end], self._glossary(terms), beam_width=beam_width)
            text = heard.text if is_clear_speech(heard, sound, stretches) else ""
        return orjson.dumps(
            {
                "samples": len(sound),
                "text": text,
                "word_times": word_times(text.split(), stretches),
                "voice_ms": stretches[0][0] if stretches else None,
                "is_at_pause": cut is None or cut.is_at_pause,
            }
        )

    def _new_glossary(self, terms: str) -> Glossary:
        return Glossary(self._model.tokens, [*self._field_terms, *terms.splitlines()])


def main() -> None:
    """Decode until stdin ends, as it does when the parent is gone."""
    decoder = Decoder(Path(sys.argv[1]))
    speeches = Speeches()
    threading.Thread(target=_read_into, args=[speeches], daemon=True).start()
    _say(0, READY)
    for speech, sound, cut in speeches.tasks():
        _say(speech.number, DECODING)
        found = decoder.piece_of(sound, speech.terms, cut, speeches.beam_width)
        _say(speech.number, PIECE if cut else LAST, found)


def _read_into(speeches: Speeches) -> None:
    try:
        for number, operation, content in messages(sys.stdin.buffer):
            speeches.take(number, operation, content)
    finally:
        speeches.close()


def _say(number: int, operation: int, content: bytes = b"") -> None:
    sys.stdout.buffer.write(packed(number, operation, content))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
