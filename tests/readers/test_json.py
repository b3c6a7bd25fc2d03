"""JSON documents: every shape that frameworks write, and what is damaged or no log."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curvedoc.errors import CurvedocError, NotALogError, UnreadableError, UsageError
from curvedoc.readers.json import parse

if TYPE_CHECKING:
    from conftest import ReadLog

    from curvedoc.run import Logged

Points = dict[str, tuple[list[float], list[float]]]


def points(logged: Logged) -> Points:
    return {s.name: (s.steps.tolist(), s.values.tolist()) for s in logged.series}


LOSS, VAL = [3.0, 2.0, 1.0], [3.5, 2.5, 2.0]
ROWS: Points = {"loss": ([1, 2, 3], LOSS), "val_loss": ([1, 2, 3], VAL)}
SPLIT: Points = {"train/loss": ([1, 2, 3], LOSS), "val/loss": ([1, 2, 3], VAL)}
RECORDS = [{"epoch": i + 1, "loss": a, "val_loss": b} for i, (a, b) in enumerate(zip(LOSS, VAL, strict=True))]

SHAPES: dict[str, tuple[object, str, Points]] = {
    "Keras history": ({"loss": LOSS, "val_loss": VAL}, "row", ROWS),
    "history within": (
        {"config": {"lr": 0.1, "units": [8, 8]}, "history": {"loss": LOSS, "val_loss": VAL}},
        "row",
        ROWS,
    ),
    "with its epochs": ({"epoch": [1, 2, 3], "loss": LOSS, "val_loss": VAL}, "epoch", ROWS),
    "by split": ({"train": {"loss": LOSS}, "val": {"loss": VAL}}, "row", SPLIT),
    "by split with epochs": (
        {"train": {"epoch": [1, 2, 3], "loss": LOSS}, "val": {"epoch": [1, 2, 3], "loss": VAL}},
        "train/epoch",
        SPLIT,
    ),
    "booster": (
        {"validation_0": {"mlogloss": LOSS}, "validation_1": {"mlogloss": VAL}},
        "row",
        {"validation_0/mlogloss": ([1, 2, 3], LOSS), "validation_1/mlogloss": ([1, 2, 3], VAL)},
    ),
    "Ludwig": (
        {"training": {"combined": {"loss": LOSS}}, "validation": {"combined": {"loss": VAL}}},
        "row",
        {"training/combined/loss": ([1, 2, 3], LOSS), "validation/combined/loss": ([1, 2, 3], VAL)},
    ),
    "records": (RECORDS, "epoch", ROWS),
    "records within": ({"args": {"lr": 1}, "log": RECORDS}, "epoch", ROWS),
    "records by epoch": (
        {str(r["epoch"]): {"loss": r["loss"], "val_loss": r["val_loss"]} for r in RECORDS},
        "epoch",
        ROWS,
    ),
    "records by name": (
        {f"epoch_{r['epoch']}": {"loss": r["loss"], "val_loss": r["val_loss"]} for r in RECORDS},
        "epoch",
        ROWS,
    ),
    "records by split": (
        {
            "train": [{"epoch": r["epoch"], "loss": r["loss"]} for r in RECORDS],
            "val": [{"epoch": r["epoch"], "loss": r["val_loss"]} for r in RECORDS],
        },
        "epoch",
        SPLIT,
    ),
    "nested records": (
        [
            {"epoch": r["epoch"], "train": {"loss": r["loss"]}, "val": {"loss": r["val_loss"]}}
            for r in RECORDS
        ],
        "epoch",
        SPLIT,
    ),
    "quoted numbers": ([{k: str(v) for k, v in r.items()} for r in RECORDS], "epoch", ROWS),
    "lists of one": (
        [{"epoch": r["epoch"], "loss": [r["loss"]], "val_loss": str([r["val_loss"]])} for r in RECORDS],
        "epoch",
        ROWS,
    ),
    "with a stage": (
        [
            {"stage": s, "epoch": r["epoch"], "loss": r[k]}
            for r in RECORDS
            for s, k in (("train", "loss"), ("val", "val_loss"))
        ],
        "epoch",
        SPLIT,
    ),
    "frame by column": (
        {
            "loss": {str(i + 1): v for i, v in enumerate(LOSS)},
            "val_loss": {str(i + 1): v for i, v in enumerate(VAL)},
        },
        "step",
        ROWS,
    ),
    "frame split": (
        {
            "columns": ["epoch", "loss", "val_loss"],
            "index": [0, 1, 2],
            "data": [[1, 3.0, 3.5], [2, 2.0, 2.5], [3, 1.0, 2.0]],
        },
        "epoch",
        ROWS,
    ),
    "Sacred": (
        {
            k: {"steps": [1, 2, 3], "timestamps": ["a", "b", "c"], "values": v}
            for k, v in (("loss", LOSS), ("val_loss", VAL))
        },
        "step",
        ROWS,
    ),
    "Megatron": (
        {
            k: {
                "start_step": 1,
                "end_step": 3,
                "step_interval": 1,
                "values": {"1": v[0], "2": v[1], "3": v[2]},
            }
            for k, v in (("loss", LOSS), ("val_loss", VAL))
        },
        "step",
        ROWS,
    ),
    "Megatron lists": (
        {
            k: {"start_step": 1, "end_step": 3, "step_interval": 1, "values": v}
            for k, v in (("loss", LOSS), ("val_loss", VAL))
        },
        "step",
        ROWS,
    ),
    "TensorBoard export": (
        {k: [[1.6e9 + i, i + 1, x] for i, x in enumerate(v)] for k, v in (("loss", LOSS), ("val_loss", VAL))},
        "step",
        ROWS,
    ),
    "step and value": (
        {k: [[i + 1, x] for i, x in enumerate(v)] for k, v in (("loss", LOSS), ("val_loss", VAL))},
        "step",
        ROWS,
    ),
    "CatBoost": (
        {
            "meta": {"learn_metrics": [{"name": "Logloss"}], "test_metrics": [{"name": "Logloss"}]},
            "iterations": [
                {"iteration": i, "learn": [a], "test": [b]}
                for i, (a, b) in enumerate(zip(LOSS, VAL, strict=True))
            ],
        },
        "iteration",
        {"learn/Logloss": ([0, 1, 2], LOSS), "test/Logloss": ([0, 1, 2], VAL)},
    ),
    "a bare list": (LOSS, "row", {"value": ([1, 2, 3], LOSS)}),
    "null is no point": ({"loss": [3, None, 1]}, "row", {"loss": ([1, 3], [3, 1])}),
}


@pytest.mark.parametrize(("document", "x", "expected"), SHAPES.values(), ids=SHAPES.keys())
def test_shapes(read_log: ReadLog, document: object, x: str, expected: Points) -> None:
    (logged,) = read_log(json.dumps(document), "run.json")
    assert points(logged) == expected
    assert logged.x == x
    assert logged.reader == "json"


def test_values_per_class_get_a_name_each(read_log: ReadLog) -> None:
    (logged,) = read_log(
        json.dumps([{"epoch": i, "loss": 1, "iou": [0.1, i], "cm": [[1, 2], [3, 4]]} for i in range(3)]),
        "a.json",
    )
    assert points(logged)["iou/1"] == ([0, 1, 2], [0, 1, 2])
    assert [(i.name, i.reason) for i in logged.ignored] == [("cm", "lists")]


def test_a_list_per_step_gets_a_name_per_class(read_log: ReadLog) -> None:
    (logged,) = read_log(json.dumps({"loss": LOSS, "iou": [[0.1, 0.5], [0.2, 0.6], [0.3, 0.7]]}), "a.json")
    assert points(logged) == {
        "loss": ([1, 2, 3], LOSS),
        "iou/0": ([1, 2, 3], [0.1, 0.2, 0.3]),
        "iou/1": ([1, 2, 3], [0.5, 0.6, 0.7]),
    }


def test_x_of_curves_with_their_own_steps(read_log: ReadLog) -> None:
    text = json.dumps({"loss": {"steps": [10, 20, 30], "values": LOSS}})
    assert points(read_log(text, "a.json", x="row")[0]) == {"loss": ([1, 2, 3], LOSS)}
    with pytest.raises(UsageError, match="no column 'epoch'"):
        read_log(text, "a.json", x="epoch")


def test_mean_stands_for_its_spread(read_log: ReadLog) -> None:
    records = [{"step": i, "G/loss": {"num": 4, "mean": 1.0 / (i + 1), "std": 0.1}} for i in range(4)]
    (logged,) = read_log(json.dumps(records), "a.json")
    assert list(points(logged)) == ["G/loss/mean"]
    assert {i.name for i in logged.ignored} == {"G/loss/num", "G/loss/std"}


def test_trainer_state_without_its_closing_summary(read_log: ReadLog) -> None:
    history = [
        {"epoch": 0.5, "loss": 2.0, "learning_rate": 1e-4, "step": 10},
        {"epoch": 0.5, "eval_loss": 2.5, "eval_runtime": 3, "step": 10},
        {"epoch": 1.0, "loss": 1.0, "learning_rate": 1e-5, "step": 20},
        {"epoch": 1.0, "eval_loss": 1.5, "eval_runtime": 3, "step": 20},
        {"epoch": 1.0, "step": 20, "train_loss": 1.5, "train_runtime": 100, "total_flos": 1e18},
    ]
    state = {
        "best_metric": 1.5,
        "epoch": 1.0,
        "is_world_process_zero": True,
        "log_history": history,
        "max_steps": 20,
    }
    (logged,) = read_log(json.dumps(state), "trainer_state.json")
    found = points(logged)
    assert logged.x == "step"
    assert found["loss"] == ([10, 20], [2, 1])
    assert found["eval_loss"] == ([10, 20], [2.5, 1.5])
    assert "train_loss" not in found
    assert ("train_runtime", "closing summary") in [(i.name, i.reason) for i in logged.ignored]


def test_nan_and_infinity_in_every_spelling(read_log: ReadLog) -> None:
    (logged,) = read_log('{"loss": [1, NaN, Infinity, -Infinity, "nan", "inf", "NaN", 1e999]}', "a.json")
    nan, inf = math.nan, math.inf
    assert np.array_equal(logged.series[0].values, [1, nan, inf, -inf, nan, inf, nan, inf], equal_nan=True)


def test_lists_of_other_lengths_keep_to_one_axis(read_log: ReadLog) -> None:
    (logged,) = read_log(json.dumps({"train_loss": [9 - i for i in range(8)], "val_loss": [5, 4]}), "a.json")
    assert points(logged)["val_loss"] == ([4, 8], [5, 4])
    assert "spread evenly" in logged.notes[0]
    (logged,) = read_log(json.dumps({"loss": [3, 2, 1], "val_loss": [9, 3, 2, 1]}), "a.json")
    assert points(logged) == {"val_loss": ([1, 2, 3, 4], [9, 3, 2, 1]), "loss": ([2, 3, 4], [3, 2, 1])}


def test_runs_side_by_side(read_log: ReadLog) -> None:
    found = read_log(
        json.dumps({"adam": {"loss": LOSS, "val_loss": VAL}, "sgd": {"loss": VAL, "val_loss": LOSS}}),
        "a.json",
    )
    assert [(r.name, points(r)["loss"][1]) for r in found] == [("a/adam", LOSS), ("a/sgd", VAL)]
    folds = read_log(json.dumps({"folds": [{"loss": LOSS}, {"loss": VAL}]}), "a.json")
    assert [(r.name, points(r)["loss"][1]) for r in folds] == [("a/1", LOSS), ("a/2", VAL)]


def test_settings_are_listed_as_ignored(read_log: ReadLog) -> None:
    document = {
        "config": {"lr": 0.1, "layers": [64, 64, 32]},
        "history": {"loss": LOSS * 2, "betas": [0.9, 0.99]},
        "final": 1.0,
    }
    (logged,) = read_log(json.dumps(document), "a.json")
    assert list(points(logged)) == ["loss"]
    assert {"config/lr", "betas", "final"} <= {i.name for i in logged.ignored}


REFUSED = [
    ({"epoch": 5, "train_loss": 0.28, "train_runtime": 20387.7}, "summary"),
    ({"best_epoch": 5, "training_loss": 0.3, "validation": {"loss": 0.5}}, "summary"),
    ({"name": "x", "scripts": {"test": "y"}, "files": ["a", "b"]}, "no lists of numbers"),
    ({"log_history": []}, "nothing was logged yet"),
    ([], "nothing was logged yet"),
    ([{}, {}], "no records"),
    ({"compilerOptions": {"strict": True}}, "no lists of numbers"),
    ([{"epoch": 1}, {"epoch": 2}], "only counters"),
]


@pytest.mark.parametrize(("document", "problem"), REFUSED)
def test_what_is_no_log_is_refused_with_its_reason(read_log: ReadLog, document: object, problem: str) -> None:
    with pytest.raises(NotALogError) as caught:
        read_log(json.dumps(document), "a.json")
    assert problem in caught.value.problem
    assert caught.value.fix


def test_records_over_several_lines_may_follow_each_other(read_log: ReadLog) -> None:
    text = "\n".join(json.dumps(r, indent=2) for r in RECORDS)
    (logged,) = read_log(text, "a.json")
    assert points(logged) == ROWS


def test_no_ending_is_needed(read_log: ReadLog) -> None:
    (logged,) = read_log(json.dumps(RECORDS, indent=4), "log")
    assert points(logged) == ROWS
    (logged,) = read_log(json.dumps(RECORDS).encode("utf-16"), "log")
    assert points(logged) == ROWS


def test_what_is_complete_in_a_cut_off_file_is_read(read_log: ReadLog) -> None:
    text = json.dumps({"log_history": RECORDS, "max_steps": 3}, indent=1)
    (logged,) = read_log(text[: text.index('"val_loss": 2.0')], "a.json")
    assert points(logged)["loss"] == ([1, 2], [3, 2])
    assert "cut off at byte" in logged.notes[0]
    (logged,) = read_log('{"loss": [3, 2, 1], "val_loss": [3.5, 2.5, 2.', "a.json")
    assert points(logged) == {"loss": ([1, 2, 3], LOSS), "val_loss": ([2, 3], [3.5, 2.5])}


@pytest.mark.parametrize(
    "document",
    [{"log_history": RECORDS}, {"loss": LOSS, "val_loss": VAL}, RECORDS],
    ids=["state", "history", "records"],
)
def test_cut_off_anywhere_no_value_is_wrong(read_log: ReadLog, document: object) -> None:
    text = json.dumps(document)
    read = 0
    for cut in range(len(text)):
        try:
            (logged,) = read_log(text[:cut], "a.json")
        except CurvedocError:
            continue
        read += 1
        for series in logged.series:
            whole = {"loss": LOSS, "val_loss": VAL}[series.name]
            assert series.values.tolist() == whole[: len(series.values)]
    assert read > len(text) // 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"loss": [1, 2,, 3]}', "byte 15"),
        ('{"loss": [1, 2}', "column 15"),
        ('{"loss": [1, 2] "acc": [1]}', "delimiter"),
        ('{"größe": [1, 2,, 3]}', "byte 18"),
    ],
)
def test_damage_is_located(text: str, said: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(text, "a.json")
    assert said in caught.value.problem
    assert caught.value.fix


def test_depth_and_length_do_not_crash(read_log: ReadLog) -> None:
    for text in (
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * 5000 + "]" * 5000,
        '{"loss": [' + "9" * 10_000 + ", 1]}",
    ):
        try:
            found = read_log(text, "a.json")
        except CurvedocError as error:
            assert error.problem  # noqa: PT017
        else:
            assert found[0].series[0].values.tolist() == [math.inf, 1]


values = st.lists(st.floats() | st.integers(-(10**6), 10**6), min_size=1, max_size=12)


@given(st.dictionaries(st.sampled_from(["loss", "val_loss", "acc", "val_acc"]), values, min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_what_is_read_is_what_was_written(read_log: ReadLog, document: dict[str, list[float]]) -> None:
    (logged,) = read_log(json.dumps(document), "a.json")
    found = {s.name: s.values for s in logged.series}
    for name, written in document.items():
        assert np.array_equal(found[name], np.array(written, float), equal_nan=True)


tree = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(
                ["loss", "step", "values", "epoch", "1", "2", "train", "config", "columns", "data"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(tree)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
def test_any_document_is_read_or_refused(read_log: ReadLog, document: object) -> None:
    try:
        found = read_log(json.dumps(document), "a.json", reader="json")
    except CurvedocError as error:
        assert error.problem and error.fix  # noqa: PT017, PT018
        return
    for logged in found:
        for series in logged.series:
            assert len(series.steps) == len(series.values) > 0
            assert np.isfinite(series.steps).all()
