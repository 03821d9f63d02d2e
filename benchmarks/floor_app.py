"""The floor: the same answers with no framework at all.

Bare ASGI, asyncpg with a pool of its own, PyJWT and orjson. No validation, no log, no limits, no revocation, no
errors: what is left is the work that nobody could leave out, so it is what the application is measured against.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import asyncpg
import jwt
import orjson

Message = MutableMapping[str, Any]
POOL_SIZE = 10
POSITIONS = "/api/v1/positions"
STATUSES = ["applied", "screening", "interviewing", "offer", "rejected", "withdrawn"]
TYPES = ["technical", "behavioral", "hr", "final"]
OUTCOMES = ["pending", "passed", "failed", "cancelled"]

COLUMNS = (
    "positions.id, title, company, description, location, salary_range, status, positions.application_date, job_url,"
    " source, tags, archived, created_at, updated_at"
)
INTERVIEWS = """(
    SELECT json_agg(json_build_object(
        'id', i.id, 'position_id', i.position_id, 'type', i.type, 'place', i.place,
        'scheduled_date', i.scheduled_date, 'duration_minutes', i.duration_minutes, 'notes', i.notes,
        'outcome', i.outcome, 'created_at', i.created_at, 'updated_at', i.updated_at
    ) ORDER BY i.scheduled_date, i.id)
    FROM interviews i WHERE i.position_id = positions.id
) AS interviews"""
EVENTS = """
    coalesce(greatest(
        (SELECT max(occurred_at) FROM status_changes s WHERE s.position_id = positions.id AND s.occurred_at <= now()),
        (SELECT max(scheduled_date) FROM interviews i WHERE i.position_id = positions.id AND scheduled_date <= now()),
        (SELECT max(occurred_at) FROM notes n WHERE n.position_id = positions.id),
        (SELECT max(done_at) FROM tasks t WHERE t.position_id = positions.id),
        (SELECT max(d.created_at) FROM documents d JOIN document_positions p ON p.document_id = d.id
         WHERE p.position_id = positions.id),
        (SELECT max(coalesce(started_at, x.created_at)) FROM interview_sessions x WHERE x.position_id = positions.id)
    ), created_at) AS last_activity_at,
    (SELECT json_build_object('kind', 'task', 'id', t.id, 'title', t.title, 'at', null, 'date', t.due_date)
     FROM tasks t WHERE t.position_id = positions.id AND due_date >= current_date AND done_at IS NULL
     ORDER BY due_date, t.id LIMIT 1) AS next_task,
    (SELECT json_build_object('kind', 'interview', 'id', i.id, 'title', i.type, 'at', i.scheduled_date,
        'date', CAST(i.scheduled_date AS date))
     FROM interviews i WHERE i.position_id = positions.id AND scheduled_date > now() AND outcome <> 'cancelled'
     ORDER BY scheduled_date, i.id LIMIT 1) AS next_interview"""
GET = f"SELECT {COLUMNS}, {EVENTS}, {INTERVIEWS} FROM positions WHERE id = $1 AND user_id = $2"
LIST = f"""
WITH page AS (
    SELECT id, application_date, count(*) OVER () AS total FROM positions
    WHERE user_id = $1 AND status = $2 AND company ILIKE $3
        AND search_vector @@ (to_tsquery('simple', $4) || to_tsquery('english', $4))
    ORDER BY application_date DESC NULLS LAST, id LIMIT $5 OFFSET $6
)
SELECT {COLUMNS}, {EVENTS}, {INTERVIEWS}, page.total FROM positions JOIN page ON page.id = positions.id
ORDER BY positions.application_date DESC NULLS LAST, positions.id"""
OVERVIEW = f"""
SELECT p.*, i.*, s.* FROM (
    SELECT count(*) AS applications, count(DISTINCT lower(btrim(company))) AS companies,
        count(*) FILTER (WHERE responded) AS responses, count(*) FILTER (WHERE offered) AS offers,
        {", ".join(f"count(*) FILTER (WHERE status = '{name}') AS {name}" for name in STATUSES)}
    FROM positions WHERE user_id = $1 AND status <> 'saved'
) p, (
    SELECT count(*) AS interviews, count(DISTINCT position_id) AS interviewed,
        {", ".join(f"count(*) FILTER (WHERE type = '{name}') AS {name}" for name in TYPES)},
        {", ".join(f"count(*) FILTER (WHERE outcome = '{name}') AS {name}" for name in OUTCOMES)}
    FROM interviews WHERE user_id = $1 AND position_id <> ALL(ARRAY(
        SELECT id FROM positions WHERE user_id = $1 AND status = 'saved'
    ))
) i, (
    SELECT count(*) AS saved FROM positions WHERE user_id = $1 AND status = 'saved'
) s"""

pool: asyncpg.Pool


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answer the three requests that are measured."""
    if scope["type"] == "lifespan":
        await _run_lifespan(receive, send)
        return
    path = scope["path"]
    if path == "/health":
        body = b"{}"
    else:
        body = await _answer(path, scope["query_string"], _user_id(scope["headers"]))
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


async def _answer(path: str, query: bytes, user_id: UUID) -> bytes:
    if path == POSITIONS:
        return await _page(dict(parse_qsl(query.decode())), user_id)
    if path.startswith(POSITIONS):
        row = await pool.fetchrow(GET, UUID(path[len(POSITIONS) + 1 :]), user_id)
        assert row is not None
        return _to_json(_position(row))
    row = await pool.fetchrow(OVERVIEW, user_id)
    assert row is not None
    return _to_json(_overview(row))


async def _page(query: dict[str, str], user_id: UUID) -> bytes:
    page, per_page = int(query["page"]), int(query["per_page"])
    company, search = f"%{query['company']}%", f"'{query['search']}':*"
    rows = await pool.fetch(LIST, user_id, query["status"], company, search, per_page, (page - 1) * per_page)
    total = rows[0]["total"] if rows else 0
    positions = [_position(row) for row in rows]
    for position in positions:
        del position["total"]
    return _to_json(
        {
            "positions": positions,
            "total": total,
            "page": page,
            "per_page": per_page,
            "total_pages": -(-total // per_page),
            "has_next": page * per_page < total,
            "has_prev": page > 1,
        }
    )


def _to_json(body: object) -> bytes:
    # asyncpg's UUIDs are of a class of their own.
    return orjson.dumps(body, default=str, option=orjson.OPT_UTC_Z)


def _position(row: asyncpg.Record) -> dict[str, Any]:
    position = dict(row)
    # Already JSON, and put into the body as it is.
    position["interviews"] = orjson.Fragment(position["interviews"] or b"[]")
    # Which of the two comes first only matters where there are both, and then only for what it says.
    ahead = position.pop("next_task"), position.pop("next_interview")
    position["next_event"] = orjson.Fragment(ahead[0] or ahead[1] or b"null")
    return position


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
