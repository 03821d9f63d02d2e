"""The browser and the server that the tests of the console share."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.support.browsing import Visitor, installed_chromium, new_user, running_browser, running_server, visiting
from tests.support.processes import AppServer
from tests.support.users import SignedIn


@pytest.fixture(scope="package")
async def server() -> AsyncIterator[AppServer]:
    async with running_server(EVENT_HEARTBEAT_SECONDS="1", VOICE_ENABLED="true") as running:
        yield running


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    if installed_chromium() is None:
        pytest.skip("no Chromium is installed")
    async with running_browser() as running:
        yield running


@pytest.fixture
async def visitor(browser: Browser, server: AppServer) -> AsyncIterator[Visitor]:
    async with visiting(browser, server.url) as somebody:
        yield somebody


@pytest.fixture
async def account(server: AppServer) -> AsyncIterator[SignedIn]:
    async with new_user(server.url) as user:
        yield user
