"""Every page of the console, with an account that has something to show on each of them."""

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Locator, Page, Route

from app.core.clock import utc_now
from tests.support.browsing import save_plan, start_room
from tests.support.reports import ANSWER, RUBRIC
from tests.support.users import SignedIn

SENTENCE = "The database is resting."
PLAN_TITLE = "Rounds of chess"


@dataclass(frozen=True)
class Place:
    """A page: its address below ``/app`` with its filters, and a text of its full state."""

    name: str
    address: str
    shows: str
    reads: bool = True
    """Whether the text comes from the API."""
    refreshes: bool = True
    """Whether it is read again while it is looked at. A form is not: somebody may be typing in it."""


PLACES = (
    Place("Today", "/", "Northwind"),
    Place("Board", "/board?search=Northwind&tag=remote", "Northwind"),
    Place("List", "/list?search=Northwind&sort=company.asc", "Northwind"),
    Place("Position", "/positions/{position}", "They liked the talk."),
    Place("Add", "/add", "Add a position", reads=False),
    Place("Calendar", "/calendar?view=agenda", "Northwind"),
    Place("Statistics", "/statistics?status=interviewing", "LinkedIn"),
    Place("Statistics of practice", "/statistics?show=practice", "Tell me about a game."),
    Place("Import", "/import", "Import", reads=False),
    Place("Practice", "/practice", PLAN_TITLE),
    Place("New plan", "/practice/new?plan={plan}", "1 question, 5 min in all", refreshes=False),
    Place("Plan", "/practice/{plan}", "1 question, 5 min in all", refreshes=False),
    Place("Report", "/sessions/{session}", "Says what they did", refreshes=False),
    Place("Settings: you", "/settings", "{email}"),
    Place("Settings: security", "/settings?part=security", "Last used"),
    Place("Settings: sharing", "/settings?part=sharing", "Make a new address"),
    Place("Settings: contacts", "/settings?part=contacts", "Grace Hopper"),
    Place("Settings: documents", "/settings?part=documents", "Curriculum"),
    Place("Settings: data", "/settings?part=data", "Delete your account", reads=False),
    Place("More", "/more", "Settings", reads=False),
)


@dataclass
class Full:
    """What was entered into an account, by the names that addresses have for it."""

    account: SignedIn
    ids: dict[str, str]
    interview: dict[str, Any]

    def address(self, place: Place) -> str:
        return "/app" + place.address.format(**self.ids)

    def mark(self, page: Page, place: Place) -> Locator:
        """Return where the full state of a place is to be seen."""
        return page.get_by_role("main").get_by_text(place.shows.format(**self.ids)).first


async def fill(account: SignedIn) -> Full:
    """Enter one thing of each kind that a page may show."""
    soon = (utc_now() + timedelta(days=2)).isoformat()
    fields = {"title": "Engineer", "company": "Northwind", "status": "interviewing", "source": "LinkedIn"}
    dates = {"application_date": str((utc_now() - timedelta(days=9)).date())}
    position = await account.position(**fields, **dates, tags=["remote"], description="Word. " * 200)
    await account.position(company="Quiet Works", application_date="2024-01-15", source="LinkedIn")
    interview = await account.interview(position["id"], scheduled_date=soon, duration_minutes=45)
    below = f"/api/v1/positions/{position['id']}"
    contact = {"name": "Grace Hopper", "email": "grace@example.com", "position_ids": [position["id"]]}
    for path, body in (
        (f"{below}/notes", {"text": "They liked the talk."}),
        (f"{below}/tasks", {"title": "Send the CV", "due_date": str(utc_now().date())}),
        ("/api/v1/contacts", contact),
        ("/api/v1/interviews/calendar-feed", None),
    ):
        created = await account.post(path, body)
        assert created.status_code == 201, created.text
    file = {"file": ("cv.txt", b"A life.", "text/plain")}
    form = {"name": "Curriculum", "kind": "cv", "position_ids": position["id"]}
    stored = await account.client.post("/api/v1/documents", headers=account.headers, data=form, files=file)
    assert stored.status_code == 201, stored.text
    session = await practised(account, position["id"])
    plan = await save_plan(account, {"question": "Tell me about a game."}, title=PLAN_TITLE)
    ids = {"position": position["id"], "plan": plan, "session": session, "email": account.email}
    return Full(account, ids, interview)


async def practised(account: SignedIn, position_id: str) -> str:
    """Run a session to its end and return its id."""
    body = {"title": "A talk", "position_id": position_id, "planner_fields": [_question()]}
    plan = (await account.post("/api/v1/mock-interviews", body)).json()
    room = await start_room(account, plan["id"])
    for act, sent in (("timer/start", None), ("answer", {"text": ANSWER}), ("end", None)):
        done = await account.post(f"/api/interview/{room['room_id']}/{act}", sent)
        assert done.status_code == 200, done.text
    session_id: str = room["session_id"]
    return session_id


def _question() -> dict[str, Any]:
    question = {"sequence": 1, "question_id": "q1", "question_type": "behavioral", "duration": 5}
    return question | {"question": "What did you do?", "rubric": RUBRIC}


class Answers:
    """Stands between a page and the API: answers come, wait, are refusals, or never come."""

    def __init__(self) -> None:
        self._may_go = asyncio.Event()
        self._may_go.set()
        self.status = 0
        self.fields: dict[str, str] = {}
        self.are_gone = False
        self.only = ""

    async def stand_before(self, page: Page) -> None:
        await page.route(re.compile("/api/"), self._answer)

    def hold(self) -> None:
        """Let all answers wait for ``come``."""
        self._may_go.clear()

    def release(self) -> None:
        """Let what waits be answered as is said by now."""
        self._may_go.set()

    def refuse(self, only: str = "", status: int = 500, fields: dict[str, str] | None = None) -> None:
        """Refuse what is asked of this path, or everything, as the API does."""
        self.status, self.only, self.fields, self.are_gone = status, only, fields or {}, False

    def go(self) -> None:
        """Give no answer at all."""
        self.status, self.only, self.are_gone = 0, "", True

    def come(self) -> None:
        """Let all answers come as the API gives them, those that waited too."""
        self.status, self.only, self.are_gone = 0, "", False
        self._may_go.set()

    async def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        await self._may_go.wait()
        if self.are_gone:
            await route.abort()
        elif self.status and self.only in {"", path}:
            error = {"code": "X", "message": SENTENCE, "field_errors": self.fields}
            await route.fulfill(status=self.status, json={"error": error})
        else:
            await route.continue_()
