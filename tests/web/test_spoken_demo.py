"""The two-minute demo, held aloud by a candidate with another voice than the interviewer's."""

import pytest
from playwright.async_api import Page, expect

from benchmarks.speech.sound import Samples
from benchmarks.speech.voices import HibariVoice, PitchedVoice
from benchmarks.speech.word_errors import word_errors
from tests.support.browsing import FAKE_MICROPHONE, running_browser, visiting
from tests.support.processes import AppServer
from tests.web.candidate_voice import MICROPHONE, CandidateVoice
from tests.web.room_steps import button, current_phase, end_interview

pytestmark = pytest.mark.slow

MOST_WORD_ERRORS = 0.08
PHASES = ("Introduction", "Behavioral", "Closing")
ANSWERS = (
    ("My name is Ada, and I work as a software engineer for a company that makes maps.",),
    (
        "Last month our search was slow, so I measured every query, found one without an index, and added it. "
        "After that a page took two hundred milliseconds instead of three seconds.",
        "I did the measuring and the fix myself, and our customers thanked us the same week.",
    ),
    ("I would like to practise the system design interview, because I have never done one.",),
)
"""To the question of each phase, and to a follow-up in the one that has time for it."""


async def test_what_is_said_aloud_in_the_demo_is_understood(server: AppServer) -> None:
    voice = PitchedVoice(HibariVoice())
    speech = [[voice.say(answer) for answer in answers] for answers in ANSWERS]
    async with (
        running_browser(*FAKE_MICROPHONE) as browser,
        visiting(browser, server.url, permissions=["microphone"]) as visitor,
    ):
        await visitor.context.add_init_script(MICROPHONE)
        page = await visitor.open("/app/")
        await button(page, "Try the two-minute demo without an account").click()
        await button(page, "Use my microphone").click()
        await page.get_by_label("the interviewer waits").select_option("three seconds, I speak slowly")
        await button(page, "Join").click()
        candidate = CandidateVoice(page)
        for number, answers in enumerate(speech, start=1):
            await expect(current_phase(page)).to_contain_text(PHASES[number - 1])
            await candidate.hears_speech_end()
            for answer in answers:
                await say_until_heard(candidate, page, answer)
            # The clock may have gone on to the next phase by itself.
            if number < len(speech) and PHASES[number - 1] in await current_phase(page).inner_text():
                await button(page, "Next question").click()
        await end_interview(page)

        said = " ".join(answer for answers in ANSWERS for answer in answers)
        heard = await words_of(page, "candidate")
    errors = word_errors(said, heard)
    assert errors.rate <= MOST_WORD_ERRORS, (errors, heard)


async def say_until_heard(candidate: CandidateVoice, page: Page, answer: Samples) -> None:
    """Say an answer, and once more, as people do, if a busy machine has broken the line in the middle of it."""
    before = await words_of(page, "candidate")
    for _ in range(2):
        await candidate.say(answer)
        await candidate.hears_speech_end()
        if await words_of(page, "candidate") != before:
            return


async def words_of(page: Page, side: str) -> str:
    return " ".join(await page.locator(f".entry.{side} .words").all_inner_texts())
