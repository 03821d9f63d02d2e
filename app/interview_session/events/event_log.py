"""The logs of sessions in SQL: what their listeners and the conversation read."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.core.reads import Read
from app.interview_session.events.events import TEXT_KEYS, Event, EventType
from app.models import InterviewSession, SessionEvent
from app.repositories.access import DataAccess

ROOM_TOPIC = "room"
"""The topic of notifications that a session (by id) has news."""

REPORT_TOPIC = "report"
"""The topic of notifications that a session (by id) is to have a report."""

ERASED_TOPIC = "erased"
"""The topic of notifications that a session (by id) was erased, which no event tells."""

READ_LIMIT = 32
"""Events in one read of a log at most, and of each log in one read of many."""

READ_BYTES = 64 * 1024
"""Bytes of events in one read at most, unless a single event has more."""

NEWS_LIMIT = 32
"""Logs in one read of many."""

SHORT_BYTES = 512
"""An event of up to so many bytes is not made shorter: to take it apart costs more than to send it."""

_DELIVERY_KEYS = ["word_times", "fillers"]
"""How something was said, which is for reports alone."""

_LONG_KEYS = [*_DELIVERY_KEYS, *TEXT_KEYS.values(), "question", "instructions"]

_SIZE = func.octet_length(cast(SessionEvent.data, Text))


def _within_bytes(events: Select[Any]) -> Read:
    """Return the first of the events that together have up to ``READ_BYTES``, and at least one.

    ``events`` selects ``session_id``, ``seq``, ``type``, ``data`` and ``size``.
    """
    rows = events.subquery("events")
    running = func.sum(rows.c.size).over(partition_by=rows.c.session_id, order_by=rows.c.seq)
    measured = select(rows, (running - rows.c.size).label("bytes_before")).subquery("measured")
    return Read(
        select(*(measured.c[name] for name in ("session_id", "seq", "type", "data", "size")))
        .where(measured.c.bytes_before < literal_column(str(READ_BYTES)))
        .order_by(measured.c.session_id, measured.c.seq)
    )


_LINES = (SessionEvent.session_id, SessionEvent.seq, SessionEvent.type, SessionEvent.data, _SIZE.label("size"))
_EVENTS_AFTER = _within_bytes(
    select(*_LINES)
    .where(SessionEvent.session_id == bindparam("session_id"), SessionEvent.seq > bindparam("seq"))
    .order_by(SessionEvent.seq)
    .limit(literal_column(str(READ_LIMIT)))
)
_TRANSCRIPT_AFTER = _within_bytes(
    select(*_LINES)
    .where(
        SessionEvent.session_id == bindparam("session_id"),
        SessionEvent.seq > bindparam("seq"),
        SessionEvent.type == literal_column(f"'{EventType.TRANSCRIPT.value}'"),
    )
    .order_by(SessionEvent.seq)
    .limit(literal_column(str(READ_LIMIT)))
)
_KNOWN = (
    func.unnest(bindparam("session_ids", type_=ARRAY(Uuid())), bindparam("seqs", type_=ARRAY(BigInteger())))
    .table_valued(column("session_id", Uuid()), column("seq", BigInteger()))
    .render_derived(name="known")
)
_NEXT = (
    select(*_LINES)
    .where(SessionEvent.session_id == _KNOWN.c.session_id, SessionEvent.seq > _KNOWN.c.seq)
    .order_by(SessionEvent.seq)
    .limit(literal_column(str(READ_LIMIT)))
    .correlate(_KNOWN)
    .lateral("next_events")
)
# The news of many sessions in one statement: each with the number of the last event known of it.
_NEWS = _within_bytes(select(_NEXT).select_from(_KNOWN).join(_NEXT, true()))
# Each by its key, however many sessions there are: a join might read them all.
_LAST_SEQ = select(InterviewSession.last_seq).where(InterviewSession.id == _KNOWN.c.session_id).scalar_subquery()
_FOLLOWED = (
    select(_KNOWN.c.session_id, _KNOWN.c.seq, _LAST_SEQ.label("last_seq"))
    # So that the look-up is made once, and not for each condition on it.
    .offset(literal_column("0"))
    .subquery("followed")
)
_BEHIND = Read(
    select(_FOLLOWED.c.session_id, _FOLLOWED.c.last_seq.is_(None).label("is_erased")).where(
        or_(_FOLLOWED.c.last_seq.is_(None), _FOLLOWED.c.last_seq > _FOLLOWED.c.seq)
    )
)
_WITHOUT_TEXTS = cast(SessionEvent.data, JSONB).op("-")(cast(bindparam("texts"), ARRAY(Text())))
_WITHOUT_DELIVERY = cast(SessionEvent.data, JSONB).op("-")(cast(bindparam("delivery"), ARRAY(Text())))
_OUTLINE = Read(
    select(
        SessionEvent.seq,
        SessionEvent.type,
        case(
            (literal_column(str(SHORT_BYTES)) >= _SIZE, cast(SessionEvent.data, Text)),
            else_=cast(_WITHOUT_TEXTS, Text),
        ).label("data"),
        _SIZE.label("size"),
    )
    .where(
        SessionEvent.session_id == bindparam("session_id"),
        SessionEvent.type.in_(
            [
                literal_column(f"'{kind.value}'")
                for kind in (
                    EventType.PHASE_STARTED,
                    EventType.PHASE_CHANGED,
                    EventType.PHASE_ENDING,
                    EventType.TIMER_PAUSED,
                    EventType.TIMER_RESUMED,
                    EventType.TIMER_RESET,
                    EventType.TRANSCRIPT,
                    EventType.PROBLEM_INJECTED,
                    EventType.CONTEXT_INJECTED,
                    EventType.BOT_CONNECTED,
                    EventType.BOT_DISCONNECTED,
                    EventType.INTERVIEW_COMPLETED,
                )
            ]
        ),
    )
    .order_by(SessionEvent.seq)
)
_TEXTS = Read(
    select(SessionEvent.seq, SessionEvent.type, cast(_WITHOUT_DELIVERY, Text).label("data")).where(
        SessionEvent.session_id == bindparam("session_id"),
        SessionEvent.seq == any_(bindparam("seqs", type_=ARRAY(BigInteger()))),
    )
)


@dataclass(frozen=True, slots=True)
class Outlined:
    """An event without its long texts, and how many bytes it has with them."""

    event: Event
    size: int

    @property
    def is_without_text(self) -> bool:
        """Tell whether the event has a text that was left out."""
        key = TEXT_KEYS.get(self.event.type)
        return key is not None and key not in self.event.data


class EventLog:
    """The append-only history of each session, numbered from 1 without gaps."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def after(self, session_id: UUID, seq: int) -> list[asyncpg.Record]:
        """Return the next events (``seq``, ``type``, ``data`` as JSON text) after one number; none at the log's end.

        They are up to ``READ_LIMIT`` and ``READ_BYTES``.
        """
        return await self._access.reads.all(_EVENTS_AFTER, session_id=session_id, seq=seq)

    async def news(self, known: dict[UUID, int]) -> list[asyncpg.Record]:
        """Return the next events of up to ``NEWS_LIMIT`` sessions after the last one known of each.

        Each has its ``session_id`` and its ``size`` in bytes. There are up to ``READ_LIMIT`` and ``READ_BYTES`` of
        each session.
        """
        assert len(known) <= NEWS_LIMIT
        return await self._access.reads.all(_NEWS, session_ids=list(known), seqs=list(known.values()))

    async def behind(self, known: Mapping[UUID, int]) -> dict[UUID, bool]:
        """Return of any number of sessions those with events after the last one known of each, in one statement.

        Those that were erased are among them, with True.
        """
        rows = await self._access.reads.all(_BEHIND, session_ids=[*known], seqs=[*known.values()])
        return {row["session_id"]: row["is_erased"] for row in rows}

    async def transcript(self, session_id: UUID) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield what was said in a session, in order and in small batches, each a statement of its own."""
        seq = 0
        while rows := await self._access.reads.all(_TRANSCRIPT_AFTER, session_id=session_id, seq=seq):
            seq = rows[-1]["seq"]
            yield [orjson.loads(row["data"]) for row in rows]

    async def outline(self, session_id: UUID) -> list[Outlined]:
        """Return all that decides what is said next in a session, in order, each event of a few hundred bytes.

        Those of more than ``SHORT_BYTES`` are without their texts, which ``texts`` gives.
        """
        rows = await self._access.reads.all(_OUTLINE, session_id=session_id, texts=_LONG_KEYS)
        return [Outlined(Event.from_log(row["type"], row["data"], row["seq"]), row["size"]) for row in rows]

    async def texts(self, session_id: UUID, seqs: Collection[int]) -> dict[int, Event]:
        """Return some events of a session by their numbers, with all that the conversation may look at."""
        if not seqs:
            return {}
        rows = await self._access.reads.all(_TEXTS, session_id=session_id, seqs=[*seqs], delivery=_DELIVERY_KEYS)
        return {row["seq"]: Event.from_log(row["type"], row["data"], row["seq"]) for row in rows}


def may_have_more(news: list[asyncpg.Record]) -> set[UUID]:
    """Return the sessions of which ``EventLog.news`` may not have given all."""
    counts: Counter[UUID] = Counter()
    sizes: Counter[UUID] = Counter()
    for row in news:
        counts[row["session_id"]] += 1
        sizes[row["session_id"]] += row["size"]
    return {session for session, count in counts.items() if count == READ_LIMIT or sizes[session] >= READ_BYTES}
