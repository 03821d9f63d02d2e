"""The linear head that tells an intent from a sentence's vector and its form; its weights are trained from phrases.

``python -m app.interview_session.conversation.train_intents`` trains it; ``docs/manners.md`` tells when.
numpy is imported where it is used, so that no start waits for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Self, TypeAlias

from app.interview_session.conversation.phrasebook import DATA_FOLDER, Phrasebook
from app.interview_session.conversation.utterance import Intent

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FORM_WEIGHT = 0.3
"""How much a feature of form counts beside a vector of unit length."""

Floats: TypeAlias = "npt.NDArray[np.float32]"


@dataclass(frozen=True, slots=True)
class IntentHead:
    """Weights of shape ``(features, intents)``, biases of shape ``(intents,)``, and the intents in their order."""

    weights: Floats
    biases: Floats
    intents: tuple[Intent, ...]

    @classmethod
    def of_language(cls, language: str) -> Self:
        """Read a language's head."""
        import numpy as np  # noqa: PLC0415

        with np.load(DATA_FOLDER / f"intent_head_{language}.npz") as data:
            intents = tuple(Intent(str(name)) for name in data["intents"])
            return cls(data["weights"].astype(np.float32), data["biases"].astype(np.float32), intents)

    def probabilities(self, features: Floats) -> dict[Intent, float]:
        """Return how probable each intent is; together they make 1."""
        import numpy as np  # noqa: PLC0415

        scores = features @ self.weights + self.biases
        raised = np.exp(scores - scores.max())
        return dict(zip(self.intents, (raised / raised.sum()).tolist(), strict=True))


@cache
def head_of(language: str) -> IntentHead:
    """Return a language's head, read once per process."""
    return IntentHead.of_language(language)


def features(vector: Floats, words: Sequence[str], plain_text: str, book: Phrasebook) -> Floats:
    """Return what the head sees: the vector, and the form of the text.

    ``words`` are the spoken words that the vector is of, ``plain_text`` the same as the patterns see them.
    """
    import numpy as np  # noqa: PLC0415

    form = [
        any(pattern.search(plain_text) for pattern in book.question_form),
        any(pattern.search(plain_text) for pattern in book.wondering),
        *(bool(pattern.search(plain_text)) for pattern in (*book.narrative, *book.subject)),
        words[:1] == ["i"],
        "you" in words or "your" in words,
        words[:1] == ["please"] or words[-1:] == ["please"],
        min(len(words), 15) / 5,
    ]
    return np.concatenate([vector, FORM_WEIGHT * np.array(form, np.float32)]).astype(np.float32)
