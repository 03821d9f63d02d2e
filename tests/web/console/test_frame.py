"""The frame around every view: places, keys, the way back, and what a phone has."""

from playwright.async_api import ViewportSize, expect

from tests.support.browsing import Visitor, new_user
from tests.support.processes import AppServer
from tests.support.users import SignedIn
from tests.web.console.checks import contrast, ring_contrast, violations, widest

STATUSES = ("saved", "applied", "screening", "interviewing", "offer", "rejected", "withdrawn")
PHONE: ViewportSize = {"width": 390, "height": 800}


async def test_each_place_has_its_key_and_the_way_back_leads_back(visitor: Visitor, account: SignedIn) -> None:
    page = await visitor.sign_in(account)
    for keys, place in (("gb", "board"), ("gl", "list"), ("gc", "calendar"), ("gs", "statistics"), ("gt", "")):
        await page.keyboard.type(keys)
        await expect(page).to_have_url(f"{visitor.url}/app/{place}")
        await expect(page.locator("h1")).to_be_focused()
    await page.go_back()
    await expect(page).to_have_url(f"{visitor.url}/app/statistics")


async def test_keys_do_nothing_while_somebody_types(visitor: Visitor, account: SignedIn) -> None:
    page = await visitor.sign_in(account)
    await page.keyboard.press("/")
    await page.keyboard.type("gb?n")
    await expect(page.get_by_role("combobox")).to_have_value("gb?n")
    await expect(page).to_have_url(f"{visitor.url}/app/practice")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_sheet_of_keys_opens_and_gives_the_focus_back(visitor: Visitor, account: SignedIn) -> None:
    page = await visitor.sign_in(account)
    await page.get_by_role("link", name="Board").first.focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Board").first).to_be_focused()


async def test_what_a_click_opens_gives_the_focus_back_also_where_buttons_get_none(
    visitor: Visitor, account: SignedIn
) -> None:
    page = await visitor.sign_in(account)
    await page.evaluate("document.activeElement.blur()")
    add = page.get_by_role("banner").get_by_role("button", name="Add")
    # As Safari does: a click, and nothing that moves the focus.
    await add.dispatch_event("click")
    await expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(add).to_be_focused()


async def test_a_phone_has_a_bar_and_nothing_is_wider_than_its_screen(visitor: Visitor, account: SignedIn) -> None:
    page = await visitor.sign_in(account)
    for width in (2560, 390):
        await page.set_viewport_size(PHONE | {"width": width})
        assert await widest(page) == 0
    await page.get_by_role("link", name="More").click()
    await expect(page.get_by_role("link", name="Settings")).to_be_visible()
    assert await widest(page) == 0
    assert await violations(page) == []


async def test_an_address_that_leads_nowhere_says_so(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("404")
    page = await visitor.sign_in(account)
    response = await page.goto(f"{visitor.url}/app/nowhere")
    assert response is not None
    assert response.status == 404
    await expect(page.get_by_role("heading", name="There is no such page.")).to_be_visible()
    await page.get_by_role("link", name="Go to Today").click()
    await expect(page).to_have_url(f"{visitor.url}/app/")


async def test_the_chosen_colours_stay(visitor: Visitor, account: SignedIn) -> None:
    page = await visitor.sign_in(account)
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("menuitemradio", name="Dark").click()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.get_by_role("link", name="Board").first).to_be_visible()
    for theme in ("Dark", "Light"):
        await page.get_by_role("button", name="Account").press("Enter")
        await page.get_by_role("menuitemradio", name=theme).press("Enter")
        await expect(page.locator("html")).to_have_attribute("data-theme", theme.lower())
        # On the page, and on a card.
        for place in (page.get_by_role("link", name="Board").first, page.locator(".card button").first):
            await place.focus()
            assert await ring_contrast(page) >= 3
        for page_or_field in ("--pico-background-color", "--pico-form-element-background-color"):
            assert await contrast(page, "--pico-form-element-border-color", page_or_field) >= 3
        for status in STATUSES:
            assert await contrast(page, f"--hue-{status}", "--pico-card-background-color") >= 3, (theme, status)


async def test_whoever_signs_in_next_sees_nothing_of_the_one_before(
    visitor: Visitor, account: SignedIn, server: AppServer
) -> None:
    position = await account.position(company="Contoso")
    page = await visitor.sign_in(account)
    await page.evaluate("sessionStorage.setItem('interview-tracker.draft.x', 'secret')")
    await page.goto(f"{visitor.url}/app/board")
    await page.get_by_role("button", name="Contoso").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(page.get_by_text("Contoso deleted")).to_be_visible()
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_label("Password")).to_be_visible()
    assert await page.evaluate("sessionStorage.length") == 0
    for width in (1280, 390):
        await page.set_viewport_size(PHONE | {"width": width})
        assert await violations(page) == []
    # Nobody can take it back any more, so it is done.
    assert (await account.get(f"/api/v1/positions/{position['id']}")).status_code == 404

    async with new_user(server.url) as other:
        await page.get_by_label("Email").fill(other.email)
        await page.get_by_label("Password").fill(other.password)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Welcome, Ada")).to_be_visible()
        await expect(page.locator(".notices")).to_have_text("")


async def test_what_the_browser_keeps_may_be_of_another_version(visitor: Visitor, account: SignedIn) -> None:
    page = await visitor.sign_in(account)
    await account.position(status="interviewing")
    names = [
        "preference.dates",
        "preference.attention-days",
        "board-folded",
        "list-columns",
        f"deletions.{account.id}",
    ]
    drafts = [f"{account.id}.{name}" for name in ("import.done", "import.choices", "add.form", "plan.new")]
    for rubbish in ("null", "-1", '"en-@@"', '{"a":null}', "{"):
        await page.evaluate(
            """([kept, drafts, rubbish]) => {
                for (const name of kept) localStorage.setItem(`interview-tracker.${name}`, rubbish);
                for (const name of drafts) sessionStorage.setItem(`interview-tracker.draft.${name}`, rubbish);
            }""",
            [names, drafts, rubbish],
        )
        for path, shown in (("", "Needs attention"), ("import", "file"), ("board", "Acme")):
            await page.goto(f"{visitor.url}/app/{path}")
            await expect(page.locator("main")).to_contain_text(shown)
    await page.evaluate("localStorage.setItem('interview-tracker.login', '{\"user\": {}}')")
    await page.reload()
    await expect(page.get_by_label("Password")).to_be_visible()
