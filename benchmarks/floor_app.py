"""The floor: the same answers with no framework at all.

Bare ASGI, asyncpg with a pool of its own, PyJWT and orjson. No validation, no log, no limits, no revocation, no
errors: what is left is the work that nobody could leave out, so it is what the application is measured against.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import jwt
import orjson

from benchmarks.floor_statements import (
    AGENDA,
    ATTENTION,
    GET,
    LIST,
    OUTCOMES,
    OVERVIEW,
    STATUSES,
    TIMELINE,
    TYPES,
)

Message = MutableMapping[str, Any]
POOL_SIZE = 10
POSITIONS = "/api/v1/positions"
REASONS = ("no_activity", "outcome_pending", "task_overdue", "offer_unanswered")

pool: asyncpg.Pool


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answer the requests that are measured."""
    if scope["type"] == "lifespan":
        await _run_lifespan(receive, send)
        return
    path = scope["path"]
    if path == "/health":
        body = b"{}"
    else:
        query = dict(parse_qsl(scope["query_string"].decode()))
        body = await _answer(path, query, _user_id(scope["headers"]))
    length = str(len(body)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _run_lifespan(
    receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    global pool  # noqa: PLW0603 - there is nothing else to hang it on
    await receive()
    url = os.environ["DATABASE_URL"]
    pool = await asyncpg.create_pool(url, min_size=POOL_SIZE, max_size=POOL_SIZE)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await pool.close()
    await send({"type": "lifespan.shutdown.complete"})


def _user_id(headers: list[tuple[bytes, bytes]]) -> UUID:
    token = next(value for name, value in headers if name == b"authorization")[len(b"Bearer ") :]
    return UUID(jwt.decode(token, os.environ["JWT_SECRET_KEY"], algorithms=["HS256"])["sub"])


async def _answer(path: str, query: dict[str, str], user_id: UUID) -> bytes:
    if path == POSITIONS:
        return await _page(query, user_id)
    if path.endswith("/timeline"):
        return await _timeline(UUID(path.split("/")[-2]), query, user_id)
    if path.endswith("/agenda"):
        return await _agenda(query, user_id)
    if path.endswith("/attention"):
        return await _attention(query, user_id)
    if path.startswith(POSITIONS):
        position: str = await pool.fetchval(GET, UUID(path[len(POSITIONS) + 1 :]), user_id)
        return position.encode()
    row = await pool.fetchrow(OVERVIEW, user_id)
    assert row is not None
    return _to_json(_overview(row))


async def _page(query: dict[str, str], user_id: UUID) -> bytes:
    page, per_page = int(query["page"]), int(query["per_page"])
    company, search = f"%{query['company']}%", f"'{query['search']}':*"
    rows = await pool.fetch(LIST, user_id, query["status"], company, search, per_page, (page - 1) * per_page)
    total = rows[0]["total"] if rows else 0
    positions = [orjson.Fragment(row["position"]) for row in rows]
    return _to_json({"positions": positions} | _numbers(total, page, per_page))


def _numbers(total: int, page: int, per_page: int) -> dict[str, Any]:
    return {
        "total": total,
        "page": page,
        "per_page": per_page,
        "total_pages": -(-total // per_page),
        "has_next": page * per_page < total,
        "has_prev": page > 1,
    }


async def _timeline(position_id: UUID, query: dict[str, str], user_id: UUID) -> bytes:
    page, per_page = int(query["page"]), int(query["per_page"])
    rows = await pool.fetch(TIMELINE, position_id, user_id, per_page, (page - 1) * per_page)
    entries = [{"kind": row["kind"], "at": row["at"], "record": orjson.Fragment(row["record"])} for row in rows]
    return _to_json({"entries": entries} | _numbers(rows[0]["total"] if rows else 0, page, per_page))


async def _agenda(query: dict[str, str], user_id: UUID) -> bytes:
    zone = ZoneInfo(query["tz"])
    first, last = date.fromisoformat(query["from"]), date.fromisoformat(query["to"])
    since, until = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
    days: dict[date, list[dict[str, Any]]] = {}
    for row in await pool.fetch(AGENDA, user_id, since, until, first, last):
        entry = {"kind": row["kind"], "at": row["at"], **_embedded(row, "record", "position")}
        days.setdefault(row["date"] or row["at"].astimezone(zone).date(), []).append(entry)
    return _to_json({"days": [{"date": day, "entries": days[day]} for day in sorted(days)], "truncated": False})


async def _attention(query: dict[str, str], user_id: UUID) -> bytes:
    totals, entries = dict.fromkeys(REASONS, 0), []
    for row in await pool.fetch(ATTENTION, user_id, datetime.now(ZoneInfo(query["tz"])).date()):
        totals[row["reason"]] = row["total"]
        entry = {"reason": row["reason"], **_embedded(row, "position")}
        if row["reason"] == "task_overdue":
            entry |= {"due_date": row["date"], "task": orjson.Fragment(row["record"])}
        else:
            entry["since"] = row["at"]
        if row["reason"] == "outcome_pending":
            entry["interview"] = orjson.Fragment(row["record"])
        entries.append(entry)
    return _to_json({"entries": entries, "totals": totals})


def _embedded(row: asyncpg.Record, *names: str) -> dict[str, Any]:
    """Return what is JSON already, to be put into the body as it is."""
    return {name: row[name] and orjson.Fragment(row[name]) for name in names}


def _to_json(body: object) -> bytes:
    # asyncpg's UUIDs are of a class of their own.
    return orjson.dumps(body, default=str, option=orjson.OPT_UTC_Z)


def _overview(row: asyncpg.Record) -> dict[str, Any]:
    applications = row["applications"]

    def percent(part: int) -> float:
        return round(100 * part / applications, 2) if applications else 0.0

    return {
        "total_applications": applications,
        "total_companies": row["companies"],
        "total_interviews": row["interviews"],
        "total_saved": row["saved"],
        "response_rate": percent(row["responses"]),
        "interview_rate": percent(row["interviewed"]),
        "offer_rate": percent(row["offers"]),
        "status_breakdown": {name: row[name] for name in STATUSES},
        "interview_type_breakdown": {name: row[name] for name in TYPES},
        "interview_outcome_breakdown": {name: row[name] for name in OUTCOMES},
    }
