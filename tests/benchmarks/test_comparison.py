"""The comparison of servers: what cannot run is left out with a line, and a different answer is found."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import psutil
import pytest

from benchmarks.__main__ import runnable
from benchmarks.comparison import DifferentAnswersError, check_answers
from benchmarks.cpu import cpu_seconds
from benchmarks.dataset import Account
from benchmarks.measure import Sample
from benchmarks.peers import programs
from benchmarks.report import standings
from benchmarks.servers import Server
from benchmarks.workload import KINDS
from tests.support.processes import free_port

ACCOUNT = Account(uuid4(), uuid4(), [uuid4()])
POSITION = {"title": "Engineer", "created_at": "2025-03-01T10:00:00.123456Z", "interviews": [{"outcome": "pending"}]}
BUSY = (
    "import threading; t = threading.Thread(target=sum, args=(range(10**7),)); t.start(); t.join(); print(); input()"
)


@pytest.fixture(autouse=True)
def nothing_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Have no folder of packages, and no registry that answers."""
    nowhere = f"http://127.0.0.1:{free_port()}/"
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name, value in {
        "npm_config_registry": nowhere,
        "npm_config_cache": str(tmp_path / "npm"),
        "npm_config_fetch_retries": "0",
        "UV_DEFAULT_INDEX": nowhere,
        "UV_CACHE_DIR": str(tmp_path / "uv"),
        "UV_HTTP_RETRIES": "0",
    }.items():
        monkeypatch.setenv(name, value)
    programs.peer_command.cache_clear()
    yield
    programs.peer_command.cache_clear()


@contextmanager
def answering(name: str, answers: Mapping[str, Any]) -> Iterator[Server]:
    """Run a server that answers paths that end so, and no others."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = [answer for ending, answer in answers.items() if self.path.endswith(ending)]
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(json.dumps(found[0] if found else {}).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Server(name, server.server_port, 0)
        finally:
            server.shutdown()
            thread.join()


def compare(*answers: Mapping[str, Any]) -> dict[str, list[str]]:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(answering(f"server {number}", of_one)) for number, of_one in enumerate(answers)
        ]
        return {kind: [server.name for server in known] for kind, known in check_answers(servers, [ACCOUNT]).items()}


class TestWhatCanRun:
    def test_without_node_its_peer_is_left_out(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PATH", "")
        assert runnable(["app", "fastify", "floor"]) == ["app", "floor"]
        assert (
            capsys.readouterr()
            .out.splitlines()[0]
            .endswith("left out: fastify, because node, which runs it, is not installed")
        )

    @pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
    def test_without_a_network_so_is_that_of_node(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        assert runnable(["fastify"]) == []
        assert "left out: fastify, because nothing can be downloaded: npm's registry" in capsys.readouterr().out
        assert list(tmp_path.glob("it-npm-*")) == []

    @pytest.mark.skipif(not Path(sys.executable).with_name("uv").exists(), reason="uv is not beside this Python")
    def test_without_a_network_peers_are_left_out(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        assert runnable(["litestar", "app", "django"]) == ["app"]
        said = capsys.readouterr().out.splitlines()
        assert [line.split(" ", 1)[1] for line in said] == [
            f"left out: {name}, because nothing can be downloaded: the index of Python packages is not reached"
            for name in ("litestar", "django")
        ]
        assert list(tmp_path.glob("it-peers-*")) == []


class TestAnswers:
    def test_equal_ones_pass_whatever_the_spelling_of_times(self) -> None:
        other = POSITION | {"created_at": "2025-03-01T11:00:00.123+01:00"}
        path = str(ACCOUNT.position_ids[0])
        known = compare({path: POSITION, "/overview": {"total": 1}}, {path: other})
        assert known == {kind: [] for kind in KINDS} | {"get": ["server 0", "server 1"], "overview": ["server 0"]}

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"title": "Baker"}, "get of server 1, title: 'Baker' instead of 'Engineer'"),
            ({"created_at": "2025-03-01T10:00:00.124Z"}, "created_at"),
            ({"interviews": []}, "interviews"),
            ({"interviews": [{"outcome": "passed"}]}, "interviews, 0, outcome"),
            ({"interviews": [{}]}, "interviews, 0: without outcome"),
        ],
    )
    def test_a_different_one_is_found(self, change: dict[str, Any], told: str) -> None:
        path = str(ACCOUNT.position_ids[0])
        with pytest.raises(DifferentAnswersError, match=told):
            compare({path: POSITION}, {path: POSITION | change})


def test_who_is_ahead_is_told_by_the_figures() -> None:
    costs = {"app": (200.0, 300.0), "floor": (100.0, 350.0), "fastify": (300.0, 150.0), "django": (900.0, 600.0)}
    figures = {(name, "get"): Sample(server, postgres, 1, 1, 1) for name, (server, postgres) in costs.items()}
    assert standings(figures | {("app", "agenda"): Sample(1, 1, 1, 1, 1)}).splitlines()[1:] == [
        "get: ahead floor 0.50; behind fastify 1.50, django 4.50",
        "get, with PostgreSQL: ahead floor 0.90, fastify 0.90; behind django 3.00",
    ]


def test_threads_that_have_ended_are_counted() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        times = psutil.Process(process.pid).cpu_times()
        by_ticks = times.user + times.system
        assert by_ticks - 0.02 < cpu_seconds([process.pid]) < by_ticks + 0.05
        process.kill()
