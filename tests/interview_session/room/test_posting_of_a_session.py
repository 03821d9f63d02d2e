"""The posting that a session is for, as the ears of its calls need it: only its owner's, and while there is one."""

from uuid import UUID

from fastapi import FastAPI

from app.interview_session.room.room_repository import RoomRepository
from app.repositories.access import DataAccess
from tests.support.rooms import Room, execute, open_anonymous_room, open_room
from tests.support.users import SignedIn


async def posting(app: FastAPI, room: Room) -> dict[str, object] | None:
    reads = app.state.runtime.database.reads
    return await RoomRepository(DataAccess(reads)).posting_of(UUID(str(room.session_id)))


async def test_a_session_knows_the_posting_of_its_position_until_that_is_gone(app: FastAPI, user: SignedIn) -> None:
    position = await user.position(title="Engineer", company="Nordlicht", description="You know Zephyrus.")
    room = await open_room(app, user, 10, position_id=position["id"])

    assert await posting(app, room) == {
        "title": "Engineer",
        "company": "Nordlicht",
        "description": "You know Zephyrus.",
    }
    # As the deletion of the position leaves it.
    await execute(app, "UPDATE interview_sessions SET position_id = NULL WHERE id = :id", id=room.session_id)
    assert await posting(app, room) is None


async def test_a_session_without_a_position_or_an_owner_has_none(app: FastAPI, user: SignedIn) -> None:
    assert await posting(app, await open_room(app, user, 10)) is None
    assert await posting(app, await open_anonymous_room(app, user.client)) is None
