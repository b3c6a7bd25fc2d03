"""The perturbations do what they say, and nothing to what they leave alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_rows import run_of

from curvedoc.bench import perturb

anything = st.lists(
    st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1e300])),
    min_size=1,
    max_size=60,
)


@pytest.mark.parametrize("name", perturb.PERTURBATIONS)
@given(train=anything, val=anything)
def test_what_is_not_finite_stays_and_nothing_else_becomes_so(
    name: str, train: list[float], val: list[float]
) -> None:
    run = run_of({"train/loss": train, "val/loss": val, "lr": train})
    changed = perturb.PERTURBATIONS[name](run)
    again = perturb.PERTURBATIONS[name](run)
    for curve in changed.curves:
        before = run.roles[curve.role]
        at = np.searchsorted(before.steps, curve.steps)
        kept = before.values[at]
        assert np.array_equal(np.isnan(curve.values), np.isnan(kept))
        assert np.array_equal(curve.values[np.isinf(kept)], kept[np.isinf(kept)])
        tame = np.abs(kept) <= 1e6  # near the largest float a factor may reach infinity
        assert np.isfinite(curve.values[tame]).all()
        assert np.array_equal(curve.values, again.roles[curve.role].values, equal_nan=True)
        if curve.role == "lr":
            assert np.array_equal(curve.values, kept, equal_nan=True)


def test_every_second_point() -> None:
    run = perturb.thinned(run_of({"train/loss": [5, 4, 3, 2, 1], "val/loss": [7]}))
    assert run.roles["train/loss"].values.tolist() == [5, 3, 1]
    assert run.roles["train/loss"].steps.tolist() == [0, 2, 4]
    assert run.roles["val/loss"].values.tolist() == [7]


@given(values=st.lists(st.one_of(st.floats(-100, 100), st.just(math.nan)), min_size=1, max_size=50))
def test_the_moving_average_equals_a_loop(values: list[float]) -> None:
    (curve,) = perturb.smoothed(run_of({"train/loss": values})).curves
    total = weight = 0.0
    for value, found in zip(values, curve.values.tolist(), strict=True):
        total, weight = perturb.MEMORY * total, perturb.MEMORY * weight
        if math.isnan(value):
            assert math.isnan(found)
        else:
            total, weight = total + value, weight + 1
            assert found == pytest.approx(total / weight, abs=1e-9)


def test_noise_is_one_percent_of_the_range() -> None:
    falling = np.linspace(11.0, 1.0, 4000)
    (curve,) = perturb.noisier(run_of({"val/loss": falling.tolist()})).curves
    assert np.std(curve.values - falling) == pytest.approx(0.01 * 9.0, rel=0.05)


def test_a_spike_does_not_set_the_noise() -> None:
    values = np.linspace(2.0, 1.0, 400)
    values[7] = 1e9
    (curve,) = perturb.noisier(run_of({"train/loss": values.tolist()})).curves
    assert np.delete(np.abs(curve.values - values), 7).max() < 0.1


def test_noise_keeps_constants_signs_and_bounds() -> None:
    near = [0.0] * 50 + [1.0] * 50
    run = run_of({"train/loss": near, "val/accuracy": near, "val/loss": [2.3] * 100}, {"val/accuracy": True})
    changed = perturb.noisier(run).roles
    assert changed["train/loss"].values.min() >= 0
    assert changed["train/loss"].values.max() > 1
    assert 0 <= changed["val/accuracy"].values.min() <= changed["val/accuracy"].values.max() <= 1
    assert changed["val/loss"].values.tolist() == [2.3] * 100


def test_only_losses_are_rescaled() -> None:
    run = run_of({"train/loss": [2.0], "val/box_loss": [3.0], "val/accuracy": [0.5], "lr": [0.1]})
    values = {curve.role: curve.values[0] for curve in perturb.rescaled(run).curves}
    assert values == {"train/loss": 2000.0, "val/box_loss": 3000.0, "val/accuracy": 0.5, "lr": 0.1}


@given(
    n=st.integers(1, 60),
    fraction=st.floats(0.05, 1.0),
    step=st.sampled_from([1.0, 7.0]),
    sparse=st.integers(1, 9),
)
def test_a_prefix_ends_where_the_steps_do(n: int, fraction: float, step: float, sparse: int) -> None:
    run = run_of({"train/loss": list(range(n))}, step=step)
    (curve,) = perturb.prefix(run, fraction).curves
    expected = [i * step for i in range(n) if i * step <= fraction * (n - 1) * step or fraction == 1]
    assert curve.steps.tolist() == expected


def test_a_prefix_takes_the_steps_of_the_whole_run() -> None:
    run = run_of({"train/loss": list(range(101)), "val/loss": [3.0, 2.0]})
    late = run_of({"val/loss": [1.0]}).curves[0]
    late.steps[0] = 90.0
    both = type(run)(run.name, run.path, run.reader, run.x, (run.curves[0], late))
    assert [len(c) for c in perturb.prefix(both, 0.95).curves] == [96, 1]
    assert [c.role for c in perturb.prefix(both, 0.5).curves] == ["train/loss"]


def test_a_run_without_curves() -> None:
    for change in perturb.PERTURBATIONS.values():
        assert change(run_of({})).curves == ()


@pytest.mark.parametrize("n", [perturb.KEPT - 1, perturb.KEPT])
def test_short_runs_are_neither_thinned_nor_cut(n: int) -> None:
    run = run_of({"train/loss": [1.0] * n})
    applied = {name for name in perturb.PERTURBATIONS if perturb.applies(name, run)}
    left_out = {"every second point", "last 5 % cut"}
    assert set(perturb.PERTURBATIONS) - applied == (left_out if n < perturb.KEPT else set())
