"""Which column of a file is which field, by the names that trackers and people's own sheets give them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.core.errors import ValidationError
from app.models.enums import PositionStatus
from app.services.imports.table import KnownNames, is_blank_cell, key_of, unreadable

Mapped = Mapping[str, str | None]
"""The user's own word on columns: the field of each by its name, or None for one to leave out."""

STATUS_TIMES = tuple(f"{status}_at" for status in PositionStatus)
REQUIRED = ("title", "company")
SALARY_FROM, SALARY_TO, STATUS_DATE = "salary_from", "salary_to", "status_date"
"""Columns that become a part of another field."""

PART_OF = {SALARY_FROM: "salary_range", SALARY_TO: "salary_range", STATUS_DATE: "status"}

# Of several columns for one field the one whose name stands first is taken. Compared by letters and digits alone.
_NAMES: dict[str, tuple[str, ...]] = {
    "title": (
        *("title", "job title", "position title", "role title", "position", "job position", "role", "job role"),
        *("job", "job name", "position name", "opening", "vacancy", "title role", "role position", "position role"),
    ),
    "company": (
        *("company", "company name", "employer", "employer name", "organization", "organisation", "company org"),
        *("organization name", "organisation name", "company organization", "firm"),
    ),
    "description": (
        *("description", "job description", "job posting text", "posting text", "role description", "jd"),
        *("job details", "details"),
    ),
    "location": (
        *("location", "job location", "locations", "office location", "city", "city state", "place", "office"),
        "work location",
    ),
    "salary_range": (
        *("salary_range", "salary", "pay range", "compensation", "pay", "salary compensation", "comp", "base salary"),
        *("expected salary", "salary expectation", "salary expectations", "salary estimate", "wage"),
    ),
    "status": (
        *("status", "application status", "job status", "stage", "application stage", "current status"),
        *("current stage", "progress", "phase", "list", "list name", "board list"),
    ),
    "status_note": ("status_note",),
    "application_date": (
        *("application_date", "date applied", "applied date", "applied on", "date of application", "applied"),
        *("date submitted", "submitted on", "submission date", "date of submission", "application submitted"),
        *("application submitted on", "date application submitted", "when applied", "day applied"),
    ),
    "job_url": (
        *("job_url", "job link", "job posting url", "job posting link", "job post url", "posting url"),
        *("posting link", "job posting", "posting", "job post", "post url", "listing url", "listing link", "listing"),
        *("application url", "application link", "apply url", "apply link", "link to job posting"),
        *("link to posting", "link to job", "url", "link", "links", "web link", "job listing", "job ad", "hyperlink"),
    ),
    "source": (
        *("source", "job source", "application source", "platform", "job board", "board", "found on", "found via"),
        *("where found", "where i found it", "applied via", "applied through", "applied on site", "channel"),
        *("referral source", "how found"),
    ),
    "tags": ("tags", "tag", "labels", "label", "keywords", "categories"),
    "archived": ("archived", "is archived"),
    "applied_at": ("applied_at",),
    "screening_at": ("screening_at", "screening date", "phone screen date", "date of phone screen"),
    "interviewing_at": ("interviewing_at",),
    "offer_at": ("offer_at", "offer date", "date of offer", "offer received", "offered on"),
    "rejected_at": ("rejected_at", "rejection date", "date rejected", "rejected date", "date of rejection"),
    "withdrawn_at": ("withdrawn_at", "withdrawn date", "date withdrawn", "withdrawal date"),
    "saved_at": (
        *("saved_at", "date saved", "saved date", "saved on", "date added", "added on", "added at", "added"),
        "date bookmarked",
    ),
    STATUS_DATE: ("status date", "status changed", "status changed on", "status updated", "date of status"),
    SALARY_FROM: ("min salary", "minimum salary", "salary min", "salary from", "salary low"),
    SALARY_TO: ("max salary", "maximum salary", "salary max", "salary to", "salary high"),
    "notes": ("notes", "note", "comments", "comment", "my notes", "additional notes", "personal notes"),
}
# Names that could mean anything, for fields that no better column was found for.
_LAST_RESORT: dict[str, tuple[str, ...]] = {"name": ("title", "company"), "date": ("application_date",)}
_OURS = frozenset(("id", "createdat", "updatedat"))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place from 0, its name, the field that it is read as, or why it is read otherwise or not."""

    index: int
    name: str
    field: str | None
    reason: str | None = None

    @property
    def stored_field(self) -> str | None:
        """Return the field in which its cells end up."""
        return self.field and PART_OF.get(self.field, self.field)


def known_names(mapped: Collection[str]) -> KnownNames:
    """Return what tells how many fields a header names; ``mapped`` columns are known, too."""
    fields = {key_of(name): key_of(name) for name in mapped} | {key: key for key in _LAST_RESORT}
    return KnownNames(fields | {key: field for key, (field, _) in _RANKS.items()})


def recognise_columns(header: Sequence[str], filled: Collection[int], mapped: Mapped) -> list[Column]:
    """Return each column with its fate, nameless ones without cells left out; ``filled`` are those with cells.

    Raises:
        ValidationError: a field has no column or several alike, or the mapping names what is not there.

    """
    chosen = _mapped_columns(header, mapped)
    taken = {field for field in chosen.values() if field is not None}
    for field, index in _best_by_name(header, set(chosen), taken).items():
        chosen[index] = field
    taken |= {field for field in chosen.values() if field is not None}
    for index, name in enumerate(header):
        fields = [field for field in _LAST_RESORT.get(key_of(name), ()) if field not in taken]
        if index not in chosen and fields:
            chosen[index] = fields[0]
            taken.add(fields[0])
    columns = [
        _column(index, name.strip(), chosen, header)
        for index, name in enumerate(header)
        if not is_blank_cell(name) or index in filled
    ]
    if missing := [field for field in REQUIRED if field not in taken]:
        details = {
            "columns": [column.name for column in columns],
            "fields": {column.name: column.field for column in columns if column.field is not None},
        }
        raise ValidationError({"file": f"Must have columns: {', '.join(missing)}"}, details=details)
    return columns


_RANKS = {key_of(name): (field, rank) for field, names in _NAMES.items() for rank, name in enumerate(names)}
"""The field of each name, and how good a name it is: the lower, the better."""


def _mapped_columns(header: Sequence[str], mapped: Mapped) -> dict[int, str | None]:
    """Return the fields that the user named, by the columns' places."""
    places: dict[str, list[int]] = {}
    for index, name in enumerate(header):
        places.setdefault(name.strip().casefold(), []).append(index)
    fields: dict[int, str | None] = {}
    for name, field in mapped.items():
        indexes = places.get(name.strip().casefold())
        if not indexes:
            raise ValidationError({"mapping": f"Must name columns of the file; it has no '{name.strip()[:100]}'"})
        if field is not None and len(indexes) > 1:
            raise ValidationError(
                {"mapping": f"Must name columns that are there once; '{name.strip()[:100]}' is not"}
            )
        fields |= dict.fromkeys(indexes, field)
    counts = Counter(field for field in fields.values() if field is not None)
    if repeated := sorted(field for field, count in counts.items() if count > 1):
        raise ValidationError({"mapping": f"Must name each field once: {', '.join(repeated)}"})
    return fields


