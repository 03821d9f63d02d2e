"""The settings of a start, read and checked before the application is loaded: what is wrong is told at once."""

from app.core.config import ConfigurationError, Settings, load_settings
from app.core.early_log import is_json, write_line
from app.core.tracing import check_tracing
from app.interview_session.voice.provider_checks import check_providers


def configured_settings() -> Settings:
    """Return the settings of this process, or end it with one line on what is wrong with them."""
    try:
        settings = load_settings()
        check_providers(settings)
        check_tracing(settings)
    except ConfigurationError as error:
        raise exit_for(error) from None
    return settings


def exit_for(error: ConfigurationError) -> SystemExit:
    """Return the end of the process with its one line; in JSON that is written here, and not by the interpreter."""
    if not is_json():
        return SystemExit(f"Configuration error: {error}")
    write_line("configuration_error", "critical", error=str(error))
    return SystemExit(1)
