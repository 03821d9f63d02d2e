"""Whether a text is in the interview's language, and whether it is language at all."""

import math
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from app.interview_session.conversation.invented_words import is_invented_text, is_noise
from app.interview_session.conversation.phrasebook import LANGUAGES, phrasebook
from app.interview_session.conversation.wordpiece import vocabulary

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

EXAMINED_CHARACTERS = 600
"""What a text is comes out at its beginning."""
MIN_FOREIGN_WORDS = 3
MIN_FOREIGN_PROBABILITY = 0.5
MAX_FUNCTION_WORD_SHARE = 0.25
MIN_LATIN_SHARE = 0.5
MAX_REPETITION = 1 / 3
MIN_PAIR_LOGARITHM = -4.15
"""Mean natural logarithm of a letter's frequency behind the letter before it; English words lie near -2.5."""
MIN_STRANGE_LETTERS = 3
MIN_STRANGE_ALONE = 5
NO_LANGUAGE = "zxx"
MIN_COMMON_FOREIGN_PROBABILITY = 0.3
MIN_RARE_FOREIGN_PROBABILITY = 0.8
"""Above these a text of unknown words is some language's; the words of none are spread over many at random."""
_COMMON_LANGUAGES_LIST = """
ar bg cs da de el es et fi fr hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv sw tl tr uk vi zh
"""
COMMON_LANGUAGES = frozenset(_COMMON_LANGUAGES_LIST.split())
MAX_INVENTED_CHARACTERS = 300

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_VOWELS = frozenset("aeiouy")
_FILLER_WORDS = """
lorem ipsum dolor sit amet consectetur adipiscing elit foo bar baz qux blah bla asdf qwer haha hehe
"""
_UNSPACED_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
_FILLER_TEXT = frozenset(_FILLER_WORDS.split())


def load() -> None:
    """Read what the first text would otherwise wait for, up to a second; harmless when done again."""
    _identifier()
    _pair_logarithms()


def is_in_other_language(text: str, language: str) -> bool:
    """Tell whether a text of a few words or more is in another language than ``language`` (ISO 639-1)."""
    beginning = text[:EXAMINED_CHARACTERS]
    words = _WORD.findall(beginning.lower())
    if language in LANGUAGES and words and _latin_share(beginning) < MIN_LATIN_SHARE:
        return True
    if len(words) < MIN_FOREIGN_WORDS or (
        language in LANGUAGES and _function_word_share(words, language) > MAX_FUNCTION_WORD_SHARE
    ):
        return False
    found, probability = _identifier().classify(_without_names(beginning))
    return found not in {language, NO_LANGUAGE} and probability >= MIN_FOREIGN_PROBABILITY


def is_gibberish_in_any_language(text: str) -> bool:
    """Tell whether a text is no words at all, mostly filler text, or one word over and over."""
    beginning = text[:EXAMINED_CHARACTERS]
    words = _WORD.findall(beginning.lower())
    if not words:
        return not any(character.isdigit() for character in beginning)
    if len(words) < MIN_FOREIGN_WORDS:
        return False
    if len(set(words)) <= len(words) * MAX_REPETITION:
        return True
    return sum(word in _FILLER_TEXT for word in words) * 2 >= len(words) and not _is_acronyms(beginning)


def is_one_word(text: str) -> bool:
    """Tell whether a text is exactly one word, in a script that puts spaces between them."""
    beginning = text[:EXAMINED_CHARACTERS]
    if len(beginning.split()) != 1 or len(_WORD.findall(beginning)) > 1:
        return False
    return not any(unicodedata.name(letter, "").startswith(_UNSPACED_SCRIPTS) for letter in beginning)


def is_gibberish(text: str, language: str = "en") -> bool:
    """Tell whether a text is keys hit at random, filler text, one word over and over, or invented words only.

    Invented words are told in a short text of a language with phrases alone (``LANGUAGES``).
    """
    if is_gibberish_in_any_language(text):
        return True
    beginning = text[:EXAMINED_CHARACTERS]
    words = _WORD.findall(beginning.lower())
    if not words:
        return False
    if len(words) == 1 and len(words[0]) < MIN_STRANGE_ALONE and not (words[0] in _FILLER_TEXT or is_noise(words[0])):
        return False
    strange = [word for word in words if word in _FILLER_TEXT or is_noise(word) or _is_unspeakable(word)]
    if len(strange) * 2 >= len(words) and not _is_acronyms(beginning):
        return True
    return language in LANGUAGES and len(text) <= MAX_INVENTED_CHARACTERS and _is_invented(text, language)


def _is_invented(text: str, language: str) -> bool:
    if not is_invented_text(text, phrasebook(language).function_words):
        return False
    found, probability = _identifier().classify(text.lower())
    is_common = found in COMMON_LANGUAGES
    least = MIN_COMMON_FOREIGN_PROBABILITY if is_common else MIN_RARE_FOREIGN_PROBABILITY
    return found in {language, NO_LANGUAGE} or probability < least


@cache
def _identifier() -> "LanguageIdentifier":
    # It imports numpy, for which no start waits.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _without_names(text: str) -> str:
    """Return a text's words, if enough are left without those with a capital, most of which are names or acronyms."""
    words = _WORD.findall(text)
    small = [word for word in words if word.islower()]
    return " ".join(small if len(small) >= MIN_FOREIGN_WORDS else words).lower()


def _latin_share(text: str) -> float:
    letters = [character for character in text if character.isalpha()]
    return sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters) / max(1, len(letters))


def _function_word_share(words: Sequence[str], language: str) -> float:
    known = phrasebook(language).function_words
    return sum(word.replace("'", "").replace("’", "") in known for word in words) / len(words)


def _is_acronyms(text: str) -> bool:
    """Tell whether a text is mostly short names in capitals, which nobody can speak as words either."""
    words = _WORD.findall(text)
    return bool(sum(word.isupper() and len(word) <= 6 for word in words) * 2 >= len(words))


def _is_unspeakable(word: str) -> bool:
    if len(word) >= MIN_STRANGE_ALONE and len(set(word)) <= 2:
        return True
    if word in vocabulary() or len(word) < MIN_STRANGE_LETTERS or not word.isascii() or not word.isalpha():
        return False
    if not _VOWELS & set(word):
        return True
    pairs = _pair_logarithms()
    padded = f" {word} "
    steps = [pairs[before + after] for before, after in pairwise(padded)]
    return bool(sum(steps) / len(steps) < MIN_PAIR_LOGARITHM)


@cache
def _pair_logarithms() -> dict[str, float]:
    """Return how often each letter follows each other one in the vocabulary's words, as natural logarithms."""
    letters = " abcdefghijklmnopqrstuvwxyz"
    counts = {before + after: 0.5 for before in letters for after in letters}
    for word in vocabulary():
        if len(word) > 1 and word.isascii() and word.isalpha():
            padded = f" {word} "
            for before, after in pairwise(padded):
                counts[before + after] += 1
    totals = {before: sum(counts[before + after] for after in letters) for before in letters}
    return {pair: math.log(count / totals[pair[0]]) for pair, count in counts.items()}
