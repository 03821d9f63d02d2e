"""Access tokens: JWTs signed with HS256, and the guards that python-jose needs around it.

See ``docs/decisions/0002-python-jose-and-its-guards.md``.
"""

import hashlib
import math
import os
import re
import secrets
import tempfile
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as FastUUID  # noqa: N811 - see Claims
from jose import jwt

from app.core.config import MIN_KEY_BYTES, ConfigurationError
from app.core.errors import AuthenticationError

ALGORITHM = "HS256"
MAX_TOKEN_LENGTH = 1024
MAX_CACHED_TOKENS = 10_000
ROOM_TOKEN_SECONDS = 7 * 24 * 3600
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_OPTIONS = {"require_exp": True, "require_sub": True, "require_iat": True, "verify_aud": False}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a checked access token says: who, by which login, and until when (seconds since the epoch).

    The ids are of asyncpg's class, written in C: each request looks things up by them, and sends them to PostgreSQL.
    """

    user_id: UUID
    login_id: UUID
    expires_at: float


@dataclass(frozen=True, slots=True)
class RoomClaims:
    """What a checked room token says: which session's room it opens, and whose login got it (None: nobody's room)."""

    session_id: UUID
    user_id: UUID | None
    login_id: UUID | None


class AccessTokens:
    """Issues and reads the access tokens of one set of keys.

    ``keys[0]`` signs; all of them are accepted, told apart by the ``kid`` in the header, so that a key can be
    replaced without ending every login.
    """

    def __init__(self, keys: Sequence[str], *, lifetime_seconds: float) -> None:
        self.lifetime_seconds = lifetime_seconds
        self._keys = {key_id(key): key for key in keys}
        self._signing_id = key_id(keys[0])
        self._cache: OrderedDict[str, Claims] = OrderedDict()

    def issue(self, user_id: UUID, login_id: UUID) -> str:
        """Return a token for one login of a user, valid from now for ``lifetime_seconds``."""
        claims = {"sub": str(user_id), "sid": str(login_id), "typ": "access"}
        return self._sign(claims, self.lifetime_seconds)

    def issue_for_room(self, session_id: UUID, *, user_id: UUID | None = None, login_id: UUID | None = None) -> str:
        """Return a token for the room of one interview session, of no use in the place of an access token.

        It is worth as much as the login that gets it, and no longer; in a room that is nobody's there is none.
        """
        claims = {"sub": str(session_id), "typ": "room"}
        if user_id and login_id:
            claims |= {"usr": str(user_id), "sid": str(login_id)}
        return self._sign(claims, ROOM_TOKEN_SECONDS)

    def read(self, token: str) -> Claims:
        """Return the claims of a good access token.

        A token read before is not verified again, only its expiry is: that saves most of a request's cost.

        Raises:
            AuthenticationError: forged, expired, malformed, too long, of another kind.

        """
        claims = self._cache.get(token)
        if claims is None:
            claims = self._read_claims(token)
            self._cache[token] = claims
            if len(self._cache) > MAX_CACHED_TOKENS:
                self._cache.popitem(last=False)
        elif claims.expires_at <= time.time():
            del self._cache[token]
            raise AuthenticationError
        return claims

    def read_for_room(self, token: str) -> RoomClaims:
        """Return the claims of a good room token; whether its login is still in force is another question.

        Raises:
            AuthenticationError: forged, expired, malformed, too long, of another kind.

        """
        claims = self._verify(token, "room")
        try:
            owner = (UUID(claims["usr"]), UUID(claims["sid"])) if "sid" in claims else (None, None)
            return RoomClaims(UUID(claims["sub"]), *owner)
        except Exception as error:
            raise AuthenticationError from error

    def _sign(self, claims: dict[str, str], lifetime_seconds: float) -> str:
        now = time.time()
        times = {"iat": int(now), "exp": math.ceil(now + lifetime_seconds)}
        headers = {"kid": self._signing_id}
        return jwt.encode(claims | times, self._keys[self._signing_id], algorithm=ALGORITHM, headers=headers)

    def _read_claims(self, token: str) -> Claims:
        claims = self._verify(token, "access")
        try:
            return Claims(FastUUID(claims["sub"]), FastUUID(claims["sid"]), float(claims["exp"]))
        except Exception as error:
            raise AuthenticationError from error

    def _verify(self, token: str, kind: str) -> dict[str, Any]:
        # The length goes first: a few kilobytes of nested header exhaust the JSON parser's stack.
        # And base64 decoding passes over characters that are none of its own.
        if len(token) > MAX_TOKEN_LENGTH or not _TOKEN.fullmatch(token):
            raise AuthenticationError
        try:
            header = jwt.get_unverified_header(token)
            if "crit" in header:
                # It names what a reader must understand, and this one understands no extension (RFC 7515, 4.1.11).
                raise AuthenticationError
            key = self._keys[header["kid"]]
            claims: dict[str, Any] = jwt.decode(token, key, algorithms=[ALGORITHM], options=_OPTIONS)
        except Exception as error:
            # Not JWTError alone: odd claims make python-jose raise TypeError, OverflowError, RecursionError.
            raise AuthenticationError from error
        if claims.get("typ") != kind:
            raise AuthenticationError
        return claims


def key_id(key: str) -> str:
    """Return the public name of a signing key, which tells nothing of the key."""
    return hashlib.sha256(b"key id:" + key.encode()).hexdigest()[:16]


def local_signing_key(data_dir: Path) -> str:
    """Return the signing key kept in ``data_dir``, made on the first call.

    Two processes that start at once agree on one key: the first to link its file wins.

    Raises:
        ConfigurationError: the file is there and holds no key, as after a power cut.

    """
    path = data_dir / "jwt_secret_key"
    if not path.exists():
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix="jwt_secret_key.", dir=data_dir)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            path.hardlink_to(name)
        Path(name).unlink()
    key = path.read_text().strip()
    if len(key) < MIN_KEY_BYTES:
        raise ConfigurationError(f"JWT_SECRET_KEY is not set, and {path} holds no key: delete the file")
    return key
