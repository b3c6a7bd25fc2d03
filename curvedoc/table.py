"""From columns to runs: which column counts the steps, where one run ends and the next begins.

Every reader that meets rows (CSV, JSON Lines, lists of records, data frames) ends here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from . import steps as stepping
from .cells import Column, TextColumn, clean_name, column
from .columns import is_clock, is_counter, is_index, is_progress, priority, reshaped
from .errors import NotALogError, UsageError, nearest
from .run import Ignored, Logged, Series

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .cells import IntArray
    from .run import FloatArray
    from .source import ReadOptions

ROW = "row"
"""The name of the steps where no column counts them: rows, from 1."""

FINE = 0.9
"""A counter with at least nine tenths of the distinct steps of the finest one is as fine."""

COVERED = 0.5
"""A counter must stand in at least half the rows; the others take the step of the row before."""

COARSE = 0.5
"""Where fewer than half of a curve's steps are distinct, the counter is too coarse and rows are counted."""


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


def from_cells(
    name: str, path: str, reader: str, cells: Mapping[str, Sequence[object]], options: ReadOptions
) -> list[Logged]:
    """Runs from named lists of cells (numbers, texts, None) of one or several lengths.

    Raises :class:`~curvedoc.errors.NotALogError` when nothing in it is a curve and
    :class:`~curvedoc.errors.UsageError` when ``options.x`` is not among the names.
    """
    columns = tuple(column(clean_name(str(key)), list(values)) for key, values in cells.items())
    rows = max((len(values) for values in cells.values()), default=0)
    return runs(Table(name, path, reader, columns, rows), options)


def runs(table: Table, options: ReadOptions) -> list[Logged]:
    """Every run in a table, in order; see :func:`from_cells` for what is raised."""
    found = []
    for part in reshaped(table):
        found += _runs(part, options)
    return found


def _runs(table: Table, options: ReadOptions) -> list[Logged]:
    curves = [c for c in table.numbers if len(c.rows)]
    telling = [c for c in curves if not (_counts(c) or is_clock(c.name) or is_progress(c.name))]
    if not telling:
        raise NotALogError(*_no_curve(table, curves), table.path)
    main = max(telling, key=lambda c: len(c.rows))
    x, steps, notes = _steps(table, curves, main, options)
    if x is not None and len(stepping.falls(steps)):
        curves, steps, more = _put_in_order(curves, steps, x, main)
        notes += more
        x, main = (next(c for c in curves if c.name == old.name) for old in (x, main))
    begins = _begins(steps, main, x) if x is not None else [0]
    if begins is None:
        x, begins, steps = None, [0], np.arange(1.0, table.n_rows + 1)
        notes.append("The step counter restarts within the run (once per epoch?): rows were counted instead.")
    left = [c for c in curves if c is not x and c.name]
    ends = [*begins[1:], table.n_rows]
    sizes = [int(np.sum((main.rows >= b) & (main.rows < e))) for b, e in zip(begins, ends, strict=True)]
    good = stepping.plausible(sizes)
    if not all(good):
        short = [n for n, ok in zip(sizes, good, strict=True) if not ok]
        notes.append(f"False starts (of {', '.join(map(str, short))} rows) were left out.")
    spans = [span for span, ok in zip(zip(begins, ends, strict=True), good, strict=True) if ok]
    result = []
    for number, (begin, end) in enumerate(spans, 1):
        base, said = table.name, list(notes)
        if len(spans) > 1:
            base = f"{table.name}#{number}"
            said.append(_which(number, spans, left))
        fixed = options.x is not None
        result.append(
            _logged(table, base, x, _cut(left, begin, end), steps[begin:end], said, main.name, fixed)
        )
    return result


def _counts(c: Column) -> bool:
    """Whether a column only numbers steps or rows."""
    return is_counter(c.name) or is_index(c)


def _cut(columns: Iterable[Column], begin: int, end: int) -> list[Column]:
    """The rows from ``begin`` to ``end`` of each column that has points there, counted from ``begin``."""
    cut = []
    for c in columns:
        a, b = np.searchsorted(c.rows, [begin, end]).tolist()
        if b > a:
            cut.append(replace(c, rows=c.rows[a:b] - begin, values=c.values[a:b]))
    return cut


def _logged(
    table: Table,
    name: str,
    x: Column | None,
    columns: Sequence[Column],
    steps: FloatArray,
    notes: list[str],
    main: str,
    fixed: bool,
) -> Logged:
    """One run from its rows."""
    label = x.name if x is not None and not is_index(x) else ROW
    finest = steps[next((c.rows for c in columns if c.name == main), columns[0].rows)]
    if x is not None and not fixed and stepping.n_distinct(finest) < COARSE * len(finest):
        notes.append(f"'{x.name}' has many rows per value: rows were counted instead.")
        label, steps = ROW, np.arange(1.0, len(steps) + 1)
    series, replaced = [], 0
    for c in columns:
        at, values, gone = stepping.rewound(steps[c.rows], c.values)
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
        name,
        table.path,
        table.reader,
        label,
        tuple(series),
        (*table.ignored, *ignored),
        (*table.notes, *notes),
    )


