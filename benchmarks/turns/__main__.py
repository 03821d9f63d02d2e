"""``python -m benchmarks.turns``: how well the interviewer takes turns, by patience and turn detection.

Scripted candidates are played into real calls at a real server, several at once. The script is the truth: it says
when an answer is finished, and which sounds are to stop the interviewer. Figures are printed, never asserted:

- talk-overs: pauses of an answer in which the interviewer began to speak; those in mid-sentence apart from those
  between sentences, where nothing tells that more is to come;
- false ends: answers that were not heard to their end;
- missed ends: answers without a reply within the patience and two seconds more;
- reply: seconds from an answer's last sound, as it was sent, to the first one of the reply, as it was heard;
- stopped by: sounds that made the interviewer fall silent for 0.8 seconds and more;
- interruption to silence: seconds from its first sound, as it was sent, to the beginning of a silence, as heard;
- echo: the longest silence in the interviewer's speech for a peer that sends back what it hears, and its words.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from statistics import median

import asyncpg
import httpx

from app.core.embedded_postgres import EmbeddedPostgres
from app.core.migrations import migrate
from benchmarks.cpu import Cores, family
from benchmarks.servers import Server, running_server
from benchmarks.turns.calls import GRACE_SECONDS, STOP_SECONDS, Candidate, EchoingPeer, Interjected, Pause, Played
from benchmarks.turns.candidates import ANSWERS, Answer, Interjection, interjections, noises

SETTINGS = {
    "VOICE_ENABLED": "true",
    "ALLOW_ANONYMOUS_ROOMS": "true",
    "ALLOW_PRIVATE_ICE_CANDIDATES": "true",
    "MAX_CONNECTIONS": "100",
}
PATIENCES = {"fast": 0.7, "default": 1.2, "slow": 3.0}
CALLS = 4
LONG_PAUSE_SECONDS = 1.0


async def measure_answers(http: httpx.AsyncClient, patience_seconds: float) -> list[Played]:
    """Give every answer, in several calls at once."""
    played: list[Played] = []

    async def give(answers: Iterable[Answer]) -> None:
        candidate = Candidate(http, patience_seconds=patience_seconds)
        try:
            await candidate.call()
            played.extend([await candidate.answer(answer) for answer in answers])
        finally:
            await candidate.peer.close()

    await asyncio.gather(*(give(ANSWERS[number::CALLS]) for number in range(CALLS)))
    return played


async def measure_interjections(http: httpx.AsyncClient, patience_seconds: float) -> list[Interjected]:
    """Play every interjection, in several calls at once, behind an answer: so the candidate's voice is known."""
    done: list[Interjected] = []

    async def interject(sounds: Iterable[Interjection]) -> None:
        candidate = Candidate(http, patience_seconds=patience_seconds)
        try:
            await candidate.call()
            await candidate.answer(ANSWERS[0])
            done.extend([await candidate.interject(sound) for sound in sounds])
        finally:
            await candidate.peer.close()

    sounds = interjections()
    await asyncio.gather(*(interject(sounds[number::CALLS]) for number in range(CALLS)))
    return done


async def measure_noises(http: httpx.AsyncClient, dsn: str, patience_seconds: float) -> list[tuple[str, str]]:
    """Make the noises of a room, and be a peer that echoes."""
    noisy = Candidate(http, patience_seconds=patience_seconds)
    echoing = Candidate(http, patience_seconds=patience_seconds, peer=EchoingPeer)
    try:
        await asyncio.gather(noisy.call(), echoing.call())

        async def make_noises() -> list[str]:
            return [noise.who for noise in noises() if await noisy.make_noise(noise)]

        await noisy.answer(ANSWERS[0])
        answered = await _words_in_log(dsn, noisy.room)
        replied_to, longest = await asyncio.gather(make_noises(), echoing.listen())
    finally:
        await asyncio.gather(noisy.peer.close(), echoing.peer.close())
    return [
        ("noises replied to", ", ".join(replied_to) or "none"),
        ("words of noises", str(await _words_in_log(dsn, noisy.room) - answered)),
        ("echo: longest silence, words", f"{longest:.2f} s, {await _words_in_log(dsn, echoing.room)}"),
    ]


