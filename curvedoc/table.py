"""From columns to runs: which column counts the steps, where one run ends and the next begins.

Every reader that meets rows (CSV, JSON Lines, lists of records, data frames) ends here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from . import counter
from . import steps as stepping
from .cells import Column, TextColumn, clean_name, column
from .columns import is_clock, is_counter, is_index, is_progress, reshaped
from .counter import ROW
from .errors import NotALogError, UsageError
from .members import by_member
from .run import Ignored, Logged, Series

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from .counter import Axis
    from .source import ReadOptions

COARSE = 0.5
"""Where fewer than half of a curve's steps are distinct, the counter is too coarse and rows are counted."""

MAX_COLUMNS = 10_000
"""Wide logs (a gradient norm per layer) have some thousand names; more are a matrix, and each costs."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows and columns as a reader found them, before steps are chosen."""

    name: str
    path: str
    reader: str
    columns: tuple[Column | TextColumn, ...]
    n_rows: int
    ignored: tuple[Ignored, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def numbers(self) -> list[Column]:
        """The columns that hold numbers."""
        return [c for c in self.columns if isinstance(c, Column)]


def from_frame(name: str, path: str, reader: str, frame: pd.DataFrame, options: ReadOptions) -> list[Logged]:
    """Runs from a pandas DataFrame: one column a curve, and its index if that has a name.

    A frame has one NaN for two things. From where a column without gaps turns NaN for good, it was logged (a
    run that diverged), unless another column begins there; elsewhere it is a blank cell. Raises as
    :func:`runs`.
    """
    frame = frame.reset_index() if frame.index.name is not None else frame
    cells = [frame.iloc[:, place] for place in range(frame.shape[1])]
    present = [np.flatnonzero(c.notna()) for c in cells]
    late = max((rows[0] for rows in present if len(rows)), default=0)
    columns: list[Column | TextColumn] = []
    for key, values, rows in zip(frame.columns, cells, present, strict=True):
        name_of = clean_name(str(key))
        if values.dtype.kind not in "fiu":
            columns.append(column(name_of, values.iloc[rows].tolist(), rows))
            continue
        diverged = len(rows) > late and rows[-1] == len(rows) - 1
        at = np.arange(len(frame)) if diverged else rows
        columns.append(Column(name_of, at, values.to_numpy(np.float64, na_value=np.nan)[at]))
    return runs(Table(name, path, reader, tuple(columns), len(frame)), options)


def runs(table: Table, options: ReadOptions) -> list[Logged]:
    """Every run in a table, in order.

    Raises :class:`~curvedoc.errors.NotALogError` when nothing in it is a curve and
    :class:`~curvedoc.errors.UsageError` when ``options.x`` is not among the names.
    """
    if len(table.columns) > MAX_COLUMNS:
        raise too_wide(len(table.columns), table.path)
    found = []
    for part in [member for plain in reshaped(table) for member in by_member(plain)]:
        found += _runs(part, options)
    return found


def too_wide(columns: int, path: str) -> NotALogError:
    """The error for a table of more than :data:`MAX_COLUMNS` columns."""
    return NotALogError(
        f"has {columns} columns, more than the {MAX_COLUMNS} of any log: it looks like a matrix",
        "Write one row per step with a column for each loss and metric, or name another log.",
        path,
    )


def _runs(table: Table, options: ReadOptions) -> list[Logged]:
    curves = [c for c in table.numbers if len(c.rows)]
    try:
        x = counter.choose(curves, table.n_rows, options.x)
    except UsageError as error:
        error.path = table.path
        raise
    telling = [c for c in curves if c is not x and not _is_plain(c)]
    if not telling:
        raise NotALogError(*_no_curve(table, curves), table.path)
    axis = counter.axis(curves, x, max(telling, key=lambda c: len(c.rows)), table.n_rows, options.x)
    left = [c for c in axis.curves if c is not axis.x and c.name]
    spans, notes = _spans(axis, table.n_rows)
    setting = _setting(spans, left) if len(spans) > 1 else None
    result = []
    for number, (begin, end) in enumerate(spans, 1):
        name, said = table.name, [*axis.notes, *notes]
        if len(spans) > 1:
            name = f"{table.name}#{number}"
            text = f"Run {number} of {len(spans)} in this file (rows {begin + 1} to {end})"
            said.append(f"{text}: {setting[0]} = {setting[1][number - 1]:g}." if setting else f"{text}.")
        own = replace(axis, curves=_cut(left, begin, end), steps=axis.steps[begin:end])
        result.append(_logged(replace(table, name=name), own, said, options.x is not None))
    return result


def _is_plain(c: Column) -> bool:
    """Whether a column only numbers steps or rows, or tells the time or how much is done."""
    return is_counter(c.name) or is_index(c) or is_clock(c.name) or is_progress(c.name)


def _spans(axis: Axis, n: int) -> tuple[list[tuple[int, int]], list[str]]:
    """The rows of each run, from and to; false starts are left out."""
    spans = list(zip(axis.begins, [*axis.begins[1:], n], strict=True))
    sizes = np.diff(np.searchsorted(axis.main.rows, [*axis.begins, n])).tolist()
    good = stepping.plausible(sizes)
    if all(good):
        return spans, []
    short = ", ".join(str(n) for n, ok in zip(sizes, good, strict=True) if not ok)
    note = f"False starts (of {short} rows) were left out."
    return [span for span, ok in zip(spans, good, strict=True) if ok], [note]


def _cut(columns: Iterable[Column], begin: int, end: int) -> list[Column]:
    """The rows from ``begin`` to ``end`` of each column that has points there, counted from ``begin``."""
    cut = []
    for c in columns:
        a, b = np.searchsorted(c.rows, [begin, end]).tolist()
        if b > a:
            cut.append(replace(c, rows=c.rows[a:b] - begin if begin else c.rows[a:b], values=c.values[a:b]))
    return cut


def _logged(table: Table, axis: Axis, notes: list[str], fixed: bool) -> Logged:
    """One run from its rows."""
    x, steps, columns = axis.x, axis.steps, axis.curves
    label = x.name if x is not None and not is_index(x) else ROW
    finest = steps[next((c.rows for c in columns if c.name == axis.main.name), columns[0].rows)]
    if x is not None and not fixed and stepping.n_distinct(finest) < COARSE * len(finest):
        notes.append(f"'{x.name}' has many rows per value: rows were counted instead.")
        label, steps = ROW, np.arange(1.0, len(steps) + 1)
    series, replaced = [], 0
    for c in columns:
        own = steps if len(c.rows) == len(steps) else steps[c.rows]
        at, values, gone = stepping.rewound(own, c.values)
        replaced = max(replaced, gone)
        series.append(Series(c.name, at, values))
    if replaced:
        back = len(stepping.falls(steps))
        times = "once" if back == 1 else f"{back} times"
        notes.append(
            f"The step counter '{label}' runs backwards {times} (a resumed run?): "
            f"{replaced} overwritten points were replaced by the later ones."
        )
    texts = [c for c in table.numbers if c.texts]
    if texts:
        named = ", ".join(f"'{c.name}' ({c.texts})" for c in texts[:5])
        notes.append(f"Cells that are no numbers were left out: {named}{' …' if len(texts) > 5 else ''}.")
    ignored = [Ignored(c.name, c.reason) for c in table.columns if isinstance(c, TextColumn)]
    ignored += [Ignored(c.name, "empty") for c in table.numbers if not len(c.rows)]
    return Logged(
        table.name,
        table.path,
        table.reader,
        label,
        tuple(series),
        (*table.ignored, *ignored),
        (*table.notes, *notes),
    )


def _setting(
    spans: Sequence[tuple[int, int]], columns: Sequence[Column]
) -> tuple[str, Sequence[float]] | None:
    """The column that tells several runs in a file apart, constant in each, and its value in each."""
    for c in columns:
        at = np.searchsorted(c.rows, np.array(spans)).tolist()
        if all(a < b for a, b in at):
            levels = [c.values[a:b] for a, b in at]
            first = [float(v[0]) for v in levels]
            if len(set(first)) == len(spans) and all(v.min() == v.max() for v in levels):
                return c.name, first
    return None


def _no_curve(table: Table, curves: list[Column]) -> tuple[str, str]:
    """Why a table holds no curve, and what to do."""
    if not table.columns or not table.n_rows:
        return "holds no values", "Name the log that the training wrote."
    if curves:
        names = ", ".join(c.name for c in curves[:4])
        return (
            f"holds only counters, times or progress ({names}), no loss or metric",
            "Name the log with the losses.",
        )
    return "holds no column of numbers", "Name the log with the losses."
