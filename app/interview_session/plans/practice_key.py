"""What a practice plan is made from, as one value: equal for equal interviews."""

import json
from enum import StrEnum
from hashlib import sha256

from app.interview_session.plans.practice_plan import InterviewFacts


class Author(StrEnum):
    """Who writes practice plans."""

    MODEL = "model"
    TEMPLATE = "template"


def practice_key(facts: InterviewFacts, author: Author) -> str:
    """Return 64 hexadecimal digits (SHA-256) that change with anything that the author goes by."""
    known = [author, facts.type, facts.minutes, facts.title, facts.company, facts.description or ""]
    # As JSON, because there the end of a text cannot be taken for the beginning of the next.
    return sha256(json.dumps(known).encode()).hexdigest()
