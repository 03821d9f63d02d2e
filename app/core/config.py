"""The settings: defaults here, secrets from files over them, then ``config/<ENV>.env``, ``.env``, the environment.

``docs/configuration.md`` lists every setting; a test holds the two against each other.
"""

import os
import re
from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import pydantic
from dotenv import dotenv_values
from limits import RateLimitItem, parse
from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from app.core.database_address import read_address
from app.core.time_zones import zone_named

PROJECT_ROOT = Path(__file__).resolve().parents[2]
MIN_KEY_BYTES = 32
SECRETS_DIR = Path("/run/secrets")
"""Where containers find their secrets, one file each; ``SECRETS_DIR`` in the environment names another folder."""

KEYLESS_PROVIDERS = frozenset({"scripted", "ollama", "offline", "whisper", "espeak", "kokoro", "piper"})
"""What runs on this machine, or on a server of one's own that asks for no key."""

_STUN_URI = re.compile(r"stuns?:[^\s?:/@]+(:\d{1,5})?", re.ASCII)
_TURN_URI = re.compile(r"turns?:[^\s?:/@]+(:\d{1,5})?(\?transport=(udp|tcp))?", re.ASCII)
_OPERATOR_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,500}")
"""What may stand in a bearer token, and long enough not to be guessed."""

_ORIGIN = re.compile(r"\*|https?://[^\s/?#@]+")
_PLAIN_WORDS = {
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
}
"""What Pydantic says of a value that it cannot read, in the words of who writes a settings file."""


class ConfigurationError(Exception):
    """The settings do not allow a start; the message is one line that names the setting."""


