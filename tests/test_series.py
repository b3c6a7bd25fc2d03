"""Arithmetic on one array against plain second versions."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curvedoc import series
from curvedoc.series import MAX_BLOCKS, condense, first_where, noise, reversals, running_median, trend, window

FINITE = st.floats(-1e6, 1e6, allow_nan=False)
ARRAYS = st.lists(FINITE, min_size=1, max_size=60).map(lambda xs: np.array(xs, dtype=np.float64))


def plain_running_median(values: list[float], width: int) -> list[float]:
    """One window after the other; at the ends it is cut off."""
    half = min(width // 2, (len(values) - 1) // 2)
    return [statistics.median(values[max(0, i - half) : i + half + 1]) for i in range(len(values))]


def plain_reversals(values: list[float]) -> float:
    """Steps up before the lowest value and down after it, per step."""
    best = values.index(min(values))
    back = 0.0
    for i in range(1, len(values)):
        step = values[i] - values[i - 1]
        back += max(0.0, step if i <= best else -step)
    return back / max(1, len(values) - 1)


def steps(n: int) -> np.ndarray:
    return np.arange(n, dtype=np.float64)


@given(ARRAYS, st.integers(0, 30))
def test_running_median_is_that_of_a_plain_loop(values: np.ndarray, half: int) -> None:
    width = 2 * half + 1
    assert running_median(values, width).tolist() == pytest.approx(
        plain_running_median(values.tolist(), width)
    )


@given(st.lists(FINITE, min_size=1, max_size=60, unique=True), st.integers(1, 20))
def test_a_monotone_curve_stays_monotone(values: list[float], width: int) -> None:
    falling = np.array(sorted(values, reverse=True))
    assert (np.diff(running_median(falling, width | 1)) <= 0).all()


@given(ARRAYS)
def test_median_is_that_of_the_library(values: np.ndarray) -> None:
    assert series.median(values) == pytest.approx(statistics.median(values.tolist()))


@given(st.lists(FINITE, min_size=2, max_size=12))
def test_reversals_are_those_of_a_plain_loop(values: list[float]) -> None:
    assert reversals(np.array(values)) == pytest.approx(plain_reversals(values))


@pytest.mark.parametrize("values", [[3, 2, 1, 2, 3], [5, 4, 3], [1, 2, 3, 4]])
def test_fall_then_rise_has_no_reversals(values: list[float]) -> None:
    assert reversals(np.array(values, dtype=float)) == 0.0


# Condensing


@given(st.integers(1, 5000), st.integers(1, 400))
@settings(max_examples=80)
def test_condensing_keeps_bounds(n: int, blocks: int) -> None:
    rng = np.random.default_rng(n)
    values = rng.normal(size=n)
    some_steps, some_values = condense(steps(n), values, blocks)
    assert len(some_steps) == len(some_values) <= max(blocks, 1) + 1
    assert some_steps[0] == 0
    assert some_values[0] == values[0]
    assert (np.diff(some_steps) > 0).all() or len(some_steps) == 1
    assert some_values.min() >= values.min()
    assert some_values.max() <= values.max()


@given(st.integers(1, MAX_BLOCKS))
def test_short_curves_are_left_alone(n: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    assert condense(steps(n), values)[1] is values


@pytest.mark.parametrize("n", [400, 401, 799, 800, 801, 10_000, 123_457])
def test_condensing_a_line_gives_a_line(n: int) -> None:
    some_steps, some_values = condense(steps(n), 5.0 - 2e-5 * steps(n))
    assert some_values == pytest.approx(5.0 - 2e-5 * some_steps, abs=2.1e-5)  # to one point
    assert len(some_values) <= MAX_BLOCKS + 1


@pytest.mark.parametrize("n", [300, 1200, 2000, pytest.param(800), pytest.param(1600)])
def test_condensing_noise_shifts_no_level(n: int) -> None:
    means = [condense(steps(n), np.random.default_rng(seed).normal(0, 1, n))[1].mean() for seed in range(30)]
    assert abs(statistics.mean(means)) < 0.03


def test_condensing_hides_no_steep_start() -> None:
    values = np.ones(100_000)
    values[0] = 1e7
    assert condense(steps(100_000), values)[1][0] == 1e7


def test_single_outliers_do_not_survive_condensing() -> None:
    values = np.ones(10_000)
    values[5000] = 1e9
    assert condense(steps(10_000), values)[1].max() == 1.0


# Noise


@pytest.mark.parametrize("sigma", [1e-4, 0.1, 30.0])
@pytest.mark.parametrize("n", [200, 400])
@pytest.mark.parametrize("slope", [0.0, -1.0])
def test_known_noise_is_recovered(sigma: float, n: int, slope: float) -> None:
    found = []
    for seed in range(20):
        values = slope * sigma / 50 * steps(n) + np.random.default_rng(seed).normal(0, sigma, n)
        found.append(noise(values, running_median(values, window(n))))
    assert statistics.mean(found) == pytest.approx(sigma, rel=0.12)
    assert max(found) < 1.6 * sigma
    assert min(found) > 0.6 * sigma


@pytest.mark.parametrize("n", [20, 60, 200, 400])
def test_a_smooth_descent_has_little_noise(n: int) -> None:
    values = np.exp(-6 * np.linspace(0, 1, n))
    assert noise(values, running_median(values, window(n))) < 0.01


def test_outliers_do_not_count_as_noise() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(0, 0.1, 300)
    clean = noise(values, running_median(values, window(300)))
    values[[160, 200, 240, 280]] = 100.0
    assert noise(values, running_median(values, window(300))) < 1.2 * clean


def test_two_points_have_no_noise() -> None:
    assert noise(np.array([1.0, 5.0]), np.array([1.0, 5.0])) == 0.0


# Weights, windows, trends


@given(
    st.floats(-1e3, 1e3).filter(lambda x: x == 0 or abs(x) > 1e-6),
    st.floats(1e-3, 1e3),
    st.floats(1e-3, 1e3),
    st.sampled_from([1e-6, 0.5, 1e6]),
)
def test_weight_of_change_is_free_of_scale(
    change: float, progress: float, level: float, factor: float
) -> None:
    weight = series.weight_of_change(change, progress, level)
    scaled = series.weight_of_change(change * factor, progress * factor, level * factor)
    assert scaled == pytest.approx(weight, rel=1e-9)
    assert math.copysign(1.0, weight) == math.copysign(1.0, change) or change == 0


@given(st.floats(0, 1e3), st.floats(0, 1e3), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_a_larger_change_weighs_no_less(a: float, b: float, progress: float, level: float) -> None:
    small, large = sorted((a, b))
    assert series.weight_of_change(small, progress, level) <= series.weight_of_change(large, progress, level)


def test_weight_of_change_by_hand() -> None:
    # A rise by a tenth of the progress, half of the level: the geometric mean of 0.1 and 0.5.
    assert series.weight_of_change(0.1, 1.0, 0.2) == pytest.approx(math.sqrt(0.1 * 0.5))
    assert series.weight_of_change(0.0, 0.0, 0.0) == 0.0


@given(st.integers(0, 400))
def test_windows_are_odd_and_grow(n: int) -> None:
    assert window(n) % 2 == 1
    assert window(n) <= window(n + 1)
    assert window(n) <= max(1, n)


@given(st.lists(st.booleans(), max_size=40))
def test_first_where_is_that_of_the_list(flags: list[bool]) -> None:
    expected = flags.index(True) if True in flags else None
    assert first_where(np.array(flags, dtype=bool)) == expected


def test_a_trend_drops_what_is_not_finite() -> None:
    values = np.array([np.nan, 3.0, np.inf, 2.0, -np.inf, 1.0])
    found = trend(steps(6), values)
    assert found is not None
    assert found.steps.tolist() == [1.0, 3.0, 5.0]
    assert found.n == 3
    assert (found.first, found.last, found.best) == (3.0, 1.0, 1.0)
    assert trend(steps(2), np.array([np.nan, np.inf])) is None


@given(ARRAYS)
def test_levels_of_a_trend_lie_within_its_values(values: np.ndarray) -> None:
    found = trend(steps(len(values)), values)
    assert found is not None
    for level in (found.first, found.last, found.best, found.smooth[found.best_index]):
        assert values.min() <= level <= values.max()
    assert found.best == found.smooth.min()
    last_minimum = len(found.smooth) - 1 - int(np.argmin(found.smooth[::-1]))
    assert found.values[found.best_index] <= found.values[last_minimum]
    assert found.level_noise >= 0


def test_a_steep_first_value_is_the_first_level() -> None:
    found = trend(steps(100), np.append(1000.0, np.linspace(2.0, 1.0, 99)))
    assert found is not None
    assert found.first == 1000.0
