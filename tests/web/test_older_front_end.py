"""What the older front-end does with times: it sends the clock's, without an offset, and shows the browser's."""

import pytest
from playwright.async_api import Browser

from tests.support.users import SignedIn

pytestmark = pytest.mark.slow

SHOWN = "moments => moments.map(moment => new Date(moment).toLocaleString('sv-SE'))"


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("America/New_York", ["2026-03-08", "2026-11-01", "2026-07-01"]),
        ("Pacific/Auckland", ["2026-04-05", "2026-09-27", "2026-07-01"]),
        ("Asia/Kolkata", ["2026-03-08", "2026-11-01"]),
    ],
)
async def test_ten_o_clock_stays_ten_o_clock(browser: Browser, account: SignedIn, zone: str, days: list[str]) -> None:
    assert (await account.patch("/api/v1/auth/me", {"timezone": zone})).status_code == 200
    position = await account.position()
    for day in days:
        await account.interview(position["id"], scheduled_date=f"{day}T10:00:00")

    context = await browser.new_context(timezone_id=zone)
    page = await context.new_page()
    found = (await account.get(f"/api/v1/positions/{position['id']}")).json()["interviews"]
    shown = await page.evaluate(SHOWN, [interview["scheduled_date"] for interview in found])
    await context.close()

    assert shown == [f"{day} 10:00:00" for day in sorted(days)]