def _split(value: Any) -> Any:
    """Turn ``a, b`` into a list; blank entries are dropped."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _find_folder(value: Path) -> Path:
    """Return the whole path of a folder, so that all who use it mean the same one, wherever they are started."""
    try:
        return value.expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise ValueError(f"{value} cannot be found ({error})") from error


def _check_rate(value: str) -> str:
    parse(value)
    return value


def _check_web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    try:
        parts = urlsplit(value)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        has_host = False
    if not has_host or any(sign.isspace() for sign in value):
        raise ValueError("must be an address such as https://example.com:443")
    return value.rstrip("/")


def _check_operator_token(value: SecretStr) -> SecretStr:
    if not _OPERATOR_TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("must be 16 to 500 letters, digits and -._~+/=")
    return value


def _check_database_url(value: SecretStr) -> SecretStr:
    read_address(value.get_secret_value())
    return value


def _in_form(pattern: re.Pattern[str], sentence: str) -> AfterValidator:
    """Refuse a list of which an entry does not have the form."""

    def check(values: list[str]) -> list[str]:
        if not all(pattern.fullmatch(value) for value in values):
            raise ValueError(sentence)
        return values

    return AfterValidator(check)


def _check_time_zone(value: str) -> str:
    if zone_named(value) is None:
        raise ValueError("must be a time zone's name (Europe/Berlin)")
    return value


CommaSeparated = Annotated[list[str], NoDecode, BeforeValidator(_split)]
StunServers = Annotated[CommaSeparated, _in_form(_STUN_URI, "must each have the form stun:host:3478")]
TurnServers = Annotated[CommaSeparated, _in_form(_TURN_URI, "must each have the form turn:host:3478?transport=udp")]
Origins = Annotated[
    CommaSeparated, _in_form(_ORIGIN, "must each be * or begin with http:// or https:// and have no path")
]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_check_database_url)]
Networks = Annotated[list[IPv4Network | IPv6Network], NoDecode, BeforeValidator(_split)]
Secrets = Annotated[list[SecretStr], NoDecode, BeforeValidator(_split)]
OperatorToken = Annotated[SecretStr, AfterValidator(_check_operator_token)]
WebAddress = Annotated[str, AfterValidator(_check_web_address)]
ComputeType = Literal[
    "int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16", "float32"
]
"""How CTranslate2 computes; see its page on quantization."""

TimeZoneName = Annotated[str, AfterValidator(_check_time_zone)]

Rate = Annotated[str, AfterValidator(_check_rate)]
"""A rate in the notation of the ``limits`` library: ``10/minute``, ``20/hour``."""


class Settings(BaseSettings):
    """Every setting of the application, read once at start.

    The environment variable of a setting is its name in capitals.
    """

    model_config = SettingsConfigDict(env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore")

    environment: Literal["local", "production"] = Field(
        default="local", validation_alias=AliasChoices("env", "environment")
    )
    data_dir: Annotated[Path, AfterValidator(_find_folder)] = PROJECT_ROOT / ".data"

    database_url: DatabaseUrl | None = None
    database_direct_url: DatabaseUrl | None = None
    auto_migrate: bool = False
    database_pool_size: int = Field(default=10, ge=1, le=500)
    database_read_pool_size: int = Field(default=10, ge=1, le=500)
    database_pool_timeout_seconds: float = Field(default=5, gt=0, le=60)
    database_connect_timeout_seconds: float = Field(default=3, gt=0, le=60)
    database_statement_timeout_seconds: float = Field(default=15, gt=0, le=600)
    database_idle_in_transaction_timeout_seconds: float = Field(default=2, gt=0, le=600)
    database_lock_timeout_seconds: float = Field(default=3, gt=0, le=60)

    jwt_secret_key: SecretStr | None = None
    jwt_previous_secret_keys: Secrets = []
    jwt_expire_minutes: float = Field(default=60, gt=0, le=60 * 24 * 30)
    refresh_token_expire_days: float = Field(default=30, gt=0, le=365)
    login_cache_seconds: float = Field(default=10, ge=0, le=300)
    password_hash_rounds: int = Field(default=12, ge=4, le=18)
    password_hash_concurrency: int = Field(default=2, ge=1, le=64)
    password_hash_wait_seconds: float = Field(default=5, gt=0, le=60)

    default_timezone: TimeZoneName | None = None

    rate_limit_enabled: bool = True
    rate_limit_failed_logins_per_email: Rate = "10/minute"
    rate_limit_failed_logins_per_address: Rate = "50/minute"
    rate_limit_registrations_per_address: Rate = "20/hour"
    rate_limit_requests_per_user: Rate = "1200/minute"
    rate_limit_sign_ins_per_address: Rate = "600/minute"
    rate_limit_anonymous_rooms_per_address: Rate = "100/hour"
    rate_limit_judged_reports_per_user: Rate = "60/day"
    trusted_proxies: Networks = []

    max_requests_in_flight: int = Field(default=8, ge=1)
    max_writes_at_once: int = Field(default=4, ge=1)
    max_imports_at_once: int = Field(default=1, ge=1)
    max_exports_at_once: int = Field(default=1, ge=1)
    max_live_rooms: int = Field(default=20, ge=1)
    max_plans: int = Field(default=500, ge=1)
    max_position_bytes: int = Field(default=1024 * 1024, ge=1024)
    max_stored_bytes: int = Field(default=100 * 1024 * 1024, ge=1024)
    max_document_bytes: int = Field(default=5 * 1024 * 1024, ge=1024, le=100 * 1024 * 1024)
    max_stored_document_bytes: int = Field(default=100 * 1024 * 1024, ge=1024)
    max_voice_peers: int = Field(default=2, ge=1)
    max_anonymous_rooms_per_address: int = Field(default=20, ge=1)
    max_session_events: int = Field(default=5_000, ge=10)
    max_session_log_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)

    allow_anonymous_rooms: bool = False
    session_retention_days: int = Field(default=0, ge=0, le=36_500)
    event_heartbeat_seconds: float = Field(default=30, gt=0, le=300)
    max_event_streams: int = Field(default=10_000, ge=1)
    max_event_streams_per_user: int = Field(default=20, ge=1)
    meaning_enabled: bool = True
    writing_nudge_seconds: float = Field(default=180, gt=0, le=3600)
    voice_nudge_seconds: float = Field(default=45, gt=0, le=3600)
    drain_seconds: float = Field(default=0, ge=0, le=300)
    call_drain_seconds: float = Field(default=0, ge=0, le=6 * 3600)

    voice_enabled: bool = True
    voice_patience_seconds: float = Field(default=1.2, ge=0.2, le=10)
    voice_rtvi_enabled: bool = True
    voice_turn_detection: Literal["silence", "smart"] = "silence"
    max_connections: int = Field(default=10, ge=1, le=1000)
    call_setup_seconds: float = Field(default=15, gt=0, le=120)
    allow_private_ice_candidates: bool = False
    stun_servers: StunServers = []
    turn_servers: TurnServers = []
    turn_shared_secret: SecretStr | None = None
    turn_credential_seconds: int = Field(default=3600, ge=60, le=86400)
    llm_provider: Literal["scripted", "ollama", "openai", "anthropic", "google"] = "scripted"
    llm_model: str | None = None
    llm_api_key: SecretStr | None = None
    llm_base_url: WebAddress | None = None
    stt_provider: Literal["offline", "whisper", "openai", "deepgram", "cartesia", "elevenlabs"] = "offline"
    stt_model: str | None = None
    stt_device: Literal["auto", "cpu", "cuda"] = "auto"
    stt_compute_type: ComputeType | None = None
    stt_api_key: SecretStr | None = None
    stt_base_url: WebAddress | None = None
    tts_provider: Literal["offline", "espeak", "kokoro", "piper", "openai", "deepgram", "cartesia", "elevenlabs"] = (
        "offline"
    )
    tts_model: str | None = None
    tts_voice: str | None = None
    tts_api_key: SecretStr | None = None
    tts_base_url: WebAddress | None = None
    offline_stt_processes: int = Field(default=1, ge=1, le=64)

    public_url: WebAddress | None = None
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024)
    body_timeout_seconds: float = Field(default=30, gt=0, le=600)
    send_timeout_seconds: float = Field(default=20, gt=0, le=300)
    cors_origins: Origins = []
    api_docs_enabled: bool = False

    metrics_token: OperatorToken | None = None
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65535)

    otel_exporter_otlp_endpoint: WebAddress | None = None
    otel_exporter_otlp_traces_endpoint: WebAddress | None = None
    otel_exporter_otlp_protocol: Literal["http/protobuf"] = "http/protobuf"
    otel_traces_exporter: Literal["otlp", "none"] = "otlp"
    otel_service_name: str = "interview-tracker"
    otel_sdk_disabled: bool = False

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["human", "json"] = "json"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read secrets from files by our own rules: Pydantic's take an empty file for a value, and skip a folder."""
        assert isinstance(file_secret_settings, SecretsSettingsSource)
        folder = file_secret_settings.secrets_dir
        secrets = _read_secret_files(Path(str(folder)), settings_cls.model_fields) if folder else {}
        return init_settings, env_settings, dotenv_settings, InitSettingsSource(settings_cls, secrets)

    @property
    def is_production(self) -> bool:
        """Tell whether the process serves strangers."""
        return self.environment == "production"

    @pydantic.model_validator(mode="after")
    def _require_production_secrets(self) -> Self:
        key = self.jwt_secret_key.get_secret_value() if self.jwt_secret_key else ""
        if self.is_production and self.database_url is None:
            raise ValueError("DATABASE_URL must be set in production")
        if self.is_production and len(key.encode()) < MIN_KEY_BYTES:
            raise ValueError(f"JWT_SECRET_KEY must be at least {MIN_KEY_BYTES} bytes in production")
        previous = [old.get_secret_value() for old in self.jwt_previous_secret_keys]
        if self.is_production and any(len(old.encode()) < MIN_KEY_BYTES for old in previous):
            raise ValueError(f"JWT_PREVIOUS_SECRET_KEYS must each be at least {MIN_KEY_BYTES} bytes in production")
        return self

    @pydantic.model_validator(mode="after")
    def _require_what_providers_need(self) -> Self:
        for kind in ("LLM", "STT", "TTS"):
            provider: str = getattr(self, f"{kind.lower()}_provider")
            has_base_url = getattr(self, f"{kind.lower()}_base_url") is not None
            has_key = getattr(self, f"{kind.lower()}_api_key") is not None
            # A server of one's own need not ask for a key.
            if provider not in KEYLESS_PROVIDERS and not has_key and not (provider == "openai" and has_base_url):
                raise ValueError(f"{kind}_API_KEY must be set for {kind}_PROVIDER={provider}")
        if self.tts_provider in {"cartesia", "elevenlabs"} and self.tts_voice is None:
            raise ValueError(f"TTS_VOICE must be set for TTS_PROVIDER={self.tts_provider}")
        if self.tts_provider in {"kokoro", "piper"} and self.tts_model is None:
            raise ValueError(f"TTS_MODEL must name the model's file for TTS_PROVIDER={self.tts_provider}")
        return self

    @pydantic.model_validator(mode="after")
    def _require_turn_secret(self) -> Self:
        if self.turn_servers and self.turn_shared_secret is None:
            raise ValueError("TURN_SHARED_SECRET must be set with TURN_SERVERS")
        return self


