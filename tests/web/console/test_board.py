"""The board: cards that are moved by hand, by keys and by menu, and what that leaves behind."""

from typing import Any

from playwright.async_api import Locator, Page, Route, ViewportSize, expect

from tests.support.browsing import Visitor
from tests.support.users import SignedIn
from tests.support.waiting import until
from tests.web.console.checks import ring_contrast, violations, widest

DESKTOP: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 800}


async def test_a_card_is_moved_by_keys_and_the_move_is_taken_back(visitor: Visitor, account: SignedIn) -> None:
    first = await account.position(company="Northwind", status="saved", application_date=None)
    await account.position(company="Contoso", status="saved", application_date=None)
    page = await _board(visitor, account)
    await page.keyboard.press("j")
    await expect(_card(page, "Contoso").get_by_role("link")).to_be_focused()
    await page.keyboard.press("j")
    await page.keyboard.press("m")
    await expect(page.get_by_role("button", name="Saved now")).to_be_focused()
    assert await violations(page) == []
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(_column(page, "applied").get_by_role("link")).to_be_focused()
    await expect(page.get_by_text("Northwind moved to Applied.")).to_be_visible()
    assert (await _position(account, first))["application_date"] is not None
    await page.keyboard.press("h")
    await expect(_card(page, "Contoso").get_by_role("link")).to_be_focused()
    await page.keyboard.press("Control+z")
    await expect(page.get_by_text("Undone.")).to_be_visible()
    await expect(_column(page, "saved").locator(".board-card")).to_have_count(2)
    stored = await _position(account, first)
    assert (stored["status"], stored["application_date"]) == ("saved", None)
    history = (await account.get(f"/api/v1/positions/{first['id']}/history")).json()
    assert [entry["to_status"] for entry in history["history"]] == ["saved", "applied", "saved"]
    # A notice is dark on a light page, and light on a dark one.
    await page.get_by_role("button", name="Dismiss").focus()
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)
        assert await ring_contrast(page) >= 3


async def test_a_card_is_dragged_and_an_end_asks_why(visitor: Visitor, account: SignedIn) -> None:
    position = await account.position(company="Northwind", status="applied")
    page = await _board(visitor, account)
    await _drag(page, _card(page, "Northwind"), _column(page, "screening"))
    await expect(_column(page, "screening").locator(".board-card")).to_have_count(1)
    await expect(page.get_by_text("Northwind moved to Screening.")).to_be_visible()
    await expect(page).to_have_url(f"{visitor.url}/app/board")

    await _drag(page, _card(page, "Northwind"), _column(page, "rejected"))
    await expect(page.get_by_label("Why? (optional)")).to_be_focused()
    assert await violations(page) == []
    await page.keyboard.type("They hired from within")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Northwind moved to Rejected.")).to_be_visible()
    history = (await account.get(f"/api/v1/positions/{position['id']}/history")).json()["history"]
    assert (history[-1]["to_status"], history[-1]["note"]) == ("rejected", "They hired from within")


async def test_a_move_that_fails_is_put_back_and_says_why(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("503")
    await account.position(company="Northwind", status="applied")
    page = await _board(visitor, account)

    async def refuse(route: Route) -> None:
        if route.request.method == "PATCH":
            await route.fulfill(status=503, json={"error": {"code": "X", "message": "The database is away."}})
        else:
            await route.continue_()

    await page.route("**/api/v1/positions/*", refuse)
    await page.get_by_role("button", name="Move Northwind").click()
    await page.keyboard.press("5")
    await expect(page.get_by_role("alert").get_by_text("The database is away.")).to_be_visible()
    await expect(_column(page, "applied").locator(".board-card")).to_have_count(1)


async def test_filters_and_folds_stay_and_what_is_off_the_board_is_said(visitor: Visitor, account: SignedIn) -> None:
    await account.position(company="Northwind", tags=["remote"])
    await account.position(company="Contoso", location="Berlin")
    page = await _board(visitor, account)
    await page.get_by_label("Filter the cards").fill("ber")
    await expect(_card(page, "Northwind")).to_have_count(0)
    await expect(page.get_by_text("1 of 2")).to_be_visible()
    await page.get_by_role("button", name="Screening").click()
    await page.reload()
    await expect(_card(page, "Contoso")).to_be_visible()
    await expect(page.get_by_role("button", name="Screening")).to_have_attribute("aria-expanded", "false")
    await page.get_by_label("Filter the cards").fill("")
    await page.get_by_role("combobox", name="Tag").select_option("remote")
    await expect(_card(page, "Contoso")).to_have_count(0)
    await _card(page, "Northwind").get_by_role("link").focus()
    await page.keyboard.press("e")
    await expect(page.get_by_text("Northwind archived.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Board")).to_be_focused()


async def test_a_phone_shows_a_column_at_a_time(visitor: Visitor, account: SignedIn) -> None:
    await account.position(company="Northwind", status="offer")
    page = await visitor.sign_in(account)
    await page.set_viewport_size(PHONE)
    await page.get_by_role("link", name="Board").click()
    await expect(page.get_by_role("button", name="Offer, 1")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Move Northwind").click()
    await expect(page.get_by_role("dialog", name="Move to…")).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Rejected, 0").click()
    await expect(page.get_by_text("They went with somebody else.")).to_be_in_viewport()
    await expect(page).to_have_url(f"{visitor.url}/app/board?column=rejected")
    assert await violations(page) == []
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await widest(page) == 0


async def _board(visitor: Visitor, account: SignedIn) -> Page:
    page = await visitor.sign_in(account)
    await page.set_viewport_size(DESKTOP)
    await page.keyboard.type("gb")
    await expect(page.locator(".board-card").first).to_be_visible()
    return page


def _column(page: Page, status: str) -> Locator:
    return page.locator(f".board-column.{status}")


def _card(page: Page, company: str) -> Locator:
    return page.locator(".board-card", has_text=company)


async def _drag(page: Page, card: Locator, column: Locator) -> None:
    # The library comes after the first drawing. Asked for by the debugger, which no Content-Security-Policy binds.
    there = "'Sortable' in window && Boolean(Sortable.get(document.querySelector('.board-list')))"
    await until(lambda: page.evaluate(there))
    start = await card.bounding_box()
    end = await column.bounding_box()
    assert start is not None
    assert end is not None
    await page.mouse.move(start["x"] + 40, start["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(start["x"] + 60, start["y"] + 40, steps=3)
    await page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 120, steps=8)
    await expect(column.locator(".board-gap")).to_have_count(1)
    await page.mouse.up()


async def _position(account: SignedIn, position: dict[str, Any]) -> dict[str, Any]:
    stored: dict[str, Any] = (await account.get(f"/api/v1/positions/{position['id']}")).json()
    return stored
