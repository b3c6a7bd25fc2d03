"""Logged series with what their names say, each put on a split: what only the whole log can tell.

``loss`` is the train loss beside a ``val_loss``; a lone test split serves as validation; a column
called ``Value`` is named by its file; ``validation_0`` and ``validation_1`` are train and validation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from . import vocabulary as v
from .tokens import Kind, Name, read_name, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from curvedoc.run import Logged, Series

_NUMBERED = re.compile(r"(validation|valid|eval|test)_(\d)(?!\d)", re.IGNORECASE)
# A metric logged at no more than this share of the train loss's points comes from evaluations: a train metric
# is logged with the loss, bar a first row.
SPARSE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A series and what its name says.

    ``role`` is set when the user gave it (``--map``); ``given`` when the user named the column in any way:
    then no habit moves it.
    """

    series: Series
    name: Name
    role: str = ""
    given: bool = False

    @property
    def points(self) -> int:
        """Number of logged points."""
        return len(self.series.values)

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key that does not depend on the order of columns; values tell duplicate names apart."""
        return (len(self.series.name), self.series.name, self.points, self.series.values.tobytes())

    def on(self, split: str) -> Column:
        """The same column on another split."""
        return replace(self, name=replace(self.name, split=split))


def columns_of(logged: Logged, given: Iterable[Column] = ()) -> list[Column]:
    """Name the series one by one, then with the file's name and each other; sorted, order of columns is lost.

    ``given`` are columns that the user named; they stay as they are.
    """
    fixed = list(given)
    taken = {id(c.series) for c in fixed}
    columns = [Column(s, read_name(s.name)) for s in logged.series if id(s) not in taken]
    columns = _named_by_file(sorted(columns, key=lambda c: c.order), logged)
    for habit in (_monitor, _lettered, _numbered_evaluations):
        columns = habit(columns)
    columns = sorted([*columns, *fixed], key=lambda c: c.order)
    return _place(_test_as_validation(columns))


def _stem(logged: Logged) -> str:
    """The file name without endings; of TensorBoard's downloads (`run-..-tag-..`) the tag."""
    stem = PurePath(logged.path or logged.name).name
    for ending in (".gz", ".csv", ".tsv", ".txt", ".json", ".jsonl", ".log"):
        stem = stem.removesuffix(ending)
    before, tag, rest = stem.partition("tag-")
    if not tag or "run-" not in before:
        return stem
    run = words(before)
    return f"{run[-1]}/{rest}" if run and run[-1] in v.SPLITS else rest


def _named_by_file(columns: list[Column], logged: Logged) -> list[Column]:
    """Fill in from the file's name what the columns' names leave open: quantity, split."""
    text = _stem(logged)
    stem = read_name(text)
    stem = replace(stem, extra=tuple(w for w in stem.extra if w in v.KNOWN), index=())
    columns = [replace(c, name=stem) if c.series.name == text else c for c in columns]
    nameless = [c for c in columns if c.name.kind is Kind.NAMELESS]
    if len(nameless) == 1 and stem.kind in (Kind.LOSS, Kind.METRIC):
        return [replace(c, name=stem) if c is nameless[0] else c for c in columns]
    columns = [_with_quantity(c, stem) if _is_split(c) else c for c in columns]
    curves = {id(c) for c in columns if c.name.kind in (Kind.LOSS, Kind.METRIC)}
    # `test_error.tsv` and `val.csv` say where their columns belong; a mere `test.csv` is somebody's trial,
    # and `golden_dev.csv` speaks of something else.
    telling = stem.kind in (Kind.LOSS, Kind.METRIC) or (stem.kind is Kind.SPLIT_ONLY and stem.split == "val")
    if stem.split and telling and not any(c.name.split for c in columns):
        return [c.on(stem.split) if id(c) in curves else c for c in columns]
    return columns


def _is_split(column: Column) -> bool:
    """Whether the name is nothing but a split: `train`, but not `train_history`."""
    said = column.name.words
    return column.name.kind is Kind.SPLIT_ONLY and all(w in v.SPLITS or w.isdigit() for w in said)


def _with_quantity(column: Column, stem: Name) -> Column:
    """A column called just `train` or `val`: the file's quantity, or the loss."""
    quantity = stem if stem.kind in (Kind.LOSS, Kind.METRIC) else Name(Kind.LOSS, base="loss")
    own = column.name
    return replace(column, name=replace(quantity, split=own.split, index=own.index, words=own.words))


