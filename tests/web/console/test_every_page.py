"""What holds on every page: in full, slow, failing, gone, with older data, on the way back, and for the next user."""

import re
from dataclasses import dataclass

from playwright.async_api import Locator, Page, Route, ViewportSize, expect

from tests.support.browsing import Visitor, new_user
from tests.support.users import SignedIn
from tests.support.waiting import until
from tests.web.console.checks import violations, widest
from tests.web.console.every_page import PLACES, SENTENCE, Answers, fill

NARROW: ViewportSize = {"width": 320, "height": 700}
UNREACHABLE = "The server cannot be reached."
MOST_SHIFT = 0.1
SHIFTED = """() => new Promise((resolve) => {
    let sum = 0;
    const observer = new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    });
    observer.observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})"""
READ = """() => [...new Set(
    performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname)
        .filter((path) => path.startsWith("/api/"))
)]"""
COME_BACK = """() => {
    const now = Date.now;
    Date.now = () => now() + 60_000;
    window.dispatchEvent(new Event("focus"));
}"""
TRY_AGAIN = """async () => {
    const button = [...document.querySelectorAll("main button")].find(one => one.textContent.trim() === "Try again");
    if (!button) return true;
    button.click();
    // As long as a person would wait. The notice of parts without a place of their own follows what it tells of.
    await new Promise(resolve => setTimeout(resolve, 1000));
    return false;
}"""
"""Tries what is missing again, and tells whether nothing was."""

REFRESH = "window.dispatchEvent(new Event('online'))"


async def test_in_full_each_page_is_in_order_at_320_pixels(visitor: Visitor, account: SignedIn) -> None:
    full = await fill(account)
    page = await visitor.sign_in(account)
    await page.set_viewport_size(NARROW)
    wrong: list[tuple[str, ...]] = []
    for place in PLACES:
        await page.goto(visitor.url + full.address(place))
        await expect(full.mark(page, place)).to_be_visible()
        for colours in ("light", "dark"):
            await page.emulate_media(color_scheme=colours)
            wrong += [(place.name, colours, str(found)) for found in await violations(page)]
        if wider := await widest(page):
            wrong.append((place.name, "wider", str(wider)))
    assert wrong == []


async def test_slow_and_failing_answers_keep_what_is_there_and_the_way_back_leads_back(
    visitor: Visitor, account: SignedIn
) -> None:
    visitor.expect_error("500|ERR_FAILED")
    full = await fill(account)
    page = await visitor.sign_in(account)
    answers = Answers()
    await answers.stand_before(page)
    shifted = {}
    for place in PLACES:
        address, mark = visitor.url + full.address(place), full.mark(page, place)
        answers.hold()
        await page.goto(address)
        if place.reads:
            await expect(page.locator("main .skeleton").first).to_be_visible()
        answers.come()
        await expect(mark).to_be_visible()
        await page.wait_for_load_state("networkidle")
        shifted[place.name] = await page.evaluate(SHIFTED)
        if place.reads and place.refreshes:
            await older_data_stay(page, answers, mark)
        await page.keyboard.type("gb" if place.name == "Today" else "gt")
        await expect(page).not_to_have_url(address)
        await page.go_back()
        await expect(page).to_have_url(address)
        await expect(mark).to_be_visible()
    assert {name: shift for name, shift in shifted.items() if shift > MOST_SHIFT} == {}


async def older_data_stay(page: Page, answers: Answers, mark: Locator) -> None:
    """Fail each reading of a page alone, and then all of them for want of a network, while it is looked at."""
    main = page.get_by_role("main")
    for path in await page.evaluate(READ):
        answers.refuse(only=path)
        await page.evaluate(REFRESH)
        await expect(main.get_by_text(SENTENCE).first, path).to_be_visible()
        await expect(mark).to_be_visible()
        answers.come()
        await main.get_by_role("button", name="Try again").first.click()
        await expect(main.get_by_text(SENTENCE), path).to_have_count(0)
    answers.go()
    await page.evaluate(REFRESH)
    await expect(main.get_by_text(UNREACHABLE).first).to_be_visible()
    await expect(page.locator(".offline")).to_be_visible()
    await expect(mark).to_be_visible()
    answers.come()
    await page.evaluate(REFRESH)
    await expect(main.get_by_text(UNREACHABLE)).to_have_count(0)
    await expect(page.locator(".offline")).to_have_count(0)


