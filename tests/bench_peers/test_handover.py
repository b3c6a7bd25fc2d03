"""Our columns as files for the peers: nothing lost, nothing made up; and the mapping table."""

from __future__ import annotations

import csv
import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from peers import NOTES, TOOLS, notes
from peers.adapters import ADAPTERS, paired
from peers.handover import table, write_csv, write_trainer_state
from peers.vocabulary import REFUSED, STATES, state

from curvedoc.run import Curve, Run
from curvedoc.states import State

if TYPE_CHECKING:
    from pathlib import Path


def run_of(*curves: tuple[str, list[float], list[float]], higher: bool | None = None) -> Run:
    metric = next((role.split("/")[1] for role, *_ in curves if "accuracy" in role), "")
    return Run(
        "run",
        "log.csv",
        "csv",
        "step",
        tuple(
            Curve(role, role, np.array(steps, float), np.array(values, float), higher)
            for role, steps, values in curves
        ),
        metric,
    )


SPARSE = run_of(("train/loss", [1, 2, 3, 4], [4, 3, math.nan, 1]), ("val/loss", [2, 4], [5, math.inf]))


def test_the_csv_file_keeps_nan_and_leaves_blank_what_was_not_logged(tmp_path: Path) -> None:
    with write_csv(SPARSE, tmp_path).open(newline="") as lines:
        assert list(csv.reader(lines)) == [
            ["step", "train_loss", "val_loss"],
            ["1", "4.0", ""],
            ["2", "3.0", "5.0"],
            ["3", "nan", ""],
            ["4", "1.0", "inf"],
        ]


def test_the_trainer_state_has_train_and_validation_in_entries_of_their_own(tmp_path: Path) -> None:
    run = run_of(
        ("train/loss", [10, 20], [2, 1]),
        ("val/loss", [20], [3]),
        ("val/accuracy", [20], [0.5]),
        ("lr", [10], [0.1]),
        higher=True,
    )
    written = json.loads(write_trainer_state(run, tmp_path).read_text())
    assert written == {
        "global_step": 20,
        "log_history": [
            {"step": 10, "loss": 2.0, "learning_rate": 0.1},
            {"step": 20, "loss": 1.0},
            {"step": 20, "eval_loss": 3.0, "eval_score": 0.5},
        ],
    }


@pytest.mark.parametrize(("higher", "name"), [(True, "eval_score"), (False, "eval_error"), (None, None)])
def test_a_metric_is_handed_over_in_a_name_that_tells_its_direction(
    tmp_path: Path, higher: bool | None, name: str | None
) -> None:
    run = run_of(("val/accuracy", [1], [0.5]), higher=higher)
    entries = json.loads(write_trainer_state(run, tmp_path).read_text())["log_history"]
    assert entries == ([{"step": 1, name: 0.5}] if name else [])


@pytest.mark.parametrize(
    ("steps", "written"),
    [
        ([0, 5, 9], [0, 5, 9]),
        ([0.5, 1, 1.5], [0, 1, 2]),  # fractions of an epoch would fall on one another
        ([3, 1, 2], [1, 2, 3]),
        ([1, 1, 2], [1, 1, 2]),  # logged twice: both stay
    ],
)
def test_steps_are_whole_numbers_and_no_point_is_lost(steps: list[float], written: list[int]) -> None:
    rows = table(run_of(("train/loss", steps, [1, 2, 3])), {"train_loss": ("train/loss",)})
    assert [row["step"] for row in rows] == written
    assert sorted(row["train_loss"] for row in rows) == [1, 2, 3]


def test_a_test_loss_stands_in_for_a_validation_loss_alone(tmp_path: Path) -> None:
    test = ("test/loss", [1.0], [7.0])
    for run, value in (
        (run_of(test), "7.0"),
        (run_of(test, ("val/loss", [1], [8])), "8.0"),
    ):
        with write_csv(run, tmp_path).open(newline="") as lines:
            assert next(csv.DictReader(lines))["val_loss"] == value


def test_two_lists_of_one_length_pair_each_validation_with_the_last_train_loss(tmp_path: Path) -> None:
    train, val = paired(str(write_csv(SPARSE, tmp_path)))
    assert (train, val) == ([3, 1], [5, math.inf])
    first = run_of(("train/loss", [2], [1]), ("val/loss", [1, 2], [9, 8]))  # evaluated before any training
    assert paired(str(write_csv(first, tmp_path))) == ([1], [8])


def test_every_peer_has_an_adapter_a_mapping_and_a_note() -> None:
    assert set(ADAPTERS) == set(STATES) == set(NOTES)
    assert all(notes(tool) for tool in TOOLS)
    assert "sk-autod" not in TOOLS  # it reads no file


@pytest.mark.parametrize("tool", STATES)
def test_findings_become_our_states(tool: str) -> None:
    said = {named for named in STATES[tool].values() if named is not None}
    assert said <= {str(known) for known in State} | {REFUSED}
    assert "overfitting" in said  # all six know it


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], ("smooth_descent", math.nan)),
        ([("Data leakage", 0.8)], ("smooth_descent", math.nan)),  # says nothing about the state
        ([("Data leakage", 0.8), ("Underfitting", 0.7)], ("underfitting", 0.7)),
        ([("Exploding gradient", 0.9), ("Underfitting", 0.7)], ("unstable", 0.9)),  # the first counts
    ],
)
def test_the_first_finding_with_a_state_is_the_answer(
    findings: list[tuple[str, float]], expected: tuple[str, float]
) -> None:
    assert state("sk-autod", findings) == pytest.approx(expected, nan_ok=True)


def test_a_finding_that_the_table_lacks_is_no_clean_bill() -> None:
    with pytest.raises(KeyError):
        state("sk-autod", [("A finding of the next version", 0.9)])
