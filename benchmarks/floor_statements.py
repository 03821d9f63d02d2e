"""The statements of the floor, written by hand."""

STATUSES = ["applied", "screening", "interviewing", "offer", "rejected", "withdrawn"]
TYPES = ["technical", "behavioral", "hr", "final"]
OUTCOMES = ["pending", "passed", "failed", "cancelled"]


def _json(table: str, columns: str, more: str = "") -> str:
    """Return SQL for a row as a JSON object; more fields may be added."""
    fields = ", ".join(f"'{column}', {table}.{column}" for column in columns.split(", "))
    return f"json_build_object({fields}{more})"


INTERVIEW = _json(
    "i",
    "id, position_id, type, place, scheduled_date, duration_minutes, notes, outcome, created_at, updated_at",
)
INTERVIEWS = f"""(
    SELECT coalesce(json_agg({INTERVIEW} ORDER BY i.scheduled_date, i.id), '[]') FROM interviews i
    WHERE i.position_id = positions.id
)"""
LAST_ACTIVITY = """coalesce(greatest(
        (SELECT max(occurred_at) FROM status_changes s WHERE s.position_id = positions.id AND s.occurred_at <= now()),
        (SELECT max(scheduled_date) FROM interviews i WHERE i.position_id = positions.id AND scheduled_date <= now()),
        (SELECT max(occurred_at) FROM notes n WHERE n.position_id = positions.id),
        (SELECT max(done_at) FROM tasks t WHERE t.position_id = positions.id),
        (SELECT max(d.created_at) FROM documents d JOIN document_positions p ON p.document_id = d.id
         WHERE p.position_id = positions.id),
        (SELECT max(coalesce(started_at, x.created_at)) FROM interview_sessions x WHERE x.position_id = positions.id)
    ), created_at)"""
# Which of the two comes first only matters where there are both, and then only for what it says.
NEXT_EVENT = """coalesce(
    (SELECT json_build_object('kind', 'task', 'id', t.id, 'title', t.title, 'at', null, 'date', t.due_date)
     FROM tasks t WHERE t.position_id = positions.id AND due_date >= current_date AND done_at IS NULL
     ORDER BY due_date, t.id LIMIT 1),
    (SELECT json_build_object('kind', 'interview', 'id', i.id, 'title', i.type, 'at', i.scheduled_date,
        'date', CAST(i.scheduled_date AS date))
     FROM interviews i WHERE i.position_id = positions.id AND scheduled_date > now() AND outcome <> 'cancelled'
     ORDER BY scheduled_date, i.id LIMIT 1)
)"""
POSITION = _json(
    "positions",
    "id, title, company, description, location, salary_range, status, application_date, job_url, source, tags, "
    "archived, created_at, updated_at",
    f", 'last_activity_at', {LAST_ACTIVITY}, 'next_event', {NEXT_EVENT}, 'interviews', {INTERVIEWS}",
)
GET = f"SELECT {POSITION} FROM positions WHERE id = $1 AND user_id = $2"
LIST = f"""
WITH page AS (
    SELECT id, application_date, count(*) OVER () AS total FROM positions
    WHERE user_id = $1 AND status = $2 AND company ILIKE $3
        AND search_vector @@ (to_tsquery('simple', $4) || to_tsquery('english', $4))
    ORDER BY application_date DESC NULLS LAST, id LIMIT $5 OFFSET $6
)
SELECT {POSITION} AS position, page.total FROM positions JOIN page ON page.id = positions.id
ORDER BY positions.application_date DESC NULLS LAST, positions.id"""
OVERVIEW = f"""
SELECT p.*, i.*, s.* FROM (
    SELECT count(*) AS applications, count(DISTINCT lower(btrim(company))) AS companies,
        count(*) FILTER (WHERE responded) AS responses, count(*) FILTER (WHERE offered) AS offers,
        {", ".join(f"count(*) FILTER (WHERE status = '{name}') AS {name}" for name in STATUSES)}
    FROM positions WHERE user_id = $1 AND status <> 'saved'
) p, (
    SELECT count(*) AS interviews,
        count(DISTINCT position_id) FILTER (WHERE outcome <> 'cancelled') AS interviewed,
        {", ".join(f"count(*) FILTER (WHERE type = '{name}') AS {name}" for name in TYPES)},
        {", ".join(f"count(*) FILTER (WHERE outcome = '{name}') AS {name}" for name in OUTCOMES)}
    FROM interviews WHERE user_id = $1 AND position_id <> ALL(ARRAY(
        SELECT id FROM positions WHERE user_id = $1 AND status = 'saved'
    ))
) i, (
    SELECT count(*) AS saved FROM positions WHERE user_id = $1 AND status = 'saved'
) s"""

