"""Positions from a file: all rows or none."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain, islice
from uuid import UUID, uuid4

from app.core.errors import BusinessLogicError, ResourceNotFoundError, ValidationError
from app.models import Position, StatusChange
from app.repositories.access import DataAccess
from app.repositories.position_likeness import PositionLikenessRepository
from app.repositories.positions import PositionRepository
from app.schemas.position_import import (
    ColumnFate,
    DryRunResult,
    DuplicateRow,
    FileRead,
    ImportOptions,
    ImportResult,
    UnderstoodRow,
    UnderstoodStatus,
    WrongRow,
)
from app.services.imports.column_names import Column
from app.services.imports.history import note_of, position_of
from app.services.imports.judging import Key, Likeness, duplicates_among, keys_of
from app.services.imports.reading import read_table
from app.services.imports.recognising import GoodRow, RecognisedFile, Wording, recognise, slices

MAX_ERRORS_SHOWN = 100
MAX_ROWS_SHOWN = 200
MAX_TEXT_SHOWN = 200
"""Characters of a description, a note or a wrong row's cell in the answer to a dry run."""

NOBODY = UUID(int=0)


@dataclass(frozen=True)
class CheckedFile:
    """A file that was read, recognised and judged, and what the user wants done with it and shown of it."""

    file: RecognisedFile
    duplicates: list[Likeness]
    options: ImportOptions

    @cached_property
    def rows_to_store(self) -> list[GoodRow]:
        """Return the good rows without those that are left out."""
        if not self.options.skip_duplicates:
            return self.file.rows
        duplicates = {likeness.row for likeness in self.duplicates}
        return [row for row in self.file.rows if row.number not in duplicates]

    @property
    def skipped(self) -> int:
        """Return how many good rows are left out."""
        return len(self.file.rows) - len(self.rows_to_store)

    def as_dry_run(self) -> DryRunResult:
        """Return what an import would say."""
        return DryRunResult(
            total_rows=self.file.total_rows,
            skipped=self.skipped,
            valid_rows=len(self.file.rows),
            errors=[_as_read(error) for error in self.file.errors[:MAX_ERRORS_SHOWN]],
            columns=self.columns,
            duplicates=self.duplicate_rows,
            read_as=self.read_as,
            rows=[self._understood(row) for row in self._rows_to_show],
        )

    @property
    def columns(self) -> list[ColumnFate]:
        """Return what became of each column."""
        return [_fate(column) for column in self.file.columns]

    @property
    def duplicate_rows(self) -> list[DuplicateRow]:
        """Return the rows that look like something that is there."""
        return [DuplicateRow(**asdict(likeness)) for likeness in self.duplicates]

    @property
    def read_as(self) -> FileRead:
        """Return how the file was read."""
        return FileRead.model_validate(asdict(self.file.origin) | {"date_order": self.file.date_order})

    @property
    def _rows_to_show(self) -> list[GoodRow]:
        following = (row for row in self.file.rows if row.number > self.options.rows_after)
        return list(islice(following, MAX_ROWS_SHOWN))

    def position_of(self, row: GoodRow, user_id: UUID) -> tuple[Position, list[StatusChange]]:
        """Return a row as a position with its history."""
        return position_of(row.position, user_id, has_all_times=self.file.has_all_times)

    def _understood(self, row: GoodRow) -> UnderstoodRow:
        position, history = self.position_of(row, NOBODY)
        fields = {name: getattr(position, name) for name in UnderstoodRow.model_fields if hasattr(position, name)}
        texts = {"description": _cut(position.description), "notes": _cut(row.position.notes)}
        steps = [
            UnderstoodStatus(status=change.to_status, occurred_at=change.occurred_at, note=change.note)
            for change in history
        ]
        return UnderstoodRow(**fields | texts | {"row": row.number, "history": steps})


