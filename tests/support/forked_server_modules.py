"""Loads what ``app.main`` loads, but leaves itself to be loaded: see ``forked_server``."""

import sys

import uvicorn  # noqa: F401 - loaded for those that are forked

import app
import app.main

del sys.modules["app.main"], app.main
