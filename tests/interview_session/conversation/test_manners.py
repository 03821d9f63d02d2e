"""What a candidate wants."""

import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from app.interview_session.conversation.manners import Manners, understand_by_patterns
from app.interview_session.conversation.meaning import Meaning
from app.interview_session.conversation.phrasebook import phrasebook
from app.interview_session.conversation.utterance import Intent, Understanding

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.tsv"))
BEHAVIORAL = {"question_type": "behavioral"}
LONG_ANSWER = "We had an outage, so I called the provider, told the customers and fixed the script in the night. "


@pytest.fixture(scope="module")
def manners() -> Manners:
    return Manners(Meaning())


def rows_of(path: Path) -> list[tuple[Intent, str, str]]:
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [(Intent(intent), kind, text) for intent, kind, text in (line.split("\t") for line in lines)]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
async def test_the_corpus_is_understood(path: Path, manners: Manners) -> None:
    is_held_out = path.stem == "held_out"
    asked: Counter[Intent] = Counter()
    right: Counter[Intent] = Counter()
    confused: list[str] = []
    for intent, question_type, text in rows_of(path):
        understood = (await manners.understand(text, field={"question_type": question_type})).intent
        asked[intent] += 1
        right[intent] += understood is intent
        if understood is not intent and not is_held_out:
            confused.append(f"{intent} taken for {understood}: {text}")
    # Whoever changes phrases or patterns must not see what they miss of the held-out half, so only counts of it show.
    print(path.stem, {str(intent): f"{right[intent]}/{asked[intent]}" for intent in asked})  # noqa: T201
    print(*sorted(confused), sep="\n")  # noqa: T201
    shares = {intent: right[intent] / asked[intent] for intent in asked}
    least = 0.75 if is_held_out else 0.85

    assert shares[Intent.ANSWER] >= 0.98
    assert right.total() / asked.total() >= 0.93
    assert {intent: share for intent, share in shares.items() if share < least} == {}


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_patterns_alone_take_hardly_any_answer_for_a_request(path: Path) -> None:
    answers = [(kind, text) for intent, kind, text in rows_of(path) if intent is Intent.ANSWER]

    kept = [understand_by_patterns(text, question_type=kind).intent is Intent.ANSWER for kind, text in answers]

    assert sum(kept) / len(kept) >= 0.98


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_third_of_the_corpus_are_answers_and_it_is_not_what_was_trained_with(path: Path) -> None:
    rows = rows_of(path)
    trained_with = {letters(phrase) for phrases in phrasebook("en").phrases.values() for phrase in phrases}

    assert sum(intent is Intent.ANSWER for intent, *_ in rows) * 3 >= len(rows)
    # "Next question, please." comes to everybody's mind; whoever writes a corpus cannot know the phrases.
    assert sum(letters(text) in trained_with for *_, text in rows) <= 0.1 * len(rows)


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


