"""Servers as Prometheus sees them, and what is told Prometheus and Grafana about them."""

import asyncio
import json
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.core.config import PROJECT_ROOT
from app.core.metrics import PREFIX
from tests.conftest import MakeApp, client_of
from tests.support.processes import AppServer, free_port, scratch_folder
from tests.support.users import sign_up
from tests.support.waiting import until

pytestmark = pytest.mark.slow

MONITORING = PROJECT_ROOT / "deploy/monitoring"
ALERTS, DASHBOARD = MONITORING / "alerts.yaml", MONITORING / "dashboard.json"
METRIC = re.compile(rf"\b(?:{PREFIX}|process|python)_[a-z_]+")
LABELS = re.compile(rf"\b({PREFIX}_[a-z_]+)\{{([^}}]*)\}}")
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


STOP_SECONDS = 10
"""A collector that hangs would be waited for longer, if the end of a process waited for it."""


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[AppServer]:
    """Give a server with a port for its operators, whose collector of traces takes connections and never answers."""
    with scratch_folder() as folder, socket.create_server(("127.0.0.1", 0)) as hanging:
        server = AppServer(
            folder,
            METRICS_PORT=str(free_port()),
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{hanging.getsockname()[1]}",
        )
        try:
            yield await server.ready()
        finally:
            server.stop()


async def metrics_of(server: AppServer) -> str:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{server.settings['METRICS_PORT']}/metrics")
    assert answer.status_code == 200
    return answer.text


async def test_what_the_dashboard_and_the_alerts_name_is_there(server: AppServer) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as web:
        await sign_up(web)
    families = list(text_string_to_metric_families(await metrics_of(server)))
    # A family without a sample has a name all the same.
    names = {family.name + end for family in families for end in ("", "_total", "_bucket", "_count", "_sum")}
    labels: dict[str, set[str]] = {}
    for sample in (sample for family in families for sample in family.samples):
        labels.setdefault(sample.name, set()).update(sample.labels)

    for text in (ALERTS.read_text(), "\n".join(_expressions(json.loads(DASHBOARD.read_text())))):
        named = set(METRIC.findall(text))
        assert len(named) > 10
        assert named <= names
        for metric, matchers in LABELS.findall(text):
            assert set(re.findall(r"(\w+)[=!]", matchers)) <= labels[metric] | {"job"}


async def test_names_are_by_the_rules_and_ours_have_our_prefix(server: AppServer) -> None:
    text = await metrics_of(server)

    families = list(text_string_to_metric_families(text))
    assert {family.name.split("_")[0] for family in families} == {"interview", "process", "python"}
    assert all(family.documentation for family in families)
    assert "_created" not in text
    assert " # {" not in text  # exemplars


@needs_promtool
async def test_promtool_finds_nothing_wrong(server: AppServer) -> None:
    ours = "".join(line for line in (await metrics_of(server)).splitlines(keepends=True) if PREFIX in line)

    for arguments, given in (
        (("check", "metrics"), ours),
        (("check", "rules", str(ALERTS)), ""),
        (("test", "rules", str(MONITORING / "alerts_test.yaml")), ""),
    ):
        status, output = await asyncio.to_thread(_run_promtool, *arguments, given=given)
        assert status == 0, output


def test_every_alert_is_tried() -> None:
    tried = (MONITORING / "alerts_test.yaml").read_text()
    alerts = re.findall(r"- alert: (\w+)", ALERTS.read_text())

    assert len(alerts) == 13
    assert [alert for alert in alerts if f'{{alertname="{alert}"}}' not in tried] == []


async def test_of_two_with_one_port_the_second_serves_its_users_and_gets_the_port_in_the_end(
    server: AppServer, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    port = int(server.settings["METRICS_PORT"])
    async with make_app(metrics_port=port) as app, client_of(app) as web:
        said = capsys.readouterr().out
        assert "metrics_port_in_use" in said
        assert f'"port":{port}' in said
        await sign_up(web)
        await metrics_of(server)

        assert server.stop() < STOP_SECONDS
        assert "traces_given_up" in server.output

        async def answers() -> bool:
            with suppress(httpx.TransportError):
                return "_http_requests_total" in await metrics_of(server)
            return False

        await until(answers)
        assert (await web.get("/health")).status_code == 200


def _run_promtool(*arguments: str, given: str) -> tuple[int, str]:
    command = ["promtool", *arguments]
    result = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=60)
    return result.returncode, result.stdout + result.stderr


def _expressions(part: Any) -> list[str]:
    """Return every query in a dashboard."""
    if isinstance(part, dict):
        own = [value for name, value in part.items() if name in {"expr", "definition"}]
        return own + [found for value in part.values() for found in _expressions(value)]
    return [found for value in part for found in _expressions(value)] if isinstance(part, list) else []
