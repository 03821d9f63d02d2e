"""The log before the settings are loaded, and what others write past it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.config import PROJECT_ROOT, load_settings
from app.core.early_log import early_setting, is_json
from app.core.foreign_output import SETTLE, Records

READER = PROJECT_ROOT / "app" / "core" / "foreign_output.py"
PRODUCTION = {
    "ENV": "production",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1/nothing",
    "JWT_SECRET_KEY": "k" * 32,
}


@pytest.fixture
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.upper() in {*PRODUCTION, "ENVIRONMENT", "LOG_FORMAT", "LOG_LEVEL"}:
            monkeypatch.delenv(name)


@pytest.mark.usefixtures("nothing_set")
@pytest.mark.parametrize(
    ("environment", "dotenv"),
    [
        ({}, ""),
        (PRODUCTION, ""),
        ({"LOG_FORMAT": "json", "LOG_LEVEL": "WARNING"}, ""),
        ({"log_format": "json"}, "LOG_FORMAT=human"),
        ({"LOG_FORMAT": ""}, "LOG_FORMAT=json"),
        ({}, "LOG_FORMAT=json\nLOG_LEVEL = ERROR"),
        ({}, "# LOG_FORMAT=human\nexport LOG_FORMAT='json' # in JSON\n"),
        ({}, 'LOG_FORMAT=json\nlog_format="human"'),
        (PRODUCTION, "ENV=local\nLOG_FORMAT=human"),
        ({"ENVIRONMENT": "production", **{name: PRODUCTION[name] for name in PRODUCTION if name != "ENV"}}, ""),
        ({}, "".join(f"{name}={value}\n" for name, value in PRODUCTION.items())),
    ],
)
def test_it_has_the_form_that_the_settings_will_ask_for(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], dotenv: str
) -> None:
    Path(".env").write_text(dotenv)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    settings = load_settings()

    assert is_json() == (settings.log_format == "json")
    assert (early_setting("LOG_LEVEL") or "INFO") == settings.log_level


@pytest.fixture
def reader() -> Iterator["subprocess.Popen[bytes]"]:
    settled, settling = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", READER, str(settling)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[settling],
    )
    os.close(settling)
    process.settled = settled  # type: ignore[attr-defined]
    yield process
    os.close(settled)
    process.kill()
    process.communicate()


def test_whatever_comes_is_put_into_lines(reader: "subprocess.Popen[bytes]") -> None:
    _, said = reader.communicate(b"plain\n\n\xff\x00\x1b[31m\n" + b"x" * 20_000 + b"\nTraceback (most", timeout=20)

    records = [json.loads(line) for line in said.splitlines()]
    assert {(record["event"], record["level"]) for record in records} == {("foreign_output", "warning")}
    texts = [record["text"] for record in records]
    assert texts[:2] == ["plain", "\ufffd\x00\x1b[31m"]
    assert "".join(texts[2:-1]) == "x" * 20_000
    assert texts[-1] == "Traceback (most"


def test_what_came_before_is_out_when_it_says_that_it_has_settled(reader: "subprocess.Popen[bytes]") -> None:
    assert reader.stdin
    assert reader.stderr
    reader.stdin.write(b"  to be continued\n" + SETTLE + b"\n")
    reader.stdin.flush()

    assert os.read(reader.settled, 1) == b""  # type: ignore[attr-defined]
    assert json.loads(reader.stderr.readline())["text"] == "  to be continued"


def test_a_traceback_is_one_record() -> None:
    records = Records()
    lines = ["before", "Traceback (most recent call last):", '  File "a"', "    a()", "ValueError: x", "after"]

    complete = [record for line in lines if (record := records.add(line))]

    assert complete == ["before", "\n".join(lines[1:5])]
    assert records.take() == "after"
    assert records.take() is None


SPEAKER = """
import os, socket, sys
from app.core.early_log import announce_start, write_line
announce_start()
for _ in range(1000):
    write_line("still here")
assert socket.socket().fileno() > 2
os.write(int(sys.argv[1]), b"served")
"""
"""A process that logs, and tells through a descriptor of its own that it came to its end."""


@pytest.mark.parametrize("log_format", ["human", "json"])
@pytest.mark.parametrize("redirection", [">/dev/full", "", ">&-", "<&- >&- 2>&-"])
def test_a_log_that_cannot_be_written_is_no_reason_to_fail(redirection: str, log_format: str) -> None:
    told, telling = os.pipe()
    reading, without_reader = os.pipe()
    os.close(reading)
    result = subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {redirection}', sys.executable, "-c", SPEAKER, str(telling)],
        cwd=PROJECT_ROOT,
        env={"PATH": os.environ["PATH"], "LOG_FORMAT": log_format},
        pass_fds=[telling],
        stdout=without_reader,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=20,
    )
    for descriptor in (telling, without_reader):
        os.close(descriptor)

    assert os.read(told, 100) == b"served"
    os.close(told)
    assert (result.returncode, result.stderr) == (0, "")
