"""Traps: curves that look like a sickness and are none, and sicknesses that look like another one."""

from __future__ import annotations

import numpy as np
import pytest
from rules.curves import LN10, fall, jittered, late, level, noisy, power, rise, run, share, spiked, turn

from curvedoc.diagnosis import Diagnosis, diagnose
from curvedoc.rules import RULES
from curvedoc.states import State

ALARMS = {"non-finite-loss", "divergence", "unstable", "repeated-spikes"}


def judge(**curves) -> Diagnosis:
    return diagnose(run(**curves), RULES)


def fired(found: Diagnosis) -> set[str]:
    return {finding.rule for finding in found.findings}


# Validation that grows


@pytest.mark.parametrize("n", [10, 60, 1000])
@pytest.mark.parametrize("end", [2.0, 20.0, 500.0])
def test_growing_validation_loss_is_not_divergence(n: int, end: float) -> None:
    found = judge(train_loss=fall(n, floor=0.02), val_loss=turn(n, end=end))
    assert found.state is State.OVERFITTING
    assert not fired(found) & ALARMS


@pytest.mark.parametrize("seed", range(20))
def test_the_lowest_of_noisy_values_does_not_make_overfitting(seed: int) -> None:
    val = noisy(fall(200, floor=0.5, rate=15), 0.12, seed)
    assert val[-20:].max() > 1.1 * val.min()
    found = judge(train_loss=noisy(fall(200, floor=0.45, rate=15), 0.12, seed + 100), val_loss=val)
    assert found.state is State.SMOOTH_DESCENT


def test_one_bad_last_evaluation_does_not_make_overfitting() -> None:
    val = fall(60, floor=0.4)
    val[-1] = 0.9
    assert judge(train_loss=fall(60), val_loss=val).state is State.SMOOTH_DESCENT


@pytest.mark.parametrize("gap", [0.1, 0.5, 1.0])
def test_a_constant_gap_alone_is_not_overfitting(gap: float) -> None:
    found = judge(train_loss=fall(60), val_loss=fall(60) + gap)
    assert found.state is State.SMOOTH_DESCENT
    assert not fired(found) & {"overfitting", "validation-flat", "memorisation"}


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_loss_up_with_accuracy_up_tells_over_confidence(scale: float) -> None:
    found = judge(
        train_loss=fall(60, floor=0.02), val_loss=turn(60), val_accuracy=scale * rise(60, 0.1, 0.85, rate=5)
    )
    assert found.state in {State.OVERFITTING, State.LOSS_METRIC_MISMATCH}
    assert "over-confidence" in fired(found)


@pytest.mark.parametrize("evaluations", [5, 6, 8])
def test_a_short_fine_tune_whose_validation_rises_each_epoch_is_named(evaluations: int) -> None:
    found = judge(
        train_loss=np.geomspace(0.6, 0.05, evaluations), val_loss=np.linspace(0.42, 0.8, evaluations)
    )
    assert found.state is State.OVERFITTING
    assert found.confidence > 0.6


def test_validation_below_train_is_healthy() -> None:
    assert judge(train_loss=fall(60, floor=0.5), val_loss=fall(60, floor=0.3)).state is State.SMOOTH_DESCENT


def test_a_loss_that_doubles_near_zero_is_healthy_when_validation_is_near_perfect() -> None:
    found = judge(
        train_loss=fall(60, floor=1e-4),
        val_loss=turn(60, best=0.02, end=0.04),
        train_accuracy=rise(60, end=1.0),
        val_accuracy=rise(60, end=0.995),
    )
    assert found.state is State.SMOOTH_DESCENT


# Train that jumps for a reason


@pytest.mark.parametrize("n", [60, 400, 1000])
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_the_drop_at_a_step_of_the_rate_is_not_a_spike(n: int, noise: float) -> None:
    u = share(n)
    loss = np.where(u < 0.5, 0.9 + 1.4 * np.exp(-15 * u), np.where(u < 0.75, 0.35, 0.3))
    found = judge(train_loss=noisy(loss, noise, 1), val_loss=noisy(loss + 0.1, noise, 2))
    assert found.state is State.SMOOTH_DESCENT
    assert not fired(found) & ALARMS


@pytest.mark.parametrize("n", [60, 1000])
def test_a_warm_up_bump_is_not_unstable(n: int) -> None:
    u = share(n)
    loss = fall(n, top=7.0, floor=2.0) + 3.0 * np.exp(-(((u - 0.05) / 0.02) ** 2))
    assert judge(train_loss=loss, val_loss=fall(n, top=7.0, floor=2.1)).state is State.SMOOTH_DESCENT


@pytest.mark.parametrize("n", [60, 1000])
@pytest.mark.parametrize("cycles", [3, 5])
def test_warm_restarts_are_not_unstable(n: int, cycles: int) -> None:
    u = share(n)
    restart = 0.25 * np.exp(-8 * ((u * cycles) % 1.0)) * (u * cycles > 1)
    loss = noisy(fall(n, floor=0.4) + restart, 0.03, 1)
    found = judge(train_loss=loss, val_loss=noisy(fall(n, floor=0.5) + restart, 0.03, 2))
    assert found.state is State.SMOOTH_DESCENT


