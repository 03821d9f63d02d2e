"""Who a request comes from."""

from dataclasses import dataclass
from uuid import UUID

from app.schemas.auth import UserResponse


@dataclass(frozen=True, slots=True)
class UserContext:
    """The signed-in user of a request, and the login that their token belongs to.

    ``user`` is filled only where an endpoint needs more than the id: looking it up costs a statement.
    """

    user_id: UUID
    login_id: UUID
    user: UserResponse | None = None
