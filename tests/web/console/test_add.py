"""Quick add, the bookmark that fills it from another page, and the search that answers "Did I apply here?"."""

from urllib.parse import unquote

from playwright.async_api import Page, Route, expect

from tests.support.browsing import Visitor
from tests.support.users import SignedIn
from tests.web.console.checks import violations, widest

POSTING = (
    "Backend Engineer\nAcme · Berlin\n\nYou build our API.\nhttps://boards.greenhouse.io/acme/jobs/41?gh_src=mail"
)
HOSTILE = """<!doctype html><title>Job</title>
<meta http-equiv="Content-Security-Policy" content="require-trusted-types-for 'script'">
<script type="application/ld+json">{"@type": "JobPosting", "title": "<img src=x onerror=alert(1)> Engineer",
"hiringOrganization": {"name": "Evil & Sons"}, "url": "javascript:alert(1)", "description": "\\ud800 \\u0000 Build."}
</script>
<script>
  window.encode = window.encodeURIComponent;
  window.alert = () => { window.top.broken = true; };
  String.prototype.trim = () => { throw new Error("mine"); };
</script>
<form><input name="token" type="hidden" value="session-secret"><textarea>typed secret</textarea></form>
<p>BODY</p>"""


async def opened(visitor: Visitor, account: SignedIn) -> Page:
    page = await visitor.sign_in(account)
    await page.keyboard.press("n")
    await expect(page.get_by_label("A link, or the posting’s text")).to_be_focused()
    return page


