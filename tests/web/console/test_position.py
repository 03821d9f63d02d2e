"""One position: its fields in place, its way, and what happened with it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Route, expect

from app.core.clock import utc_now
from tests.support.browsing import Visitor
from tests.support.users import SignedIn
from tests.support.waiting import until
from tests.web.console.checks import violations, widest

POSITIONS = "/api/v1/positions"


async def opened(visitor: Visitor, account: SignedIn, position: dict[str, Any]) -> Page:
    """Sign in and go to the page of a position."""
    page = await visitor.sign_in(account)
    await page.goto(f"{visitor.url}/app/positions/{position['id']}")
    await expect(page.get_by_role("heading", level=1, name=position["title"])).to_be_visible()
    return page


async def refuse(route: Route) -> None:
    error = {"code": "RESOURCE_CONFLICT", "message": "Somebody else was faster.", "timestamp": "2026-01-01T00:00:00Z"}
    await route.fulfill(status=409, json={"error": error})


async def test_a_field_is_edited_where_it_stands_and_loses_no_word(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("422|409|ERR_FAILED")
    position = await account.position(location="Berlin")
    page = await opened(visitor, account, position)
    await page.get_by_role("button", name="Edit location: Berlin").press("Enter")
    field = page.get_by_label("Location", exact=True)
    await expect(field).to_be_focused()
    await field.fill("Vienna")
    await field.press("Escape")
    await expect(page.get_by_role("button", name="Edit location: Berlin")).to_be_focused()

    await page.keyboard.press("Enter")
    await field.fill("Vienna")
    await field.press("Enter")
    await expect(page.get_by_role("button", name="Edit location: Vienna")).to_be_focused()

    await page.get_by_role("button", name="Add link").click()
    link = page.locator("[name=job_url]")
    await link.fill("no address")
    await link.press("Enter")
    await expect(link).to_be_focused()
    await expect(link).to_have_attribute("aria-invalid", "true")
    await expect(link).to_have_value("no address")
    await link.fill("https://jobs.example.com/1")
    await page.route(f"**{POSITIONS}/*", refuse, times=1)
    await link.press("Enter")
    await expect(page.get_by_text("Somebody else was faster.")).to_be_visible()
    await page.route(f"**{POSITIONS}/*", lambda route: route.abort(), times=1)
    await link.press("Enter")
    await expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    await page.reload()
    await page.get_by_role("button", name="Add link").click()
    await expect(link).to_have_value("https://jobs.example.com/1")
    await link.press("Enter")
    await expect(page.get_by_role("link", name="Open", exact=True)).to_have_attribute(
        "href", "https://jobs.example.com/1"
    )


async def test_the_status_moves_by_keys_goes_back_and_may_be_dated_back(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("409")
    position = await account.position()
    page = await opened(visitor, account, position)
    status = page.get_by_role("button", name="Status: Applied. Change it")
    await status.press("Enter")
    await page.route("**/status", refuse, times=1)
    await page.get_by_role("menuitemradio", name="Screening").press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="Somebody else was faster.")).to_be_visible()
    await expect(status).to_be_visible()

    await page.keyboard.press("m")
    await page.get_by_role("menuitemradio", name="Offer").click()
    await expect(page.get_by_role("button", name="Status: Offer. Change it")).to_be_focused()
    await expect(page.get_by_text("Engineer: Offer.")).to_be_visible()
    await page.keyboard.press("Control+z")
    await expect(status).to_be_visible()

    await page.keyboard.press("m")
    await page.get_by_role("menuitem", name="With a date or a note").click()
    await page.get_by_role("dialog").get_by_role("combobox").select_option("screening")
    await page.get_by_label("Since").fill("2024-02-01")
    await page.get_by_label("Note (optional)").fill("A recruiter called.")
    await page.get_by_role("dialog").get_by_role("button", name="Change the status").click()
    way = page.get_by_role("region", name="The way so far")
    await expect(way.get_by_role("listitem").filter(has_text="Screening")).to_contain_text("1 Feb 2024")
    await expect(way.get_by_text("A recruiter called.")).to_be_visible()


async def test_notes_and_tasks_are_written_changed_and_deleted_in_place(visitor: Visitor, account: SignedIn) -> None:
    position = await account.position()
    page = await opened(visitor, account, position)
    note = page.get_by_label("What happened, or what to remember")
    await note.fill("They use Python.")
    await page.reload()
    await expect(note).to_have_value("They use Python.")
    await page.get_by_role("button", name="Add note").click()
    happened = page.get_by_role("region", name="What happened")
    await expect(happened.get_by_text("They use Python.")).to_be_visible()
    await expect(note).to_have_value("")
    await expect(note).to_be_focused()

    await happened.get_by_role("button", name="More for Note").click()
    await page.get_by_role("menuitem", name="Edit").click()
    await page.keyboard.press("End")
    await page.keyboard.type(" And Go.")
    await happened.get_by_role("button", name="Save").click()
    await expect(happened.get_by_text("They use Python. And Go.")).to_be_visible()
    await expect(happened.get_by_role("button", name="More for Note")).to_be_focused()
    for is_kept in (True, False):
        await happened.get_by_role("button", name="More for Note").click()
        await page.get_by_role("menuitem", name="Delete note").click()
        await expect(happened.get_by_text("They use Python.")).to_have_count(0)
        await page.get_by_role("button", name="Undo" if is_kept else "Dismiss").click()
        await expect(happened.get_by_text("They use Python.")).to_have_count(1 if is_kept else 0)

    await page.get_by_role("button", name="Task", exact=True).click()
    await page.get_by_label("What to do").fill("Send the sample")
    await page.get_by_role("button", name="Add task").click()
    await page.get_by_role("region", name="Coming up").get_by_role("checkbox", name="Send the sample").check()
    await expect(happened.get_by_role("checkbox", name="Send the sample")).to_be_checked()
    notes = (await account.get(f"{POSITIONS}/{position['id']}/notes")).json()
    assert notes["total"] == 0


async def test_an_interview_is_planned_moved_practised_and_closed(visitor: Visitor, account: SignedIn) -> None:
    position = await account.position(status="interviewing")
    soon = (utc_now() + timedelta(days=2)).strftime("%Y-%m-%dT10:00")
    later = (utc_now() + timedelta(days=3)).strftime("%Y-%m-%dT11:30")
    page = await opened(visitor, account, position)
    await page.get_by_role("button", name="Interview", exact=True).click()
    await page.get_by_label("When").fill(soon)
    await page.get_by_label("Minutes (optional)").fill("45")
    await page.get_by_role("button", name="Add interview").click()
    coming = page.get_by_role("region", name="Coming up")
    await coming.get_by_role("button", name="More for Technical interview").click()
    await page.get_by_role("menuitem", name="Reschedule or edit").click()
    await coming.get_by_label("When").fill(later)
    await coming.get_by_role("button", name="Save").click()
    await expect(coming.get_by_text("11:30")).to_be_visible()
    async with page.expect_download() as download:
        await coming.get_by_role("button", name="More for Technical interview").click()
        await page.get_by_role("menuitem", name="Calendar file").click()
    assert (await (await download.value).path()).read_bytes().startswith(b"BEGIN:VCALENDAR")

    rooms = set()
    for _ in range(2):
        await page.get_by_role("button", name="Practise this interview").click()
        await page.wait_for_url("**/app/rooms/*")
        rooms.add(page.url)
        await page.goto(f"{visitor.url}/app/positions/{position['id']}")
    assert len(rooms) == 1
    await expect(page.get_by_role("region", name="Practice").get_by_role("link", name="Go back in")).to_have_count(1)

    await coming.get_by_role("button", name="More for Technical interview").click()
    await page.get_by_role("menuitemradio", name="Not passed").click()
    await expect(page.get_by_role("button", name="Status: Rejected. Change it")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("button", name="Status: Interviewing. Change it")).to_be_visible()
    await expect(page.locator("main h1")).to_be_focused()


async def test_people_and_files_are_linked_added_and_fetched(
    visitor: Visitor, account: SignedIn, tmp_path: Path
) -> None:
    position = await account.position()
    await account.post("/api/v1/contacts", {"name": "Grace Hopper", "role": "Manager"})
    await account.post(
        "/api/v1/documents", {"name": "My portfolio", "kind": "portfolio", "url": "https://example.com"}
    )
    page = await opened(visitor, account, position)
    people = page.get_by_role("region", name="Contacts")
    await people.get_by_role("button", name="Add contact").click()
    await page.keyboard.type("grace")
    await people.get_by_role("button", name="Link Grace Hopper, Manager").click()
    await expect(people.get_by_role("button", name="More for Grace Hopper")).to_be_visible()
    await people.get_by_role("button", name="Add contact").click()
    await page.keyboard.type("Alan")
    await people.get_by_role("button", name="Add “Alan” as new").click()
    await people.get_by_label("Email").fill("alan@example.com")
    await people.get_by_role("button", name="Add contact").click()
    await expect(people.get_by_role("link", name="alan@example.com")).to_be_visible()

    files = page.get_by_role("region", name="Documents")
    await files.get_by_label("One that you have already").select_option("My portfolio")
    await files.get_by_role("button", name="Add", exact=True).click()
    await expect(files.get_by_role("link", name="My portfolio")).to_be_visible()
    await files.get_by_text("Add a file").click()
    await expect(files.get_by_text("Up to 5 MB each.")).to_be_visible()
    choice = files.get_by_label("Drop files here, or choose them")
    large = tmp_path / "large.txt"
    large.write_bytes(b"x" * (5 * 1024 * 1024 + 1))
    await choice.set_input_files(large)
    await expect(files.get_by_text("large.txt: It is too large.")).to_be_visible()
    curriculum = tmp_path / "my-cv.txt"
    curriculum.write_text("Ada Byron")
    await choice.set_input_files(curriculum)
    await expect(files.get_by_text("CV ·")).to_be_visible()
    async with page.expect_download() as download:
        await files.get_by_role("button", name="my-cv.txt", exact=True).click()
    assert (await (await download.value).path()).read_text() == "Ada Byron"


async def test_a_deleted_position_can_be_had_back_until_the_page_is_left(visitor: Visitor, account: SignedIn) -> None:
    position = await account.position(title="Baker")
    path = f"{POSITIONS}/{position['id']}"
    page = await opened(visitor, account, position)
    await page.get_by_role("button", name="More for Baker").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page).to_have_url(f"{visitor.url}/app/list")
    await page.get_by_role("button", name="Undo").click()
    assert (await account.get(path)).status_code == 200

    await page.go_back()
    await page.get_by_role("button", name="More for Baker").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.get_by_text("Acme deleted.")).to_be_visible()
    assert (await account.get(path)).status_code == 200
    await page.goto("about:blank")

    async def is_gone() -> bool:
        return (await account.get(path)).status_code == 404

    await until(is_gone, 10)


async def test_a_full_page_is_in_order_on_a_phone_and_says_what_is_gone(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("404|409")
    position = await account.position(title="Engineer", description="Word. " * 400, tags=["remote"])
    await account.position(title="engineer")
    await account.interview(position["id"], scheduled_date=(utc_now() + timedelta(days=2)).isoformat())
    await account.interview(position["id"], type="hr")
    for number in range(22):
        body = {"text": f"Note {number}", "occurred_at": f"2024-01-{number + 1:02}T10:00:00Z"}
        await account.post(f"{POSITIONS}/{position['id']}/notes", body)
    page = await opened(visitor, account, position)
    await expect(page.get_by_role("link", name="engineer, Acme")).to_be_visible()
    await expect(page.get_by_text("Note 21")).to_be_visible()
    await expect(page.get_by_text("Note 0", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="Show earlier").click()
    await expect(page.get_by_text("Note 0", exact=True)).to_be_visible()
    assert await violations(page) == []

    await page.set_viewport_size({"width": 320, "height": 800})
    parts = (
        "The way so far",
        "Coming up",
        "What happened",
        "About it",
        "Posting",
        "Contacts",
        "Documents",
        "Practice",
    )
    tops = [
        await page.get_by_role("region", name=name).evaluate("part => part.getBoundingClientRect().top")
        for name in parts
    ]
    assert tops == sorted(tops)
    assert await widest(page) == 0
    await page.emulate_media(color_scheme="dark")
    assert await violations(page) == []

    await page.route("**/timeline?*", refuse)
    await page.get_by_label("What happened, or what to remember").fill("One more")
    await page.get_by_role("button", name="Add note").click()
    await expect(page.get_by_text("This may be out of date. Somebody else was faster.").first).to_be_visible()
    await page.goto(f"{visitor.url}/app/positions/00000000-0000-4000-8000-000000000000")
    await expect(page.get_by_role("heading", name="This position is not here.")).to_be_visible()
