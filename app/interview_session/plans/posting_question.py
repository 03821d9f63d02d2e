"""The phase of a practice plan that takes a posting at its word."""

from typing import Any

from app.models.enums import FollowUpWhen, QuestionType
from app.schemas.mock_interview import PlannerField

MINUTES = 8
OWN_PART = "Which part of that was your own, and which was done by others?"
TODAY = "What would you do differently if you did it again?"
EXAMPLES = {
    OWN_PART: [
        "I planned it and trained the others; the building itself was done by two colleagues.",
        "The talks with the families were mine, and the paperwork came from the office.",
    ],
    TODAY: [
        "I would start with a small trial and not with all three shops at once.",
        "Next time I'd ask the night shift first, because they knew it all along.",
    ],
    "Gives an example from their own work instead of general knowledge": [
        "In my last job I did exactly that each Monday, for about forty customers.",
        "I had such a case in March, with a machine that nobody had a manual for.",
    ],
    "Connects the example with what the posting asks for": [
        "That is what your posting means, as I read it: somebody who keeps order while everything is changing.",
        "You ask for experience with children, and these were the hardest two years that one can have with them.",
    ],
    "Tells their own part from that of others": [
        "My part was the plan; the work on site was my colleague's.",
        "I did the first half alone, and for the second I had help.",
    ],
    "Is honest about gaps, and says how they would close them": [
        "I have never done that with so many people, so I would ask to come along for a week.",
        "That certificate I don't have yet; the course is in autumn.",
    ],
}


def posting_field(
    phrases: list[str], *, role: str, company: str, question_type: QuestionType, question: str
) -> PlannerField:
    """Return a phase that quotes the first phrase of a posting and puts a question to it; the others follow up.

    There is at least one phrase. The sequence is not settled.
    """
    first, *others = phrases
    return PlannerField(
        sequence=1,
        question_id="posting-requirements",
        question_type=question_type,
        duration=MINUTES,
        question=f"The posting for {role} at {company} says: “{first}”. {question}",
        paraphrase=f"The posting asks for this: “{first}”. Where has it come up in your work, and what did you do?",
        hints=[
            "It need not be the same thing; take what comes closest to it in your own work.",
            "Name one case: when it was, what had to be done, what you did, and how it turned out.",
        ],
        instructions=(
            "The question quotes the candidate's own copy of the posting. You know no more about the job than that, "
            "so do not add to it. Ask for one example from real work, and listen for what the candidate did "
            "personally. If the experience is missing, ask what comes closest and how they would close the gap; an "
            "honest answer is worth more than a stretched one. Take up the other requirements if there is time."
        ),
        follow_ups=[*map(_of_other, others), *_FOLLOW_UPS],
        rubric=[text for text in EXAMPLES if text not in {OWN_PART, TODAY}],
        examples=EXAMPLES,
    )


def _of_other(phrase: str) -> str:
    return f"The posting also says: “{phrase}”. What have you done that comes closest to it?"


_FOLLOW_UPS: list[Any] = [
    {
        "text": OWN_PART,
        "when": FollowUpWhen.NO_OWN_PART,
        "about": ["my part", "on my own", "by myself", "I was responsible", "was mine"],
    },
    {
        "text": TODAY,
        "when": FollowUpWhen.ALWAYS,
        "about": ["next time", "differently", "in hindsight", "looking back", "I would start"],
    },
]
