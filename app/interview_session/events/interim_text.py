"""What the candidate is saying at this moment: shown to who listens now, and kept nowhere.

It travels whole in a notification, past the log: losing one costs nothing, because the next one has all of it again,
and the log has the final words.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

import orjson

from app.core.clock import iso_utc
from app.core.wake_ups import Subscriber
from app.interview_session.events.event_feed import EventFeed
from app.interview_session.events.events import EventType, Speaker, stream_frame

INTERIM_TOPIC = "interim"
"""The topic of notifications that carry an interim text, after a session's id."""

MAX_PAYLOAD_BYTES = 7_900
"""PostgreSQL refuses a payload of 8,000 bytes."""


@dataclass(frozen=True, slots=True)
class InterimText:
    """What has been understood so far of words that the candidate is still saying.

    ``started_at`` is that of the entry which will take its place. An empty text takes back what was shown.
    """

    text: str
    phase_sequence: int
    started_at: datetime

    @classmethod
    def from_json(cls, content: str) -> Self:
        """Return the text that a notification holds.

        Raises:
            ValueError: it holds none.

        """
        data = orjson.loads(content)
        match data:
            case {"text": str(text), "phase_sequence": int(sequence), "started_at": str(began)}:
                started_at = datetime.fromisoformat(began)
                if started_at.tzinfo is not None:
                    return cls(text, sequence, started_at)
        raise ValueError("not an interim text")

    def payload(self, session_id: UUID) -> str:
        """Return the notification for a session's listeners; of a text too long for one, its end."""
        text = self.text[-MAX_PAYLOAD_BYTES:].encode(errors="replace").decode()
        first = bisect_left(range(len(text)), True, key=lambda start: self._fits(session_id, text[start:]))
        return self._notification(session_id, text[first:]).decode()

    def wire(self) -> bytes:
        """Return the event that a stream sends: without an id, because no log has it."""
        return stream_frame(EventType.TRANSCRIPT_INTERIM, self._data(self.text))

    def _fits(self, session_id: UUID, text: str) -> bool:
        return len(self._notification(session_id, text)) <= MAX_PAYLOAD_BYTES

    def _notification(self, session_id: UUID, text: str) -> bytes:
        return f"{INTERIM_TOPIC}:{session_id}:".encode() + orjson.dumps(self._data(text))

    def _data(self, text: str) -> dict[str, str | int]:
        return {
            "speaker": Speaker.CANDIDATE.value,
            "text": text,
            "phase_sequence": self.phase_sequence,
            "started_at": iso_utc(self.started_at),
        }


class InterimWatch(Subscriber):
    """Hands the interim texts of all replicas to the readers of this one."""

    topic = INTERIM_TOPIC

    def __init__(self, feed: EventFeed) -> None:
        self._feed = feed

    def look_again(self, subject: str | None) -> None:
        """Show one text to its session's readers. What was missed is gone, and so is what cannot be read."""
        name, _, content = (subject or "").partition(":")
        try:
            session_id = UUID(name)
            if self._feed.is_read(session_id):
                interim = InterimText.from_json(content)
                self._feed.show_interim(session_id, interim.started_at, interim.wire())
        except ValueError:
            return
