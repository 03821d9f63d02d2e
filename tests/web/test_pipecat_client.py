"""Pipecat's own client, as npm has it, in a page of the application's origin that reaches no other."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Route

from tests.support.browsing import (
    FAKE_MICROPHONE,
    installed_chromium,
    new_user,
    running_browser,
    running_server,
    start_room,
)
from tests.support.npm import bundled
from tests.support.processes import AppServer
from tests.support.users import SignedIn

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parent / "pipecat_client"
PAGE = "/a-page-of-somebody-else"
QUESTION = "Hello, and welcome to this short demonstration."
ANSWER = "I measured it twice, and it was faster."
PATIENCE_MS = 60_000


@dataclass
class Client:
    """A page with Pipecat's client, and what it asked other servers for."""

    page: Page
    room: dict[str, Any]
    user: SignedIn
    elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def call(self, token: str) -> None:
        """Call the room as the client's users do."""
        data = {"room_id": self.room["room_id"], "token": token}
        await self.page.evaluate("data => window.call('/api/offer', data)", data)

    async def is_told(self, what: str, text: str = "") -> None:
        """Wait until one of the client's callbacks was called with a text that holds this one."""
        await self.page.wait_for_function(
            "([what, text]) => window.told.some((told) => told.what === what && (told.text ?? '').includes(text))",
            arg=[what, text],
            timeout=PATIENCE_MS,
        )

    async def told(self, what: str) -> list[dict[str, str]]:
        """Return what a callback was called with so far."""
        told: list[dict[str, str]] = await self.page.evaluate("() => window.told")
        return [line for line in told if line["what"] == what]

    @property
    def status_path(self) -> str:
        return f"/api/status/{self.room['room_id']}"

    async def status(self) -> dict[str, Any]:
        """Return the room's status."""
        response = await self.user.client.get(self.status_path, headers=self.user.headers)
        status: dict[str, Any] = response.json()
        return status


@pytest.fixture(scope="module")
def script() -> str:
    return bundled(PROJECT, "page.js")


@pytest.fixture(scope="module")
async def server(script: str) -> AsyncIterator[AppServer]:
    if installed_chromium() is None:
        pytest.skip("no Chromium is installed")
    # As in production: the browser's addresses are private, and none of its candidates is kept.
    async with running_server(VOICE_ENABLED="true", ALLOW_PRIVATE_ICE_CANDIDATES="false") as running:
        yield running


@pytest.fixture
async def client(server: AppServer, script: str) -> AsyncIterator[Client]:
    async with running_browser(*FAKE_MICROPHONE) as browser, new_user(server.url) as user:
        room = await start_room(user, "two-minute-demo")
        context = await browser.new_context(permissions=["microphone"])
        client = Client(await context.new_page(), room, user)
        await keep_within(context, server.url, client)
        client.page.on("console", lambda message: note(message, client))
        client.page.on("pageerror", lambda error: client.errors.append(str(error)))
        await client.page.goto(server.url + PAGE)
        await client.page.add_script_tag(content=script)
        yield client
        await context.close()


async def keep_within(context: BrowserContext, origin: str, client: Client) -> None:
    """Serve the page, and let it reach the application alone."""

    async def decide(route: Route) -> None:
        url = route.request.url
        if url == origin + PAGE:
            await route.fulfill(content_type="text/html", body="<!doctype html><title>A page</title>")
        elif url.startswith((origin, "blob:")):
            await route.continue_()
        else:
            client.elsewhere.append(url)
            await route.abort()

    await context.route("**/*", decide)


def note(message: ConsoleMessage, client: Client) -> None:
    if message.type == "error":
        client.errors.append(message.text)


async def until_bot_is(client: Client, status: str) -> None:
    """Wait until the room's interviewer is connected, or is not."""
    await client.page.wait_for_function(
        """async ([path, headers, status]) => {
            const response = await fetch(path, { headers });
            return (await response.json()).bot_status === status;
        }""",
        arg=[client.status_path, client.user.headers, status],
        timeout=PATIENCE_MS,
        polling=250,
    )


async def test_it_calls_a_room_follows_the_call_and_answers_in_writing(client: Client) -> None:
    await client.call(client.room["room_token"])

    await client.is_told("bot-ready", "2.")
    await client.is_told("bot-started-speaking")
    await client.is_told("bot-output completed", QUESTION)
    await client.is_told("bot-transcript", QUESTION)
    assert (await client.status())["bot_status"] == "connected"

    await client.page.evaluate("text => window.client.sendText(text)", ANSWER)
    await until_typed(client, ANSWER)

    await client.page.evaluate("() => window.client.disconnect()")
    await client.is_told("disconnected")
    await until_bot_is(client, "disconnected")
    assert await client.told("error") == await client.told("message-error") == []
    assert client.errors == []
    assert client.elsewhere == []


async def test_it_is_told_that_its_token_opens_nothing(client: Client) -> None:
    with pytest.raises(Exception, match=re.escape("WebRTC offer rejected with status 401")):
        await client.call("nobody's")

    assert (await client.status())["bot_status"] != "connected"


async def until_typed(client: Client, text: str) -> None:
    """Wait until an answer stands in the session's transcript."""
    path = f"/api/v1/sessions/{client.room['session_id']}/transcript"
    await client.page.wait_for_function(
        """async ([path, headers, text]) => {
            const { entries } = await (await fetch(path, { headers })).json();
            return entries.some((entry) => entry.text === text && entry.source === "typed");
        }""",
        arg=[path, client.user.headers, text],
        timeout=PATIENCE_MS,
        polling=250,
    )
