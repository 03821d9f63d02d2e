"""The operator's way to a new password."""

import asyncio
import re

import httpx
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.tools import __main__ as tools
from tests.conftest import MakeApp, client_of
from tests.support.users import sign_in, sign_up
from tests.support.waiting import until

ME = "/api/v1/auth/me"


async def run(app: FastAPI, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command with the settings of an application, in this process and outside of its loop."""
    settings: Settings = app.state.runtime.settings
    monkeypatch.setattr(tools, "load_settings", lambda: settings)
    monkeypatch.setattr(tools, "configure_logging", lambda _settings: None)
    return await asyncio.to_thread(tools.main, arguments)


async def test_it_prints_a_new_password_and_ends_all_logins(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with make_app(auto_migrate=False) as app, client_of(app) as client:
        user, other = await sign_up(client), await sign_up(client)
        second = await sign_in(client, user.email)

        assert await run(app, monkeypatch, "reset-password", user.email.upper()) == 0

        out, err = capsys.readouterr()
        assert re.fullmatch(r"[\w-]{16}\n", out)
        assert err == ""

        async def all_refused() -> bool:
            return {(await login.get(ME)).status_code for login in (user, second)} == {401}

        await until(all_refused)
        body = {"email": user.email, "password": user.password}
        assert (await client.post("/api/v1/auth/login", json=body)).status_code == 401
        assert (await (await sign_in(client, user.email, out.strip())).get(ME)).status_code == 200
        assert (await other.get(ME)).status_code == 200


async def test_an_unknown_email_changes_nothing(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    user = await sign_up(client)

    assert await run(app, monkeypatch, "reset-password", "nobody@example.com") == 1

    assert capsys.readouterr() == ("", "No account has the email nobody@example.com\n")
    assert (await sign_in(client, user.email)).id == user.id
