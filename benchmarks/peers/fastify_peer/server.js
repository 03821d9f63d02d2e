// The endpoints in Fastify with postgres.js: SQL by hand, @fastify/jwt, and a JSON schema for each answer.
//
// As its users do, it trusts a token whose signature and expiry hold, and does not look its user up. Interviews come
// as one JSON value of their position's row, the total beside the rows. Times are JavaScript's, and so end with
// milliseconds.
import { parseArgs } from 'node:util'
import cors from '@fastify/cors'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import postgres from 'postgres'

const { port } = parseArgs({ options: { port: { type: 'string' } } }).values

// Where the database is stands in the environment, in libpq's variables.
const sql = postgres({
  max: 10,
  types: {
    // A day stays text: as a Date it would be a moment, and another day in other time zones.
    day: { to: 1082, from: [1082], serialize: value => value, parse: value => value }
  }
})

const STATUSES = ['applied', 'screening', 'interviewing', 'offer', 'rejected', 'withdrawn']
const TYPES = ['technical', 'behavioral', 'hr', 'final']
const OUTCOMES = ['pending', 'passed', 'failed', 'cancelled']

const uuid = { type: 'string', format: 'uuid' }
const text = { type: 'string' }
const optionalText = { type: 'string', nullable: true }
const integer = { type: 'integer' }
const number = { type: 'number' }
const flag = { type: 'boolean' }
const time = { type: 'string', format: 'date-time' }
const optionalTime = { type: 'string', format: 'date-time', nullable: true }
const day = { type: 'string', format: 'date' }
const optionalDay = { type: 'string', format: 'date', nullable: true }
const countOf = names => ({ type: 'object', properties: Object.fromEntries(names.map(name => [name, integer])) })

const interview = {
  type: 'object',
  properties: {
    id: uuid,
    position_id: uuid,
    type: text,
    place: text,
    scheduled_date: time,
    duration_minutes: { type: 'integer', nullable: true },
    notes: optionalText,
    outcome: text,
    created_at: time,
    updated_at: time
  }
}
const position = {
  type: 'object',
  properties: {
    id: uuid,
    title: text,
    company: text,
    description: optionalText,
    location: optionalText,
    salary_range: optionalText,
    status: text,
    application_date: optionalDay,
    job_url: optionalText,
    source: optionalText,
    tags: { type: 'array', items: text },
    archived: flag,
    created_at: time,
    updated_at: time,
    last_activity_at: time,
    next_event: {
      type: 'object',
      nullable: true,
      properties: { kind: text, id: uuid, title: text, at: optionalTime, date: day }
    },
    interviews: { type: 'array', items: interview }
  }
}
const page = {
  type: 'object',
  properties: {
    positions: { type: 'array', items: position },
    total: integer,
    page: integer,
    per_page: integer,
    total_pages: integer,
    has_next: flag,
    has_prev: flag
  }
}
const overview = {
  type: 'object',
  properties: {
    total_applications: integer,
    total_companies: integer,
    total_interviews: integer,
    total_saved: integer,
    response_rate: number,
    interview_rate: number,
    offer_rate: number,
    status_breakdown: countOf(STATUSES),
    interview_type_breakdown: countOf(TYPES),
    interview_outcome_breakdown: countOf(OUTCOMES)
  }
}
const listQuery = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['saved', ...STATUSES] },
    company: { type: 'string', maxLength: 200 },
    date_from: day,
    date_to: day,
    search: { type: 'string', maxLength: 1000 },
    sort_by: { type: 'string', enum: ['application_date', 'title', 'company'], default: 'application_date' },
    sort_order: { type: 'string', enum: ['asc', 'desc'], default: 'desc' },
    page: { type: 'integer', minimum: 1, default: 1 },
    per_page: { type: 'integer', minimum: 1, maximum: 100, default: 20 }
  }
}

const columns = sql`
  p.id, p.title, p.company, p.description, p.location, p.salary_range, p.status, p.application_date, p.job_url,
  p.source, p.tags, p.archived, p.created_at, p.updated_at,
  coalesce(greatest(
    (select max(occurred_at) from status_changes where position_id = p.id and occurred_at <= now()),
    (select max(scheduled_date) from interviews where position_id = p.id and scheduled_date <= now()),
    (select max(occurred_at) from notes where position_id = p.id),
    (select max(done_at) from tasks where position_id = p.id),
    (select max(d.created_at) from documents d join document_positions b on b.document_id = d.id
     where b.position_id = p.id),
    (select max(coalesce(started_at, created_at)) from interview_sessions where position_id = p.id)
  ), p.created_at) as last_activity_at,
  (
    select json_build_object('kind', kind, 'id', id, 'title', title, 'at', at, 'date', date) from (
      select 'task' as kind, id, title, null::timestamptz as at, due_date as date from tasks
      where position_id = p.id and done_at is null and due_date >= current_date
      union all
      select 'interview', id, type, scheduled_date, scheduled_date::date from interviews
      where position_id = p.id and outcome <> 'cancelled' and scheduled_date > now()
    ) ahead order by date, at nulls first, id limit 1
  ) as next_event,
  (
    select coalesce(json_agg(json_build_object(
      'id', i.id, 'position_id', i.position_id, 'type', i.type, 'place', i.place,
      'scheduled_date', i.scheduled_date, 'duration_minutes', i.duration_minutes, 'notes', i.notes,
      'outcome', i.outcome, 'created_at', i.created_at, 'updated_at', i.updated_at
    ) order by i.scheduled_date, i.id), '[]') from interviews i where i.position_id = p.id
  ) as interviews`