@pytest.mark.parametrize(
    ("n", "height"),
    [
        (30, 0.5),
        (30, 3.0),
        pytest.param(30, 50.0),
        (60, 0.5),
        (60, 3.0),
        pytest.param(60, 50.0),
        (1000, 0.5),
        (1000, 50.0),
    ],
)
def test_one_spike_that_recovers_is_not_unstable(n: int, height: float) -> None:
    loss = spiked(noisy(fall(n), 0.02, 1), [int(0.6 * n)], height)
    found = judge(train_loss=loss, val_loss=noisy(fall(n, floor=0.3), 0.02, 2))
    assert found.state is State.SMOOTH_DESCENT
    assert not fired(found) & ALARMS


def test_many_tall_spikes_are_unstable_although_each_recovers() -> None:
    loss = spiked(fall(100, floor=0.3), list(range(15, 100, 9)), 3.0)
    assert judge(train_loss=loss, val_loss=fall(100, floor=0.4)).state is State.UNSTABLE


def test_a_sudden_late_fall_is_not_unstable() -> None:
    loss = 2.0 + 0.3 * np.exp(-10 * share(200)) - 1.7 * late(200, 0.0, 1.0, at=0.6, width=0.01)
    assert judge(train_loss=loss, val_loss=loss + 0.05).state is State.SMOOTH_DESCENT


def test_noise_of_small_batches_about_a_trend_is_not_unstable() -> None:
    loss = noisy(fall(1000, floor=0.3), 0.35, 3)
    assert judge(train_loss=loss, val_loss=fall(1000, floor=0.4)).state is State.SMOOTH_DESCENT


# Scales and levels


@pytest.mark.parametrize("n", [20, 60, 1000])
def test_a_loss_that_starts_at_ten_million_is_not_exploding(n: int) -> None:
    loss = np.geomspace(1e7, 2.0, n)
    assert judge(train_loss=loss, val_loss=1.1 * loss).state is State.SMOOTH_DESCENT


@pytest.mark.parametrize("n", [20, 60, 1000])
def test_a_loss_that_falls_below_zero_is_not_exploding(n: int) -> None:
    loss = fall(n, top=40.0, floor=-120.0)
    found = judge(train_loss=loss, val_loss=fall(n, top=41.0, floor=-115.0))
    assert found.state is State.SMOOTH_DESCENT
    assert not fired(found) & ALARMS


@pytest.mark.parametrize("level_", [1e-6, 3.0, 1e4])
def test_underfitting_is_not_judged_by_the_value_of_the_loss(level_: float) -> None:
    found = judge(train_loss=power(200, top=level_ * 3), val_loss=power(200, top=level_ * 3.1))
    assert found.state is State.SMOOTH_DESCENT


@pytest.mark.parametrize(
    "shapes",
    [
        {"train": (0.1, 0.99, 10), "val": (0.1, 0.9, 8), "val_loss": fall(60, floor=0.4)},
        {"train": (0.1, 1.0, 20), "val": (0.1, 0.12, 2), "val_loss": turn(60, end=4.0)},
        {"train": (0.1, 0.3, 10), "val": (0.1, 0.3, 10), "val_loss": fall(60, floor=2.0)},
        {"train": (0.5, 0.5, 10), "val": (0.5, 0.5, 10), "val_loss": fall(60, floor=0.4)},
    ],
    ids=["healthy", "memorised", "poor", "metric-flat"],
)
def test_percent_and_fraction_give_the_same_verdict(shapes: dict) -> None:
    def found(scale: float) -> Diagnosis:
        return judge(
            train_loss=fall(60, floor=2.0 if shapes["val"][1] == 0.3 else 0.1),
            val_loss=shapes["val_loss"],
            train_accuracy=scale * rise(60, *shapes["train"]),
            val_accuracy=scale * rise(60, *shapes["val"]),
        )

    fraction, percent = found(1.0), found(100.0)
    assert percent.state is fraction.state
    assert percent.states == pytest.approx(fraction.states)
    assert fired(percent) == fired(fraction)


# Loss and metric


def test_loss_down_with_a_flat_metric_is_a_mismatch() -> None:
    found = judge(train_loss=fall(60), val_loss=fall(60, floor=0.3), val_f1=level(60, 0.0))
    assert found.state is State.LOSS_METRIC_MISMATCH


def test_a_metric_that_flickers_near_zero_is_still_a_mismatch() -> None:
    f1 = jittered(level(200, 0.0), 0.004, 1)
    found = judge(train_loss=fall(200), val_loss=fall(200, floor=0.3), val_f1=f1)
    assert found.state is State.LOSS_METRIC_MISMATCH


