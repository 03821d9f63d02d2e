"""The types that the console's modules say of themselves hold, by TypeScript's own check."""

import shutil
import subprocess
from pathlib import Path

from app.web.files import STATIC
from tests.support.npm import installed
from tests.web.console.checks import TOOLS

PACKAGES = {
    "preact-11.2.0": 'export * from "preact";',
    "preact-hooks-11.2.0": 'export * from "preact/hooks";',
    "preact-signals-2.11.4": 'export * from "@preact/signals";',
    "signals-core-1.14.5": 'export * from "@preact/signals-core";',
    "htm-3.1.1": 'export { default } from "htm";',
    "uplot-1.6.32": 'export { default } from "uplot";',
    # It has no exports.
    "sortable-1.15.7": "export {};",
}
"""The vendored files that have types, and where these are."""


def test_the_types_hold(tmp_path: Path) -> None:
    found = _check(tmp_path)
    assert found == ""


def test_a_wrong_type_is_found(tmp_path: Path) -> None:
    wrong = 'import { call } from "./api.js";\nexport const wrong = () => call(1, "/");\n'
    assert "static/lib/wrong.js" in _check(tmp_path, {"lib/wrong.js": wrong})


def _check(folder: Path, more: dict[str, str] | None = None) -> str:
    """Return what the check says of a copy of the modules, with further ones."""
    programs = installed(TOOLS)
    (folder / "node_modules").symlink_to(programs / "node_modules")
    shutil.copy(TOOLS / "tsconfig.json", folder)
    shutil.copytree(STATIC, folder / "static")
    for name, text in PACKAGES.items():
        (folder / "static" / "vendor" / f"{name}.d.ts").write_text(text, encoding="utf-8")
    for path, text in (more or {}).items():
        (folder / "static" / path).write_text(text, encoding="utf-8")
    command = [str(folder / "node_modules" / ".bin" / "tsc"), "--project", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=120).stdout
