"""The room page follows the log: what was meant, what is sent for which phase, and what becomes of a draft."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from app.interview_session.conversation.utterance import Intent
from tests.support.browsing import Visitor, save_plan, start_room, visiting
from tests.support.processes import AppServer
from tests.support.users import SignedIn
from tests.support.waiting import until
from tests.web.room_steps import (
    answer,
    button,
    captions,
    end_interview,
    join_in_writing,
    open_room_as,
    saved_transcript,
)

pytestmark = pytest.mark.slow

DRAFT = "What I was still writing when the time was over"
HINT_OF_AN_EMPTY_LOG = "What you and the interviewer say appears here."
BEGAN = datetime(2026, 5, 4, 12, tzinfo=UTC)


def spoken(speaker: str, phase: int, start: float, end: float, text: str, **inner: Any) -> dict[str, Any]:
    """Return an entry of a call that lasts from one second to another."""
    moments = {
        name: (BEGAN + timedelta(seconds=at)).isoformat() for name, at in (("started_at", start), ("ended_at", end))
    }
    return {"speaker": speaker, "phase_sequence": phase, "text": text, "source": "voice", **moments, **inner}


def numbered(*entries: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"seq": number} | entry for number, entry in enumerate(entries, 1)]


async def open_transcript(visitor: Visitor, user: SignedIn, entries: list[dict[str, Any]]) -> Page:
    """Show these entries as the transcript of a session of two phases."""
    plan_id = await save_plan(user, {"question_type": "hr"}, {"question_type": "closing"}, title="Spoken")
    await start_room(user, plan_id)
    page = await visitor.sign_in(user)
    await page.route("**/transcript", lambda route: route.fulfill(json={"entries": entries}))
    await page.get_by_role("link", name="Transcript of Spoken").click()
    await expect(page.get_by_role("heading", name="Spoken")).to_be_visible()
    return page


def room_of(page: Page) -> str:
    return page.url.rsplit("/", 1)[-1]


async def test_the_sentences_of_one_utterance_are_one_turn(visitor: Visitor, account: SignedIn) -> None:
    question = {"purpose": "question", "parts": 2}
    entries = numbered(
        spoken("interviewer", 1, 0, 1, "Welcome.", purpose="greeting"),
        spoken("interviewer", 1, 1.1, 2, "Who", part=1, cut_by="failure", **question),
        spoken("interviewer", 1, 2.1, 3, "Who are you?", part=1, **question),
        spoken("interviewer", 1, 8, 9, "Take your time.", part=2, **question),
        spoken("candidate", 1, 10, 11, "I am Ada.", purpose="answer"),
        spoken("candidate", 1, 12.5, 14, "I write programs.", purpose="answer"),
        spoken("candidate", 1, 14.5, 15, "Could you repeat that?", purpose="repeat"),
        spoken("interviewer", 1, 16, 17, "Thank you.", purpose="reply", cue="noted"),
        spoken("interviewer", 1, 17.1, 18, "Half a minute to go.", purpose="time_check"),
        spoken("interviewer", 1, 18.1, 19, "What for?", purpose="follow_up", about=1),
        spoken("interviewer", 1, 19.1, 20, "For whom?", purpose="follow_up", about=2),
        spoken("candidate", 1, 25, 26, "For engines.", purpose="answer"),
        spoken("candidate", 1, 30, 31, "For people.", purpose="answer"),
        spoken("interviewer", 2, 31.1, 32, "Let us go on.", purpose="question"),
    )
    turns = [
        "Interviewer: Welcome.",
        "Interviewer: Who",
        "Interviewer: Who are you? Take your time.",
        "You: I am Ada. I write programs.",
        "You (asked to repeat): Could you repeat that?",
        "Interviewer: Thank you.",
        "Interviewer: Half a minute to go.",
        "Interviewer: What for?",
        "Interviewer: For whom?",
        "You: For engines.",
        "You: For people.",
        "Interviewer: Let us go on.",
    ]

    page = await open_transcript(visitor, account, entries)

    await expect(page.locator(".words")).to_have_text([turn.partition(": ")[2] for turn in turns])
    await expect(page.locator(".phase-mark")).to_have_text(["Phase 1 · HR", "Phase 2 · Closing"])
    title, *paragraphs = (await saved_transcript(page)).strip().split("\n\n")
    assert title.splitlines()[0] == "Spoken"
    assert paragraphs == ["--- Phase 1 · HR ---", *turns[:-1], "--- Phase 2 · Closing ---", turns[-1]]


async def test_sentences_of_before_purposes_were_noted_stand_together_by_their_pauses(
    visitor: Visitor, account: SignedIn
) -> None:
    entries = numbered(
        spoken("interviewer", 1, 0, 1, "Welcome.", purpose=None),
        spoken("interviewer", 1, 1.2, 3, "Who are you?", purpose=None),
        spoken("interviewer", 1, 6, 7, "Are you there?", purpose=None),
    )

    page = await open_transcript(visitor, account, entries)

    await expect(page.locator(".words")).to_have_text(["Welcome. Who are you?", "Are you there?"])


async def test_what_was_no_answer_has_a_word_below_it(visitor: Visitor, account: SignedIn) -> None:
    page = await open_room_as(visitor, account, {"question": "Why this work?"})
    await join_in_writing(page)

    await answer(page, "Could you repeat the question, please?")
    await answer(page, "I have liked machines since I was a child, and I have built several of them since.")

    entries = page.locator(".entry.candidate")
    await expect(entries).to_have_count(2)
    await expect(entries.nth(0).locator(".aside")).to_have_text("asked to repeat")
    await expect(entries.nth(1).locator(".aside")).to_have_count(0)


async def test_every_wish_has_a_word_and_an_answer_has_none(visitor: Visitor) -> None:
    page = await visitor.open("/app/")

    words: dict[str, str] = await page.evaluate(
        "async (intents) => { const { wishName } = await import('/app/static/lib/words.js');"
        " return Object.fromEntries(intents.map(intent => [intent, wishName(intent)])); }",
        list(Intent),
    )

    assert {intent for intent, word in words.items() if not word} == {Intent.ANSWER, Intent.ONE_WORD}
    assert words[Intent.HINT] == "asked for a hint"
    assert words[Intent.SKIP] == "wanted to move on"


async def test_the_next_question_is_one_press_away_and_the_last_one_finishes(
    visitor: Visitor, account: SignedIn
) -> None:
    page = await open_room_as(visitor, account, {"question": "One?"}, {"question": "Two?"}, {"question": "Three?"})
    await join_in_writing(page)
    presses: list[str] = []
    page.on("request", lambda request: presses.extend(re.findall("timer/next", request.url)))

    await button(page, "Next question").dblclick()
    await expect(page.locator(".question-text")).to_have_text("Two?")
    await expect(captions(page)).to_contain_text("Two?")
    # The second click of a slow double click.
    await expect(button(page, "Next question")).to_have_attribute("aria-disabled", "false")
    await button(page, "Next question").dispatch_event("click", {"detail": 2})
    await answer(page, "An answer that reaches the server after whatever that click had sent.")
    assert presses == ["timer/next"]
    await button(page, "Pause").focus()
    await page.keyboard.press("Tab")
    await expect(button(page, "Next question")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".question-text")).to_have_text("Three?")
    await expect(button(page, "Finish")).to_be_focused()
    await expect(button(page, "Next question")).to_have_count(0)
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="The interview is over")).to_be_focused()
    await expect(page.get_by_text("You finished it after")).to_be_visible()


async def test_there_is_no_next_question_before_the_start(visitor: Visitor, account: SignedIn) -> None:
    page = await open_room_as(visitor, account, {"question": "One?"}, {"question": "Two?"})
    await join_in_writing(page)
    await expect(button(page, "Next question")).to_be_enabled()

    assert (await account.post(f"/api/interview/{room_of(page)}/timer/reset", {})).status_code == 200

    await expect(button(page, "Start the timer")).to_be_visible()
    await expect(button(page, "Next question")).to_be_disabled()


async def test_a_next_question_that_does_not_come_is_told(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("status of 503")
    page = await open_room_as(visitor, account, {"question": "One?"}, {"question": "Two?"})
    await join_in_writing(page)
    busy = {"error": {"code": "DATABASE_UNAVAILABLE", "message": "Come back in a moment"}}
    await page.route("**/timer/next", lambda route: route.fulfill(status=503, json=busy))

    await button(page, "Next question").click()

    await expect(page.get_by_role("alert").filter(has_text="Come back in a moment")).to_be_visible()
    await page.unroute("**/timer/next")
    await button(page, "Next question").click()
    await expect(page.locator(".question-text")).to_have_text("Two?")


async def test_a_draft_is_sent_for_the_phase_in_which_it_was_begun(visitor: Visitor, account: SignedIn) -> None:
    page = await open_room_as(visitor, account, {"question": "One?"}, {"question": "Two?"})
    await join_in_writing(page)
    await page.get_by_label("Your answer").fill(DRAFT)

    await button(page, "Next question").click()
    await expect(page.get_by_role("dialog", name="Go on without sending your answer?")).to_be_visible()
    await button(page, "Back to my answer").click()
    await expect(page.locator(".question-text")).to_have_text("One?")
    await button(page, "Next question").click()
    await page.get_by_role("dialog").get_by_role("button", name="Next question").click()
    await expect(page.locator(".question-text")).to_have_text("Two?")
    await page.reload()
    await expect(page.get_by_label("Your answer")).to_have_value(DRAFT)
    await expect(page.get_by_text("It is sent as an answer to that question.")).to_be_visible()
    async with page.expect_request("**/answer") as sending:
        await answer(page, DRAFT)
    await expect(page.get_by_text("Enter sends")).to_be_visible()

    assert (await sending.value).post_data_json == {"text": DRAFT, "phase_sequence": 1}
    await expect(page.locator(".entry.candidate .aside")).to_have_text("for phase 1")
    await expect(page.locator(".phase-mark")).to_have_count(2)
    async with page.expect_request("**/answer") as sending:
        await answer(page, "An answer that was begun in the second phase and is sent in it.")
    assert '"phase_sequence":2' in ((await sending.value).post_data or "")


async def test_a_pause_says_when_the_reply_comes(visitor: Visitor, account: SignedIn) -> None:
    page = await open_room_as(visitor, account, {"question": "One?"})
    await join_in_writing(page)
    await button(page, "Pause").click()
    await expect(page.get_by_text("The interviewer replies when you resume.")).to_be_visible()
    await button(page, "Resume").click()
    await expect(page.get_by_text("Enter sends")).to_be_visible()


async def test_what_is_written_while_an_answer_is_on_its_way_is_kept(visitor: Visitor, account: SignedIn) -> None:
    page = await open_room_as(visitor, account, {"question": "One?"})
    await join_in_writing(page)
    box = page.get_by_label("Your answer")
    held = []
    await page.route("**/answer", lambda route: held.append(route))  # noqa: PLW0108 - a list's method is refused
    await box.fill("Sent")
    await box.press("Enter")
    await until(lambda: bool(held))
    await box.press_sequentially(" and more")

    await held[0].continue_()

    await expect(captions(page).get_by_text("Sent", exact=True)).to_be_visible()
    await expect(box).to_have_value(" and more")


async def test_a_draft_outlives_the_end_and_can_be_sent_for_a_while(visitor: Visitor, account: SignedIn) -> None:
    page = await open_room_as(visitor, account, {"question": "One?"}, {"question": "Two?"})
    await join_in_writing(page)
    box = page.get_by_label("Your answer")
    await box.press_sequentially(DRAFT)

    assert (await account.post(f"/api/interview/{room_of(page)}/end", {})).status_code == 200

    await expect(page.get_by_role("heading", name="The interview is over")).to_be_visible()
    await expect(box).to_be_focused()
    await expect(box).to_have_value(DRAFT)
    await expect(box).to_have_accessible_description("You can still send this for two minutes.")
    await expect(page.get_by_role("timer", name="Time left to send it")).to_contain_text("1:")
    await page.keyboard.type(", and so on.")
    await page.reload()
    await expect(box).to_have_value(f"{DRAFT}, and so on.")
    await button(page, "Send").click()

    last = page.locator(".entry").last
    await expect(last.locator(".words")).to_have_text(f"{DRAFT}, and so on.")
    await expect(last.locator(".aside")).to_have_text("sent after the end")
    await expect(page.get_by_text("Your answer was sent.")).to_be_focused()
    await expect(box).to_have_count(0)
    await page.reload()
    await expect(page.locator(".entry").last.locator(".aside")).to_have_text("sent after the end")
    await expect(page.get_by_role("heading", name="The interview is over")).to_be_visible()
    await expect(box).to_have_count(0)


async def test_a_draft_that_is_too_late_can_still_be_copied(
    browser: Browser, server: AppServer, account: SignedIn
) -> None:
    async with visiting(browser, server.url, permissions=["clipboard-read", "clipboard-write"]) as visitor:
        page = await open_room_as(visitor, account, {"question": "One?"})
        await join_in_writing(page)
        box = page.get_by_label("Your answer")
        await box.fill(DRAFT)
        await end_interview(page)
        await expect(button(page, "Send")).to_be_visible()

        # With the report the stream ends, and with it the heartbeats that would set the page's clock right again.
        await expect(button(page, "Print")).to_be_visible()
        await page.evaluate("{ const now = Date.now; Date.now = () => now() + 121_000; }")

        await expect(page.get_by_text("This was not sent. You can still copy it.")).to_be_visible()
        await expect(button(page, "Send")).to_have_count(0)
        await expect(box).to_have_value(DRAFT)
        await expect(box).not_to_be_editable()
        await button(page, "Copy").click()
        await expect(button(page, "Copied")).to_be_visible()
        assert await page.evaluate("navigator.clipboard.readText()") == DRAFT


# What screen readers are told of: text that comes into an element that is live.
LISTEN = """
window.told = []; window.shown = [];
new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.type === "characterData" ? [change.target] : change.addedNodes) {
      const region = (node.closest ? node : node.parentElement)?.closest(
        "[aria-live], [role=status], [role=alert], [role=log]");
      window.shown.push(node.textContent ?? "");
      if (region && region.getAttribute("aria-live") !== "off") window.told.push(node.textContent);
    }
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


