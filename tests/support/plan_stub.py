"""A server that is asked for practice plans."""

import json
from typing import Any

from tests.support.completion_stub import CompletionStub

QUESTIONS: list[dict[str, Any]] = [
    {
        "question_type": "introduction",
        "duration": 5,
        "question": "Hello. Who are you?",
        "instructions": "Be kind.",
        "follow_ups": ["Why rockets?"],
        "rubric": ["Is brief"],
    },
    {"question_type": "technical", "duration": 20, "question": "How would you store telemetry?"},
    {"question_type": "system_design", "duration": 20, "question": "Design the launch calendar."},
    {"question_type": "closing", "duration": 5, "question": "What do you want to know?"},
]
PLAN = json.dumps({"questions": QUESTIONS})


class PlanStub(CompletionStub):
    """Answers with a plan unless it is told to answer something else."""

    first_answer = PLAN

    def prompt(self) -> dict[str, Any]:
        """Return what the user's message of the last question said, which OpenAI's protocol asked."""
        [_, message] = self.asked[-1]["messages"]
        facts: dict[str, Any] = json.loads(message["content"])
        return facts
