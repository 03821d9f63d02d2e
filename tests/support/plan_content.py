"""What holds for the content of every planner field that the project brings along: templates and question bank."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Field = Mapping[str, Any]

SIGNS = {"vague", "no_result", "no_own_part", "no_numbers", "short", "always"}
TECHNICAL = {"technical", "coding", "system_design"}
MAX_WORDS = 45
MAX_TECHNICAL_WORDS = 90
MAX_FOLLOW_UP_WORDS = 30

# Plans are stretched and shortened, so what is spoken must not promise a length.
_LENGTH = re.compile(
    r"\b(?:\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
    r"|ninety|half an|quarters? of an|forty-five)[ -](?:minutes?|hours?)\b(?! (?:ago|later)\b)",
    re.IGNORECASE,
)
_PRESUMES_SUCCESS = re.compile(
    r"\b(?:well done|good work|good answer|good job|good piece of work|good picture|great|excellent)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def problems(field: Field) -> Iterator[str]:
    """Yield what is wrong with a planner field's content, in words."""
    yield from _missing(field)
    yield from _unspeakable(field)
    yield from _bad_follow_ups(field)
    yield from _bad_examples(field)
    yield from _repeated(field)


def spoken(field: Field) -> list[str]:
    """Return every text of a planner field that the interviewer may say word for word."""
    return [
        field["question"],
        field["paraphrase"],
        *field["hints"],
        *(follow_up["text"] for follow_up in field["follow_ups"]),
    ]


def word_count(text: str) -> int:
    return len(_WORD.findall(text))


def says(text: str, phrase: str) -> bool:
    """Tell whether a text contains a word or phrase whole, whatever its case."""
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE) is not None


def _missing(field: Field) -> Iterator[str]:
    if not 2 <= len(field["hints"]) <= 3:
        yield "two or three hints are wanted"
    if not 2 <= len(field["follow_ups"]) <= 4:
        yield "two to four follow-ups are wanted"
    if not 3 <= len(field["rubric"]) <= 5:
        yield "three to five criteria are wanted"
    if len(field["instructions"]) <= 100:
        yield "the instructions are too short"


def _unspeakable(field: Field) -> Iterator[str]:
    limit = MAX_TECHNICAL_WORDS if field["question_type"] in TECHNICAL else MAX_WORDS
    for text in (field["question"], field["paraphrase"]):
        if word_count(text) > limit:
            yield f"too long to be heard once: {text}"
    for text in spoken(field):
        # Half an hour more is a condition of the question, not a promise.
        if _LENGTH.search(text.replace("another hour", "")):
            yield f"promises a length: {text}"
        if _PRESUMES_SUCCESS.search(text):
            yield f"judges what it cannot know: {text}"
        if re.search(r"[*_`#<>\[\]|\\\n]|://", text):
            yield f"is written for eyes: {text}"


def _bad_follow_ups(field: Field) -> Iterator[str]:
    for follow_up in field["follow_ups"]:
        if set(follow_up) != {"text", "when", "about"}:
            yield f"has other keys: {follow_up}"
        if follow_up["when"] not in SIGNS:
            yield f"unknown sign: {follow_up['when']}"
        if not 3 <= len(follow_up["about"]) <= 6:
            yield f"three to six subjects are wanted: {follow_up['text']}"
        if word_count(follow_up["text"]) > MAX_FOLLOW_UP_WORDS:
            yield f"too long: {follow_up['text']}"
        for phrase in follow_up["about"]:
            if says(field["question"], phrase):
                yield f"the question itself makes everybody say: {phrase}"
            if word_count(phrase) > 3:
                yield f"nobody will say exactly this: {phrase}"


def _bad_examples(field: Field) -> Iterator[str]:
    wanted = {follow_up["text"] for follow_up in field["follow_ups"]} | set(field["rubric"])
    if field["examples"].keys() != wanted:
        yield f"examples do not fit: {field['examples'].keys() ^ wanted}"
    for text, sentences in field["examples"].items():
        if not 2 <= len(sentences) <= 3:
            yield f"two or three examples are wanted: {text}"
        for sentence in sentences:
            if sentence[0].islower() or sentence[-1] not in ".?!":
                yield f"not a sentence: {sentence}"


def _repeated(field: Field) -> Iterator[str]:
    texts = [*spoken(field), *field["rubric"], *(text for each in field["examples"].values() for text in each)]
    for text in {text for text in texts if texts.count(text) > 1}:
        yield f"twice: {text}"