async def test_a_posting_is_read_compared_added_and_taken_back(visitor: Visitor, account: SignedIn) -> None:
    await account.position(title="backend engineer", company="ACME", status="rejected")
    page = await opened(visitor, account)
    assert await violations(page) == []
    await page.keyboard.insert_text(POSTING)
    await page.get_by_role("button", name="Read it").press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("textbox", name="Title")).to_be_focused()
    await expect(dialog.get_by_role("textbox", name="Company")).to_have_value("Acme")
    await expect(dialog.get_by_role("textbox", name="Link")).to_have_value(
        "https://boards.greenhouse.io/acme/jobs/41"
    )
    await expect(dialog.get_by_text("You have this one already:")).to_be_visible()
    await expect(dialog.get_by_role("link", name="ACME · backend engineer")).to_be_visible()
    assert await violations(page) == []
    await page.set_viewport_size({"width": 320, "height": 700})
    assert await widest(page) == 0
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("looks like one that you have")
    await dialog.get_by_role("button", name="Add it anyway").press("Enter")
    await expect(page.get_by_text("Added: Backend Engineer at Acme.")).to_be_visible()
    await expect(dialog).to_have_count(0)
    await expect(page.locator("h1")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Undone.")).to_be_visible()
    assert (await account.get("/api/v1/positions")).json()["total"] == 1


async def test_no_typed_word_is_lost(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("422|ERR_INTERNET_DISCONNECTED|ERR_FAILED")
    page = await opened(visitor, account)
    await page.keyboard.press("Escape")
    await page.goto(f"{visitor.url}/app/add")
    await page.get_by_role("button", name="Fill it in myself").click()
    await page.get_by_role("textbox", name="Title").fill("Data Engineer")
    await page.get_by_role("button", name="Add position").click()
    await expect(page.get_by_role("textbox", name="Company")).to_be_focused()
    await expect(page.get_by_role("textbox", name="Company")).to_have_attribute("aria-invalid", "true")
    await page.reload()
    await expect(page.get_by_text("You had begun this earlier.")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Data Engineer")
    await page.get_by_role("textbox", name="Company").fill("Initech")
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Add position").click()
    await expect(page.get_by_role("alert").get_by_text("cannot be reached")).to_be_visible()
    await expect(page.get_by_role("status").get_by_text("You are offline.")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Company")).to_have_value("Initech")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Add position").click()
    await page.wait_for_url("**/app/positions/*")
    await expect(page.get_by_text("You are offline.")).to_have_count(0)
    assert (await account.get("/api/v1/positions")).json()["total"] == 1


async def test_the_bookmark_brings_a_hostile_page_as_text_alone(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("mine|404")
    console = await visitor.sign_in(account)
    await console.keyboard.press("n")
    await console.get_by_role("link", name="get the bookmark in Settings").click()
    bookmark = console.get_by_role("link", name="Add to Interview Tracker")
    link = await bookmark.get_attribute("href") or ""
    assert link.startswith("javascript:")
    # Pressed here instead of dragged, it goes nowhere and says what it is for.
    await bookmark.click()
    await expect(console.get_by_role("status").get_by_text("Drag this to your bar of bookmarks")).to_be_visible()
    assert len(visitor.context.pages) == 1

    async def answer(route: Route) -> None:
        await route.fulfill(
            body=HOSTILE.replace("BODY", "☠ large " * 60_000), content_type="text/html; charset=utf-8"
        )

    page = await visitor.context.new_page()
    await page.route("http://jobs.invalid/**", answer)
    await page.goto("http://jobs.invalid/41")
    async with visitor.context.expect_page() as opening:
        await page.evaluate(unquote(link.removeprefix("javascript:")))
    added = await opening.value
    await expect(added.get_by_role("textbox", name="Title")).to_have_value("Engineer")
    assert added.url == f"{visitor.url}/app/add"
    await expect(added.get_by_role("textbox", name="Company")).to_have_value("Evil & Sons")
    await expect(added.get_by_role("textbox", name="Link")).to_have_value("http://jobs.invalid/41")
    await expect(added.get_by_role("combobox", name="Status")).to_have_value("saved")
    assert "secret" not in await added.get_by_role("textbox", name="Description").input_value()
    assert await added.evaluate("[window.opener, window.broken, document.querySelector('main img')]") == [None] * 3
    assert (await account.get("/api/v1/positions")).json()["total"] == 0
    await added.get_by_role("button", name="Add position").click()
    await added.wait_for_url("**/app/positions/*")


async def test_what_the_bookmark_sent_waits_for_the_sign_in(visitor: Visitor, account: SignedIn) -> None:
    page = await visitor.open("/app/add#page=%7B%22text%22%3A%22Cook%5CnCompany%3A%20Grill%22%7D")
    await page.get_by_label("Email").fill(account.email)
    await page.get_by_label("Password").fill(account.password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("textbox", name="Company")).to_have_value("Grill")
    assert page.url == f"{visitor.url}/app/add"
    for junk in ("%E0%A4%A", "null", "%7B%7D", '{"url":"javascript:alert(1)"}'):
        await page.goto("about:blank")
        await page.goto(f"{visitor.url}/app/add#page={junk}")
        await expect(page.get_by_text("What the bookmark sent could not be read.")).to_be_visible()


async def test_the_search_answers_while_somebody_types(visitor: Visitor, account: SignedIn) -> None:
    applied = await account.position(company="Northwind", title="Platform Engineer", application_date="2024-03-12")
    await account.position(company="Contoso", title="Cook", description="Not like Northwind, nor Tyrell")
    await account.position(company="Globex", status="saved")
    page = await visitor.sign_in(account)
    box = page.get_by_role("combobox", name="Did I apply here?", exact=False)
    await page.keyboard.press("/")
    await page.keyboard.type("thwind")
    await expect(page.get_by_role("status").get_by_text("Yes, you applied once.")).to_be_attached()
    options = page.get_by_role("option")
    await expect(options).to_have_text(
        ["Northwind · Platform EngineerApplied, 12 Mar 2024", "Search the list for “thwind”"]
    )
    await page.keyboard.press("ArrowDown")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    assert await violations(page) == []
    await page.set_viewport_size({"width": 320, "height": 700})
    assert await widest(page) == 0
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{visitor.url}/app/positions/{applied['id']}")

    for typed, answer in (
        ("globex", "Saved, but you have not applied there."),
        ("tyrell", "You have not applied there. One description mentions it."),
        ("umbrella", "You have not applied there."),
    ):
        await box.fill(typed)
        await expect(page.get_by_role("status").get_by_text(answer, exact=True)).to_be_attached()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_role("textbox", name="Company")).to_have_value("umbrella")
    await page.keyboard.press("Escape")
    await box.fill("platform engineer")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{visitor.url}/app/list?search=platform+engineer")
    await page.go_back()
    await expect(page).to_have_url(f"{visitor.url}/app/positions/{applied['id']}")
