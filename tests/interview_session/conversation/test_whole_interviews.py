"""Three whole behavioural interviews in writing, as the docs show them.

With ``UPDATE_TRANSCRIPTS=1`` the pages are written anew; read them before they are committed.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.conftest import MakeApp, client_of
from tests.support.interviews import INTERVIEWS, as_markdown, hold_interview
from tests.support.rooms import Room, ShiftedTime, room_name, runner_of
from tests.support.users import sign_up

DOCS = Path(__file__).parents[3] / "docs" / "interviews"
TITLES = {
    "good": "A candidate who is well prepared",
    "lost": "A candidate who needs help",
    "hostile": "A candidate who tries everything",
}


@pytest.fixture(scope="module")
async def interviewing(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    """Run an application as people have it, whose runner looks only when it is told to."""
    async with make_app(meaning_enabled=True) as app:
        await runner_of(app).stop()
        yield app


@pytest.mark.parametrize("name", INTERVIEWS)
async def test_the_docs_show_what_is_said(interviewing: FastAPI, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    user = await sign_up(client_of(interviewing))
    started = await user.post("/api/start-interview", {"room_id": room_name(), "mock_interview_id": "behavioral"})
    room = Room(interviewing, user.client, started.json(), user.headers)

    await hold_interview(room, ShiftedTime(monkeypatch), name)

    log = await room.log()
    page = as_markdown(name, TITLES[name], log)
    if os.environ.get("UPDATE_TRANSCRIPTS"):
        (DOCS / f"{name}.md").write_text(page)
    assert log[-1].type == "interview_completed"
    assert page == (DOCS / f"{name}.md").read_text()
