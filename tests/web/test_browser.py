"""The console in a real browser, against a real server."""

import asyncio
import math
import struct
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, Request, Route, ViewportSize, expect

from tests.support.browsing import (
    FAKE_MICROPHONE,
    Visitor,
    running_browser,
    running_server,
    save_plan,
    start_room,
    visiting,
)
from tests.support.processes import AppServer
from tests.support.users import PASSWORD, SignedIn
from tests.support.waiting import nothing_happens, until
from tests.web.console.checks import violations
from tests.web.room_steps import (
    answer,
    button,
    captions,
    current_phase,
    end_interview,
    join_in_writing,
    open_room_as,
    saved_transcript,
)

pytestmark = pytest.mark.slow

DEMO_BUTTON = "Try the two-minute demo without an account"
SOMEBODYS = "belongs to somebody. Sign in if it is yours."
DEMO_QUESTION = "Hello, and welcome to this short demonstration."
PHONE: ViewportSize = {"width": 390, "height": 844}
HOSTILE = '<img src=x onerror="window.broken = true"><b>bold</b>'


async def shown_seconds(page: Page) -> int:
    text = await page.get_by_role("timer").inner_text()
    minutes, seconds = text.split(":")
    return int(minutes) * 60 + int(seconds)


async def test_from_the_registration_to_the_transcript(visitor: Visitor) -> None:
    page = await visitor.open("/app/practice")
    await button(page, "Create an account").click()
    await page.get_by_label("First name").fill("Ada")
    await page.get_by_label("Email").fill("ada@example.com")
    await page.get_by_label("Password").fill(PASSWORD)
    await button(page, "Create account").click()
    await expect(page.get_by_text("Nothing yet.")).to_be_visible()

    await expect(page.get_by_role("article", name="HR screen").get_by_text("30 min")).to_be_visible()
    await button(page, "Start Two-minute demo").click()
    await page.wait_for_url("**/app/rooms/*")
    await join_in_writing(page)
    await expect(page.get_by_label("Your answer")).to_be_focused()
    await expect(page.locator(".question-text").get_by_text(DEMO_QUESTION)).to_be_visible()
    await expect(page.locator(".phase-strip li")).to_have_count(3)
    await answer(page, "I am Ada, and I write programs for engines that nobody has built yet.")
    await expect(captions(page).get_by_text("Interviewer").first).to_be_visible()
    assert await page.locator(".entry").count() == 3

    await button(page, "Pause").click()
    await expect(button(page, "Resume")).to_be_visible()
    frozen = await shown_seconds(page)
    await nothing_happens(1.5, because="a timer that is still running shows another second by then")
    assert await shown_seconds(page) == frozen
    await button(page, "Resume").click()
    await expect(button(page, "Pause")).to_be_visible()

    await end_interview(page)
    title, _, *paragraphs = (await saved_transcript(page)).splitlines()
    assert title == "Two-minute demo"
    assert paragraphs[:2] == ["", "--- Phase 1 · Introduction ---"]
    assert "You: I am Ada, and I write programs for engines that nobody has built yet." in paragraphs
    await page.get_by_role("link", name="Back to practice").click()
    await expect(page.get_by_text("Finished")).to_be_visible()
    await page.get_by_role("link", name="Report of Two-minute demo").click()
    await expect(page.locator(".entry").get_by_text("I am Ada, and I write programs")).to_be_visible()

    await page.get_by_role("link", name="Back to practice").click()
    await page.get_by_role("button", name="Delete Two-minute demo").click()
    await button(page, "Delete").click()
    await expect(page.get_by_text("Nothing yet.")).to_be_visible()

    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a_guest_is_in_a_running_demo_after_three_clicks(visitor: Visitor) -> None:
    page = await visitor.open("/app/")
    await page.set_viewport_size({"width": 390, "height": 560})

    await button(page, DEMO_BUTTON).click()
    await button(page, "Go on without a microphone").click()
    # What the choice has opened is in sight, however low the screen is.
    await expect(button(page, "Join")).to_be_in_viewport(ratio=1)
    await page.set_viewport_size(PHONE)
    await button(page, "Join").click()

    await expect(page.get_by_label("Your answer")).to_be_focused()
    await expect(page.locator(".question-text").get_by_text(DEMO_QUESTION)).to_be_in_viewport()
    await expect(page.get_by_role("timer")).to_have_text("0:29")

    await button(page, "End interview").click()
    await button(page, "End interview now").click()
    await page.get_by_role("link", name="Create an account").click()
    await expect(page.get_by_label("First name")).to_be_in_viewport()


