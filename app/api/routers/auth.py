"""``/api/v1/auth``: accounts and logins."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, status
from fastapi.security import HTTPBearer

from app.api.dependencies import Accounts, ClientAddress, CurrentUser, Db, current_user, get_client_address, runtime
from app.api.field_errors import REQUIRED
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.core.errors import AuthenticationError, NotAuthenticatedError, RateLimitError, ValidationError
from app.models import User
from app.repositories.access import DataAccess
from app.schemas.auth import (
    ChangePasswordRequest,
    DeleteAccountRequest,
    LoginListResponse,
    LoginRequest,
    MessageResponse,
    ProfileUpdate,
    RefreshRequest,
    RegisterRequest,
    TokenResponse,
    UserResponse,
    ValidateResponse,
)
from app.schemas.paging import PageQuery
from app.services.accounts import note_refused_login
from app.services.logins import LoginService
from app.services.user_context import UserContext

router = APIRouter(prefix="/api/v1/auth", tags=["auth"], responses=ERRORS)
# Documents the header where the dependency that reads it cannot, being no `HTTPBearer`.
needs_token = [Depends(HTTPBearer(auto_error=False))]
MAX_USER_AGENT_CHARACTERS = 300


class Strangers:
    """Lets in whoever wants a token and has none yet, so many times from one address."""

    decides_before_body = True

    async def __call__(self, request: Request) -> None:
        """Count the request for its address.

        Raises:
            RateLimitError: there were too many.

        """
        state = request.scope.setdefault("state", {})
        if not state.get("is_counted_stranger"):
            address = await get_client_address(request)
            try:
                runtime(request).limits.count_sign_in(address)
            except RateLimitError:
                if request.url.path.endswith("/login"):
                    note_refused_login(address)
                raise
            state["is_counted_stranger"] = True


strangers = [Depends(Strangers())]


async def get_logins(request: Request, db: Db) -> LoginService:
    """Give the login service on the request's transaction."""
    parts = runtime(request)
    return LoginService(DataAccess(parts.database.reads, db), parts.credentials)


Logins = Annotated[LoginService, Depends(get_logins)]


@router.post("/register", status_code=status.HTTP_201_CREATED, response_model=UserResponse, dependencies=strangers)
async def register(body: RegisterRequest, accounts: Accounts, address: ClientAddress) -> User:
    """Open an account."""
    return await accounts.register(body, address)


@router.post("/login", response_model=TokenResponse, dependencies=strangers)
async def login(body: LoginRequest, request: Request, accounts: Accounts, address: ClientAddress) -> dict[str, Any]:
    """Sign in with email and password."""
    return await accounts.login(body, address, _user_agent(request))


@router.post("/refresh", response_model=TokenResponse)
async def refresh(
    request: Request, logins: Logins, address: ClientAddress, body: RefreshRequest | None = None
) -> dict[str, Any]:
    """Exchange a refresh token for new tokens, or the access token in the header for a new one of the same login.

    A refresh token may be exchanged again as long as the token that it gave was not. After that, a second use
    ends the login.
    """
    if body and body.refresh_token:
        # Whoever has a login goes on with it, whatever others at this address or of this account do.
        if login_id := await logins.find(body.refresh_token):
            runtime(request).limits.count_request(login_id)
        else:
            runtime(request).limits.count_sign_in(address)
        return await logins.refresh(body.refresh_token, address, _user_agent(request))
    try:
        user = await current_user(request)
    except NotAuthenticatedError:
        raise ValidationError({"refresh_token": REQUIRED}) from None
    return await logins.renew_access(user, address, _user_agent(request))


@router.get("/logins", response_model=LoginListResponse, openapi_extra=documented(PageQuery))
async def list_logins(
    user: CurrentUser, query: Annotated[PageQuery, Depends(query_parameters(PageQuery))], logins: Logins
) -> dict[str, Any]:
    """Return one page of the user's logins in force, the last used first."""
    return await logins.list_page(user, query)


@router.delete("/logins/{login_id}", status_code=status.HTTP_204_NO_CONTENT)
async def end_login(login_id: UUID, user: CurrentUser, logins: Logins) -> None:
    """End one of the user's logins, on every replica."""
    await logins.end(user, login_id)


@router.get("/me", response_model=UserResponse)
async def read_me(user: CurrentUser, accounts: Accounts) -> dict[str, Any]:
    """Return the signed-in user's account."""
    return await accounts.get(user.user_id)


@router.patch("/me", response_model=UserResponse)
async def update_me(body: ProfileUpdate, user: CurrentUser, accounts: Accounts) -> User:
    """Change the fields of the account that are sent; null clears one."""
    return await accounts.update(user, body)


async def validated_user(request: Request) -> UserContext:
    """Return the signed-in user; here a missing token is answered like a bad one."""
    try:
        return await current_user(request)
    except NotAuthenticatedError:
        raise AuthenticationError from None


@router.get("/validate", response_model=ValidateResponse, dependencies=needs_token)
async def validate_token(user: Annotated[UserContext, Depends(validated_user)], accounts: Accounts) -> dict[str, Any]:
    """Check a token; 401 unless it is good and its user exists."""
    return await accounts.get(user.user_id)


@router.post("/logout")
async def logout(user: CurrentUser, accounts: Accounts) -> MessageResponse:
    """End this login, on every replica."""
    await accounts.logout(user)
    return MessageResponse(message="Logged out")


@router.post("/change-password")
async def change_password(
    body: ChangePasswordRequest, user: CurrentUser, accounts: Accounts, address: ClientAddress
) -> MessageResponse:
    """Replace the password and end every other login."""
    await accounts.change_password(user, body, address)
    return MessageResponse(message="Password changed")


@router.delete("/me", status_code=status.HTTP_204_NO_CONTENT)
async def delete_me(
    body: DeleteAccountRequest, user: CurrentUser, accounts: Accounts, address: ClientAddress
) -> None:
    """Erase the account and all that belongs to it."""
    await accounts.delete(user, body.password, address)


def _user_agent(request: Request) -> str:
    """Return what the client calls itself, as far as it can be shown."""
    given = request.headers.get("user-agent", "")
    return "".join(character for character in given if character.isprintable())[:MAX_USER_AGENT_CHARACTERS]
