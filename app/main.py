"""The application for a server: ``uvicorn app.main:app``. Says that it starts before it loads what takes seconds."""

from app.core.early_log import announce_start

announce_start()

from app.application import create_configured_app  # noqa: E402

app = create_configured_app()