async def test_the_page_follows_the_phases_to_the_end(visitor: Visitor, account: SignedIn) -> None:
    phases = [{"duration": 0.05, "question": f"Question {name}"} for name in ("one", "two", "three")]
    page = await open_room_as(visitor, account, *phases, {"duration": 0.02, "question_type": "closing"})
    await join_in_writing(page)

    await expect(page.locator(".question-text")).to_have_text("Question one")
    await expect(page.get_by_text("This phase ends in a few seconds.")).to_be_visible()
    await expect(page.locator(".question-text")).to_have_text("Question two")
    await expect(page.locator(".phase-strip li").nth(1)).to_have_attribute("aria-current", "step")
    await expect(page.locator(".phase-strip li.past")).to_have_count(1)
    await expect(current_phase(page)).to_contain_text("Closing")
    await expect(page.get_by_role("heading", name="The interview is over")).to_be_visible()
    await expect(page.get_by_text("It ran to its end")).to_be_visible()


async def test_a_reload_keeps_everything(visitor: Visitor, account: SignedIn) -> None:
    page = await open_room_as(visitor, account, {"question": "First?"}, {"question": "Second?"})
    await join_in_writing(page)
    await answer(page, "This is what I said before the page was loaded again.")
    room_id = page.url.rsplit("/", 1)[-1]
    problem = {"room_id": room_id, "problem_text": "def f():\n    return 1\n\n  # indented"}
    assert (await account.post("/api/inject-problem", problem)).status_code == 200
    await expect(page.locator(".problem-text")).to_contain_text("# indented")
    await page.get_by_label("Your answer").fill("A draft")
    await button(page, "Pause").click()
    await expect(button(page, "Resume")).to_be_visible()
    frozen = await shown_seconds(page)
    said = await page.locator(".entry").all_inner_texts()

    await page.reload()

    await expect(button(page, "Resume")).to_be_visible()
    assert await shown_seconds(page) == frozen
    await expect(captions(page).get_by_text("This is what I said before")).to_be_visible()
    await expect(page.get_by_label("Your answer")).to_have_value("A draft")
    shown = page.locator(".problem-text")
    await expect(shown).to_have_count(1)
    assert await shown.inner_text() == problem["problem_text"]
    assert await page.locator(".entry").all_inner_texts() == said
    await button(page, "Resume").click()
    await answer(page, "And this is what I say afterwards.")


async def test_a_second_tab_shows_the_same(visitor: Visitor, account: SignedIn) -> None:
    first = await open_room_as(visitor, account, {"question": "Which one?"})
    await join_in_writing(first)
    await answer(first, "Said in the first tab, for both to show.")

    second = await visitor.open("/app/rooms/" + first.url.rsplit("/", 1)[-1])
    await expect(captions(second).get_by_text("Said in the first tab")).to_be_visible()
    await answer(second, "Said in the second tab, for both to show.")
    await expect(captions(first).get_by_text("Said in the second tab")).to_be_visible()
    await button(second, "Pause").click()
    await expect(button(first, "Resume")).to_be_visible()
    assert await shown_seconds(first) == await shown_seconds(second)
    await end_interview(second)
    await expect(first.get_by_role("heading", name="The interview is over")).to_be_visible()

    third = await visitor.open("/app/rooms/" + first.url.rsplit("/", 1)[-1])
    await expect(third.get_by_text("Said in the second tab")).to_be_visible()


