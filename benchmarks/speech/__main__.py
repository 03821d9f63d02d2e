"""Measure how well the keyless voice and ears do their work, and how fast.

The word errors are the same on any machine. The times are those of this one: let it do nothing else. Nothing is
asserted; the exit code is 0 whatever the figures are.
"""

import argparse
import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace

import psutil

from app.interview_session.voice.room_glossary import room_terms
from app.interview_session.voice.services.offline_ears import offline_ears
from benchmarks.cpu import Cores, cpu_seconds, family
from benchmarks.speech.accuracy import by, hear_answers, hear_nothing, hear_voices
from benchmarks.speech.ears import OfflineEar
from benchmarks.speech.second_ear import second_ear
from benchmarks.speech.sound import Samples, seconds_of
from benchmarks.speech.speed import LENGTHS_SECONDS, of_length, seconds_to_sound, seconds_to_text
from benchmarks.speech.tables import Row, error_rows, seconds_row, table
from benchmarks.speech.texts import Trade, interviewer_sentences, trades
from benchmarks.speech.voices import Voice, installed_voices, keyless_voice

SPEAKERS_AT_ONCE = 10
FIRST_SOUND_SECONDS = 0.25
FIRST_SOUND_OF_TEN_SECONDS = 0.6
TEXT_SECONDS = 0.35
TEXT_OF_TEN_SECONDS = 0.4
SECTIONS = ("ears", "voice", "speed")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line asks for, and print each table when it is complete."""
    options = _options(arguments)
    voices = installed_voices()
    spoken = trades()
    sentences = interviewer_sentences()
    spoken = [replace(trade, answers=trade.answers[: options.answers]) for trade in spoken]
    sentences = sentences[:: 6 if options.quick else 1]
    sections: dict[str, Callable[[], None]] = {
        "ears": lambda: _measure_ears(voices, spoken, is_quick=options.quick),
        "voice": lambda: _measure_voice(voices, sentences),
        "speed": lambda: _measure_speed(voices[0], spoken, sentences, is_quick=options.quick),
    }
    for name in options.only or SECTIONS:
        sections[name]()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speech", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the texts, in two minutes")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="only this part; may be repeated")
    parser.add_argument("--answers", type=int, help="of each trade (default: 10; with --quick 1)")
    options = parser.parse_args(arguments)
    options.answers = options.answers or (1 if options.quick else 10)
    return options


def _measure_ears(voices: Sequence[Voice], spoken: Sequence[Trade], *, is_quick: bool) -> None:
    ear = OfflineEar()
    try:
        heard = list(hear_answers(ear, voices, spoken, _terms_of, without_glossary=not is_quick))
        silence = hear_nothing(ear, _terms_of(spoken[0]))
    finally:
        ear.close()
    first = voices[0].name
    for has_glossary in (True, False):
        chosen = [one for one in heard if one.has_glossary is has_glossary]
        if not chosen:
            continue
        clean = [one for one in chosen if one.condition == "clean"]
        own = [one for one in chosen if one.voice == first]
        title = f"Ears: word errors {'with' if has_glossary else 'without'} the room's glossary"
        rows = error_rows(by(clean, lambda one: one.voice), "voice: ")
        rows += error_rows(by(own, lambda one: one.condition), f"{first}, ")
        rows += error_rows(by([one for one in own if one in clean], lambda one: one.trade), "trade: ")
        print(table(title, rows), end="\n\n", flush=True)
    rows = [Row(name, f"{words} words", "0 words", words == 0) for name, words in silence.items()]
    print(table("Ears: nobody speaks for 10 s", rows), end="\n\n", flush=True)


def _measure_voice(voices: Sequence[Voice], sentences: Sequence[str]) -> None:
    ear = second_ear()
    errors = hear_voices(ear, voices, sentences) if ear else {}
    if ear:
        title = f"Voice: word errors of a second ear ({ear.name})"
    else:
        own = OfflineEar()
        errors = hear_voices(own, voices, sentences)
        own.close()
        title = "Voice: word errors of our own ears (no second ear is installed)"
    print(table(title, error_rows(errors)), end="\n\n", flush=True)


def _measure_speed(voice: Voice, spoken: Sequence[Trade], sentences: Sequence[str], *, is_quick: bool) -> None:
    answers = [voice.say(answer) for trade in spoken for answer in trade.answers[: 1 if is_quick else 5]]
    rows = asyncio.run(_speed_of_voice(sentences, repeats=2 if is_quick else 5))
    rows += asyncio.run(_speed_of_ears(answers, is_quick=is_quick))
    print(table(f"Speed and size, each process on core {Cores.available().server}", rows), flush=True)


async def _speed_of_voice(sentences: Sequence[str], *, repeats: int) -> list[Row]:
    async with keyless_voice() as speak:
        child = _pin_children()
        before = cpu_seconds(child)
        audio_bytes = 0

        async def count(text: str) -> None:
            nonlocal audio_bytes
            async for piece in speak(text):
                audio_bytes += len(piece)

        for sentence in sentences:
            await count(sentence)
        cpu = cpu_seconds(child) - before
        alone = await seconds_to_sound(speak, list(sentences) * repeats, speakers=1)
        crowd = await seconds_to_sound(speak, list(sentences) * repeats, speakers=SPEAKERS_AT_ONCE)
        rows = [
            seconds_row("voice: first sound, one speaks", alone, percent=95, most=FIRST_SOUND_SECONDS),
            seconds_row(
                f"voice: first sound, {SPEAKERS_AT_ONCE} begin at once",
                crowd,
                percent=95,
                most=FIRST_SOUND_OF_TEN_SECONDS,
            ),
            Row("voice: CPU per second of speech", f"{cpu / (audio_bytes / 48_000):.3f} s"),
        ]
        return rows + _memory("voice", child)


async def _speed_of_ears(answers: list[Samples], *, is_quick: bool) -> list[Row]:
    ears = offline_ears(1)
    await ears.start()
    try:
        child = _pin_children()
        rows = []
        for length in LENGTHS_SECONDS[: 2 if is_quick else 3]:
            count = max(1, (30 if is_quick else 180) // length)
            speech = [of_length(answers[number % 3 :] + answers[: number % 3], length) for number in range(count)]
            before = cpu_seconds(child)
            times = await seconds_to_text(ears, speech, speakers=1)
            share = (cpu_seconds(child) - before) / sum(map(seconds_of, speech))
            rows.append(seconds_row(f"ears: end of {length} s to text", times, percent=95, most=TEXT_SECONDS))
            rows.append(Row(f"ears: CPU per second of speech, {length} s", f"{share:.3f} s"))
        many = (answers * SPEAKERS_AT_ONCE)[: SPEAKERS_AT_ONCE * (1 if is_quick else 4)]
        times = await seconds_to_text(ears, many, speakers=SPEAKERS_AT_ONCE)
        rows.append(
            seconds_row(f"ears: end to text, {SPEAKERS_AT_ONCE} speak", times, percent=90, most=TEXT_OF_TEN_SECONDS)
        )
        return rows + _memory("ears", child)
    finally:
        await ears.stop()


def _pin_children() -> list[int]:
    """Give the children of this process one core, and this process another; return the children."""
    cores = Cores.available()
    own, *children = family(os.getpid())
    os.sched_setaffinity(own, cores.load)
    for child in children:
        for thread in psutil.Process(child).threads():
            os.sched_setaffinity(thread.id, cores.server)
    return children


def _memory(name: str, children: Sequence[int]) -> list[Row]:
    return [Row(f"{name}: memory", f"{psutil.Process(child).memory_info().rss / 1e6:.0f} MB") for child in children]


def _terms_of(trade: Trade) -> Sequence[str]:
    posting = {"title": trade.name, "company": None, "description": trade.posting}
    return room_terms({"planner_fields": []}, posting)


if __name__ == "__main__":
    main()
