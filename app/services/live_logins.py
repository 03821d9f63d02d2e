"""Which logins are in force, and in which time zone, remembered so that a request need not ask the database."""

import time
from collections.abc import Callable
from uuid import UUID

from app.core.wake_ups import Subscriber
from app.repositories.access import DataAccess
from app.repositories.users import LOGINS_TOPIC, LiveLogin, LoginRepository

MAX_REMEMBERED_USERS = 20_000
DISTRUST_SECONDS = 5.0


class LiveLogins(Subscriber):
    """Answers whether a login is in force.

    A yes is remembered for at most ``ttl_seconds``, and dropped as soon as any replica announces a revocation. While
    announcements cannot be heard (``is_listening``) nothing is believed but the database; the TTL is for a connection
    that is dead and does not know it yet. A no is never remembered.
    """

    topic = LOGINS_TOPIC

    def __init__(self, access: DataAccess, *, ttl_seconds: float, is_listening: Callable[[], bool]) -> None:
        self._logins = LoginRepository(access)
        self._ttl_seconds = ttl_seconds
        self._is_listening = is_listening
        self._live: dict[UUID, dict[UUID, tuple[float, LiveLogin]]] = {}
        self._distrusted: dict[UUID, float] = {}
        self._announcements = 0

    async def is_live(self, login_id: UUID, user_id: UUID) -> bool:
        """Tell whether the login is the user's and neither revoked nor expired."""
        return await self.find(login_id, user_id) is not None

    async def find(self, login_id: UUID, user_id: UUID) -> LiveLogin | None:
        """Return the login if it is the user's and neither revoked nor expired."""
        if (mine := self._live.get(user_id)) and (remembered := mine.get(login_id)):
            until, login = remembered
            if until > time.monotonic() and self._is_listening():
                return login
        announcements = self._announcements
        found = await self._logins.find_live(login_id, user_id)
        # A revocation announced while the database was asked may be newer than its answer.
        if found is not None and announcements == self._announcements:
            self._remember(login_id, user_id, found)
        return found

    def look_again(self, subject: str | None) -> None:
        """Forget the logins of one user (by id), or all of them."""
        self._announcements += 1
        if subject is None:
            self._live.clear()
        else:
            self._live.pop(UUID(subject), None)

    def distrust(self, user_id: UUID) -> None:
        """Ask the database about this user's logins for a while.

        Called where logins are about to be revoked, or the account's time zone changes: this process' own
        announcement reaches it only after the commit, and the very next request must see it.
        """
        self.look_again(str(user_id))
        self._distrusted[user_id] = time.monotonic() + DISTRUST_SECONDS

    def _remember(self, login_id: UUID, user_id: UUID, login: LiveLogin) -> None:
        if len(self._live) >= MAX_REMEMBERED_USERS:
            self._live.clear()
        now = time.monotonic()
        self._distrusted = {user: until for user, until in self._distrusted.items() if until > now}
        if user_id in self._distrusted:
            return
        live = {other: entry for other, entry in self._live.get(user_id, {}).items() if entry[0] > now}
        live[login_id] = (now + self._ttl_seconds, login)
        self._live[user_id] = live
