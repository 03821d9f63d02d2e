"""The report of a session on the pages: made by a real server, and as a model's would look."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.browsing import Visitor, save_plan, start_room
from tests.support.reports import ANSWER
from tests.support.users import SignedIn
from tests.web.room_steps import answer, button, end_interview, join_in_writing, open_room_as

pytestmark = pytest.mark.slow

RUBRIC = ["Says how they led the move", "Names a result", "Says what they learned"]
QUOTES = {
    "evidence": [{"seq": 4, "quote": "I led the move"}],
    "proposals": [{"seq": 4, "quote": "I led the move of our billing service."}],
}
EARLIER_ID = "8a1f3c1e-7f0e-4b53-9c39-6a4a5f0f6d11"
HOSTILE = '<img src=x onerror="window.broken = true">'


def own_verdict(page: Page, criterion: str, name: str) -> Any:
    return page.get_by_role("radiogroup", name=criterion).get_by_role("radio", name=name, exact=True)


async def judge_elsewhere(account: SignedIn, criterion: str, verdict: str) -> None:
    """Change one's own verdict on the only session as a second tab does."""
    [session] = (await account.get("/api/v1/sessions")).json()["sessions"]
    path = f"/api/v1/sessions/{session['id']}/self-assessment"
    own = (await account.get(path)).json()
    criteria = [one | {"verdict": verdict} if one["criterion"] == criterion else one for one in own["criteria"]]
    changed = await account.put(path, {"criteria": criteria, "note": own["note"]})
    assert changed.status_code == 200, changed.text


