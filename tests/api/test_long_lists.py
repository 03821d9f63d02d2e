"""Lists whose texts are more than a process is to hold: they come whole, and are read in parts."""

from typing import Any

import pytest
from fastapi import FastAPI

from app.repositories.interviews import BATCH_ROWS
from app.repositories.paging import READ_BYTES
from app.schemas.interview import InterviewListResponse, PositionInterviewsResponse
from app.schemas.position import PositionListResponse, PositionResponse
from app.services.positions import PositionService
from tests.support.counted_reads import CountedReads, counted_reads
from tests.support.rooms import execute
from tests.support.users import SignedIn

POSITIONS = "/api/v1/positions"
INTERVIEWS = "/api/v1/interviews"
TEXT = "x" * 20_000
ONE_READ_BYTES = READ_BYTES + 2 * len(TEXT)
"""A read goes up to its limit and then to the end of a row; beside the texts there are the other columns."""


async def add_positions(app: FastAPI, user: SignedIn, count: int, text: str = TEXT) -> None:
    """Store so many positions with long descriptions, each of another company, one day apart."""
    await execute(
        app,
        """
        INSERT INTO positions (id, user_id, title, company, description, status, application_date, tags, archived,
            responded, offered, created_at, updated_at)
        SELECT gen_random_uuid(), :user, 'Engineer', 'Company ' || lpad(CAST(n AS text), 3, '0'), CAST(:text AS text),
            'applied', DATE '2024-01-01' + n, '{}', false, false, false, now(), now()
        FROM generate_series(1, :count) AS n
        """,
        user=user.id,
        text=text,
        count=count,
    )


async def add_interviews(app: FastAPI, user: SignedIn, position_id: str, count: int, text: str = TEXT) -> None:
    """Store so many interviews with long notes, some of them at the same time."""
    await execute(
        app,
        """
        INSERT INTO interviews (id, user_id, position_id, type, place, scheduled_date, notes, outcome, created_at,
            updated_at)
        SELECT gen_random_uuid(), :user, CAST(:position AS uuid), 'technical', 'video',
            TIMESTAMPTZ '2024-01-01' + make_interval(hours => CAST(n / 3 AS integer)), CAST(:text AS text), 'pending',
            now(), now()
        FROM generate_series(1, :count) AS n
        """,
        user=user.id,
        position=position_id,
        text=text,
        count=count,
    )


async def read_in_parts(user: SignedIn, path: str, **query: Any) -> tuple[bytes, CountedReads]:
    with counted_reads() as read:
        answer = await user.get(path, **query)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert read.largest_bytes < ONE_READ_BYTES
    assert len(read.statements) > len(answer.content) // ONE_READ_BYTES
    return answer.content, read


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_a_page_of_long_positions_is_complete_and_in_order(app: FastAPI, user: SignedIn, order: str) -> None:
    await add_positions(app, user, 45)

    content, _ = await read_in_parts(
        user, POSITIONS, per_page=40, sort_by="company", sort_order=order, search="engine"
    )

    page = PositionListResponse.model_validate_json(content)
    expected = sorted((f"Company {number:03}" for number in range(1, 46)), reverse=order == "desc")
    assert [position.company for position in page.positions] == expected[:40]
    assert {position.description for position in page.positions} == {TEXT}
    assert (page.total, page.total_pages, page.has_next) == (45, 2, True)


async def test_positions_with_more_interviews_than_one_read_are_complete(app: FastAPI, user: SignedIn) -> None:
    await add_positions(app, user, 3)
    last, middle, _ = [position["id"] for position in (await user.get(POSITIONS)).json()["positions"]]
    await add_interviews(app, user, middle, 40)
    await add_interviews(app, user, last, 2)

    content, _ = await read_in_parts(user, POSITIONS)
    whole, _ = await read_in_parts(user, f"{POSITIONS}/{middle}")

    page = PositionListResponse.model_validate_json(content)
    assert [len(position.interviews) for position in page.positions] == [2, 40, 0]
    assert PositionResponse.model_validate_json(whole) == page.positions[1]
    moments = [(interview.scheduled_date, interview.id) for interview in page.positions[1].interviews]
    assert moments == sorted(moments)


async def test_a_page_of_long_interviews_is_complete_and_in_order(app: FastAPI, user: SignedIn) -> None:
    position = await user.position()
    await add_interviews(app, user, position["id"], 45)

    content, _ = await read_in_parts(user, INTERVIEWS, per_page=40)

    page = InterviewListResponse.model_validate_json(content)
    moments = [(interview.scheduled_date, interview.id) for interview in page.interviews]
    assert len(set(moments)) == 40
    assert moments == sorted(moments)
    assert {interview.notes for interview in page.interviews} == {TEXT}
    assert (page.total, page.has_next) == (45, True)


@pytest.mark.parametrize(("count", "text"), [(45, TEXT), (2 * BATCH_ROWS, ""), (2 * BATCH_ROWS + 1, "")])
async def test_all_interviews_of_a_position_are_complete_and_in_order(
    app: FastAPI, user: SignedIn, count: int, text: str
) -> None:
    position = await user.position()
    await add_interviews(app, user, position["id"], count, text)

    content, _ = await read_in_parts(user, f"{POSITIONS}/{position['id']}/interviews")

    listed = PositionInterviewsResponse.model_validate_json(content)
    moments = [(interview.scheduled_date, interview.id) for interview in listed.interviews]
    assert len(set(moments)) == listed.total == count
    assert moments == sorted(moments)


async def test_what_is_deleted_while_a_page_is_sent_is_left_out(
    app: FastAPI, user: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_positions(app, user, 30)
    honest = PositionService.batch
    deleted = False

    async def after_deletion(self: PositionService, ids: Any, user_id: Any) -> Any:
        nonlocal deleted
        if not deleted:
            await execute(app, "DELETE FROM positions WHERE id = ANY(:ids)", ids=[ids[0], ids[-1]])
            deleted = True
        return await honest(self, ids, user_id)

    monkeypatch.setattr(PositionService, "batch", after_deletion)

    page = PositionListResponse.model_validate_json((await user.get(POSITIONS, per_page=30)).content)

    assert deleted
    assert len(page.positions) == 28
