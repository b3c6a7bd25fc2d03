"""Measures against numbers that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rules.curves import LN10, fall, level, rise, run, share, spiked

from curvedoc.features import Features, delay, losses, metrics
from curvedoc.measure import Limit, Measure, NotMeasurable

N = 101
LINE = 4.0 - 3.0 * share(N)  # from 4 to 1


def on(**curves) -> Features:
    return Features(run(**curves))


def vee(best: float = 1.0, end: float = 2.0) -> np.ndarray:
    """From 4 to ``best`` at the middle, then to ``end``; flat for a while at each end of a leg."""
    return np.concatenate(
        [np.linspace(4, best, 41), np.full(20, best), np.linspace(best, end, 20), np.full(20, end)]
    )


@pytest.mark.parametrize(
    ("measure", "curves", "expected"),
    [
        (losses.train_progress, {"train_loss": LINE}, 0.73),
        (losses.train_progress, {"train_loss": level(N, 5.0)}, 0.0),
        (losses.train_progress, {"train_loss": np.append(level(80, 40.0), level(40, -40.0))}, 2.0),
        (losses.train_kept, {"train_loss": np.append(level(60, 4.0), level(40, 1.0))}, 0.25),
        (losses.val_rise, {"val_loss": vee()}, math.sqrt(1 / 3 * 1.0)),
        (losses.val_rise, {"val_loss": LINE}, 0.0),
        (losses.val_excess, {"val_loss": vee(end=1.5)}, 0.5),
        (losses.val_share, {"train_loss": np.linspace(4, 0, N), "val_loss": vee(end=2.0)}, 0.5),
        (losses.tail_share, {"train_loss": LINE}, 0.5),
        (losses.tail_share, {"train_loss": np.append(np.linspace(4, 1, 50), level(51, 1.0))}, 0.0),
        (losses.arrival, {"train_loss": LINE}, 0.95),
        (losses.train_swing, {"train_loss": LINE}, 0.0),
        (losses.train_turbulence, {"train_loss": LINE}, 0.0),
        (losses.points, {"train_loss": LINE, "val_loss": level(7, 1.0)}, 101),
        (losses.val_points, {"val_loss": [1.0, np.nan, 2.0, np.inf]}, 2),
        (losses.spike_count, {"train_loss": spiked(LINE, [30, 50, 51, 70], 5.0)}, 3),
        (losses.spike_count, {"train_loss": LINE}, 0),
        (metrics.train_fit, {"train_accuracy": level(9, 0.75)}, 0.75),
        (metrics.train_fit, {"train_accuracy": level(9, 75.0)}, 0.75),
        (metrics.val_fit, {"val_error": level(9, 0.2)}, 0.8),
        (metrics.metric_gap, {"train_accuracy": level(9, 0.9), "val_accuracy": level(9, 0.6)}, 0.3),
        (metrics.train_metric_gain, {"train_accuracy": np.linspace(0.2, 1.0, N)}, 1.0),
        (metrics.val_metric_drop, {"val_accuracy": 1.0 - vee(best=0.1, end=0.55) / 5}, 0.45 / 3.9),
    ],
)
def test_a_measure_is_what_the_hand_says(measure, curves: dict, expected: float) -> None:
    assert measure(on(**curves)).value == pytest.approx(expected, abs=0.02)


def test_the_gap_is_validation_minus_train() -> None:
    steps, gap = losses.gap_curve(on(train_loss=LINE, val_loss=LINE + 0.5))
    assert gap == pytest.approx(np.full(N, 0.5))
    assert len(steps) == N


def test_the_gap_is_taken_at_the_steps_of_validation() -> None:
    f = Features(run(every=10, train_loss=LINE, val_loss=LINE + 0.5))
    steps, gap = losses.gap_curve(f)
    assert steps.tolist() == [10.0 * i for i in range(11)]
    # Inside; at the ends a running median of a line is cut off, on eleven points by more than on a hundred.
    assert gap[2:-2] == pytest.approx(np.full(7, 0.5))


@pytest.mark.parametrize(
    ("values", "tail"),
    [
        ([3.0, 2.0, 1.0], 0.0),
        ([3.0, 2.0, np.nan, np.nan], 4.0),
        ([3.0, np.nan, 1.0, np.nan], 1 / 1.5),
        ([np.nan] * 5, 10.0),
        ([3.0, np.inf], 2.0),
    ],
)
def test_the_tail_without_numbers_is_measured_by_the_longest_before(values: list[float], tail: float) -> None:
    assert losses.nonfinite_tail(on(train_loss=values)).value == pytest.approx(tail)


def test_the_worse_split_counts_for_the_tail() -> None:
    measure = losses.nonfinite_tail(on(train_loss=[3.0, 2.0, 1.0, 0.5], val_loss=[3.0, 2.0, np.nan, np.nan]))
    assert measure.value == pytest.approx(4.0)
    assert measure.span == (2.0, 3.0)


def test_delay_is_the_ratio_of_the_two_waits() -> None:
    train = np.append(np.linspace(0, 1, 11), level(190, 1.0))
    val = np.concatenate([level(100, 0.1), np.linspace(0.1, 0.9, 11), level(90, 0.9)])
    measures = delay.delayed(on(train_accuracy=train, val_accuracy=val))
    assert measures["delay"].value == pytest.approx(105 / 10, rel=0.1)
    assert measures["rise"].value == pytest.approx(0.8, abs=0.02)
    assert measures["before"].value == pytest.approx(0.0, abs=0.05)


# What cannot be measured says so


@pytest.mark.parametrize(
    ("measure", "curves", "said"),
    [
        (losses.val_rise, {"train_loss": LINE}, "needs val/loss; the log has train/loss"),
        (losses.train_progress, {}, "needs train/loss; the log has no curves"),
        (losses.val_rise, {"val_loss": [np.nan, np.inf]}, "val/loss has no finite value"),
        (metrics.val_fit, {"val_loss": LINE}, "needs a validation metric that is known to end at 1"),
        (metrics.train_fit, {"train_perplexity": LINE}, "needs a train metric that is known to end at 1"),
        (metrics.liveliest_gain, {"val_accuracy": [0.1, 0.2]}, "needs a metric that is known to end at 1"),
        (losses.nonfinite_tail, {"train_accuracy": LINE}, "needs a loss"),
    ],
)
def test_what_cannot_be_measured_says_what_it_needs(measure, curves: dict, said: str) -> None:
    with pytest.raises(NotMeasurable, match=said):
        measure(on(**curves))


# Which curves there are


@pytest.mark.parametrize(
    ("curves", "bounded", "scale"),
    [
        ({"val_accuracy": [0.1, 0.9]}, True, 1.0),
        ({"val_accuracy": [10.0, 90.0]}, True, 100.0),
        ({"train_accuracy": [0.1, 0.4], "val_accuracy": [10.0, 90.0]}, True, 100.0),
        ({"val_f1": [0.0, 0.0]}, True, 1.0),
        ({"val_error": [0.9, 0.1]}, True, 1.0),
        ({"val_error": [60.0, 2.0]}, True, 100.0),
        ({"val_error": [2.5, 1.26]}, False, 1.0),  # percent, or the units of what is predicted
        ({"val_perplexity": [90.0, 10.0]}, False, 1.0),
        ({"val_accuracy": [-3.0, 250.0]}, False, 1.0),
        ({"val_binary_accuracy": [0.5, 0.9]}, True, 1.0),
    ],
)
def test_bounds_and_scales_of_metrics_are_known(curves: dict, bounded: bool, scale: float) -> None:
    f = on(**curves)
    assert f.bounded is bounded
    assert f.metric_scale("val") == scale


@pytest.mark.parametrize(
    ("train", "val", "scales"),
    [
        # Percent beside fraction: the same metric cannot begin a hundred times apart.
        ([30.0, 95.0], [0.28, 0.9], (100.0, 1.0)),
        ([0.3, 0.95], [28.0, 90.0], (1.0, 100.0)),
        # A network of 113 classes that guesses on validation, both in percent.
        ([1.0, 99.0], [0.9, 0.88], (100.0, 100.0)),
        ([80.0, 99.0], [0.0, 1.2], (100.0, 100.0)),
        ([0.1, 0.9], [0.1, 0.8], (1.0, 1.0)),
    ],
)
def test_each_split_has_its_unit(train: list[float], val: list[float], scales: tuple[float, float]) -> None:
    f = on(train_accuracy=train, val_accuracy=val)
    assert (f.metric_scale("train"), f.metric_scale("val")) == scales


def test_metrics_are_turned_so_that_higher_is_better() -> None:
    assert on(val_error=[0.9, 0.5, 0.1]).val_metric.values.tolist() == pytest.approx([0.1, 0.5, 0.9])
    assert on(val_perplexity=[90.0, 10.0]).val_metric.values.tolist() == [-90.0, -10.0]


def test_train_without_a_number_is_still_the_loss_to_judge_by() -> None:
    assert on(train_loss=[np.nan] * 5, val_loss=fall(5)).main_role == "train/loss"
    assert on(val_loss=fall(5)).main_role == "val/loss"


@pytest.mark.parametrize(
    ("curves", "found"), [({"train_reward": rise(9)}, True), ({"train_loss": LINE}, False)]
)
def test_reinforcement_is_known_by_its_reward(curves: dict, found: bool) -> None:
    assert on(**curves).reinforcement is found


# Comparing


@pytest.mark.parametrize("limit", [Limit(0.5, 0.1, ""), Limit(0.5, 1.5, "", log=True)])
def test_strength_is_a_half_at_the_limit_and_clear_one_softness_beyond(limit: Limit) -> None:
    beyond = 0.5 * 1.5 if limit.log else 0.6
    assert limit.strength(0.5, 1) == pytest.approx(0.5)
    assert limit.strength(beyond, 1) == pytest.approx(0.88, abs=0.01)
    assert limit.strength(beyond, -1) == pytest.approx(0.12, abs=0.01)


@pytest.mark.parametrize("value", [-1e300, -math.inf, 0.0, 0.5, 1e9, math.inf])
@pytest.mark.parametrize("limit", [Limit(0.5, 0.1, ""), Limit(0.5, 1.5, "", log=True)])
def test_strength_agrees_with_the_decision(value: float, limit: Limit) -> None:
    measure = Measure("m", value, "", "")
    above, below = measure.above(limit), measure.below(limit)
    assert above.passed is (value > 0.5)
    assert below.passed is (value < 0.5)
    assert (above.strength > 0.5) is above.passed
    assert above.strength + below.strength == pytest.approx(1.0)


def test_nan_never_reads_as_clear() -> None:
    with pytest.raises(NotMeasurable):
        Measure("m", math.nan, "", "").above(Limit(0.5, 0.1, ""))


def test_chance_is_the_level_of_flat_curves() -> None:
    f = on(train_loss=level(50, LN10))
    assert (f.train.first, f.train.last, f.train.noise) == (pytest.approx(LN10), pytest.approx(LN10), 0.0)


def test_a_plain_turn_of_a_short_metric_is_not_noise() -> None:
    assert on(val_accuracy=[0.5, 0.7, 0.9, 0.8, 0.7]).val_metric.noise == 0.0