async def test_an_interview_in_writing_ends_in_a_report_to_judge_oneself_by(
    visitor: Visitor, account: SignedIn
) -> None:
    page = await open_room_as(visitor, account, {"question": "What did you do?", "rubric": RUBRIC})
    await join_in_writing(page)
    await answer(page, ANSWER)
    await end_interview(page)

    question = page.get_by_role("region", name="Question 1 · Behavioral")
    await expect(question.get_by_text("Nobody has judged this answer.")).to_be_visible()
    for criterion, key in zip(RUBRIC, "132", strict=True):
        await own_verdict(page, criterion, "Shown").focus()
        await page.keyboard.press(key)
    await expect(page.get_by_text("50 of 100")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^Take as my evidence")).first.click()
    await expect(page.get_by_text("✓ My evidence")).to_be_visible()
    await expect(page.get_by_text("Saved.")).to_be_visible()

    figures = page.get_by_role("listitem").filter(has_text="Figures")
    await figures.get_by_role("button", name="“40”").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[id^=entry-]:focus mark")).to_have_text("40")
    await page.keyboard.press("Escape")
    await expect(figures.get_by_role("button", name="“40”")).to_be_focused()
    await expect(page.locator("mark")).to_have_count(0)

    await judge_elsewhere(account, RUBRIC[2], "shown")
    await own_verdict(page, RUBRIC[1], "Shown").check()
    await expect(page.get_by_text("100 of 100")).to_be_visible()
    await page.get_by_label("Your note").fill("Say the figure first.")
    async with page.expect_response(lambda response: response.request.method == "PUT"):
        await page.get_by_label("Your note").blur()

    await page.reload()
    await expect(own_verdict(page, RUBRIC[2], "Shown")).to_be_checked()
    await expect(page.get_by_text("✓ My evidence")).to_be_visible()
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await page.emulate_media(media="print")
    await expect(question.get_by_text("● Shown").last).to_be_visible()
    await expect(page.locator(".entry").get_by_text(ANSWER)).to_be_visible()
    for text in ("Your note", "Say the figure first."):
        await expect(page.get_by_role("paragraph").filter(has_text=text)).to_be_visible()
    for controls in (page.get_by_role("radio"), button(page, "Print"), button(page, "Clear")):
        await expect(controls.first).not_to_be_visible()


async def test_a_model_can_be_contradicted_and_what_it_says_is_text(visitor: Visitor, account: SignedIn) -> None:
    room = await start_room(account, await save_plan(account, {"question": HOSTILE, "rubric": [HOSTILE]}))
    path = f"/api/interview/{room['room_id']}"
    for act in ("timer/start", "end"):
        assert (await account.post(f"{path}/{act}", {})).is_success
    page = await visitor.sign_in(account)
    report = model_report(room["session_id"])
    reports = iter([report | {"status": "pending", "questions": []}, report])

    async def give_report(route: Any) -> None:
        await route.fulfill(json=next(reports, report))

    await page.route("**/report", give_report)
    await page.route(f"**/api/v1/sessions/{EARLIER_ID}/transcript", give_earlier)
    await page.get_by_role("link", name="Report of My own interview").click()
    await expect(page.get_by_text("Your report is being made.")).to_be_visible()
    await expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    await expect(page.get_by_text(f"Say {HOSTILE}")).to_be_visible()
    await expect(page.locator("img")).to_have_count(0)
    await expect(page.get_by_role("button", name="“I led")).to_have_text("“I led the move”")
    then, now = await page.locator(".then-and-now > div").all()
    await expect(then).to_contain_text("We did it somehow.")
    await expect(then).to_contain_text("Not shown")
    await expect(then.get_by_role("link", name="that session")).to_have_attribute(
        "href", f"/app/sessions/{EARLIER_ID}"
    )
    await expect(now).to_contain_text("Partly")
    old, new = await then.bounding_box(), await now.bounding_box()
    assert old
    assert new
    assert old["x"] + old["width"] <= new["x"]

    await page.route("**/dispute", give_dispute)
    await page.get_by_role("button", name="This is wrong").click()
    await page.get_by_label("Why?").fill("I did.")
    async with page.expect_request("**/dispute") as sending:
        await button(page, "Mark it as wrong").click()
    sent = await sending.value
    assert (sent.method, sent.post_data_json) == ("PUT", {"note": "I did."})

    for status, words in (
        ("failed", "could not be judged this time"),
        ("insufficient_evidence", "Too little was said to judge"),
    ):
        report["status"] = status
        await page.reload()
        await expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()

    await page.get_by_role("button", name="Answer it again: question 1").click()
    await page.wait_for_url("**/app/rooms/*")
    await expect(page.get_by_role("heading", name=f"Again: {HOSTILE}")).to_be_visible()


async def give_earlier(route: Any) -> None:
    """Answer with what was said when the question was asked first."""
    at = {"started_at": "2026-05-01T12:00:00Z", "ended_at": "2026-05-01T12:01:00Z", "phase_sequence": 1}
    said = {"seq": 7, "speaker": "candidate", "source": "text", "text": "We did it somehow."}
    await route.fulfill(json={"entries": [said | at, said | at | {"seq": 8, "text": "Said elsewhere."}]})


async def give_dispute(route: Any) -> None:
    await route.fulfill(json={})


def model_report(session_id: str) -> dict[str, Any]:
    """Return a report with one verdict of a model's."""
    none = {"count": 0, "places": []}
    names = ("own_part", "team", "numbers", "results", "examples", "hedges")
    signs = {"words": 30, "longest_stretch_seconds": None, "seconds_to_first_word": 2.5}
    criterion = {"criterion": HOSTILE, "verdict": "partly", "advice": f"Say {HOSTILE}", "self_verdict": None}
    spoken = ("words_per_minute", "longest_pause_seconds", "talk_ratio", "response_seconds")
    return {
        "session_id": session_id,
        "status": "ready",
        "made_by": "model",
        "model": HOSTILE,
        "tokens": 100,
        "created_at": "2026-05-04T12:00:00Z",
        "score": None,
        "self_score": None,
        "note": None,
        "questions": [
            {
                "sequence": 1,
                "question_id": "q1",
                "question_type": "behavioral",
                "question": HOSTILE,
                "status": "judged",
                "entries": [],
                "seconds_used": 30,
                "follow_ups": [HOSTILE],
                "criteria": [criterion | QUOTES | {"disputed": None}],
                "signs": signs | dict.fromkeys(names, none),
                "earlier": {
                    "session_id": EARLIER_ID,
                    "entries": [7],
                    "criteria": [criterion | {"verdict": "not_shown", "disputed": None}],
                },
            }
        ],
        "delivery": {
            "spoken": {"words": 0, **dict.fromkeys(spoken)},
            "typed": {"words": 30, "answers": 1, "response_seconds": None},
        },
    }
