"""What was logged so far, in columns that grow: 16 bytes a value, no work beyond appending."""

from __future__ import annotations

import csv
import json
import math
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from curvedoc.errors import UsageError
from curvedoc.log import FORMATS, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from curvedoc.table import Table

FIRST_ALARM = 2
"""Non-finite values in a row that call for a look: one alone is a skipped update of loss scaling. After a
look twice as many are needed, so that a column that is always NaN costs a handful of looks."""

LARGEST = 2**1000
"""Any integer below this is a float."""

MOST_WAITING = 1024
"""Values left on a device before they are fetched: some hundred kilobytes there."""


@dataclass(slots=True)
class Growing:
    """A column: ``values[i]`` was logged in row ``rows[i]``."""

    rows: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    lost: int = 0
    alarm: int = FIRST_ALARM

    def alarming(self, value: float) -> bool:
        """Whether this next value makes enough non-finite ones in a row for a look."""
        if math.isfinite(value):
            self.lost = 0
            return False
        self.lost += 1
        if self.lost < self.alarm:
            return False
        self.alarm *= 2
        return True


class Recording:
    """The columns of a growing log, one row for each call.

    A value that still lies on a device (a GPU tensor) is kept there and fetched by :meth:`settle`: asking for
    it at once would make the training wait for all work that is queued before it.
    """

    def __init__(self) -> None:
        self.columns: dict[str, Growing] = {}
        self.n_rows = 0
        self._waiting: list[tuple[Growing, int, Any]] = []

    def add(self, row: Mapping[str, Any]) -> bool:
        """Append one row (None: a blank cell); True where it shows numbers that are lost.

        Raises :class:`~curvedoc.errors.UsageError` for a value that is no number; nothing is added then.
        """
        cells = {name: v if type(v) is float else _kept(name, v) for name, v in row.items() if v is not None}
        if not cells:
            return False
        alarm = False
        for name, value in cells.items():
            column = self.columns.get(name)
            if column is None:
                column = self.columns[name] = Growing()
            column.rows.append(self.n_rows)
            if type(value) is float:
                column.values.append(value)
                alarm |= (column.lost > 0 or not math.isfinite(value)) and column.alarming(value)
            else:
                self._waiting.append((column, len(column.values), value))
                column.values.append(math.nan)
        self.n_rows += 1
        return (len(self._waiting) >= MOST_WAITING and self.settle()) or alarm

    def settle(self) -> bool:
        """Fetch what lies on devices; True where it shows numbers that are lost."""
        waiting, self._waiting = self._waiting, []
        alarm = False
        for column, place, value in waiting:
            column.values[place] = float(value.item())
            alarm |= column.alarming(column.values[place])
        return alarm

    def rows(self) -> Iterator[dict[str, float]]:
        """Every row as it was logged, as plain numbers."""
        self.settle()
        at = dict.fromkeys(self.columns, 0)
        for row in range(self.n_rows):
            cells = {}
            for name, column in self.columns.items():
                place = at[name]
                if place < len(column.rows) and column.rows[place] == row:
                    cells[name] = column.values[place]
                    at[name] = place + 1
            yield cells

    def table(self, name: str, path: str) -> Table:
        """A copy as readers make it from a file: the same verdict as for the log."""
        import numpy as np

        from curvedoc.cells import Column, clean_name
        from curvedoc.table import Table

        self.settle()
        columns = tuple(
            Column(clean_name(key), np.array(column.rows, np.int64), np.array(column.values, np.float64))
            for key, column in self.columns.items()
        )
        return Table(name, path, "monitor", columns, self.n_rows)


def _kept(name: str, value: Any) -> Any:
    """The number in a value, or the value itself where it lies on a device; cut loose from its graph."""
    if type(value) is int and abs(value) < LARGEST:
        return float(value)
    if hasattr(value, "detach") and getattr(value.device, "type", "cpu") != "cpu":
        return _single(name, value).detach().clone()
    if hasattr(value, "block_until_ready"):  # a JAX array: computed in the background, never changed
        return _single(name, value)
    try:
        return float(number(name, value))
    except OverflowError:
        raise UsageError(f"The value of '{name}' is beyond any float.", "Log it scaled down.") from None


def _single(name: str, value: Any) -> Any:
    """The same, if it has one element: its shape is known without waiting for it."""
    if math.prod(value.shape) != 1:
        raise UsageError(f"The value of '{name}' is not one number.", "Log tensors of one element.")
    return value


def rows_of(path: Path) -> Iterator[dict[str, float]]:
    """The rows of a log that :class:`~curvedoc.log.RunLogger` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        if FORMATS[path.suffix.lower()] == "csv":
            for cells in csv.DictReader(file):
                yield {name: float(cell) for name, cell in cells.items() if cell}
        else:
            yield from map(json.loads, file)
