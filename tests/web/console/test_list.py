"""The list: found by filters in the address, changed many at a time, and taken along as a file."""

from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.support.browsing import Visitor
from tests.support.users import SignedIn
from tests.support.waiting import until
from tests.web.console.checks import violations, widest

PHONE: ViewportSize = {"width": 390, "height": 800}


async def test_filters_and_order_live_in_the_address_and_go_into_the_export(
    visitor: Visitor, account: SignedIn
) -> None:
    await account.position(company="Northwind", title="Data Engineer", source="LinkedIn", tags=["remote"])
    await account.position(company="Contoso", title="Engineer", source="Referral")
    await account.position(company="Acme", title="Engineer", archived=True)
    page = await _list(visitor, account)
    await expect(_rows(page)).to_have_count(2)
    await page.get_by_role("button", name="Company").click()
    await expect(_rows(page).first).to_contain_text("Contoso")
    await page.get_by_role("searchbox", name="Search", exact=True).fill("data eng")
    await expect(_rows(page)).to_have_count(1)
    await page.get_by_text("More filters").click()
    await page.get_by_label("Source").fill("linkedin")
    await expect(page).to_have_url(f"{visitor.url}/app/list?sort=company.asc&search=data+eng&source=linkedin")
    await page.get_by_role("link", name="Northwind").click()
    await page.go_back()
    await page.reload()
    await expect(page.get_by_role("searchbox", name="Search", exact=True)).to_have_value("data eng")
    await expect(_rows(page)).to_have_count(1)
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as downloading:
        await page.get_by_role("menuitem", name="As CSV").click()
    content = (await (await downloading.value).path()).read_text(encoding="utf-8")
    assert "Northwind" in content
    assert "Contoso" not in content

    await page.get_by_role("button", name="Clear filters").click()
    await page.get_by_text("More filters").click()
    await page.locator(".list-filters").get_by_label("Archive").select_option("all")
    await expect(_rows(page)).to_have_count(3)
    for label, text, companies in (
        ("Tag", "remote", ["Northwind"]),
        ("Company", "cont", ["Contoso"]),
        ("Applied from", "2099-01-01", []),
        ("Applied until", "2000-01-01", []),
    ):
        field = page.locator(".list-filters").get_by_label(label, exact=True)
        await field.fill(text)
        await expect(_rows(page)).to_have_count(len(companies))
        await expect(page.locator(".list-link")).to_have_text(companies)
        await field.fill("")
        await expect(_rows(page)).to_have_count(3)
    await page.locator(".list-filters").get_by_label("Archive").select_option("only")
    await expect(page.locator(".list-link")).to_have_text(["Acme"])


async def test_many_are_changed_at_once_and_taken_back(visitor: Visitor, account: SignedIn) -> None:
    for company in ("Northwind", "Contoso", "Acme"):
        await account.position(company=company, tags=["old"])
    page = await _list(visitor, account)
    await page.get_by_role("checkbox", name="Select all on this page").check()
    await page.get_by_role("button", name="Tags…").click()
    await page.get_by_label("Add tags").fill("remote, urgent")
    await page.get_by_role("checkbox", name="old").check()
    await page.get_by_role("button", name="Save tags").click()
    await expect(page.get_by_text("Tags of 3 positions changed.")).to_be_visible()
    await expect(page.get_by_role("cell", name="remote, urgent")).to_have_count(3)
    await page.get_by_role("button", name="Move to…").click()
    await page.keyboard.press("4")
    await expect(page.get_by_text("3 positions moved to Interviewing.")).to_be_visible()
    assert await _statuses(account) == {"interviewing"}
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Undone.")).to_be_visible()
    assert await _statuses(account) == {"applied"}
    await expect(page.get_by_role("heading", name="List")).to_be_focused()
    assert await violations(page) == []
    await page.get_by_role("region", name="3 selected").get_by_role("button", name="Archive").click()
    await expect(page.get_by_text("Nothing here yet")).to_be_visible()
    await page.keyboard.press("Control+z")
    await expect(_rows(page)).to_have_count(3)


