"""The application for a server: ``uvicorn app.main:app``. Says that it starts before it loads what takes seconds."""

from app.core.early_log import announce_start

announce_start()

from app.configured import configured_settings  # noqa: E402
from app.core.loading import loading  # noqa: E402

OPTIONAL_PARTS = (
    # Our tokens are signed with HS256, for which python-jose needs nothing but the standard library. With these it
    # would take 8 MB, for algorithms that no token may have.
    "jose.backends.cryptography_backend",
    "jose.backends.rsa_backend",
    # Comes with developers' tools. structlog would load it for errors in colours, which we do not show.
    "rich",
)

settings = configured_settings()
with loading(without=OPTIONAL_PARTS):
    from app.application import create_app

    app = create_app(settings)