def rate(notation: str) -> RateLimitItem:
    """Return a checked rate setting as the item that the rate limiters count by."""
    return parse(notation)


def load_settings() -> Settings:
    """Read the settings of this process.

    Raises:
        ConfigurationError: a value is missing or wrong; one line names the first such setting.

    """
    dotenv = Path(".env")
    chosen = _chosen_profile(dotenv)
    profile = PROJECT_ROOT / "config" / f"{chosen}.env"
    try:
        return Settings(_env_file=(profile, dotenv), _secrets_dir=_secrets_dir(), environment=chosen)
    except OSError as error:
        raise ConfigurationError(f"SECRETS_DIR: {error.filename} cannot be read ({_reason(error)})") from error
    except pydantic.ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        message = _PLAIN_WORDS.get(first["type"]) or first["msg"].removeprefix("Value error, ")
        message = message.replace("Input should be", "must be", 1)
        raise ConfigurationError(f"{name}: {message}" if name else message) from None


def _chosen_profile(dotenv: Path) -> str:
    try:
        in_file = dotenv_values(dotenv)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f".env cannot be read ({_reason(error)})") from error
    for name in ("ENV", "ENVIRONMENT"):
        chosen = os.environ.get(name) or in_file.get(name)
        if chosen in {"local", "production"}:
            return chosen
        if chosen:
            raise ConfigurationError(f"{name} must be local or production, not {chosen!r}")
    return "local"


def _secrets_dir() -> Path | None:
    named = os.environ.get("SECRETS_DIR")
    folder = Path(named or SECRETS_DIR)
    if folder.is_dir():
        return folder
    if named:
        raise ConfigurationError(f"SECRETS_DIR: {named} is not a folder")
    return None


def _read_secret_files(folder: Path, names: Collection[str]) -> dict[str, str]:
    """Return what the files say that have the name of a setting; one that is empty says nothing.

    Raises:
        ConfigurationError: such a file cannot be read. Without it the process could be more open than it should be.

    """
    secrets = {}
    for path in sorted(folder.iterdir()):
        name = path.name.lower()
        if name in names and (secret := _read_secret_file(path)):
            secrets[name] = secret
    return secrets


def _read_secret_file(path: Path) -> str:
    name = path.name.upper()
    try:
        # A pipe would be waited for.
        if path.exists() and not path.is_file():
            raise ConfigurationError(f"{name}: {path} is not a file")
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}: {path} cannot be read ({_reason(error)})") from error


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "it is not UTF-8"
