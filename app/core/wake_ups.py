"""Who is to look again because of what a transaction has committed: this process at once, the others soon.

``Database`` announces the topics of each transaction that was committed. ``Notifications`` sends them on.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import structlog

log = structlog.get_logger(__name__)

MAX_UNSENT = 10_000
"""Topics that wait at most while the database cannot be told. What is beyond, the other processes find themselves."""


class Subscriber:
    """Something that holds a copy of what the database says."""

    topic: str

    def look_again(self, subject: str | None) -> None:
        """Distrust the copy of one subject, or with None of all of them."""
        raise NotImplementedError


class WakeUps:
    """Wakes the subscribers of this process, and keeps for the others what they have not been told yet.

    A topic is ``topic:subject``. What waits is a set: a room that had ten events is worth one look.
    """

    def __init__(self) -> None:
        self.unsent = asyncio.Event()
        self.all_sent = asyncio.Event()
        self.all_sent.set()
        self._waiting: dict[str, None] = {}
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> None:
        """Wake this subscriber from now on."""
        self._subscribers.append(subscriber)

    def announce(self, topics: Iterable[str]) -> None:
        """Wake who subscribed to these topics here, and have the other processes told."""
        for topic in topics:
            self.deliver(topic)
            if len(self._waiting) < MAX_UNSENT:
                self._waiting[topic] = None
                self.all_sent.clear()
                self.unsent.set()

    def deliver(self, topic: str) -> None:
        """Wake who subscribed to a topic here. Whatever that raises is logged: the transaction is committed."""
        name, _, subject = topic.partition(":")
        for subscriber in self._subscribers:
            if subscriber.topic == name:
                try:
                    subscriber.look_again(subject)
                except Exception:
                    log.exception("wake_up_failed", topic=name)

    def distrust_all(self) -> None:
        """Have every subscriber distrust all that it holds."""
        for subscriber in self._subscribers:
            subscriber.look_again(None)

    @contextmanager
    def sending(self, most: int) -> Iterator[list[str]]:
        """Give some topics that the other processes are told of in the block; if it raises, they wait on."""
        topics = [*islice(self._waiting, most)]
        # Out before they are sent: what is announced meanwhile may be news that comes too late for this batch.
        for topic in topics:
            del self._waiting[topic]
        try:
            yield topics
        except BaseException:
            self._waiting |= dict.fromkeys(topics)
            raise
        if not self._waiting:
            self.unsent.clear()
            self.all_sent.set()
