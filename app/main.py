"""The application for a server: ``uvicorn app.main:app``. Says that it starts before it loads what takes seconds."""

from app.core.early_log import announce_start

announce_start()

from app.configured import configured_settings  # noqa: E402
from app.core.loading import loading  # noqa: E402

settings = configured_settings()
with loading():
    from app.application import create_app

    app = create_app(settings)
