"""Speech to text with Moonshine tiny-en on onnxruntime, by a beam that leans to the words of a glossary.

The model: Jeffries et al., "Moonshine: Speech Recognition for Live Transcription and Voice Commands" (2024). Its
encoder takes sound of any length, its decoder gives one token after another.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from app.interview_session.voice.services.glossary import (
    BEGINNING_BONUS,
    FOLLOWING_BONUS,
    LEAST_BEGINNING,
    Glossary,
    Node,
)
from app.interview_session.voice.services.moonshine_tokens import BEGIN, END, Tokens
from app.interview_session.voice.services.repetitions import without_loops
from app.interview_session.voice.services.spelled import joined_letters

# It would send usage data to its maker; it reads this when it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

SAMPLE_RATE = 16000
BEAM_WIDTH = 4
HOPELESS = 5.0
"""A hypothesis whose score is so much lower than the best one's is given up: each costs a third of a step more."""

MAX_TOKENS_PER_SECOND = 6.5
"""Nobody speaks faster; what the model gives beyond that goes round in circles."""

MIN_TOKENS = 8
MIN_SAMPLES = SAMPLE_RATE // 10
_HEADS, _HEAD_SIZE = 8, 36
_PAST = "past_key_values"

Samples = npt.NDArray[np.float32]
"""Mono sound at 16 kHz, from -1 to 1."""

_Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Heard:
    """A text, and the mean logarithm of its tokens' probabilities as the model itself sees them."""

    text: str
    confidence: float


class _Hypothesis(NamedTuple):
    """A text so far.

    ``score`` counts what the glossary adds, ``own_score`` does not. ``node`` is the place within a term, for which
    ``advance`` has been given so far; it is taken back if the term does not go on, or goes on as another word.
    """

    score: float
    own_score: float
    tokens: tuple[int, ...]
    node: Node | None
    advance: float


class Moonshine:
    """The model, on one thread; it may be used by one thread at a time.

    Args:
        folder: where its three files are.

    """

    def __init__(self, folder: Path) -> None:
        self.tokens = Tokens(folder / "tokenizer.bin")
        self._encoder = _session(folder / "encoder_model.ort")
        self._decoder = _session(folder / "decoder_model_merged.ort")
        self._past_names = [one.name for one in self._decoder.get_inputs() if one.name.startswith(_PAST)]
        self._outputs = [one.name for one in self._decoder.get_outputs()]
        self._empty_glossary = Glossary(self.tokens, [])

    def hear(
        self, samples: npt.NDArray[Any], glossary: Glossary | None = None, *, beam_width: int = BEAM_WIDTH
    ) -> Heard:
        """Return the words of at most some thirty seconds of sound; less than a tenth of a second has none.

        A search by a narrower beam takes less time and makes more errors.
        """
        sound = _cleaned(samples)
        if len(sound) < MIN_SAMPLES:
            return Heard("", 0.0)
        limit = max(MIN_TOKENS, int(len(sound) / SAMPLE_RATE * MAX_TOKENS_PER_SECOND))
        best = self._search(sound[None], glossary or self._empty_glossary, limit, beam_width)
        text = without_loops(joined_letters(self.tokens.decode(best.tokens[1:])))
        return Heard(text, best.own_score / len(best.tokens))

    def _search(self, sound: Samples, glossary: Glossary, limit: int, beam_width: int) -> _Hypothesis:
        """Return the likeliest hypothesis of a beam search that ends when none under way can become better."""
        decoding = _Decoding(self._encoder, self._decoder, self._past_names, self._outputs, sound)
        alive = [_Hypothesis(0.0, 0.0, (BEGIN,), None, 0.0)]
        ended: list[_Hypothesis] = []
        for _ in range(limit):
            likelihoods = decoding.next_tokens([one.tokens[-1] for one in alive])
            options = [
                (option, place)
                for place, one in enumerate(alive)
                for option in _continued(one, likelihoods[place], glossary.root, self.tokens.ends_word)
            ]
            options.sort(key=lambda option: -option[0].score)
            chosen = []
            for option, place in options:
                if option.tokens[-1] == END:
                    ended.append(option)
                else:
                    chosen.append((option, place))
                if len(chosen) == beam_width:
                    break
            least = chosen[0][0].score - HOPELESS
            chosen = [(option, place) for option, place in chosen if option.score >= least]
            alive = [option for option, _ in chosen]
            if ended and max(one.score for one in ended) >= alive[0].score:
                break
            decoding.keep([place for _, place in chosen])
        return max(ended or alive, key=lambda one: one.score)