def _steps(
    table: Table, curves: list[Column], main: Column, options: ReadOptions
) -> tuple[Column | None, FloatArray, list[str]]:
    """The column that counts the steps (None: rows are counted) and a step for every row."""
    n = table.n_rows
    counted = np.arange(1.0, n + 1)
    if options.x == ROW and all(c.name != ROW for c in curves):
        return None, counted, []
    x = _asked(table, curves, options.x) if options.x else _chosen(curves, n)
    if x is None:
        return None, counted, []
    missing = n - int(np.sum(np.isfinite(x.values)))
    steps = stepping.filled(x.rows, x.values, n)
    epochs = None if options.x else _epochs(curves, x, n)
    joined = None if epochs is None else stepping.per_epoch(epochs[main.rows], steps[main.rows])
    if joined is not None:
        note = f"'{x.name}' restarts each epoch: the two were joined to one counter."
        return x, stepping.filled(main.rows, joined, n), [note]
    return (
        x,
        steps,
        [f"{missing} rows have no '{x.name}': they took that of the row before."] if missing else [],
    )


def _epochs(curves: list[Column], x: Column, n: int) -> FloatArray | None:
    """The epoch of every row, from a column beside the one that counts the steps."""
    for c in curves:
        if c is not x and priority(c.name) == priority("epoch") and len(c.rows) >= COVERED * n:
            return stepping.filled(c.rows, c.values, n)
    return None


def _asked(table: Table, curves: list[Column], wanted: str) -> Column:
    """The column that ``--x`` names."""
    exact = [c for c in curves if c.name == wanted]
    for c in exact or [c for c in curves if c.name.lower() == wanted.lower().strip()]:
        return c
    texts = {c.name for c in table.columns if isinstance(c, TextColumn)}
    names = [c.name for c in curves]
    if wanted in texts:
        raise UsageError(
            f"the column '{wanted}' holds no numbers", f"Use one of: {', '.join(names)}.", table.path
        )
    raise UsageError(
        f"there is no column '{wanted}'.{nearest(wanted, names)}",
        f"Use one of: {', '.join(names[:12])}, or row.",
        table.path,
    )


def _chosen(curves: list[Column], n: int) -> Column | None:
    """The finest counter that mostly increases; among equals the one in every row, then the usual name."""
    fit: list[tuple[int, Column]] = []
    for c in curves:
        values = c.values[np.isfinite(c.values)]
        if is_counter(c.name) and len(values) >= COVERED * n and _counts_on(values):
            distinct = stepping.n_distinct(values)
            if distinct > 1 or n == 1 or len(values) == 1:
                fit.append((distinct, c))
    if fit:
        most = max(d for d, _ in fit)
        fine = [c for d, c in fit if d >= FINE * most]
        return min(fine, key=lambda c: (len(c.rows) < n, priority(c.name)))
    return next((c for c in curves if is_index(c) and len(c.rows) == n), None)


def _counts_on(values: FloatArray) -> bool:
    """Whether a counter mostly increases, or would if its rows were sorted."""
    gaps = np.diff(values)
    if len(gaps) > 1 and (stepping.is_shuffled(values) or bool(np.all(gaps < 0))):
        return True
    return bool((np.sum(gaps >= 0) + 1) * 2 >= len(values))


def _put_in_order(
    curves: list[Column], steps: FloatArray, x: Column, main: Column
) -> tuple[list[Column], FloatArray, list[str]]:
    """Deal with rows that are merely out of order, and with two counters in one column."""
    own = steps[main.rows]
    falls = len(stepping.falls(own))
    if falls and (stepping.is_shuffled(own) or (falls > 1 and falls == len(own) - 1)):
        order = np.argsort(steps, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return [_moved(c, place) for c in curves], steps[order], [f"Rows were sorted by '{x.name}'."]
    other = np.zeros(len(steps), bool)
    for c in curves:
        if not is_counter(c.name):
            other[c.rows] = True
    other[main.rows] = False
    placed = stepping.on_axis(steps, main.rows, np.flatnonzero(other), _epochs(curves, x, len(steps)))
    if placed is None:
        return curves, steps, []
    note = (
        f"'{x.name}' counts something else in the evaluations: they were put at the step of the row before."
    )
    return curves, placed, [note]


def _moved(c: Column, place: IntArray) -> Column:
    rows = place[c.rows]
    order = np.argsort(rows)
    return replace(c, rows=rows[order], values=c.values[order])


def _begins(steps: FloatArray, main: Column, x: Column | None) -> list[int] | None:
    """The rows at which runs begin; None when the counter restarts within one run."""
    at = stepping.restarts(steps[main.rows])
    if x is not None and priority(x.name) != priority("epoch") and stepping.is_epoch_inner(main.values, at):
        return None
    own = set(main.rows.tolist()) if at else set()
    begins = [0]
    for row in main.rows[at].tolist():
        start = row
        while start - 1 > begins[-1] and start - 1 not in own and steps[start - 1] <= steps[row]:
            start -= 1
        begins.append(start)
    return begins


def _which(number: int, spans: Sequence[tuple[int, int]], columns: Sequence[Column]) -> str:
    """Says which of several runs in a file this is, and by what setting it differs when a column tells."""
    begin, end = spans[number - 1]
    text = f"Run {number} of {len(spans)} in this file (rows {begin + 1} to {end})"
    for c in columns:
        levels = [c.values[np.searchsorted(c.rows, a) : np.searchsorted(c.rows, b)] for a, b in spans]
        if all(len(v) and v.min() == v.max() for v in levels) and len({float(v[0]) for v in levels}) == len(
            spans
        ):
            return f"{text}: {c.name} = {levels[number - 1][0]:g}."
    return text + "."


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
