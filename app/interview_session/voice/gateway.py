"""The way from HTTP to the calls, which does not import them: Pipecat takes three seconds to load.

A process with ``VOICE_ENABLED=false``, and so nearly every test, never does.
"""

import asyncio
import time
from importlib import import_module
from typing import Any, Protocol

import structlog

from app.api.runtime import Runtime
from app.core.config import ConfigurationError
from app.core.loading import loading
from app.interview_session.background import Rooms
from app.interview_session.events.events import Service
from app.interview_session.pipecat_log import silence_pipecat
from app.interview_session.voice.memory import memory_taken
from app.interview_session.voice.provider_checks import missing_packages
from app.interview_session.voice.services.keyless import usable_keyless
from app.interview_session.voice.services.model_files import ModelFileMissingError
from app.services.user_context import UserContext

log = structlog.get_logger(__name__)


class Voice(Protocol):
    """The calls of a process, as ``calls.Calls`` has them."""

    @property
    def are_ready(self) -> bool:
        """Tell whether nothing that a call would wait for has to be started."""

    def expect(self) -> None:
        """Have all that a call needs at hand soon."""

    async def ready(self, patience_seconds: float) -> bool:
        """Wait for what a call needs, for so long at most; tell whether it is there."""

    async def offer(
        self,
        session: dict[str, Any],
        *,
        owner: str,
        login: UserContext | None,
        sdp: str,
        kind: str,
        pc_id: str | None,
        restart: bool,
        opens_by_id: bool,
        patience_seconds: float | None,
    ) -> dict[str, str]:
        """Answer a peer's offer."""

    def room_of(self, pc_id: str) -> str | None:
        """Return the room that a live peer is in."""

    def opens_by_id(self, pc_id: str) -> bool:
        """Tell whether to know a live peer's id is enough to add candidates to it."""

    async def add_candidates(self, pc_id: str, candidates: list[dict[str, Any]]) -> None:
        """Hand a peer's candidates on."""

    async def stop(self) -> None:
        """Hang every call up."""


class ProcessVoice:
    """The calls of a process, loaded beside its other work: all else is served while Pipecat and the models come.

    Where a package or a model's file that calls need is not there, as on a platform that it has no wheel for, or
    after ``pip install -r requirements.txt`` alone, there are none: one line in the log, and rooms are in writing.
    Whoever set ``VOICE_ENABLED=true`` is not left without a voice in silence: then the start waits, and is refused.
    """

    def __init__(self, runtime: Runtime, rooms: Rooms) -> None:
        self._runtime = runtime
        self._rooms = rooms
        self._is_wanted = "voice_enabled" in runtime.settings.model_fields_set
        self._opening: asyncio.Task[None] | None = None
        self.calls: Voice | None = None
        rooms.on_expected.append(self.expect)

    @property
    def is_getting_ready(self) -> bool:
        """Tell whether there are no calls yet, but soon: as at the start, and after a time without any."""
        is_opening = self._opening is not None and not self._opening.done()
        return is_opening or (self.calls is not None and not self.calls.are_ready)

    async def start(self) -> None:
        """Begin to load, if calls are to be taken and can be.

        Raises:
            ConfigurationError: a file of a model that was chosen was changed; or ``VOICE_ENABLED=true`` was set, and
                something is missing or does not come up.

        """
        settings = self._runtime.settings
        if not settings.voice_enabled:
            return
        try:
            if missing := missing_packages(settings):
                raise ImportError(f"not installed: {', '.join(missing)}")
            keyless = await asyncio.to_thread(usable_keyless, settings)
        except (ImportError, OSError, ModelFileMissingError) as error:
            self._do_without(error)
            return
        self._opening = asyncio.create_task(self._open(keyless), name="voice_opening")
        if self._is_wanted:
            await self._opening

    def expect(self) -> None:
        """Have all that a call needs at hand soon: somebody has come to a room."""
        if self.calls is not None:
            self.calls.expect()

    async def ready(self, patience_seconds: float) -> Voice | None:
        """Return the calls as soon as they are there; None if they are not, or not in that time."""
        began = time.monotonic()
        if self._opening is not None:
            await asyncio.wait([self._opening], timeout=patience_seconds)
        calls = self.calls
        if calls is None or not await calls.ready(max(0.0, began + patience_seconds - time.monotonic())):
            return None
        return calls

    async def stop(self) -> None:
        """Hang every call up."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self.calls is not None:
            await self.calls.stop()

    async def _open(self, keyless: frozenset[Service]) -> None:
        began = time.monotonic()
        try:
            module = await asyncio.to_thread(_load_calls)
            # Whoever is refused a start without a voice is refused one for what would otherwise be loaded later, too.
            self.calls = await module.open_calls(self._runtime, self._rooms, keyless, loads_all=self._is_wanted)
        except (ImportError, OSError) as error:
            self._do_without(error)
        except ConfigurationError as error:
            if self._is_wanted:
                raise
            self._do_without(error)
        except Exception:
            if self._is_wanted:
                raise
            log.exception("voice_unavailable", remedy="rooms are in writing")
        else:
            seconds = round(time.monotonic() - began, 3)
            log.info("voice_ready", seconds=seconds, **await asyncio.to_thread(memory_taken))

    def _do_without(self, error: Exception) -> None:
        reason = " ".join(str(error).split())
        if self._is_wanted:
            raise ConfigurationError(
                f"VOICE_ENABLED=true, but what a call needs cannot be loaded here ({reason}): see docs/voice.md"
            ) from error
        log.warning("voice_unavailable", reason=reason, remedy="rooms are in writing; see docs/voice.md")


def _load_calls() -> Any:
    silence_pipecat()
    with loading():
        return import_module("app.interview_session.voice.calls.calls")
