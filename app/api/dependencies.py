"""What endpoints ask for: the user, a service to read or to write with, the client's address."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.admission import note_owner
from app.api.client_address import client_address
from app.api.route_rules import LOGINS
from app.api.runtime import Runtime
from app.core.errors import AuthenticationError, NotAuthenticatedError, ValidationError
from app.core.time_zones import account_zone, zone_named
from app.core.tokens import Claims
from app.repositories.access import DataAccess
from app.services.accounts import AccountService
from app.services.holdings import NewHoldings
from app.services.idempotency import IdempotencyService, KeyInUseError
from app.services.user_context import UserContext


class BuiltOnAccess(Protocol):
    """A service that needs nothing but the database."""

    def __init__(self, access: DataAccess) -> None: ...


Service = TypeVar("Service", bound=BuiltOnAccess)


def runtime(request: Request) -> Runtime:
    """Return the parts of the process that serve this request."""
    parts: Runtime = request.app.state.runtime
    return parts


async def get_db(request: Request) -> AsyncIterator[AsyncSession]:
    """Give the request its one transaction, committed after the body was serialised and before it is sent."""
    async with runtime(request).database.transaction() as db:
        yield db


# With FastAPI's default scope the commit would come after the response, and a failing one reach nobody.
Db = Annotated[AsyncSession, Depends(get_db, scope="function")]


@cache
def reading(service: type[Service]) -> Callable[[Request], Awaitable[Service]]:
    """Return a dependency that gives a service without a transaction; one instance serves all requests."""

    async def give(request: Request) -> Service:
        return runtime(request).reader(service)

    return give


def writing(service: type[Service]) -> Callable[[Request, Db], Awaitable[Service]]:
    """Return a dependency that gives a service on the request's transaction."""

    async def give(request: Request, db: Db) -> Service:
        return service(DataAccess(runtime(request).database.reads, db))

    return give


class SignedInUser(HTTPBearer):
    """Gives the signed-in user, and documents the header in OpenAPI: as one dependency, because each has its price.

    The token itself is read by the middleware; a missing one must be 403. The answer is found once for a request: at
    the door of the route, before the body is read.
    """

    decides_before_body = True

    async def __call__(self, request: Request) -> UserContext:  # type: ignore[override]
        """Return the signed-in user.

        Raises:
            NotAuthenticatedError: no token at all.
            AuthenticationError: a bad, expired, revoked or orphaned one.
            RateLimitError: too many requests of this user.

        """
        state: dict[str, Any] = request.scope.setdefault("state", {})
        known: UserContext | None = state.get("user")
        if known is not None:
            return known
        claims: Claims | None = state.get("claims")
        if claims is None:
            raise state.get("authentication_error") or NotAuthenticatedError
        parts = runtime(request)
        login = await parts.live_logins.find(claims.login_id, claims.user_id)
        if login is None:
            raise AuthenticationError
        account_zone.set((login.timezone and zone_named(login.timezone)) or parts.default_zone)
        # A login, or what it has given a room's guests, must not keep another one of its user from ending it.
        by_itself = request.scope["route"].path.startswith(LOGINS)
        parts.limits.count_request(claims.login_id if by_itself else claims.user_id)
        note_owner(request, claims.user_id)
        state["user"] = user = UserContext(claims.user_id, claims.login_id)
        return user


current_user = SignedInUser(scheme_name="HTTPBearer", description="The access token of `POST /api/v1/auth/login`")
CurrentUser = Annotated[UserContext, Depends(current_user)]


async def get_accounts(request: Request, db: Db) -> AccountService:
    """Give the account service on the request's transaction."""
    parts = runtime(request)
    return AccountService(DataAccess(parts.database.reads, db), parts.credentials)


Accounts = Annotated[AccountService, Depends(get_accounts)]


async def get_client_address(request: Request) -> str:
    """Return the address that rate limits count by."""
    return client_address(request.scope, runtime(request).settings.trusted_proxies)


ClientAddress = Annotated[str, Depends(get_client_address)]


async def get_new_holdings(request: Request, db: Db) -> NewHoldings:
    """Give what counts the rows that the request's transaction has added."""
    parts = runtime(request)
    return NewHoldings(parts.settings, DataAccess(parts.database.reads, db))


NewHoldingsDep = Annotated[NewHoldings, Depends(get_new_holdings)]


class Creation:
    """A creating request that may come with an ``Idempotency-Key``."""

    def __init__(self, idempotency: IdempotencyService | None) -> None:
        self._idempotency = idempotency

    async def answered(self, model: type[Any], resource: Any, *, status: int = 201) -> Any:
        """Return the resource, after its answer was remembered for the request's key."""
        if self._idempotency is None:
            return resource
        adapter = TypeAdapter(model)
        answer = adapter.validate_python(resource, from_attributes=True)
        await self._idempotency.remember(status, adapter.dump_json(answer))
        return answer

    async def answered_with_secret(self, resource: Any) -> Any:
        """Return the resource, whose answer nobody may find again: a repetition is told that there was one."""
        if self._idempotency is not None:
            await self._idempotency.note_secret()
        return resource


async def get_creation(request: Request, user: CurrentUser, db: Db) -> Creation:
    """Begin a creating request of a user: see ``begin_creation``."""
    return await begin_creation(request, user, db)


async def begin_creation(request: Request, user: UserContext, db: AsyncSession, *, space: str = "") -> Creation:
    """Begin a creating request: replay its first answer, or claim its key among the user's of this ``space``.

    Raises:
        ReplayedAnswer: the same request was answered before.
        ResourceConflictError: the key was used for another request, or is in use right now.
        ValidationError: the key is not 1 to 255 printable ASCII characters.

    """
    key = _idempotency_key(request)
    return Creation(None if key is None else await _begin(request, user, key, db, space))


CreationDep = Annotated[Creation, Depends(get_creation)]


@asynccontextmanager
async def slow_creation(request: Request, user: UserContext) -> AsyncIterator[None]:
    """Let slow work be done for a creating request before its transaction: not for a repetition of it.

    Raises what ``get_creation`` raises. The key is claimed again in the transaction; until then only this process
    knows that it is in use, so a repetition that another process gets does the work once more, and creates nothing.
    """
    key = _idempotency_key(request)
    if key is None:
        yield
        return
    parts, claim = runtime(request), (user.user_id, key)
    if claim in parts.slow_creations:
        raise KeyInUseError
    parts.slow_creations.add(claim)
    try:
        async with parts.database.transaction() as db:
            await _begin(request, user, key, db)
        yield
    finally:
        parts.slow_creations.discard(claim)


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and (not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable()):
        raise ValidationError({"Idempotency-Key": "Must be 1 to 255 printable ASCII characters"})
    return key


async def _begin(
    request: Request, user: UserContext, key: str, db: AsyncSession, space: str = ""
) -> IdempotencyService:
    access = DataAccess(runtime(request).database.reads, db)
    # The path as it is routed, so that a trailing slash makes no other request of it.
    identity = f"{request.method} {request.scope['path']}?{request.url.query}\n".encode() + await request.body()
    idempotency = IdempotencyService(access, user.user_id, key, identity, space=space)
    await idempotency.begin()
    return idempotency
