"""Figures for Prometheus."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.support.users import SignedIn


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
    before = (await figures(client)).get(("http_requests_total", labels), 0)

    await user.get("/api/v1/positions/00000000-0000-4000-8000-000000000000")

    after = await figures(client)
    assert after[("http_requests_total", labels)] == before + 1
    assert after[("http_request_duration_seconds_count", (("route", labels[1][1]),))] >= 1


async def test_rooms_streams_and_pools_are_there(user: SignedIn, client: httpx.AsyncClient) -> None:
    before = (await figures(client))[("rooms", (("state", "ready"),))]

    await user.post("/api/start-interview", {"room_id": f"m-{user.id}", "mock_interview_id": "two-minute-demo"})

    after = await figures(client)
    assert after[("rooms", (("state", "ready"),))] == before + 1
    assert ("event_streams", ()) in after
    assert after[("database_pool_connections", (("state", "pool_size"),))] == 20
    assert after[("feed_reconnects", ())] >= 0
