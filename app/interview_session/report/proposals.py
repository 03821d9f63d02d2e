"""Sentences of an answer in which a criterion may be met: offered to the candidate's own verdict, and no verdict.

Each is found by the sum of two ranks, by its words (BM25) and by its meaning (``conversation/meaning.py``), each
compared with the criterion and the sentences that the plan gives as examples of it. Nothing follows from there being
none: an answer can meet a criterion in words that neither of the two knows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.interview_session.conversation.meaning import MeaningUnavailableError, Vectors
from app.interview_session.report.bm25 import SentenceIndex
from app.interview_session.report.question_evidence import QuestionEvidence
from app.interview_session.report.schemas import Quote
from app.interview_session.report.sentences import sentence_places

MAX_PROPOSALS = 3

MIN_SENTENCE_WORDS = 4
"""Fewer words seldom show anything by themselves."""

MAX_SENTENCES = 1000
"""The first sentences of the answers to one question are compared by their words; an hour of speech has fewer."""

MAX_EMBEDDED_TEXTS = 400
"""Texts of a whole report whose meaning is compared: each takes the model some milliseconds."""

MIN_EMBEDDED_SENTENCES = 4

MIN_SIMILARITY = 0.15
"""A sentence that shares no word is offered from this similarity of meaning on.

Less is usual between sentences about different things. A criterion without examples is seldom more similar than 0.3
to the sentence that meets it.
"""

LANGUAGE_OF_MEANING = "en"
"""The model knows the meaning of no other language."""

Embed = Callable[[Sequence[str]], Vectors]
"""Gives each text's vector of unit length, on the calling thread; may raise ``MeaningUnavailableError``."""

Proposals = Mapping[str, list[Quote]]
"""Up to ``MAX_PROPOSALS`` sentences by criterion, the likeliest first."""


def proposals_for(questions: Sequence[QuestionEvidence], embed: Embed | None) -> list[Proposals]:
    """Return the proposals for each question; without ``embed``, words alone decide.

    Questions without enough words have none. It takes seconds, so call it off the event loop.
    """
    asked = sum(bool(question.has_enough_words and question.rubric) for question in questions)
    share = MAX_EMBEDDED_TEXTS // max(1, asked)
    found: list[Proposals] = []
    for question in questions:
        if not question.has_enough_words:
            found.append({})
            continue
        try:
            found.append(_proposals(question, embed, share))
        except MeaningUnavailableError:
            embed = None
            found.append(_proposals(question, None, share))
    return found


def _proposals(question: QuestionEvidence, embed: Embed | None, share: int) -> Proposals:
    sentences = _sentences(question)
    if not sentences or not question.rubric:
        return {}
    index = SentenceIndex([sentence.quote for sentence in sentences], question.language)
    queries = [" ".join([one, *question.examples.get(one, ())]) for one in question.rubric]
    by_words = [index.scores(query) for query in queries]
    by_meaning: Sequence[Sequence[float]] | None = None
    if embed is not None and question.language == LANGUAGE_OF_MEANING:
        by_meaning = _similarities(question, [one.quote for one in sentences], by_words, embed, share)
    found: dict[str, list[Quote]] = {}
    for number, criterion in enumerate(question.rubric):
        ranks = _ranks(by_words[number])
        is_offered = index.shares_words(queries[number])
        if by_meaning is not None:
            ranks = [one + other for one, other in zip(ranks, _ranks(by_meaning[number]), strict=True)]
            is_near = [similarity >= MIN_SIMILARITY for similarity in by_meaning[number]]
            is_offered = [one or other for one, other in zip(is_offered, is_near, strict=True)]
        offered = sorted((place for place, one in enumerate(is_offered) if one), key=lambda place: ranks[place])
        found[criterion] = [sentences[place] for place in offered[:MAX_PROPOSALS]]
    return found


def _sentences(question: QuestionEvidence) -> list[Quote]:
    """Return the sentences of the answers, each as it stands in its entry; what is said twice is there once."""
    sentences: dict[str, Quote] = {}
    for entry in question.entries:
        for begin, end in sentence_places(entry.text):
            if len(sentences) == MAX_SENTENCES:
                return [*sentences.values()]
            quote = entry.text[begin:end]
            if len(quote.split()) >= MIN_SENTENCE_WORDS:
                sentences.setdefault(quote, Quote(seq=entry.seq, quote=quote))
    return [*sentences.values()]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The texts that a sentence is compared with, of all criteria, and how many each has."""

    texts: list[str]
    counts: list[int]


def _wanted(question: QuestionEvidence) -> _Wanted:
    """Return each criterion's example sentences, which are closer to what is said than the criterion itself."""
    by_criterion = [question.examples.get(criterion) or (criterion,) for criterion in question.rubric]
    return _Wanted([text for texts in by_criterion for text in texts], [len(texts) for texts in by_criterion])


def _similarities(
    question: QuestionEvidence,
    sentences: Sequence[str],
    by_words: Sequence[Sequence[float]],
    embed: Embed,
    share: int,
) -> list[list[float]] | None:
    """Return for each criterion each sentence's highest cosine similarity with what is wanted.

    None if the model may not be asked for enough. Of too many sentences those that share the most words are compared;
    the others get -1.
    """
    wanted = _wanted(question)
    room = share - len(wanted.texts)
    if room < MIN_EMBEDDED_SENTENCES:
        return None
    totals = [sum(scores) for scores in zip(*by_words, strict=True)]
    compared = sorted(sorted(range(len(sentences)), key=lambda place: -totals[place])[:room])
    products = embed([sentences[place] for place in compared]) @ embed(wanted.texts).T
    found = []
    first = 0
    for count in wanted.counts:
        similarities = [-1.0] * len(sentences)
        for place, similarity in zip(compared, products[:, first : first + count].max(axis=1), strict=True):
            similarities[place] = float(similarity)
        found.append(similarities)
        first += count
    return found


def _ranks(scores: Sequence[float]) -> list[int]:
    """Return each score's rank: how many are higher."""
    first: dict[float, int] = {}
    for rank, score in enumerate(sorted(scores, reverse=True)):
        first.setdefault(score, rank)
    return [first[score] for score in scores]
