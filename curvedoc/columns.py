"""What a column is by its name, and tables that hold more than plain columns.

Counters, clocks, row indices; tables split by a ``stage`` column, long tables of name and value, chart
exports with one column per run, bands such as ``__MIN``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from .cells import Column, TextColumn, clean_name
from .run import Ignored
from .steps import countable

if TYPE_CHECKING:
    from .table import Table

# Names that count steps, usual ones first: of equally fine counters the earlier group wins.
_COUNTERS = (
    "step steps globalstep currentstep currentsteps trainstep trainingstep numsteps stepnum",
    "iteration iterations iter iters it itr niter numiterations trainingiteration update updates numupdates "
    "nupdates batch batches batchidx batchindex batchid batchnum minibatch",
    "epoch epochs ep epochnum epochidx epochnumber currentepoch epoca época epoche époque "
    "round boostinground tree trees generation",
    "sample samples numsamples examples tokens numtokens tokensseen images kimg progresskimg",
    "timesteps totaltimesteps timestepstotal totalenvsteps totalenvinteracts envsteps frames numframes "
    "episode episodes episodestotal",
)
_PRIORITY = {name: rank for rank, names in enumerate(_COUNTERS) for name in names.split()}
_CLOCKS = frozenset(
    "t sec secs seconds eta etaseconds duration elapsed date datetime timestamp timestamps".split()  # noqa: SIM905
)
_CLOCK_ENDS = (
    "time",
    "times",
    "timems",
    "timesec",
    "timeseconds",
    "timestamp",
    "timeelapsed",
    "elapsedseconds",
)
_PROGRESS = frozenset(["progress", "percent", "percentage", "pct", "done", "completed", "remaining"])
_STAGE_NAMES = frozenset(["mode", "stage", "phase", "split", "subset", "set", "partition", "dataset", "type"])
_STAGES = frozenset(
    ["train", "training", "val", "valid", "validation", "test", "testing", "eval", "evaluation", "dev"]
)
_LONG_NAMES = frozenset(["metric", "metricname", "tag", "name", "key", "variable", "series"])
_LONG_VALUES = frozenset(["value", "values", "metricvalue"])
_BANDS = ("__MIN", "__MAX")
_SPREADS = frozenset(["num", "std", "var", "min", "max", "count"])


@lru_cache(4096)
def bare(name: str) -> str:
    """The last part of a name without case and punctuation: ``"trainer/Global_Step"`` is ``"globalstep"``."""
    last = name.removesuffix("/mean").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join([c for c in last if c not in " _-.#:"]).lower()


def priority(name: str) -> int:
    """The rank of a counter by its name, usual ones first; a large number for other names."""
    return _PRIORITY.get(bare(name), 99)


def is_counter(name: str) -> bool:
    """Whether a column of this name counts steps."""
    return bare(name) in _PRIORITY


def is_clock(name: str) -> bool:
    """Whether a column of this name tells the time or a duration."""
    last = bare(name)
    since = last.startswith("time") and "step" not in last
    return since or last in _CLOCKS or last.endswith(_CLOCK_ENDS)


def is_progress(name: str) -> bool:
    """Whether a column of this name only says how much is done."""
    return bare(name) in _PROGRESS


def is_index(c: Column) -> bool:
    """Whether an unnamed column numbers the rows: by constant increments, anew where it falls back."""
    if c.name not in {"", "index", "idx"} and not c.name.startswith("Unnamed: "):
        return False
    if len(c.values) < 2 or not countable(c.values).all():
        return len(c.values) < 2
    gaps = np.diff(c.values)
    rising = gaps > 0
    return bool(rising.any()) and np.ptp(gaps[rising]) == 0 and bool(np.mean(rising) >= 0.5)


def reshaped(table: Table) -> list[Table]:
    """The plain tables in a table: one, but for chart exports that hold one column per run."""
    table = _without_bands(_unique_names(_counted(table)))
    table = _by_stage(_long(table))
    return _by_run(table)


def _counted(table: Table) -> Table:
    """Read counters that are dressed up as text: ``Epoch 3``, ``3/100``."""
    columns = list(table.columns)
    for place, c in enumerate(columns):
        if isinstance(c, TextColumn) and is_counter(c.name):
            found = [re.fullmatch(r"\D*(\d+)\s*(?:/\s*\d+)?\D*", cell) for cell in c.cells]
            if all(found):
                columns[place] = Column(c.name, c.rows, np.array([float(m[1]) for m in found if m]))
    return replace(table, columns=tuple(columns))


def _unique_names(table: Table) -> Table:
    """Number duplicate names, name unnamed columns, put aside further row indices."""
    seen: dict[str, int] = {}
    kept: list[Column | TextColumn] = []
    ignored = list(table.ignored)
    counted = any(is_counter(c.name) for c in table.numbers)
    for place, c in enumerate(table.columns, 1):
        if isinstance(c, Column) and is_index(c) and len(c.rows) == table.n_rows:
            if counted or any(k.name == c.name or is_index(k) for k in kept if isinstance(k, Column)):
                ignored.append(Ignored(c.name or f"column {place}", "row index"))
                continue
            kept.append(c)
            continue
        name = c.name or f"col{place}"
        seen[name] = seen.get(name, 0) + 1
        kept.append(replace(c, name=name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return replace(table, columns=tuple(kept), ignored=tuple(ignored))


def _without_bands(table: Table) -> Table:
    """Put aside the bands about a curve: W&B's ``__MIN``/``__MAX``, count and spread beside a mean."""
    names = {c.name for c in table.columns}
    kept, ignored = [], list(table.ignored)
    for c in table.columns:
        whole, _, part = c.name.rpartition("/")
        if c.name.endswith(_BANDS) and c.name[: -len(_BANDS[0])] in names:
            ignored.append(Ignored(c.name, "band of a smoothed chart"))
        elif part in _SPREADS and f"{whole}/mean" in names:
            ignored.append(Ignored(c.name, f"spread of {whole}/mean"))
        else:
            kept.append(c)
    return replace(table, columns=tuple(kept), ignored=tuple(ignored))


