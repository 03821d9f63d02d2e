"""The practice room over HTTP."""

import re
from functools import partial
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from app.api.dependencies import ClientAddress, Db, NewHoldingsDep, runtime
from app.api.openapi import ERRORS
from app.core.errors import AuthorizationError, ExternalServiceError
from app.interview_session.api import views
from app.interview_session.api.dependencies import (
    ActAccess,
    Acts,
    Answers,
    CreationInRoom,
    Guest,
    Openings,
    PhaseOutline,
    PhaseWithQuestion,
    RoomsDep,
    RoomVisit,
    Understood,
    creation_of,
    enter,
    get_rooms,
    may_stay,
    room_guests,
    room_repository,
    whole_phase,
)
from app.interview_session.api.event_stream import EventStreamResponse, RoomStream
from app.interview_session.api.schemas import (
    AnswerRequest,
    ConnectionsResponse,
    DoneResponse,
    EventId,
    InjectContextRequest,
    InjectProblemRequest,
    InjectProblemResponse,
    RoomStatusResponse,
    StartInterviewRequest,
    StartInterviewResponse,
    TimerResponse,
    TimerStatusResponse,
)
from app.interview_session.events.events import Event, EventType
from app.interview_session.plans.sources import find_plan, plan_id_of
from app.interview_session.room.room_repository import RoomRepository
from app.repositories.access import DataAccess

EVENT_ID = re.compile(r"[0-9]{1,19}")
"""What counts as a ``Last-Event-ID``. It has a length because Python refuses to read thousands of digits."""

router = APIRouter(prefix="/api", tags=["rooms"], responses=ERRORS, dependencies=[Depends(room_guests)])


@router.post("/start-interview", response_model=StartInterviewResponse)
async def start_interview(
    *,
    body: StartInterviewRequest,
    request: Request,
    user: Guest,
    openings: Openings,
    db: Db,
    address: ClientAddress,
    holdings: NewHoldingsDep,
) -> dict[str, Any]:
    """Open a session of a plan in a room; again for the same user and plan gives the same session."""
    user_id = user.user_id if user else None
    if user_id and body.user_id and body.user_id.lower() != str(user_id):
        raise AuthorizationError
    parts, patience = runtime(request), body.patience_seconds
    # A session outlives its plan.
    session_id = await openings.reopen(
        body.room_id, plan_id_of(body.mock_interview_id), user_id, patience_seconds=patience
    )
    if session_id is None:
        plan = await find_plan(
            DataAccess(parts.database.reads, db),
            body.mock_interview_id,
            user_id,
            sequences=body.sequences,
            minutes=body.minutes,
        )
        opened_from = None if user_id else address
        if opened_from:
            await parts.limits.count_anonymous_room(opened_from)
        session_id = await openings.open(
            body.room_id, plan, user_id, patience_seconds=patience, opened_from=opened_from
        )
        if user_id:
            await holdings.check_live_rooms(user_id)
        else:
            await holdings.check_anonymous_rooms(address)
    get_rooms(request).expect_answers()
    return {
        "message": "Interview session started",
        "room_id": body.room_id,
        "session_id": session_id,
        "room_token": parts.tokens.issue_for_room(
            session_id, user_id=user_id, login_id=user.login_id if user else None
        ),
        "connection_status": "waiting_for_connection",
    }


@router.post("/interview/{room_id}/timer/start", response_model=TimerResponse)
async def start_timer(visit: RoomVisit, acts: Acts) -> dict[str, Any]:
    """Start the timer, or let it go on after a pause."""
    return views.timer_answer(visit.room_id, "Timer is running", await acts.start(visit.session_id))


@router.post("/interview/{room_id}/timer/pause", response_model=TimerResponse)
async def pause_timer(visit: RoomVisit, acts: Acts) -> dict[str, Any]:
    """Stop the timer where it is."""
    return views.timer_answer(visit.room_id, "Timer is paused", await acts.pause(visit.session_id))


@router.post("/interview/{room_id}/timer/reset", response_model=TimerResponse)
async def reset_timer(visit: RoomVisit, acts: Acts) -> dict[str, Any]:
    """Put the timer back to the beginning of the first phase, not running."""
    return views.timer_answer(visit.room_id, "Timer is reset", await acts.reset(visit.session_id))


@router.post("/interview/{room_id}/timer/next", response_model=TimerResponse)
async def go_to_next_phase(visit: RoomVisit, acts: Acts) -> dict[str, Any]:
    """Go on to the next phase now; from the last one the interview is complete."""
    return views.timer_answer(visit.room_id, "Next phase", await acts.next_phase(visit.session_id))


@router.get("/interview/{room_id}/timer/status", response_model=TimerStatusResponse)
async def get_timer_status(visit: RoomVisit, phase: PhaseOutline) -> dict[str, Any]:
    """Return the timer in its context."""
    return views.timer_in_context(visit.session, phase)