async def test_a_question_and_the_time_are_told_once(visitor: Visitor, account: SignedIn) -> None:
    await visitor.context.add_init_script(LISTEN)
    page = await open_room_as(visitor, account, {"duration": 0.5, "question": "Why this one?"}, {})
    await join_in_writing(page)
    await expect(captions(page).get_by_text("Why this one?")).to_be_visible()
    await expect(page.get_by_text("This phase ends in a few seconds.")).to_be_visible(timeout=40_000)
    await expect(captions(page).get_by_text("left for this question")).to_be_visible()

    told: list[str] = await page.evaluate("window.told")

    assert len([text for text in told if "Why this one?" in text]) == 1
    assert len([text for text in told if "This phase ends" in text or "left for this question" in text]) == 1


async def test_an_empty_conversation_is_explained_only_before_the_start(visitor: Visitor, account: SignedIn) -> None:
    await visitor.context.add_init_script(LISTEN)
    page = await open_room_as(visitor, account, {"question": "Why?"})
    await join_in_writing(page)
    await expect(captions(page).get_by_text("Why?")).to_be_visible()
    await page.reload()
    await expect(captions(page).get_by_text("Why?")).to_be_visible()

    assert HINT_OF_AN_EMPTY_LOG not in " ".join(await page.evaluate("window.shown"))

    room = await start_room(account, await save_plan(account, {"question": "Not yet"}))
    second = await visitor.open(f"/app/rooms/{room['room_id']}")
    await second.route("**/timer/start", lambda route: route.abort())
    visitor.expect_error("ERR_FAILED")
    await button(second, "Go on without a microphone").click()
    await button(second, "Join").click()
    await expect(second.get_by_text(HINT_OF_AN_EMPTY_LOG)).to_be_visible()