async def test_the_head_was_trained_with_the_phrases_of_the_data_file(manners: Manners) -> None:
    asked = [
        (intent, phrase)
        for intent, phrases in phrasebook("en").phrases.items()
        for phrase in phrases[:: 20 if intent is Intent.ANSWER else 8]
        if len(phrase.split()) > 1
    ]

    right = [
        (await manners.understand(phrase, field={"question_type": kind})).intent is intent
        for intent, phrase in asked
        for kind in ["closing" if intent is Intent.COMPANY_QUESTION else "behavioral"]
    ]

    assert sum(right) / len(right) >= 0.9


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Could you repeat the question?", Intent.REPEAT),
        ("um could you uh say that again", Intent.REPEAT),
        ("Sorry?", Intent.REPEAT),
        ("sorry", Intent.REPEAT),
        ("Pardon?", Intent.REPEAT),
        ("Can you repeet the quesiton", Intent.REPEAT),
        ("I don’t understand the question.", Intent.REPHRASE),
        ("Could I have a hint?", Intent.HINT),
        ("Give me a moment, please.", Intent.THINK),
        ("Um.", Intent.THINK),
        ("Hmmmm...", Intent.THINK),
        ("Sorry, I don't know. Can we skip this one?", Intent.SKIP),
        ("How much time do I have left?", Intent.TIME_LEFT),
        ("I need to leave now.", Intent.STOP),
        ("bye", Intent.STOP),
        ("Goodbye.", Intent.STOP),
        ("Thank you very much, goodbye.", Intent.STOP),
        ("Hello, can you hear me?", Intent.HEAR_ME),
        ("Are you a robot?", Intent.WHO_ARE_YOU),
        ("No idea.", Intent.DONT_KNOW),
        ("I give up.", Intent.DONT_KNOW),
        ("That one beats me.", Intent.DONT_KNOW),
        ("Good morning!", Intent.GREETING),
        ("Thank you very much.", Intent.THANKS),
        ("ok thank you", Intent.THANKS),
        ("Okay, thanks.", Intent.THANKS),
        ("Yes, please.", Intent.YES),
        ("yes let's do that", Intent.YES),
        ("Sure, you can move on.", Intent.YES),
        ("Yeah, that works.", Intent.YES),
        ("Uh-huh.", Intent.YES),
        ("No.", Intent.NO),
        ("Shut up, you stupid bot.", Intent.ABUSE),
        ("sdlfkj wqeriu xcvmn", Intent.GIBBERISH),
        ("blorf snarg wimble toft", Intent.GIBBERISH),
        ("lalalala", Intent.GIBBERISH),
        ("?!", Intent.GIBBERISH),
        ("", Intent.GIBBERISH),
        ("Kafka.", Intent.ONE_WORD),
        ("42", Intent.ONE_WORD),
        ("Ich habe das mit meinem Kollegen besprochen.", Intent.OTHER_LANGUAGE),
        ("I asked them to repeat the test.", Intent.ANSWER),
        ("We had no time left.", Intent.ANSWER),
        ("I don't know if you know Kafka, but it keeps messages in order.", Intent.ANSWER),
        ("My next question to the team was who owned it.", Intent.ANSWER),
        ("We had to stop the rollout.", Intent.ANSWER),
        ("I gave up my flat and moved.", Intent.ANSWER),
        ("Yes, we stopped the line.", Intent.ANSWER),
        ("docker kubernetes terraform", Intent.ANSWER),
        ("Postgres, Redis and Kafka.", Intent.ANSWER),
    ],
)
async def test_texts_are_understood_with_and_without_the_model(text: str, intent: Intent, manners: Manners) -> None:
    assert understand_by_patterns(text, question_type="behavioral").intent is intent
    assert (await manners.understand(text, field=BEHAVIORAL)).intent is intent


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("Next question, please.", Understanding(Intent.SKIP, is_certain=True)),
        ("um next question please", Understanding(Intent.SKIP, is_certain=True)),
        ("Let's stop here.", Understanding(Intent.STOP, is_certain=True)),
        ("end the interview", Understanding(Intent.STOP, is_certain=True)),
        (
            "I have nothing to add, thank you. Next question, please.",
            Understanding(Intent.SKIP, is_certain=True),
        ),
        ("thanks that's all from me next question please", Understanding(Intent.SKIP, is_certain=True)),
        ("I have nothing to add.", Understanding(Intent.SKIP)),
        ("Thank you, goodbye.", Understanding(Intent.STOP)),
        ("I have to go.", Understanding(Intent.STOP)),
        ("I used a queue. Next question.", Understanding(Intent.SKIP)),
    ],
)
def test_a_skip_or_stop_in_so_many_words_is_certain(text: str, understood: Understanding) -> None:
    assert understand_by_patterns(text, question_type="behavioral") == understood


async def test_a_request_at_the_end_of_a_long_answer_leaves_it_an_answer(manners: Manners) -> None:
    for end in ("Could you repeat the question?", "Next question, please.", "Let's stop here."):
        assert (await manners.understand(LONG_ANSWER + end, field=BEHAVIORAL)).intent is Intent.ANSWER


async def test_a_question_is_one_to_the_company_in_the_closing_phase_only(manners: Manners) -> None:
    for text in ("How big is the team?", "how big is the team", "And what would you say is the hardest part of it?"):
        assert (await manners.understand(text, field={"question_type": "closing"})).intent is Intent.COMPANY_QUESTION
        assert (await manners.understand(text, field=BEHAVIORAL)).intent is not Intent.COMPANY_QUESTION
    assert (
        await manners.understand("Could you repeat that?", field={"question_type": "closing"})
    ).intent is Intent.REPEAT


async def test_a_plan_in_another_language_knows_other_languages_only(manners: Manners) -> None:
    def german(text: str) -> Intent:
        return understand_by_patterns(text, question_type="behavioral", language="de-AT").intent

    assert german("Ich habe das mit meinem Kollegen besprochen.") is Intent.ANSWER
    assert german("Could you please repeat the question for me?") is Intent.OTHER_LANGUAGE
    assert german("Skip.") is Intent.ONE_WORD
    assert await manners.understand("Weiter bitte.", field=BEHAVIORAL, language="de") == Understanding()


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("!!!", "de", Intent.GIBBERISH),
        ("🙂🙂", "ja", Intent.GIBBERISH),
        ("asdf jkl qwer", "de", Intent.GIBBERISH),
        ("weil weil weil weil", "de", Intent.GIBBERISH),
        ("Warteschlange.", "de", Intent.ONE_WORD),
        ("42", "de", Intent.ONE_WORD),
        ("La bar", "fr", Intent.ANSWER),
        ("Seit 2019 leite ich das Team.", "de", Intent.ANSWER),
        ("キューを導入して障害を半分に減らしました。", "ja", Intent.ANSWER),
    ],
)
def test_what_holds_nothing_is_told_in_every_language(text: str, language: str, intent: Intent) -> None:
    assert understand_by_patterns(text, question_type="behavioral", language=language).intent is intent