@router.post("/interview/{room_id}/end", response_model=TimerResponse)
async def end_interview(visit: RoomVisit, acts: Acts) -> dict[str, Any]:
    """End the session before its time is up."""
    return views.timer_answer(visit.room_id, "Interview is over", await acts.finish(visit.session_id))


@router.post("/inject-problem", response_model=InjectProblemResponse)
async def inject_problem(body: InjectProblemRequest, request: Request, acts: Acts, access: ActAccess) -> Any:
    """Give the interviewer a problem to put to the candidate."""
    visit = await enter(request, body.room_id)
    creation = await creation_of(request, visit, access)
    data = {"problem_id": str(uuid4()), **body.model_dump(exclude={"room_id"})}
    await acts.inject(visit.session_id, Event(EventType.PROBLEM_INJECTED, data))
    done = {"message": "Problem injected", "problem_id": data["problem_id"]}
    return await creation.answered(InjectProblemResponse, done, status=200)


@router.post("/inject-custom-context", response_model=DoneResponse)
async def inject_custom_context(body: InjectContextRequest, request: Request, acts: Acts, access: ActAccess) -> Any:
    """Tell the interviewer something to go by."""
    visit = await enter(request, body.room_id)
    creation = await creation_of(request, visit, access)
    data = body.model_dump(exclude={"room_id"})
    await acts.inject(visit.session_id, Event(EventType.CONTEXT_INJECTED, data))
    return await creation.answered(DoneResponse, {"message": "Context injected"}, status=200)


@router.post("/interview/{room_id}/answer", response_model=DoneResponse)
async def answer(
    body: AnswerRequest, visit: RoomVisit, understanding: Understood, answers: Answers, creation: CreationInRoom
) -> Any:
    """Answer in writing, with or without a voice connection; the interviewer goes on from it."""
    await answers.answer(visit.session_id, body.text, understanding, phase_sequence=body.phase_sequence)
    return await creation.answered(DoneResponse, {"message": "Answer noted"}, status=200)


@router.get("/status/{room_id}", response_model=RoomStatusResponse)
async def get_room_status(visit: RoomVisit, phase: PhaseWithQuestion) -> dict[str, Any]:
    """Return a room at a glance."""
    return views.room_status(visit.session, phase)


@router.get("/connections/status", response_model=ConnectionsResponse)
async def get_connections_status(request: Request, user: Guest, address: ClientAddress) -> dict[str, Any]:
    """Return the caller's live rooms; without a token, where that is allowed, those opened from the same address."""
    repository = runtime(request).reader(RoomRepository)
    return views.connections(
        await repository.live_of_user(user.user_id) if user else await repository.live_of_address(address)
    )


@router.get(
    "/interview/{room_id}/events",
    response_class=Response,
    responses={
        200: {
            "description": "Server-Sent Events; `RoomEvents` has the data of each",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        204: {"description": "The session is over and its log has been read to the end"},
    },
)
async def get_events(
    visit: RoomVisit,
    request: Request,
    rooms: RoomsDep,
    last_event_id: Annotated[EventId | None, Query(description="Like the header, which wins")] = None,
    last_event_id_header: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """Stream what happens in the room: from now on, or everything after ``Last-Event-ID``.

    The stream of a session that has ended stays open for its report, for half a minute at most.
    ``?token=`` takes the room token, because EventSource cannot send headers.
    """
    if last_event_id_header and EVENT_ID.fullmatch(last_event_id_header):
        last_event_id = int(last_event_id_header)
    session = visit.session
    position = session["last_seq"] if last_event_id is None else last_event_id
    if position > session["last_seq"]:
        # A number that this log has not come to is of an earlier session in the same room.
        position = 0
    report_seconds = rooms.feed.report_wait_seconds
    if session["ended_at"] is not None:
        last_seq, awaits_report = await room_repository(request).end_of_log(visit.session_id)
        report_seconds = report_seconds if awaits_report else 0
        if position >= last_seq and not report_seconds:
            return Response(status_code=204)
    # The room may have been opened at another process, or before this one started.
    rooms.expect_answers()
    settings = runtime(request).settings
    if runtime(request).drain.is_ending:
        raise ExternalServiceError("event-streams")
    # Not a dependency: what FastAPI gives an endpoint lives as long as the stream.
    phase = await whole_phase(request, visit)
    reader = rooms.feed.open(
        visit.session_id,
        visit.owner,
        position=position,
        last_seq=session["last_seq"],
        is_over=session["ended_at"] is not None,
        takes_interim=True,
        report_seconds=report_seconds,
    )
    stream = RoomStream(
        rooms.feed,
        reader,
        partial(may_stay, runtime(request), visit.room_id, visit.session_id, visit.login),
        room_id=visit.room_id,
        heartbeat_seconds=settings.event_heartbeat_seconds,
    )
    return EventStreamResponse(session, phase, reader, stream)
