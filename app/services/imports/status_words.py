"""What the words that people and trackers use for the state of an application mean."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from app.models.enums import PositionStatus

_PLAIN: dict[PositionStatus, tuple[str, ...]] = {
    PositionStatus.SAVED: (
        *("saved", "wishlist", "wish list", "bookmarked", "bookmark", "interested", "to apply", "want to apply"),
        *("will apply", "need to apply", "ready to apply", "not applied", "not applied yet", "not yet applied"),
        *("applying", "not started", "to do", "todo", "backlog", "lead", "prospect", "researching", "considering"),
        *("draft", "planned", "shortlisted", "shortlist", "watching"),
    ),
    PositionStatus.APPLIED: (
        *("applied", "application sent", "application submitted", "submitted", "sent", "applied online"),
        *("application received", "received", "pending", "waiting", "waiting for response", "awaiting response"),
        *("awaiting reply", "application viewed", "viewed", "under review", "in review", "in consideration"),
        *("applied via referral", "resume submitted", "cv sent"),
    ),
    PositionStatus.SCREENING: (
        *("screening", "screen", "screened", "phone screen", "phone screening", "phone interview", "phone call"),
        *("recruiter screen", "recruiter call", "recruiter interview", "hr screen", "hr interview", "hr call"),
        *("initial screen", "initial call", "intro call", "pre screen", "pre screening", "screening call"),
        "phone screen scheduled",
    ),
    PositionStatus.INTERVIEWING: (
        *("interviewing", "interview", "interviews", "interviewed", "interview scheduled", "in interviews"),
        *("interview stage", "in process", "in interview process"),
    ),
    PositionStatus.OFFER: (
        *(
            "offer",
            "offers",
            "offered",
            "offer received",
            "offer extended",
            "offer made",
            "job offer",
            "received offer",
        ),
        "offer stage",
    ),
    PositionStatus.REJECTED: (
        *("rejected", "rejection", "not selected", "reject", "declined by company", "company declined", "denied"),
        *(
            "unsuccessful",
            "turned down",
            "application rejected",
            "no longer under consideration",
            "not moving forward",
        ),
        *("rejected by company", "rejected after interview", "not chosen"),
    ),
    PositionStatus.WITHDRAWN: (
        *("withdrawn", "withdrew", "i withdrew", "withdraw", "withdrew application", "application withdrawn"),
        *("withdrawn by me", "not interested", "no longer interested", "dropped out"),
    ),
}
# The status says less than the word, so the word is kept as its note.
_KEPT_AS_NOTE: dict[PositionStatus, tuple[str, ...]] = {
    PositionStatus.APPLIED: (
        *("ghosted", "ghost", "no response", "no reply", "no answer", "no response yet", "never heard back"),
        *("not heard back", "no feedback", "followed up", "follow up", "referred", "referral", "closed", "archived"),
        *("expired", "position closed", "job closed", "on hold", "position filled", "stale"),
    ),
    PositionStatus.SCREENING: (
        *("assessment", "online assessment", "oa", "take home", "take home test", "take home assignment"),
        *("coding challenge", "coding test", "technical assessment", "technical test", "technical screen", "test"),
        *("case study", "assignment", "homework"),
    ),
    PositionStatus.INTERVIEWING: (
        *(
            "first interview",
            "1st interview",
            "second interview",
            "2nd interview",
            "third interview",
            "3rd interview",
        ),
        *("first round", "1st round", "second round", "2nd round", "third round", "3rd round", "final round"),
        *("final interview", "final", "onsite", "on site", "onsite interview", "on site interview", "panel"),
        *("panel interview", "technical interview", "technical", "technical round", "interview 1", "interview 2"),
        *("interview 3", "round 1", "round 2", "round 3", "video interview", "in person interview"),
        *("hiring manager", "hiring manager interview", "virtual interview", "references", "reference check"),
    ),
    PositionStatus.OFFER: (
        *("negotiating", "negotiation", "accepted", "offer accepted", "accepted offer", "i accepted", "hired"),
        *("signed", "got the job", "offer signed", "background check"),
    ),
    PositionStatus.REJECTED: (
        *("declined", "rejected after screen", "rejected after onsite", "auto rejected", "cancelled by company"),
        "role cancelled",
    ),
    PositionStatus.WITHDRAWN: (
        "offer declined",
        "declined offer",
        "i declined",
        "turned down offer",
        "offer rejected",
    ),
}
MAX_CHARACTERS = 60
"""What is longer is no word for a status."""

_NOTHING = frozenset(("", "na", "none", "null", "unknown", "tbd", "select"))


@dataclass(frozen=True, slots=True)
class StatusWord:
    """The status that a word means, and the word itself where it says more than the status."""

    status: PositionStatus
    note: str | None = None


def status_of(text: str) -> StatusWord | None:
    """Return what a cell says of the status, or None if that is not known.

    Case, punctuation and signs make no difference, and neither does a number that sorts a list: ``2. Phone Screen``.
    """
    return _meaning(" ".join(text.split())) if len(text) <= MAX_CHARACTERS else None


@lru_cache(maxsize=512)
def _meaning(text: str) -> StatusWord | None:
    """Find the same few words of a file once."""
    words = _words(text)
    for phrase in (" ".join(words), " ".join(words[1:]) if words and words[0].isdigit() else ""):
        if phrase in _KEPT:
            return StatusWord(_KEPT[phrase], text)
        if phrase in _KNOWN:
            return StatusWord(_KNOWN[phrase])
    return None


def says_nothing(text: str) -> bool:
    """Tell whether a cell was filled in only to say that there is nothing to say: ``-``, ``n/a``, ``?``."""
    return len(text) <= MAX_CHARACTERS and "".join(_words(text)) in _NOTHING


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character if character.isalnum() else " " for character in folded).split()


_KNOWN = {phrase: status for status, phrases in _PLAIN.items() for phrase in phrases}
_KEPT = {phrase: status for status, phrases in _KEPT_AS_NOTE.items() for phrase in phrases}
