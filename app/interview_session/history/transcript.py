"""What was said in a session, as text and as captions."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

Entry = Mapping[str, Any]
"""``seq``, ``speaker``, ``text``, ``phase_sequence``, ``started_at``, ``ended_at`` (ISO 8601) and ``source``."""

SHORTEST_CAPTION = timedelta(seconds=1)


def as_text(entries: Iterable[Entry], began: datetime | None) -> str:
    """Return one line per entry: the time since the beginning, the speaker, the words."""
    return "".join(
        f"[{_clock(_since(began, entry['started_at']))[:8]}] {_name(entry)}: {_one_line(entry['text'])}\n"
        for entry in entries
    )


VTT_HEADER = "WEBVTT\n"


def as_vtt_cues(entries: Iterable[Entry], began: datetime | None) -> str:
    """Return the entries as WebVTT captions, timed from the session's beginning, to stand behind ``VTT_HEADER``."""
    return "".join(f"\n{_cue(entry, began)}\n" for entry in entries)


def _cue(entry: Entry, began: datetime | None) -> str:
    start = _since(began, entry["started_at"])
    end = max(_since(began, entry["ended_at"]), start + SHORTEST_CAPTION)
    text = _one_line(entry["text"]).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{entry['seq']}\n{_clock(start)} --> {_clock(end)}\n<v {_name(entry)}>{text}"


def _since(began: datetime | None, moment: str) -> timedelta:
    parsed = datetime.fromisoformat(moment)
    return max(timedelta(), parsed - began) if began else timedelta()


def _clock(duration: timedelta) -> str:
    """Return a duration as ``hh:mm:ss.mmm``."""
    milliseconds = duration // timedelta(milliseconds=1)
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}"


def _name(entry: Entry) -> str:
    name: str = entry["speaker"].capitalize()
    return name


def _one_line(text: str) -> str:
    return " ".join(text.split())
