"""From the settings to the services of a call: ears and voice, each with a keyless one in reserve."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pipecat.frames.frames import ErrorFrame
from pipecat.pipeline.service_switcher import ServiceSwitcher, ServiceSwitcherStrategyManual
from pipecat.processors.frame_processor import FrameProcessor

from app.core.config import Settings
from app.interview_session.events.events import Service
from app.interview_session.voice.services import offline_ears
from app.interview_session.voice.services.ear_service import EarService
from app.interview_session.voice.services.ears import Ears
from app.interview_session.voice.services.espeak_voice import Espeak, EspeakVoice
from app.interview_session.voice.services.hibari_voice import Hibari, HibariVoice
from app.interview_session.voice.services.provider_services import ProviderServices

PROVIDER_SAMPLE_RATE = 24000
MAX_ERRORS = 2
Replaced = Callable[[Service], Awaitable[None]]
_KINDS = (Service.EARS, Service.VOICE)


class Providers:
    """Makes the services of a call.

    Args:
        settings: what was chosen.
        ears: the keyless ears, alone or in reserve; None if a provider's hear and there is no reserve.
        keyless_voice: the same for the voice; espeak-ng is always alone.

    """

    def __init__(self, settings: Settings, ears: Ears | None, keyless_voice: Hibari | Espeak | None) -> None:
        self._settings = settings
        self._ears = ears
        self._keyless_voice = keyless_voice
        self._online = ProviderServices(settings)

    async def start(self) -> None:
        """Load what the services share; see ``ProviderServices.start``."""
        await self._online.start()

    async def close(self) -> None:
        """Close what the services share."""
        await self._online.close()

    def services(self, terms: Sequence[str] = ()) -> "Services":
        """Return new services for a call; the keyless ears lean to ``terms``, the words of its room."""
        settings = self._settings
        ears: list[FrameProcessor] = []
        voice: list[FrameProcessor] = []
        if settings.stt_provider != "offline":
            ears.append(self._online.stt())
        if self._ears:
            ears.append(EarService(self._ears, offline_ears.MODEL, terms))
        if settings.tts_provider not in {"offline", "espeak"}:
            voice.append(self._online.tts())
        if keyless := self._keyless_voice:
            voice.append(EspeakVoice(keyless) if isinstance(keyless, Espeak) else HibariVoice(keyless))
        return Services(_with_reserve(ears), _with_reserve(voice), PROVIDER_SAMPLE_RATE)


@dataclass(slots=True)
class Services:
    """The services of one call; ``sample_rate`` is the voice's."""

    ears: FrameProcessor
    voice: FrameProcessor
    sample_rate: int

    def on_replaced(self, call: Replaced) -> None:
        """Have ``call`` told of each service that its reserve has replaced."""
        for kind in _KINDS:
            if reserve := self._reserve(kind):
                reserve.tell(kind, call)

    def on_slow_voice(self, call: Callable[[], None]) -> None:
        """Have ``call`` told when the keyless voice first keeps this call waiting."""
        for voice in self._voices():
            if isinstance(voice, HibariVoice):
                voice.on_slow = call

    @property
    def is_voice_slow(self) -> bool:
        """Tell whether there is no sound because the keyless voice is at work for other calls."""
        return any(isinstance(voice, HibariVoice) and voice.is_waiting for voice in self._voices())

    @property
    def are_words_due(self) -> bool | None:
        """Tell whether something was said of which the words are still to come; None where the ears do not know."""
        ears = self._active_ears()
        return ears.is_owed_words if isinstance(ears, EarService) else None

    async def finish_hearing(self, seconds: float) -> None:
        """Hear no more, and give ears that know of words to come so much time for them."""
        ears = self._active_ears()
        if isinstance(ears, EarService):
            await ears.finish(seconds)

    def kind_of(self, processor: FrameProcessor | None) -> Service | None:
        """Return what a processor is to the interviewer; None for one that is no service."""
        for kind in _KINDS:
            service: FrameProcessor = getattr(self, kind)
            if processor is service or (isinstance(service, ServiceSwitcher) and processor in service.services):
                return kind
        return None

    async def replace_silent(self) -> bool:
        """Replace a voice that gives no sign; tell whether there was another one."""
        reserve = self._reserve(Service.VOICE)
        return bool(reserve and await reserve.replace())

    def _active_ears(self) -> FrameProcessor:
        reserve = self._reserve(Service.EARS)
        return reserve.active_service if reserve else self.ears

    def _voices(self) -> list[FrameProcessor]:
        voice: Any = self.voice
        return voice.services if isinstance(voice, ServiceSwitcher) else [voice]

    def _reserve(self, kind: Service) -> "Reserve | None":
        switcher = getattr(self, kind)
        return switcher.strategy if isinstance(switcher, ServiceSwitcher) else None


class Reserve(ServiceSwitcherStrategyManual):
    """Goes over to the reserve for the rest of the call once the service has failed for good, or twice."""

    def __init__(self, services: list[FrameProcessor]) -> None:
        super().__init__(services)
        self._errors = 0

    def tell(self, kind: Service, call: Replaced) -> None:
        """Tell of the replacement."""

        async def switched(_strategy: object, _service: object) -> None:
            await call(kind)

        self.add_event_handler("on_service_switched", switched)

    async def handle_error(self, error: ErrorFrame) -> FrameProcessor | None:
        """Count an error of the service at work."""
        self._errors += 1
        if self._errors < MAX_ERRORS and self.active_service.is_usable:
            return None
        return await self.replace()

    async def replace(self) -> FrameProcessor | None:
        """Go over to the reserve; None if that was done before."""
        reserve = self.services[-1]
        return None if self.active_service is reserve else await self._set_active_if_available(reserve)


def _with_reserve(services: list[FrameProcessor]) -> FrameProcessor:
    if len(services) == 1:
        return services[0]
    switcher: ServiceSwitcher[Any] = ServiceSwitcher(services, Reserve)
    return switcher
