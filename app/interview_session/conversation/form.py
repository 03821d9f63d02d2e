"""What a language model has worded is held to form before anybody hears it.

The rules are strict on purpose. A good sentence that is turned away costs nothing, because the plan's own words stand
in for it; a bad one that gets through is heard by somebody who practises for an interview.

What is repaired rather than turned away, because nothing of its meaning depends on it: white space, quotation marks
around the whole, and one label before it that names the interviewer.
"""

from app.interview_session.conversation import form_patterns
from app.interview_session.conversation.form_patterns import Fault
from app.interview_session.conversation.utterance import Purpose, sentences
from app.interview_session.conversation.wording import WordingRequest
from app.interview_session.events.events import Speaker

MAX_SENTENCES = 3
MAX_WORDS = 60
MAX_CHARACTERS = 600
"""More is not looked at, so that no pattern ever meets a long text."""


def held_to_form(text: str, request: WordingRequest) -> str | None:
    """Return the words to say, repaired where that is harmless; None if they are not to be said."""
    words = held_or_fault(text, request)
    return None if isinstance(words, Fault) else words


def held_or_fault(text: str, request: WordingRequest) -> str | Fault:
    """Return the words to say, or what is wrong with them."""
    if len(text.strip()) > MAX_CHARACTERS:
        return Fault.TOO_LONG
    if form_patterns.LIST_ITEM.search(text):
        return Fault.MARKUP
    words = _repaired(text)
    if not any(map(str.isalpha, words)):
        return Fault.EMPTY
    if len(words.split()) > MAX_WORDS or len(sentences(words)) > MAX_SENTENCES:
        return Fault.TOO_LONG
    return _fault_of_words(words, request) or _fault_of_sense(words, request) or words


def _repaired(text: str) -> str:
    words = " ".join(text.split())
    words = _own_label(words)
    while (
        len(words) > 1
        and words[0] in form_patterns.QUOTES
        and words[-1] in form_patterns.QUOTES
        and not _is_quoted_inside(words)
    ):
        words = words[1:-1].strip()
    return _own_label(words)


def _own_label(words: str) -> str:
    return form_patterns.INTERVIEWERS_LABEL.sub("", words, count=1)


def _is_quoted_inside(words: str) -> bool:
    """Tell whether the quotation marks at both ends belong to two quotations."""
    return any(mark in form_patterns.DOUBLE_QUOTES for mark in words[1:-1])


def _fault_of_words(words: str, request: WordingRequest) -> Fault | None:
    """Return the first fault that single words or characters show. What the line itself says is none."""
    allowed = request.line.words.lower()
    for fault, pattern in form_patterns.PATTERNS:
        if any(found[0].lower() not in allowed for found in pattern.finditer(words)):
            return fault
    unquoted = form_patterns.QUOTED.sub(" ", words)
    if form_patterns.FIRST_PERSON.search(unquoted) or (
        form_patterns.CANDIDATES_OWN.search(unquoted) and not form_patterns.CANDIDATES_OWN.search(allowed)
    ):
        return Fault.CANDIDATES_PART
    if not all(map(str.isprintable, words)) or any(_is_symbol(character) for character in words):
        return Fault.MARKUP
    return Fault.OTHER_LANGUAGE if _is_foreign(words, request.language) else None


def _fault_of_sense(words: str, request: WordingRequest) -> Fault | None:
    """Return the first fault that shows against the line, the plan and what was said."""
    parts = sentences(words)
    if fault := _fault_of_asking(words, parts, request):
        return fault
    told = _stems(" ".join(one.text for one in request.past if one.speaker is Speaker.CANDIDATE))
    if any(_is_a_story_of_its_own(part, told) for part in parts):
        return Fault.CANDIDATES_PART
    if _repeats(parts, request):
        return Fault.SAID_BEFORE
    material = [one.text for one in request.past] + [request.line.words, request.field.get("question") or ""]
    if not set(form_patterns.NUMBER.findall(words)) <= {
        number for text in material for number in form_patterns.NUMBER.findall(text)
    }:
        return Fault.MADE_UP
    return None


