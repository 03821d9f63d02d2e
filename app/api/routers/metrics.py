"""``/metrics`` for Prometheus."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.api.dependencies import runtime

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Return the figures of this process in Prometheus' text format."""
    await runtime(request).refresh_gauges()
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