async def test_a_deletion_waits_for_the_way_back_to_go(visitor: Visitor, account: SignedIn) -> None:
    await account.position(company="Northwind")
    await account.position(company="Contoso")
    page = await _list(visitor, account)
    await page.get_by_role("checkbox", name="Select Contoso").check()
    await page.get_by_role("button", name="Delete").click()
    await expect(_rows(page)).to_have_count(1)
    assert await _total(account) == 2
    await page.keyboard.press("Control+z")
    await expect(_rows(page)).to_have_count(2)
    await page.get_by_role("checkbox", name="Select Contoso").check()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.get_by_text("1 position", exact=True)).to_be_visible()
    await until(lambda: _is_left(account, 1))
    # Left within its seconds, it is carried out on the way.
    await page.get_by_role("checkbox", name="Select Northwind").check()
    await page.get_by_role("button", name="Delete").click()
    await expect(_rows(page)).to_have_count(0)
    await page.goto("about:blank")
    await until(lambda: _is_left(account, 0))
    await page.go_back()
    await expect(page.get_by_text("Nothing here yet")).to_be_visible()


async def test_the_list_goes_by_keys(visitor: Visitor, account: SignedIn) -> None:
    await account.position(company="Northwind", application_date="2024-01-14")
    await account.position(company="Contoso")
    page = await _list(visitor, account)
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(page.get_by_role("link", name="Northwind")).to_be_focused()
    await page.keyboard.press("m")
    await page.keyboard.press("3")
    await expect(page.get_by_role("row", name="Northwind").get_by_text("Screening")).to_be_visible()
    await expect(page.get_by_role("link", name="Northwind")).to_be_focused()
    # Held down, it puts one away, and not the next ones too.
    for _ in range(3):
        await page.keyboard.down("e")
    await page.keyboard.up("e")
    await expect(page.get_by_role("link", name="Contoso")).to_be_focused()
    await page.keyboard.press("Control+Shift+z")
    await expect(page.get_by_role("row", name="Northwind")).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{visitor.url}/app/positions/{(await _contoso(account))['id']}")


async def test_a_phone_has_cards_and_failing_keeps_what_was_there(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("500")
    # No place to break them, and as long as they may be.
    await account.position(company="Northwind", title="W" * 200, tags=["V" * 50, "W" * 50])
    page = await _list(visitor, account)
    await page.set_viewport_size(PHONE)
    await expect(page.get_by_role("listitem").filter(has_text="Northwind")).to_be_visible()
    assert await violations(page) == []
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await widest(page) == 0
    failure = {"error": {"code": "X", "message": "The database is away."}}
    await page.route("**/api/v1/positions?*", lambda route: route.fulfill(status=500, json=failure))
    await page.get_by_label("Status").select_option("offer")
    await expect(page.get_by_text("The database is away.")).to_be_visible()
    await page.unroute_all()
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("Nothing matches these filters")).to_be_visible()


async def _list(visitor: Visitor, account: SignedIn) -> Page:
    page = await visitor.sign_in(account)
    await page.set_viewport_size({"width": 1280, "height": 860})
    await page.keyboard.type("gl")
    await expect(_rows(page).first).to_be_visible()
    return page


def _rows(page: Page) -> Locator:
    return page.locator(".list-row")


async def _statuses(account: SignedIn) -> set[str]:
    return {position["status"] for position in (await account.get("/api/v1/positions")).json()["positions"]}


async def _is_left(account: SignedIn, count: int) -> bool:
    return await _total(account) == count


async def _total(account: SignedIn) -> int:
    total: int = (await account.get("/api/v1/positions")).json()["total"]
    return total


async def _contoso(account: SignedIn) -> dict[str, str]:
    found: dict[str, str] = (await account.get("/api/v1/positions?company=contoso")).json()["positions"][0]
    return found
