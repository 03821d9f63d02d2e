"""Whisper as the ears of the calls: in one child process, with a model that may have to be downloaded."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import structlog

from app.core.config import ConfigurationError, Settings
from app.interview_session.voice.services.child_process import ChildError, module_environment
from app.interview_session.voice.services.ears import Ears
from app.interview_session.voice.services.local_models import check_whisper_model

log = structlog.get_logger(__name__)

MODULE = "app.interview_session.voice.services.whisper_process"
DOWNLOAD_MODULE = "app.interview_session.voice.services.whisper_download"
ANSWER_SECONDS = 15.0
"""Ears whose text is not there so long after the end of speech count as failing: the reserve is quicker."""

SILENCE_SECONDS = 60.0
"""A large model on a slow CPU takes that long for a piece."""


async def start_whisper(settings: Settings) -> Ears:
    """Download the model if it is not here, and load it.

    Raises:
        ConfigurationError: there is no such model, or it does not load.

    """
    folder = await _folder_of(check_whisper_model(settings))
    arguments = [folder, settings.stt_device, settings.stt_compute_type or "default"]
    ears = Ears(
        "whisper", MODULE, arguments, processes=1, answer_seconds=ANSWER_SECONDS, silence_seconds=SILENCE_SECONDS
    )
    try:
        await ears.start()
    except ChildError as error:
        raise ConfigurationError(f"STT_PROVIDER=whisper: {error}; what it says is above") from None
    return ears


async def _folder_of(name: str) -> str:
    """Return the folder of a model, which may have to be downloaded first, for as long as that takes."""
    if Path(name).is_absolute():
        return name
    log.info("whisper_model_looked_for", model=name)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        DOWNLOAD_MODULE,
        name,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
        env=module_environment(),
    )
    try:
        output, complaints = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        *_, complaint = complaints.decode(errors="replace").strip().splitlines() or ["no such model"]
        raise ConfigurationError(f"STT_MODEL: {complaint}")
    return output.decode().strip()
