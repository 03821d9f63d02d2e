"""Three whole behavioural interviews in writing, as the docs show them.

With ``UPDATE_TRANSCRIPTS=1`` the pages are written anew; read them before they are committed.
"""

import os
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.support.interviews import INTERVIEWS, as_markdown, hold_interview
from tests.support.rooms import Room, ShiftedTime, room_name
from tests.support.users import SignedIn

DOCS = Path(__file__).parents[3] / "docs" / "interviews"
TITLES = {
    "good": "A candidate who is well prepared",
    "lost": "A candidate who needs help",
    "hostile": "A candidate who tries everything",
}


@pytest.mark.parametrize("name", INTERVIEWS)
async def test_the_docs_show_what_is_said(
    app: FastAPI, user: SignedIn, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = await user.post("/api/start-interview", {"room_id": room_name(), "mock_interview_id": "behavioral"})
    room = Room(app, user.client, started.json(), user.headers)

    await hold_interview(room, ShiftedTime(monkeypatch), name)

    log = await room.log()
    page = as_markdown(name, TITLES[name], log)
    if os.environ.get("UPDATE_TRANSCRIPTS"):
        (DOCS / f"{name}.md").write_text(page)
    assert log[-1].type == "interview_completed"
    assert page == (DOCS / f"{name}.md").read_text()
