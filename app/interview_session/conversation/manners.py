"""What a candidate wants with what they say: an answer, or one of the requests and courtesies of ``Intent``.

Patterns alone tell what is asked in so many words. Where the sentence-embedding model is there, a head trained on
phrases tells the rest of what is short. Whatever is long is an answer, even with a request at its end: to lose an
answer is worse than to have to ask again.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.interview_session.conversation import coverage, sense
from app.interview_session.conversation.intent_head import features, head_of
from app.interview_session.conversation.meaning import Meaning, MeaningUnavailableError
from app.interview_session.conversation.phrasebook import LANGUAGES, Phrasebook, phrasebook
from app.interview_session.conversation.plain_words import plain, spoken_words, variants
from app.interview_session.conversation.utterance import Intent, Understanding

CLOSING = "closing"
"""The type of the phase in which the candidate asks."""
MAX_REQUEST_WORDS = 14
"""A text of more words is an answer, unless all of it is a request."""
MAX_LONG_REQUEST_WORDS = 26
MAX_SHORT_TEXT_CHARACTERS = 300
MIN_PROBABILITY = 0.4
MIN_LONG_PROBABILITY = 0.6
PATTERN_BONUS = 0.25

_CLAUSE_END = re.compile(r"[.!?…;]+(?=\s|$)|\s[-–—]\s")
_LESSER_CLAUSE_END = re.compile(r"[.!?…;:,]+(?=\s|$)|\s[-–—]\s")
_REQUESTS = (
    Intent.STOP,
    Intent.SKIP,
    Intent.HEAR_ME,
    Intent.WHO_ARE_YOU,
    Intent.TIME_LEFT,
    Intent.REPEAT,
    Intent.HINT,
    Intent.REPHRASE,
    Intent.THINK,
    Intent.ABUSE,
    Intent.DONT_KNOW,
)
"""Where several are asked for at once, the first of these counts."""
_COURTESIES = (Intent.THANKS, Intent.GREETING, Intent.NO, Intent.YES)
_ORDER = (*_REQUESTS, *_COURTESIES)
_MOST_WORDS = {Intent.YES: 5, Intent.NO: 5, Intent.GREETING: 8, Intent.THANKS: 8}
"""Who says more than a yes or a greeting goes on to something else."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text on its way to being understood. ``understood`` is what the patterns decided, if they did."""

    words: list[str]
    plain_text: str
    is_narrative: bool
    understood: Understanding | None


def understand_by_patterns(text: str, *, question_type: str, language: str = "en") -> Understanding:
    """Return what the patterns alone tell of a text.

    ``question_type`` is the current phase's; only in a ``closing`` phase is a question one to the company.
    """
    language = _base(language)
    if language not in LANGUAGES:
        return _in_a_language_without_phrases(text, language)
    book = phrasebook(language)
    reading = _read(text, book, language)
    if reading.understood is not None:
        return reading.understood
    hit = _part_hit(reading, book)
    if hit is not None and _is_short(reading) and _looks_like_a_request(reading, hit, book):
        return Understanding(hit)
    return _what_remains(text, reading, book, question_type)


