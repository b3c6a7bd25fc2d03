"""Which column counts the steps of a table, and the step of every row: filled, joined, sorted, aligned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from . import steps as stepping
from .columns import is_counter, is_index, priority
from .errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cells import Column, IntArray
    from .run import FloatArray

ROW = "row"
"""The name of the steps where no column counts them: rows, from 1."""

FINE = 0.9
"""A counter with at least nine tenths of the distinct steps of the finest one is as fine."""

COVERED = 0.5
"""A counter must stand in at least half the rows; the others take the step of the row before."""


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """The steps of a table.

    ``x``: the column that counts them (None: rows are counted); ``main``: the finest curve; ``curves``: all
    columns, in the order of ``steps`` (one for each row); ``begins``: the rows at which runs begin.
    """

    x: Column | None
    main: Column
    curves: Sequence[Column]
    steps: FloatArray
    begins: Sequence[int] = (0,)
    notes: Sequence[str] = ()


def choose(curves: Sequence[Column], n: int, wanted: str | None = None) -> Column | None:
    """The column that counts the steps of ``n`` rows, or the one ``wanted``; None: rows are counted.

    The finest counter that mostly increases; among equals the one in every row, then the usual name. Raises
    :class:`~curvedoc.errors.UsageError` when the wanted one is not there.
    """
    if wanted is not None:
        return _asked(curves, wanted)
    fit: list[tuple[int, Column]] = []
    for c in curves:
        values = c.values[stepping.countable(c.values)]
        if is_counter(c.name) and len(values) >= COVERED * n and _counts_on(values):
            distinct = stepping.n_distinct(values)
            if distinct > 1 or n == 1 or len(values) == 1:
                fit.append((distinct, c))
    if fit:
        most = max(d for d, _ in fit)
        fine = [c for d, c in fit if d >= FINE * most]
        return min(fine, key=lambda c: (len(c.rows) < n, priority(c.name)))
    return next((c for c in curves if is_index(c) and len(c.rows) == n and _any_step(c)), None)


def _asked(curves: Sequence[Column], wanted: str) -> Column | None:
    """The column that ``--x`` names."""
    exact = [c for c in curves if c.name == wanted]
    for c in exact or [c for c in curves if c.name.lower() == wanted.lower().strip()]:
        if not _any_step(c):
            raise UsageError(f"the column '{c.name}' holds no number that can be a step", "Use another x.")
        return c
    if wanted == ROW:
        return None
    names = [c.name for c in curves]
    raise UsageError(
        f"there is no column of numbers '{wanted}'.{nearest(wanted, names)}",
        f"Use one of: {', '.join(names[:12])}, or {ROW}.",
    )


def _any_step(c: Column) -> bool:
    return bool(stepping.countable(c.values).any())


def _counts_on(values: FloatArray) -> bool:
    """Whether a counter mostly increases, or would if its rows were sorted."""
    gaps = np.diff(values)
    if (np.sum(gaps >= 0) + 1) * 2 >= len(values):
        return True
    return len(gaps) > 1 and (stepping.is_shuffled(values) or bool(np.all(gaps < 0)))


def axis(curves: Sequence[Column], x: Column | None, main: Column, n: int, wanted: str | None = None) -> Axis:
    """The steps of ``n`` rows counted by ``x``; ``main`` is the column with most points.

    Rows without a step take that of the row before; a counter that restarts each epoch is joined with it;
    rows out of order are sorted; evaluations that count something else are put where they stand.
    """
    if x is None:
        return Axis(None, main, curves, np.arange(1.0, n + 1))
    notes = []
    steps = stepping.filled(x.rows, x.values, n)
    missing = n - int(np.sum(stepping.countable(x.values)))
    if missing:
        notes.append(f"{missing} rows have no '{x.name}': they took that of the row before.")
    epochs = _epochs(curves, x, n)
    joined = None if wanted or epochs is None else stepping.per_epoch(epochs[main.rows], steps[main.rows])
    if joined is not None:
        steps = stepping.filled(main.rows, joined, n)
        notes = [f"'{x.name}' restarts each epoch: the two were joined to one counter."]
    found = Axis(x, main, curves, steps, (0,), notes)
    if not len(stepping.falls(steps)):
        return found
    if _is_unsorted(steps[main.rows]):
        found = _sorted(found, x)
    else:
        placed = stepping.on_axis(steps, main.rows, _other_rows(found), epochs)
        if placed is not None:
            note = (
                f"'{x.name}' counts something else in the evaluations: they took the step of the row before."
            )
            found = replace(found, steps=placed, notes=[*notes, note])
    return _with_runs(found, x)


def _epochs(curves: Sequence[Column], x: Column, n: int) -> FloatArray | None:
    """The epoch of every row, from a column beside the one that counts the steps."""
    for c in curves:
        if c is x or priority(c.name) != priority("epoch") or len(c.rows) < COVERED * n:
            continue
        if _any_step(c):
            return stepping.filled(c.rows, c.values, n)
    return None


def _is_unsorted(own: FloatArray) -> bool:
    """Whether rows are merely out of order: distinct, evenly spaced steps, or the newest first."""
    falls = len(stepping.falls(own))
    return falls > 0 and (stepping.is_shuffled(own) or (falls > 1 and falls == len(own) - 1))


def _sorted(axis: Axis, x: Column) -> Axis:
    """The same with all rows in the order of their steps."""
    order = np.argsort(axis.steps, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))

    def moved(c: Column) -> Column:
        rows = place[c.rows]
        by_row = np.argsort(rows)
        return replace(c, rows=rows[by_row], values=c.values[by_row])

    curves = [moved(c) for c in axis.curves]
    x, main = (curves[list(axis.curves).index(c)] for c in (x, axis.main))
    return Axis(x, main, curves, axis.steps[order], (0,), [*axis.notes, f"Rows were sorted by '{x.name}'."])


def _other_rows(axis: Axis) -> IntArray:
    """The rows that have points, but none of the finest curve."""
    other = np.zeros(len(axis.steps), bool)
    for c in axis.curves:
        if not is_counter(c.name):
            other[c.rows] = True
    other[axis.main.rows] = False
    return np.flatnonzero(other)


def _with_runs(axis: Axis, x: Column) -> Axis:
    """The same with the rows at which runs begin; rows counted where the counter restarts within one run."""
    steps, main = axis.steps, axis.main
    at = stepping.restarts(steps[main.rows])
    if priority(x.name) != priority("epoch") and stepping.is_epoch_inner(main.values, at):
        note = "The step counter restarts within the run (once per epoch?): rows were counted instead."
        return Axis(None, main, axis.curves, np.arange(1.0, len(steps) + 1), (0,), [*axis.notes, note])
    own = set(main.rows.tolist()) if at else set()
    begins = [0]
    for row in main.rows[at].tolist():
        start = row
        while start - 1 > begins[-1] and start - 1 not in own and steps[start - 1] <= steps[row]:
            start -= 1  # an evaluation before the first training step belongs to the new run
        begins.append(start)
    return replace(axis, begins=begins)
