"""The import wizard: from a file to positions, and back again."""

from playwright.async_api import FilePayload, Page, expect

from tests.support.browsing import Visitor
from tests.support.users import SignedIn
from tests.web.console.checks import violations, widest

POSITIONS = "/api/v1/positions"
ROWS = "Role,Employer,Stage,Date Applied,Mood\n" + "".join(
    f"Engineer {number},Company {number},Applied,2024-01-{number % 28 + 1:02},fine\n" for number in range(2, 122)
)


async def choose(page: Page, content: str, name: str = "jobs.csv") -> None:
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    await page.get_by_label("choose", exact=False).set_input_files([file])


async def opened(visitor: Visitor, account: SignedIn) -> Page:
    page = await visitor.sign_in(account)
    await page.goto(f"{visitor.url}/app/import")
    return page


async def test_a_file_becomes_positions_and_goes_again(visitor: Visitor, account: SignedIn) -> None:
    await account.position(title="Engineer 5", company="company 5")
    page = await opened(visitor, account)
    assert await violations(page) == []
    await choose(page, ROWS)
    await expect(page.get_by_role("heading", name="What is in it")).to_be_focused()
    await expect(page.get_by_text("All 120 rows can be imported. One looks like a position")).to_be_visible()
    await expect(page.get_by_role("row", name="Engineer 5 Company 5")).to_contain_text("Left out: you have it")
    assert await violations(page) == []

    await page.get_by_label("Mood").select_option("notes")
    await expect(page.get_by_role("cell", name="fine").first).to_be_visible()
    await page.get_by_role("button", name="Next rows").click()
    await expect(page.get_by_role("row", name="Engineer 52")).to_be_visible()
    # A reload goes on where it was, with the file and with what was chosen for it.
    await page.reload()
    await expect(page.get_by_role("row", name="Engineer 52")).to_contain_text("fine")
    await page.go_back()
    await expect(page.get_by_role("row", name="Engineer 51")).to_be_visible()

    await page.get_by_role("button", name="Import 119 positions").press("Enter")
    await expect(page.get_by_role("heading", name="119 positions were imported.")).to_be_focused()
    await expect(page.get_by_text("One row was left out, because you have it already.")).to_be_visible()
    assert (await account.get(POSITIONS)).json()["total"] == 120
    assert await violations(page) == []
    await page.reload()
    await page.get_by_role("button", name="Undo the import").click()
    await expect(page.get_by_role("heading", name="The import was undone.")).to_be_focused()
    assert (await account.get(POSITIONS)).json()["total"] == 1


async def test_what_is_wrong_stands_beside_its_cell(visitor: Visitor, account: SignedIn) -> None:
    page = await opened(visitor, account)
    await page.set_viewport_size({"width": 390, "height": 800})
    await choose(page, "Role,Company,Stage\nBaker,Acme,dreaming\nCook,,Applied\nWaiter,Acme,Applied\n")
    wrong = page.get_by_role("region", name="2 rows to mend")
    await expect(wrong.locator(".import-bad", has_text="dreaming")).to_contain_text("Must be one of: applied")
    await expect(wrong.locator(".import-bad", has_text="blank")).to_contain_text("This field is required")
    await expect(page.get_by_role("button", name="Import one position")).to_be_disabled()
    assert await violations(page) == []
    await page.set_viewport_size({"width": 320, "height": 800})
    assert await widest(page) == 0

    await page.get_by_label("Stage").select_option("")
    await expect(page.get_by_role("region", name="One row to mend")).to_be_visible()
    await choose(page, "Role,Company\nBaker,Acme\n", "mended.csv")
    await expect(page.get_by_role("button", name="Import one position")).to_be_enabled()


async def test_what_a_file_cannot_tell_is_asked(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("422")
    page = await opened(visitor, account)
    await choose(page, "What,Who,When\nBaker,Acme,3/4/2024\n")
    await expect(page.get_by_text("Which columns hold the title and the company?")).to_be_visible()
    for column, field in (("What", "title"), ("Who", "company"), ("When", "application_date")):
        await page.get_by_label(column, exact=True).select_option(field)
    await page.get_by_label("The day: 3/4 is 3 April").check()
    await expect(page.get_by_role("row", name="Baker")).to_contain_text("3 Apr 2024")
    assert await violations(page) == []
    # What is known by its name stays chosen while one column is asked for.
    await choose(page, "Role,Who,Stage\nBaker,Acme,Applied\n", "other.csv")
    await expect(page.get_by_text("Which column holds the company?")).to_be_visible()
    await expect(page.get_by_label("Role", exact=True)).to_have_value("title")
    await expect(page.get_by_label("Stage", exact=True)).to_have_value("status")


async def test_a_lost_connection_loses_nothing_and_stores_nothing_twice(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("ERR_FAILED|ERR_CONNECTION")
    page = await opened(visitor, account)
    await choose(page, "Role,Company\nBaker,Acme\n")
    button = page.get_by_role("button", name="Import one position")
    await expect(button).to_be_enabled()

    # The server stores it, and its answer is lost.
    async def lose(route) -> None:  # type: ignore[no-untyped-def]
        await route.fetch()
        await route.abort()

    await page.route("**/positions/import", lose, times=1)
    await button.click()
    await expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    await expect(button).to_be_focused()
    await button.click()
    await expect(page.get_by_role("heading", name="One position was imported.")).to_be_focused()
    assert (await account.get(POSITIONS)).json()["total"] == 1
    # "Undo" means this import, also when the next one has begun.
    await page.get_by_role("button", name="Import another").click()
    await page.keyboard.press("Control+z")
    await expect(page.get_by_text("Undone.")).to_be_visible()
    assert (await account.get(POSITIONS)).json()["total"] == 0


async def test_a_file_that_is_no_table_or_too_large_says_so(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("422")
    page = await opened(visitor, account)
    await choose(page, "x" * 1_100_000, "large.csv")
    await expect(page.get_by_text("large.csv has more than 1 MB.")).to_be_visible()
    await choose(page, "", "empty.csv")
    await expect(page.get_by_role("alert").filter(has_text="The file is empty")).to_be_visible()