STATUS_CHANGE = _json("s", "from_status, to_status, occurred_at, recorded_at, note")
NOTE = _json("n", "id, position_id, text, occurred_at, created_at, updated_at")
TASK = _json("t", "id, position_id, title, due_date, done_at, created_at, updated_at")
DOCUMENT = _json("d", "id, name, kind, url, file_name, media_type, size_bytes, created_at, updated_at")
SESSION = _json(
    "x",
    "id, room_id, mock_interview_id, position_id, interview_id, created_at, started_at, ended_at, end_reason",
)
IN_SHORT = _json("p", "id, title, company, status")
TIMELINE = f"""
WITH entries AS (
    SELECT 'status_change' AS kind, occurred_at AS at, s.id, {STATUS_CHANGE} AS record
    FROM status_changes s JOIN positions p ON p.id = s.position_id WHERE p.id = $1 AND p.user_id = $2
    UNION ALL SELECT 'interview', scheduled_date, i.id, {INTERVIEW}
    FROM interviews i WHERE position_id = $1 AND user_id = $2
    UNION ALL SELECT 'note', occurred_at, n.id, {NOTE} FROM notes n WHERE position_id = $1 AND user_id = $2
    UNION ALL SELECT 'task', done_at, t.id, {TASK}
    FROM tasks t WHERE position_id = $1 AND user_id = $2 AND done_at IS NOT NULL
    UNION ALL SELECT 'document', d.created_at, d.id, {DOCUMENT}
    FROM documents d JOIN document_positions b ON b.document_id = d.id WHERE b.position_id = $1 AND b.user_id = $2
    UNION ALL SELECT 'practice_session', coalesce(started_at, created_at), x.id, {SESSION}
    FROM interview_sessions x WHERE position_id = $1 AND user_id = $2
)
SELECT kind, at, record, count(*) OVER () AS total FROM entries
ORDER BY at DESC, kind DESC, id DESC LIMIT $3 OFFSET $4"""
AGENDA = f"""
SELECT 'interview' AS kind, scheduled_date AS at, null AS date, {INTERVIEW} AS record, {IN_SHORT} AS position
FROM interviews i JOIN positions p ON p.id = i.position_id
WHERE i.user_id = $1 AND scheduled_date >= $2 AND scheduled_date < $3
UNION ALL SELECT 'task', null, due_date, {TASK}, CASE WHEN p.id IS NOT NULL THEN {IN_SHORT} END
FROM tasks t LEFT JOIN positions p ON p.id = t.position_id
WHERE t.user_id = $1 AND due_date BETWEEN $4 AND $5 AND done_at IS NULL
UNION ALL SELECT 'practice_session', coalesce(started_at, x.created_at), null, {SESSION},
    CASE WHEN p.id IS NOT NULL THEN {IN_SHORT} END
FROM interview_sessions x LEFT JOIN positions p ON p.id = x.position_id
WHERE x.user_id = $1 AND coalesce(started_at, x.created_at) >= $2 AND coalesce(started_at, x.created_at) < $3
ORDER BY date, at LIMIT 1001"""
ATTENTION = f"""
WITH watched AS (
    SELECT id, title, company, status, created_at FROM positions
    WHERE user_id = $1 AND NOT archived AND status IN ('applied', 'screening', 'interviewing', 'offer')
), changes AS (
    SELECT position_id, max(occurred_at) AS at FROM status_changes
    WHERE position_id = ANY(ARRAY(SELECT id FROM watched)) AND occurred_at <= now() GROUP BY position_id
), activity AS (
    SELECT position_id, max(at) AS at FROM (
        SELECT position_id, at FROM changes
        UNION ALL SELECT position_id, scheduled_date FROM interviews
        WHERE user_id = $1 AND (scheduled_date <= now() OR outcome <> 'cancelled')
        UNION ALL SELECT position_id, occurred_at FROM notes WHERE user_id = $1
        UNION ALL SELECT position_id, done_at FROM tasks WHERE user_id = $1
        UNION ALL SELECT b.position_id, d.created_at
        FROM document_positions b JOIN documents d ON d.id = b.document_id WHERE b.user_id = $1
        UNION ALL SELECT position_id, coalesce(started_at, created_at) FROM interview_sessions WHERE user_id = $1
    ) newest GROUP BY position_id
), found AS (
    SELECT 1 AS rank, 'no_activity' AS reason, coalesce(a.at, p.created_at) AS at, null::date AS date, p.id,
        null::json AS record, {IN_SHORT} AS position
    FROM watched p LEFT JOIN activity a ON a.position_id = p.id
    WHERE status <> 'offer' AND coalesce(a.at, p.created_at) <= now() - interval '14 days'
    UNION ALL SELECT 2, 'outcome_pending', scheduled_date, null, i.id, {INTERVIEW}, {IN_SHORT}
    FROM interviews i JOIN positions p ON p.id = i.position_id
    WHERE i.user_id = $1 AND scheduled_date < now() AND outcome = 'pending' AND p.user_id = $1 AND NOT archived
    UNION ALL SELECT 3, 'task_overdue', null, due_date, t.id, {TASK}, CASE WHEN p.id IS NOT NULL THEN {IN_SHORT} END
    FROM tasks t LEFT JOIN positions p ON p.id = t.position_id
    WHERE t.user_id = $1 AND due_date < $2 AND done_at IS NULL
    UNION ALL SELECT 4, 'offer_unanswered', coalesce(c.at, p.created_at), null, p.id, null, {IN_SHORT}
    FROM watched p LEFT JOIN changes c ON c.position_id = p.id
    WHERE status = 'offer' AND coalesce(c.at, p.created_at) <= now() - interval '5 days'
), numbered AS (
    SELECT *, count(*) OVER (PARTITION BY rank) AS total,
        row_number() OVER (PARTITION BY rank ORDER BY date, at, id) AS place FROM found
)
SELECT reason, at, date, record, position, total FROM numbered WHERE place <= 100 ORDER BY rank, place"""
