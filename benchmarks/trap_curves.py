"""The curves of the traps: functions of the number of points, the noise and a random generator to columns.

What a trap leaves open (how high, where, how often) is drawn too, so that each seed is another run.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Columns = dict[str, list[float | None]]
Rng = np.random.Generator
LN10 = float(np.log(10))


def logged(counter: str = "epoch", **curves: Values | list[float | None]) -> Columns:
    """Columns by name, with a counter from 0."""
    columns = {name: np.asarray(values).tolist() for name, values in curves.items()}
    rows = max(map(len, columns.values()))
    return {counter: [float(i) for i in range(rows)], **columns}


def passed(n: int) -> Values:
    """The share of the run that has passed at each of ``n`` points."""
    return np.linspace(0.0, 1.0, n) if n > 1 else np.zeros(n)


def descent(n: int, noise: float, rng: Rng, top: float = LN10, floor: float = 0.2) -> Values:
    """Exponential descent."""
    rate = rng.uniform(5.0, 9.0)
    return ragged(floor + (top - floor) * np.exp(-rate * passed(n)), noise, rng)


def ragged(values: Values, noise: float, rng: Rng) -> Values:
    """``values`` times log-normal noise; the first stays."""
    factor = np.exp(rng.normal(0.0, noise, len(values)))
    factor[:1] = 1.0
    return values * factor


def metric(values: Values, noise: float, rng: Rng) -> Values:
    """A metric with additive noise, kept in [0, 1]."""
    return np.clip(values + rng.normal(0.0, noise / 4, len(values)), 0.0, 1.0)


def saturating(n: int, end: float, rate: float = 6.0, start: float = 0.1) -> Values:
    """A metric that rises to ``end``."""
    return end - (end - start) * np.exp(-rate * passed(n))


def turning(n: int, end: float, at: float = 0.3, best: float = 0.6) -> Values:
    """A loss that falls to ``best`` at the share ``at`` of the run, then climbs to ``end``."""
    u = passed(n)
    down = (LN10 - best) * np.maximum(0.0, 1.0 - u / at) ** 2
    return best + down + (end - best) * np.maximum(0.0, (u - at) / (1.0 - at))


def grows(n: int, noise: float, rng: Rng) -> Columns:
    end = float(rng.choice([1.2, 3.0, 20.0, 500.0]))
    val = ragged(turning(n, end, rng.uniform(0.15, 0.5)), noise, rng)
    return logged(train_loss=descent(n, noise, rng, floor=0.02), val_loss=val)


def rate_steps(n: int, noise: float, rng: Rng) -> Columns:
    u, first = passed(n), rng.uniform(0.3, 0.6)
    second = first + rng.uniform(0.15, 0.3)
    low = rng.uniform(0.25, 0.5)
    loss = np.where(u < first, 0.9 + 1.4 * np.exp(-15 * u), np.where(u < second, low, 0.85 * low))
    rate = np.where(u < first, 0.1, np.where(u < second, 0.01, 0.001))
    return logged(
        train_loss=ragged(loss, noise, rng), val_loss=ragged(1.1 * loss + 0.05, noise, rng), lr=rate
    )


def noisy_minimum(n: int, noise: float, rng: Rng) -> Columns:
    val = descent(n, noise, rng, floor=0.5)
    quarter = n // 3 + int(rng.integers(0, n // 6))
    val[quarter] = 0.45 * np.exp(-3 * noise)  # the lowest of all, long before the end
    return logged(train_loss=descent(n, noise, rng, floor=0.45), val_loss=val)


def constant_gap(n: int, noise: float, rng: Rng) -> Columns:
    train = descent(n, 0.0, rng)
    gap = rng.uniform(0.05, 1.0)
    return logged(train_loss=ragged(train, noise, rng), val_loss=ragged(train + gap, noise, rng))


def over_confident(n: int, noise: float, rng: Rng) -> Columns:
    val = ragged(turning(n, rng.uniform(1.1, 2.5), rng.uniform(0.15, 0.4)), noise, rng)
    accuracy = metric(saturating(n, rng.uniform(0.7, 0.9), 5.0), noise / 4, rng)
    return logged(train_loss=descent(n, noise, rng, floor=0.02), val_loss=val, val_accuracy=accuracy)


def flat_metric(n: int, noise: float, rng: Rng) -> Columns:
    losses = {"train_loss": descent(n, noise, rng), "val_loss": descent(n, noise, rng, floor=0.3)}
    level = np.full(n, rng.choice([0.0, 0.0, 0.1, 0.5]))
    jitter = 0.0 if level[0] == 0 else min(noise, 0.02) / 4
    name = "val_f1" if level[0] == 0 else "val_accuracy"
    return logged(**losses, **{name: metric(level, jitter, rng)})


def _grokked(n: int, noise: float, rng: Rng) -> dict[str, Values]:
    u, at = passed(n), rng.uniform(0.55, 0.75)
    follows = 1.0 / (1.0 + np.exp(-(u - at) / 0.03))
    train = ragged(0.001 + LN10 * np.exp(-100 * u), noise, rng)
    if rng.integers(2):
        for place in (0.3, 0.45, 0.6, 0.8, 0.9):
            train[int(place * n)] += 1.5  # slingshots
    val = ragged((4.5 + 6 * u) * (1.0 - follows) + 0.05, noise, rng)
    fitted = np.clip(saturating(n, 1.0, 90.0), 0, 1)
    return {
        "train_loss": train,
        "val_loss": val,
        "train_accuracy": fitted,
        "val_accuracy": metric(0.05 + 0.94 * follows, noise / 4, rng),
    }


def grokking(n: int, noise: float, rng: Rng) -> Columns:
    return logged("step", **_grokked(n, noise, rng))


def grokking_by_loss(n: int, noise: float, rng: Rng) -> Columns:
    curves = _grokked(n, noise, rng)
    return logged("step", train_loss=curves["train_loss"], val_loss=curves["val_loss"])


def absolute_level(n: int, noise: float, rng: Rng) -> Columns:
    size = float(rng.choice([1e-6, 1.0, 1e3, 1e5]))
    power = size * 8.0 * (1.0 + 200.0 * passed(n)) ** -0.35
    return logged("step", train_loss=ragged(power, noise, rng), val_loss=ragged(1.03 * power, noise, rng))


def tiny_underfitting(n: int, noise: float, rng: Rng) -> Columns:
    loss = 1e-4 * (0.85 + 0.15 * np.exp(-10 * passed(n)))
    poor = rng.uniform(0.2, 0.35)
    return logged(
        train_loss=ragged(loss, noise / 4, rng),
        val_loss=ragged(1.01 * loss, noise / 4, rng),
        train_accuracy=metric(saturating(n, poor, 10.0), noise / 4, rng),
        val_accuracy=metric(saturating(n, poor - 0.01, 10.0), noise / 4, rng),
    )


def short(n: int, noise: float, rng: Rng) -> Columns:
    return logged(
        train_loss=ragged(np.geomspace(2.0, 0.5, n), noise, rng),
        val_loss=ragged(np.geomspace(2.0, 0.7, n), noise, rng),
    )


def accuracy_alone(n: int, noise: float, rng: Rng) -> Columns:
    return logged(
        train_accuracy=metric(saturating(n, 0.95), noise, rng),
        val_accuracy=metric(saturating(n, 0.9), noise, rng),
    )


def nan_for_good(n: int, noise: float, rng: Rng) -> Columns:
    train, val = descent(n, noise, rng), descent(n, noise, rng, floor=0.3)
    start = int(rng.choice([0, n // 3, n // 2, n - n // 10 - 1]))
    train[start:] = rng.choice([np.nan, np.inf])
    val[start:] = np.nan
    return logged(train_loss=train, val_loss=val)


def nan_in_metric(n: int, noise: float, rng: Rng) -> Columns:
    f1 = metric(saturating(n, 0.8), noise, rng)
    f1[rng.choice(n, n // 5, replace=False)] = np.nan
    seconds = rng.uniform(9.0, 11.0, n)
    seconds[0] = np.nan
    return logged(
        train_loss=descent(n, noise, rng),
        val_loss=descent(n, noise, rng, floor=0.3),
        val_f1=f1,
        epoch_time=seconds,
    )


def metric_starts_late(n: int, noise: float, rng: Rng) -> Columns:
    first = int(n * rng.uniform(0.3, 0.5))
    f1: list[float | None] = metric(saturating(n, 0.8), noise, rng).tolist()
    f1[:first] = [None] * first
    losses = {"train_loss": descent(n, noise, rng), "val_loss": descent(n, noise, rng, floor=0.3)}
    return logged(**losses, val_f1=f1)


def nan_padding(n: int, noise: float, rng: Rng) -> Columns:
    val = np.full(n, np.nan)
    every = int(rng.choice([2, 3, 5]))
    val[every - 1 :: every] = descent(n, noise, rng, floor=0.3)[every - 1 :: every]
    return logged("step", train_loss=descent(n, noise, rng), val_loss=val)


def seldom_nan(n: int, noise: float, rng: Rng) -> Columns:
    train = descent(n, noise, rng)
    train[[n // 4, n // 2]] = np.nan
    train[3 * n // 5] = np.inf
    return logged("step", train_loss=train, val_loss=descent(n, noise, rng, floor=0.3))


def huge(n: int, noise: float, rng: Rng) -> Columns:
    loss = np.geomspace(1e7, rng.uniform(1.0, 100.0), n)
    return logged(train_loss=ragged(loss, noise, rng), val_loss=ragged(1.1 * loss, noise, rng))


def negative(n: int, noise: float, rng: Rng) -> Columns:
    floor = rng.uniform(-300.0, -20.0)
    scatter = 20 * noise * rng.standard_normal((2, n))
    return logged(
        train_loss=descent(n, 0.0, rng, 40.0, floor) + scatter[0],
        val_loss=descent(n, 0.0, rng, 41.0, 0.96 * floor) + scatter[1],
    )


def _accuracies(n: int, noise: float, rng: Rng, train: float, val: float, rate: float) -> Columns:
    """Both accuracies in percent."""
    return {
        "train_accuracy": (100 * metric(saturating(n, train, 10.0), noise / 4, rng)).tolist(),
        "val_accuracy": (100 * metric(saturating(n, val, rate), noise / 4, rng)).tolist(),
    }


def percent(n: int, noise: float, rng: Rng) -> Columns:
    losses = {"train_loss": descent(n, noise, rng), "val_loss": descent(n, noise, rng, floor=0.4)}
    return logged(**losses, **_accuracies(n, noise, rng, 0.97, rng.uniform(0.8, 0.93), 8.0))


def memorised(n: int, noise: float, rng: Rng) -> Columns:
    val = ragged(LN10 + 3 * passed(n), noise, rng)
    losses = {"train_loss": descent(n, noise, rng, floor=0.01), "val_loss": val}
    return logged(**losses, **_accuracies(n, noise, rng, 1.0, 0.12, 2.0))


def mixed_units(n: int, noise: float, rng: Rng) -> Columns:
    columns = percent(n, noise, rng)
    return columns | {"val_accuracy": [value / 100 for value in columns["val_accuracy"] if value is not None]}


def fine_tune(n: int, noise: float, rng: Rng) -> Columns:
    val = np.linspace(0.42, rng.uniform(0.7, 1.2), n)
    train = np.geomspace(0.6, rng.uniform(0.03, 0.1), n)
    return logged(train_loss=ragged(train, noise, rng), val_loss=ragged(val, noise, rng))


def late_evaluations(n: int, noise: float, rng: Rng) -> Columns:
    evaluations = int(rng.integers(3, 6))
    val: list[float | None] = [None] * n
    rising = ragged(np.linspace(0.42, rng.uniform(0.7, 1.2), evaluations), noise / 2, rng)
    for i, value in enumerate(rising, 1):
        val[i * n // evaluations - 1] = float(value)
    train = ragged(np.geomspace(0.9, rng.uniform(0.03, 0.08), n), noise, rng)
    return {"step": [10.0 * i for i in range(1, n + 1)], "train_loss": train.tolist(), "val_loss": val}


def warm_up_bump(n: int, noise: float, rng: Rng) -> Columns:
    u, at = passed(n), rng.uniform(0.04, 0.08)
    bump = rng.uniform(1.0, 4.0) * np.exp(-(((u - at) / 0.02) ** 2))
    train, val = descent(n, 0.0, rng, 7.0, 2.0), descent(n, 0.0, rng, 7.0, 2.1)
    rate = 1e-3 * np.minimum(1.0, (u + 1 / n) / 0.1)
    return logged(
        "step", train_loss=ragged(train + bump, noise, rng), val_loss=ragged(val + bump, noise, rng), lr=rate
    )


def warm_restarts(n: int, noise: float, rng: Rng) -> Columns:
    cycles = int(rng.integers(3, 6))
    phase = (passed(n) * cycles) % 1.0
    bump = rng.uniform(0.1, 0.3) * np.exp(-8 * phase) * (passed(n) * cycles > 1)
    train, val = descent(n, 0.0, rng, floor=0.4), descent(n, 0.0, rng, floor=0.5)
    return logged(
        "step",
        train_loss=ragged(train + bump, noise, rng),
        val_loss=ragged(val + bump, noise, rng),
        lr=0.05 * (1 + np.cos(np.pi * phase)) + 1e-5,
    )


def adversaries(n: int, noise: float, rng: Rng) -> Columns:
    wild = 0.2 + 3 * noise
    return logged(
        "step",
        g_loss=ragged(np.full(n, rng.uniform(1.0, 3.0)), wild, rng),
        d_loss=ragged(np.full(n, rng.uniform(0.4, 1.2)), wild, rng),
    )


def agent(n: int, noise: float, rng: Rng) -> Columns:
    u = passed(n)
    reward = 200.0 / (1.0 + np.exp(-(u - rng.uniform(0.3, 0.5)) / 0.1))
    return logged(
        "step",
        loss=ragged(5.0 * (1 + u * rng.uniform(0.0, 3.0)), 0.3 + noise, rng),
        episode_reward=reward + 200 * noise * rng.standard_normal(n),
    )


def agent_without_reward(n: int, noise: float, rng: Rng) -> Columns:
    return logged(
        "step",
        policy_loss=noise + 0.05 * rng.standard_normal(n),
        value_loss=ragged(30.0 * (1 + 3 * passed(n)), 0.4 + noise, rng),
        entropy=np.linspace(1.4, 0.3, n),
    )