class _Decoding:
    """The decoder's state for the hypotheses of one piece of sound."""

    def __init__(
        self, encoder: Any, decoder: Any, past_names: Sequence[str], outputs: Sequence[str], sound: Samples
    ) -> None:
        mask = np.ones(sound.shape, np.int64)
        (hidden,) = encoder.run(None, {"input_values": sound, "attention_mask": mask})
        self._decoder = decoder
        self._outputs = outputs
        # The decoder, too, wants a mask as long as the sound, not as what the encoder makes of it.
        self._sound: _Arrays = {"encoder_hidden_states": hidden, "encoder_attention_mask": mask}
        empty = np.zeros((1, _HEADS, 0, _HEAD_SIZE), np.float32)
        self._past: _Arrays = dict.fromkeys(past_names, empty)
        self._found: Mapping[str, npt.NDArray[Any]] = {}
        self._is_first = True

    def next_tokens(self, last: Sequence[int]) -> npt.NDArray[np.float32]:
        """Return the logarithms of the next tokens' probabilities, shape ``(hypotheses, tokens)``."""
        inputs = {name: np.repeat(value, len(last), 0) for name, value in self._sound.items()}
        inputs |= self._past
        inputs["input_ids"] = np.array(last, np.int64)[:, None]
        inputs["use_cache_branch"] = np.array([not self._is_first])
        found = dict(zip(self._outputs, self._decoder.run(None, inputs), strict=True))
        scores: npt.NDArray[np.float32] = found.pop("logits")[:, -1]
        self._found = found
        scores -= scores.max(axis=1, keepdims=True)
        scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return scores

    def keep(self, places: Sequence[int]) -> None:
        """Go on with the hypotheses at these places of the last ones."""
        for name, value in self._found.items():
            past = name.replace("present", _PAST)
            if ".decoder." in name:
                self._past[past] = value[places]
            elif self._is_first or len(self._past[past]) != len(places):
                # What the decoder knows of the sound is the same for all, and given by its first step only.
                known = value if self._is_first else self._past[past]
                self._past[past] = np.repeat(known[:1], len(places), 0)
        self._is_first = False


def _session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _cleaned(samples: npt.NDArray[Any]) -> Samples:
    """Return sound that cannot upset the model: finite, without an offset, within its range."""
    sound = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
    if len(sound):
        sound = sound - sound.mean()
    clipped: Samples = np.clip(sound, -1, 1)
    return clipped


def _continued(
    one: _Hypothesis, likelihoods: npt.NDArray[np.float32], root: Node, ends_word: Sequence[bool]
) -> list[_Hypothesis]:
    """Return a hypothesis with each of the next tokens that may matter."""
    count = BEAM_WIDTH + 2
    tokens = set(np.argpartition(likelihoods, -count)[-count:].tolist())
    if root.following:
        beginnings = np.fromiter(root.following, np.int64)
        tokens.update(beginnings[likelihoods[beginnings] > LEAST_BEGINNING].tolist())
    if one.node:
        tokens.update(one.node.following)
    return [_with_token(one, token, float(likelihoods[token]), root, ends_word[token]) for token in tokens]


def _with_token(one: _Hypothesis, token: int, likelihood: float, root: Node, ends_word: bool) -> _Hypothesis:
    owed = 0.0 if one.node is None or (one.node.is_end and ends_word) else one.advance
    if one.node and (node := one.node.following.get(token)):
        bonus, advance = FOLLOWING_BONUS, owed + FOLLOWING_BONUS
    elif node := root.following.get(token):
        bonus, advance = BEGINNING_BONUS - owed, BEGINNING_BONUS
    else:
        bonus, advance = -owed, 0.0
    return _Hypothesis(
        one.score + bonus + likelihood, one.own_score + likelihood, (*one.tokens, token), node, advance
    )
