"""Loads what ``app.main`` loads, but not itself: see ``forked_server``."""

import uvicorn  # noqa: F401 - loaded for those that are forked

import app.application  # noqa: F401
