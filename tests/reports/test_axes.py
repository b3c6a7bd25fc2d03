"""Scales, ticks and thinning of charts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curvedoc.axes import Scale, levels, scale_for, thin

ANY = st.floats(width=64)
CURVES = st.integers(1, 60).flatmap(lambda n: arrays(np.float64, n, elements=ANY))


@pytest.mark.parametrize(
    ("values", "log"),
    [
        ([2.3, 0.02], False),
        ([2.3, 0.002], True),
        ([2.3, -0.002, 1e5], False),
        ([0.0, 1e-3, 10.0], True),
        ([np.nan, 1.0, np.inf], False),
    ],
)
def test_wide_positive_ranges_are_logarithmic(values: list[float], log: bool) -> None:
    scale = scale_for([np.array(values)])
    assert scale is not None
    assert scale.log is log


def test_nothing_finite_has_no_scale() -> None:
    assert scale_for([np.array([np.nan, np.inf])]) is None
    assert scale_for([]) is None


@pytest.mark.parametrize(
    ("scale", "most", "ticks"),
    [
        (Scale(0, 59), 6, [0, 10, 20, 30, 40, 50]),
        (Scale(0, 99), 4, [0, 25, 50, 75]),
        (Scale(0.1, 0.9994), 3, [0.25, 0.5, 0.75]),
        (Scale(1.85, 2.0), 4, [1.85, 1.9, 1.95, 2.0]),
        (Scale(-1, 1), 3, [-1, 0, 1]),
        (Scale(1e-3, 10, log=True), 5, [1e-3, 1e-2, 0.1, 1, 10]),
        (Scale(1e-9, 1, log=True), 4, [1e-9, 1e-6, 1e-3, 1]),
    ],
)
def test_ticks(scale: Scale, most: int, ticks: list[float]) -> None:
    assert scale.ticks(most) == pytest.approx(ticks)


@given(CURVES, st.integers(2, 8))
def test_ticks_are_few_and_inside(values: np.ndarray, most: int) -> None:
    scale = scale_for([values])
    if scale is not None:
        ticks = scale.ticks(most)
        assert len(ticks) <= most
        room = 1e-6 * max(abs(scale.high), abs(scale.low))
        assert all(scale.low - room <= tick <= scale.high + room for tick in ticks)


@given(CURVES)
def test_places_lie_in_the_unit_interval_and_keep_the_order(values: np.ndarray) -> None:
    scale = scale_for([values])
    if scale is not None:
        placed = scale.place(np.sort(values[np.isfinite(values)]))
        assert ((placed >= 0) & (placed <= 1)).all()
        assert (np.diff(placed) >= 0).all()


@given(CURVES, st.integers(1, 20))
def test_thinning_keeps_extremes_and_order(values: np.ndarray, columns: int) -> None:
    x = Scale(0, max(1, len(values) - 1))
    at, kept = thin(np.arange(len(values), dtype=float), values, x, columns)
    finite = np.clip(values[np.isfinite(values)], -1e300, 1e300)
    assert len(at) == len(kept) <= max(2 * columns, min(columns, len(values)))
    assert (np.diff(at) >= 0).all()
    if len(finite):
        assert kept.min() == finite.min()
        assert kept.max() == finite.max()


def test_one_spike_among_thousands_survives() -> None:
    values = np.ones(10_000)
    values[6789] = 50.0
    at, kept = thin(np.arange(10_000.0), values, Scale(0, 9999), 60)
    assert kept.max() == 50.0
    assert at[kept.argmax()] == pytest.approx(0.6789, abs=0.02)


def test_steps_out_of_order_are_sorted() -> None:
    at, kept = thin(np.array([2.0, 0.0, 1.0]), np.array([3.0, 1.0, 2.0]), Scale(0, 2), 10)
    assert (at.tolist(), kept.tolist()) == ([0, 0.5, 1], [1, 2, 3])


def test_levels_show_shape_and_holes() -> None:
    values = np.array([4.0, 3.0, 2.0, 1.0, np.nan, np.nan])
    assert levels(values, 6, 4) == [3, 2, 1, 0, None, None]
    assert levels(np.full(4, np.nan), 2, 8) == [None, None]
    assert list(levels(np.empty(0), 5, 8)) == []
    assert set(levels(np.full(9, 7.0), 3, 8)) == {4}
