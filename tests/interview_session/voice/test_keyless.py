"""What of the keyless ears and voice is asked for, by what was chosen, and calls without a reserve."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from pipecat.pipeline.service_switcher import ServiceSwitcher
from structlog.testing import capture_logs

from app.core.config import ConfigurationError, Settings
from app.interview_session.events.events import Service
from app.interview_session.voice.gateway import ProcessVoice
from app.interview_session.voice.services import keyless
from app.interview_session.voice.services.espeak_voice import find_library
from app.interview_session.voice.services.hibari_voice import Hibari
from app.interview_session.voice.services.keyless import usable_keyless
from app.interview_session.voice.services.model_files import ModelFileMissingError, check_ears
from app.interview_session.voice.services.offline_ears import offline_ears
from app.interview_session.voice.services.providers import Providers
from tests.conftest import MakeApp
from tests.interview_session.voice.conftest import VOICE

MakeSettings = Callable[..., Settings]
ESPEAK = {"tts_provider": "espeak"}
REMOTE_EARS = {"stt_provider": "openai", "stt_base_url": "http://localhost:1/v1"}
REMOTE_VOICE = {"tts_provider": "openai", "tts_base_url": "http://localhost:1/v1"}
PACKAGE_MISSING = "the package hibari-tts is not installed: "


@pytest.fixture
def no_hibari(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide hibari's package from whoever looks for it."""
    for module in ("provider_checks", "services.model_files"):
        monkeypatch.setattr(f"app.interview_session.voice.{module}.find_spec", _without_hibari)


@pytest.fixture
def no_ears(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have the ears' files looked for in an empty folder."""
    monkeypatch.setattr(keyless, "check_ears", lambda: check_ears(tmp_path))


def _without_hibari(name: str) -> Any:
    return None if name == "hibari" else find_spec(name)


def test_what_is_there_can_be_used(make_settings: MakeSettings) -> None:
    assert usable_keyless(make_settings()) == {Service.EARS, Service.VOICE}
    assert usable_keyless(make_settings(**REMOTE_EARS, **REMOTE_VOICE)) == {Service.EARS, Service.VOICE}
    assert usable_keyless(make_settings(**ESPEAK)) == {Service.EARS}


@pytest.mark.usefixtures("no_hibari")
@pytest.mark.parametrize("others", [{}, REMOTE_EARS])
def test_a_chosen_voice_that_is_missing_is_told(make_settings: MakeSettings, others: dict[str, str]) -> None:
    with pytest.raises(ModelFileMissingError, match=rf"^{PACKAGE_MISSING}install hibari-tts again"):
        usable_keyless(make_settings(**others))


@pytest.mark.usefixtures("no_ears")
@pytest.mark.parametrize("others", [{}, REMOTE_VOICE, ESPEAK])
def test_chosen_ears_that_are_missing_are_told(make_settings: MakeSettings, others: dict[str, str]) -> None:
    with pytest.raises(ModelFileMissingError, match=r"^the model file .*encoder_model.ort is missing: run "):
        usable_keyless(make_settings(**others))


@pytest.mark.usefixtures("no_ears")
async def test_without_the_files_rooms_are_in_writing_unless_a_voice_is_wanted(
    make_settings: MakeSettings,
) -> None:
    runtime = Mock(settings=make_settings(voice_enabled=True))
    with pytest.raises(ConfigurationError, match=r"^VOICE_ENABLED=true, but .*encoder_model.ort is missing: run "):
        await ProcessVoice(runtime, Mock()).start()

    runtime.settings.model_fields_set.discard("voice_enabled")
    voice = ProcessVoice(runtime, Mock())
    with capture_logs() as lines:
        await voice.start()
    assert not voice.is_getting_ready
    assert [line["event"] for line in lines] == ["voice_unavailable"]


@pytest.mark.usefixtures("no_hibari", "no_ears")
def test_a_reserve_that_is_missing_is_a_line_in_the_log(make_settings: MakeSettings) -> None:
    with capture_logs() as lines:
        found = usable_keyless(make_settings(**REMOTE_EARS, **REMOTE_VOICE))

    assert found == frozenset()
    assert [(line["event"], line["service"]) for line in lines] == [
        ("voice_reserve_missing", "ears"),
        ("voice_reserve_missing", "voice"),
    ]
    assert lines[1]["reason"].startswith(PACKAGE_MISSING)


@pytest.mark.usefixtures("no_hibari")
def test_espeak_misses_nothing_without_hibari(make_settings: MakeSettings) -> None:
    with capture_logs() as lines:
        assert usable_keyless(make_settings(**ESPEAK)) == {Service.EARS}

    assert lines == []


async def test_services_of_a_provider_have_a_reserve_only_where_there_is_one(make_settings: MakeSettings) -> None:
    settings = make_settings(**REMOTE_EARS, **REMOTE_VOICE)
    alone = Providers(settings, None, None).services()
    guarded = Providers(settings, offline_ears(1), Hibari()).services()

    assert [isinstance(service, ServiceSwitcher) for service in (alone.ears, alone.voice)] == [False, False]
    assert [isinstance(service, ServiceSwitcher) for service in (guarded.ears, guarded.voice)] == [True, True]
    assert not await alone.replace_silent()


@pytest.mark.slow
@pytest.mark.usefixtures("no_hibari")
@pytest.mark.skipif(find_library() is None, reason="needs espeak-ng")
async def test_an_application_that_speaks_with_espeak_starts_without_hibari(make_app: MakeApp) -> None:
    async with make_app(**VOICE, **ESPEAK) as app:
        assert app.state.voice.calls is not None
