"""The third stage of an import: which rows look like a position that is there, or like a row above them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.models.likeness import address_key, job_key
from app.services.imports.recognising import GoodRow

Key = tuple[str, int]
"""What alike positions have in common: the kind of likeness, and its number."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A row that looks like a position, or like a row above it; one of them is given."""

    row: int
    position_id: UUID | None
    same_as_row: int | None


def keys_of(row: GoodRow) -> list[Key]:
    """Return what a row would be found by."""
    position = row.position
    address = address_key(position.job_url)
    keys = [("job", job_key(position.company, position.title))]
    return keys if address is None else [*keys, ("address", address)]


def duplicates_among(
    rows: Sequence[GoodRow], keys: Sequence[Sequence[Key]], there: Mapping[Key, UUID]
) -> list[Likeness]:
    """Return the rows that are there already: as a position by one of its keys, or else as a row above."""
    above: dict[Key, int] = {}
    found: list[Likeness] = []
    for row, row_keys in zip(rows, keys, strict=True):
        position_id = next((there[key] for key in row_keys if key in there), None)
        same_as_row = next((above[key] for key in row_keys if key in above), None)
        if position_id is not None:
            found.append(Likeness(row.number, position_id, None))
        elif same_as_row is not None:
            found.append(Likeness(row.number, None, same_as_row))
        for key in row_keys:
            above.setdefault(key, row.number)
    return found
