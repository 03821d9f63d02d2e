"""Practice: which plan, how long, one question alone; plans of one's own; a session to read again."""

import re
from typing import Any

from playwright.async_api import Page, ViewportSize, expect

from tests.support.browsing import Visitor, save_plan, start_room
from tests.support.users import SignedIn
from tests.web.console.checks import violations, widest

NARROW: ViewportSize = {"width": 320, "height": 700}
TITLE = "Rounds of chess"
PHASES: tuple[dict[str, Any], ...] = (
    {
        "question": "Tell me about a game.",
        "follow_ups": [{"text": "How many moves?", "when": "no_numbers", "about": ["moves"]}, "And then?"],
        "rubric": ["Names a result"],
        "hints": ["A short one will do."],
    },
    {"question_type": "coding", "duration": 15, "question": "Write a board."},
)


async def plans(account: SignedIn) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await account.get("/api/v1/mock-interviews")).json()["mock_interviews"]
    return found


async def choose(page: Page, plan: str, question: str, length: str) -> None:
    """Practise a part of a plan, at some length, up to the door of the room."""
    await page.get_by_role("button", name=f"Choose a length or a question of {plan}", exact=True).click()
    sheet = page.get_by_role("dialog", name=plan)
    await sheet.get_by_label("Questions").select_option(label=question)
    await sheet.get_by_label("Length").select_option(label=length)
    await sheet.get_by_role("button", name="Start").click()
    await page.wait_for_url("**/app/rooms/*")


async def test_one_question_alone_at_another_length_makes_one_plan(visitor: Visitor, account: SignedIn) -> None:
    await save_plan(account, *PHASES, title=TITLE)
    page = await visitor.sign_in(account)
    for _ in range(2):
        await choose(page, TITLE, "2. Coding: Write a board.", "5 min")
        await expect(page.get_by_role("list", name="Phases")).to_have_text("Coding5 min")
        await page.go_back()
    part = page.get_by_role("article", name=f"{TITLE} (question 2, 5 min)")
    await expect(part.get_by_role("button", name="Start")).to_be_enabled()

    await choose(page, TITLE, "All 2 questions", "10 min")
    await expect(page.get_by_role("list", name="Phases")).to_have_text("Behavioral2½ minCoding7½ min")

    assert sorted(plan["title"] for plan in await plans(account)) == [
        TITLE,
        f"{TITLE} (10 min)",
        f"{TITLE} (question 2, 5 min)",
    ]


async def test_a_plan_that_is_deleted_can_be_had_back(visitor: Visitor, account: SignedIn) -> None:
    await save_plan(account, *PHASES, title=TITLE)
    page = await visitor.sign_in(account)
    await page.get_by_role("button", name=f"More for {TITLE}").click()
    assert await violations(page) == []
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.get_by_role("article", name=TITLE)).to_have_count(0)
    await expect(page.locator("h1")).to_be_focused()

    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    await page.keyboard.press("Control+Z")

    await expect(page.get_by_role("article", name=TITLE)).to_be_visible()
    [plan] = await plans(account)
    restored = (await account.get(f"/api/v1/mock-interviews/{plan['id']}")).json()["planner_fields"]
    assert restored[0]["follow_ups"] == PHASES[0]["follow_ups"]


