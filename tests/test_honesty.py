"""The laws of the tests: none sleeps and then looks, and none is one that cannot fail."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
MODULES = sorted(FOLDER.rglob("*.py"))
NAMES = [str(path.relative_to(FOLDER)) for path in MODULES]

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Who may sleep: helpers that wait by a name, and stand-ins for what keeps its own pace.
SLEEPERS = {
    ("support/waiting.py", "until"),
    ("support/waiting.py", "until_blocking"),
    ("support/waiting.py", "nothing_happens"),
    ("support/event_streams.py", "listen"),  # comes back after a while, as a browser does
    ("support/rtvi_client.py", "_ping"),  # once per second, as Pipecat's client does
    ("support/speaking.py", "write_audio_frame"),  # a transport gives sound as fast as it is heard
    ("support/speaking.py", "until_audible"),
    ("support/peer.py", "recv"),  # a microphone gives 50 frames per second
    ("support/openai_stub.py", "transcribe"),  # takes as long as it is told to
    ("chaos/run.py", "_visit"),
    ("chaos/run.py", "_post"),
    ("chaos/run.py", "_report_progress"),
    ("chaos/uptime.py", "watch"),
    ("chaos/victims.py", "rage"),
    ("chaos/victims.py", "_wait_for_the_moment"),
    ("chaos/victims.py", "_look_for_a_held_transaction"),
    ("chaos/victims.py", "_thaw"),
}
CHECKS = {"raises", "fail", "warns", "expect", "until"}
TOO_WIDE = {"Exception", "BaseException", "AssertionError"}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions_in(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def name_called(call: ast.Call) -> str:
    """Return the last part of what is called: ``sleep`` of ``asyncio.sleep(1)``."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def sleeps_in(tree: ast.AST, function: str = "") -> Iterator[tuple[str, int]]:
    """Yield the innermost function and the line of each sleep; to sleep for 0 is to let others run."""
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
        if isinstance(node, ast.Call) and name_called(node) in {"sleep", "wait_for_timeout"}:
            argument = node.args[0] if node.args else None
            if not (isinstance(argument, ast.Constant) and argument.value == 0):
                yield inner, node.lineno
        yield from sleeps_in(node, inner)


@cache
def checking_helpers() -> frozenset[str]:
    """Return the names of all functions outside of tests that check something, or call one that does."""
    callees: defaultdict[str, set[str]] = defaultdict(set)
    checking = set(CHECKS)
    for path in FOLDER.rglob("*.py"):
        for function in functions_in(tree_of(path)):
            if not function.name.startswith("test_"):
                callees[function.name] |= {name_called(call) for call in calls_in(function)}
                if checks_by_itself(function):
                    checking.add(function.name)
    while more := {name for name, called in callees.items() if called & checking} - checking:
        checking |= more
    return frozenset(checking)


def checks_by_itself(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Assert) for inner in ast.walk(node))


def checks_something(test: Function) -> bool:
    return checks_by_itself(test) or any(name_called(call) in checking_helpers() for call in calls_in(test))


def vain_checks_in(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of checks that hold whatever happens, and of what lets a failed one pass."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            if isinstance(node.test, ast.Constant | ast.Tuple | ast.JoinedStr | ast.Lambda | ast.GeneratorExp):
                yield node.lineno
        elif isinstance(node, ast.ExceptHandler):
            if node.type is None or ast.unparse(node.type) in TOO_WIDE:
                yield node.lineno
        elif isinstance(node, ast.Call) and name_called(node) in {"raises", "suppress"}:
            names = {ast.unparse(argument) for argument in node.args}
            if names & TOO_WIDE and not any(keyword.arg == "match" for keyword in node.keywords):
                yield node.lineno


def test_nobody_sleeps_but_helpers_that_say_what_they_wait_for() -> None:
    assert [
        f"{name}:{line} sleeps in {function or 'no function'}"
        for path, name in zip(MODULES, NAMES, strict=True)
        for function, line in sleeps_in(tree_of(path))
        if (name, function) not in SLEEPERS
    ] == []


def test_every_allowed_sleeper_sleeps() -> None:
    found = {
        (name, function)
        for path, name in zip(MODULES, NAMES, strict=True)
        for function, _ in sleeps_in(tree_of(path))
    }
    assert found == SLEEPERS


def test_every_test_checks_something() -> None:
    assert [
        f"{name}:{test.lineno} {test.name}"
        for path, name in zip(MODULES, NAMES, strict=True)
        for test in functions_in(tree_of(path))
        if test.name.startswith("test_") and not checks_something(test)
    ] == []


def test_every_check_can_fail() -> None:
    assert [
        f"{name}:{line}" for path, name in zip(MODULES, NAMES, strict=True) for line in vain_checks_in(tree_of(path))
    ] == []


def test_the_guards_see_what_they_guard_against() -> None:
    sleeping = ast.parse("async def f():\n    await asyncio.sleep(0)\n    await asyncio.sleep(0.1)\ntime.sleep(n)\n")
    assert list(sleeps_in(sleeping)) == [("f", 3), ("", 4)]

    idle, busy, delegating = functions_in(
        ast.parse("def test_a():\n    f()\ndef test_b():\n    assert f()\ndef test_c():\n    assert_envelope(f())\n")
    )
    assert not checks_something(idle)
    assert checks_something(busy)
    assert checks_something(delegating)

    vain = "assert (a, 'b')\ntry:\n    f()\nexcept Exception:\n    pass\nwith pytest.raises(Exception):\n    f()\n"
    assert list(vain_checks_in(ast.parse(vain))) == [1, 4, 6]
