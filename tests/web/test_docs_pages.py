"""``/``, ``/docs`` and ``/redoc``: from this server alone, under a strict policy."""

import httpx
import pytest
from playwright.async_api import expect

from tests.conftest import MakeApp, client_of
from tests.support.browsing import Visitor

PAGES = {"/docs": "Interview Tracker", "/redoc": "Interview Tracker"}


@pytest.mark.parametrize("path", PAGES)
async def test_the_documentation_is_drawn_without_another_host(visitor: Visitor, path: str) -> None:
    page = await visitor.context.new_page()
    page.on("console", visitor._note)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(visitor.url + path)
    await expect(page.get_by_role("heading", name=PAGES[path]).first).to_be_visible()
    assert {url for url in asked if not url.startswith((visitor.url, "data:"))} == set()


@pytest.mark.parametrize("path", PAGES)
async def test_the_documentation_s_policy_lets_no_text_become_a_script(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize("path", PAGES)
async def test_there_is_no_documentation_where_it_is_switched_off(make_app: MakeApp, path: str) -> None:
    async with make_app(api_docs_enabled=False) as app, client_of(app) as client:
        assert (await client.get(path)).status_code == 404


async def test_the_front_page_shows_people_the_way_and_programs_the_links(client: httpx.AsyncClient) -> None:
    for_people = await client.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    for_programs = await client.get("/")
    assert 'href="/app/">' in for_people.text
    assert '<a href="/docs"' in for_people.text
    assert for_programs.json()["app"] == "/app/"
    assert for_people.headers["Vary"].startswith("Accept,")
    assert for_programs.headers["Vary"].startswith("Accept,")
