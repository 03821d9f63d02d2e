"""Whole interviews from a script of what a candidate types, and when; their transcripts for people to read.

A script has a line for each thing that the candidate does: the seconds until then, and the words, or ``-`` for
silence.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.rooms import Logged, Room, ShiftedTime, interviewer_of, runner_of
from tests.support.waiting import until

FOLDER = Path(__file__).parents[1] / "interview_session" / "interviews"
SILENCE = "-"
INTERVIEWS = ("good", "lost", "hostile")


def script(name: str) -> Iterator[tuple[int, str]]:
    """Yield the seconds that pass before each thing that is typed, and the words."""
    for line in (FOLDER / f"{name}.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            seconds, _, words = line.partition(" ")
            yield int(seconds), words


def introduction(name: str) -> str:
    """Return what a script says of its candidate."""
    return (FOLDER / f"{name}.txt").read_text().splitlines()[0].removeprefix("# ")


async def hold_interview(room: Room, time: ShiftedTime, name: str) -> None:
    """Play a script in a room, in writing, while time passes as it says; at its end let the time run out."""
    await room.act("timer/start")
    began = datetime.fromisoformat((await room.log())[0].data["timestamp"])
    passed = 0.0
    for seconds, words in script(name):
        passed += seconds
        await _let_pass(room, time, began + timedelta(seconds=passed))
        if (await room.row())["ended_at"]:
            return
        if words != SILENCE:
            answered = await room.post("answer", {"text": words})
            assert answered.status_code == 200, answered.text
            # A model's reply, where there is one, comes soon after.
            await until(lambda: not interviewer_of(room.app).is_wording)
    await _let_pass(room, time, None)


def as_markdown(name: str, title: str, log: list[Logged]) -> str:
    """Return a transcript with what each sentence was for, as a page of the docs."""
    began = datetime.fromisoformat(log[0].data["timestamp"])
    lines = [f"# {title}", "", introduction(name), ""]
    for line in log:
        at = datetime.fromisoformat(line.data["timestamp"]) - began
        clock = f"{int(at.total_seconds()) // 60:02}:{int(at.total_seconds()) % 60:02}"
        if line.type in {"phase_started", "phase_changed"}:
            number = line.data.get("new_sequence") or line.data["sequence"]
            reason = ", on the candidate's wish" if line.data.get("reason") == "skipped" else ""
            lines += [f"## Phase {number}: {line.data['question_type'].replace('_', ' ')}{reason}", ""]
        elif line.type == "transcript":
            who = "**Interviewer**" if line.data["speaker"] == "interviewer" else "**Candidate**"
            about = f" {line.data['about']}" if "about" in line.data else ""
            purpose = line.data["purpose"].replace("_", " ")
            lines += [f"`{clock}` {who} <sub>{purpose}{about}</sub>: {plain(line.data['text'])}", ""]
        elif line.type == "interview_completed":
            lines += [f"`{clock}` *The interview is over ({line.data['reason']}).*", ""]
    return "\n".join(lines)


async def _let_pass(room: Room, time: ShiftedTime, until: datetime | None) -> None:
    """Perform whatever becomes due until a time, each at its own moment; with None until the end."""
    for _ in range(200):
        wake_at = (await room.row())["wake_at"]
        if wake_at is None or (until and wake_at > until):
            break
        time.set(wake_at)
        await room.make_due()
        await runner_of(room.app).perform_due()
    if until:
        time.set(until)


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    for sign in "\\`*_<[#":
        text = text.replace(sign, f"\\{sign}")
    return text