def _best_by_name(header: Sequence[str], done: Collection[int], taken: Collection[str]) -> dict[str, int]:
    """Return the column with the best name for each field that has none."""
    candidates: dict[str, list[tuple[int, int]]] = {}
    for index, name in enumerate(header):
        field, rank = _RANKS.get(key_of(name), (None, 0))
        if field is not None and field not in taken and index not in done:
            candidates.setdefault(field, []).append((rank, index))
    best: dict[str, int] = {}
    repeated: list[str] = []
    for field, found in candidates.items():
        rank, index = min(found)
        if sum(other == rank for other, _ in found) > 1:
            repeated.append(header[index].strip().lower())
        best[field] = index
    if repeated:
        raise unreadable(f"Must have each column once: {', '.join(sorted(repeated))}")
    return best


def _column(index: int, name: str, chosen: Mapping[int, str | None], header: Sequence[str]) -> Column:
    field = chosen.get(index)
    if field is not None:
        return Column(index, name, field, _PART_REASONS.get(field))
    if index in chosen:
        return Column(index, name, None, "Left out by the mapping")
    if not name:
        return Column(index, name, None, "Has no name")
    if key_of(name) in _OURS:
        return Column(index, name, None, "The server sets it")
    known = _RANKS.get(key_of(name))
    rival = next((place for place, other in chosen.items() if known and other == known[0]), None)
    if known and rival is not None:
        return Column(index, name, None, f"'{header[rival].strip()}' is read as {known[0]}")
    return Column(index, name, None, "No field is known by this name; name one in mapping")


_PART_REASONS = {
    STATUS_DATE: "The time of the status",
    SALARY_FROM: "The lower end of the range",
    SALARY_TO: "The upper end of the range",
}
