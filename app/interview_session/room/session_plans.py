"""The plans of the sessions that were last acted in: an act needs its session's, and a plan never changes."""

from collections import OrderedDict
from collections.abc import Collection
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from app.core.reads import Read, Reads
from app.models import InterviewSession

MAX_BYTES = 8 * 1024 * 1024
"""What is kept, as JSON; as objects it takes some four times as much. A usual plan has 10 KiB."""

_PLANS = Read(
    select(InterviewSession.id, InterviewSession.plan).where(
        InterviewSession.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
    )
)


class SessionPlans:
    """Plans by their sessions: those that were asked for last are kept, up to ``MAX_BYTES`` of them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, tuple[dict[str, Any], int]] = OrderedDict()
        self._bytes = 0

    async def of(self, ids: Collection[UUID], reads: Reads) -> dict[UUID, dict[str, Any]]:
        """Return the plans of sessions; one that was erased may be missing. They must not be changed."""
        plans = {id_: kept[0] for id_ in ids if (kept := self._kept.get(id_))}
        for id_ in plans:
            self._kept.move_to_end(id_)
        if missing := [id_ for id_ in ids if id_ not in plans]:
            for row in await reads.all(_PLANS, ids=missing):
                plans[row["id"]] = plan = orjson.loads(row["plan"])
                self._keep(row["id"], plan, len(row["plan"]))
        return plans

    def forget(self, session_id: UUID) -> None:
        """Keep the plan of a session no longer that was erased."""
        if kept := self._kept.pop(session_id, None):
            self._bytes -= kept[1]

    def _keep(self, session_id: UUID, plan: dict[str, Any], size: int) -> None:
        self.forget(session_id)
        self._kept[session_id] = plan, size
        self._bytes += size
        while self._bytes > MAX_BYTES:
            _, (_, oldest_size) = self._kept.popitem(last=False)
            self._bytes -= oldest_size