def _fault_of_asking(words: str, parts: list[str], request: WordingRequest) -> Fault | None:
    asks = [part for part in parts if "?" in form_patterns.QUOTED.sub(" ", part)]
    requests = [part for part in parts if part not in asks and form_patterns.REQUEST.match(part)]
    if (
        len(asks) + len(requests) > 1
        or len(form_patterns.QUESTION_MARKS.findall(form_patterns.QUOTED.sub(" ", words))) > 1
    ):
        return Fault.TOO_MANY_QUESTIONS
    line = request.line
    is_asking = line.purpose is Purpose.FOLLOW_UP or "?" in line.words
    if not is_asking:
        return Fault.OTHER_QUESTION if asks or requests else None
    if not asks and not requests:
        return Fault.NO_QUESTION
    question = (asks or requests)[0]
    asked = _stems(question)
    common = asked & _stems(line.words)
    if line.purpose is not Purpose.FOLLOW_UP:
        common |= form_patterns.ASKING_ON.intersection(word[:5] for word in _word_list(question))
    if not common and _stems(line.words):
        return Fault.OTHER_QUESTION
    for other in request.open_follow_ups:
        others = _stems(other)
        shared = asked & others
        if len(shared) > len(common) and 2 * len(shared) >= len(others):
            return Fault.OTHER_QUESTION
    return None


def _is_a_story_of_its_own(sentence: str, told: set[str]) -> bool:
    """Tell whether a longer sentence neither speaks to anybody nor sums up what the candidate has told."""
    if "?" in sentence or len(sentence.split()) <= 8 or form_patterns.ADDRESS.search(sentence):
        return False
    subjects = _stems(sentence)
    return 2 * len(subjects & told) < len(subjects)


def _repeats(parts: list[str], request: WordingRequest) -> bool:
    said = [one.text for one in request.past if one.speaker is Speaker.INTERVIEWER]
    said.append(request.field.get("question") or "")
    before = [_word_list(sentence) for text in said for sentence in sentences(text)]
    now = [_word_list(part) for part in parts]
    if any(len(one) > 3 and now.count(one) > 1 for one in now):
        return True
    lines = [_word_list(part) for part in sentences(request.line.words)]
    return any(_is_the_same(one, other) for one in now if one not in lines for other in before if other not in lines)


def _is_the_same(one: list[str], other: list[str]) -> bool:
    if len(one) <= 3 or len(other) <= 3:
        return False
    if one == other:
        return True
    # A few words may be put differently, or stand before it.
    shared = len(set(one) & set(other))
    return len(set(other)) > 5 and shared >= 0.85 * len(set(other))


def _word_list(text: str) -> list[str]:
    return form_patterns.WORD.findall(text.lower())


def _stems(text: str) -> set[str]:
    """Return the beginnings of the words that carry a text's subject."""
    return {word[:5] for word in _word_list(text) if len(word) > 2 and word not in form_patterns.COMMON_WORDS}


def _is_foreign(words: str, language: str) -> bool:
    """Tell whether the words are rather in another language; the few words of a short text tell nothing."""
    own = language.lower().split("-")[0]
    if own not in form_patterns.FUNCTION_WORDS:
        return False
    letters = [character for character in words if character.isalpha()]
    if sum(character > "\u024f" for character in letters) > len(letters) / 3:
        return True
    found = set(_word_list(words))
    hits = {name: len(found & known) for name, known in form_patterns.FUNCTION_WORDS.items()}
    return any(count > max(1, hits[own]) for name, count in hits.items() if name != own)


def _is_symbol(character: str) -> bool:
    """Tell whether a character is a picture rather than writing: arrows, boxes, dingbats, emoji."""
    return "\u2190" <= character <= "\u2bff" or character >= "\U0001f000" or character in "\ufe0f\u200d\ufffd"
