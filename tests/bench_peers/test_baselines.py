"""The published baselines: on curves whose answer is plain, against naive versions, and fitted."""

from __future__ import annotations

import math

import baselines
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curvedoc.run import Curve, Run

EPOCHS = np.arange(40.0)
FALLING = np.exp(-EPOCHS / 10)
TURNED = FALLING + 0.02 * np.maximum(EPOCHS - 15, 0)  # falls until 15, then rises above its start of 0.2


def run_of(train: object = None, val: object = None, steps: object = None) -> Run:
    curves = [
        Curve("loss", role, np.asarray(EPOCHS if steps is None else steps, float), np.asarray(values, float))
        for role, values in (("train/loss", train), ("val/loss", val))
        if values is not None
    ]
    return Run("run", "run.csv", "csv", "epoch", tuple(curves))


@pytest.mark.parametrize(
    ("values", "percent"),
    [
        ([4, 2, 3, 1], 50),  # 3 against 2, though it ends at its best
        ([4, 2, 3, 1, 2], 100),
        ([3, 2, 1], 0),
        ([3, math.nan, 2, math.inf, 3], 50),  # what is no number is no evaluation
    ],
)
def test_generalization_loss_is_the_largest_rise_above_the_best_so_far(
    values: list[float], percent: float
) -> None:
    run = run_of(val=values, steps=range(len(values)))
    assert baselines.generalization_loss(run) == pytest.approx(percent)


@pytest.mark.parametrize("values", [[1, 0, 1], [1, -1, 2], []])
def test_generalization_loss_is_unknown_where_a_ratio_means_nothing(values: list[float]) -> None:
    assert math.isnan(baselines.generalization_loss(run_of(val=values, steps=range(len(values)))))


@pytest.mark.parametrize(
    ("values", "evaluations"),
    [([3, 2, 1], 0), ([3, 2, 3, 3, 1, 2], 2), ([1, 2, 2, 2], 3), ([2, 2, 2], 2), ([1], 0)],
)
def test_patience_counts_evaluations_without_a_new_best(values: list[float], evaluations: int) -> None:
    assert baselines.patience_needed(run_of(val=values, steps=range(len(values)))) == evaluations


def naive_ranks(values: list[float]) -> list[float]:
    return [sum(b < a for b in values) + (sum(b == a for b in values) + 1) / 2 for a in values]


@given(st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=30))
def test_ranks_share_ties(values: list[float]) -> None:
    assert baselines.ranks(np.array(values)).tolist() == pytest.approx(naive_ranks(values))


@given(
    st.lists(st.tuples(st.integers(-5, 5).map(float), st.integers(-5, 5).map(float)), min_size=3, max_size=30)
)
def test_spearman_is_pearson_of_the_naive_ranks(pairs: list[tuple[float, float]]) -> None:
    a, b = (list(column) for column in zip(*pairs, strict=True))
    found = baselines.spearman(np.array(a), np.array(b))
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(float(np.corrcoef(naive_ranks(a), naive_ranks(b))[0, 1]))
        assert -1 - 1e-12 <= found <= 1 + 1e-12


def test_the_losses_are_paired_by_step() -> None:
    # Train logged at every step, validation at every tenth, in any order of logging.
    train = Curve("loss", "train/loss", np.arange(100.0), np.arange(100.0, 0, -1))
    val = Curve("val", "val/loss", np.array([90.0, 10, 50]), np.array([1.0, 9, 5]))
    run = Run("run", "run.csv", "csv", "step", (train, val))
    assert baselines.loss_correlation(run) == pytest.approx(1)
    assert baselines.loss_correlation(run_of(FALLING, TURNED)) < 0.5


@pytest.mark.parametrize(
    "number", [baselines.loss_correlation, baselines.generalization_loss, baselines.patience_needed]
)
def test_no_validation_no_number_no_alarm(number: object) -> None:
    run = run_of(train=FALLING)
    assert math.isnan(number(run))  # type: ignore[operator]
    for below in (False, True):
        limit = math.inf if below else -math.inf
        assert baselines.Baseline("b", number, limit, below).answer(run) == "smooth_descent"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numbers", "sick", "below", "threshold"),
    [
        ([1, 2, 5, 6], [False, False, True, True], False, 3.5),
        ([1, 2, 5, 6], [True, True, False, False], True, 3.5),
        ([1, 2, 5, math.nan], [False, False, True, True], False, 3.5),
        ([1, 2], [False, False], False, 3),  # nothing sick: never an alarm
        ([math.nan], [True], False, 1),
    ],
)
def test_the_threshold_parts_the_sick_from_the_rest(
    numbers: list[float], sick: list[bool], below: bool, threshold: float
) -> None:
    found = baselines.best_threshold(numbers, sick, below)
    if any(s and not math.isnan(n) for n, s in zip(numbers, sick, strict=True)):
        assert found == pytest.approx(threshold)
    else:
        alarms = [n < found if below else n > found for n in numbers]
        assert not any(alarms)


def f1(alarms: list[bool], sick: list[bool]) -> float:
    hits = sum(a and s for a, s in zip(alarms, sick, strict=True))
    return 2 * hits / (sum(alarms) + sum(sick)) if sum(alarms) + sum(sick) else 0.0


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=20), st.booleans())
def test_no_other_threshold_is_better(pairs: list[tuple[int, bool]], below: bool) -> None:
    numbers, sick = [float(n) for n, _ in pairs], [s for _, s in pairs]
    limit = baselines.best_threshold(numbers, sick, below)
    got = f1([n < limit if below else n > limit for n in numbers], sick)
    # Any limit that leaves at least one number out; one that alarms for everything is no detector.
    for other in range(10):
        alarms = [n < other if below else n > other for n in numbers]
        assert got >= f1(alarms, sick) - 1e-12 or all(alarms)


def test_fitted_baselines_tell_the_plain_cases_apart() -> None:
    rng = np.random.default_rng(0)

    def noisy(val: np.ndarray) -> Run:
        return run_of(FALLING, val + 0.001 * rng.random(len(val)))

    healthy = [noisy(0.2 + FALLING) for _ in range(6)]
    sick = [noisy(0.2 + TURNED) for _ in range(4)]
    labels = ["not_overfitting"] * 6 + ["overfitting"] * 4
    found = {
        b.name: [b.answer(run) for run in (*healthy, *sick)] for b in baselines.fit((*healthy, *sick), labels)
    }
    wanted = ["smooth_descent"] * 6 + ["overfitting"] * 4
    assert found.pop("majority class") == ["smooth_descent"] * 10
    assert found == dict.fromkeys(found, wanted)
    assert len(found) == 3


def test_the_majority_may_be_sick() -> None:
    runs = [run_of(FALLING, TURNED)] * 3
    answers = [b.answer(runs[0]) for b in baselines.fit(runs, ["overfitting"] * 2 + ["not_overfitting"])]
    assert answers[-1] == "overfitting"
