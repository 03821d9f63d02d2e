"""Whether there is enough in somebody's answers to judge them by."""

import re
from collections.abc import Iterable, Iterator

from app.interview_session.conversation import sense
from app.interview_session.conversation.answer_signs import SHORT_ANSWER_WORDS
from app.interview_session.conversation.phrasebook import LANGUAGES, Phrasebook, phrasebook
from app.interview_session.conversation.plain_words import is_filler
from app.interview_session.report.sentences import sentence_places

STRETCH_CHARACTERS = sense.EXAMINED_CHARACTERS
"""A text is looked at in stretches of this length, because gibberish is told from a text's beginning alone."""

LETTERS_PER_WORD = 2
"""In scripts without spaces a word has about two letters."""

MIN_SENTENCE_WORDS = 4
"""Fewer words are said again by chance, and again and again by whoever says nothing."""

_BARE_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Thai, Lao and Tibetan; Burmese; Khmer; Japanese; Chinese.
_UNSPACED = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


def has_enough_words(texts: Iterable[str], language: str) -> bool:
    """Tell whether texts have ``SHORT_ANSWER_WORDS`` words of sense together; looks no further than it must.

    Neither fillers ("um") count nor the words of a stretch that is gibberish: keys hit at random, filler text, or the
    same few words again and again, also over several texts. A whole sentence that is said again counts once.
    """
    count = 0
    for stretch in _stretches(texts):
        if not sense.is_gibberish(_without_capitals(stretch), language):
            count += _count(stretch, language)
        if count >= SHORT_ANSWER_WORDS:
            return True
    return False


def _stretches(texts: Iterable[str]) -> Iterator[str]:
    """Yield the words of all texts, no sentence of them twice, in stretches of up to ``STRETCH_CHARACTERS``."""
    stretch: list[str] = []
    length = 0
    for word in (word for sentence in _distinct_sentences(texts) for word in sentence):
        if stretch and length + len(word) > STRETCH_CHARACTERS:
            yield " ".join(stretch)
            stretch, length = [], 0
        stretch.append(word)
        length += len(word) + 1
    if stretch:
        yield " ".join(stretch)


def _distinct_sentences(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield the words of each sentence. One that was said before is left out, or it would pass for gibberish."""
    said: set[tuple[str, ...]] = set()
    for text in texts:
        for begin, end in sentence_places(text):
            words = text[begin:end].split()
            key = tuple(word.lower() for word in words)
            if key not in said:
                yield words
            if len(words) >= MIN_SENTENCE_WORDS:
                said.add(key)


def _without_capitals(stretch: str) -> str:
    """Return a stretch with the words in capitals in small letters: nobody speaks in acronyms alone."""
    return " ".join(word.lower() if word.isupper() else word for word in stretch.split())


def _count(stretch: str, language: str) -> int:
    book = phrasebook(language) if language in LANGUAGES else None
    return sum(_words_in(word, book) for word in stretch.split())


def _words_in(word: str, book: Phrasebook | None) -> int:
    bare = _BARE_WORD.findall(word)
    if not bare or (book is not None and all(is_filler(one.lower(), book) for one in bare)):
        return 0
    return max(1, len(_UNSPACED.findall(word)) // LETTERS_PER_WORD)
