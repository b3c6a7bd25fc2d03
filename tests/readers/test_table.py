"""Which column counts the steps, where a run ends, what a counter that falls back means."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curvedoc import steps as stepping
from curvedoc.cells import Column, TextColumn, column, decimal_comma, number
from curvedoc.columns import is_clock, is_counter
from curvedoc.errors import NotALogError, UsageError
from curvedoc.source import ReadOptions
from curvedoc.table import Table, from_frame, runs

if TYPE_CHECKING:
    from curvedoc.run import Logged

NA = None


def from_cells(cells: dict[str, list[object]], x: str | None = None) -> list[Logged]:
    columns = tuple(column(name, values) for name, values in cells.items())
    rows = max(map(len, cells.values()), default=0)
    return runs(Table("run", "run.csv", "csv", columns, rows), ReadOptions(x=x))


def read(x: str | None = None, **cells: list[object]) -> list[Logged]:
    return from_cells({k.replace("__", "/"): v for k, v in cells.items()}, x)


def points(logged: Logged, name: str) -> list[tuple[float, float]]:
    (series,) = [s for s in logged.series if s.name == name]
    return list(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def falling(n: int, start: float = 2.0) -> list[object]:
    return [start / (i + 1) for i in range(n)]


@pytest.mark.parametrize(
    ("columns", "x"),
    [
        ({"epoch": [1, 2, 3]}, "epoch"),
        ({"EPOCH": [1, 2, 3]}, "EPOCH"),
        ({"epoch": [0, 0, 1], "step": [10, 20, 30]}, "step"),
        ({"epoch": [1, 2, 3], "step": [10, 20, 30]}, "step"),
        ({"epoch": [0.1, 0.2, 0.3], "step": [10, 20, 30]}, "step"),
        ({"trainer/global_step": [10, 20, 30], "epoch": [0, 0, 1]}, "trainer/global_step"),
        ({"_step": [0, 1, 2], "_runtime": [1, 5, 9], "_timestamp": [1e9, 1e9 + 1, 1e9 + 2]}, "_step"),
        ({"time/total_timesteps": [8, 16, 24], "time/time_elapsed": [1, 2, 3]}, "time/total_timesteps"),
        ({"Progress/kimg/mean": [0, 4, 8]}, "Progress/kimg/mean"),
        ({"total_steps": [9, 9, 9], "current_steps": [3, 6, 9]}, "current_steps"),
        ({"step": [0, 0, 0], "epoch": [1, 2, 3]}, "epoch"),
        ({"step": [0, 0, 1], "iter": [5, 6, 7]}, "iter"),
        ({"time": [1, 2, 3]}, "row"),
        ({"wall_time": [1.5, 2.5, 3.5], "elapsed": [1, 2, 3]}, "row"),
        ({"step": [math.nan, math.nan, math.nan], "epoch": [1, 2, 3]}, "epoch"),
        ({}, "row"),
    ],
)
def test_the_counter_is_found(columns: dict[str, list[object]], x: str) -> None:
    cells = {**columns, "loss": [3.0, 2.0, 1.0]}
    (logged,) = from_cells(cells)
    assert logged.x == x
    (loss,) = [s for s in logged.series if s.name == "loss"]
    assert loss.steps.tolist() == [float(str(v)) for v in columns.get(x, [1, 2, 3])]
    assert x not in {s.name for s in logged.series}


@pytest.mark.parametrize(
    "name",
    [
        "time",
        "wall_time",
        "train_time",
        "elapsed",
        "_timestamp",
        "eval_runtime",
        "eta_seconds",
        "time_this_iter_s",
        "epoch_time",
    ],
)
def test_clocks_are_known(name: str) -> None:
    assert is_clock(name)
    assert not is_counter(name)


@pytest.mark.parametrize(
    "name", ["loss", "val_loss", "update", "timesteps_total", "estimate", "accuracy", "lr"]
)
def test_other_names_are_no_clocks(name: str) -> None:
    assert not is_clock(name)


def test_train_and_validation_on_different_rows() -> None:
    (logged,) = read(
        epoch=[0, 0, 0, 1, 1],
        step=[49, 99, 99, 149, 199],
        train_loss=[3, 2, NA, 1, NA],
        val_loss=[NA, NA, 4, NA, 3],
    )
    assert points(logged, "train_loss") == [(49, 3), (99, 2), (149, 1)]
    assert points(logged, "val_loss") == [(99, 4), (199, 3)]
    assert logged.notes == ()


def test_runs_appended_to_each_other_are_told_apart() -> None:
    found = read(epoch=[0, 1, 2, 3, 0, 1, 2], loss=[4, 3, 2, 1, 5, 4, 3], val_loss=[4, 4, 4, 4, 5, 5, 5])
    assert [r.name for r in found] == ["run#1", "run#2"]
    assert points(found[0], "loss") == [(0, 4), (1, 3), (2, 2), (3, 1)]
    assert points(found[1], "loss") == [(0, 5), (1, 4), (2, 3)]
    assert "Run 2 of 2 in this file (rows 5 to 7)" in found[1].notes[0]


def test_the_setting_that_differs_is_named() -> None:
    found = read(width=[8] * 5 + [16] * 5, epoch=[*range(5)] * 2, loss=falling(5) + falling(5))
    assert ["width = 8." in found[0].notes[0], "width = 16." in found[1].notes[0]] == [True, True]


def test_a_new_run_may_start_a_little_later() -> None:
    found = read(step=[0, 100, 200, 300, 20, 120, 220, 320], loss=falling(4) + falling(4))
    assert len(found) == 2


def test_validation_at_the_first_step_belongs_to_the_new_run() -> None:
    found = read(
        step=[0, 1, 2, 3, 0, 1, 2, 3, 4],
        train_loss=[NA, 3, 2, 1, NA, 3, 2, 1, 0.5],
        val_loss=[5, NA, NA, 4, 6, NA, NA, 5, NA],
    )
    assert [points(r, "val_loss") for r in found] == [[(0, 5), (3, 4)], [(0, 6), (3, 5)]]


def test_false_starts_are_left_out_and_said() -> None:
    (logged,) = read(epoch=[0, 1, 0, 1, *range(20)], loss=[5, 4, 5, 4, *falling(20)])
    assert logged.name == "run"
    assert len(points(logged, "loss")) == 20
    assert "False starts (of 2, 2 rows)" in logged.notes[0]


def test_short_runs_beside_short_runs_stay() -> None:
    assert len(read(epoch=[0, 1, 0, 1, 0, 1], loss=[5, 4, 5, 4, 5, 4])) == 3


def test_a_resumed_run_replaces_what_it_overwrites() -> None:
    (logged,) = read(step=[0, 10, 20, 30, 40, 50, 30, 40, 50, 60], loss=[9, 8, 7, 6, 5, 4, 66, 55, 44, 33])
    assert points(logged, "loss") == [(0, 9), (10, 8), (20, 7), (30, 66), (40, 55), (50, 44), (60, 33)]
    assert "runs backwards once" in logged.notes[0]
    assert "3 overwritten points" in logged.notes[0]


def test_a_run_resumed_early_is_no_new_run() -> None:
    (logged,) = read(step=[0, 10, 20, 30, 40, 50, 10, 20, 30], loss=[9, 8, 7, 6, 5, 4, 88, 77, 66])
    assert points(logged, "loss") == [(0, 9), (10, 88), (20, 77), (30, 66)]


def test_a_name_per_row_makes_no_long_table() -> None:
    (logged,) = read(step=[1, 2, 3], name=["a", "b", "c"], value=[3, 2, 1])
    assert [s.name for s in logged.series] == ["value"]


def test_rows_out_of_order_are_sorted() -> None:
    order = sorted(range(12), key=str)
    (logged,) = read(step=[*order], loss=[100 - i for i in order])
    assert points(logged, "loss") == [(i, 100 - i) for i in range(12)]
    assert "sorted" in logged.notes[0]


def test_late_points_are_sorted_in() -> None:
    (logged,) = read(step=[0, 1, 2, 4, 3, 5, 6, 7, 9], loss=[9, 8, 7, 5, 6, 4, 3, 2, 1])
    assert points(logged, "loss") == [(0, 9), (1, 8), (2, 7), (3, 6), (4, 5), (5, 4), (6, 3), (7, 2), (9, 1)]


def test_a_batch_counter_is_joined_with_its_epoch() -> None:
    (logged,) = read(epoch=[1, 1, 1, 2, 2, 2], batch=[0, 1, 2, 0, 1, 2], loss=falling(6))
    assert logged.x == "batch"
    assert [s for s, _ in points(logged, "loss")] == [0, 1, 2, 3, 4, 5]
    assert "restarts each epoch" in logged.notes[0]


def test_a_counter_that_restarts_without_an_epoch_gives_way_to_rows() -> None:
    loss = [10 - 0.1 * i for i in range(30)]
    (logged,) = read(iter=[*range(10)] * 3, loss=[*loss])
    assert logged.x == "row"
    assert [s for s, _ in points(logged, "loss")] == [float(i) for i in range(1, 31)]


def test_folds_with_an_iteration_counter_stay_apart() -> None:
    loss = [10 - i for i in range(10)] * 3
    assert len(read(iter=[*range(10)] * 3, loss=[*loss])) == 3


def test_an_epoch_with_many_rows_gives_way_to_rows() -> None:
    (logged,) = read(epoch=[0] * 5 + [1] * 5 + [2] * 5, loss=falling(15))
    assert logged.x == "row"
    assert "many rows per value" in logged.notes[0]
    (chosen,) = read(x="epoch", epoch=[0] * 5 + [1] * 5, loss=falling(10))
    assert chosen.x == "epoch"


def test_validation_that_counts_epochs_is_put_on_the_axis_of_train() -> None:
    (logged,) = read(
        step=[69, 1, 138, 2, 207, 3, 276, 4],
        loss=[4, NA, 3, NA, 2, NA, 1, NA],
        acc=[NA, 0.1, NA, 0.2, NA, 0.3, NA, 0.4],
    )
    assert points(logged, "acc") == [(69, 0.1), (138, 0.2), (207, 0.3), (276, 0.4)]
    assert points(logged, "loss") == [(69, 4), (138, 3), (207, 2), (276, 1)]
    assert "counts something else" in logged.notes[0]


def test_rows_that_are_not_interleaved_go_by_their_epoch() -> None:
    (logged,) = read(
        epoch=[1, 1, 2, 2, 3, 3, 1, 2, 3],
        step=[10, 20, 30, 40, 50, 60, 1, 2, 3],
        loss=[6, 5, 4, 3, 2, 1, NA, NA, NA],
        acc=[NA] * 6 + [0.1, 0.2, 0.3],
    )
    assert points(logged, "acc") == [(20, 0.1), (40, 0.2), (60, 0.3)]


def test_rows_without_a_step_take_the_one_before() -> None:
    (logged,) = read(step=[10, 20, NA, 30, 40, NA], loss=[4, 3, NA, 2, 1, NA], val=[NA, NA, 5, NA, NA, 4])
    assert points(logged, "val") == [(20, 5), (40, 4)]
    assert "2 rows have no 'step'" in logged.notes[0]


def test_x_must_be_there_and_hold_numbers() -> None:
    with pytest.raises(UsageError, match="Did you mean 'step'"):
        read(x="stepp", step=[1, 2], loss=[2, 1])
    with pytest.raises(UsageError, match="no column of numbers"):
        read(x="name", name=["a", "b"], loss=[2, 1])


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"loss": []},
        {"epoch": [1, 2, 3]},
        {"epoch": [1, 2], "time": [3, 4]},
        {"name": ["a", "b"]},
        {"loss": [NA, NA]},
    ],
)
def test_without_a_curve_there_is_no_log(cells: dict[str, list[object]]) -> None:
    with pytest.raises(NotALogError):
        from_cells(cells)


def test_in_a_frame_a_gap_is_blank_and_a_nan_end_was_logged() -> None:
    frame = pd.DataFrame(
        {
            "step": [1, 2, 3, 4],
            "train_loss": [2.0, np.nan, 1.0, np.nan],
            "val_loss": [np.nan, 3.0, np.nan, 2.0],
            "loss": [2.0, 1.0, np.nan, np.nan],
            "nullable": pd.array([1, None, 3, None], dtype="Int64"),
            "text": ["a", None, "b", "c"],
            "never": [np.nan] * 4,
        }
    )
    (logged,) = from_frame("data", "", "python", frame, ReadOptions())
    assert points(logged, "train_loss") == [(1, 2), (3, 1)]
    assert points(logged, "val_loss") == [(2, 3), (4, 2)]
    assert points(logged, "nullable") == [(1, 1), (3, 3)]
    (loss,) = [s for s in logged.series if s.name == "loss"]
    assert np.array_equal(loss.values, [2, 1, math.nan, math.nan], equal_nan=True)
    assert [(i.name, i.reason) for i in logged.ignored] == [("text", "text"), ("never", "empty")]


def test_in_a_frame_a_column_that_ends_where_another_begins_is_blank() -> None:
    frame = pd.DataFrame({"loss": [3, 2, 1, np.nan], "test_loss": [np.nan, np.nan, np.nan, 5]})
    (logged,) = from_frame("data", "", "python", frame, ReadOptions())
    assert points(logged, "loss") == [(1, 3), (2, 2), (3, 1)]


def test_the_named_index_of_a_frame_counts() -> None:
    frame = pd.DataFrame({"loss": [3.0, 2.0]}, index=pd.Index([10, 20], name="step"))
    (logged,) = from_frame("data", "", "python", frame, ReadOptions())
    assert (logged.x, points(logged, "loss")) == ("step", [(10, 3), (20, 2)])
    (logged,) = from_frame("data", "", "python", pd.DataFrame({"loss": [3.0, 2.0]}), ReadOptions())
    assert (logged.x, points(logged, "loss")) == ("row", [(1, 3), (2, 2)])


def test_cells_keep_their_kind() -> None:
    for cells in ([True, False, True], ["a", "b"], ["2024-01-01"], [[1, 2], [3]], [{"a": 1}]):
        assert isinstance(column("x", cells), TextColumn)
    mixed = column("x", [1, None, "nan", "n/a", "2.5", "bad", 7])
    assert isinstance(mixed, Column)
    assert mixed.rows.tolist() == [0, 2, 4, 6]
    assert np.array_equal(mixed.values, [1, math.nan, 2.5, 7], equal_nan=True)
    assert mixed.texts == 1


def test_huge_integers_are_infinite() -> None:
    huge = column("x", [10**400, 1])
    assert isinstance(huge, Column)
    assert huge.values.tolist() == [math.inf, 1]


@given(st.floats(allow_nan=False))
def test_a_number_is_what_float_says(value: float) -> None:
    assert number(repr(value)) == value
    assert number(f"  {value!r} ") == value
    assert number(repr(value).replace(".", ","), ",") == value


@pytest.mark.parametrize("text", ["", "abc", "1_000", "1,2,3", "0x10", "1 2", "--1", "1.2.3", "epoch 5"])
def test_no_number(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("cells", "comma"),
    [
        (["1,5"], True),
        (["0,123"], True),
        (["1,234"], False),
        (["1.234,5"], True),
        (["1.5"], False),
        (["1,234,567"], False),
    ],
)
def test_which_commas_are_decimal(cells: list[str], comma: bool) -> None:
    assert decimal_comma(cells) is comma


steps_and_values = st.lists(st.tuples(st.integers(0, 30), st.floats(-10, 10)), min_size=1, max_size=60)


@given(steps_and_values)
def test_rewinding_invents_nothing_and_ends_in_order(pairs: list[tuple[int, float]]) -> None:
    steps = np.array([float(s) for s, _ in pairs])
    values = np.array([v for _, v in pairs])
    at, kept, replaced = stepping.rewound(steps, values)
    assert not len(stepping.falls(at))
    assert len(at) == len(kept) == len(steps) - replaced
    left = list(zip(steps.tolist(), values.tolist(), strict=True))
    for pair in zip(at.tolist(), kept.tolist(), strict=True):
        left.remove(pair)
    assert (at[-1], kept[-1]) in left or at[-1] == steps.max() or replaced


@given(st.lists(st.integers(2, 12), min_size=1, max_size=5), st.integers(0, 3), st.integers(1, 50))
def test_appended_runs_are_cut_where_they_begin(lengths: list[int], begin: int, gap: int) -> None:
    steps = np.concatenate([begin + gap * np.arange(n, dtype=float) for n in lengths])
    assert [0, *stepping.restarts(steps)] == [0, *np.cumsum(lengths[:-1]).tolist()]


@given(st.integers(1, 20), st.integers(2, 20), st.booleans())
def test_an_epoch_and_a_batch_make_one_counter(epochs: int, batches: int, from_one: bool) -> None:
    epoch = np.repeat(np.arange(epochs, dtype=float), batches)
    batch = np.tile(np.arange(batches, dtype=float) + from_one, epochs)
    joined = stepping.per_epoch(epoch, batch)
    if epochs == 1:
        assert joined is None
    else:
        assert joined is not None
        assert np.array_equal(np.diff(joined), np.ones(epochs * batches - 1))


@given(
    st.lists(
        st.one_of(st.none(), st.floats(), st.integers(), st.text(max_size=5), st.booleans()), max_size=20
    )
)
@settings(max_examples=200)
def test_any_cells_make_a_column(cells: list[object]) -> None:
    made = column("x", cells)
    if isinstance(made, Column):
        assert len(made.rows) == len(made.values)
        assert made.rows.tolist() == sorted(set(made.rows.tolist()))
    else:
        assert len(made.rows) == len(made.cells) > 0
