"""``/api/v1/auth``: accounts and logins."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, status
from fastapi.security import HTTPBearer

from app.api.dependencies import Accounts, ClientAddress, CurrentUser, current_user
from app.api.openapi import ERRORS
from app.core.errors import AuthenticationError, NotAuthenticatedError
from app.models import User
from app.schemas.auth import (
    ChangePasswordRequest,
    DeleteAccountRequest,
    LoginRequest,
    MessageResponse,
    RefreshRequest,
    RegisterRequest,
    TokenResponse,
    UserResponse,
    ValidateResponse,
)
from app.services.user_context import UserContext

router = APIRouter(prefix="/api/v1/auth", tags=["auth"], responses=ERRORS)
# Documents the header where the dependency that reads it cannot, being no `HTTPBearer`.
needs_token = [Depends(HTTPBearer(auto_error=False))]


@router.post("/register", status_code=status.HTTP_201_CREATED, response_model=UserResponse)
async def register(body: RegisterRequest, accounts: Accounts, address: ClientAddress) -> User:
    """Open an account."""
    return await accounts.register(body, address)


@router.post("/login", response_model=TokenResponse)
async def login(body: LoginRequest, accounts: Accounts, address: ClientAddress) -> dict[str, Any]:
    """Sign in with email and password."""
    return await accounts.login(body, address)


@router.post("/refresh", response_model=TokenResponse)
async def refresh(body: RefreshRequest, accounts: Accounts) -> dict[str, Any]:
    """Exchange a refresh token for new tokens; a second use of one ends the login."""
    return await accounts.refresh(body.refresh_token)


@router.get("/me", response_model=UserResponse)
async def read_me(user: CurrentUser, accounts: Accounts) -> dict[str, Any]:
    """Return the signed-in user's account."""
    return await accounts.get(user.user_id)


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
