"""The values that a column may take, in the order in which the documentation lists them."""

from enum import StrEnum


class PositionStatus(StrEnum):
    """How far an application has come; ``saved`` is a job that nobody has applied for yet."""

    APPLIED = "applied"
    SCREENING = "screening"
    INTERVIEWING = "interviewing"
    OFFER = "offer"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SAVED = "saved"


APPLICATION_STATUSES = tuple(status for status in PositionStatus if status != PositionStatus.SAVED)
"""The statuses that figures are about."""


class InterviewType(StrEnum):
    """What an interview is about."""

    TECHNICAL = "technical"
    BEHAVIORAL = "behavioral"
    HR = "hr"
    FINAL = "final"


class InterviewPlace(StrEnum):
    """Where an interview happens."""

    PHONE = "phone"
    VIDEO = "video"
    ONSITE = "onsite"


class InterviewOutcome(StrEnum):
    """How an interview ended."""

    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DocumentKind(StrEnum):
    """What a document is."""

    CV = "cv"
    COVER_LETTER = "cover_letter"
    PORTFOLIO = "portfolio"
    OTHER = "other"


class QuestionType(StrEnum):
    """What a phase of a mock interview is about."""

    INTRODUCTION = "introduction"
    BEHAVIORAL = "behavioral"
    TECHNICAL = "technical"
    CODING = "coding"
    SYSTEM_DESIGN = "system_design"
    HR = "hr"
    CLOSING = "closing"


class FollowUpWhen(StrEnum):
    """Which answers a follow-up is meant for: those that lack something, or all of them."""

    VAGUE = "vague"
    NO_RESULT = "no_result"
    NO_OWN_PART = "no_own_part"
    NO_NUMBERS = "no_numbers"
    SHORT = "short"
    ALWAYS = "always"
