"""Train the heads of intents from the phrases in the data files.

Run it as ``python -m app.interview_session.conversation.train_intents``. The same phrases, model and processor give
the same head. With ``--check`` it writes nothing and prints how the head does on phrases it was not trained with.
"""

import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.interview_session.conversation.intent_head import Floats, IntentHead, features
from app.interview_session.conversation.meaning import Meaning
from app.interview_session.conversation.phrasebook import DATA_FOLDER, LANGUAGES, phrasebook
from app.interview_session.conversation.plain_words import plain, spoken_words
from app.interview_session.conversation.utterance import Intent

PENALTY = 0.0001
"""Of the squared weights, beside the mean loss of a phrase."""
ANSWER_WEIGHT = 3.0
"""How much heavier all answers together weigh than all phrases of another intent."""
STEPS = 400
STEP_SIZE = 4.0
MOMENTUM = 0.9
FOLDS = 8


def main(arguments: Sequence[str]) -> None:
    """Train and write every language's head, or check them."""
    for language in sorted(LANGUAGES):
        rows, intents, names = training_set(language)
        if "--check" in arguments:
            sys.stdout.write(f"{language}: {_checked(rows, intents, names):.3f} right of phrases not trained with\n")
            continue
        head = trained(rows, intents, names)
        np.savez_compressed(
            DATA_FOLDER / f"intent_head_{language}.npz",
            weights=head.weights.astype(np.float16),
            biases=head.biases,
            intents=np.array([str(name) for name in head.intents]),
        )


def training_set(language: str) -> tuple[Floats, npt.NDArray[np.int64], tuple[Intent, ...]]:
    """Return the features of every phrase, the place of its intent, and the intents in their order."""
    book = phrasebook(language)
    names = tuple(book.phrases)
    texts = [(place, phrase) for place, name in enumerate(names) for phrase in book.phrases[name]]
    words = [spoken_words(phrase, book) for _, phrase in texts]
    vectors = Meaning().embed_now([" ".join(one) for one in words])
    rows = [features(vector, one, plain(one, book), book) for vector, one in zip(vectors, words, strict=True)]
    return np.stack(rows), np.array([place for place, _ in texts]), names


def trained(rows: Floats, intents: npt.NDArray[np.int64], names: tuple[Intent, ...]) -> IntentHead:
    """Return the head of least loss: multinomial logistic regression, answers weighing more."""
    wanted = np.eye(len(names), dtype=np.float32)[intents]
    shares = np.array([ANSWER_WEIGHT if name is Intent.ANSWER else 1.0 for name in names], np.float32)
    importance = (shares / np.maximum(1, wanted.sum(axis=0)))[intents]
    importance /= importance.sum()
    weights = np.zeros((rows.shape[1], len(names)), np.float32)
    biases = np.zeros(len(names), np.float32)
    speed, bias_speed = np.zeros_like(weights), np.zeros_like(biases)
    for _ in range(STEPS):
        scores = rows @ weights + biases
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        wrong = (raised / raised.sum(axis=1, keepdims=True) - wanted) * importance[:, None]
        speed = MOMENTUM * speed - STEP_SIZE * (rows.T @ wrong + PENALTY * weights)
        bias_speed = MOMENTUM * bias_speed - STEP_SIZE * wrong.sum(axis=0)
        weights += speed
        biases += bias_speed
    return IntentHead(weights.astype(np.float32), biases.astype(np.float32), names)


def _checked(rows: Floats, intents: npt.NDArray[np.int64], names: tuple[Intent, ...]) -> float:
    fold = np.arange(len(rows)) % FOLDS
    right = 0
    for left_out in range(FOLDS):
        head = trained(rows[fold != left_out], intents[fold != left_out], names)
        scores = rows[fold == left_out] @ head.weights + head.biases
        right += int((scores.argmax(axis=1) == intents[fold == left_out]).sum())
    return right / len(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
