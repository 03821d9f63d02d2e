"""``/health``: what probes ask, which needs no token; and its details, which not everybody may see."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from app.api.dependencies import runtime
from app.api.openapi import ERRORS
from app.api.operators import operators_only
from app.core.clock import utc_now
from app.core.errors import ExternalServiceError
from app.schemas.health import DatabaseHealth, DetailedHealth, HealthResponse
from app.services.health import HealthService

router = APIRouter(tags=["health"], responses={503: ERRORS[503]})


async def get_health_service(request: Request) -> HealthService:
    """Give the health service of this process."""
    return runtime(request).health


_FOR_OPERATORS: dict[str, Any] = {
    "dependencies": [Depends(operators_only)],
    "responses": {status: ERRORS[status] for status in (401, 403, 404)},
}
Health = Annotated[HealthService, Depends(get_health_service)]


@router.get("/health", response_model=HealthResponse)
async def health() -> dict[str, Any]:
    """Say that the API runs; asks nothing of anything else."""
    return {"status": "healthy", "timestamp": utc_now()}


@router.get("/health/detailed", **_FOR_OPERATORS, response_model=DetailedHealth)
async def health_detailed(service: Health) -> dict[str, Any]:
    """Describe the API and the database; always 200, the verdict is in ``overall_status``."""
    database = await service.database()
    return {
        "api": {"status": "healthy", "timestamp": utc_now()},
        "database": database,
        "overall_status": database["status"],
    }


@router.get("/health/database", **_FOR_OPERATORS, response_model=DatabaseHealth)
async def health_database(service: Health) -> dict[str, Any]:
    """Describe the database, or answer 503 when it is out of reach."""
    await service.require_database()
    return await service.database()


@router.get("/health/readiness", response_model=HealthResponse)
async def health_readiness(service: Health, request: Request) -> dict[str, Any]:
    """Say whether this process can serve requests; not while it drains before its end."""
    if runtime(request).drain.active:
        raise ExternalServiceError("api")
    await service.require_writable()
    return {"status": "ready", "timestamp": utc_now()}


@router.get("/health/liveness", response_model=HealthResponse)
async def health_liveness() -> dict[str, Any]:
    """Say that the process is alive, whatever has become of the database."""
    return {"status": "alive", "timestamp": utc_now()}