class ImportCheckService:
    """Takes a file through the stages before the storing; none of them writes."""

    def __init__(self, access: DataAccess) -> None:
        self._likeness = PositionLikenessRepository(access)

    async def check(self, user_id: UUID, content: bytes, options: ImportOptions, worded: Wording) -> CheckedFile:
        """Return the file's rows as positions to be, and those that look like others.

        Raises:
            ValidationError: the file as a whole cannot be read.

        """
        mapped = options.mapping or {}
        table = await read_table(content, mapped)
        file = await recognise(table, mapped, options.date_order, worded)
        keys: list[list[Key]] = []
        for rows in slices(file.rows):
            keys += map(keys_of, rows)
            await asyncio.sleep(0)
        there = await self._there(user_id, keys)
        return CheckedFile(file, duplicates_among(file.rows, keys, there), options)

    async def _there(self, user_id: UUID, keys: Sequence[Sequence[Key]]) -> dict[Key, UUID]:
        """Return the oldest position that has each of the keys."""
        wanted = set(chain.from_iterable(keys))
        jobs = [number for kind, number in wanted if kind == "job"]
        addresses = [number for kind, number in wanted if kind == "address"]
        there: dict[Key, UUID] = {}
        for position_id, job, address in await self._likeness.alike(user_id, jobs, addresses):
            for kind, number in (("job", job), ("address", address)):
                if number is not None:
                    there.setdefault((kind, number), position_id)
        return there


class PositionImportService:
    """Stores the positions of a file, and erases them again."""

    def __init__(self, access: DataAccess) -> None:
        self._positions = PositionRepository(access)

    async def store(self, user_id: UUID, checked: CheckedFile) -> ImportResult:
        """Store every row, or every one that is new, as a position with its history.

        Raises:
            ValidationError: some rows are wrong, and none was stored.

        """
        if checked.file.errors:
            raise _refusal(checked.file.errors)
        import_id = uuid4()
        for rows in slices(checked.rows_to_store):
            made = [checked.position_of(row, user_id) for row in rows]
            for position, _ in made:
                position.import_id = import_id
            notes = [note_of(row.position, *parts) for row, parts in zip(rows, made, strict=True)]
            await self._positions.insert(
                [position for position, _ in made],
                list(chain.from_iterable(history for _, history in made)),
                [note for note in notes if note is not None],
            )
        return ImportResult(
            total_rows=checked.file.total_rows,
            imported=len(checked.rows_to_store),
            import_id=import_id if checked.rows_to_store else None,
            skipped=checked.skipped,
            columns=checked.columns,
            duplicates=checked.duplicate_rows,
            read_as=checked.read_as,
        )

    async def undo(self, import_id: UUID, user_id: UUID) -> None:
        """Erase the positions that an import made, as far as they are still there, with all that belongs to them.

        Raises:
            ResourceNotFoundError: nothing of it is there.
            BusinessLogicError: a practice session of one of them is live.

        """
        position_ids = await self._positions.lock_import(import_id, user_id)
        if not position_ids:
            raise ResourceNotFoundError("Import", import_id)
        if await self._positions.has_live_session(position_ids):
            raise BusinessLogicError("Cannot undo an import while a position of it is being practised for")
        await self._positions.delete(position_ids)


def _as_read(row: WrongRow) -> WrongRow:
    cells = {field: _cut(text) or "" for field, text in row.cells.items()}
    return row.model_copy(update={"cells": cells})


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= MAX_TEXT_SHOWN else text[: MAX_TEXT_SHOWN - 1] + "…"


def _fate(column: Column) -> ColumnFate:
    reason = {} if column.reason is None else {"reason": column.reason}
    return ColumnFate(name=column.name, field=column.stored_field, **reason)


def _refusal(errors: Sequence[WrongRow]) -> ValidationError:
    count = len(errors)
    shown = [error.model_dump(exclude={"cells"}) for error in errors[:MAX_ERRORS_SHOWN]]
    return ValidationError(
        {"file": "1 row has errors" if count == 1 else f"{count} rows have errors"},
        details={"errors": shown, "total_errors": count},
    )
