"""Scripts and style sheets of the console, joined so that a page asks for few files.

A browser that speaks HTTP/1.1 has six requests under way. The console is more than a hundred modules, and a phone
waits 150 ms for each trip: to ask for fifty of them takes longer than to receive all. So the modules of a page are
sent as one script, those that its view adds as a second one, and a third when another view is gone to. Each module is
a function of its own in it and runs once, in the order in which the browser would have run it.

The addresses carry a digest of all files, so that what has come once is never asked for again.
"""

import hashlib
import posixpath
import re
from functools import cache

from fastapi import Request, Response

from app.web.files import PATHS, STATIC, StoredFile, stored_file_response
from app.web.headers import IMMUTABLE, REVALIDATED
from app.web.modules import MAIN, in_order, joined_path

ROOM = "room/main.js"
FOLDER = "joined/"
"""Below ``/app/static/``: what is joined, as ``joined/<digest>/<name>``."""

STYLES = {
    "shared.css": ("vendor/pico-indigo-2.1.1.css", "console.css", "console/frame.css"),
    "views.css": (
        "vendor/uplot-1.6.32.css",
        *(
            f"console/{view}/{view}.css"
            for view in (
                "today",
                "add",
                "changes",
                "board",
                "list",
                "position",
                "calendar",
                "statistics",
                "import",
                "settings",
                "practice",
                "session",
            )
        ),
    ),
}
"""The joined style sheets and what they are made of, in the order in which later rules win."""

_TARGET = r"""["'](?P<target>\.[^"']+)["']"""
_NAME = r"[A-Za-z_$][\w$]*"
_IMPORT = re.compile(
    rf"^[ \t]*import\s*(?:(?P<names>\{{[^}}]*\}}|{_NAME})\s*from\s*)?{_TARGET};?"
    rf"|(?<=;)import(?P<more_names>\{{[^}}]*\}})from{_TARGET.replace('target', 'more_target')};?",
    re.MULTILINE,
)
_PASSED_ON = re.compile(rf"(?:^|(?<=;))export\s*(?P<names>\*|\{{[^}}]*\}})\s*from\s*{_TARGET};?", re.MULTILINE)
_LISTED = re.compile(r"(?:^|(?<=[;}]))export\s*(?P<names>\{[^}]*\});?", re.MULTILINE)
_DECLARED = re.compile(rf"^export (?P<rest>(?:async )?(?:function|const|class) (?P<name>{_NAME}))", re.MULTILINE)
_DEFAULT = re.compile(r"(?:^|(?<=[;}]))export default\b", re.MULTILINE)
_LATER = re.compile(r"""\bimport\(["'](?P<target>\.[^"']+)["']\)""")
_LEFT = re.compile(r"^(?:import|export)\b[^(]", re.MULTILINE)


class ModuleFormError(Exception):
    """A module imports or exports in a form that joining does not know."""


def address_of(name: str) -> str:
    """Return the address of a joined file: an entry's or a view's module, or one of ``STYLES``."""
    return f"/app/static/{FOLDER}{_digest()}/{name}"


def joined_response(path: str, request: Request) -> Response | None:
    """Return the answer with what is joined at a path below ``FOLDER``; None where there is nothing.

    While another version is put in its place, a page may ask the one for files of the other. It gets what is here,
    but not to keep.
    """
    digest, _, name = path.partition("/")
    is_known = name in STYLES or (name in PATHS and name.endswith(".js") and not name.startswith("vendor/"))
    if not is_known:
        return None
    return stored_file_response(name, _joined(name), IMMUTABLE if digest == _digest() else REVALIDATED, request)


@cache
def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in PATHS if path.endswith((".js", ".css"))):
        digest.update(path.encode())
        # These carry their version in their name.
        if not path.startswith("vendor/"):
            digest.update((STATIC / path).read_bytes())
    return digest.hexdigest()[:16]


