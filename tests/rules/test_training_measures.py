"""Measures of rates, norms, shapes in time and chance: against values known by construction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules.curves import (
    Values,
    fall,
    jittered,
    late,
    level,
    mapped,
    noisy,
    rise,
    run,
    share,
    spiked,
    turn,
)

from curvedoc.features import Features, chance, humps, shape, training
from curvedoc.measure import NotMeasurable
from curvedoc.run import Curve
from curvedoc.series import MAX_BLOCKS, trend

N = 201


def features(**curves: Values | list[float]) -> Features:
    return Features(run(**curves))


# Rates


@pytest.mark.parametrize(
    ("lr", "gone"),
    [
        (level(N, 0.1), 1.0),
        (1.0 - share(N), 0.95),
        (0.5 * (1 + np.cos(np.pi * share(N))), 1 - np.arccos(0.9) / np.pi),
        (np.exp(-share(N) * np.log(20) * 2), 0.5),
        (np.where(share(N) < 0.1, 1.0, 0.01), 0.1),
        (np.where(share(N) < 0.1, 1.0, np.where(share(N) < 0.6, 0.01, 0.2)), 1.0),
        (np.minimum(1.0, share(N) / 0.3), 1.0),
    ],
    ids=["constant", "linear", "cosine", "exponential", "step", "comes-back", "warm-up"],
)
def test_when_the_rate_is_gone(lr: Values, gone: float) -> None:
    found = training.rate_gone(features(train_loss=fall(N), lr=lr))
    assert found.value == pytest.approx(gone, abs=0.01)


@pytest.mark.parametrize(
    ("lr", "start"), [(level(N, 0.1), 1.0), (share(N), 0.0), (1e-3 * (0.25 + share(N)), 0.2)]
)
def test_where_the_rate_starts(lr: Values, start: float) -> None:
    assert training.rate_at_start(features(train_loss=fall(N), lr=lr)).value == pytest.approx(start)


@pytest.mark.parametrize("lr", [level(N, 0.0), level(N, np.nan), level(N, -1.0)])
def test_no_rate_above_zero_is_no_rate(lr: Values) -> None:
    with pytest.raises(NotMeasurable, match="above zero"):
        training.rate(features(train_loss=fall(N), lr=lr))


def test_how_far_the_rate_dropped() -> None:
    f = features(train_loss=fall(N), lr=np.where(share(N) < 0.5, 0.3, 0.1))
    assert training.rate_drop(f, 10.0, 190.0).value == pytest.approx(3.0)
    assert training.rate_drop(f, 10.0, 20.0).value == pytest.approx(1.0)


@pytest.mark.parametrize(("at", "after"), [(0.5, 0.0), (0.5, 0.25), (0.2, 1.0)])
def test_the_pace_behind_a_step(at: float, after: float) -> None:
    u = share(N)
    loss = 5.0 - np.where(u < at, u, at + after * (u - at))
    _, pace = training.fall_about(features(train_loss=loss), at * (N - 1))
    assert pace.value == pytest.approx(after, abs=0.03)


def test_a_drop_at_the_step_itself_comes_behind_it() -> None:
    loss = np.where(share(N) < 0.5, 2.0 - 0.1 * share(N), 1.0)
    before, pace = training.fall_about(features(train_loss=loss), 100.0)
    assert before.value < 0.05
    assert pace.value > 5


# Norms


@pytest.mark.parametrize("size", [1.0, 40.0, 1e5])
@pytest.mark.parametrize("n", [60, 400, 3001])
def test_growth_is_the_largest_norm_over_the_usual(n: int, size: float) -> None:
    norms = np.ones(n)
    norms[2 * n // 3] = size
    found = training.grad_growth(features(train_loss=fall(n), grad_norm=norms))
    assert found.value == pytest.approx(size)
    assert found.span is not None
    if size > 1:
        assert abs(found.span[0] - 2 * n // 3) <= n / MAX_BLOCKS + 1


@pytest.mark.parametrize("lost", [np.inf, np.nan])
def test_norms_that_are_lost_are_the_largest(lost: float) -> None:
    norms = np.ones(60)
    norms[20] = 100.0
    norms[40:] = lost
    found = training.grad_growth(features(train_loss=fall(60), grad_norm=norms))
    assert found.value == training.INFINITE
    assert found.span is not None
    assert found.span[0] == 40.0


def test_padding_of_norms_is_nothing() -> None:
    norms = np.ones(60)
    norms[1::2] = np.nan
    norms[20:] = np.nan
    norms[58] = 1.0
    f = features(train_loss=fall(60), grad_norm=np.append(norms, 1.0))
    assert training.grad_growth(f).value == 1.0


def test_norms_that_grow_from_the_start_are_measured_against_the_start() -> None:
    found = training.grad_growth(features(train_loss=fall(40), grad_norm=np.geomspace(1, 1e4, 40)))
    assert found.value > 2000
    assert found.span is not None
    assert 15 < found.span[0] < 35


def test_a_norm_that_only_falls_has_not_grown() -> None:
    assert training.grad_growth(features(train_loss=fall(60), grad_norm=fall(60, 50.0, 0.1))).value == 1.0


@pytest.mark.parametrize(("to", "by"), [(1e-3, 0.05), (0.5, 0.3)])
def test_shrinking_norms(to: float, by: float) -> None:
    norms = np.where(share(N) < by, 2.0, 2.0 * to)
    shrunk, gone = training.grad_shrink(features(train_loss=fall(N), grad_norm=norms))
    assert shrunk.value == pytest.approx(to)
    assert gone.value == pytest.approx(by, abs=0.02)


@pytest.mark.parametrize(("height", "finite"), [(0.0, True), (2.0, True), (np.inf, False), (np.nan, False)])
def test_jump_of_the_loss_at_a_step(height: float, finite: bool) -> None:
    loss = fall(N, floor=1.0)
    loss[100:103] += height
    found = training.jump_after(features(train_loss=loss), 100.0)
    assert (found.value == 1e6) is not finite
    if finite:
        assert (found.value > 0.5) is (height > 0)


def test_padding_is_no_jump() -> None:
    loss = fall(N, floor=1.0)
    loss[1::2] = np.nan
    assert training.jump_after(features(train_loss=loss), 100.0).value <= 0


@pytest.mark.parametrize("norms", [[], [np.nan] * 9, [1.0, 2.0]])
def test_too_few_norms_are_not_measured(norms: list[float]) -> None:
    with pytest.raises(NotMeasurable):
        training.norms(features(train_loss=fall(9), grad_norm=norms))


# Shapes in time


@pytest.mark.parametrize("period", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("n", [30, 200, 4000])
def test_a_regular_beat_is_found_at_each_period(n: int, period: int) -> None:
    beat = 0.3 * np.cos(2 * np.pi * np.arange(n) / period)
    regular, height = shape.alternation(features(train_loss=fall(n, floor=1.0) + beat))
    # Of a period of three only minus a half lies half a period on, not minus one.
    assert regular.value > (0.7 if period == 3 else 0.85)
    assert height.value > 0.1


@given(n=st.sampled_from([24, 60, 400, 2000]), noise=st.floats(0.01, 0.3), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_noise_has_no_regular_beat(n: int, noise: float, seed: int) -> None:
    regular, _ = shape.alternation(features(train_loss=noisy(fall(n), noise, seed)))
    assert regular.value < {24: 0.9, 60: 0.8}.get(n, 0.5)


@pytest.mark.parametrize("at", [[30], [20, 45], [15, 30, 45]])
def test_spikes_that_came_back_are_counted(at: list[int]) -> None:
    n, height, tallest = shape.lone_spikes(features(train_loss=spiked(noisy(fall(60), 0.02, 1), at, 1.0)))
    assert n.value == len(at)
    assert height.value == pytest.approx(1.0 / 2.1, rel=0.1)
    assert tallest is not None
    assert tallest.step in at
    assert tallest.peak - tallest.level == pytest.approx(1.0, abs=0.1)


def test_a_smooth_curve_has_no_spike() -> None:
    n, height, tallest = shape.lone_spikes(features(train_loss=fall(60)))
    assert (n.value, height.value, tallest) == (0.0, 0.0, None)


@pytest.mark.parametrize(("first", "peak"), [(2.0, 6.0), (2.0, 2.0), (100.0, 300.0)])
def test_early_jump_is_told_with_its_level(first: float, peak: float) -> None:
    loss = first * np.exp(-3 * share(N))
    loss[5:12] = peak
    jump, _, reached = shape.early_jump(features(train_loss=loss))
    assert reached == pytest.approx(peak)
    assert (jump.value > 0.3) is (peak > first)


@pytest.mark.parametrize(("lost", "where"), [(N, None), (20, 0.1), (N - 1, 1.0)])
def test_when_the_loss_was_lost(lost: int, where: float | None) -> None:
    loss = np.where(np.arange(N) >= lost, np.nan, fall(N))
    loss[3] = np.inf
    found = shape.lost_at(features(train_loss=loss))
    assert (found.value if found else None) == (pytest.approx(where) if where is not None else None)


@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.sampled_from([np.nan, np.inf])), max_size=1300))
@settings(max_examples=60, deadline=None)
def test_peaks_of_blocks_are_the_maxima_of_all(values: list[float]) -> None:
    array = np.asarray(values, dtype=float)
    peaks, steps = shape.block_peaks(Curve("a", "a", np.arange(len(array), dtype=float), array))
    known = array[np.isfinite(array)]
    assert len(peaks) == len(steps) <= MAX_BLOCKS
    if len(known):
        assert peaks.max() == known.max()
        assert set(peaks) <= set(known)


@pytest.mark.parametrize(("bursts", "period"), [([80, 120, 160], 40), ([60, 90, 120, 150, 180], 30)])
def test_late_bursts_and_their_distance(bursts: list[int], period: int) -> None:
    loss = spiked(noisy(fall(N, floor=0.001, rate=60), 0.1, 1), bursts, 0.5)
    n, every = shape.late_bursts(features(train_loss=loss))
    assert (n.value, every.value) == (len(bursts), period)


def test_bursts_need_a_fitted_loss() -> None:
    with pytest.raises(NotMeasurable, match="fitted"):
        shape.late_bursts(features(train_loss=fall(N, floor=1.0)))


# Humps


def test_a_hump_is_found_where_it_was_put() -> None:
    u = share(N)
    values = 1.0 + (1 - np.minimum(u / 0.2, 1)) + np.exp(-(((u - 0.6) / 0.1) ** 2))
    t = trend(np.arange(N, dtype=float), values)
    assert t is not None
    h = humps.tallest(t)
    learned, rise_, _, back, width = humps.measures(t, h, "loss")
    assert t.steps[h.top] == pytest.approx(120, abs=3)
    assert 0.4 < learned.value < 0.6
    assert rise_.value > 0.8
    assert back.value == pytest.approx(1.0, abs=0.02)
    assert width.value == pytest.approx(2 * 0.1 * np.sqrt(np.log(2)), abs=0.02)


@pytest.mark.parametrize("values", [fall(N), 1 + share(N), level(N), np.ones(1)])
def test_what_never_comes_down_again_has_no_hump(values: Values) -> None:
    t = trend(np.arange(len(values), dtype=float), values)
    assert t is not None
    h = humps.tallest(t)
    _, rise_, _, back, _ = humps.measures(t, h, "loss")
    assert rise_.value <= 1e-9 or back.value <= 1e-9


# Chance


@pytest.mark.parametrize("k", [2, 3, 5, 10, 100, 1000])
def test_the_number_of_classes_is_known_from_the_loss_alone(k: int) -> None:
    found, distance, stay = chance.classes_at_chance(
        features(train_loss=noisy(level(N, np.log(k)), 0.001, 1))
    )
    assert found == k
    assert distance.value < 0.002
    assert stay.value == 1.0


@pytest.mark.parametrize("k", [17, 59, 340])
def test_other_numbers_of_classes_need_an_accuracy(k: int) -> None:
    loss = level(N, np.log(k))
    alone, distance, _ = chance.classes_at_chance(features(train_loss=loss))
    assert alone != k
    assert distance.value > 0.01
    confirmed = chance.classes_at_chance(features(train_loss=loss, val_accuracy=level(N, 1 / k)))
    assert confirmed[0] == k


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_skill_is_measured_in_deviations_of_a_guess(scale: float) -> None:
    f = features(train_loss=level(N), val_accuracy=scale * jittered(level(N, 0.55), 0.005, 1))
    found = chance.over_chance(f, 10)
    assert found is not None
    assert found.value == pytest.approx(1.5, abs=0.1)
    assert not chance.guesses(f, 10)
    assert chance.guesses(features(train_loss=level(N), val_accuracy=level(N, 0.11)), 10)
    without = features(train_loss=level(N), val_f1=level(N, 0.2))
    assert chance.over_chance(without, 10) is None
    assert not chance.guesses(without, 10)


def test_a_guessing_network_may_be_thrown_about() -> None:
    loss = noisy(level(N, np.log(10) + 0.08), 0.002, 1)
    assert chance.classes_at_chance(features(train_loss=loss))[2].value == 0.0
    thrown = features(train_loss=loss, train_accuracy=jittered(level(N, 0.1), 0.005, 1))
    assert chance.classes_at_chance(thrown)[2].value == 1.0


@pytest.mark.parametrize(
    ("accuracy", "held"),
    [(late(N, 0, 1, at=0.5, width=0.005), 0.5), (rise(N, end=0.8), 0.0), (level(N, 1.0), 1.0)],
)
def test_how_long_train_has_been_fitted(accuracy: Values, held: float) -> None:
    found = chance.fitted_for(features(train_loss=fall(N), train_accuracy=accuracy), 0.95)
    assert found.value == pytest.approx(held, abs=0.03)


# Free of scale


measures = st.sampled_from(
    [
        lambda f: shape.alternation(f)[0],
        lambda f: shape.alternation(f)[1],
        lambda f: shape.lone_spikes(f)[1],
        lambda f: shape.early_jump(f)[0],
        lambda f: shape.late_bursts(f)[0],
        lambda f: shape.val_advantage(f)[1],
        lambda f: training.grad_growth(f),
        lambda f: training.grad_shrink(f)[0],
        lambda f: training.rate_gone(f),
        lambda f: training.fall_about(f, float(f.train.steps[len(f.train.steps) // 3]))[1],
        lambda f: training.jump_after(f, float(f.train.steps[len(f.train.steps) // 3])),
        lambda f: humps.measures(f.val, humps.tallest(f.val), "loss")[1],
    ]
)


@given(measures, st.floats(-6, 6), st.floats(-3, 3), st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_units_change_no_measure(measure, scale: float, stretch: float, seed: int) -> None:
    original = run(
        train_loss=spiked(noisy(fall(N, floor=0.01), 0.1, seed), [90, 140], 1.0),
        val_loss=noisy(turn(N), 0.05, seed + 1),
        lr=np.where(share(N) < 0.4, 0.1, 0.001),
        grad_norm=spiked(noisy(fall(N, 4.0, 0.5), 0.3, seed + 2), [90], 50.0),
    )
    other = mapped(original, lambda c: c.values * 10**scale, lambda s: s * 10**stretch)
    assert measure(Features(other)).value == pytest.approx(
        measure(Features(original)).value, rel=1e-6, abs=1e-9
    )
