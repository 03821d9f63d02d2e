"""The endpoints, one module a resource."""

from fastapi import APIRouter

from app.api.routers import (
    auth,
    calendar,
    health,
    interviews,
    metrics,
    mock_interviews,
    position_files,
    positions,
    products,
    statistics,
)


def all_routers() -> list[APIRouter]:
    """Return the routers in the order in which paths are matched: the busiest first.

    Before them come the three whose paths would pass for an id.
    """
    return [
        position_files.router,
        calendar.router,
        mock_interviews.template_router,
        positions.router,
        statistics.router,
        interviews.router,
        auth.router,
        products.router,
        mock_interviews.router,
        health.router,
        metrics.router,
    ]
