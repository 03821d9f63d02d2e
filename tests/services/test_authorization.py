"""Who may touch what: the one service that answers it."""

from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

from app.core.errors import AuthorizationError, ResourceNotFoundError
from app.models import Interview, Position, Product
from app.repositories.access import DataAccess
from app.services.authorization import (
    AuthorizationService,
    verify_interview_ownership,
    verify_position_ownership,
    verify_product_ownership,
)
from app.services.user_context import UserContext
from tests.support.users import SignedIn

ME = UserContext(uuid4(), uuid4())
STRANGER = UserContext(uuid4(), uuid4())


async def test_only_the_owner_reaches_a_position_and_its_interviews(
    app: FastAPI, user: SignedIn, other_user: SignedIn
) -> None:
    authorization = AuthorizationService(DataAccess(app.state.runtime.database.reads))
    position_id = UUID((await user.position())["id"])
    interview_id = UUID((await user.interview(str(position_id)))["id"])
    owner, stranger = UUID(user.id), UUID(other_user.id)

    assert await authorization.can_access_position(position_id, owner)
    assert await authorization.can_access_interview(interview_id, owner)
    assert not await authorization.can_access_position(position_id, stranger)
    assert not await authorization.can_access_interview(interview_id, stranger)
    assert (await authorization.get_user_position(position_id, owner))["id"] == position_id
    assert (await authorization.get_user_interview(interview_id, owner))["id"] == interview_id
    with pytest.raises(ResourceNotFoundError):
        await authorization.get_user_position(position_id, stranger)
    with pytest.raises(ResourceNotFoundError):
        await authorization.get_user_interview(interview_id, stranger)


def test_ownership_of_what_is_at_hand_is_verified() -> None:
    position = Position(id=uuid4(), user_id=ME.user_id)
    interview = Interview(id=uuid4(), position_id=position.id)
    elsewhere = Interview(id=uuid4(), position_id=uuid4())
    product = Product(id=uuid4(), owner_id=ME.user_id)

    verify_position_ownership(position, ME)
    verify_interview_ownership(interview, position, ME)
    verify_product_ownership(product, ME)
    with pytest.raises(ResourceNotFoundError):
        verify_position_ownership(position, STRANGER)
    with pytest.raises(ResourceNotFoundError):
        verify_interview_ownership(interview, position, STRANGER)
    with pytest.raises(ResourceNotFoundError):
        verify_interview_ownership(elsewhere, position, ME)
    with pytest.raises(AuthorizationError):
        verify_product_ownership(product, STRANGER)