def test_a_metric_at_its_top_from_the_start_is_no_mismatch() -> None:
    accuracy = jittered(level(60, 0.985), 0.002, 1)
    found = judge(train_loss=fall(60, 0.08, 0.02), val_loss=fall(60, 0.08, 0.03), val_accuracy=accuracy)
    assert found.state is State.SMOOTH_DESCENT


@pytest.mark.parametrize("n", [pytest.param(60), pytest.param(300), 1000])
def test_grokking_is_neither_overfitting_nor_spikes(n: int) -> None:
    train = fall(n, floor=0.001, rate=100)
    slingshots = [int(n * at) for at in (0.3, 0.45, 0.6, 0.8, 0.9)]
    found = judge(
        train_loss=spiked(train, slingshots, 1.5),
        val_loss=(4.5 + 6 * share(n)) * (1.0 - late(n, 0, 1)) + 0.05,
        train_accuracy=np.clip(rise(n, end=1.0, rate=90), 0, 1),
        val_accuracy=late(n),
    )
    assert found.state is State.GROKKING
    assert not fired(found) & {"overfitting", "memorisation", "over-confidence", "unstable"}


# Too little, or nothing, to judge


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_run_of_a_few_epochs_is_inconclusive(n: int) -> None:
    found = judge(train_loss=np.geomspace(2.0, 0.5, n), val_loss=np.geomspace(2.0, 0.7, n))
    assert found.state is State.INCONCLUSIVE


@pytest.mark.parametrize("n", [5, 60, 1000])
def test_accuracy_alone_is_not_healthy(n: int) -> None:
    assert judge(train_accuracy=rise(n), val_accuracy=rise(n)).state is State.INCONCLUSIVE


def test_an_empty_run_is_inconclusive() -> None:
    assert judge().state is State.INCONCLUSIVE


# NaN that means nothing


@pytest.mark.parametrize("every", [2, 5, 10])
def test_padding_between_evaluations_raises_no_alarm(every: int) -> None:
    val = np.full(100, np.nan)
    val[::every] = fall(100, floor=0.3)[::every]
    found = judge(train_loss=fall(100), val_loss=val)
    assert found.state is State.SMOOTH_DESCENT
    assert not fired(found) & ALARMS


@pytest.mark.parametrize("accuracy", [np.full(60, np.nan), np.where(share(60) > 0.5, np.nan, 0.5)])
def test_nan_in_a_metric_raises_no_alarm(accuracy: np.ndarray) -> None:
    found = judge(train_loss=fall(60), val_loss=fall(60, floor=0.3), val_accuracy=accuracy)
    assert not fired(found) & ALARMS
    assert found.state is not State.UNSTABLE


def test_single_nan_losses_that_the_run_came_back_from_raise_no_alarm() -> None:
    loss = fall(100)
    loss[[20, 50, 51]] = np.nan
    found = judge(train_loss=loss, val_loss=fall(100, floor=0.3))
    assert found.state is State.SMOOTH_DESCENT


def test_nan_to_the_end_wins_over_all_else() -> None:
    train, val = fall(60, floor=0.02), turn(60)
    train[40:] = np.nan
    val[40:] = np.nan
    assert judge(train_loss=train, val_loss=val).state is State.UNSTABLE


# Losses that need not fall


def test_the_losses_of_an_agent_raise_no_alarm() -> None:
    loss = noisy(level(200, 5.0), 1.2, 1)
    reward = 200.0 * late(200, 0.0, 1.0, at=0.4, width=0.1)
    found = judge(train_loss=loss, train_reward=reward)
    assert found.state is State.SMOOTH_DESCENT
    assert not fired(found) & ALARMS


def test_the_losses_of_adversaries_raise_no_alarm() -> None:
    found = judge(
        metric="accuracy",
        train_generator_loss=noisy(level(200, 1.5), 0.5, 1),
        train_discriminator_loss=noisy(level(200, 0.6), 0.5, 2),
    )
    assert found.state is State.INCONCLUSIVE
    assert not fired(found) & ALARMS


def test_flat_at_chance_is_poor_optimization_before_underfitting() -> None:
    flat = noisy(level(60, LN10), 0.003, 1)
    accuracy = jittered(level(60, 0.1), 0.005, 2)
    found = judge(train_loss=flat, val_loss=flat, train_accuracy=accuracy, val_accuracy=accuracy)
    assert found.state is State.POOR_OPTIMIZATION


@pytest.mark.parametrize("start", [2.5, 12.0, 400.0])
def test_coming_down_to_the_level_of_guessing_is_no_learning(start: float) -> None:
    t = np.arange(60)
    loss = (
        np.log(10) + (start - np.log(10)) * np.exp(-3.0 * t) + np.random.default_rng(1).normal(0, 0.003, 60)
    )
    guessing = 0.1 + np.random.default_rng(2).normal(0, 0.004, 60)
    found = judge(train_loss=loss, val_loss=loss + 0.001, train_accuracy=guessing, val_accuracy=guessing)
    assert found.state == State.POOR_OPTIMIZATION
