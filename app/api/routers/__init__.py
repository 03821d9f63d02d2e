"""The endpoints, one module a resource."""

from fastapi import APIRouter

from app.api.routers import (
    agenda,
    auth,
    calendar,
    contacts,
    documents,
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

    Before them come the two whose paths would pass for an id.
    """
    return [
        position_files.router,
        calendar.router,
        positions.router,
        statistics.router,
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
