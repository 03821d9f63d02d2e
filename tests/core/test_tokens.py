"""Access tokens: every trick that is known against them ends in 401."""

import base64
import json
import math
import multiprocessing
import os
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from jose import jwk, jws, jwt

from app.core import tokens
from app.core.config import ConfigurationError
from app.core.errors import AuthenticationError
from app.core.tokens import MAX_TOKEN_LENGTH, AccessTokens, key_id, local_signing_key
from tests.conftest import MakeApp, client_of
from tests.support.users import sign_up

KEY = "the present key of these tests - it is long enough"
OTHER_KEY = "some other key of these tests - it is long enough"
USER, LOGIN = uuid4(), uuid4()
ME = "/api/v1/auth/me"


def good_claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a good token with some changed; None takes one out."""
    now = int(time.time())
    claims = {"sub": str(USER), "sid": str(LOGIN), "iat": now, "exp": now + 600, "typ": "access"} | changes
    return {name: value for name, value in claims.items() if value is not ...}


def b64(content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: str | dict[str, Any], *, header: dict[str, Any] | None = None, key: str = KEY) -> str:
    """Return a token signed by hand, so that claims and header may be anything that JSON can say."""
    head = {"alg": "HS256", "typ": "JWT", "kid": key_id(KEY)} | (header or {})
    head = {name: value for name, value in head.items() if value is not ...}
    content = claims if isinstance(claims, str) else json.dumps(claims)
    signing_input = f"{b64(json.dumps(head))}.{b64(content)}"
    signature = jwk.construct(key, "HS256").sign(signing_input.encode())
    return f"{signing_input}.{b64(signature)}"


def with_number(claim: str, number: str) -> str:
    """Return claims in which one is a number that ``json.dumps`` would not write."""
    return json.dumps(good_claims(**{claim: "NUMBER"})).replace('"NUMBER"', number)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


BAD_TOKENS: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "one part": lambda: "nonsense",
    "three empty parts": lambda: "..",
    "garbage": lambda: "a.b.c",
    "bytes that are no text": lambda: bytes(range(128, 256)).decode("latin-1"),
    "non-ASCII": lambda: signed(good_claims()) + "é",
    "non-ASCII digits": lambda: "٣٤٥.٣٤٥.٣٤٥",
    "lone surrogate": lambda: "\ud800.\ud800.\ud800",
    "spaces": lambda: signed(good_claims()).replace(".", " . "),
    "NUL": lambda: signed(good_claims()) + "\x00",
    "header nested 2.7 KB deep": lambda: f"{b64(nested(1000))}.{b64('{}')}.{b64('x')}",
    "header nested as deep as the length allows": lambda: f"{b64(nested(370))}.{b64('{}')}.x",
    "claims nested as deep as the length allows": lambda: signed(nested(300)),
    "over-long": lambda: signed(good_claims(padding="x" * MAX_TOKEN_LENGTH)),
    "a megabyte": lambda: "a" * 2**20,
    "header is a list": lambda: f"{b64('[]')}.{b64('{}')}.{b64('x')}",
    "header is null": lambda: f"{b64('null')}.{b64('{}')}.{b64('x')}",
    "header is a number": lambda: f"{b64('1')}.{b64('{}')}.{b64('x')}",
    "claims are a list": lambda: signed("[]"),
    "claims are null": lambda: signed("null"),
    "claims are no JSON": lambda: signed("{"),
    "claims are no UTF-8": lambda: f"{b64(json.dumps({'alg': 'HS256', 'kid': key_id(KEY)}))}.{b64(bytes([255]))}.x",
    "exp missing": lambda: signed(good_claims(exp=...)),
    "exp null": lambda: signed(good_claims(exp=None)),
    "exp infinite": lambda: signed(with_number("exp", "1e400")),
    "exp minus infinite": lambda: signed(with_number("exp", "-1e400")),
    "exp NaN": lambda: signed(with_number("exp", "NaN")),
    "exp of 600 digits": lambda: signed(with_number("exp", "9" * 500)),
    "exp text": lambda: signed(good_claims(exp="tomorrow")),
    "exp a list": lambda: signed(good_claims(exp=[1])),
    "exp true": lambda: signed(good_claims(exp=True)),
    "expired": lambda: signed(good_claims(exp=int(time.time()) - 1)),
    "iat missing": lambda: signed(good_claims(iat=...)),
    "iat null": lambda: signed(good_claims(iat=None)),
    "not yet valid": lambda: signed(good_claims(nbf=int(time.time()) + 600)),
    "sub missing": lambda: signed(good_claims(sub=...)),
    "sub null": lambda: signed(good_claims(sub=None)),
    "sub a number": lambda: signed(good_claims(sub=7)),
    "sub no UUID": lambda: signed(good_claims(sub="admin")),
    "sub an object": lambda: signed(good_claims(sub={})),
    "sid missing": lambda: signed(good_claims(sid=...)),
    "sid null": lambda: signed(good_claims(sid=None)),
    "sid no UUID": lambda: signed(good_claims(sid="1")),
    "sid a number": lambda: signed(good_claims(sid=1)),
    "typ missing": lambda: signed(good_claims(typ=...)),
    "typ of another kind": lambda: signed(good_claims(typ="refresh")),
    "typ a list": lambda: signed(good_claims(typ=["access"])),
    "kid missing": lambda: signed(good_claims(), header={"kid": ...}),
    "kid null": lambda: signed(good_claims(), header={"kid": None}),
    "kid a list": lambda: signed(good_claims(), header={"kid": [key_id(KEY)]}),
    "kid an object": lambda: signed(good_claims(), header={"kid": {}}),
    "kid unknown": lambda: signed(good_claims(), header={"kid": key_id(OTHER_KEY)}),
    "kid a path": lambda: signed(good_claims(), header={"kid": "../../dev/null"}),
    "crit with an extension": lambda: signed(good_claims(), header={"crit": ["b64"], "b64": True}),
    "crit empty": lambda: signed(good_claims(), header={"crit": []}),
    "crit null": lambda: signed(good_claims(), header={"crit": None}),
    "another key": lambda: signed(good_claims(), key=OTHER_KEY),
    "another key under its own kid": lambda: signed(good_claims(), key=OTHER_KEY, header={"kid": key_id(OTHER_KEY)}),
    "alg none": lambda: f"{b64(json.dumps({'alg': 'none', 'kid': key_id(KEY)}))}.{b64(json.dumps(good_claims()))}.",
    "alg None, signed": lambda: signed(good_claims(), header={"alg": "None"}),
    "alg missing": lambda: signed(good_claims(), header={"alg": ...}),
    "alg null": lambda: signed(good_claims(), header={"alg": None}),
    "alg a list": lambda: signed(good_claims(), header={"alg": ["HS256"]}),
    "alg RS256, signed as HS256": lambda: signed(good_claims(), header={"alg": "RS256"}),
    "alg HS512": lambda: jwt.encode(good_claims(), KEY, algorithm="HS512", headers={"kid": key_id(KEY)}),
    "alg HS384": lambda: jwt.encode(good_claims(), KEY, algorithm="HS384", headers={"kid": key_id(KEY)}),
    "signature missing": lambda: signed(good_claims()).rsplit(".", 1)[0] + ".",
    "signature of other claims": lambda: (
        signed(good_claims(sub=str(uuid4()))).rsplit(".", 1)[0] + "." + signed(good_claims()).rsplit(".", 1)[1]
    ),
    "encrypted form": lambda: "a.b.c.d.e",
}


@pytest.fixture
def access_tokens() -> AccessTokens:
    return AccessTokens([KEY], lifetime_seconds=600)


class TestReading:
    def test_an_issued_token_says_who_by_which_login_and_until_when(self, access_tokens: AccessTokens) -> None:
        claims = access_tokens.read(access_tokens.issue(USER, LOGIN))

        assert (claims.user_id, claims.login_id) == (USER, LOGIN)
        assert claims.expires_at == pytest.approx(time.time() + 600, abs=30)

    def test_the_tokens_made_by_hand_here_would_be_good_but_for_their_one_flaw(
        self, access_tokens: AccessTokens
    ) -> None:
        assert access_tokens.read(signed(good_claims())).user_id == USER

    @pytest.mark.parametrize(
        "flaw",
        [pytest.param(flaw) if flaw == "non-ASCII" else flaw for flaw in BAD_TOKENS],
    )
    def test_a_bad_token_is_an_authentication_error(self, access_tokens: AccessTokens, flaw: str) -> None:
        token = BAD_TOKENS[flaw]()

        for _ in range(2):
            with pytest.raises(AuthenticationError):
                access_tokens.read(token)

    def test_a_signed_token_whose_exp_no_float_can_hold_is_not_for_ever(self, access_tokens: AccessTokens) -> None:
        for number in ("1e300", "9" * 300):
            try:
                claims = access_tokens.read(signed(with_number("exp", number)))
            except AuthenticationError:
                continue
            assert math.isfinite(claims.expires_at)

    @pytest.mark.parametrize("skew_seconds", [-30, 30])
    def test_a_token_of_a_replica_with_another_clock_is_good(
        self, access_tokens: AccessTokens, monkeypatch: pytest.MonkeyPatch, skew_seconds: int
    ) -> None:
        session = uuid4()
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr("app.core.tokens.time.time", lambda now=time.time: now() + skew_seconds)
            token = access_tokens.issue(USER, LOGIN)
            room_token = access_tokens.issue_for_room(session, user_id=USER, login_id=LOGIN)

        assert access_tokens.read(token).login_id == LOGIN
        assert access_tokens.read_for_room(room_token).session_id == session

    def test_a_remembered_token_expires_all_the_same(
        self, access_tokens: AccessTokens, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = access_tokens.issue(USER, LOGIN)
        access_tokens.read(token)
        later = time.time() + 602
        monkeypatch.setattr("app.core.tokens.time.time", lambda: later)

        with pytest.raises(AuthenticationError):
            access_tokens.read(token)
        assert not access_tokens._cache

    def test_bad_tokens_are_not_remembered_and_good_ones_not_without_bound(
        self, access_tokens: AccessTokens, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tokens, "MAX_CACHED_TOKENS", 10)
        for number in range(30):
            with pytest.raises(AuthenticationError):
                access_tokens.read(f"nonsense{number}")
        assert not access_tokens._cache

        for _ in range(30):
            access_tokens.read(access_tokens.issue(uuid4(), LOGIN))

        assert len(access_tokens._cache) == 10


class TestKeys:
    def test_a_previous_key_is_accepted_and_no_longer_signs(self, access_tokens: AccessTokens) -> None:
        old = access_tokens.issue(USER, LOGIN)
        rotated = AccessTokens([OTHER_KEY, KEY], lifetime_seconds=600)

        assert rotated.read(old).user_id == USER
        new = rotated.issue(USER, LOGIN)
        assert jws.get_unverified_header(new)["kid"] == key_id(OTHER_KEY)
        with pytest.raises(AuthenticationError):
            access_tokens.read(new)

    def test_a_dropped_key_is_refused(self, access_tokens: AccessTokens) -> None:
        old = access_tokens.issue(USER, LOGIN)

        with pytest.raises(AuthenticationError):
            AccessTokens([OTHER_KEY], lifetime_seconds=600).read(old)

    def test_the_previous_key_cannot_sign_under_the_present_keys_name(self) -> None:
        rotated = AccessTokens([KEY, OTHER_KEY], lifetime_seconds=600)

        with pytest.raises(AuthenticationError):
            rotated.read(signed(good_claims(), key=OTHER_KEY))

    def test_the_name_of_a_key_tells_nothing_of_it(self) -> None:
        assert key_id(KEY) != key_id(OTHER_KEY)
        assert KEY[:8] not in key_id(KEY)


def _make_local_key(data_dir: Path, starting: Any) -> str:
    starting.wait()
    return local_signing_key(data_dir)


class TestLocalSigningKey:
    def test_it_is_made_once_and_private(self, tmp_path: Path) -> None:
        folder = tmp_path / "new" / "data"

        key = local_signing_key(folder)

        assert len(key) >= 43
        assert local_signing_key(folder) == key
        assert [path.name for path in folder.iterdir()] == ["jwt_secret_key"]
        assert stat.S_IMODE((folder / "jwt_secret_key").stat().st_mode) == 0o600
        assert local_signing_key(tmp_path / "elsewhere") != key

    @pytest.mark.parametrize("umask", [0o000, 0o077])
    def test_it_is_private_whatever_the_umask(self, tmp_path: Path, umask: int) -> None:
        before = os.umask(umask)
        try:
            local_signing_key(tmp_path)
        finally:
            os.umask(before)

        assert stat.S_IMODE((tmp_path / "jwt_secret_key").stat().st_mode) == 0o600

    def test_processes_that_start_at_once_agree_on_one(self, tmp_path: Path) -> None:
        context = multiprocessing.get_context("spawn")
        with context.Manager() as manager, context.Pool(3) as pool:
            starting = manager.Barrier(3)
            keys = pool.starmap(_make_local_key, [(tmp_path, starting)] * 3, chunksize=1)

        assert len(set(keys)) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["jwt_secret_key"]

    def test_threads_of_one_process_agree_on_one(self, tmp_path: Path) -> None:
        for attempt in range(20):
            with ThreadPoolExecutor(4) as threads:
                keys = set(threads.map(local_signing_key, [tmp_path / str(attempt)] * 4))

            assert len(keys) == 1

    def test_an_empty_file_is_no_key(self, tmp_path: Path) -> None:
        (tmp_path / "jwt_secret_key").touch(mode=0o600)

        with pytest.raises(ConfigurationError, match="holds no key: delete the file"):
            local_signing_key(tmp_path)


class TestOverHttp:
    async def test_every_bad_token_is_answered_401(self, make_app: MakeApp) -> None:
        async with make_app(jwt_secret_key=KEY) as app, client_of(app) as client:
            user = await sign_up(client)
            answers: dict[str, int] = {}
            for flaw, make in BAD_TOKENS.items():
                header = b"Bearer " + make().encode("utf-8", "surrogatepass")
                response = await client.get(ME, headers=[(b"Authorization", header)])
                answers[flaw] = response.status_code
            assert (await user.get(ME)).status_code == 200

        # Nothing behind the scheme is no token.
        assert answers.pop("empty") == 403
        assert set(answers.values()) == {401}, answers

    async def test_a_good_token_of_nobody_is_answered_401(self, make_app: MakeApp) -> None:
        async with make_app(jwt_secret_key=KEY) as app, client_of(app) as client:
            user = await sign_up(client)
            login = UUID(str(app.state.runtime.tokens.read(user.tokens["access_token"]).login_id))

            async def status(**claims: str) -> int:
                headers = {"Authorization": f"Bearer {signed(good_claims(**claims))}"}
                return (await client.get(ME, headers=headers)).status_code

            assert await status(sub=user.id, sid=str(login)) == 200
            assert await status(sub=user.id) == 401
            assert await status(sid=str(login)) == 401
            assert await status() == 401

    async def test_a_token_signed_by_the_previous_key_goes_on_working(
        self, make_app: MakeApp, new_database: Callable[..., Any]
    ) -> None:
        url = await new_database()
        async with make_app(database_url=url, jwt_secret_key=KEY) as before, client_of(before) as client:
            user = await sign_up(client)
        rotated = {"jwt_secret_key": OTHER_KEY, "jwt_previous_secret_keys": KEY}
        async with make_app(database_url=url, **rotated) as after, client_of(after) as client:
            user.client = client
            assert (await user.get(ME)).status_code == 200
        async with make_app(database_url=url, jwt_secret_key=OTHER_KEY) as dropped, client_of(dropped) as client:
            user.client = client
            assert (await user.get(ME)).status_code == 401

    async def test_an_expired_token_is_refused_and_its_login_is_not(
        self, make_app: MakeApp, client: httpx.AsyncClient
    ) -> None:
        async with make_app(jwt_secret_key=KEY, jwt_expire_minutes=1e-9) as app, client_of(app) as http:
            user = await sign_up(http)
            app.state.runtime.tokens._cache.clear()
            later = {"exp": int(time.time()) - 1, "sub": user.id}
            response = await http.get(ME, headers={"Authorization": f"Bearer {signed(good_claims(**later))}"})
            assert response.status_code == 401
            renewed = await http.post("/api/v1/auth/refresh", json={"refresh_token": user.tokens["refresh_token"]})
            assert renewed.status_code == 200
