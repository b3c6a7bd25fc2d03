"""From records (one dictionary per log call, as JSON has them) to columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .cells import Column, TextColumn, clean_name, column
from .run import Ignored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_DEPTH = 12
"""Dictionaries nested deeper than this are no log records."""

MAX_LIST = 16
"""A list of up to this many numbers is one value per class or output; longer ones are data, no metric."""

CLOSING = frozenset({"train_runtime", "train_samples_per_second", "train_steps_per_second"})
"""Keys of the record with which the Hugging Face trainer closes: averages over the run, no points."""


def flat(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and values of a nested record: ``{"loss": {"a": 1}}`` gives ``("loss/a", 1)``.

    Short lists of numbers give ``name/0``, ``name/1``; other lists are passed as they are. Dictionaries
    under a name that begins with an underscore (``_meta``, ``_wandb``) are about the log and left out.
    """
    stack: list[tuple[str, Any, int]] = [("", record, 0)]
    while stack:
        name, value, depth = stack.pop()
        if isinstance(value, dict) and depth <= MAX_DEPTH:
            inner = [(f"{name}/{k}" if name else str(k), v, depth + 1) for k, v in value.items()]
            stack += [i for i in reversed(inner) if not (isinstance(i[1], dict) and i[0].startswith("_"))]
        elif isinstance(value, list) and 1 < len(value) <= MAX_LIST and _numbers(value):
            yield from ((f"{name}/{i}", v) for i, v in enumerate(value))
        else:
            yield name, value


def _numbers(values: list[Any]) -> bool:
    return set(map(type, values)) <= {float, int}


class Cells:
    """The cells of records by name, in the order in which the names came, and what was put aside."""

    def __init__(self) -> None:
        self.cells: dict[str, tuple[list[int], list[Any]]] = {}
        self.ignored: dict[str, str] = {}

    def add(self, record: Mapping[str, Any], row: int) -> bool:
        """Add a record as one row; False where it makes none: it is empty, or the closing summary of the
        Hugging Face trainer."""
        if not CLOSING.isdisjoint(record):
            self.ignored.update(dict.fromkeys((k for k in record if k in CLOSING), "closing summary"))
            return False
        made = False
        nested = not {dict, list}.isdisjoint(map(type, record.values()))
        for name, value in flat(record) if nested else record.items():
            rows, values = self.cells.setdefault(name, ([], []))
            made = True
            if rows and rows[-1] == row:
                values[-1] = value
                continue
            rows.append(row)
            values.append(value)
        if nested:
            about = (k for k, v in record.items() if isinstance(v, dict) and k.startswith("_"))
            self.ignored.update(dict.fromkeys(about, "about the log"))
        return made

    def noted(self) -> list[Ignored]:
        """What was put aside, with the reasons."""
        return [Ignored(name, reason) for name, reason in self.ignored.items()]


def columns(records: Iterable[Mapping[str, Any]]) -> tuple[list[Column | TextColumn], int, list[Ignored]]:
    """The columns of a list of records, the number of rows, and what was put aside (see :class:`Cells`)."""
    found = Cells()
    row = 0
    for record in records:
        row += found.add(record, row)
    made = [
        column(clean_name(name), values, np.array(rows, np.int64))
        for name, (rows, values) in found.cells.items()
    ]
    return made, row, found.noted()


@dataclass(slots=True, eq=False)
class Read:
    """What JSON Lines hold.

    ``columns`` over ``rows`` (one for each record with values); ``lines`` that are not blank, ``broken`` of
    them no objects, and whether the last one is.
    """

    columns: list[Column | TextColumn]
    rows: int
    ignored: list[Ignored]
    lines: int
    broken: int
    cut: bool


def parse_object(line: str | bytes) -> dict[str, Any] | None:
    """The object on a line, or None."""
    try:
        value = json.loads(line, parse_int=float)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
