"""Which plan a room shall run: a template by its slug, or a saved mock interview by its id."""

from collections.abc import Sequence
from uuid import UUID

from app.interview_session.plans.mock_interviews import MockInterviewNotFoundError, MockInterviewService
from app.interview_session.plans.plan import Plan
from app.interview_session.plans.template_catalogue import template
from app.repositories.access import DataAccess


def plan_id_of(mock_interview_id: str) -> str:
    """Return a plan's id in the spelling that sessions keep."""
    saved_id = _as_uuid(mock_interview_id)
    return str(saved_id) if saved_id else mock_interview_id


async def find_plan(
    access: DataAccess,
    mock_interview_id: str,
    user_id: UUID | None,
    *,
    sequences: Sequence[int] | None = None,
    minutes: float | None = None,
) -> Plan:
    """Return a template's plan, or that of one of the user's mock interviews.

    With ``sequences`` it has only these phases, with ``minutes`` it lasts that long.

    Raises:
        MockInterviewNotFoundError: there is none by that name, or it is another user's.
        ValidationError: a sequence is not one of the plan's.

    """
    plan = await _whole_plan(access, mock_interview_id, user_id)
    return plan.shortened(sequences, minutes)


async def _whole_plan(access: DataAccess, mock_interview_id: str, user_id: UUID | None) -> Plan:
    if found := template(mock_interview_id):
        return Plan(
            mock_interview_id=mock_interview_id,
            title=found.title,
            planner_fields=[field.model_dump(mode="json") for field in found.planner_fields],
            language=found.language,
        )
    saved_id = _as_uuid(mock_interview_id)
    if saved_id is None or user_id is None:
        raise MockInterviewNotFoundError(mock_interview_id)
    saved = await MockInterviewService(access).get(saved_id, user_id)
    return Plan(
        mock_interview_id=str(saved_id),
        title=saved["title"],
        planner_fields=saved["planner_fields"],
        position_id=saved["position_id"],
        interview_id=saved["interview_id"],
        language=saved["language"],
        retry_of=(saved["retry_of_session_id"], saved["retry_of_sequence"]) if saved["retry_of_session_id"] else None,
    )


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
