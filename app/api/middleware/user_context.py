"""Reads the bearer token of every request, and never refuses one: the endpoints say what they need."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.errors import AuthenticationError
from app.core.request_context import current_request
from app.core.time_zones import account_zone
from app.core.tokens import AccessTokens


class UserContextMiddleware:
    """Puts the claims of the token into the request's state, as ``claims`` or as an ``authentication_error``.

    Whether the login is still in force is asked by the endpoints that need a user; open ones cost no look-up. Until
    then the request's days and times are those of the server's default time zone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        _read_token(scope)
        # Whoever signed in has a zone of their own; the door notes it.
        noted = account_zone.set(scope["app"].state.runtime.default_zone)
        try:
            await self.app(scope, receive, send)
        finally:
            account_zone.reset(noted)


def _read_token(scope: Scope) -> None:
    value = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    scheme, _, token = value.decode("latin-1").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        return
    tokens: AccessTokens = scope["app"].state.runtime.tokens
    state = scope.setdefault("state", {})
    try:
        claims = tokens.read(token)
    except AuthenticationError as error:
        state["authentication_error"] = error
        return
    state["claims"] = claims
    if request := current_request.get():
        request.user_id = claims.user_id
