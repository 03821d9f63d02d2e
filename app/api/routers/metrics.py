"""``/metrics`` for Prometheus."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.api.dependencies import runtime
from app.api.openapi import ERRORS
from app.api.operators import operators_only

router = APIRouter(tags=["health"])
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
    **{status: ERRORS[status] for status in (401, 403, 404)},
}


@router.get(
    "/metrics",
    response_class=Response,
    responses=_RESPONSES,
    dependencies=[Depends(operators_only)],
)
async def metrics(request: Request) -> Response:
    """Return the figures of this process in Prometheus' text format, where the settings let the caller read them."""
    await runtime(request).gauges.refresh()
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