async def test_a_plan_is_changed_and_what_is_wrong_stands_at_its_field(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("status of 422")
    plan_id = await save_plan(account, *PHASES, title=TITLE)
    page = await visitor.sign_in(account)
    await page.goto(f"{visitor.url}/app/practice/{plan_id}")
    first, second = (page.get_by_role("region", name=f"Question {number}", exact=True) for number in (1, 2))
    await first.get_by_label("Minutes").fill("500")
    await first.get_by_role("button", name="Add a criterion").click()
    await expect(first.get_by_role("textbox", name="Criterion 2")).to_be_focused()
    await page.get_by_role("button", name="Save the plan").click()
    await expect(first.get_by_label("Minutes")).to_be_focused()
    await expect(first.get_by_label("Minutes")).to_have_accessible_description("Must be at most 180")
    await expect(first.get_by_role("textbox", name="Criterion 2")).to_have_accessible_description(
        "This field is required"
    )
    assert await violations(page) == []

    # Nothing of it is lost on the way to another page and back.
    await page.reload()
    await expect(page.get_by_text("You have changes here that are not saved.")).to_be_visible()
    await first.get_by_label("Minutes").fill("2.5")
    await first.get_by_role("textbox", name="Criterion 2").fill("Says what they learned")
    await page.get_by_role("button", name="Move question 1 down").press("Enter")
    await expect(second.get_by_label("Minutes")).to_have_value("2.5")
    await expect(page.get_by_role("button", name="Move question 2 up")).to_be_focused()
    await page.set_viewport_size(NARROW)
    assert await widest(page) == 0
    await page.get_by_role("button", name="Save the plan").click()

    await expect(page.get_by_role("article", name=TITLE).get_by_text("17½ min")).to_be_visible()
    assert await widest(page) == 0
    fields = (await account.get(f"/api/v1/mock-interviews/{plan_id}")).json()["planner_fields"]
    assert [field["question"] for field in fields] == ["Write a board.", "Tell me about a game."]
    assert fields[1]["rubric"] == ["Names a result", "Says what they learned"]
    assert fields[1]["follow_ups"] == PHASES[0]["follow_ups"]
    assert await page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes('plan.'))") == []


async def test_a_template_is_copied_by_keyboard_and_nothing_is_stored_before_it_is_saved(
    visitor: Visitor, account: SignedIn
) -> None:
    page = await visitor.sign_in(account)
    await page.get_by_role("button", name="More for HR screen").press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="New plan")).to_be_focused()
    await expect(page.get_by_label("Title")).to_have_value("Copy of HR screen")
    assert await plans(account) == []
    questions = page.get_by_role("button", name=re.compile("^Remove question"))
    before = await questions.count()
    await questions.first.press("Enter")
    await expect(questions).to_have_count(before - 1)
    await page.get_by_role("button", name="Undo").press("Enter")
    await expect(questions).to_have_count(before)
    await page.get_by_label("Title").press("Enter")

    await expect(page.get_by_role("article", name="Copy of HR screen")).to_be_visible()
    [plan] = await plans(account)
    assert plan["phases"] == before


async def test_a_failing_server_says_so_and_a_session_shows_its_score(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("status of 500")
    room = await start_room(account, await save_plan(account, *PHASES, title=TITLE))
    for act in ("timer/start", "end"):
        assert (await account.post(f"/api/interview/{room['room_id']}/{act}", {})).is_success
    score = {"session_id": room["session_id"], "ended_at": "2026-05-04T12:00:00Z", "score": None, "self_score": 62.5}
    page = await visitor.sign_in(account)
    await page.route("**/statistics/practice", lambda route: route.fulfill(json={"scores": [score]}))
    await page.route("**/mock-interviews/templates", lambda route: route.fulfill(status=500, json={}))
    await page.reload()
    await expect(page.get_by_role("listitem").filter(has_text=TITLE).get_by_text("63 of 100 by you")).to_be_visible()
    await expect(page.get_by_role("alert").filter(has_text="500")).to_be_visible()
    await page.unroute("**/mock-interviews/templates")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("article", name="HR screen")).to_be_visible()

    await page.get_by_role("link", name=f"Report of {TITLE}").click()
    await expect(page.get_by_role("heading", name=TITLE)).to_be_focused()
    await expect(page.get_by_role("region", name="Question 1 · Behavioral")).to_be_visible()
    assert await violations(page) == []
    await page.set_viewport_size(NARROW)
    assert await widest(page) == 0
    await page.get_by_role("link", name="Back to practice").click()
    await expect(page.get_by_role("heading", name="What would you like to practise?")).to_be_focused()
