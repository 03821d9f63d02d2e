"""The room page shows what the candidate is saying, greyed, until its final words take the place."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from playwright.async_api import Page, ViewportSize, expect

from app.core.embedded_postgres import EmbeddedPostgres
from app.core.notifications import CHANNEL
from app.interview_session.events import events
from app.interview_session.events.events import Source, Speaker
from app.interview_session.events.interim_text import InterimText
from tests.support.browsing import Visitor
from tests.support.processes import AppServer
from tests.support.users import SignedIn
from tests.support.waiting import until
from tests.web.room_steps import button, captions, end_interview, join_in_writing, open_room_as

pytestmark = pytest.mark.slow

PHONE: ViewportSize = {"width": 390, "height": 844}


class Candidate:
    """Speaks in a room as a call on another replica would have it: by notifications, and by lines in the log."""

    def __init__(self, connection: asyncpg.Connection, session_id: UUID) -> None:
        self._connection = connection
        self._session_id = session_id
        self._began = datetime.now(UTC)

    def begin(self) -> None:
        """Begin to say something else."""
        self._began += timedelta(minutes=1)

    async def say_so_far(self, text: str) -> None:
        await self._notify(InterimText(text, 1, self._began).payload(self._session_id))

    async def say(self, text: str, *, before: bool = False) -> None:
        """Finish what is being said, or have something come into the log that was said before it."""
        began = self._began - timedelta(seconds=30) if before else self._began
        entry = events.transcript(
            Speaker.CANDIDATE,
            text,
            phase_sequence=1,
            started_at=began,
            ended_at=began,
            source=Source.VOICE,
            purpose="answer",
        )
        wire = events.stream_frame(entry.type, entry.data).decode()
        await self._connection.execute(
            """
            WITH next AS (UPDATE interview_sessions SET last_seq = last_seq + 1 WHERE id = $1 RETURNING id, last_seq)
            INSERT INTO session_events (session_id, seq, type, data, created_at)
            SELECT id, last_seq, 'transcript', $2::jsonb || jsonb_build_object('seq', last_seq), now() FROM next
            """,
            self._session_id,
            wire.partition("data: ")[2],
        )
        await self._notify(f"room:{self._session_id}")

    async def _notify(self, payload: str) -> None:
        await self._connection.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)


@pytest.fixture
async def page(visitor: Visitor, account: SignedIn) -> Page:
    """Give the page of a room whose clock runs."""
    page = await open_room_as(visitor, account, {"question": "Why this work?"})
    await join_in_writing(page)
    return page


@pytest.fixture
async def candidate(page: Page, server: AppServer, account: SignedIn) -> AsyncIterator[Candidate]:
    """Give the candidate of that room."""
    [session] = (await account.get("/api/v1/sessions")).json()["sessions"]
    connection = await asyncpg.connect(EmbeddedPostgres(Path(server.folder) / "data").dsn)
    yield Candidate(connection, UUID(session["id"]))
    await connection.close()


async def test_what_is_being_said_is_greyed_and_its_final_words_take_its_place(
    page: Page, candidate: Candidate
) -> None:
    interim, said = page.locator(".interim"), captions(page).locator(".entry.candidate")
    await candidate.say("Good morning.", before=True)
    await expect(said).to_have_count(1)

    await candidate.say_so_far("I have")
    await expect(interim.locator(".words")).to_have_text("I have")
    await candidate.say_so_far("I have liked machines")
    await expect(interim.locator(".words")).to_have_text("I have liked machines")
    await expect(interim.locator(".speaker")).to_have_text("You (…)")
    await expect(interim).to_have_attribute("aria-live", "off")
    assert await colour(page, ".interim .words") != await colour(page, ".entry.candidate .words")
    last: str = await captions(page).evaluate("box => box.lastElementChild.className")
    assert last.startswith("interim")

    await candidate.say("I have liked machines since I was a child.")

    await expect(said).to_have_count(2)
    await expect(said.last.locator(".words")).to_have_text("I have liked machines since I was a child.")
    await expect(interim).to_have_count(0)


async def test_it_vanishes_when_nothing_comes_of_it_in_a_pause_on_a_reload_and_at_the_end(
    page: Page, candidate: Candidate
) -> None:
    interim = page.locator(".interim")
    await candidate.say_so_far("I")
    await expect(interim).to_have_count(1)
    await candidate.say_so_far("")
    await expect(interim).to_have_count(0)

    candidate.begin()
    await candidate.say_so_far("I have")
    await expect(interim).to_have_count(1)
    await button(page, "Pause").click()
    await expect(interim).to_have_count(0)
    candidate.begin()
    await candidate.say_so_far("In the pause")
    await candidate.say("What came behind it.", before=True)
    await expect(captions(page).get_by_text("What came behind it.")).to_be_visible()
    await expect(interim).to_have_count(0)

    await button(page, "Resume").click()
    await expect(button(page, "Pause")).to_be_visible()
    await candidate.say_so_far("Again")
    await expect(interim).to_have_count(1)
    await page.reload()
    await expect(captions(page).get_by_text("What came behind it.")).to_be_visible()
    await expect(interim).to_have_count(0)

    await candidate.say_so_far("To the end")
    await expect(interim).to_have_count(1)
    await end_interview(page)
    await expect(interim).to_have_count(0)


async def test_it_fits_a_phone_and_is_legible_in_the_dark(page: Page, candidate: Candidate) -> None:
    await page.set_viewport_size(PHONE)
    await candidate.say_so_far("I have liked " + "machines" * 30)
    await expect(page.locator(".interim")).to_be_visible()
    light = await colour(page, ".interim .words")
    await page.emulate_media(color_scheme="dark")

    await until(lambda: page.evaluate("document.documentElement.scrollWidth <= 390"))
    assert await colour(page, ".interim .words") != light


async def colour(page: Page, selector: str) -> str:
    """Return the colour of an element's text."""
    style: str = await page.locator(selector).first.evaluate("element => getComputedStyle(element).color")
    return style
