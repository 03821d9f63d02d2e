"""The endpoints, one module a resource."""

from fastapi import APIRouter

from app.api.routers import (
    agenda,
    auth,
    calendar,
    capture,
    contacts,
    documents,
    front_end_statistics,
    health,
    interviews,
    metrics,
    notes,
    position_files,
    positions,
    products,
    statistics,
    tasks,
    timeline,
)


def all_routers() -> list[APIRouter]:
    """Return the routers in the order in which paths are matched: the busiest first.

    Before them come those whose paths would pass for an id.
    """
    return [
        position_files.router,
        calendar.router,
        capture.router,
        positions.router,
        statistics.router,
        front_end_statistics.router,
        interviews.router,
        tasks.router,
        timeline.router,
        agenda.router,
        notes.router,
        contacts.router,
        documents.router,
        auth.router,
        products.router,
        health.router,
        metrics.router,
    ]
