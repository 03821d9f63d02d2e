"""The interview templates: plans that are ready to run.

Each is a JSON file in ``interview_templates``, named by its slug. Their texts may say ``{role}`` and ``{company}``;
what these stand for is filled in here, with general words where nothing better is known.
"""

from functools import cache
from pathlib import Path
from typing import Any

import orjson

from app.interview_session.plans.wording import worded
from app.schemas.mock_interview import InterviewTemplate

FOLDER = Path(__file__).with_name("interview_templates")
SLUGS = ("behavioral", "coding", "system-design", "hr-screen", "final-round", "two-minute-demo")
"""The ids of the templates, in the order in which they are listed. Clients keep them: add, never rename."""

GENERAL_ROLE = "this role"
GENERAL_COMPANY = "the company"


def all_templates() -> list[InterviewTemplate]:
    """Return every template."""
    return [_general_template(slug) for slug in SLUGS]


def template(slug: str) -> InterviewTemplate | None:
    """Return the template of that slug, if there is one."""
    return _general_template(slug) if slug in SLUGS else None


def template_for(slug: str, *, role: str, company: str) -> InterviewTemplate:
    """Return a template that speaks of a certain role (``the Engineer role``) and company.

    Raises:
        KeyError: there is no such template.

    """
    return InterviewTemplate.model_validate(worded(_content(slug), {"role": role, "company": company}) | {"id": slug})


@cache
def _general_template(slug: str) -> InterviewTemplate:
    return template_for(slug, role=GENERAL_ROLE, company=GENERAL_COMPANY)


@cache
def _content(slug: str) -> dict[str, Any]:
    if slug not in SLUGS:
        raise KeyError(slug)
    content: dict[str, Any] = orjson.loads((FOLDER / f"{slug}.json").read_bytes())
    return content
