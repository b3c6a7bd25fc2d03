"""Tables that hold several runs side by side: a column of seeds or folds, or their numbers in the names."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .cells import Column, TextColumn
from .columns import is_clock, is_counter, is_index
from .run import Ignored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .table import Table

MOST = 1000
"""More values than this number something else than runs."""

ROWS_EACH = 3
"""A column with a value of its own for almost every row is no column of runs."""

_KEY = re.compile(
    r"(rng|random)?seed|randomstate|(cv|k)?fold(id|idx|no)?|cvsplit|trial(id|no)?|run(id|name|no)?|"
    r"exp(eriment)?(id|name)?|replicate|repeat"
)
_NUMBERED = re.compile(
    r"(?:(?P<before>.*?)[/_\-. ])?"
    r"(?P<member>(?:fold|seed|cv|trial|run|member|replicate|repeat)[_\- ]?\d{1,4})"
    r"(?:[/_\-. ](?P<after>.*))?",
    re.IGNORECASE,
)


def by_member(table: Table) -> list[Table]:
    """One table per run, named ``table/fold_1``; the table itself where nothing tells several runs apart."""
    for c in table.columns:
        if _names_runs(c.name) and len(c.rows) == table.n_rows:
            levels = _levels(c)
            if 2 <= len(levels) <= MOST and _restarts(table, c, levels):
                return _by_value(table, c, levels)
    return _by_name(table)


def label_of(record: Mapping[str, Any], number: int) -> str:
    """What to call one of several runs that stand in a list: by its seed or fold, else by its number."""
    for key, value in record.items():
        if _names_runs(key) and isinstance(value, int | float | str) and not isinstance(value, bool):
            told = f"{value:g}" if isinstance(value, float) else str(value)
            return f"{key}_{told}" if told[:1].isdigit() else told[:80]
    return str(number)


def _names_runs(name: str) -> bool:
    """Whether a column of this name tells runs apart: ``seed``, ``fold_id``, ``Run Name``."""
    return _KEY.fullmatch(re.sub(r"[\W_]", "", name.rsplit("/", 1)[-1]).lower()) is not None


def _levels(key: Column | TextColumn) -> dict[str, NDArray[np.int64]]:
    """The rows of each value, in the order in which the values begin."""
    if isinstance(key, Column):
        if len(key.values) < 2 * ROWS_EACH or not np.all(key.values % 1 == 0):
            return {}
        cells: Sequence[str] = [f"{v:.0f}" for v in key.values.tolist()]
    else:
        cells = key.cells
    names = dict.fromkeys(cells)
    if len(names) < 2 or len(names) > MOST or len(cells) < ROWS_EACH * len(names):
        return {}
    place = {name: i for i, name in enumerate(names)}
    own = np.array([place[cell] for cell in cells])
    return {name: np.flatnonzero(own == i) for name, i in place.items()}


def _restarts(table: Table, key: Column | TextColumn, levels: dict[str, NDArray[np.int64]]) -> bool:
    """Whether a counter begins anew for most values: then they are runs, and no stretches of one run."""
    for c in table.numbers:
        if c is key or not is_counter(c.name) or len(c.rows) < table.n_rows or _names_runs(c.name):
            continue
        first = np.array([c.values[rows].min() for rows in levels.values()])
        last = np.array([c.values[rows].max() for rows in levels.values()])
        return float(np.mean(first <= np.median(last) / 2)) > 0.5
    return False


def _by_value(table: Table, key: Column | TextColumn, levels: dict[str, NDArray[np.int64]]) -> list[Table]:
    ignored = (*table.ignored, Ignored(key.name, "tells the runs apart"))
    made = []
    for number, (level, rows) in enumerate(levels.items(), 1):
        columns = [_of_rows(c, rows, table.n_rows) for c in table.columns if c is not key]
        note = f"Run {number} of {len(levels)} in this file: {key.name} = {level}."
        name = f"{table.name}/{key.name.rsplit('/', 1)[-1]}_{level}"
        made.append(
            replace(
                table, name=name, columns=tuple(columns), n_rows=len(rows), ignored=ignored,
                notes=(*table.notes, note),
            )
        )  # fmt: skip
    return made


def _of_rows(c: Column | TextColumn, rows: NDArray[np.int64], n: int) -> Column | TextColumn:
    """The cells of some rows, which are numbered anew."""
    place = np.full(n, -1)
    place[rows] = np.arange(len(rows))
    own = np.flatnonzero(place[c.rows] >= 0)
    if isinstance(c, Column):
        return replace(c, rows=place[c.rows[own]], values=c.values[own])
    return replace(c, rows=place[c.rows[own]], cells=tuple(c.cells[i] for i in own.tolist()))


def _by_name(table: Table) -> list[Table]:
    """One table per run where names tell them apart: ``train_loss_fold0``, ``seed 1/val_loss``."""
    found: dict[str, dict[str, Column | TextColumn]] = {}
    shared: list[Column | TextColumn] = []
    for c in table.columns:
        match = None if _is_shared(c) else _NUMBERED.fullmatch(c.name)
        rest = "_".join(part for part in (match["before"], match["after"]) if part) if match else ""
        if match and rest:
            found.setdefault(match["member"], {})[rest] = replace(c, name=rest)
        else:
            shared.append(c)
    sets = {frozenset(own) for own in found.values()}
    if len(found) < 2 or len(sets) != 1 or any(c.name in next(iter(sets)) for c in shared):
        return [table]
    return [
        replace(
            table,
            name=f"{table.name}/{member}",
            columns=(*shared, *own.values()),
            notes=(*table.notes, f"Run {number} of {len(found)} in this file: {member}."),
        )
        for number, (member, own) in enumerate(found.items(), 1)
    ]


def _is_shared(c: Column | TextColumn) -> bool:
    """Whether a column counts or tells the time, so that all runs share it."""
    return is_counter(c.name) or is_clock(c.name) or (isinstance(c, Column) and is_index(c))
