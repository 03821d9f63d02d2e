"""Figures for Prometheus."""

import asyncio

import httpx
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from app.core.metrics import PREFIX
from tests.conftest import MakeApp, client_of
from tests.support.users import SignedIn, sign_up


async def figures(client: httpx.AsyncClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_requests_are_counted_by_route_and_status(user: SignedIn, client: httpx.AsyncClient) -> None:
    labels = (("method", "GET"), ("route", "/api/v1/positions/{position_id}"), ("status", "404"))
    before = (await figures(client)).get(("interview_tracker_http_requests_total", labels), 0)

    await user.get("/api/v1/positions/00000000-0000-4000-8000-000000000000")

    after = await figures(client)
    assert after[("interview_tracker_http_requests_total", labels)] == before + 1
    assert after[("interview_tracker_http_request_duration_seconds_count", (("route", labels[1][1]),))] >= 1


async def test_a_method_that_somebody_made_up_makes_no_figure_of_its_own(client: httpx.AsyncClient) -> None:
    await client.request("BREW", "/health")

    methods = {
        dict(labels).get("method")
        for name, labels in await figures(client)
        if name == f"{PREFIX}_http_requests_total"
    }
    assert "other" in methods
    assert "BREW" not in methods


async def test_rooms_streams_and_connections_are_there(user: SignedIn, client: httpx.AsyncClient) -> None:
    before = (await figures(client))[(f"{PREFIX}_rooms", (("state", "ready"),))]

    await user.post("/api/start-interview", {"room_id": f"m-{user.id}", "mock_interview_id": "two-minute-demo"})

    after = await figures(client)
    assert after[(f"{PREFIX}_rooms", (("state", "ready"),))] == before + 1
    assert (f"{PREFIX}_event_streams", ()) in after
    assert after[(f"{PREFIX}_database_connections_max", (("lane", "users"),))] == 20
    assert after[(f"{PREFIX}_feed_reconnects_total", ())] >= 0
    assert after[(f"{PREFIX}_notifications_connected", ())] == 1
    assert after[(f"{PREFIX}_ready", ())] == 1


async def test_waiting_reports_are_counted_with_their_age(make_app: MakeApp) -> None:
    async with make_app() as app, client_of(app) as client:
        await app.state.rooms.reports.stop()
        user = await sign_up(client)
        await user.post("/api/start-interview", {"room_id": "waits", "mock_interview_id": "two-minute-demo"})
        assert (await figures(client))[(f"{PREFIX}_report_jobs", (("state", "waiting"),))] == 0

        await user.post("/api/interview/waits/end")

        after = await figures(client)
        assert after[(f"{PREFIX}_report_jobs", (("state", "waiting"),))] == 1
        assert after[(f"{PREFIX}_report_jobs_oldest_seconds", ())] > 0


async def test_without_the_database_the_other_figures_are_there(make_app: MakeApp) -> None:
    async with make_app(database_pool_timeout_seconds=0.1) as app, client_of(app) as client:
        await figures(client)
        # Nothing can be asked of a pool without connections.
        for lane in app.state.runtime.database.lanes.values():
            await lane.reads.pool.close()

        after = await figures(client)

    assert after[(f"{PREFIX}_ready", ())] == 0
    assert (f"{PREFIX}_rooms", (("state", "ready"),)) not in after
    assert (f"{PREFIX}_database_connections_max", (("lane", "users"),)) in after


async def test_scrapes_that_come_together_share_one_look(app: FastAPI, client: httpx.AsyncClient) -> None:
    looks = 0

    async def look() -> None:
        nonlocal looks
        looks += 1

    app.state.runtime.gauges.add(look)
    await asyncio.gather(*(client.get("/metrics") for _ in range(20)))

    assert looks < 20
