"""What is known about the request being served: for its log line and for the count of its statements."""

from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(slots=True)
class RequestContext:
    """One request's id, user and number of database statements so far."""

    request_id: str
    user_id: UUID | None = None
    queries: int = 0


current_request: ContextVar[RequestContext | None] = ContextVar("current_request", default=None)


def count_query() -> None:
    """Add one database statement to the current request, if there is one."""
    if request := current_request.get():
        request.queries += 1
