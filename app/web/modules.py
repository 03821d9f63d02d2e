"""Which modules a view of the console is made of, so that its page can ask for all of them at once.

Without it a browser learns of a module when it has read the one that imports it: five trips to the server, one after
the other.
"""

import re
from functools import cache
from pathlib import PurePosixPath

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
def preloads(*modules: str) -> str:
    """Return the links that have a browser load modules with all that they import, each once."""
    links = (f'<link rel="modulepreload" href="/app/static/{name}">' for name in _with_imports(modules))
    return "\n".join(links)


def _with_imports(modules: tuple[str, ...]) -> list[str]:
    found: dict[str, None] = {}
    waiting = [*modules]
    while waiting:
        name = waiting.pop(0)
        if name not in found and name in PATHS:
            found[name] = None
            waiting += _imports_of(name)
    return [*found]


def _imports_of(name: str) -> list[str]:
    text = (STATIC / name).read_text(encoding="utf-8")
    return [_resolved(PurePosixPath(name).parent, target) for target in _STATIC_IMPORT.findall(text)]


def _resolved(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = []
    for part in (folder / target).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
