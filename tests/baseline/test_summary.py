"""What is kept of a run: levels, noise that knows of correlation, best values that luck does not lower."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import curve, falling, run

from curvedoc.baseline import measures
from curvedoc.baseline.summary import course, own_noise, summary

VALUES = st.lists(st.floats(-1e9, 1e9, allow_subnormal=False), min_size=1, max_size=200)


@given(VALUES, st.booleans())
def test_any_curve_has_a_summary(values: list[float], higher: bool) -> None:
    made = course(curve(values, higher=higher))
    assert made.points == len(values)
    assert made.noise >= 0
    assert made.tau >= 1
    assert len(made.steps) == len(made.values) <= 65
    low, high = min(values), max(values)
    room = 1e-5 * max(abs(low), abs(high)) + 1e-300
    for level in (made.final, made.best, *made.values):
        assert low - room <= level <= high + room


def test_level_at_the_end_is_the_median_of_the_last_tenth() -> None:
    values = np.concatenate([np.full(90, 5.0), np.arange(10.0)])
    assert course(curve(values)).final == 4.5


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_noise_and_correlation_are_found(rho: float) -> None:
    rng = np.random.default_rng(1)
    shocks, wander = rng.standard_normal(4000), np.zeros(4000)
    for i in range(1, 4000):
        wander[i] = rho * wander[i - 1] + np.sqrt(1 - rho**2) * shocks[i]
    spread, tau = own_noise(wander)
    assert spread == pytest.approx(1, rel=0.1)
    assert tau == pytest.approx((1 + rho) / (1 - rho), rel=0.2)


def test_the_error_of_a_level_covers_it() -> None:
    """Levels of equal runs with correlated noise lie apart as their own errors say, or a little less."""
    rng = np.random.default_rng(2)
    levels, errors = [], []
    for _ in range(300):
        shocks, wander = rng.standard_normal(120), np.zeros(120)
        for i in range(1, 120):
            wander[i] = 0.6 * wander[i - 1] + 0.8 * shocks[i]
        made = course(curve(wander))
        levels.append(made.final)
        errors.append(made.at_end.error)
    assert 0.8 < np.mean(errors) / np.std(levels) < 1.6  # type: ignore[arg-type]


def test_best_level_is_not_the_luckiest_value() -> None:
    rng = np.random.default_rng(3)
    drawn = rng.standard_normal((200, 100))
    assert drawn.min(axis=1).mean() < -2.4
    assert np.mean([course(curve(values)).best for values in drawn]) > -0.45


def test_best_of_a_metric_is_its_highest() -> None:
    values = np.concatenate([np.linspace(0, 0.9, 30), np.linspace(0.9, 0.5, 30)])
    made = course(curve(values, "val/accuracy", True))
    assert made.best == pytest.approx(0.88, abs=0.03)
    assert made.worse == -1


def test_constants_and_parabolas_have_no_noise() -> None:
    assert own_noise(np.full(50, 3.0)) == (0.0, 1.0)
    assert own_noise(np.linspace(-1, 1, 50) ** 2)[0] == 0


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_too_few_points_have_no_error(n: int) -> None:
    made = course(curve([1.0, 0.9, 0.8, 0.7, 0.6][:n]))
    assert made.at_end.error is None
    assert made.at_best.error is None
    assert made.final == made.values[-1]


def test_what_ends_in_nan_is_lost_and_what_starts_so_is_not() -> None:
    values = falling(0)
    values[0] = np.nan
    gone = falling(0)
    gone[-1] = np.inf
    from curvedoc.run import Run

    made = summary(Run("r", "r", "made", "epoch", (curve(values), curve(gone, "train/loss"))))
    assert made.lost == ("train/loss",)
    assert [c.role for c in made.courses] == ["val/loss"]
    assert made.courses[0].points == 59


def test_only_what_is_compared_is_kept() -> None:
    assert [c.role for c in summary(run()).courses] == ["train/loss", "val/accuracy", "val/loss"]


def test_area_is_the_mean_over_the_common_steps() -> None:
    a = course(curve(np.linspace(2, 0, 21), steps=np.arange(0, 21)))
    b = course(curve(np.linspace(2, 1, 11), steps=np.arange(0, 11)))
    span = measures.common([a], [b])
    assert span == (0, 10)
    assert measures.area(a, (0.0, 10.0)).value == pytest.approx(1.5)
    assert measures.area(b, (0.0, 10.0)).value == pytest.approx(1.5)


def test_steps_to_a_level() -> None:
    made = course(curve(np.linspace(2, 0, 201), steps=np.arange(0, 2010, 10)))
    found = measures.steps_to(made, 1.0)
    assert found is not None
    assert found.value == pytest.approx(1000, abs=40)
    assert measures.steps_to(made, -1.0) is None


def test_other_units_have_no_steps_in_common() -> None:
    epochs, steps = course(curve(falling(0))), course(curve(falling(0), steps=np.arange(1, 61) * 5000))
    assert isinstance(measures.common([steps], [epochs]), str)
