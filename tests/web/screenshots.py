"""Take the pictures of the documentation: ``python -m tests.web.screenshots``."""

import asyncio
from datetime import timedelta
from typing import Any, Literal

from playwright.async_api import Page, ViewportSize, expect

from app.core.clock import utc_now
from tests.support.browsing import new_user, running_browser, running_server, save_plan, screenshots_folder, visiting
from tests.support.users import SignedIn

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 800}
TITLE = "Coding practice for Acme"
PLAN: tuple[dict[str, Any], ...] = (
    {
        "question_type": "coding",
        "duration": 15,
        "question": "Write a function that returns the first character of a text that occurs only once in it.",
        "follow_ups": ["What does it return if there is none?", "How does its time grow with the text?"],
    },
    {"question_type": "behavioral", "duration": 8, "question": "Tell me about a change that you undid."},
    {"question_type": "technical", "duration": 8, "question": "How do you find out why a page is slow?"},
    {"question_type": "closing", "duration": 4, "question": "What would you like to ask me?"},
)
PROBLEM = 'first_unique("level")   # "v"\nfirst_unique("noon")    # None'
ANSWERS = (
    "I count every character in one pass, then look for the first one with a count of one in a second pass.",
    "There I would return None, and say so in the type: the caller has to decide what no answer means.",
)


JOBS: tuple[tuple[str, str, str, str, int, list[str]], ...] = (
    ("Data Engineer", "Contoso", "saved", "Berlin", 2, ["remote"]),
    ("Backend Engineer", "Fabrikam", "saved", "Vienna", 1, []),
    ("Platform Engineer", "Tailspin", "applied", "Remote", 3, ["python"]),
    ("Backend Engineer", "Litware", "applied", "Hamburg", 16, []),
    ("Site Reliability Engineer", "Proseware", "screening", "Remote", 9, ["on call"]),
    ("Backend Engineer", "Acme", "interviewing", "Berlin", 12, ["python"]),
    ("Software Engineer", "Northwind", "interviewing", "Munich", 20, []),
    ("Senior Backend Engineer", "Adatum", "offer", "Remote", 31, ["remote"]),
    ("Backend Developer", "Woodgrove", "rejected", "Berlin", 40, []),
)
"""Title, company, status, place, days since something happened, tags."""

VIEWS = {"today": "", "board": "board", "statistics": "statistics"}


async def take_all() -> None:
    """Take the pictures of the console and of a room, in both themes, and of some views on a phone."""
    folder = screenshots_folder()
    folder.mkdir(parents=True, exist_ok=True)
    async with running_server(VOICE_ENABLED="true") as server, running_browser() as browser:
        for theme in THEMES:
            async with new_user(server.url) as user:
                position_id = await search(user)
                await save_plan(user, *PLAN, title=TITLE)
                views = VIEWS | {"position": f"positions/{position_id}"}
                async with visiting(browser, server.url, viewport=DESK, color_scheme=theme) as visitor:
                    page = await visitor.sign_in(user)
                    for name, path in views.items():
                        await show(page, f"{server.url}/app/{path}")
                        await page.screenshot(path=folder / f"{name}-{theme}.png")
                    await show(page, f"{server.url}/app/practice")
                    await talk(page, user)
                    await page.screenshot(path=folder / f"room-{theme}.png")
                async with visiting(browser, server.url, viewport=PHONE, color_scheme=theme) as visitor:
                    page = await visitor.sign_in(user)
                    for name, path in views.items():
                        await show(page, f"{server.url}/app/{path}")
                        await page.screenshot(path=folder / f"{name}-phone-{theme}.png")


async def search(user: SignedIn) -> str:
    """Enter a job search of some weeks, and return the id of the position whose page is shown."""
    ids = {}
    for title, company, status, location, days, tags in JOBS:
        day = {} if status == "saved" else {"application_date": str(utc_now().date() - timedelta(days=days))}
        position = await user.position(
            title=title, company=company, status=status, location=location, tags=tags, source="Referral", **day
        )
        ids[company] = position["id"]
    await user.interview(ids["Acme"], scheduled_date=(utc_now() + timedelta(days=2)).isoformat())
    await user.interview(ids["Northwind"], scheduled_date=(utc_now() - timedelta(days=2)).isoformat(), type="hr")
    task = {"title": "Send the work sample", "due_date": str(utc_now().date() + timedelta(days=1))}
    await user.post(f"/api/v1/positions/{ids['Acme']}/tasks", task)
    await user.post(f"/api/v1/positions/{ids['Acme']}/notes", {"text": "They use FastAPI. Ask about on-call."})
    return str(ids["Acme"])


async def show(page: Page, url: str) -> None:
    """Go to a view, and wait until all of it is there."""
    await page.goto(url)
    await expect(page.locator("main h1")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)


async def talk(page: Page, user: SignedIn) -> None:
    """Start the plan, join in writing, and bring a conversation into the room."""
    await page.get_by_role("button", name=f"Start {TITLE}").click()
    await page.get_by_role("button", name="Go on without a microphone").click()
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    room_id = page.url.rsplit("/", 1)[-1]
    await user.post("/api/inject-problem", {"room_id": room_id, "problem_text": PROBLEM})
    await expect(page.get_by_role("heading", name="Problem")).to_be_visible()
    for answer in ANSWERS:
        await page.get_by_label("Your answer").fill(answer)
        await page.get_by_label("Your answer").press("Control+Enter")
        await expect(page.get_by_role("log").get_by_text(answer)).to_be_visible()


if __name__ == "__main__":
    asyncio.run(take_all())
