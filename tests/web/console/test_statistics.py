"""The statistics: titles made of figures, filters in the address, tables and files, and plots in both themes."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.async_api import Page, expect

from tests.support.browsing import Visitor
from tests.support.users import SignedIn
from tests.support.waiting import until
from tests.web.console.checks import violations, widest

PICTURE = "document.querySelector('.statistics-canvas canvas').toDataURL()"


async def applied(account: SignedIn) -> None:
    """Apply five times; some applications are answered after three days."""
    sources = ("Referral", "Referral", "Referral", "=cmd()", None)
    for index, source in enumerate(sources):
        position = await account.position(company=f"Company {index}", source=source, application_date="2026-03-02")
        if source == "Referral":
            body = {"status": "screening", "occurred_at": "2026-03-05"}
            assert (await account.put(f"/api/v1/positions/{position['id']}/status", body)).status_code == 200
    await account.position(company="Contoso", application_date="2026-05-04")


async def test_titles_say_what_the_figures_say_and_files_have_them(
    visitor: Visitor, account: SignedIn, tmp_path: Path
) -> None:
    await applied(account)
    page = await visitor.sign_in(account)
    await page.goto(f"{visitor.url}/app/statistics")
    for title in (
        "Most applications went out in March 2026: 5 of 6",
        "Of 6 applications, 0 reached interviews and 0 an offer",
        "Half of the replies came within 3 days",
        "3 of 6 applications got a reply",
    ):
        await expect(page.get_by_role("heading", name=title)).to_be_visible()
    await page.get_by_text("Show the figures").press("Enter")
    rows = page.get_by_role("table", name="Most applications").get_by_role("row")
    await expect(rows).to_have_text(["MonthApplicationsInterviews", "March 202650", "April 202600", "May 202610"])
    async with page.expect_download() as started:
        await page.get_by_role("button", name="Save as CSV: 3 of 6").click()
    download = await started.value
    await download.save_as(tmp_path / "sources.csv")
    assert (tmp_path / "sources.csv").read_bytes().decode("utf-8-sig").split("\r\n")[:3] == [
        "Source,Applications,Replies,Interviews,Offers",
        "Referral,3,3,0,0",
        # No spreadsheet is to calculate it.
        "'=cmd(),1,0,0,0",
    ]
    for width in (320, 390, 1280):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await widest(page) == 0
    assert await violations(page) == []


async def test_filters_live_in_the_address(visitor: Visitor, account: SignedIn) -> None:
    page = await visitor.sign_in(account)
    await page.goto(f"{visitor.url}/app/statistics")
    await expect(page.get_by_text("Figures come with your first application")).to_be_visible()
    assert await violations(page) == []
    await applied(account)
    await page.reload()
    await page.get_by_label("Company").fill("contoso")
    await expect(page.get_by_role("heading", name="Your one application went out in May 2026")).to_be_visible()
    await expect(page).to_have_url(f"{visitor.url}/app/statistics?company=contoso")
    await page.reload()
    await expect(page.get_by_label("Company")).to_have_value("contoso")
    await page.get_by_label("Status now").select_option("offer")
    await page.get_by_role("button", name="Clear the filters").press("Enter")
    await expect(page.get_by_role("heading", name="Most applications")).to_be_visible()
    await expect(page.locator("h1")).to_be_focused()
    await page.get_by_label("Applied from").fill("2026-05-01")
    await page.get_by_label("Applied until").fill("2026-04-01")
    await expect(page.get_by_label("Applied from")).to_have_accessible_description(
        "This day comes after the last one"
    )
    await page.get_by_role("link", name="Practice").last.click()
    await page.go_back()
    await expect(page.get_by_label("Applied from")).to_have_value("2026-05-01")


async def test_a_plot_follows_the_theme_and_the_width(visitor: Visitor, account: SignedIn) -> None:
    await account.position(application_date="2026-05-04")
    page = await visitor.sign_in(account)
    await page.goto(f"{visitor.url}/app/statistics")
    canvas = page.locator(".statistics-canvas canvas")
    await expect(canvas).to_be_visible()
    light = await page.evaluate(PICTURE)
    await page.emulate_media(color_scheme="dark")
    await until(lambda: page.evaluate(f"before => {PICTURE} !== before", light))
    assert await violations(page) == []
    box = await canvas.bounding_box()
    assert box
    await page.set_viewport_size({"width": 390, "height": 800})
    is_narrow = "wide => document.querySelector('.statistics-canvas canvas').clientWidth < wide / 2"
    await until(lambda: page.evaluate(is_narrow, box["width"]))


async def test_practice_tells_what_to_work_on_and_no_rate_of_few(visitor: Visitor, account: SignedIn) -> None:
    page = await visitor.sign_in(account)
    await page.goto(f"{visitor.url}/app/statistics?show=practice")
    await expect(page.get_by_text("Figures come with your first practice")).to_be_visible()
    plan_id = uuid4()
    await show(page, practice(str(plan_id)))
    for title in (
        "Your score went from 40 to 70 in 2 sessions",
        "Technical questions: you showed 1 of 2 criteria",
        "Work on this next: “Names a number”, shown 0 of 2 times",
        "After scores of 75 to 100, you passed 4 of 5 interviews",
        "1 question of your plans waits for a first answer",
    ):
        await expect(page.get_by_role("heading", name=title)).to_be_visible()
    await expect(page.get_by_role("row", name="0 to 50")).to_contain_text("4 interviews missing")
    await expect(page.get_by_role("row", name="75 to 100")).to_contain_text("80%")
    link = page.get_by_role("link", name="How would you find a slow query?")
    await expect(link).to_have_attribute("href", f"/app/practice/{plan_id}")
    async with page.expect_download() as started:
        await page.get_by_role("button", name="Save as CSV: 1 question of your plans").click()
    rows = (await (await started.value).path()).read_text(encoding="utf-8-sig").splitlines()
    assert rows == ["Question,Type,Plan", "How would you find a slow query?,Technical,Backend"]
    await page.set_viewport_size({"width": 320, "height": 800})
    assert await widest(page) == 0
    assert await violations(page) == []


async def show(page: Page, figures: dict[str, Any]) -> None:
    """Load the page with these figures: real ones would take weeks of practice."""
    await page.route("**/api/v1/statistics/practice", lambda route: route.fulfill(json=figures))
    await page.reload()


def practice(plan_id: str) -> dict[str, Any]:
    """Return the figures of two sessions, in the form of ``GET /statistics/practice``."""
    sessions = [{"session_id": str(uuid4()), "ended_at": f"2026-05-0{day}T10:00:00Z"} for day in (1, 2)]
    named = {"question_type": "technical", "judged": 2}
    return {
        "sessions": 2,
        "minutes": 31.5,
        "words": 900,
        "scores": [one | {"score": score, "self_score": None} for one, score in zip(sessions, (40, 70), strict=True)],
        "question_types": [named | {"shown": 1, "share_shown": 50, "sessions": []}],
        "criteria": [
            named
            | {"criterion": criterion, "shown": shown, "share_shown": 50 * shown}
            | {"verdicts": [one | {"verdict": "shown" if shown else "partly"} for one in sessions]}
            for criterion, shown in (("Gives the result", 2), ("Names a number", 0))
        ],
        "never_practised": [
            {
                "mock_interview_id": plan_id,
                "title": "Backend",
                "sequence": 1,
                "question_id": "q1",
                "question_type": "technical",
                "question": "How would you find a slow query?",
            }
        ],
        "never_practised_total": 1,
        "calibration": [
            {
                "score_from": 0,
                "score_to": 50,
                "interviews": 1,
                "passed": 0,
                "failed": 1,
                "pass_rate": None,
                "missing": 4,
            },
            {
                "score_from": 50,
                "score_to": 75,
                "interviews": 0,
                "passed": 0,
                "failed": 0,
                "pass_rate": None,
                "missing": 5,
            },
            {
                "score_from": 75,
                "score_to": 100,
                "interviews": 5,
                "passed": 4,
                "failed": 1,
                "pass_rate": 80,
                "missing": 0,
            },
        ],
    }
