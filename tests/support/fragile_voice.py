"""The keyless voice's child process for tests: it dies when it comes to the word "lethal", once in its sound.

What is in the environment variable ``FRAGILE_VOICE_FOLDER`` are the deaths: a word that is lethal only once leaves a
file there.
"""

import os
from pathlib import Path
from typing import Any

from app.interview_session.voice.services import voice_process

_synthesise, _say = voice_process.synthesise, voice_process._say
_deaths = Path(os.environ["FRAGILE_VOICE_FOLDER"])
_dies_after_messages: list[int] = []


def synthesise(voice: Any, text: str, speed: float) -> bytes:
    """Die, or have the voice die in the middle of its sound, or refuse, as the text says."""
    if "lethal" in text:
        (_deaths / str(os.getpid())).touch()
        os._exit(9)
    if "fragile" in text and not [*_deaths.iterdir()]:
        _dies_after_messages.append(3)
    if "refused" in text:
        raise ValueError(text)
    return _synthesise(voice, text, speed)


def say(pipe: Any, message: bytes) -> None:
    """Send a message, perhaps the last."""
    if _dies_after_messages:
        _dies_after_messages[0] -= 1
        if _dies_after_messages[0] < 0:
            (_deaths / str(os.getpid())).touch()
            os._exit(9)
    _say(pipe, message)


if __name__ == "__main__":
    voice_process.synthesise = synthesise
    voice_process._say = say
    voice_process.main()
