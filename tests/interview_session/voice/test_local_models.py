"""What a start says about models on this machine that are not there, or not what they should be."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.core.config import ConfigurationError, Settings
from app.interview_session.voice.provider_checks import check_providers
from app.interview_session.voice.services.local_models import check_whisper_model, voice_files

MakeSettings = Callable[..., Settings]


@pytest.fixture
def piper(tmp_path: Path) -> Path:
    """Give a Piper voice of two speakers; nothing here looks into its model."""
    model = tmp_path / "two.onnx"
    model.write_bytes(b"model")
    configuration = {"audio": {"sample_rate": 22050}, "speaker_id_map": {"anna": 0, "ben": 1}}
    model.with_name("two.onnx.json").write_text(json.dumps(configuration))
    return model


@pytest.fixture
def kokoro(tmp_path: Path) -> Path:
    model = tmp_path / "kokoro.onnx"
    model.write_bytes(b"model")
    voices: dict[str, Any] = {"af_heart": np.zeros(1), "bm_george": np.zeros(1)}
    np.savez(tmp_path / "voices-v1.0.npz", **voices)
    return model


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"stt_provider": "whisper"}, "STT_PROVIDER=whisper needs: pip install faster-whisper"),
        ({"tts_provider": "kokoro", "tts_model": "m"}, "TTS_PROVIDER=kokoro needs: pip install kokoro-onnx"),
        ({"tts_provider": "piper", "tts_model": "m"}, "TTS_PROVIDER=piper needs: pip install piper-tts"),
    ],
)
def test_a_missing_package_ends_the_start(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], sentence: str
) -> None:
    monkeypatch.setattr("app.interview_session.voice.provider_checks.find_spec", lambda _: None)
    check_providers(make_settings(voice_enabled=False, **settings))

    with pytest.raises(ConfigurationError, match=f"^{re.escape(sentence)}$"):
        check_providers(make_settings(voice_enabled=True, **settings))


def test_a_missing_model_ends_the_start(make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.interview_session.voice.provider_checks.find_spec", lambda name: name)

    with pytest.raises(ConfigurationError, match=r"^STT_MODEL: there is no folder /nowhere$"):
        check_providers(make_settings(voice_enabled=True, stt_provider="whisper", stt_model="/nowhere"))
    with pytest.raises(ConfigurationError, match=r"^TTS_MODEL: there is no file /nowhere$"):
        check_providers(make_settings(voice_enabled=True, tts_provider="piper", tts_model="/nowhere"))


def test_a_folder_of_whispers_must_be_whole(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(stt_provider="whisper", stt_model=str(tmp_path))
    for missing in ("model.bin", "config.json", "tokenizer.json"):
        with pytest.raises(ConfigurationError, match=f"has no {re.escape(missing)}$"):
            check_whisper_model(settings)
        (tmp_path / missing).touch()

    assert check_whisper_model(settings) == str(tmp_path.resolve())


@pytest.mark.parametrize("name", ["small.en", "Systran/faster-distil-whisper-medium.en"])
def test_a_name_of_whispers_is_left_to_the_library(make_settings: MakeSettings, name: str) -> None:
    assert check_whisper_model(make_settings(stt_provider="whisper", stt_model=name)) == name


def test_piper_has_a_configuration_and_perhaps_speakers(make_settings: MakeSettings, piper: Path) -> None:
    def found(**settings: str) -> Any:
        return voice_files(make_settings(tts_provider="piper", tts_model=str(piper), **settings))

    assert found().sample_rate == 22050
    assert found().speaker == ""
    assert found(tts_voice="ben").speaker == "ben"
    with pytest.raises(ConfigurationError, match=r"^TTS_VOICE: .* no speaker 'carl'; it has anna, ben$"):
        found(tts_voice="carl")

    piper.with_name("two.onnx.json").write_text("[]")
    with pytest.raises(ConfigurationError, match=r"^TTS_MODEL: .* is no configuration of a Piper voice$"):
        found()
    piper.with_name("two.onnx.json").unlink()
    with pytest.raises(ConfigurationError, match=r"^TTS_MODEL: beside two.onnx there is no two.onnx.json$"):
        found()


def test_kokoro_has_a_file_of_voices_beside_it(make_settings: MakeSettings, kokoro: Path) -> None:
    def found(**settings: str) -> Any:
        return voice_files(make_settings(tts_provider="kokoro", tts_model=str(kokoro), **settings))

    assert found().speaker == "af_heart"
    assert found(tts_voice="bm_george").beside.name == "voices-v1.0.npz"
    with pytest.raises(ConfigurationError, match=r"^TTS_VOICE: .* no voice 'x'; it has af_heart, bm_george$"):
        found(tts_voice="x")

    kokoro.with_name("voices-v0.9.bin").write_bytes(b"no archive")
    with pytest.raises(ConfigurationError, match=r"there are several files of voices"):
        found()
    kokoro.with_name("voices-v1.0.npz").unlink()
    with pytest.raises(ConfigurationError, match=r"is no file of Kokoro's voices$"):
        found()
    kokoro.with_name("voices-v0.9.bin").unlink()
    with pytest.raises(ConfigurationError, match=r"there is no file of voices"):
        found()
