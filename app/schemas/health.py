"""Bodies of the health endpoints."""

from datetime import datetime

from pydantic import BaseModel


class HealthResponse(BaseModel):
    """A component that is well."""

    status: str
    timestamp: datetime


class EngineInfo(BaseModel):
    """The connections of this process, over all its pools."""

    pool_size: int
    checked_out: int
    overflow: int
    checked_in: int


class DatabaseInfo(BaseModel):
    """How the database is reached; the URL's user and password are masked."""

    status: str
    url: str
    engine_info: EngineInfo


class DatabaseHealth(BaseModel):
    """Whether the database answers."""

    status: str
    connected: bool
    info: DatabaseInfo
    timestamp: datetime


class DetailedHealth(BaseModel):
    """Every component, and the verdict over all."""

    api: HealthResponse
    database: DatabaseHealth
    overall_status: str