def _monitor(columns: list[Column]) -> list[Column]:
    """Columns `r,l,t` of a reinforcement-learning monitor file: reward, length, time."""
    named = {
        "r": Name(Kind.METRIC, split="train", base="reward", words=("reward",)),
        "l": Name(Kind.IGNORED, reason=v.OTHERWISE["length"]),
        "t": Name(Kind.IGNORED, reason=v.OTHERWISE["time"]),
    }
    if not {"r", "l"} <= {c.series.name for c in columns}:
        return columns
    return [replace(c, name=named.get(c.series.name, c.name)) for c in columns]


def _lettered(columns: list[Column]) -> list[Column]:
    """`t_loss` beside `v_loss`: train and validation. Alone they are anything (total, value ...)."""
    letters = {"t": "train", "v": "val"}

    def rest(column: Column) -> tuple[str, str]:
        extra = column.name.extra
        if column.name.split or extra[:1] not in (("t",), ("v",)):
            return "", ""
        return extra[0], replace(column.name, extra=extra[1:]).quantity

    found = {rest(c) for c in columns}
    out = []
    for column in columns:
        letter, quantity = rest(column)
        if letter and {("t", quantity), ("v", quantity)} <= found:
            name = replace(column.name, extra=column.name.extra[1:], split=letters[letter])
            column = replace(column, name=name)
        out.append(column)
    return out


def _numbered_evaluations(columns: list[Column]) -> list[Column]:
    """Boosting numbers its evaluation sets, `validation_0`, `validation_1`: by habit the first is train."""
    sets = {id(c): m[2] for c in columns if (m := _NUMBERED.match(c.series.name)) and c.name.split}
    several = len(set(sets.values())) > 1 and not any(c.name.split == "train" for c in columns)
    out = []
    for column in columns:
        number = sets.get(id(column), "")
        if number and (not several or number in "01"):
            index = tuple(i for i in column.name.index if i != number)
            split = "train" if several and number == "0" else column.name.split
            column = replace(column, name=replace(column.name, index=index, split=split))
        out.append(column)
    return out


def _test_as_validation(columns: list[Column]) -> list[Column]:
    """A test split without any validation is what the run was watched on: it counts as validation.

    So it does where validation has metrics alone (``val/AP`` beside ``test/loss``), for what is not there.
    """
    held = [c for c in columns if c.name.split == "val" and c.name.kind in (Kind.LOSS, Kind.METRIC)]
    if any(c.name.kind is Kind.LOSS for c in held):
        return columns
    there = {c.name.quantity for c in held}
    if held and not any(c.name.split == "test" and c.name.kind is Kind.LOSS for c in columns):
        return columns
    return [
        c.on("val") if c.name.split == "test" and not c.role and c.name.quantity not in there else c
        for c in columns
    ]


def _place(columns: Sequence[Column]) -> list[Column]:
    """Give every loss and metric a split: losses train; metrics by name, then by how often logged."""
    evaluated = {c.name.quantity for c in columns if c.name.split in ("val", "test")}
    trained = any(c.name.split == "train" for c in columns if c.name.kind is Kind.LOSS)
    has_evaluation = any(c.name.split == "val" and c.name.kind is Kind.LOSS for c in columns)
    losses = [c.points for c in columns if c.name.kind is Kind.LOSS and c.name.split in ("", "train")]
    longest = max(losses, default=0)
    # Where rewards come from evaluations alone (`Evaluation/AverageReturn`), they are what training earns.
    lone_reward = {c.name.split for c in columns if c.name.base == "reward"} == {"val"} and not has_evaluation

    def split_of(column: Column) -> str:
        name = column.name
        if name.base == "reward" and lone_reward and not column.role:
            return "train"
        if name.split or name.kind not in (Kind.LOSS, Kind.METRIC):
            return name.split
        if name.kind is Kind.LOSS or name.quantity in evaluated or name.base == "reward":
            return "train"
        # `train_loss, valid_loss, accuracy` (fastai): who names the train loss so would name its accuracy.
        if name.base in v.EVALUATED or (has_evaluation and (trained or name.head == "metrics")):
            return "val"
        return "val" if column.points <= SPARSE * longest else "train"

    return [c.on(split_of(c)) for c in columns]
