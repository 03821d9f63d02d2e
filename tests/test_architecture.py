"""The laws of the tree: imports go one way, and only one place commits."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.models import Base

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "app"
MODULES = sorted(path for path in APP.rglob("*.py"))

# A layer may import itself and what stands after it in its row.
ALLOWED = {
    "__main__": {"server", "core"},
    "server": {"core"},
    "main": {"application", "configured", "core"},
    "configured": {"interview_session.voice.provider_checks", "core"},
    "application": {"configured", "api", "interview_session", "web", "core"},
    "tools": {"services", "repositories.access", "core"},
    "web": {"api", "core"},
    "interview_session": {"api", "services", "schemas", "repositories", "models", "core"},
    "api": {"services", "schemas", "repositories.access", "repositories.rate_limit_storage", "models", "core"},
    "services": {"repositories", "schemas", "models", "core"},
    "repositories": {"models", "core"},
    "schemas": {"models.enums", "core"},
    "models": {"core"},
    "core": set(),
}

# The floors of the practice room, likewise. What stands beside them (background.py) may import them all.
FLOORS = {
    "api": {
        "history",
        "report",
        "voice",
        "room",
        "conversation.utterance",
        "conversation.meaning",
        "plans",
        "events",
        "background",
    },
    "voice": {"conversation", "room", "plans", "events", "background", "provider_options", "pipecat_log"},
    "history": {"events"},
    "report": {"room", "conversation", "plans", "events", "language_model", "model_answers", "untrusted_material"},
    "room": {"conversation", "plans", "events", "language_model"},
    "conversation": {"plans.plan", "events.events", "untrusted_material"},
    "plans": {"language_model", "model_answers", "untrusted_material"},
    "events": set(),
}
# What floors stand on: it stands beside them and imports none of them.
GROUND = {
    "language_model",
    "model_answers",
    "model_services",
    "pipecat_log",
    "provider_options",
    "untrusted_material",
}
ROOM = APP / "interview_session"


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def layer_of(path: Path) -> str:
    return path.relative_to(APP).parts[0].removesuffix(".py")


def imports_of(tree: ast.AST) -> Iterator[str]:
    """Yield each imported module of our own, without the leading ``app.``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.removeprefix("app.") for name in node.names if name.name.startswith("app."))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "app":
            yield node.module.removeprefix("app.")


def lies_in(allowed: set[str], module: str) -> bool:
    return any(module == entry or module.startswith(entry + ".") for entry in allowed)


def test_imports_go_one_way() -> None:
    offences = []
    for path in MODULES:
        layer = layer_of(path)
        if layer != "__init__":
            allowed = ALLOWED[layer] | {layer}
            offences += [
                f"{path.relative_to(ROOT)} imports app.{module}"
                for module in imports_of(tree_of(path))
                if not lies_in(allowed, module)
            ]
    assert offences == []


def test_the_floors_of_the_practice_room_are_entered_from_above() -> None:
    offences = []
    for path in sorted(ROOM.glob("*/**/*.py")):
        floor = path.relative_to(ROOM).parts[0]
        allowed = FLOORS[floor] | {floor}
        for module in imports_of(tree_of(path)):
            inside = module.removeprefix("interview_session.")
            if inside != module and not lies_in(allowed, inside):
                offences.append(f"{path.relative_to(ROOM)} imports {inside}")
    assert offences == []


@pytest.mark.parametrize("name", sorted(GROUND))
def test_what_the_floors_stand_on_imports_none_of_them(name: str) -> None:
    for module in imports_of(tree_of(ROOM / f"{name}.py")):
        inside = module.removeprefix("interview_session.")
        assert inside == module or inside in GROUND, f"{name} must not import {inside}"


def test_our_packages_are_imported_at_the_top() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{function.lineno} imports {module}"
        for path in MODULES
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for module in imports_of(function)
    ] == []


def test_only_the_database_module_commits() -> None:
    assert {
        str(path.relative_to(APP))
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    } == {"core/database.py"}


# Tables without a `user_id`, and why: whoever spreads users over several databases needs to know where a row goes.
WITHOUT_USER_ID = {
    "users": "its id is the user's",
    "products": "its owner is `owner_id`, but everybody may read all: each database would have the whole table",
    "session_events": "goes with its session, by whose id it is written and read (decision 19)",
    "rate_limits": "counts addresses and names of accounts, before anybody is known",
}


def test_every_table_tells_whose_its_rows_are() -> None:
    tables = Base.metadata.tables.values()

    assert {table.name for table in tables if "user_id" not in table.columns} == set(WITHOUT_USER_ID)


def test_the_guards_see_what_they_guard_against() -> None:
    tree = ast.parse("def f():\n    from app.services.positions import PositionService\nimport app.core.clock\n")
    assert sorted(imports_of(tree)) == ["core.clock", "services.positions"]