async def test_a_page_that_cannot_be_read_says_so_and_tries_again(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("500")
    full = await fill(account)
    page = await visitor.sign_in(account)
    answers = Answers()
    await answers.stand_before(page)
    main = page.get_by_role("main")
    for place in PLACES:
        if not place.reads:
            continue
        answers.refuse()
        await page.goto(visitor.url + full.address(place))
        await expect(main.get_by_text(SENTENCE).first, place.name).to_be_visible()
        answers.come()
        # A part whose failure was under way when the first was tried again asks to be tried, too.
        await until(lambda: page.evaluate(TRY_AGAIN))
        await expect(full.mark(page, place)).to_be_visible()


@dataclass
class Words:
    """A form: where it is, how it is opened, and where words are typed into it."""

    address: str
    label: str
    button: str
    name: str
    opened_by: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    """Other fields that have to have something in them: label and text."""


FORMS = (
    Words("/positions/{position}", "What happened, or what to remember", "Add note", "text"),
    Words("/positions/{position}", "What to do", "Add task", "title", ("Task",)),
    Words("/positions/{position}", "Notes: with whom, where", "Add interview", "notes", ("Interview",)),
    Words("/positions/{position}", "Location", "Save", "location", ("Add location",)),
    Words("/positions/{position}", "Text of the posting", "Save", "description", ("Edit the posting",)),
    Words("/positions/{position}", "Role", "Add contact", "role", ("Add contact", "Add somebody new")),
    Words("/calendar?view=month", "Task", "Add task", "title", ("Add task",)),
    Words("/settings?part=contacts", "Role", "Save", "role", ("Add a contact",), (("Name", "Ada"),)),
    Words("/settings", "First name", "Save", "first_name"),
    Words("/practice/{plan}", "Description", "Save the plan", "description"),
)


async def test_no_form_loses_a_typed_word(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("500|409|422|ERR_FAILED")
    full = await fill(account)
    page = await visitor.sign_in(account)
    answers = Answers()
    await answers.stand_before(page)
    for form in FORMS:
        await page.goto(visitor.url + "/app" + form.address.format(**full.ids))
        field = await opened(page, form)
        await field.fill("Typed words")
        for label, text in form.also:
            await page.get_by_label(label, exact=True).fill(text)
        send = page.get_by_role("button", name=form.button, exact=True).last
        for status in (500, 409, 422):
            answers.refuse(status=status, fields={form.name: "Not like this."} if status == 422 else None)
            await send.click()
            told = page.get_by_text("Not like this." if status == 422 else SENTENCE)
            await expect(told.first, f"{form.button} {status}").to_be_visible()
            await expect(field).to_have_value("Typed words")
        answers.go()
        await send.click()
        await expect(page.get_by_role("alert").get_by_text(UNREACHABLE).first, form.button).to_be_visible()
        await expect(field).to_have_value("Typed words")
        answers.come()
        await page.reload()
        await expect(await opened(page, form), form.button).to_have_value("Typed words")


async def opened(page: Page, form: Words) -> Locator:
    for name in form.opened_by:
        await (
            page.get_by_role("main")
            .or_(page.get_by_role("dialog"))
            .get_by_role("button", name=name, exact=True)
            .first.click()
        )
    return page.get_by_label(form.label, exact=form.label != "Notes: with whom, where").last


async def test_changes_that_fail_are_all_put_back(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("500|ERR_FAILED")
    for company in ("Northwind", "Contoso"):
        await account.position(company=company, status="applied")
    page = await visitor.sign_in(account)
    answers = Answers()
    await answers.stand_before(page)
    await page.keyboard.type("gb")
    column = page.get_by_role("region", name=re.compile("^Screening"))
    await expect(page.locator(".board-card")).to_have_count(2)
    answers.hold()
    for company in ("Northwind", "Contoso"):
        await page.get_by_role("button", name=f"Move {company}").click()
        await page.keyboard.press("3")
        await expect(column.get_by_text(company)).to_be_visible()
    # Neither the changes nor what is read after them comes to anything.
    answers.refuse()
    answers.release()
    await expect(page.get_by_role("alert").get_by_text(SENTENCE)).to_be_visible()
    await expect(column.locator(".board-card")).to_have_count(0)


async def test_the_next_user_sees_nothing_of_the_one_before(visitor: Visitor, account: SignedIn) -> None:
    full = await fill(account)
    page = await visitor.sign_in(account)
    other = await visitor.open("/app/board?search=Northwind")
    await expect(other.get_by_text("Northwind").first).to_be_visible()
    await page.goto(f"{visitor.url}/app/positions/{full.ids['position']}")
    await page.get_by_role("button", name="More for Note").click()
    await page.get_by_role("menuitem", name="Delete note").click()
    await page.get_by_label("What happened, or what to remember").fill("Typed words")
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_label("Password")).to_be_visible()
    await expect(other.get_by_label("Password")).to_be_visible()
    # What could still have been taken back was carried out before the login was gone.
    timeline = await account.get(f"/api/v1/positions/{full.ids['position']}/timeline")
    assert "They liked the talk." not in timeline.text
    async with new_user(visitor.url) as next_user:
        await page.get_by_label("Email").fill(next_user.email)
        await page.get_by_label("Password").fill(next_user.password)
        await page.get_by_role("button", name="Sign in").click()
        for tab in (page, other):
            await expect(tab.get_by_role("heading", name="Welcome, Ada")).to_be_visible()
            await expect(tab).to_have_url(f"{visitor.url}/app/")
            kept = await tab.evaluate(
                "[document.body.outerHTML, ...Object.entries(sessionStorage), ...Object.entries(localStorage)].join()"
            )
            for secret in ("Northwind", "Typed words", "note is deleted", account.id, account.email):
                assert secret not in kept


async def test_a_login_that_is_ended_while_somebody_types_costs_no_word(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("401")
    position = await account.position()
    page = await visitor.sign_in(account)
    await page.goto(f"{visitor.url}/app/positions/{position['id']}")
    note = page.get_by_label("What happened, or what to remember")
    await note.fill("Typed words")
    # What the page still reads would tell it of the end before anybody clicks.
    await page.wait_for_load_state("networkidle")
    logins = (await account.get("/api/v1/auth/logins")).json()["logins"]
    for login in logins:
        if not login["current"]:
            assert (await account.delete(f"/api/v1/auth/logins/{login['id']}")).status_code == 204
    await page.get_by_role("button", name="Add note").click()
    await page.get_by_label("Email").fill(account.email)
    await page.get_by_label("Password").fill(account.password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(note).to_have_value("Typed words")
    await page.get_by_role("button", name="Add note").click()
    await expect(page.get_by_role("region", name="What happened").get_by_text("Typed words")).to_be_visible()


async def test_two_tabs_agree_and_practise_in_one_room(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("ERR_FAILED")
    full = await fill(account)
    page = await visitor.sign_in(account)
    other = await visitor.open("/app/")
    coming = other.get_by_role("region", name="Coming up")
    await expect(coming.get_by_text("Send the CV")).to_be_visible()
    await page.goto(f"{visitor.url}/app/")
    await page.get_by_role("button", name="Done: Send the CV").click()
    await expect(coming.get_by_text("Send the CV")).to_have_count(0)
    # What another program changes is seen when somebody comes back to the tab.
    await account.patch(f"/api/v1/positions/{full.ids['position']}", {"company": "Fabrikam"})
    await other.evaluate(
        "{ const now = Date.now; Date.now = () => now() + 60_000; window.dispatchEvent(new Event('focus')); }"
    )
    await expect(coming.get_by_text("Fabrikam")).to_be_visible()

    # The answer that the room was opened gets lost, and the other tab asks for one at the same time.
    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/api/start-interview", lose, times=1)
    practise = re.compile("^Practise")
    await page.get_by_role("region", name="Coming up").get_by_role("button", name=practise).click()
    await expect(page.get_by_role("alert").get_by_text(UNREACHABLE)).to_be_visible()
    for tab in (page, other):
        await (
            tab.get_by_role("region", name="Coming up").get_by_role("button", name=practise).click(no_wait_after=True)
        )
    for tab in (page, other):
        await tab.wait_for_url("**/app/rooms/*")
    assert page.url == other.url
    rooms = (await account.get("/api/v1/sessions", position_id=full.ids["position"])).json()["sessions"]
    assert [room["interview_id"] for room in rooms].count(full.interview["id"]) == 1
