"""A transcript in the parts in which it is sent: the whole of a long one is never in memory."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Literal

from app.interview_session.api.schemas import TranscriptEntry
from app.interview_session.history.transcript import VTT_HEADER, as_text, as_vtt_cues

TranscriptFormat = Literal["json", "txt", "vtt"]
Batches = AsyncIterator[list[dict[str, Any]]]


def transcript_parts(
    form: TranscriptFormat, batches: Batches, began: datetime | None
) -> tuple[AsyncIterator[str], str]:
    """Return the parts of a transcript in a format, and the media type of the whole."""
    if form == "txt":
        return _text(batches, began), "text/plain; charset=utf-8"
    if form == "vtt":
        return _captions(batches, began), "text/vtt; charset=utf-8"
    return _json(batches), "application/json"


async def _text(batches: Batches, began: datetime | None) -> AsyncIterator[str]:
    async for entries in batches:
        yield as_text(entries, began)


async def _captions(batches: Batches, began: datetime | None) -> AsyncIterator[str]:
    yield VTT_HEADER
    async for entries in batches:
        yield as_vtt_cues(entries, began)


async def _json(batches: Batches) -> AsyncIterator[str]:
    """Yield what ``TranscriptResponse`` would give."""
    yield '{"entries":['
    separator = ""
    async for entries in batches:
        for entry in entries:
            yield separator + TranscriptEntry.model_validate(entry).model_dump_json()
            separator = ","
    yield "]}"
