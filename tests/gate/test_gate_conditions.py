"""Policies on runs: what each condition says, in which words, and that nothing unchecked reads as passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from gate_runs import diagnosis, judged, run
from hypothesis import given
from hypothesis import strategies as st

from curvedoc.gate.expression import Bound, parse
from curvedoc.gate.levels import reading
from curvedoc.gate.limits import told_beside
from curvedoc.gated import Status
from curvedoc.measure import NotMeasurable
from curvedoc.states import State

if TYPE_CHECKING:
    from curvedoc.diagnosis import Diagnosis
    from curvedoc.run import Run

NAN, INF = float("nan"), float("inf")
FALLS = run(
    train_loss=[3, 2, 1, 0.5, 0.4],
    val_loss=[3, 2.5, 1.5, 2, 2.2],
    val_accuracy=[0.1, 0.5, 0.9, 0.92, 0.91],
    train_accuracy=[10, 50, 90, 99, 99.5],
    grad_norm=[1, INF, 2, 1, 1],
)


# --- values ---


@pytest.mark.parametrize(
    ("text", "status", "message"),
    [
        ("val/loss <= 2.2", "passed", "val/loss is 2.2 at the end (epoch 5), <= 2.2"),
        ("val/loss < 2.2", "failed", "val/loss is 2.2 at the end (epoch 5), not < 2.2"),
        ("val_loss_logged < 3", "passed", "val_loss_logged is 2.2 at the end (epoch 5), < 3"),
        ("last val/loss <= 2", "failed", "last val/loss is 2.2 at epoch 5, not <= 2"),
        ("best val/loss <= 1.5", "passed", "best val/loss is 1.5 at epoch 3, <= 1.5"),
        ("best val/accuracy > 0.95", "failed", "best val/accuracy is 0.92 at epoch 4, not > 0.95"),
        ("min val/accuracy > 0.05", "passed", "min val/accuracy is 0.1 at epoch 1, > 0.05"),
        ("max val/loss < 2", "failed", "max val/loss is 3 at epoch 1, not < 2"),
        ("max grad_norm < 10", "failed", "max grad_norm is inf at epoch 2, not < 10"),
        ("max grad_norm > 10", "failed", "max grad_norm is inf at epoch 2, not > 10"),
        ("val/loss at step 2 < 2", "failed", "val/loss at step 2 is 2.5, not < 2"),
        ("val/loss at epoch 2 < 3", "passed", "val/loss at epoch 2 is 2.5, < 3"),
        ("val/loss at epoch 2.5 < 3", "passed", "val/loss at epoch 2.5 is 2.5 (as of epoch 2), < 3"),
        # Fractions and percent.
        ("val/accuracy >= 91%", "passed", "val/accuracy is 91% at the end (epoch 5), >= 91%"),
        ("val/accuracy >= 0.91", "passed", "val/accuracy is 0.91 at the end (epoch 5), >= 0.91"),
        ("train/accuracy >= 99%", "passed", "train/accuracy is 99.5% at the end (epoch 5), >= 99%"),
        ("train/accuracy >= 99", "passed", "train/accuracy is 99.5 at the end (epoch 5), >= 99"),
        (
            "train/accuracy >= 0.93",
            "failed",
            "train/accuracy >= 0.93 cannot be checked: it is logged in percent: write 93%.",
        ),
        (
            "val/accuracy <= 93",
            "failed",
            "val/accuracy <= 93 cannot be checked: it is logged as a fraction: write 93%.",
        ),
        (
            "val/loss <= 40%",
            "failed",
            "val/loss <= 40% cannot be checked: what would be 100 % of it is not known: "
            "give the bound without %.",
        ),
        # What the log lacks.
        (
            "val/acuracy >= 0.9",
            "failed",
            "val/acuracy >= 0.9 cannot be checked: the log has train/loss, val/loss, val/accuracy, "
            "train/accuracy, grad_norm. Did you mean 'val/accuracy'?",
        ),
        (
            "best grad_norm < 9",
            "failed",
            "best grad_norm < 9 cannot be checked: whether higher grad_norm is better is not known: "
            "write min or max.",
        ),
        (
            "val/loss at step 9 < 9",
            "failed",
            "val/loss at step 9 < 9 cannot be checked: it was logged from epoch 1 to 5.",
        ),
        (
            "val/loss at iteration 2 < 9",
            "failed",
            "val/loss at iteration 2 < 9 cannot be checked: the log counts by epoch, not by iteration.",
        ),
    ],
)
def test_values(text: str, status: str, message: str) -> None:
    result = judged(diagnosis(FALLS), expect=text)
    ((_, (check,)),) = result.checks
    assert (check.kind, check.condition, check.status) == ("expect", text, status)
    assert check.message == message
    assert bool(result) is (status == "passed")


@pytest.mark.parametrize(
    ("values", "text", "expected"),
    [
        ([3, 2, NAN], "val/loss < 9", "it ends in NaN."),
        ([3, 2, NAN], "last val/loss < 9", "it ends in NaN."),
        ([3, 2, INF], "val/loss < 9", "it ends in inf."),
        ([3, 2, NAN], "best val/loss < 9", 2.0),
        ([NAN, NAN], "best val/loss < 9", "it is NaN throughout."),
        ([NAN, NAN], "val/loss < 9", "it ends in NaN."),
        ([3, NAN, NAN, 2, NAN, NAN], "val/loss < 9", 2.0),  # padding between evaluations
        ([3, NAN, NAN, 2, NAN, NAN], "last val/loss < 9", 2.0),
        ([3, NAN, NAN, 2, NAN, NAN, NAN], "val/loss < 9", "it ends in NaN."),
        ([3, NAN, 2, 1], "val/loss at step 2 < 9", "it ends in NaN."),
        ([3, NAN, 2, 1], "val/loss at step 3 < 9", 2.0),
        ([], "val/loss < 9", "the log has no curves."),
        # The level at the end is that of the last values, not the last value.
        ([*[1.0] * 49, 9], "val/loss < 9", 1.0),
        ([*[1.0] * 49, 9], "last val/loss < 9", 9.0),
        ([1e300, 1e308, -1e308], "max val/loss < 9", 1e308),
    ],
)
def test_what_counts_as_the_value(values: list[float], text: str, expected: float | str) -> None:
    of, condition = run(val_loss=values), parse(text)
    if isinstance(expected, str):
        with pytest.raises(NotMeasurable) as caught:
            reading(condition, of)
        assert str(caught.value) == expected
    else:
        assert reading(condition, of).value == expected


def test_a_metric_whose_unit_is_in_doubt_is_not_compared() -> None:
    slow = run(val_accuracy=[0.5, 0.9, 1.2])  # 1.2 percent, or a fraction that is none
    assert "cannot be told" in judged(diagnosis(slow), expect="val/accuracy < 93%").failed[0][1]
    beside = run(val_accuracy=[0.5, 0.9, 1.2], train_accuracy=[1, 5, 40])
    assert "is 1.2% at" in judged(diagnosis(beside), expect="val/accuracy > 93%").failed[0][1]


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.booleans())
def test_a_value_never_rounds_to_its_bound(value: float, limit: float, percent: bool) -> None:
    told = told_beside(Bound(limit, percent), value)
    scaled = value * 100 if percent else value
    assert (float(told.removesuffix("%")) != limit) or scaled == limit


# --- states and findings ---

SICK = diagnosis(state="overfitting", confidence=0.9, findings={"overfitting": 0.7, "memorisation": 0.85})
UNSURE = diagnosis(state="overfitting", confidence=0.6)
SHORT = diagnosis(state="inconclusive", confidence=0.5, skipped={"memorisation": "needs points"})
BLIND = diagnosis(
    skipped={
        "exploding-gradients": "needs grad_norm; the log has train/loss",
        **dict.fromkeys(
            ("overfitting", "memorisation", "validation-flat"), "needs val/loss; the log has train/loss"
        ),
    }
)


@pytest.mark.parametrize(
    ("of", "policy", "status", "message"),
    [
        (SICK, {"fail_on": "overfitting"}, "failed", "overfitting (confidence 0.90): The reason."),
        (
            SICK,
            {"fail_on": "memorisation"},
            "failed",
            "memorisation (confidence 0.85): memorisation was seen.",
        ),
        (SICK, {"fail_on": "unstable"}, "passed", "no unstable"),
        (SICK, {"fail_on": "grokking", "min_confidence": 0}, "passed", "no grokking"),
        (
            SICK,
            {"fail_on": "memorisation", "min_confidence": 0.9},
            "doubtful",
            "memorisation (confidence 0.85, below 0.9): memorisation was seen.",
        ),
        (
            UNSURE,
            {"fail_on": "overfitting"},
            "doubtful",
            "overfitting (confidence 0.60, below 0.8): The reason.",
        ),
        (
            UNSURE,
            {"fail_on": "overfitting", "min_confidence": 0.6},
            "failed",
            "overfitting (confidence 0.60): The reason.",
        ),
        (
            SHORT,
            {"fail_on": "overfitting"},
            "skipped",
            "overfitting could not be looked for: inconclusive, The reason.",
        ),
        (SHORT, {"fail_on": "inconclusive"}, "failed", "inconclusive (confidence 0.50): The reason."),
        (SICK, {"fail_on": "inconclusive"}, "passed", "no inconclusive"),
        (
            SHORT,
            {"fail_on": [], "fail_on_inconclusive": True},
            "failed",
            "inconclusive (confidence 0.50): The reason.",
        ),
        (
            BLIND,
            {"fail_on": "exploding-gradients"},
            "skipped",
            "exploding-gradients could not be looked for: needs grad_norm; the log has train/loss",
        ),
        (
            BLIND,
            {"fail_on": "overfitting"},
            "skipped",
            "overfitting could not be looked for: needs val/loss; the log has train/loss",
        ),
        (
            BLIND,
            {"fail_on": "overfitting", "fail_on_skipped": True},
            "failed",
            "overfitting could not be looked for: needs val/loss; the log has train/loss",
        ),
        (BLIND, {"fail_on": "unstable", "fail_on_skipped": True}, "passed", "no unstable"),
        (SICK, {"expect": "overfitting"}, "passed", "overfitting (confidence 0.90), as expected"),
        (
            SICK,
            {"expect": "smooth_descent,overfitting"},
            "passed",
            "overfitting (confidence 0.90), as expected",
        ),
        (
            SICK,
            {"expect": ["smooth_descent", "grokking"]},
            "failed",
            "expected smooth_descent or grokking, is overfitting (confidence 0.90): The reason.",
        ),
        # An expectation is not met by a verdict that is unsure of something else.
        (
            UNSURE,
            {"expect": "smooth_descent"},
            "failed",
            "expected smooth_descent, is overfitting (confidence 0.60): The reason.",
        ),
        (
            SHORT,
            {"expect": "smooth_descent"},
            "failed",
            "expected smooth_descent, is inconclusive (confidence 0.50): The reason.",
        ),
        (SHORT, {"expect": "inconclusive"}, "passed", "inconclusive (confidence 0.50), as expected"),
    ],
)
def test_states_and_rules(of: Diagnosis, policy: dict[str, Any], status: str, message: str) -> None:
    result = judged(of, **policy)
    ((_, (check,)),) = result.checks
    assert (check.status, check.message) == (status, message)
    where = {"failed": result.failed, "doubtful": result.doubtful, "skipped": result.unjudged}
    for word, runs in where.items():
        assert runs == (((of, message),) if word == status else ())
    assert result.passed == ((of,) if status == "passed" else ())
    assert bool(result) is (status != "failed")


def test_a_state_is_looked_for_as_long_as_one_of_its_rules_can() -> None:
    blind = diagnosis(skipped={"overfitting": "needs val/loss", "validation-flat": "needs val/loss"})
    ((_, checks),) = judged(blind, fail_on="overfitting,validation-flat").checks
    assert [check.status for check in checks] == [Status.PASSED, Status.SKIPPED]


def test_without_any_demand_the_sick_states_fail() -> None:
    failing = [s for s in State if not judged(diagnosis(state=s))]
    assert failing == ["overfitting", "underfitting", "poor_optimization", "unstable", "loss_metric_mismatch"]


def test_a_run_is_what_the_worst_of_its_conditions_says() -> None:
    result = judged(
        SICK, UNSURE, SHORT, diagnosis(), fail_on="memorisation,overfitting", expect="train/loss < 5"
    )
    assert [d for d, _ in result.failed] == [SICK]
    assert result.failed[0][1].count("confidence") == 2
    assert [d for d, _ in result.doubtful] == [UNSURE]
    assert len(result.passed) == 2  # of the run too short to judge one condition could be looked at
    assert [len(checks) for _, checks in result.checks] == [3] * 4
    assert result.of(UNSURE)[1].status is Status.DOUBTFUL


# --- limits ---


@pytest.mark.parametrize(
    ("train", "val", "gap", "limit", "status", "message"),
    [
        ([1.0], [1.2], 0.2, 0.2, "passed", "the generalization gap is 0.2 at the end, within 0.2"),
        ([1.0], [1.2], 0.2, "20%", "passed", None),
        ([1.0], [1.5], 0.5, "0.2", "failed", "the generalization gap is 0.5 at the end, more than 0.2"),
        (
            [0.5],
            [1.5],
            1.0,
            "20%",
            "failed",
            "the generalization gap is 200% of the train loss at the end (1.5 against 0.5), more than 20%",
        ),
        ([1.5], [1.0], -0.5, "0%", "passed", None),
        (
            [0.0],
            [1.0],
            1.0,
            "500%",
            "failed",
            "the generalization gap is inf% of the train loss at the end (1 against 0), more than 500%",
        ),
        ([0.0], [0.0], 0.0, "0%", "passed", None),
        ([-2.0], [-1.0], 1.0, "20%", "failed", None),
        (
            [1.0],
            [],
            None,
            0.2,
            "failed",
            "the generalization gap cannot be checked: needs val/loss; the log has train/loss.",
        ),
        (
            [1.0, 1.0],
            [1.0, NAN],
            0.0,
            0.2,
            "failed",
            "the generalization gap cannot be checked: val/loss ends in NaN.",
        ),
        ([1.0], [1.0], NAN, 0.2, "failed", "the generalization gap cannot be checked: it is not finite."),
        ([1.0], [1.0], None, 0.2, "failed", "the generalization gap cannot be checked: it is not finite."),
    ],
)
def test_max_gap(
    train: list[float], val: list[float], gap: float | None, limit: Any, status: str, message: str | None
) -> None:
    of = diagnosis(run(train_loss=train, val_loss=val), gap=gap)
    ((_, (check,)),) = judged(of, max_gap=limit).checks
    assert (check.kind, check.status) == ("max-gap", status)
    assert message is None or check.message == message


@pytest.mark.parametrize(
    ("of", "best", "limit", "status", "message"),
    [
        # Ten epochs, numbered from 1 or from 0: the fifth is the middle.
        (
            run(val_loss=range(10)),
            5,
            "50%",
            "passed",
            "50% of the training came after the best epoch (5 of 10), within 50%",
        ),
        (
            run(start=0, val_loss=range(10)),
            4,
            0.5,
            "passed",
            "50% of the training came after the best epoch (4 of 9), within 50%",
        ),
        (
            run(val_loss=range(10)),
            4,
            0.5,
            "failed",
            "60% of the training came after the best epoch (4 of 10), more than 50%",
        ),
        (run(val_loss=range(10)), 10, 0, "passed", None),
        (
            run(x="step", train_loss=range(20), val_loss=range(10)),
            10,
            0.4,
            "failed",
            "50% of the training came after the best step (10 of 20), more than 40%",
        ),
        (
            run(val_loss=[1]),
            1,
            0.5,
            "failed",
            "training after the best step cannot be checked: needs two points of train/loss or val/loss.",
        ),
        (
            run(val_accuracy=[1, 2]),
            1,
            0.5,
            "failed",
            "training after the best step cannot be checked: needs two points of train/loss or val/loss.",
        ),
        (
            run(val_loss=[1, 2]),
            None,
            0.5,
            "failed",
            "training after the best step cannot be checked: no best step is known.",
        ),
    ],
)
def test_max_wasted(of: Run, best: float | None, limit: Any, status: str, message: str | None) -> None:
    ((_, (check,)),) = judged(diagnosis(of, best=best), max_wasted=limit).checks
    assert (check.kind, check.status) == ("max-wasted", status)
    assert message is None or check.message == message


# --- any run at all ---

NUMBERS = st.lists(st.floats(width=64) | st.sampled_from([NAN, INF, -INF, 0.0, 1e308, -1e308]), max_size=30)
EVERYTHING = (
    "val/loss < 1",
    "last val/loss < 1",
    "best val/loss < 1",
    "min train/loss > 0",
    "max val/accuracy < 99%",
    "val/loss at step 3 < 1",
    "val/accuracy > 0.5",
    "best lr < 1",
)


@given(NUMBERS, NUMBERS, NUMBERS, st.floats() | st.none(), st.floats(allow_nan=False) | st.none())
def test_every_condition_says_exactly_one_thing_of_any_run(
    train: list[float], val: list[float], accuracy: list[float], gap: float | None, best: float | None
) -> None:
    of = run(train_loss=train, val_loss=val, val_accuracy=accuracy, lr=train)
    result = judged(diagnosis(of, gap=gap, best=best), expect=EVERYTHING, max_gap="10%", max_wasted=0.5)
    ((_, checks),) = result.checks
    assert [check.condition for check in checks] == [*EVERYTHING, "10%", "50%"]
    assert all(check.status in (Status.PASSED, Status.FAILED) and check.message for check in checks)
    if np.isnan(val).all():
        assert all(c.status is Status.FAILED for c in checks if c.condition.count("val/loss"))
