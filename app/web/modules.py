"""Which modules a view of the console is made of."""

import posixpath
import re
from functools import cache

from app.web.files import PATHS, STATIC

MAIN = "console/main.js"

_UUID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_VIEWS = [
    (re.compile(pattern), f"console/{module}")
    for pattern, module in (
        ("", "today/today.js"),
        ("board", "board/board.js"),
        ("list", "list/list.js"),
        (f"positions/{_UUID}", "position/position.js"),
        ("add", "add/add_page.js"),
        ("calendar", "calendar/calendar.js"),
        ("statistics", "statistics/statistics.js"),
        ("import", "import/import.js"),
        ("practice", "practice/practice.js"),
        (f"practice/(?:new|{_UUID})", "practice/plan_editor.js"),
        (f"sessions/{_UUID}", "session/session.js"),
        ("settings", "settings/settings.js"),
        ("more", "more.js"),
    )
]
"""The views' addresses below ``/app/`` and their modules, as ``static/console/places.js`` has them."""

_STATIC_IMPORT = re.compile(
    r"""(?:^|;)\s*(?:import\s*|(?:import|export)\b[^"';=]*\bfrom\s*)["'](\.[^"']+)["']""", re.MULTILINE
)


def view_module(path: str) -> str | None:
    """Return the module of the view at a path below ``/app/``; None where there is no view."""
    return next((module for pattern, module in _VIEWS if pattern.fullmatch(path)), None)


@cache
def in_order(module: str) -> tuple[str, ...]:
    """Return a module after all that it imports, in the order in which a browser runs them."""
    found: dict[str, None] = {}
    _add_in_order(module, found)
    return (*found,)


def joined_path(importer: str, target: str) -> str:
    """Return the path of what a module imports by a relative address."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), target))


def _add_in_order(module: str, found: dict[str, None]) -> None:
    text = (STATIC / module).read_text(encoding="utf-8")
    for target in _STATIC_IMPORT.findall(text):
        path = joined_path(module, target)
        if path not in found and path in PATHS:
            _add_in_order(path, found)
    found[module] = None