class Manners:
    """Understands candidates by patterns, and by meaning where the process has the model."""

    def __init__(self, meaning: Meaning) -> None:
        self._meaning = meaning
        self._is_loaded = False

    async def warm_up(self) -> None:
        """Load what the first text would otherwise wait for; the first text does it else, off the event loop too."""
        if not self._is_loaded:
            await asyncio.to_thread(_load)
            self._is_loaded = True
        await self._meaning.warm_up()

    async def understand(self, text: str, *, field: Mapping[str, Any], language: str = "en") -> Understanding:
        """Return what a text is, and which of the phase's follow-ups it has covered if it is an answer.

        ``field`` is the normalised planner field of the phase: ``question_type``, ``follow_ups`` and ``examples``.
        """
        if not self._is_loaded:
            await self.warm_up()
        question_type = field["question_type"]
        try:
            understood = await self._understand(text, question_type, _base(language))
            if understood.intent is Intent.ANSWER and _base(language) in LANGUAGES:
                return replace(understood, covers=await self._covered(text, field))
        except MeaningUnavailableError:
            return understand_by_patterns(text, question_type=question_type, language=language)
        return understood

    async def _understand(self, text: str, question_type: str, language: str) -> Understanding:
        if language not in LANGUAGES or not self._meaning.is_available():
            return understand_by_patterns(text, question_type=question_type, language=language)
        book = phrasebook(language)
        reading = _read(text, book, language)
        if reading.understood is not None:
            return reading.understood
        if len(reading.words) > 1 and len(reading.words) <= MAX_LONG_REQUEST_WORDS:
            (vector,) = await self._meaning.embed([" ".join(reading.words)])
            seen = features(vector, reading.words, reading.plain_text, book)
            probabilities = head_of(language).probabilities(seen)
            intent = _likeliest(probabilities, reading, book, question_type)
            if intent is not Intent.ANSWER:
                return Understanding(intent)
        return _what_remains(text, reading, book, question_type)

    async def _covered(self, text: str, field: Mapping[str, Any]) -> tuple[int, ...]:
        if not self._meaning.is_available():
            return ()
        pairs = coverage.likely_pairs(text, field)
        if not pairs:
            return ()
        spoken = await self._meaning.embed([pair.sentence for pair in pairs])
        examples = await self._meaning.embed([pair.example for pair in pairs])
        return coverage.similar_enough(pairs, (spoken * examples).sum(axis=1).tolist())


def _load() -> None:
    sense.load()
    for language in LANGUAGES:
        phrasebook(language)
        head_of(language)


def _in_a_language_without_phrases(text: str, language: str) -> Understanding:
    if sense.is_gibberish_in_any_language(text):
        return Understanding(Intent.GIBBERISH)
    if sense.is_one_word(text):
        return Understanding(Intent.ONE_WORD)
    return Understanding(Intent.OTHER_LANGUAGE if sense.is_in_other_language(text, language) else Intent.ANSWER)


def _read(text: str, book: Phrasebook, language: str) -> _Reading:
    if len(text) > MAX_SHORT_TEXT_CHARACTERS:
        intent = _nonsense(text, language)
        return _Reading([], "", is_narrative=True, understood=Understanding(intent) if intent else None)
    words = spoken_words(text, book)
    plain_text = plain(words, book)
    is_narrative = any(pattern.search(plain_text) for pattern in book.narrative)
    understood = _by_whole_patterns(text, words, plain_text, book, is_narrative=is_narrative)
    if understood is None and not words and any(character.isalpha() for character in text):
        understood = Understanding(Intent.THINK)  # Nothing but "um".
    if understood is None and (intent := _nonsense(text, language)):
        understood = Understanding(intent)
    return _Reading(words, plain_text, is_narrative, understood)


def _nonsense(text: str, language: str) -> Intent | None:
    if sense.is_gibberish(text, language):
        return Intent.GIBBERISH
    return Intent.OTHER_LANGUAGE if sense.is_in_other_language(text, language) else None


def _by_whole_patterns(
    text: str, words: Sequence[str], plain_text: str, book: Phrasebook, *, is_narrative: bool
) -> Understanding | None:
    understood = _whole_hit(plain_text, book)
    if understood is not None or len(words) > MAX_LONG_REQUEST_WORDS:
        return understood
    for end, needs_present in ((_CLAUSE_END, False), (_LESSER_CLAUSE_END, True)):
        clauses = [plain(spoken, book) for one in end.split(text) if (spoken := spoken_words(one, book))]
        hits = [hit for clause in clauses if (hit := _whole_hit(clause, book))]
        if len(clauses) > 1 and len(hits) == len(clauses):
            return _strongest(hits)
        last = _whole_hit(clauses[-1], book) if len(clauses) > 1 else None
        is_allowed = len(words) <= MAX_REQUEST_WORDS and not (needs_present and is_narrative)
        if last is not None and last.intent in _REQUESTS and is_allowed:
            return replace(last, is_certain=False)
    return None


