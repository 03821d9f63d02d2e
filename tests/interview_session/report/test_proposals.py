"""Sentences in which a criterion may be met."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from app.interview_session.conversation.meaning import Meaning, MeaningUnavailableError, Vectors
from app.interview_session.report.bm25 import SentenceIndex
from app.interview_session.report.proposals import (
    MAX_EMBEDDED_TEXTS,
    MAX_PROPOSALS,
    MAX_SENTENCES,
    proposals_for,
)
from app.interview_session.report.question_evidence import NumberedEntry, QuestionEvidence
from app.interview_session.report.schemas import Quote

LESSON = "Names a change that outlasted the incident"
ADMITS = "Told those affected early and plainly"
EXAMPLES = {
    LESSON: ("Now there is a rule so that it cannot happen again.", "Today a second person checks it every time."),
    ADMITS: ("I called the customer right away and said that it was my mistake.", "I told my boss the same day."),
}
ANSWER = (
    "Last year I was on call for the shop's payment system. On a Sunday I rolled out a new version without the "
    "second pair of eyes that our rule asks for.\nAround noon nobody could pay by card any more. I phoned the head "
    "of the shop straight away and said it was my release. Since then the pipeline refuses a release with one "
    "approval."
)


def question(*texts: str, **inner: Any) -> QuestionEvidence:
    entries = tuple(NumberedEntry(seq, text) for seq, text in enumerate(texts, start=11))
    fields: dict[str, Any] = {"rubric": (LESSON, ADMITS), "has_enough_words": True, "examples": EXAMPLES} | inner
    return QuestionEvidence(1, "q1", "behavioral", "What went wrong?", entries=entries, **fields)


class Embedder:
    """Stands in for the model: a text's vector points where its words say, and each text is noted."""

    def __init__(self, directions: dict[str, int] | None = None, *, fails_after: int | None = None) -> None:
        self.texts: list[str] = []
        self._directions = directions or {}
        self._fails_after = fails_after

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        if self._fails_after is not None and len(self.texts) > self._fails_after:
            raise MeaningUnavailableError
        vectors = np.zeros((len(texts), 4), np.float32)
        for row, text in enumerate(texts):
            vectors[row, next((to for word, to in self._directions.items() if word in text), 0)] = 1
        return vectors


def test_sentences_score_as_reckoned_by_hand() -> None:
    index = SentenceIndex(["Oven broke.", "Baked oven oven.", "Rain, 40 %"], "en")
    # In 2 of 3 sentences: idf = ln(1 + 1.5 / 2.5) = 0.4700. Lengths 2, 3 and 1, so that their mean is 2.
    expected = [0.4700 * 1 * 2.2 / (1 + 1.2), 0.4700 * 2 * 2.2 / (2 + 1.2 * 1.375), 0.0]
    assert index.scores("the ovens") == pytest.approx(expected, abs=1e-4)
    assert index.scores("snow") == [0.0, 0.0, 0.0]


def test_a_function_word_counts_and_is_not_enough() -> None:
    index = SentenceIndex(["There was rain.", "Snow fell."], "en")
    assert index.scores("there was hail")[0] > 0
    assert index.shares_words("there was hail") == [False, False]
    assert index.shares_words("there was snow") == [False, True]


def test_without_the_model_words_decide() -> None:
    (found,) = proposals_for([question(ANSWER)], None)
    assert found[ADMITS][0].quote == "I phoned the head of the shop straight away and said it was my release."
    assert all(len(quotes) <= MAX_PROPOSALS for quotes in found.values())


def test_with_the_model_its_rank_is_added() -> None:
    (found,) = proposals_for([question(ANSWER)], Meaning().embed_now)
    assert "Since then the pipeline refuses a release with one approval." in [one.quote for one in found[LESSON]]
    assert found[ADMITS][0].quote.startswith("I phoned the head of the shop straight away")


