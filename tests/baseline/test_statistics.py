"""The statistics beside naive versions, scipy, and tables."""

from __future__ import annotations

import math
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from curvedoc.baseline import statistics as own

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda x: round(x, 3))
SAMPLES = st.lists(NUMBERS, min_size=2, max_size=5)


def naive_permutation(first: list[float], second: list[float]) -> float:
    pooled, hits, ways = first + second, 0, 0
    seen = sum(first) / len(first) - sum(second) / len(second)
    for chosen in combinations(range(len(pooled)), len(first)):
        a = [pooled[i] for i in chosen]
        b = [pooled[i] for i in range(len(pooled)) if i not in chosen]
        hits += sum(a) / len(a) - sum(b) / len(b) >= seen - 1e-6
        ways += 1
    return hits / ways


@given(SAMPLES, SAMPLES)
def test_permutation_counts_every_split(first: list[float], second: list[float]) -> None:
    worse, better = own.permutation(first, second)
    assert worse == pytest.approx(naive_permutation(first, second))
    assert better == pytest.approx(naive_permutation(second, first))


def test_permutation_is_scipys() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(0.8, 1, 7), rng.normal(0, 1, 7)
    worse, _ = own.permutation(first.tolist(), second.tolist())
    drawn = stats.permutation_test(
        (first, second), lambda a, b, axis: a.mean(axis) - b.mean(axis), vectorized=True,
        n_resamples=4_000, alternative="greater",
    )  # fmt: skip
    assert worse == pytest.approx(drawn.pvalue, abs=1e-6)


@pytest.mark.parametrize(("n", "m", "least"), [(2, 2, 1 / 6), (3, 3, 0.05), (2, 5, 1 / 21), (5, 5, 1 / 252)])
def test_the_least_value_of_an_exact_test(n: int, m: int, least: float) -> None:
    assert 1 / own.splits(n, m) == pytest.approx(least)
    assert own.permutation([5.0 + i for i in range(n)], [float(i) / 10 for i in range(m)])[0] == (
        pytest.approx(least)
    )


@given(st.floats(-50, 50), st.floats(1, 500))
def test_tail_of_t(t: float, dof: float) -> None:
    assert own.beyond(t, dof) == pytest.approx(stats.t.sf(t, dof), rel=1e-9, abs=1e-7)


@pytest.mark.parametrize("dof", [1, 1.4, 2, 4, 9.7, 30, 200])
@pytest.mark.parametrize("tail", [0.05, 0.025, 0.005])
def test_quantile_of_t(tail: float, dof: float) -> None:
    assert own.quantile(tail, dof) == pytest.approx(stats.t.isf(tail, dof), rel=1e-9)


def test_the_normal_law_is_the_end_of_t() -> None:
    assert own.beyond(1.96, math.inf) == pytest.approx(0.025, abs=1e-4)
    assert own.quantile(0.025, math.inf) == pytest.approx(1.959964, abs=1e-5)


@pytest.mark.filterwarnings("ignore:Precision loss")
@given(SAMPLES, SAMPLES)
def test_welch(first: list[float], second: list[float]) -> None:
    error, dof = own.welch(first, second)
    if error < 1e-3:
        return
    theirs = stats.ttest_ind(first, second, equal_var=False, alternative="greater")
    t = (own.mean(first) - own.mean(second)) / error
    assert t == pytest.approx(theirs.statistic, rel=1e-6, abs=1e-9)
    assert own.beyond(t, dof) == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-9)


def test_one_against_several_is_a_prediction() -> None:
    base = [1.0, 2.0, 4.0]
    error, dof = own.pooled([3.0], base)
    assert dof == 2
    assert error == pytest.approx(np.std(base, ddof=1) * math.sqrt(1 + 1 / 3))


def test_hedges_g_of_a_known_example() -> None:
    # Two samples a pooled deviation apart; the correction for 8 degrees of freedom is 0.9027.
    first, second = [3.0, 4.0, 5.0, 6.0, 7.0], [3.0 - 2.5**0.5 + i for i in range(5)]
    found = own.hedges(first, second)
    assert found is not None
    assert found[0] == pytest.approx(0.9027, abs=1e-4)
    assert found[1] < found[0] < found[2]
    assert own.hedges([1.0], [2.0]) is None
    assert own.hedges([1.0, 1.0], [2.0, 2.0]) is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm(ps: list[float]) -> None:
    corrected = own.holm(ps)
    order = np.argsort(ps, kind="stable")
    naive = np.minimum(1, np.maximum.accumulate([(len(ps) - i) * ps[j] for i, j in enumerate(order)]))
    assert [corrected[j] for j in order] == pytest.approx(naive.tolist())
    assert all(a >= b for a, b in zip(corrected, ps, strict=True))


def naive_rising(values: tuple[float, ...]) -> float:
    def score(order: tuple[float, ...]) -> int:
        return sum(np.sign(b - a) for a, b in combinations(order, 2))

    orders = list(permutations(values))
    return sum(score(order) >= score(values) for order in orders) / len(orders)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=6, unique=True))
def test_rising_counts_every_order(values: list[int]) -> None:
    assert own.rising(values) == pytest.approx(naive_rising(tuple(values)))


def test_rising_with_ties_is_scipys() -> None:
    values = [1.0, 2.0, 2.0, 3.0, 2.0, 4.0, 5.0, 4.0, 6.0]
    # Kendall's variance with ties, continuity corrected as Mann and Kendall have it.
    assert 0 < own.rising(values) < 0.005
    assert own.rising(values[::-1]) > 0.99
    assert own.rising([1.0, 1.0, 1.0]) == 1


def test_slope_is_theil_and_sens() -> None:
    values = [0.0, 1.1, 1.9, 30.0, 4.0]
    assert own.slope(values) == pytest.approx(stats.theilslopes(values).slope)
