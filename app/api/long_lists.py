"""Positions and interviews as JSON in parts, where their texts are more than is to be held at once.

What a page has for its first read is sent from there; the rest is read while it is sent, and only as fast as its
reader takes it.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends

from app.api.dependencies import CurrentUser, reading
from app.api.rows_response import RowsInParts, RowsResponse, as_json
from app.services.interviews import InterviewService
from app.services.position_events import SeenPosition
from app.services.positions import PositionService

Row = dict[str, Any]
Parts = AsyncIterator[bytes]


class LongLists:
    """Answers with the positions and interviews of one user."""

    def __init__(self, positions: PositionService, interviews: InterviewService, user_id: UUID) -> None:
        self._positions = positions
        self._interviews = interviews
        self._user_id = user_id

    def position(self, position: SeenPosition) -> RowsResponse | RowsInParts:
        """Return the answer with a position as ``PositionService.get`` gives it."""
        whole = position.whole
        return RowsInParts(self._position(position)) if whole is None else RowsResponse(orjson.Fragment(whole))

    def positions(self, page: dict[str, Any]) -> RowsResponse | RowsInParts:
        """Return the answer with a page as ``PositionService.list_page`` gives it."""
        positions: list[SeenPosition] = page["positions"]
        whole = [orjson.Fragment(json) for position in positions if (json := position.whole) is not None]
        if len(whole) < len(positions):
            return RowsInParts(_page("positions", self._each_position(positions), page))
        return RowsResponse(page | {"positions": whole})

    def interviews(self, page: dict[str, Any]) -> RowsResponse | RowsInParts:
        """Return the answer with a page as ``InterviewService.list_page`` gives it."""
        rows: list[Row] = page["interviews"]
        cut = [row["id"] for row in rows if row.pop("is_cut")]
        if not cut:
            return RowsResponse(page)
        return RowsInParts(_page("interviews", self._each_interview(rows, cut), page))

    async def interviews_of_position(
        self, first: list[Row], others: AsyncIterator[list[Row]]
    ) -> RowsResponse | RowsInParts:
        """Return the answer with all interviews of a position, of which the first were read."""
        second: list[Row] = await anext(others, [])
        if not second:
            return RowsResponse({"interviews": first, "total": len(first)})
        return RowsInParts(_counted(first, second, others))

    async def _each_position(self, positions: list[SeenPosition]) -> AsyncIterator[Parts]:
        """Yield the parts of each position of a page that was not read."""
        left = [position.id for position in positions]
        while left:
            batch = await self._positions.batch(left, self._user_id)
            for position in batch:
                yield self._position(position)
            # What was deleted meanwhile is in no batch.
            left = left[left.index(batch[-1].id) + 1 :] if batch else []

    async def _position(self, position: SeenPosition) -> Parts:
        if position.whole is not None:
            yield position.whole.encode()
            return
        yield f"{position.beginning}[".encode()
        separator = b""
        async for batch in self._interviews.of_position(position.id, self._user_id):
            yield separator + _joined(batch)
            separator = b","
        yield b"]}"

    async def _each_interview(self, rows: list[Row], cut: list[UUID]) -> AsyncIterator[Parts]:
        """Yield each interview of a page; the last of its rows are without their notes."""
        for row in rows[: len(rows) - len(cut)]:
            yield _part(row)
        left = rows[len(rows) - len(cut) :]
        while left:
            notes = await self._interviews.notes_of([row["id"] for row in left], self._user_id)
            if not notes:
                return
            last = max(number for number, row in enumerate(left) if row["id"] in notes)
            for row in left[: last + 1]:
                if row["id"] in notes:
                    yield _part(row | {"notes": notes[row["id"]]})
            left = left[last + 1 :]


async def get_long_lists(
    user: CurrentUser,
    positions: Annotated[PositionService, Depends(reading(PositionService))],
    interviews: Annotated[InterviewService, Depends(reading(InterviewService))],
) -> LongLists:
    """Give the answers with the user's positions and interviews."""
    return LongLists(positions, interviews, user.user_id)


Lists = Annotated[LongLists, Depends(get_long_lists)]


async def _page(name: str, items: AsyncIterator[Parts], page: dict[str, Any]) -> Parts:
    """Yield a page: its list, and then where it stands."""
    separator = b'{"%s":[' % name.encode()
    async for parts in items:
        yield separator
        async for part in parts:
            yield part
        separator = b","
    others = {key: value for key, value in page.items() if key != name}
    yield b"]," + as_json(others)[1:]


async def _counted(first: list[Row], second: list[Row], others: AsyncIterator[list[Row]]) -> Parts:
    total = len(first) + len(second)
    yield b'{"interviews":[' + _joined(first)
    yield b"," + _joined(second)
    async for batch in others:
        total += len(batch)
        yield b"," + _joined(batch)
    yield b'],"total":%d}' % total


async def _part(row: Row) -> Parts:
    yield as_json(row)


def _joined(rows: list[Row]) -> bytes:
    return b",".join(map(as_json, rows))