async def test_without_the_model_patterns_decide() -> None:
    without = Manners(Meaning(is_enabled=False))
    await without.warm_up()

    for text in ("Next question, please.", "I used a queue.", "How big was it?"):
        assert await without.understand(text, field=BEHAVIORAL) == understand_by_patterns(
            text, question_type="behavioral"
        )


FOLLOW_UPS = ["How did you measure it?", "What would you do differently today?"]
COVERAGE_FIELD = {
    "question_type": "behavioral",
    "follow_ups": [{"text": FOLLOW_UPS[0], "when": None, "about": []}, {"text": FOLLOW_UPS[1]}],
    "examples": {
        FOLLOW_UPS[0]: ["We counted the complaints before and after the change."],
        FOLLOW_UPS[1]: ["Looking back, I would involve the customer earlier."],
    },
}


async def test_a_follow_up_that_the_answer_has_dealt_with_is_covered(manners: Manners) -> None:
    answer = "I moved the form to the front page. We counted the complaints in the month before and the month after."

    assert (await manners.understand(answer, field=COVERAGE_FIELD)).covers == (1,)


async def test_what_is_only_similar_covers_nothing(manners: Manners) -> None:
    answer = "The customers used to complain a lot about the change, and I moved the form to the front page."

    assert (await manners.understand(answer, field=COVERAGE_FIELD)).covers == ()
    assert (await manners.understand(answer, field=BEHAVIORAL)).covers == ()


async def test_a_request_covers_nothing(manners: Manners) -> None:
    assert (await manners.understand("Could you repeat that?", field=COVERAGE_FIELD)).covers == ()


NASTY = [
    "a ",
    "um ",
    "can you ",
    "could you please ",
    "repeat the question again ",
    "give me a second to think ",
    "what does it mean ",
    "thank you very much for that ",
    "i want to stop it now because ",
    "yes please okay ",
    "you are a stupid ",
    "the the question ",
    "how much time is there ",
    "no no questions ",
    "we had ",
    "my big ",
    "yes yes please sure thing ",
    "that works fine for me ",
    "thank you thats all nothing to add ",
    "i need a hint on how to start here ",
    "i dont know what to say to that ",
    "i have never heard of that one before ",
    "okay thanks bye bye ",
]


def test_every_pattern_takes_time_in_proportion_to_the_text() -> None:
    book = phrasebook("en")
    whole = [pattern.fullmatch for some in (book.certain, book.whole) for one in some.values() for pattern in one]
    others = [book.narrative, book.subject, book.question_form, book.wondering]
    part = [pattern.search for one in (*book.part.values(), *others) for pattern in one]

    def seconds(match: Callable[[str], object], piece: str, length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length] + "\x00"
        begun = time.process_time()
        match(text)
        return time.process_time() - begun

    slow = [
        (match, piece)
        for match in (*whole, *part)
        for piece in NASTY
        # Squared time needs many seconds for so much, linear time some hundredths of one.
        if seconds(match, piece, 40_000) > 0.5 and seconds(match, piece, 40_000) > 3 * seconds(match, piece, 20_000)
    ]
    assert slow == []


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [
        ("can you explain it ", "a bit more "),
        ("thanks ", "bye bye "),
        ("im fine ", "thanks and you "),
        ("yes ", "yes please "),
        ("yes that works ", "fine for me "),
        ("", "thank you thats all "),
        ("i have never ", "heard of that "),
        ("i dont know ", "what to say to that "),
        ("i need a hint ", "on how to start here "),
        ("any hints ", "on that one "),
        ("my mind is blank ", "on me "),
    ],
)
def test_no_words_are_repeated_in_two_ways(beginning: str, piece: str) -> None:
    book = phrasebook("en")
    text = beginning + piece * 40 + "\x00"

    begun = time.process_time()
    for some in (book.certain, book.whole):
        for patterns in some.values():
            for pattern in patterns:
                pattern.fullmatch(text)

    # Two ways to read each of forty pieces would take years.
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("piece", [*NASTY, "x", "?", "😀", "é", "\u0301", "a.", "don't ", "counted before. "])
async def test_twenty_thousand_characters_of_anything_are_read_at_once(piece: str, manners: Manners) -> None:
    text = (piece * (20_000 // len(piece) + 1))[:20_000]
    await manners.understand("warm", field=COVERAGE_FIELD)

    begun = time.process_time()
    await manners.understand(text, field=COVERAGE_FIELD)

    # The aim is 20 ms; this is for a machine that does ten other things.
    assert time.process_time() - begun < 0.5