async def _words_in_log(dsn: str, room: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        texts = await connection.fetch(
            "SELECT e.data->>'text' AS text FROM session_events e JOIN interview_sessions s ON s.id = e.session_id "
            "WHERE s.room_id = $1 AND e.type = 'transcript' AND e.data->>'speaker' = 'candidate'",
            room,
        )
    finally:
        await connection.close()
    return sum(len(row["text"].split()) for row in texts)


def figures_of_answers(played: Sequence[Played], patience_seconds: float) -> list[tuple[str, str]]:
    """Return the figures of turn ends, each with its name."""
    pauses = [pause for one in played for pause in one.pauses]
    long = [pause for pause in pauses if pause.seconds >= LONG_PAUSE_SECONDS]
    replies = sorted(one.reply_seconds for one in played if one.reply_seconds is not None)
    missed = sum(seconds > patience_seconds + GRACE_SECONDS for seconds in replies)
    return [
        ("talk-overs in mid-sentence", _share([p for p in long if not p.is_finished_sentence])),
        ("talk-overs between sentences", _share([p for p in pauses if p.is_finished_sentence])),
        ("false ends", f"{sum(one.reply_seconds is None for one in played)} of {len(played)}"),
        ("missed ends", f"{missed} of {len(replies)}"),
        ("reply", f"median {median(replies):.2f} s, worst {replies[-1]:.2f} s" if replies else "-"),
    ]


def figures_of_interjections(done: Sequence[Interjected]) -> list[tuple[str, str]]:
    """Return the figures of interruptions, each with its name."""
    kinds = dict.fromkeys(one.interjection.who for one in done if not one.interjection.stops)
    lines = []
    for kind in kinds:
        of_kind = [one for one in done if one.interjection.who == kind]
        stopped = sum(one.longest_silence_seconds >= STOP_SECONDS for one in of_kind)
        hesitation = max(one.longest_silence_seconds for one in of_kind)
        lines.append((f"stopped by {kind}", f"{stopped} of {len(of_kind)}, longest silence {hesitation:.2f} s"))
    real = [one for one in done if one.interjection.stops]
    ended = [one for one in real if one.longest_silence_seconds >= STOP_SECONDS]
    times = sorted(one.seconds_to_silence for one in ended if one.seconds_to_silence is not None)
    lines.append(("stopped by interruption", f"{len(ended)} of {len(real)}"))
    if times:
        lines.append(("interruption to silence", f"median {median(times):.2f} s, worst {times[-1]:.2f} s"))
    return lines


async def measure(server: Server, dsn: str, patience_seconds: float) -> AsyncIterator[tuple[str, str]]:
    """Yield all figures at one patience, as they come."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as http:
        for line in figures_of_interjections(await measure_interjections(http, patience_seconds)):
            yield line
        for line in figures_of_answers(await measure_answers(http, patience_seconds), patience_seconds):
            yield line
        for line in await measure_noises(http, dsn, patience_seconds):
            yield line


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turns", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--patience", choices=PATIENCES, action="append", help="only this one (default: all)")
    parser.add_argument("--detection", choices=["silence", "smart"], action="append", help="only this one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="it-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        postgres = EmbeddedPostgres(folder)
        postgres.start()
        cores = Cores.available()
        try:
            asyncio.run(migrate(postgres.dsn))
            for detection in options.detection or ["silence", "smart"]:
                settings = SETTINGS | {"VOICE_TURN_DETECTION": detection}
                with running_server("app", postgres.dsn, folder, cores, settings) as server:
                    os.sched_setaffinity(0, cores.load)
                    for child in family(server.pid)[1:]:
                        os.sched_setaffinity(child, cores.load)
                    for patience in options.patience or PATIENCES:
                        print(f"\n{detection}, {patience} ({PATIENCES[patience]} s)", flush=True)
                        asyncio.run(_print(measure(server, postgres.dsn, PATIENCES[patience])))
        finally:
            postgres.stop()


async def _print(figures: AsyncIterator[tuple[str, str]]) -> None:
    async for label, value in figures:
        print(f"  {label:36} {value}", flush=True)


def _share(pauses: Sequence[Pause]) -> str:
    return f"{sum(pause.is_talked_over for pause in pauses)} of {len(pauses)}"


if __name__ == "__main__":
    main()
