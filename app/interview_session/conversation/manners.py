"""What the candidate wants."""

from collections.abc import Mapping
from typing import Any

from app.interview_session.conversation.utterance import Understanding


class Patterns:
    """Understands everything as an answer."""

    async def understand(self, text: str, *, field: Mapping[str, Any], language: str = "en") -> Understanding:
        """Return what was understood."""
        return Understanding()