const app = Fastify({ logger: false })
app.register(cors, { origin: 'https://app.example.com' })
app.register(jwt, { secret: process.env.JWT_SECRET_KEY, verify: { algorithms: ['HS256'] } })

app.get('/health', async () => ({ status: 'healthy' }))

app.register(async api => {
  api.addHook('onRequest', request => request.jwtVerify())

  const getSchema = { params: { type: 'object', properties: { id: uuid } }, response: { 200: position } }
  api.get('/positions/:id', { schema: getSchema }, async (request, reply) => {
    const [found] = await sql`
      select ${columns} from positions p where p.id = ${request.params.id} and p.user_id = ${request.user.sub}`
    return found ?? reply.code(404).send({ message: 'Position not found' })
  })

  api.get('/positions', { schema: { querystring: listQuery, response: { 200: page } } }, async request => {
    const { status, company, date_from, date_to, search, sort_by, sort_order, page, per_page } = request.query
    const words = search && prefixes(search)
    const query = sql`(to_tsquery('simple', ${words}) || to_tsquery('english', ${words}))`
    const rows = await sql`
      select ${columns}, (count(*) over ())::int as total from positions p
      where p.user_id = ${request.user.sub}
        ${status ? sql`and p.status = ${status}` : sql``}
        ${company ? sql`and p.company ilike ${`%${company}%`}` : sql``}
        ${date_from ? sql`and p.application_date >= ${date_from}` : sql``}
        ${date_to ? sql`and p.application_date <= ${date_to}` : sql``}
        ${search ? sql`and p.search_vector @@ ${query}` : sql``}
      order by p.${sql(sort_by)} ${sort_order === 'desc' ? sql`desc` : sql`asc`} nulls last, p.id
      limit ${per_page} offset ${(page - 1) * per_page}`
    const total = rows[0]?.total ?? 0
    const total_pages = Math.ceil(total / per_page)
    return { positions: rows, total, page, per_page, total_pages, has_next: page < total_pages, has_prev: page > 1 }
  })

  api.get('/statistics/overview', { schema: { response: { 200: overview } } }, async request => {
    const user = request.user.sub
    const counted = (column, names) =>
      names.map(name => sql`, (count(*) filter (where ${sql(column)} = ${name}))::int as ${sql(name)}`)
    const [[positions], [interviews], [saved]] = await Promise.all([
      sql`
        select count(*)::int as total, count(distinct lower(btrim(company)))::int as companies,
          (count(*) filter (where responded))::int as responded, (count(*) filter (where offered))::int as offered
          ${counted('status', STATUSES)}
        from positions where user_id = ${user} and status <> 'saved'`,
      sql`
        select count(*)::int as total,
          (count(distinct i.position_id) filter (where i.outcome <> 'cancelled'))::int as interviewed
          ${counted('type', TYPES)} ${counted('outcome', OUTCOMES)}
        from interviews i join positions p on p.id = i.position_id
        where i.user_id = ${user} and p.status <> 'saved'`,
      sql`select count(*)::int as total from positions where user_id = ${user} and status = 'saved'`
    ])
    const percent = part => (positions.total ? Math.round((1e4 * part) / positions.total) / 100 : 0)
    return {
      total_applications: positions.total,
      total_companies: positions.companies,
      total_interviews: interviews.total,
      total_saved: saved.total,
      response_rate: percent(positions.responded),
      interview_rate: percent(interviews.interviewed),
      offer_rate: percent(positions.offered),
      status_breakdown: positions,
      interview_type_breakdown: interviews,
      interview_outcome_breakdown: interviews
    }
  })
}, { prefix: '/api/v1' })

/** Return words as PostgreSQL searches for what begins with each of them. */
function prefixes(words) {
  return words.trim().split(/\s+/).map(word => `'${word.replace(/['\\]/g, '$&$&')}':*`).join(' & ')
}

await app.listen({ port: Number(port), host: '127.0.0.1' })