async def test_a_stream_that_breaks_is_taken_up_where_it_was(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("ERR_INTERNET_DISCONNECTED|ERR_NETWORK")
    page = await open_room_as(visitor, account, {"question": "Still there?"})
    await join_in_writing(page)
    await answer(page, "Before the network went away, I had said this.")
    room_id = page.url.rsplit("/", 1)[-1]
    # Being offline does not end a stream that is open; a new page's first try meets it.
    await page.route("**/events?*", lambda route: route.abort("internetdisconnected"))
    await page.reload()
    await expect(page.get_by_text("Connection lost, trying again…")).to_be_visible()
    said = {"text": "Said while the page could not hear it."}
    assert (await account.post(f"/api/interview/{room_id}/answer", said)).status_code == 200

    await page.unroute("**/events?*")

    await expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    await expect(captions(page).get_by_text(said["text"])).to_be_visible()
    assert await page.locator(".entry.candidate").count() == 2


SET_CLOCK = "window.skew = {skew}; window.realNow ??= Date.now; Date.now = () => window.realNow() + window.skew;"


async def test_the_timer_goes_by_the_clock_of_the_server(visitor: Visitor, account: SignedIn) -> None:
    await visitor.context.add_init_script(SET_CLOCK.format(skew=3_600_000))
    page = await open_room_as(visitor, account, {"duration": 5})
    await join_in_writing(page)
    before = await shown_seconds(page)
    assert 240 <= before <= 300

    await page.evaluate(SET_CLOCK.format(skew=-600_000))

    async def has_gone_on() -> bool:
        return await shown_seconds(page) <= before - 2

    await until(has_gone_on)
    assert await shown_seconds(page) >= 240


async def test_a_timer_that_makes_nervous_can_be_hidden(visitor: Visitor, account: SignedIn) -> None:
    page = await open_room_as(visitor, account, {"duration": 0.1}, {})
    await join_in_writing(page)
    await button(page, "Hide timer").click()
    # The pointer is still over it.
    await expect(button(page, "Show timer")).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    await page.reload()

    await expect(button(page, "Show timer")).to_be_visible()
    await expect(page.get_by_role("timer")).not_to_be_visible()
    await expect(page.get_by_text("This phase ends in a few seconds.")).to_be_visible()


async def test_the_warning_of_a_phases_end_changes_a_few_times_only(visitor: Visitor) -> None:
    page = await visitor.open("/app/")

    said = await page.evaluate(
        "async () => { const { roughTime } = await import('/app/static/lib/words.js');"
        " return [...new Set(Array.from({ length: 150 }, (_, passed) => roughTime(150 - passed)))]; }"
    )

    assert said == ["about 3 minutes", "about 2 minutes", "about a minute", "about half a minute", "a few seconds"]


TWO_FRAMES = "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"


async def test_a_conversation_shows_its_end_unless_it_is_read_further_up(visitor: Visitor, account: SignedIn) -> None:
    page = await open_room_as(visitor, account, {"question": "Why? " * 100})
    await join_in_writing(page)
    from_end = "box => box.scrollHeight - box.scrollTop - box.clientHeight"
    for number in range(4):
        await answer(page, f"Answer {number}: " + "many words " * 40)
    await until(lambda: page.evaluate(f"({from_end})(document.querySelector('[role=log]')) < 2"))

    await captions(page).evaluate("box => { box.scrollTop = 0; }")
    entries = await page.locator(".entry").count()
    await answer(page, "One more, to see whether the page jumps.")
    await expect(page.locator(".entry")).to_have_count(entries + 2)
    await page.evaluate(TWO_FRAMES)
    assert await captions(page).evaluate("box => box.scrollTop") == 0


async def test_a_room_is_closed_to_others(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("status of 403")
    room = await start_room(account, "two-minute-demo")

    page = await visitor.open(f"/app/rooms/{room['room_id']}")

    await expect(page.get_by_text(f"There is no such room, or it {SOMEBODYS}")).to_be_visible()
    await expect(page.get_by_text(DEMO_QUESTION)).not_to_be_visible()


async def test_an_unknown_room_is_told_to_be_one(visitor: Visitor) -> None:
    # The first as a guest, who is told the same of a room that is somebody's.
    visitor.expect_error("status of 403")

    for room_id, why in (("nowhere", SOMEBODYS), ("not%20a%20name", "is not yours.")):
        page = await visitor.open(f"/app/rooms/{room_id}")
        await expect(page.get_by_text(f"There is no such room, or it {why}")).to_be_visible()


async def test_a_session_that_is_deleted_closes_its_room(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("status of 404")
    page = await open_room_as(visitor, account, {})
    await join_in_writing(page)
    sessions = (await account.get("/api/v1/sessions")).json()["sessions"]

    assert (await account.delete(f"/api/v1/sessions/{sessions[0]['id']}")).status_code == 204
    await page.reload()

    await expect(page.get_by_text("There is no such room, or it is not yours.")).to_be_visible()


async def test_an_unknown_session_is_told_to_be_one(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("status of 404")
    page = await visitor.sign_in(account)

    await page.goto(f"{visitor.url}/app/?#/sessions/00000000-0000-0000-0000-000000000000")

    await expect(page.get_by_role("alert").filter(has_text="This session does not exist")).to_be_visible()


async def test_an_interview_to_come_is_practised_for(visitor: Visitor, account: SignedIn) -> None:
    position = await account.position(title="Engine programmer", company="Babbage & Co")
    soon, past = (datetime.now(UTC) + timedelta(days=days) for days in (2, -2))
    final = {"type": "final", "scheduled_date": soon.isoformat(), "duration_minutes": 45}
    interview = await account.interview(position["id"], **final)
    await account.interview(position["id"], scheduled_date=past.isoformat())
    page = await visitor.sign_in(account)
    section = page.get_by_role("region", name="Practise for a real interview")
    await expect(section.get_by_role("article", name="Engine programmer")).to_have_count(1)
    for words in ("Babbage & Co", "Final interview", "45 min"):
        await expect(section).to_contain_text(words)
    await expect(section.locator("time")).to_have_attribute("datetime", interview["scheduled_date"])

    await section.get_by_role("button", name="Practise this interview: Engine programmer at Babbage & Co").click()
    await page.wait_for_url("**/app/rooms/*")

    await expect(page.get_by_role("heading", level=1)).to_contain_text("Engine programmer")
    await join_in_writing(page)
    await expect(page.locator(".question-text")).to_contain_text("Babbage & Co")


async def test_a_wrong_password_is_told_in_a_sentence(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("status of 401")
    page = await visitor.open("/app/")
    await page.get_by_label("Email").fill(account.email)
    await page.get_by_label("Password").fill("not the password")
    await button(page, "Sign in").click()

    wrong = {"email": account.email, "password": "not the password"}
    refusal = (await account.client.post("/api/v1/auth/login", json=wrong)).json()["error"]["message"]
    await expect(page.get_by_role("alert").filter(has_text=refusal)).to_be_visible()
    await expect(button(page, "Sign in")).to_be_enabled()


async def test_what_is_wrong_with_a_field_stands_below_it(visitor: Visitor) -> None:
    visitor.expect_error("status of 422")
    page = await visitor.open("/app/")
    await button(page, "Create an account").click()
    await page.get_by_label("Email").fill("no address")
    await page.get_by_label("Password").fill("short")
    await button(page, "Create account").click()

    for label, sentence in (
        ("First name", "This field is required"),
        ("Email", "Must be a valid email address"),
        ("Password", "Must be at least 8 characters"),
    ):
        await expect(page.get_by_label(label)).to_have_accessible_description(sentence)
        await expect(page.get_by_label(label)).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("First name")).to_be_focused()
    await expect(page.get_by_text("validation failed")).to_have_count(0)


async def test_everything_can_be_done_with_the_keyboard(visitor: Visitor, account: SignedIn) -> None:
    page = await visitor.open("/app/practice")
    keyboard = page.keyboard

    async def tab_to(name: str) -> None:
        """Press Tab until the control of that name has the focus."""
        for _ in range(40):
            await keyboard.press("Tab")
            focused = await page.evaluate(
                "() => { const e = document.activeElement;"
                " return e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || ''; }"
            )
            if focused.strip().split("\n")[0] == name:
                return
        raise AssertionError(f"no way to {name} with Tab")

    await tab_to("Email")
    await keyboard.type(account.email)
    await tab_to("Password")
    await keyboard.type(account.password)
    await keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="What would you like to practise?")).to_be_visible()
    await tab_to("Start Two-minute demo")
    await keyboard.press("Enter")
    await page.wait_for_url("**/app/rooms/*")
    await expect(button(page, "Join")).to_be_visible()
    await tab_to("Go on without a microphone")
    await keyboard.press("Space")
    await tab_to("Join")
    await keyboard.press("Enter")
    await expect(page.get_by_label("Your answer")).to_be_focused()
    await keyboard.type("First line")
    await keyboard.press("Shift+Enter")
    await keyboard.type("second line")
    await keyboard.press("Enter")
    words = page.locator(".entry.candidate .words")
    await expect(words).to_be_visible()
    assert await words.inner_text() == "First line\nsecond line"
    await page.get_by_label("Your answer").evaluate("element => element.blur()")
    await tab_to("Hide timer")
    await keyboard.press("Enter")
    await expect(page.get_by_role("timer")).not_to_be_visible()
    await tab_to("End interview")
    await keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="End the interview?")).to_be_visible()
    await expect(button(page, "Keep going")).to_be_focused()
    await keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).not_to_be_visible()
    await tab_to("End interview")
    await keyboard.press("Enter")
    await tab_to("End interview now")
    await keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="The interview is over")).to_be_focused()