def _whole_hit(plain_text: str, book: Phrasebook) -> Understanding | None:
    texts = variants(plain_text, book)
    for some, is_certain in ((book.certain, True), (book.whole, False)):
        # A text as it is before what is left of it, so that "sorry" is not taken for nothing.
        for one in texts:
            for intent in _ORDER:
                if any(pattern.fullmatch(one) for pattern in some.get(intent, ())):
                    return Understanding(intent, is_certain=is_certain)
    return None


def _strongest(hits: Sequence[Understanding]) -> Understanding:
    return min(hits, key=lambda hit: (_ORDER.index(hit.intent), not hit.is_certain))


def _part_hit(reading: _Reading, book: Phrasebook) -> Intent | None:
    if reading.is_narrative:
        return None
    return next(
        (
            intent
            for intent in _ORDER
            if any(pattern.search(reading.plain_text) for pattern in book.part.get(intent, ()))
        ),
        None,
    )


def _is_short(reading: _Reading) -> bool:
    return 1 < len(reading.words) <= MAX_REQUEST_WORDS


def _looks_like_a_request(reading: _Reading, intent: Intent, book: Phrasebook) -> bool:
    if intent in _COURTESIES:
        return len(reading.words) <= _MOST_WORDS[intent]
    bare = variants(reading.plain_text, book)[-1]
    asks = any(pattern.search(bare) for pattern in (*book.question_form, *book.wondering))
    return asks or "please" in reading.words or intent in {Intent.ABUSE, Intent.THINK, Intent.DONT_KNOW}


def _likeliest(
    probabilities: Mapping[Intent, float], reading: _Reading, book: Phrasebook, question_type: str
) -> Intent:
    scores = dict(probabilities)
    answer = scores.pop(Intent.ANSWER)
    if question_type != CLOSING:
        scores.pop(Intent.COMPANY_QUESTION)
    for intent, most_words in _MOST_WORDS.items():
        if len(reading.words) > most_words:
            scores.pop(intent)
    hit = _part_hit(reading, book)
    if hit in scores:
        scores[hit] += PATTERN_BONUS
    asks = any(pattern.search(reading.plain_text) for pattern in (*book.question_form, *book.wondering))
    best = max(scores, key=lambda intent: scores[intent])
    if len(reading.words) > MAX_REQUEST_WORDS:
        is_enough = best is hit and scores[best] - PATTERN_BONUS >= MIN_LONG_PROBABILITY
    elif question_type == CLOSING and asks and best not in {hit, Intent.COMPANY_QUESTION}:
        return Intent.COMPANY_QUESTION
    elif reading.is_narrative or best in {Intent.YES, Intent.NO}:
        is_enough = scores[best] >= MIN_LONG_PROBABILITY
    else:
        is_enough = scores[best] >= MIN_PROBABILITY
    return best if is_enough and scores[best] >= answer else Intent.ANSWER


def _what_remains(text: str, reading: _Reading, book: Phrasebook, question_type: str) -> Understanding:
    if question_type == CLOSING and _ends_with_a_question(text, book):
        return Understanding(Intent.COMPANY_QUESTION)
    return Understanding(Intent.ONE_WORD if len(reading.words) == 1 else Intent.ANSWER)


def _ends_with_a_question(text: str, book: Phrasebook) -> bool:
    end = text.rstrip()[-MAX_SHORT_TEXT_CHARACTERS:]
    if end.rstrip("\"'”’) ").endswith("?"):
        return True
    clauses = [one for one in _CLAUSE_END.split(end) if one.strip()]
    if not clauses:
        return False
    bare = variants(plain(spoken_words(clauses[-1], book), book), book)[-1]
    return any(pattern.search(bare) for pattern in (*book.question_form, *book.wondering))


def _base(language: str) -> str:
    """Return the language of a tag such as ``en-GB``."""
    return language.lower().replace("_", "-").split("-")[0]
