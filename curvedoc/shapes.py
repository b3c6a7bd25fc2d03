"""Finding the curves in a JSON document: lists of numbers, lists of records, points by step.

What the leaves of the document look like together decides how they are read.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from . import steps as stepping
from .cells import Column, TextColumn, clean_name, column
from .columns import bare, is_clock, is_counter
from .errors import NotALogError, UsageError
from .leaves import Leaf, Path, is_curve, is_number, is_settings, is_split, walk
from .members import label_of
from .records import columns
from .run import Ignored, Logged, Series
from .table import Table, runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .source import ReadOptions


def read_document(document: Any, name: str, path: str, reader: str, options: ReadOptions) -> list[Logged]:
    """Every run in a JSON document; raises :class:`~curvedoc.errors.NotALogError` where there is none."""
    found: list[Logged] = []
    for label, leaves in _several(list(walk(document, ()))):
        run = f"{name}/{label}" if label else name
        found += _read(_without_wrapper(leaves), document, run, path, reader, options)
    return found


def _several(leaves: list[Leaf]) -> list[tuple[str, list[Leaf]]]:
    """Split the leaves by run: runs side by side have the same curves under keys that are no splits."""
    curves = [
        leaf for leaf in leaves if leaf.kind in {"list", "points"} and len(leaf.path) > 1 and is_curve(leaf)
    ]
    for depth in (0, 1):
        heads: dict[str, set[Path]] = {}
        for leaf in curves:
            if len(leaf.path) > depth + 1:
                heads.setdefault(leaf.path[depth], set()).add(leaf.path[depth + 1 :])
        above = {leaf.path[:depth] for leaf in curves}
        if len(heads) < 2:
            continue
        if len(above) > 1 or any(is_split(h) for h in heads):
            break
        tails = list(heads.values())
        shared = set.intersection(*tails)
        if len(shared) * 2 < max(map(len, tails)) or not any("loss" in t[-1].lower() for t in shared):
            break
        own: dict[str, list[Leaf]] = {head: [] for head in heads}
        for x in leaves:
            if len(x.path) > depth and x.path[depth] in own:
                own[x.path[depth]].append(replace(x, path=x.path[depth + 1 :]))
        return list(own.items())
    records = [leaf for leaf in leaves if leaf.kind == "records"]
    if len(records) == 1 and all(
        any(isinstance(v, list) and len(v) > 2 for v in _inside(r)) for r in records[0].value
    ):
        inner = [list(walk(r, ())) for r in records[0].value]
        if all(
            any(is_curve(x) and "loss" in x.path[-1].lower() for x in leaves if x.path) for leaves in inner
        ):
            rows = zip(records[0].value, inner, strict=True)
            return [(label_of(r, i), x) for i, (r, x) in enumerate(rows, 1)]
    return [("", leaves)]


def _inside(record: dict[str, Any]) -> Iterator[Any]:
    """The values of a record, and of a dictionary in it (``{"seed": 1, "history": {"loss": [...]}}``)."""
    for value in record.values():
        yield from value.values() if isinstance(value, dict) else (value,)


def _without_wrapper(leaves: list[Leaf]) -> list[Leaf]:
    """Without a first key that all curves share (``{"history": {…}}``), unless it names a split."""
    curves = [leaf for leaf in leaves if leaf.kind in {"points", "list"} and is_curve(leaf)]
    while curves:
        head = curves[0].path[:1]
        if any(len(c.path) < 2 or c.path[:1] != head for c in curves) or is_split(head[0]):
            break
        curves = [replace(c, path=c.path[1:]) for c in curves]
        leaves = [
            replace(x, path=x.path[1:]) if x.path[:1] == head and len(x.path) > 1 else x for x in leaves
        ]
    return leaves


def _read(
    leaves: list[Leaf], document: Any, name: str, path: str, reader: str, options: ReadOptions
) -> list[Logged]:
    """The run (or the runs appended to each other) in these leaves."""
    records = [leaf for leaf in leaves if leaf.kind == "records" and not is_settings(leaf.path)]
    records = [leaf for leaf in records if len(leaf.value) * 2 >= max(len(r.value) for r in records)]
    lists = [leaf for leaf in leaves if leaf.kind == "list" and is_curve(leaf)]
    points = [leaf for leaf in leaves if leaf.kind == "points" and is_curve(leaf)]
    longest = max((len(leaf.value) for leaf in lists), default=0)
    ignored = [
        Ignored(_name(x.path), "settings or a single value")
        for x in leaves
        if x.path and x.kind in {"scalar", "other"}
    ]
    if records and max(len(r.value) for r in records) >= longest:
        return _read_records(records, document, Table(name, path, reader, (), 0, tuple(ignored)), options)
    if not lists and not points:
        raise NotALogError(*_no_series(leaves), path)
    if points and longest < 3:
        return [_read_points(points, name, path, reader, ignored, options)]
    short: list[Leaf] = []
    long: list[Leaf] = []
    for x in lists:
        (short if len(x.value) < 3 and longest >= 5 and not _is_telling(x.path) else long).append(x)
    ignored += [Ignored(_name(leaf.path), "settings or a single value") for leaf in short]
    made, rows, notes = _side_by_side(long, longest)
    return runs(Table(name, path, reader, tuple(made), rows, tuple(ignored), tuple(notes)), options)


def _read_records(leaves: list[Leaf], document: Any, empty: Table, options: ReadOptions) -> list[Logged]:
    """Runs from one list of records, or from one list per split (``train``, ``val``)."""
    if len(leaves) > 1 and all(x.path and is_split(x.path[-1]) for x in leaves):
        all_records = [{"split": leaf.path[-1].lower(), **r} for leaf in leaves for r in leaf.value]
        leaves = [Leaf((), "records", all_records)]
    found = []
    for leaf in leaves:
        made, rows, ignored = columns(_named_by_catboost(leaf.value, document))
        if not rows:
            raise NotALogError(
                "holds no records yet", "Wait for the first log call of the training.", empty.path
            )
        if rows == 1 and len(leaf.value) == 1 and not leaf.path:
            raise NotALogError(*_SUMMARY, empty.path)
        label = empty.name if len(leaves) == 1 else f"{empty.name}/{_name(leaf.path)}"
        table = replace(
            empty, name=label, columns=tuple(made), n_rows=rows, ignored=(*empty.ignored, *ignored)
        )
        found += runs(table, options)
    return found


def _named_by_catboost(records: list[dict[str, Any]], document: Any) -> list[dict[str, Any]]:
    """CatBoost lists its metrics by position and their names once: give each value its name."""
    meta = document.get("meta") if isinstance(document, dict) else None
    if not isinstance(meta, dict) or "learn_metrics" not in meta:
        return records
    named = []
    for record in records:
        whole = {}
        for key, value in record.items():
            names = meta.get(f"{key}_metrics")
            if isinstance(names, list) and isinstance(value, list):
                pairs = zip(names, value, strict=False)
                whole[key] = {str(n.get("name") if isinstance(n, dict) else n): v for n, v in pairs}
            else:
                whole[key] = value
        named.append(whole)
    return named


def _side_by_side(leaves: list[Leaf], longest: int) -> tuple[list[Column | TextColumn], int, list[str]]:
    """Lists as columns of one table.

    Of different lengths: one longer by one began before the first step, a much shorter one was logged at
    even intervals.
    """
    made, notes = [], []
    for size, same in groupby(sorted(leaves, key=lambda x: -len(x.value)), key=lambda x: len(x.value)):
        rows = np.arange(size)
        if size == longest - 1:
            rows += 1
        elif size * 2 <= longest:
            rows = np.round((np.arange(size) + 1) * (longest / size)).astype(np.int64) - 1
        group = list(same)
        if size * 2 <= longest:
            names = ", ".join(_name(x.path) for x in group[:3])
            notes.append(f"{names}: {size} values beside {longest} of the others; they were spread evenly.")
            group = [x for x in group if not is_counter(x.path[-1])]
        made += [column(_name(leaf.path), leaf.value, rows) for leaf in group]
    return _one_counter(made, longest), longest, notes


def _one_counter(made: list[Column | TextColumn], n: int) -> list[Column | TextColumn]:
    """Counters repeated in each split (``train/epoch``, ``val/epoch``) once."""
    seen: list[Column] = []
    kept: list[Column | TextColumn] = []
    for c in made:
        if isinstance(c, Column) and is_counter(c.name) and len(c.rows) == n:
            if any(bare(s.name) == bare(c.name) and np.array_equal(s.values, c.values) for s in seen):
                continue
            seen.append(c)
        kept.append(c)
    return kept


def _read_points(
    leaves: list[Leaf], name: str, path: str, reader: str, ignored: list[Ignored], options: ReadOptions
) -> Logged:
    """One run of curves that each bring their own steps."""
    if options.x and options.x not in {"step", "row"}:
        raise UsageError(
            f"there is no column '{options.x}': every curve has its own steps", "Leave --x out.", path
        )
    series, replaced = [], 0
    for leaf in leaves:
        steps, values = leaf.value
        steps, values, gone = stepping.rewound(steps, values)
        at = np.arange(1.0, len(steps) + 1) if options.x == "row" else steps
        series.append(Series(_name(leaf.path), at, values))
        replaced = max(replaced, gone)
    notes = [
        f"The step counter runs backwards (a resumed run?): {replaced} overwritten points were replaced."
    ]
    if all(is_clock(s.name) for s in series):
        raise NotALogError("holds only times, no loss or metric", "Name the log with the losses.", path)
    return Logged(
        name,
        path,
        reader,
        options.x or "step",
        tuple(series),
        tuple(ignored),
        tuple(notes if replaced else []),
    )


def _is_telling(path: Path) -> bool:
    """Whether a name is that of a curve, however short."""
    return (
        any(word in path[-1].lower() for word in ("loss", "acc", "val", "test", "metric", "score"))
        if path
        else True
    )


def _name(path: Sequence[str]) -> str:
    return clean_name("/".join(path)) or "value"


_SUMMARY = (
    "holds one value per name: a summary from the end of a run, no curve",
    "Name the log of the whole run (Hugging Face: trainer_state.json), or the directory of one per epoch.",
)


def _no_series(leaves: list[Leaf]) -> tuple[str, str]:
    """Why a document has no curve, and what to do."""
    if any(leaf.kind == "scalar" and is_number(leaf.value) for leaf in leaves):
        return _SUMMARY
    if any(leaf.kind == "list" and not leaf.value for leaf in leaves):
        return (
            "holds only empty lists: nothing was logged yet",
            "Wait for the first log call of the training.",
        )
    return "holds no lists of numbers and no log records", "Name the log with the losses."