async def test_hostile_text_is_shown_as_text(visitor: Visitor, account: SignedIn) -> None:
    await save_plan(account, {"question": HOSTILE}, title=HOSTILE)
    page = await visitor.sign_in(account)
    await expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    await button(page, f"Start {HOSTILE}").click()
    await page.wait_for_url("**/app/rooms/*")
    await join_in_writing(page)
    await expect(page.locator(".question-text")).to_have_text(HOSTILE)
    room_id = page.url.rsplit("/", 1)[-1]
    await account.post("/api/inject-problem", {"room_id": room_id, "problem_text": HOSTILE})
    await expect(page.locator(".problem-text")).to_have_text(HOSTILE)
    await page.get_by_label("Your answer").fill(HOSTILE)
    await page.get_by_label("Your answer").press("Enter")
    await expect(page.locator(".entry.candidate .words")).to_have_text(HOSTILE)
    await end_interview(page)
    assert await page.locator("#page img, #page b").count() == 0
    assert await page.evaluate("window.broken === undefined")


async def test_the_candidate_does_not_see_what_the_interviewer_is_told(visitor: Visitor, account: SignedIn) -> None:
    secret: dict[str, object] = {
        "instructions": "Secretly ask for more",
        "rubric": ["A hidden criterion"],
        "follow_ups": ["Not asked yet"],
    }
    page = await open_room_as(visitor, account, secret)
    await join_in_writing(page)
    for words in (secret["instructions"], "A hidden criterion", "Not asked yet"):
        await expect(page.get_by_text(str(words))).to_have_count(0)