def test_of_two_sentences_equal_in_words_the_one_closer_in_meaning_comes_first() -> None:
    texts = ["The rule at sea was blue.", "The rule on land was green."]
    embed = Embedder({"green": 1, "Now there is a rule": 1, "second person": 1, "blue": 2})
    (found,) = proposals_for([question(" ".join(texts), rubric=(LESSON,))], embed)
    assert [one.quote for one in found[LESSON]] == [texts[1], texts[0]]
    (by_words,) = proposals_for([question(" ".join(texts), rubric=(LESSON,))], None)
    assert [one.quote for one in by_words[LESSON]] == texts


def test_a_sentence_with_nothing_for_it_is_not_offered() -> None:
    off_topic = "My favourite colour is blue. Sheep graze behind our garden in autumn."
    (found,) = proposals_for([question(off_topic)], Embedder({"blue": 2, "Sheep": 3}))
    assert found == {LESSON: [], ADMITS: []}


def test_quotes_stand_letter_by_letter_in_their_entry() -> None:
    texts = [ANSWER, "  After  that “nobody”\n could check   a release alone.\tSo there is a rule today. "]
    (found,) = proposals_for([question(*texts)], None)
    quotes = [quote for one in found.values() for quote in one]
    assert {quote.seq for quote in quotes} == {11, 12}
    assert all(quote.quote in texts[quote.seq - 11] for quote in quotes)


def test_what_was_said_twice_is_offered_once_and_single_words_never() -> None:
    said = "There is a rule today."
    (found,) = proposals_for([question(said, said, "A rule.", rubric=(LESSON,))], None)
    assert found[LESSON] == [Quote(seq=11, quote=said)]


def test_a_criterion_without_examples_is_compared_itself() -> None:
    embed = Embedder()
    (found,) = proposals_for([question(ANSWER, examples={})], embed)
    assert {LESSON, ADMITS} <= set(embed.texts)
    assert set(found) == {LESSON, ADMITS}


@pytest.mark.parametrize("inner", [{"has_enough_words": False}, {"rubric": ()}])
def test_where_nothing_can_be_judged_nothing_is_compared(inner: dict[str, Any]) -> None:
    embed = Embedder()
    assert proposals_for([question(ANSWER, **inner)], embed) == [{}]
    assert embed.texts == []


def test_the_model_is_not_asked_about_other_languages() -> None:
    embed = Embedder()
    answer = "Wir haben die Regel geändert. Seither prüft immer ein zweiter Mensch die Freigabe."
    (found,) = proposals_for([question(answer, language="de", rubric=("Nennt die Regel",), examples={})], embed)
    assert embed.texts == []
    assert found["Nennt die Regel"][0].quote == "Wir haben die Regel geändert."


def test_a_model_that_goes_away_leaves_the_words() -> None:
    questions = [question(ANSWER)] * 3
    embed = Embedder(fails_after=12)
    found = proposals_for(questions, embed)
    assert found[-1] == proposals_for([question(ANSWER)], None)[0]
    asked = len(embed.texts)
    assert asked < 3 * 9  # Once gone it is not asked again.


def test_of_a_very_long_session_only_so_much_is_compared() -> None:
    texts = [" ".join(f"Word{number} rule{place} is checked here." for place in range(80)) for number in range(300)]
    questions = [question(*texts[first : first + 60]) for first in range(0, 300, 60)]
    embed = Embedder()
    found = proposals_for(questions, embed)
    assert len(embed.texts) <= MAX_EMBEDDED_TEXTS
    assert all(len(one[LESSON]) == MAX_PROPOSALS for one in found)
    last = max(quote.seq for one in found for quotes in one.values() for quote in quotes)
    assert last <= 11 + MAX_SENTENCES // 80


def test_a_plan_of_very_many_criteria_is_compared_by_words() -> None:
    embed = Embedder()
    rubric = tuple(f"Names rule {number} that was checked" for number in range(MAX_EMBEDDED_TEXTS))
    (found,) = proposals_for([question(ANSWER, rubric=rubric, examples={})], embed)
    assert embed.texts == []
    assert found[rubric[0]]
