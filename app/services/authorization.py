"""The one place that answers whether a user may touch a resource."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.errors import AuthorizationError, ResourceNotFoundError
from app.models import Interview, Position, Product
from app.repositories.access import DataAccess
from app.repositories.interviews import InterviewRepository
from app.repositories.position_records import PositionRecord
from app.repositories.positions import PositionRepository
from app.services.user_context import UserContext


class AuthorizationService:
    """Ownership of positions, interviews and products.

    What belongs to somebody else is answered as if it did not exist, in the same words.
    """

    def __init__(self, access: DataAccess) -> None:
        self._positions = PositionRepository(access)
        self._interviews = InterviewRepository(access)

    async def can_access_position(self, position_id: UUID, user_id: UUID) -> bool:
        """Tell whether the position exists and is the user's."""
        return await self._positions.exists(position_id, user_id)

    async def can_access_interview(self, interview_id: UUID, user_id: UUID) -> bool:
        """Tell whether the interview exists and is the user's."""
        return await self._interviews.get(interview_id, user_id) is not None

    async def get_user_position(self, position_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return the columns of the user's position.

        Raises:
            ResourceNotFoundError: it does not exist, or is another user's.

        """
        position = await self._positions.get(position_id, user_id)
        if position is None:
            raise ResourceNotFoundError("Position", position_id)
        return position

    async def get_user_position_record(self, position_id: UUID, user_id: UUID) -> PositionRecord:
        """Return the user's position as JSON with its interviews.

        Raises:
            ResourceNotFoundError: it does not exist, or is another user's.

        """
        position = await self._positions.record(position_id, user_id)
        if position is None:
            raise ResourceNotFoundError("Position", position_id)
        return position

    async def get_user_interview(self, interview_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return the user's interview.

        Raises:
            ResourceNotFoundError: it does not exist, or is another user's.

        """
        interview = await self._interviews.get(interview_id, user_id)
        if interview is None:
            raise ResourceNotFoundError("Interview", interview_id)
        return interview

    async def lock_user_position(self, position_id: UUID, user_id: UUID) -> Position:
        """Return the user's position, held for this transaction.

        Raises:
            ResourceNotFoundError: it does not exist, or is another user's.

        """
        position = await self._positions.lock(position_id, user_id)
        if position is None:
            raise ResourceNotFoundError("Position", position_id)
        return position

    async def hold_user_positions(self, position_ids: Sequence[UUID], user_id: UUID) -> None:
        """Keep the user's positions from being deleted in this transaction.

        Raises:
            ResourceNotFoundError: one of them does not exist, or is another user's.

        """
        if not position_ids:
            return
        held = await self._positions.hold(position_ids, user_id)
        for position_id in position_ids:
            if position_id not in held:
                raise ResourceNotFoundError("Position", position_id)

    async def lock_user_interview(self, interview_id: UUID, user_id: UUID) -> tuple[Position, Interview]:
        """Return the user's interview and its position, both held for this transaction.

        Raises:
            ResourceNotFoundError: it does not exist, or is another user's.

        """
        locked = await self._interviews.lock(interview_id, user_id)
        if locked is None:
            raise ResourceNotFoundError("Interview", interview_id)
        return locked


def verify_position_ownership(position: Position, user_context: UserContext) -> None:
    """Raise ``ResourceNotFoundError`` unless the position is the user's."""
    if position.user_id != user_context.user_id:
        raise ResourceNotFoundError("Position", position.id)


def verify_interview_ownership(interview: Interview, position: Position, user_context: UserContext) -> None:
    """Raise ``ResourceNotFoundError`` unless the interview belongs to the position, and both to the user."""
    if interview.position_id != position.id or position.user_id != user_context.user_id:
        raise ResourceNotFoundError("Interview", interview.id)


def verify_product_ownership(product: Product, user_context: UserContext) -> None:
    """Raise ``AuthorizationError`` unless the product is the user's; everyone may know that it exists."""
    if product.owner_id != user_context.user_id:
        raise AuthorizationError
