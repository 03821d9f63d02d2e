"""The parts of one process, put together once and shared by its requests."""

import asyncio
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from app.api.gauges import Gauges
from app.core.config import Settings
from app.core.database import Database
from app.core.database_errors import NO_FREE_CONNECTION
from app.core.drain import Drain
from app.core.notifications import Notifications
from app.core.passwords import Passwords
from app.core.time_zones import UTC_ZONE, machine_zone, zone_named
from app.core.tokens import AccessTokens, local_signing_key
from app.core.turns import Turns
from app.repositories.access import DataAccess
from app.repositories.rate_limit_storage import PostgresStorage
from app.services.accounts import Credentials
from app.services.health import HealthService
from app.services.holdings import Holdings
from app.services.housekeeping import Housekeeping
from app.services.imports.places import ImportPlaces
from app.services.live_logins import LiveLogins
from app.services.rate_limits import RateLimits
from app.services.work_in_hand import WorkInHand

Service = TypeVar("Service")


class Runtime:
    """What outlives a request: pools, caches, keys and background tasks."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.tokens = AccessTokens(_signing_keys(settings), lifetime_seconds=settings.jwt_expire_minutes * 60)
        self.limits = RateLimits(settings, PostgresStorage(database))
        self.passwords = Passwords(
            rounds=settings.password_hash_rounds,
            concurrency=settings.password_hash_concurrency,
            wait_seconds=settings.password_hash_wait_seconds,
        )
        self.notifications = Notifications(database.connect_directly, database.wake_ups)
        self.live_logins = LiveLogins(
            DataAccess(database.reads),
            ttl_seconds=settings.login_cache_seconds,
            is_listening=self.notifications.connected.is_set,
        )
        self.default_zone = _default_zone(settings)
        self.work = WorkInHand(settings)
        self.holdings = Holdings(settings, database)
        self.heavy_requests = Turns(settings.database_pool_timeout_seconds, NO_FREE_CONNECTION)
        self.credentials = Credentials(settings, self.tokens, self.passwords, self.limits, self.live_logins)
        self.notifications.subscribe(self.live_logins)
        self.health = HealthService(database)
        self.import_places = ImportPlaces()
        self.housekeeping = Housekeeping(database)
        self.drain = Drain(settings.drain_seconds, settings.call_drain_seconds)
        self.drain.before_end.append(database.wake)
        self.slow_creations: set[tuple[UUID, str]] = set()
        self.gauges = Gauges(database, self.notifications, self.health, self.drain)
        self._warm_up: asyncio.Task[None] | None = None
        self._readers: dict[type[Any], Any] = {}

    def reader(self, service: type[Service]) -> Service:
        """Return the one instance of a service that only reads."""
        instance = self._readers.get(service)
        if instance is None:
            instance = self._readers[service] = service(DataAccess(self.database.reads))  # type: ignore[call-arg]
        reader: Service = instance
        return reader

    async def start(self) -> None:
        """Start the background tasks."""
        # Beside the start, which does not wait for it: it makes two hashes, and the first login would wait for one.
        self._warm_up = asyncio.create_task(self.passwords.warm_up(), name="passwords_warm_up")
        self.drain.install()
        self.notifications.start()
        self.housekeeping.start()

    async def stop(self) -> None:
        """Stop the background tasks and close every connection."""
        if self._warm_up:
            self._warm_up.cancel()
            await asyncio.gather(self._warm_up, return_exceptions=True)
        await self.gauges.stop()
        await self.housekeeping.stop()
        await self.notifications.stop()
        self.passwords.close()
        await self.database.close()


def _default_zone(settings: Settings) -> ZoneInfo:
    """Return the time zone of accounts that have named none."""
    if settings.default_timezone:
        return zone_named(settings.default_timezone) or UTC_ZONE
    return machine_zone() if settings.environment == "local" else UTC_ZONE


def _signing_keys(settings: Settings) -> list[str]:
    """Return the key that signs, then those that are still accepted."""
    current = settings.jwt_secret_key.get_secret_value() if settings.jwt_secret_key else ""
    previous = [key.get_secret_value() for key in settings.jwt_previous_secret_keys]
    return [current or local_signing_key(settings.data_dir), *previous]