@cache
def _joined(name: str) -> StoredFile:
    if name in STYLES:
        return StoredFile.of(b"\n".join((STATIC / path).read_bytes() for path in STYLES[name]))
    return StoredFile.of(joined_script(name).encode())


def joined_script(entry: str) -> str:
    """Return one module that runs another with all that it imports, and exports what that one does.

    All but the main modules share the modules of the page's main one, which has run before.

    Raises:
        ModuleFormError: one of them has a form of import or export that is not known here.

    """
    main = ROOM if entry == ROOM else MAIN
    if entry == main:
        names = in_order(entry)
        head = "export const modules = new Map();"
    else:
        there = set(in_order(main))
        names = tuple(name for name in in_order(entry) if name not in there)
        head = f'import {{ modules }} from "{_relative(main, entry)}";'
    parts = [head, *(_defined(name, entry) for name in names)]
    exported = _exports_of(entry)
    if exported and entry != main:
        parts.append(f"export const {{ {', '.join(exported)} }} = modules.get({_quoted(entry)});")
    return "\n".join(parts)


def _defined(name: str, entry: str) -> str:
    body, exports = _as_function_body(name, entry)
    return (
        f"if (!modules.has({_quoted(name)})) modules.set({_quoted(name)}, (() => {{\n"
        f"{body}\nreturn {{ {', '.join(exports)} }};\n}})());"
    )


def _exports_of(name: str) -> list[str]:
    text = (STATIC / name).read_text(encoding="utf-8")
    return [match["name"] for match in _DECLARED.finditer(text)]


def _as_function_body(name: str, entry: str) -> tuple[str, list[str]]:
    """Return a module's text without imports and exports, and what it returns as members of an object."""
    text = (STATIC / name).read_text(encoding="utf-8")
    exports: list[str] = []

    def imported(match: re.Match[str]) -> str:
        names = match["names"] or match["more_names"]
        if names is None:
            return ""
        names = names.replace(" as ", ": ") if names.startswith("{") else f"{{ default: {names} }}"
        return f"const {names} = {_module(name, match['target'] or match['more_target'])};"

    def passed_on(match: re.Match[str]) -> str:
        module = _module(name, match["target"])
        if match["names"] == "*":
            exports.append(f"...{module}")
        else:
            exports.extend(f"{to}: {module}.{of}" for of, to in _pairs(match["names"]))
        return ""

    def listed(match: re.Match[str]) -> str:
        exports.extend(f"{to}: {of}" for of, to in _pairs(match["names"]))
        return ""

    def declared(match: re.Match[str]) -> str:
        exports.append(match["name"])
        return match["rest"]

    def by_default(_match: re.Match[str]) -> str:
        exports.append("default: theDefault")
        return "const theDefault ="

    def later(match: re.Match[str]) -> str:
        target = joined_path(name, match["target"])
        address = f"/app/static/{target}" if target.startswith("vendor/") else _relative(target, entry)
        return f'import("{address}")'

    for pattern, replaced in (
        (_IMPORT, imported),
        (_PASSED_ON, passed_on),
        (_LISTED, listed),
        (_DECLARED, declared),
        (_DEFAULT, by_default),
        (_LATER, later),
    ):
        text = pattern.sub(replaced, text)
    if left := _LEFT.search(text):
        raise ModuleFormError(f"{name} imports or exports in a form that cannot be joined: {left[0]!r}")
    return text, exports


def _module(importer: str, target: str) -> str:
    return f"modules.get({_quoted(joined_path(importer, target))})"


def _pairs(names: str) -> list[tuple[str, str]]:
    """Return what an export list names: each name inside the module, and the one outside."""
    parts = [part.split() for part in names.strip("{}").split(",") if part.strip()]
    return [(part[0], part[-1]) for part in parts]


def _relative(target: str, source: str) -> str:
    path = posixpath.relpath(target, posixpath.dirname(source))
    return path if path.startswith(".") else f"./{path}"


def _quoted(name: str) -> str:
    return f'"{name}"'
