"""The practice room over HTTP."""

from fastapi import APIRouter

from app.interview_session.api import (
    calls_router,
    export_router,
    plans_router,
    practice_router,
    reports_router,
    rooms_router,
    sessions_router,
)


def practice_routers() -> list[APIRouter]:
    """Return the routers of plans, rooms, sessions, reports and calls in the order in which paths are matched."""
    return [
        # Its path would pass for a plan's id.
        plans_router.template_router,
        plans_router.router,
        rooms_router.router,
        sessions_router.router,
        reports_router.router,
        practice_router.router,
        export_router.router,
        calls_router.router,
    ]