@pytest.mark.parametrize("key", [{"isComposing": True}, {"keyCode": 229}])
async def test_enter_that_chooses_a_word_sends_nothing(
    visitor: Visitor, account: SignedIn, key: dict[str, Any]
) -> None:
    page = await open_room_as(visitor, account, {"question": "Why?"})
    await join_in_writing(page)
    box = page.get_by_label("Your answer")
    await box.fill("かんじ")

    was_prevented = await box.evaluate(
        "(box, key) => !box.dispatchEvent(new KeyboardEvent('keydown',"
        " { key: 'Enter', bubbles: true, cancelable: true, ...key }))",
        key,
    )

    assert not was_prevented
    await answer(page, "漢字 is what I had meant to write.")
    await expect(page.locator(".entry.candidate")).to_have_count(1)


async def test_code_has_a_box_of_its_own(visitor: Visitor, account: SignedIn) -> None:
    page = await open_room_as(visitor, account, {"question_type": "coding", "question": "Write a loop."})
    await join_in_writing(page)
    box = page.get_by_label("Your answer")
    await box.press_sequentially("if a:\n")
    await box.press("Tab")
    await box.press_sequentially("b()\nc()\n")
    await box.press("Shift+Tab")
    await box.press_sequentially("d()")
    assert await box.input_value() == "if a:\n    b()\n    c()\nd()"
    # Lines that are selected move together, and the box's own undo takes it back.
    await box.press("Control+A")
    await box.press("Tab")
    assert await box.input_value() == "    if a:\n        b()\n        c()\n    d()"
    await box.press("Control+Z")
    assert await box.input_value() == "if a:\n    b()\n    c()\nd()"

    await box.press("Escape")
    await box.press("Tab")
    await expect(button(page, "Send")).to_be_focused()
    await box.focus()
    await box.press("Control+Enter")

    await expect(page.locator(".entry.candidate .words.code")).to_have_text("if a:\n    b()\n    c()\nd()")
    await expect(box).to_have_value("")


async def test_a_question_stays_in_sight_and_the_page_needs_no_storage(visitor: Visitor) -> None:
    await visitor.context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('', 'SecurityError'); } });"
    )
    page = await visitor.open("/app/")
    await page.set_viewport_size({"width": 390, "height": 700})
    await page.get_by_role("button", name="Try the two-minute demo").click()
    await join_in_writing(page)
    await answer(page, "I am Ada, and I write programs for engines that nobody has built yet.")
    await button(page, "Hide timer").click()
    await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    await expect(page.locator(".question-text")).to_be_in_viewport()
    await button(page, "Next question").click()
    await expect(page.locator(".question-text")).to_contain_text("glad about")
    # A question of more than two lines is cut on a phone.
    await button(page, "Show all").click()
    await expect(button(page, "Show less")).to_be_focused()
    is_whole = "element => element.scrollHeight <= element.clientHeight + 1"
    assert await page.locator(".question-text").evaluate(is_whole)
    # As the browser's cache of pages brings one back, with a call that was hung up.
    async with page.expect_navigation():
        await page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await expect(page.locator(".question-text")).to_be_visible()
