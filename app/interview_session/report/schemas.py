"""A report as the API gives it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Score = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class ReportStatus(StrEnum):
    """How far a report is; ``failed`` still has all that was found without a model."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"


class QuestionStatus(StrEnum):
    """Whether the answers to a question were judged, and if not, whether they could have been."""

    JUDGED = "judged"
    NOT_JUDGED = "not_judged"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"


class MadeBy(StrEnum):
    """Who made a report: plain code, or a language model beside it."""

    CODE = "code"
    MODEL = "model"


class Verdict(StrEnum):
    """Whether an answer shows what a criterion asks for."""

    SHOWN = "shown"
    PARTLY = "partly"
    NOT_SHOWN = "not_shown"


class Quote(BaseModel):
    """Words of the candidate's, letter by letter as they stand in the transcript's entry ``seq``."""

    seq: int
    quote: str


class Dispute(BaseModel):
    """The candidate's word against a verdict, which then does not count in the score."""

    note: str | None = None


class CriterionReport(BaseModel):
    """A criterion of a question's rubric.

    ``verdict`` is a model's, null where there is none; ``evidence`` are the words that it rests on. ``proposals`` are
    up to three sentences, found without a model, in which the criterion may be met; they are no verdict.
    ``self_verdict`` is the candidate's own.
    """

    criterion: str
    verdict: Verdict | None = None
    evidence: list[Quote] = []
    proposals: list[Quote] = []
    advice: str | None = None
    self_verdict: Verdict | None = None
    disputed: Dispute | None = None


class SignPlaces(BaseModel):
    """How often a sign was found in the answers to a question, and where: the first 50 of them."""

    count: Count = 0
    places: list[Quote] = []


class QuestionSigns(BaseModel):
    """What plain code finds in the answers to a question; hints, and no judgement.

    ``longest_stretch_seconds`` is the longest time for which the candidate spoke without the interviewer; null where
    nothing was said by voice. ``seconds_to_first_word`` is the time from the end of the asking to the first word;
    null where the first answer was typed.
    """

    words: Count = 0
    own_part: SignPlaces = SignPlaces()
    team: SignPlaces = SignPlaces()
    numbers: SignPlaces = SignPlaces()
    results: SignPlaces = SignPlaces()
    examples: SignPlaces = SignPlaces()
    hedges: SignPlaces = SignPlaces()
    longest_stretch_seconds: NonNegative | None = None
    seconds_to_first_word: NonNegative | None = None


class EarlierAnswer(BaseModel):
    """The answer to the same question in an earlier session, beside which this one was given."""

    session_id: UUID
    sequence: int
    entries: list[int]
    criteria: list[CriterionReport]


class QuestionReport(BaseModel):
    """A question that was reached. ``entries`` are the numbers of the candidate's answers in the transcript.

    ``seconds_used`` is the time that its clock ran, and ``follow_ups`` are those that were asked.
    """

    sequence: int
    question_id: str
    question_type: str
    question: str
    status: QuestionStatus
    entries: list[int]
    seconds_used: NonNegative
    follow_ups: list[str] = []
    criteria: list[CriterionReport] = []
    signs: QuestionSigns
    earlier: EarlierAnswer | None = None


class SpokenDelivery(BaseModel):
    """How the answers by voice were delivered; a figure is null where there is nothing to tell it from."""

    words: Count = 0
    words_per_minute: NonNegative | None = None
    fillers: dict[str, int] | None = None
    fillers_per_minute: NonNegative | None = None
    longest_pause_seconds: NonNegative | None = None
    talk_ratio: Annotated[float, Field(ge=0, le=1)] | None = None
    response_seconds: NonNegative | None = None


class TypedDelivery(BaseModel):
    """How the answers in writing were delivered."""

    words: Count = 0
    answers: Count = 0
    response_seconds: NonNegative | None = None


class Delivery(BaseModel):
    """How the answers were delivered, by voice and in writing."""

    spoken: SpokenDelivery = SpokenDelivery()
    typed: TypedDelivery = TypedDelivery()


class Report(BaseModel):
    """What the candidate takes home after a session.

    ``score`` is that of the model's verdicts, ``self_score`` that of the candidate's own, both from 0 to 100 and null
    under three. ``tokens`` is what the model used, and ``note`` the candidate's.
    """

    session_id: UUID
    status: ReportStatus
    made_by: MadeBy = MadeBy.CODE
    model: str | None = None
    tokens: Count | None = None
    created_at: datetime
    score: Score | None = None
    self_score: Score | None = None
    note: str | None = None
    questions: list[QuestionReport] = []
    delivery: Delivery = Delivery()