def _by_stage(table: Table) -> Table:
    """Split columns by a text column that names the split of each row: ``loss`` becomes ``train/loss``."""
    stage = next((c for c in table.columns if isinstance(c, TextColumn) and _is_stage(c, table.n_rows)), None)
    if stage is None:
        return table
    cells = np.array([s.lower() for s in stage.cells])
    columns: list[Column | TextColumn] = []
    for c in table.columns:
        if isinstance(c, TextColumn) or is_counter(c.name) or is_index(c):
            columns += [c] if c is not stage else []
            continue
        for level in dict.fromkeys(cells.tolist()):
            mask = np.isin(c.rows, stage.rows[cells == level])
            if mask.any():
                name = c.name if bare(c.name).startswith(level[:3]) else f"{level}/{c.name}"
                columns.append(Column(name, c.rows[mask], c.values[mask], c.texts))
    ignored = (*table.ignored, Ignored(stage.name, "names the split of each row"))
    return replace(table, columns=tuple(columns), ignored=ignored)


def _is_stage(c: TextColumn, n_rows: int) -> bool:
    return (
        bare(c.name) in _STAGE_NAMES
        and len(c.rows) >= 0.9 * n_rows
        and {s.lower() for s in c.cells} <= _STAGES
    )


def _long(table: Table) -> Table:
    """Turn a long table (one row per name and value) into one column per name."""
    names = next(
        (c for c in table.columns if isinstance(c, TextColumn) and bare(c.name) in _LONG_NAMES), None
    )
    value = next((c for c in table.numbers if bare(c.name) in _LONG_VALUES), None)
    if names is None or value is None:
        return table
    levels = dict.fromkeys(names.cells)
    if len(levels) * 2 > len(names.cells):
        return table
    place = {level: i for i, level in enumerate(levels)}
    level_of = np.full(table.n_rows, -1)
    level_of[names.rows] = [place[cell] for cell in names.cells]
    own = level_of[value.rows]
    order = np.argsort(own, kind="stable")
    ends = np.searchsorted(own[order], np.arange(len(levels)), side="right").tolist()
    columns = [c for c in table.columns if c is not names and c is not value]
    for level, begin, end in zip(levels, [int(np.sum(own < 0)), *ends], ends, strict=False):
        columns.append(
            Column(clean_name(level), value.rows[order[begin:end]], value.values[order[begin:end]])
        )
    return replace(table, columns=tuple(columns))


def _by_run(table: Table) -> list[Table]:
    """One table per run of a W&B chart export, which has a column ``run - metric`` (and bands) for each."""
    if not any(i.reason == "band of a smoothed chart" for i in table.ignored):
        return [table]
    shared = [c for c in table.columns if " - " not in c.name]
    split: dict[str, list[Column | TextColumn]] = {}
    bands: dict[str, list[Ignored]] = {}
    for c in table.columns:
        run, dash, name = c.name.rpartition(" - ")
        if dash:
            split.setdefault(run, []).append(replace(c, name=name))
    for i in table.ignored:
        run, dash, _ = i.name.rpartition(" - ")
        bands.setdefault(run if dash else "", []).append(i)
    tables = []
    for run, own in split.items():
        if any(len(c.rows) for c in own):
            ignored = (*bands.get("", ()), *(bands.get(run, ()) if run else ()))
            whole = replace(table, name=f"{table.name}/{run}", columns=(*shared, *own), ignored=ignored)
            tables.append(_only_filled(whole, own))
    return tables or [table]


def _only_filled(table: Table, own: list[Column | TextColumn]) -> Table:
    """Without the rows in which only other runs have points."""
    rows = np.unique(np.concatenate([c.rows for c in own]))
    columns = []
    for c in table.columns:
        mask = np.isin(c.rows, rows)
        kept = np.searchsorted(rows, c.rows[mask])
        if isinstance(c, Column):
            columns.append(replace(c, rows=kept, values=c.values[mask]))
    return replace(table, columns=tuple(columns), n_rows=len(rows))
