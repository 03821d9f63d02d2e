"""Signed-in users for tests."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from passlib.context import CryptContext

from app.core.clock import utc_now
from app.core.passwords import new_opaque_token, opaque_token_hash
from app.models import Login
from app.repositories.access import DataAccess
from app.repositories.users import LoginRepository, UserRepository
from app.schemas.auth import TokenResponse, UserResponse
from app.services.accounts import token_answer

PASSWORD = "correct horse battery"


@dataclass
class SignedIn:
    """A user with a login; ``client`` sends its token."""

    client: httpx.AsyncClient
    email: str
    id: str
    tokens: dict[str, Any]
    password: str = PASSWORD
    position_defaults: dict[str, Any] = field(
        default_factory=lambda: {"title": "Engineer", "company": "Acme", "application_date": "2024-01-15"}
    )

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    async def get(self, path: str, **parameters: Any) -> httpx.Response:
        return await self.client.get(path, headers=self.headers, params=parameters)

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.client.post(path, headers=self.headers | headers, json=body)

    async def put(self, path: str, body: Any) -> httpx.Response:
        return await self.client.put(path, headers=self.headers, json=body)

    async def patch(self, path: str, body: Any) -> httpx.Response:
        return await self.client.patch(path, headers=self.headers, json=body)

    async def delete(self, path: str, body: Any = None) -> httpx.Response:
        return await self.client.request("DELETE", path, headers=self.headers, json=body)

    async def position(self, **fields: Any) -> dict[str, Any]:
        """Create a position and return it."""
        response = await self.post("/api/v1/positions", self.position_defaults | fields)
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created

    async def interview(self, position_id: str, **fields: Any) -> dict[str, Any]:
        """Create an interview and return it."""
        body = {"type": "technical", "place": "video", "scheduled_date": "2024-02-15T14:00:00Z"} | fields
        response = await self.post(f"/api/v1/positions/{position_id}/interviews", body)
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created


def as_read(position: dict[str, Any]) -> dict[str, Any]:
    """Return a position that was created as it is read later: without its likely duplicates."""
    return {name: value for name, value in position.items() if name != "possible_duplicates"}


async def sign_up(client: httpx.AsyncClient, email: str | None = None) -> SignedIn:
    """Register a new user and sign in."""
    email = email or f"{uuid4().hex}@example.com"
    body = {"email": email, "password": PASSWORD, "first_name": "Ada", "last_name": "Byron"}
    registered = await client.post("/api/v1/auth/register", json=body)
    assert registered.status_code == 201, registered.text
    return await sign_in(client, email)


async def sign_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> SignedIn:
    """Sign in once more."""
    response = await client.post("/api/v1/auth/login", json={"email": email, "password": password})
    assert response.status_code == 200, response.text
    tokens = response.json()
    return SignedIn(client, email, tokens["user"]["id"], tokens, password)


async def store_user(app: FastAPI, client: httpx.AsyncClient) -> SignedIn:
    """Store a new user with a login, as ``sign_up`` has them made by two requests, in one transaction.

    Half of all tests begin with a user.
    """
    runtime = app.state.runtime
    email = f"{uuid4().hex}@example.com"
    refresh_token = new_opaque_token()
    async with runtime.database.transaction() as db:
        access = DataAccess(runtime.database.reads, db)
        user = await UserRepository(access).add(
            {"email": email, "password_hash": _password_hash(), "first_name": "Ada", "last_name": "Byron"}
        )
        assert user is not None
        login = Login(
            user_id=user.id,
            expires_at=utc_now() + runtime.credentials.login_lifetime,
            address="127.0.0.1",
            user_agent=client.headers["User-Agent"],
        )
        await LoginRepository(access).add(login, opaque_token_hash(refresh_token))
        seen_by_owner = UserResponse.model_validate(user).model_dump(mode="json")
        tokens = token_answer(runtime.credentials, user.id, login.id, seen_by_owner, refresh_token)
    return SignedIn(client, email, seen_by_owner["id"], TokenResponse(**tokens).model_dump(mode="json"))


@cache
def _password_hash() -> str:
    hashed: str = CryptContext(schemes=["bcrypt_sha256"], bcrypt_sha256__rounds=4).hash(PASSWORD)
    return hashed
