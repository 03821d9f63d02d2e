"""Which of the keyless ears and the keyless voice can be used here."""

import structlog

from app.core.config import ConfigurationError, Settings
from app.interview_session.events.events import Service
from app.interview_session.voice.services.model_files import ModelFileError, check_ears, check_voice

log = structlog.get_logger(__name__)


def usable_keyless(settings: Settings) -> frozenset[Service]:
    """Return those of ``EARS`` and ``VOICE`` whose model files are there and whole.

    A provider's ears or voice have the keyless ones in reserve. Without a reserve they work as long as they do not
    fail, so that is a warning. espeak-ng has none, and so asks for nothing of the keyless voice's.

    Raises:
        ConfigurationError: a file of one that was chosen is missing or changed.

    """
    checks = {Service.EARS: (settings.stt_provider, check_ears), Service.VOICE: (settings.tts_provider, check_voice)}
    if settings.tts_provider == "espeak":
        del checks[Service.VOICE]
    usable = set()
    for service, (provider, check) in checks.items():
        try:
            check()
        except ModelFileError as error:
            if provider == "offline":
                raise ConfigurationError(str(error)) from error
            log.warning("voice_reserve_missing", service=service.value, reason=str(error))
        else:
            usable.add(service)
    return frozenset(usable)
