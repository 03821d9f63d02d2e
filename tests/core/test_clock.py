"""A machine whose clock is wrong keeps the database's time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from app.core import clock
from app.core.clock import TOLERANCE, Clock
from app.core.config import Settings
from app.core.database import Database
from app.repositories import rate_limit_storage
from app.repositories.rate_limit_storage import PostgresStorage
from tests.conftest import MakeApp, NewDatabase, client_of
from tests.support.users import sign_up
from tests.support.waiting import until

SKEWS = [timedelta(seconds=-30), timedelta(seconds=30)]


class WrongTime:
    """What the module ``time`` says on a machine whose clock is wrong."""

    def __init__(self, skew: timedelta) -> None:
        self._skew = skew

    def time(self) -> float:
        return (datetime.now(UTC) + self._skew).timestamp()


@pytest.mark.parametrize("skew", SKEWS)
async def test_what_a_replica_with_a_wrong_clock_dates_is_right(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, skew: timedelta
) -> None:
    monkeypatch.setattr(clock, "process_clock", Clock())
    monkeypatch.setattr("app.core.notifications.process_clock", clock.process_clock)
    for module in ("app.core.clock", "app.core.notifications"):
        monkeypatch.setattr(f"{module}.system_now", lambda: datetime.now(UTC) + skew)
    async with make_app() as app, client_of(app) as client:
        await until(app.state.runtime.notifications.connected.is_set)
        user = await sign_up(client)
        began = datetime.now(UTC)
        position = await user.position()
        path = f"/api/v1/positions/{position['id']}"

        just_now = await user.put(f"{path}/status", {"status": "screening", "occurred_at": began.isoformat()})
        await user.put(f"{path}/status", {"status": "offer"})

        assert just_now.status_code == 200, just_now.text
        changed = (await user.get(path)).json()
        history = (await user.get(f"{path}/history")).json()["history"]
        moments = [
            changed["created_at"],
            changed["updated_at"],
            history[-1]["occurred_at"],
            history[-1]["recorded_at"],
        ]
        for moment in moments:
            # Within a slow machine's work, and far from the skew.
            assert abs(datetime.fromisoformat(moment) - began) < timedelta(seconds=15)


@pytest.mark.parametrize("skew", SKEWS)
async def test_how_long_to_wait_is_right_on_a_wrong_clock(
    new_database: NewDatabase,
    make_settings: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
    skew: timedelta,
) -> None:
    database = Database(await new_database(), make_settings())
    storage, wrong = PostgresStorage(database), WrongTime(skew)
    monkeypatch.setattr(rate_limit_storage, "time", wrong)

    assert await storage.acquire_entry("key", 1, 60)
    oldest, _ = await storage.get_moving_window("key", 1, 60)
    await storage.incr("fixed", 60)
    ends = await storage.get_expiry("fixed")

    assert 45 < oldest + 60 - wrong.time() <= 60
    assert 45 < ends - wrong.time() <= 60
    await database.close()


def test_small_differences_are_left_alone() -> None:
    process_clock, asked_at = Clock(), datetime.now(UTC)

    process_clock.compare(asked_at + TOLERANCE, asked_at=asked_at, answered_at=asked_at)
    assert abs(process_clock.now() - datetime.now(UTC)) < TOLERANCE

    # An answer that took its time may have told it at any moment on its way.
    late = asked_at + timedelta(seconds=2)
    process_clock.compare(late, asked_at=asked_at, answered_at=late)
    assert abs(process_clock.now() - datetime.now(UTC)) < TOLERANCE
