"""Who may see what concerns the operators alone: the metrics, and the details of the health.

The question is asked at the routes themselves, so that no spelling of a path leads past it.
"""

import hmac
from dataclasses import dataclass

from fastapi import HTTPException, Request

from app.core.config import Settings
from app.core.errors import AuthenticationError, NotAuthenticatedError


@dataclass(frozen=True, slots=True)
class OperatorAccess:
    """What a port lets see: nothing unless it ``is_open``, and then to whom brings the ``token``, if there is one."""

    is_open: bool
    token: str | None

    @classmethod
    def on_public_port(cls, settings: Settings) -> "OperatorAccess":
        """Return what the users' port lets see.

        Without a token it is open in a local start alone, and not where another port was chosen.
        """
        token = _token(settings)
        is_open = token is not None or (settings.metrics_port is None and not settings.is_production)
        return cls(is_open=is_open, token=token)

    @classmethod
    def on_own_port(cls, settings: Settings) -> "OperatorAccess":
        """Return what ``METRICS_PORT`` lets see: all, with a token if one is set."""
        return cls(is_open=True, token=_token(settings))

    def check(self, request: Request) -> None:
        """Return if the request may see it.

        Raises:
            HTTPException: nobody may here; 404, as if there were nothing.
            NotAuthenticatedError: it brings no token.
            AuthenticationError: it brings another one.

        """
        if not self.is_open:
            raise HTTPException(404)
        if self.token is None:
            return
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotAuthenticatedError
        if not hmac.compare_digest(token.strip().encode(), self.token.encode()):
            raise AuthenticationError


def _token(settings: Settings) -> str | None:
    return settings.metrics_token.get_secret_value() if settings.metrics_token else None


class OperatorsOnly:
    """Lets in whom the port that the request came to lets see it; asked at the door of the route."""

    decides_before_body = True

    async def __call__(self, request: Request) -> None:
        """Return, or raise what ``OperatorAccess.check`` raises."""
        access: OperatorAccess = request.app.state.operators
        access.check(request)


operators_only = OperatorsOnly()
