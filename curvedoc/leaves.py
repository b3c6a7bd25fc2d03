"""The leaves of a JSON document: whatever may be a curve, wherever it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import steps as stepping
from .cells import Column, column
from .records import MAX_DEPTH, MAX_LIST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Path = tuple[str, ...]

_SPLIT = (
    r"(train(ing)?|learn|vali?d?(ation)?|test(ing)?|eval(uation)?|dev|holdout)"
    r"([_\-. ]?\d+)?([_\-. ]?(stats|metrics|history|logs?|results?))?"
)
_SETTINGS = r"config(uration)?|params?|parameters|[hH]params|hyperparameters|args|arguments|settings|options"
_KEYED = r"(?:(?:epoch|step|iter|iteration|ep)[_\- ]?)?(\d+(?:\.\d+)?)"
_STEP_LISTS = ("steps", "step", "iterations", "epochs", "x")
_VALUE_LISTS = ("values", "value", "y")


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """Something at a path of a document: ``kind`` is ``"list"``, ``"points"``, ``"records"``, ``"scalar"`` or
    ``"other"``; ``value`` what stands there (for points: steps and values)."""

    path: Path
    kind: str
    value: Any


def is_split(name: str) -> bool:
    """Whether a key names a split of the data: ``train``, ``validation_0``, ``test_stats``."""
    return re.fullmatch(_SPLIT, name, re.IGNORECASE) is not None


def is_settings(path: Path) -> bool:
    """Whether a path leads into settings."""
    return any(re.fullmatch(_SETTINGS, part, re.IGNORECASE) for part in path)


def is_number(value: Any) -> bool:
    """Whether a JSON value is a number."""
    return isinstance(value, (float, int)) and not isinstance(value, bool)


def is_curve(leaf: Leaf) -> bool:
    """Whether a leaf may be a curve: points or numbers, and not among settings."""
    if is_settings(leaf.path):
        return False
    return leaf.kind == "points" or (leaf.kind == "list" and _has_number(leaf.value))


def _has_number(values: list[Any]) -> bool:
    made = column("", values)
    return isinstance(made, Column) and len(made.rows) > 0


def walk(value: Any, path: Path) -> Iterator[Leaf]:
    """The leaves of a document."""
    if isinstance(value, dict) and len(path) <= MAX_DEPTH:
        special = _points_of(value) or _frame(value) or _keyed_records(value)
        if special is not None:
            yield Leaf(path, *special)
            return
        for key, inner in value.items():
            yield from walk(inner, (*path, str(key)))
    elif isinstance(value, list):
        kind, found = _list_kind(value)
        if kind == "matrix":  # one value per class and step
            yield from (
                Leaf((*path, str(i)), "list", list(row)) for i, row in enumerate(zip(*found, strict=True))
            )
        else:
            yield Leaf(path, kind, found)
    else:
        yield Leaf(path, "other" if isinstance(value, dict) else "scalar", value)


def _list_kind(values: list[Any]) -> tuple[str, Any]:
    """What a list is: records, numbers, rows of (wall time,) step and value, or something else."""
    dicts = sum(isinstance(v, dict) for v in values)
    if dicts and dicts * 2 > len(values):
        return "records", [v for v in values if isinstance(v, dict)]
    sizes = {len(v) if isinstance(v, list) else -1 for v in values}
    if sizes in ({2}, {3}) and len(values) > 2:
        points = _points([row[-2] for row in values], [row[-1] for row in values])
        steps = points[1][0] if points else np.zeros(1)
        whole = not np.any(steps % 1) and stepping.n_distinct(steps) > 1
        if points and whole and np.mean(np.diff(steps) >= 0) > 0.5:
            return points
    if len(sizes) == 1 and 1 < max(sizes) <= MAX_LIST and len(values) > max(sizes):
        return "matrix", values
    return ("other", values) if dicts or sizes - {-1} else ("list", values)


def _points(steps: Sequence[Any], values: Sequence[Any]) -> tuple[str, Any] | None:
    """A curve from its steps and values, without those that are null or text; None when nothing is left."""
    s, v = column("", list(steps)), column("", list(values))
    if not isinstance(s, Column) or not isinstance(v, Column):
        return None
    at = np.full(len(steps), np.nan)
    at[s.rows] = s.values
    at = at[v.rows]
    fine = stepping.countable(at)
    return ("points", (at[fine], v.values[fine])) if fine.any() else None


def _points_of(value: Mapping[str, Any]) -> tuple[str, Any] | None:
    """A dictionary that is one curve: steps beside values, values by step, values at a fixed interval."""
    values = next((value[k] for k in _VALUE_LISTS if k in value), None)
    steps = next((value[k] for k in _STEP_LISTS if k in value), None)
    if isinstance(values, list) and isinstance(steps, list) and len(values) == len(steps):
        return _points(steps, values)
    begin, gap = value.get("start_step"), value.get("step_interval", 1)
    if is_number(begin) and is_number(gap) and isinstance(values, list):
        return _points([begin + gap * i for i in range(len(values))], values)
    if begin is not None and isinstance(values, dict):
        value = values
    keys = [re.fullmatch(_KEYED, k, re.IGNORECASE) for k in value]
    if len(keys) > 1 and all(keys) and not any(isinstance(v, (dict, list)) for v in value.values()):
        return _points([k[1] for k in keys if k], list(value.values()))
    return None


def _keyed_records(value: Mapping[str, Any]) -> tuple[str, Any] | None:
    """One record per key: ``{"1": {"loss": …}, "2": {…}}`` or ``{"epoch_1": …}``."""
    keys = [re.fullmatch(_KEYED, k, re.IGNORECASE) for k in value]
    if len(keys) < 2 or not all(keys) or not all(isinstance(v, dict) for v in value.values()):
        return None
    if any(isinstance(v, list) and len(v) > 1 for record in value.values() for v in record.values()):
        return None
    return "records", [{"epoch": float(k[1]), **v} for k, v in zip(keys, value.values(), strict=True) if k]


def _frame(value: Mapping[str, Any]) -> tuple[str, Any] | None:
    """A pandas frame written with ``orient="split"``."""
    if not (isinstance(value.get("columns"), list) and isinstance(value.get("data"), list)):
        return None
    names = [str(c) for c in value["columns"]]
    return "records", [dict(zip(names, row, strict=False)) for row in value["data"] if isinstance(row, list)]
