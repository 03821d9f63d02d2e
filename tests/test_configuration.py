"""Settings: where they come from, what they refuse, and that each is documented."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.config import PROJECT_ROOT, ConfigurationError, Settings, load_settings

KEY = "k" * 32


@pytest.fixture
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder without a .env, and without settings in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [*Settings.model_fields, "env", "secrets_dir"]:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


@pytest.fixture
def folder_of_secrets(in_empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = in_empty_folder / "secrets"
    folder.mkdir()
    monkeypatch.setenv("SECRETS_DIR", str(folder))
    return folder


def test_local_needs_nothing(in_empty_folder: Path) -> None:
    settings = load_settings()

    assert settings.environment == "local"
    assert settings.auto_migrate
    assert settings.api_docs_enabled
    assert settings.database_url is None


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_profile(
    in_empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (in_empty_folder / ".env").write_text("AUTO_MIGRATE=false\nJWT_EXPIRE_MINUTES=5\nDATABASE_URL=\n")
    monkeypatch.setenv("JWT_EXPIRE_MINUTES", "7")

    settings = load_settings()

    assert settings.auto_migrate is False
    assert settings.jwt_expire_minutes == 7
    assert settings.database_url is None


def test_dotenv_may_choose_the_profile(in_empty_folder: Path) -> None:
    (in_empty_folder / ".env").write_text(f"ENV=production\nDATABASE_URL=postgresql://db/x\nJWT_SECRET_KEY={KEY}\n")

    settings = load_settings()

    assert settings.is_production
    assert settings.api_docs_enabled is False
    assert settings.auto_migrate is False
    assert settings.log_format == "json"


def test_the_profile_has_a_second_name_and_the_first_one_wins(
    in_empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (in_empty_folder / ".env").write_text(f"DATABASE_URL=postgresql://db/x\nJWT_SECRET_KEY={KEY}\n")
    monkeypatch.setenv("ENVIRONMENT", "production")
    assert load_settings().is_production

    monkeypatch.setenv("ENV", "local")
    assert not load_settings().is_production


def test_secrets_may_be_files_and_the_environment_wins_over_them(
    in_empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENV", "production")
    monkeypatch.setenv("SECRETS_DIR", str(in_empty_folder))
    monkeypatch.setenv("TURN_SHARED_SECRET", "of the environment")
    for name, value in {
        "database_url": "postgresql://db/x",
        "jwt_secret_key": KEY,
        "turn_shared_secret": "s",
    }.items():
        (in_empty_folder / name).write_text(value + "\n")

    settings = load_settings()

    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://db/x"
    assert settings.jwt_secret_key is not None
    assert settings.jwt_secret_key.get_secret_value() == KEY
    assert settings.turn_shared_secret is not None
    assert settings.turn_shared_secret.get_secret_value() == "of the environment"


def test_a_secret_may_be_a_link_as_kubernetes_makes_it(folder_of_secrets: Path) -> None:
    (folder_of_secrets / "..2026_01_31").mkdir()
    (folder_of_secrets / "..2026_01_31" / "METRICS_TOKEN").write_text("t" * 20 + "\r\n")
    (folder_of_secrets / "..data").symlink_to("..2026_01_31")
    (folder_of_secrets / "METRICS_TOKEN").symlink_to("..data/METRICS_TOKEN")

    token = load_settings().metrics_token

    assert token is not None
    assert token.get_secret_value() == "t" * 20


def test_an_empty_file_says_nothing_and_one_that_no_setting_is_named_after_is_not_read(
    folder_of_secrets: Path,
) -> None:
    for name in ("jwt_secret_key", "metrics_token", "database_url"):
        (folder_of_secrets / name).write_text("\n")
    (folder_of_secrets / "postgres_password").write_bytes(b"\xff")
    (folder_of_secrets / "kubernetes.io").mkdir()

    settings = load_settings()

    assert (settings.jwt_secret_key, settings.metrics_token, settings.database_url) == (None, None, None)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        # Docker makes a folder where the file that is to be mounted is missing.
        (Path.mkdir, "is not a file"),
        (os.mkfifo, "is not a file"),
        (lambda path: path.symlink_to("nowhere"), "cannot be read (No such file or directory)"),
        (lambda path: path.symlink_to(path.name), "cannot be read (Too many levels of symbolic links)"),
        (lambda path: path.write_bytes(b"hunter2\xff"), "cannot be read (it is not UTF-8)"),
    ],
)
def test_a_secret_that_cannot_be_read_stops_the_start(
    folder_of_secrets: Path, make: Callable[[Path], object], reason: str
) -> None:
    path = folder_of_secrets / "metrics_token"
    make(path)

    with pytest.raises(ConfigurationError, match=re.escape(f"METRICS_TOKEN: {path} {reason}")):
        load_settings()


def test_a_folder_of_secrets_that_is_named_has_to_be_one(
    in_empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRETS_DIR", str(in_empty_folder / "typo"))

    with pytest.raises(ConfigurationError, match="typo is not a folder"):
        load_settings()


def test_a_dotenv_that_is_no_text_stops_the_start(in_empty_folder: Path) -> None:
    (in_empty_folder / ".env").write_bytes(b"LLM_MODEL=\xff")

    with pytest.raises(ConfigurationError, match=re.escape(".env cannot be read (it is not UTF-8)")):
        load_settings()


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"ENV": "production", "JWT_SECRET_KEY": KEY}, "DATABASE_URL must be set in production"),
        (
            {"ENV": "production", "DATABASE_URL": "postgresql://db/x", "JWT_SECRET_KEY": KEY[:-1]},
            "JWT_SECRET_KEY must be at least 32 bytes in production",
        ),
        ({"ENV": "staging"}, "ENV must be local or production, not 'staging'"),
        ({"ENVIRONMENT": "staging"}, "ENVIRONMENT must be local or production, not 'staging'"),
        ({"METRICS_TOKEN": "t" * 501}, "METRICS_TOKEN: must be 16 to 500 letters"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://"}, "OTEL_EXPORTER_OTLP_ENDPOINT: must be an address"),
        ({"LLM_BASE_URL": "http://u:hunter2@[::1"}, "LLM_BASE_URL: must be an address"),
        ({"PUBLIC_URL": "http://u:hunter2@a:99999"}, "PUBLIC_URL: must be an address"),
        ({"PUBLIC_URL": "https://a b"}, "PUBLIC_URL: must be an address"),
        ({"DATABASE_POOL_SIZE": "0"}, "DATABASE_POOL_SIZE: "),
        ({"RATE_LIMIT_REQUESTS_PER_USER": "often"}, "RATE_LIMIT_REQUESTS_PER_USER: "),
        ({"TRUSTED_PROXIES": "10.0.0.0/8,nonsense"}, "TRUSTED_PROXIES: "),
        ({"LLM_PROVIDER": "openai"}, "LLM_API_KEY must be set for LLM_PROVIDER=openai"),
        ({"LLM_PROVIDER": "parrot"}, "LLM_PROVIDER: "),
        (
            {"STT_PROVIDER": "deepgram", "STT_BASE_URL": "http://localhost"},
            "STT_API_KEY must be set for STT_PROVIDER=deepgram",
        ),
        (
            {"LLM_PROVIDER": "google", "LLM_API_KEY": "k", "LLM_BASE_URL": "localhost:8080"},
            "LLM_BASE_URL: ",
        ),
        ({"TTS_PROVIDER": "cartesia", "TTS_API_KEY": "k"}, "TTS_VOICE must be set for TTS_PROVIDER=cartesia"),
        ({"TURN_SERVERS": "turn:localhost:3478"}, "TURN_SHARED_SECRET must be set with TURN_SERVERS"),
        ({"DATABASE_URL": "mysql://u:hunter2@db/x"}, "DATABASE_URL: must begin with postgresql://"),
        ({"DATABASE_URL": "junk"}, "DATABASE_URL: must begin with postgresql://"),
        ({"DATABASE_URL": "postgresql://u:p@db:hunter2/x"}, "DATABASE_URL: must have the form postgresql://"),
        ({"DATABASE_DIRECT_URL": "junk"}, "DATABASE_DIRECT_URL: must begin with postgresql://"),
        ({"STUN_SERVERS": "banana"}, "STUN_SERVERS: must each have the form stun:host:3478"),
        ({"STUN_SERVERS": "stun:a, turn:b"}, "STUN_SERVERS: must each"),
        ({"STUN_SERVERS": "stun:a?transport=udp"}, "STUN_SERVERS: must each"),
        ({"STUN_SERVERS": "stun://a"}, "STUN_SERVERS: must each"),
        (
            {"TURN_SERVERS": "banana", "TURN_SHARED_SECRET": "s"},
            "TURN_SERVERS: must each have the form turn:host:3478?transport=udp",
        ),
        ({"TURN_SERVERS": "turn:a?transport=sctp", "TURN_SHARED_SECRET": "s"}, "TURN_SERVERS: must each"),
        ({"CORS_ORIGINS": "foo"}, "CORS_ORIGINS: must each be * or begin with http:// or https:// and have no path"),
        ({"CORS_ORIGINS": "https://a.example, https://b.example/"}, "CORS_ORIGINS: must each"),
        ({"MAX_CONNECTIONS": "many"}, "MAX_CONNECTIONS: must be a whole number"),
        ({"MAX_CONNECTIONS": "1.5"}, "MAX_CONNECTIONS: must be a whole number"),
        ({"MAX_CONNECTIONS": "0"}, "MAX_CONNECTIONS: must be greater than or equal to 1"),
        ({"JWT_EXPIRE_MINUTES": "long"}, "JWT_EXPIRE_MINUTES: must be a number"),
        ({"RATE_LIMIT_ENABLED": "perhaps"}, "RATE_LIMIT_ENABLED: must be true or false"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(
    in_empty_folder: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], sentence: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError) as raised:
        load_settings()

    assert str(raised.value).startswith(sentence)
    assert "\n" not in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://u:p@db:5432/x"),
        ("DATABASE_URL", "postgres://db/x"),
        ("DATABASE_URL", "postgresql+asyncpg://u:p@db/x?ssl=require"),
        ("DATABASE_URL", "postgresql://u@/x?host=/run/postgresql"),
        ("STUN_SERVERS", "stun:a.example, stuns:b.example:5349"),
        ("TURN_SERVERS", "turn:a.example, turns:b.example:5349?transport=tcp, turn:c:3478?transport=udp"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "http://localhost:3000, https://a.example"),
    ],
)
def test_a_right_setting_is_taken(
    in_empty_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("TURN_SHARED_SECRET", "s")
    monkeypatch.setenv(name, value)

    taken = getattr(load_settings(), name.lower())

    assert (", ".join(taken) if isinstance(taken, list) else taken.get_secret_value()) == value


def test_lists_are_separated_by_commas(in_empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example, https://b.example,")
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8,::1/128")
    monkeypatch.setenv("JWT_PREVIOUS_SECRET_KEYS", "one,two")

    settings = load_settings()

    assert settings.cors_origins == ["https://a.example", "https://b.example"]
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert [key.get_secret_value() for key in settings.jwt_previous_secret_keys] == ["one", "two"]


@pytest.mark.parametrize(("given", "meant"), [("~/data", "home/data"), ("data", "data"), ("other/../data", "data")])
def test_the_data_folder_is_one_place_for_all_who_use_it(
    in_empty_folder: Path, monkeypatch: pytest.MonkeyPatch, given: str, meant: str
) -> None:
    monkeypatch.setenv("HOME", str(in_empty_folder / "home"))
    (in_empty_folder / ".env").write_text(f"DATA_DIR={given}\n")

    assert load_settings().data_dir == in_empty_folder.resolve() / meant


def test_a_data_folder_of_nobody_is_refused(in_empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", "~no-such-user/data")

    with pytest.raises(ConfigurationError, match=r"^DATA_DIR: ~no-such-user/data cannot be found"):
        load_settings()


def test_secrets_are_not_shown() -> None:
    values: dict[str, Any] = {"database_url": "postgresql://u:hunter2@db/x", "jwt_secret_key": "hunter3" * 8}
    assert "hunter" not in repr(Settings(_env_file=None, **values))


def test_every_setting_is_documented_once_with_its_default() -> None:
    page = (PROJECT_ROOT / "docs/configuration.md").read_text()
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", page, re.MULTILINE)
    documented = {name: default.strip().strip("`") for name, default in rows}
    names = {"ENV" if name == "environment" else name.upper() for name in Settings.model_fields}

    assert len(rows) == len(documented)
    assert set(documented) == names
    for name, field in Settings.model_fields.items():
        default = documented["ENV" if name == "environment" else name.upper()]
        if name == "data_dir":
            assert default == ".data"
        elif field.default in (None, []):
            assert default == "–"
        else:
            assert default == (str(field.default).lower() if isinstance(field.default, bool) else str(field.default))


def test_the_example_file_names_only_settings_and_holds_no_secret() -> None:
    lines = [line for line in (PROJECT_ROOT / ".env.example").read_text().splitlines() if line and line[0] != "#"]
    values = dict(line.split("=", 1) for line in lines)

    assert {"ENV", "DATABASE_URL", "JWT_SECRET_KEY"} <= set(values)
    assert {name.lower() for name in values} <= {*Settings.model_fields, "env"}
    assert values["JWT_SECRET_KEY"] == values["DATABASE_URL"] == ""