@pytest.mark.parametrize("has_locks", [True, False])
async def test_a_login_that_has_run_out_is_renewed_once_for_all_tabs(
    visitor: Visitor, account: SignedIn, has_locks: bool
) -> None:
    if not has_locks:
        # As on plain HTTP.
        await visitor.context.add_init_script("delete Navigator.prototype.locks")
    page = await visitor.sign_in(account)
    assert await page.evaluate("'locks' in navigator") is has_locks
    requests: list[str] = []
    visitor.context.on("request", lambda request: requests.append(request.url))
    await page.evaluate(
        "() => { const key = 'interview-tracker.login', login = JSON.parse(localStorage[key]);"
        " login.expires_at = 0; localStorage[key] = JSON.stringify(login); }"
    )

    tabs = await asyncio.gather(*(visitor.open("/app/practice") for _ in range(3)))

    for tab in tabs:
        await expect(tab.get_by_text("Nothing yet.")).to_be_visible()
    assert len([url for url in requests if "refresh" in url]) == 1
    assert await page.evaluate("Object.keys(localStorage)") == ["interview-tracker.login"]


async def test_a_login_that_was_ended_elsewhere_leads_to_the_way_in(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("status of 401")
    page = await visitor.sign_in(account)
    change = {"current_password": account.password, "new_password": "another password"}
    assert (await account.post("/api/v1/auth/change-password", change)).status_code == 200

    await page.reload()

    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("path", ["/app/practice", "/app/rooms/{room_id}"])
async def test_a_page_fits_a_phone(visitor: Visitor, account: SignedIn, path: str) -> None:
    page = await open_room_as(visitor, account, {"question": "x" * 200}, {}, {}, {}, {}, {})
    await join_in_writing(page)
    await answer(page, "y" * 200)
    phone = await visitor.open(path.format(room_id=page.url.rsplit("/", 1)[-1]))
    await phone.set_viewport_size(PHONE)
    await expect(phone.get_by_role("heading").first).to_be_visible()

    await until(lambda: phone.evaluate("document.documentElement.scrollWidth <= 390"))
    assert await violations(phone) == []


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a sound as loud as speech, for the browser to take for a microphone's."""
    path = tmp_path_factory.mktemp("sound") / "voice.wav"
    rate = 48_000
    samples = [
        int(12_000 * math.sin(2 * math.pi * 220 * i / rate) * (0.6 + 0.4 * math.sin(2 * math.pi * 3 * i / rate)))
        for i in range(rate * 2)
    ]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path


@asynccontextmanager
async def speaking_at(server: AppServer, speech: Path) -> AsyncIterator[Visitor]:
    """Give a visitor whose browser hears that sound."""
    flags = (*FAKE_MICROPHONE, f"--use-file-for-fake-audio-capture={speech}")
    async with (
        running_browser(*flags) as browser,
        visiting(browser, server.url, permissions=["microphone"]) as somebody,
    ):
        yield somebody


@pytest.fixture
async def speaker(server: AppServer, speech: Path) -> AsyncIterator[Visitor]:
    """Give a visitor of the shared server whose browser hears that sound."""
    async with speaking_at(server, speech) as somebody:
        yield somebody


async def test_the_microphone_is_heard_before_the_interview(speaker: Visitor) -> None:
    page = await speaker.open("/app/")
    await button(page, DEMO_BUTTON).click()
    await button(page, "Use my microphone").click()

    await expect(page.get_by_text("We can hear you.")).to_be_visible()
    assert await page.get_by_label("Microphone level").evaluate("meter => meter.value") > 0.2


async def test_without_voice_on_the_server_the_interview_goes_on_in_writing(speaker: Visitor) -> None:
    speaker.expect_error("status of 50[03]|status of 404")
    page = await speaker.open("/app/")
    unavailable = {"error": {"code": "EXTERNAL_SERVICE_ERROR", "message": "Away"}}
    is_known = asyncio.Event()

    async def refuse(route: Route) -> None:
        await is_known.wait()
        await route.fulfill(status=503, json=unavailable)

    # A server that has just started lets the offer wait until it knows.
    getting_ready = {"ice_servers": [], "interviewer_is_getting_ready": True}
    await page.route("**/ice-servers", lambda route: route.fulfill(json=getting_ready))
    await page.route("**/api/offer", refuse)
    await button(page, DEMO_BUTTON).click()
    await button(page, "Use my microphone").click()
    await button(page, "Join").click()

    await expect(page.get_by_text("The interviewer is getting ready…")).to_be_visible()
    is_known.set()

    await expect(page.get_by_text("Voice is not available right now.")).to_be_visible()
    await expect(button(page, "Pause")).to_be_visible()
    await answer(page, "So I write what I would have said, and it is taken.")


async def test_a_call_waits_for_a_server_that_restarts(speaker: Visitor) -> None:
    speaker.expect_error("status of 50[23]")
    page = await speaker.open("/app/")
    await page.clock.install()
    draining = {"error": {"code": "EXTERNAL_SERVICE_ERROR", "message": "Away", "details": {"reason": "draining"}}}
    await page.route("**/api/offer", lambda route: route.fulfill(status=503, json=draining))
    await button(page, DEMO_BUTTON).click()
    await button(page, "Use my microphone").click()
    await button(page, "Join").click()

    await expect(page.get_by_text("The server is restarting.")).to_be_visible()
    await expect(button(page, "Pause")).to_be_visible()
    await answer(page, "Meanwhile I write what I would have said, and it is taken.")
    # A proxy that finds no server.
    await page.unroute("**/api/offer")
    await page.route("**/api/offer", lambda route: route.fulfill(status=502, body="Bad gateway"))
    async with page.expect_response("**/api/offer"):
        await page.clock.fast_forward(5000)
    await page.unroute("**/api/offer")
    await page.clock.fast_forward(5000)
    await expect(page.get_by_text("You are in a voice call.")).to_be_visible(timeout=20_000)


async def test_a_refused_microphone_is_told_in_a_sentence(visitor: Visitor) -> None:
    page = await visitor.open("/app/")
    await button(page, DEMO_BUTTON).click()
    await button(page, "Use my microphone").click()

    await expect(page.get_by_role("alert")).to_contain_text("go on without")
    await join_in_writing(page)


NOTE_THE_MICROPHONE = """
const media = navigator.mediaDevices, open = media.getUserMedia.bind(media);
media.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  window.microphone = stream.getAudioTracks()[0];
  return stream;
};
"""


async def test_a_call_connects_and_comes_back_after_a_reload(speaker: Visitor) -> None:
    requests: list[Request] = []
    speaker.context.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - a list's method is refused
    await speaker.context.add_init_script(NOTE_THE_MICROPHONE)
    page = await speaker.open("/app/")
    await page.set_viewport_size(PHONE)
    await button(page, DEMO_BUTTON).click()
    await button(page, "Use my microphone").click()
    await button(page, "Join").click()

    await expect(page.get_by_text("You are in a voice call.")).to_be_visible()
    await expect(button(page, "Pause")).to_be_visible()
    await expect(captions(page).locator(".entry.interviewer").first).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await expect(page.locator(".question-text")).to_be_in_viewport()
    await button(page, "Mute").click()
    await expect(button(page, "Mute")).to_have_attribute("aria-pressed", "true")
    await page.evaluate("window.microphone.dispatchEvent(new Event('mute'))")
    await expect(page.get_by_role("alert").filter(has_text="Your microphone gives no sound.")).to_be_visible()
    await page.evaluate("window.microphone.dispatchEvent(new Event('unmute'))")
    await expect(page.get_by_text("Your microphone gives no sound.")).to_have_count(0)
    await page.evaluate("window.microphone.dispatchEvent(new Event('ended'))")
    await expect(page.get_by_role("alert").filter(has_text="Your microphone is gone.")).to_be_visible()
    await button(page, "Use a microphone again").click()
    await expect(page.get_by_text("Your microphone is gone.")).to_have_count(0)
    assert await page.evaluate("[window.microphone.readyState, window.microphone.enabled]") == ["live", False]
    await expect(page.get_by_text("You are in a voice call.")).to_be_visible()
    # The interviewer does so with its first words; before that they would be put in writing.
    assert not any(request.url.endswith("/timer/start") for request in requests), "the page started the clock"

    await page.reload()
    await expect(page.get_by_text("You are in a voice call.")).to_be_visible()
    await button(page, "Turn the microphone off").click()
    await expect(page.get_by_text("You answer in writing.")).to_be_visible()
    await end_interview(page)


async def test_a_model_that_cannot_be_reached_is_told_and_the_interview_goes_on(speech: Path) -> None:
    nowhere = {"LLM_PROVIDER": "openai", "LLM_BASE_URL": "http://127.0.0.1:9/v1"}
    async with running_server(VOICE_ENABLED="true", **nowhere) as server, speaking_at(server, speech) as visitor:
        requests: list[Request] = []
        visitor.context.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - a list's method is refused
        page = await visitor.open("/app/")
        await button(page, DEMO_BUTTON).click()
        await button(page, "Use my microphone").click()
        patience = page.get_by_label("the interviewer waits")
        await expect(patience).to_have_value("")
        choices = await patience.evaluate("select => [...select.options].map((option) => option.value)")
        assert choices == ["0.7", "", "3"]
        await patience.select_option("three seconds, I speak slowly")
        await button(page, "Join").click()

        # The call starts the clock; before that there is nothing to answer.
        await expect(page.get_by_text("You are in a voice call.")).to_be_visible()
        await expect(captions(page).get_by_text("Hello, and welcome to this short demonstration.")).to_be_visible()
        # Only replies are worded by the model.
        await answer(page, "I am Ada, and I write programs for engines that nobody has built yet.")
        await expect(
            page.get_by_text("The model does not answer in this call. The interviewer goes on by the plan.")
        ).to_be_visible()
        await expect(captions(page).get_by_text("Hello, and welcome to this short demonstration.")).to_be_visible()
        await expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    offers = [request for request in requests if request.method == "POST" and request.url.endswith("/api/offer")]
    assert ['"patience_seconds":3' in (offer.post_data or "") for offer in offers] == [True]


async def test_a_call_from_another_tab_takes_the_room_over(speaker: Visitor, server: AppServer) -> None:
    first = await speaker.open("/app/")
    await button(first, DEMO_BUTTON).click()
    await button(first, "Use my microphone").click()
    await button(first, "Join").click()
    await expect(first.get_by_text("You are in a voice call.")).to_be_visible()
    await nothing_happens(6, because="an interviewer that comes within 5 s of a call is taken for the call's own")

    second = await speaker.open(first.url.removeprefix(server.url))
    await button(second, "Turn the microphone on").click()

    await expect(second.get_by_text("You are in a voice call.")).to_be_visible()
    await expect(first.get_by_text("The call goes on in another tab")).to_be_visible()
    await nothing_happens(3, because="tabs that take a call from each other do so after a second or two")
    await expect(second.get_by_text("You are in a voice call.")).to_be_visible()


RECORD_PEERS = """
window.peers = [];
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...options) { super(...options); window.peers.push(this); }
};
"""
BREAK_CALL = """() => {
  const peer = window.peers.at(-1);
  Object.defineProperty(peer, "connectionState", { get: () => "failed" });
  peer.dispatchEvent(new Event("connectionstatechange"));
}"""


async def test_a_call_that_breaks_is_connected_again(speaker: Visitor, server: AppServer) -> None:
    await speaker.context.add_init_script(RECORD_PEERS)
    page = await speaker.open("/app/")
    await button(page, DEMO_BUTTON).click()
    await button(page, "Use my microphone").click()
    await button(page, "Join").click()
    await expect(page.get_by_text("You are in a voice call.")).to_be_visible()

    await page.evaluate(BREAK_CALL)

    await expect(page.get_by_text("The call was interrupted.")).to_be_visible()
    await expect(page.get_by_text("You are in a voice call.")).to_be_visible()
    assert await page.evaluate("window.peers.map(peer => peer.signalingState)") == ["closed", "stable"]
    await nothing_happens(3, because="the call that was given up must not end the new one later")
    await expect(page.get_by_text("You are in a voice call.")).to_be_visible()
