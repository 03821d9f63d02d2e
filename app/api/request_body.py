"""How much of a body a request may bring, and how long it may take.

A server waits for a body as long as its client likes. At one byte a minute a client would hold a place among its
owner's requests, and the memory of what has come, for hours.
"""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

BYTES_PER_SECOND = 16 * 1024
"""What the slowest line is taken to carry: time that a body earns with what has come of it."""


class BoundedBody:
    """Receives a body within its size and its time.

    It has ``seconds`` from now on, and one more for every ``BYTES_PER_SECOND`` that have come. Once it is whole,
    waiting for what comes after it (that the client leaves) has no end.
    """

    def __init__(self, receive: Receive, *, max_bytes: int, seconds: float) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._received_bytes = 0
        self._is_whole = False
        self._deadline = asyncio.get_running_loop().time() + seconds

    async def __call__(self) -> Message:
        """Return the next message.

        Raises:
            HTTPException: 408, it takes too long, or 413, it is too large, or 400, it breaks off, which nobody hears
                of any more. Not an error of our own: FastAPI would take that for an unreadable body and answer 400.

        """
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline + self._received_bytes / BYTES_PER_SECOND):
                message = await self._receive()
        except TimeoutError:
            # What comes of the body yet must not be taken for another request.
            raise HTTPException(408, headers={"Connection": "close"}) from None
        if message["type"] == "http.disconnect":
            raise HTTPException(400)
        self._received_bytes += len(message.get("body", b""))
        if self._received_bytes > self._max_bytes:
            raise HTTPException(413, headers={"Connection": "close"})
        self._is_whole = not message.get("more_body", False)
        return message
