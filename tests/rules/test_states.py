"""Every shape gets its state: at few points and at many, without noise and with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from rules.curves import LN10, fall, jittered, late, level, noisy, power, rise, run, spiked, turn

from curvedoc.diagnosis import diagnose
from curvedoc.rules import RULES
from curvedoc.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from curvedoc.run import Run

POINTS = (10, 60, 1000)
# The more points, the more noise a shape survives.
NOISES = {10: (0.0, 0.02, 0.04), 60: (0.0, 0.02, 0.08), 1000: (0.0, 0.02, 0.08, 0.2)}


@dataclass(frozen=True)
class Case:
    """A shape: ``build(n, noise, seed)`` gives the run that must be in ``state``."""

    id: str
    state: State
    build: Callable[[int, float, int], Run]
    points: tuple[int, ...] = POINTS
    noises: tuple[float, ...] = ()


def curves(train, val=None, every: int = 1, **others) -> Callable[[int, float, int], Run]:
    """Builder of a run from shapes (functions of n): losses get noise as a factor, metrics added."""

    def build(n: int, noise: float, seed: int) -> Run:
        given = {"train_loss": train, "val_loss": val, **others}
        built = {}
        for i, (key, shape) in enumerate(given.items()):
            if shape is None:
                continue
            dirt = noisy if key.endswith("loss") else jittered
            built[key] = dirt(shape(n), noise if key.endswith("loss") else noise / 8, seed * 31 + i)
        return run(every=every, **built)

    return build


def chance(n: int):
    return level(n, LN10)


def schedule(n: int):
    """Falls, and falls again at each of two steps of the learning rate."""
    u = np.linspace(0, 1, n)
    first = 0.7 + 1.6 * np.exp(-20 * u)
    return np.where(u < 0.4, first, np.where(u < 0.75, 0.35, 0.28) + 0.02 * np.exp(-8 * (u - 0.4)))


def broken(n: int):
    """Falls, jumps up at the middle and stays there."""
    return np.where(np.arange(n) < n // 2, fall(n, floor=0.3, rate=8), 3.0)


def climbing(n: int):
    """Falls, then climbs steadily far beyond its start."""
    return turn(n, best=0.5, end=9.0, at=0.4)


def swinging(n: int):
    """Large swings that never settle: from point to point on short runs, some twenty on long ones."""
    return 1.2 + 0.9 * np.sin(np.arange(n) * 2.3 if n <= 60 else np.linspace(0, 130, n))


def spiky(n: int):
    """A descent torn by tall spikes at every tenth of the run, each a hundredth of it wide."""
    at = [int(n * k / 10) + i for k in range(2, 10) for i in range(max(1, n // 100))]
    return spiked(fall(n, floor=0.3), at, 3.0)


def lost(n: int):
    """NaN from the middle on."""
    values = fall(n)
    values[n // 2 :] = np.nan
    return values


S = State
CASES = (
    # smooth descent
    Case("together", S.SMOOTH_DESCENT, curves(fall, lambda n: fall(n, floor=0.25))),
    Case("still-falling", S.SMOOTH_DESCENT, curves(power, lambda n: power(n) + 0.05)),
    Case("constant-gap", S.SMOOTH_DESCENT, curves(fall, lambda n: fall(n, floor=0.6))),
    Case("train-only", S.SMOOTH_DESCENT, curves(fall)),
    Case("val-only", S.SMOOTH_DESCENT, curves(None, fall)),
    Case(
        "converged-long-ago",
        S.SMOOTH_DESCENT,
        curves(lambda n: fall(n, rate=15), lambda n: fall(n, floor=0.3, rate=15)),
    ),
    Case("rate-schedule", S.SMOOTH_DESCENT, curves(schedule, lambda n: schedule(n) + 0.1), points=(60, 1000)),
    Case(
        "with-accuracy",
        S.SMOOTH_DESCENT,
        curves(
            fall, lambda n: fall(n, floor=0.3), train_accuracy=rise, val_accuracy=lambda n: rise(n, end=0.88)
        ),
    ),
    Case(
        "val-sparser",
        S.SMOOTH_DESCENT,
        curves(fall, lambda n: fall(n, floor=0.3), every=10),
        points=(60, 1000),
    ),
    # overfitting
    Case("turn", S.OVERFITTING, curves(lambda n: fall(n, floor=0.02), turn)),
    Case(
        "early-turn",
        S.OVERFITTING,
        curves(lambda n: fall(n, floor=0.02), lambda n: turn(n, at=0.1, end=2.0)),
        points=(60, 1000),
    ),
    Case("turn-val-only", S.OVERFITTING, curves(None, turn)),
    Case(
        "turn-val-sparser",
        S.OVERFITTING,
        curves(lambda n: fall(n, floor=0.02), turn, every=5),
        points=(60, 1000),
    ),
    Case(
        "accuracy-falls-too",
        S.OVERFITTING,
        curves(
            lambda n: fall(n, floor=0.02),
            turn,
            train_accuracy=lambda n: rise(n, end=0.99),
            val_accuracy=lambda n: 0.9 - 0.2 * turn(n, top=1.0, best=0.0, end=1.0),
        ),
    ),
    Case(
        "memorised",
        S.OVERFITTING,
        curves(
            lambda n: fall(n, floor=0.01),
            lambda n: LN10 + 2.0 * np.linspace(0, 1, n),
            train_accuracy=lambda n: rise(n, end=1.0, rate=10),
            val_accuracy=lambda n: level(n, 0.1),
        ),
    ),
    Case(
        "val-level-while-train-falls",
        S.OVERFITTING,
        curves(lambda n: fall(n, floor=0.02), lambda n: fall(n, floor=2.15, rate=12)),
    ),
    # underfitting
    Case(
        "alike-and-poor",
        S.UNDERFITTING,
        curves(
            lambda n: fall(n, floor=2.0, rate=5),
            lambda n: fall(n, floor=2.01, rate=5),
            train_accuracy=lambda n: rise(n, end=0.3, rate=5),
            val_accuracy=lambda n: rise(n, end=0.29, rate=5),
        ),
        noises=(0.0, 0.02),
    ),
    # poor optimization
    Case(
        "flat-at-chance",
        S.POOR_OPTIMIZATION,
        curves(chance, chance, train_accuracy=lambda n: level(n, 0.1), val_accuracy=lambda n: level(n, 0.1)),
        noises=(0.0, 0.005),
    ),
    Case("flat", S.POOR_OPTIMIZATION, curves(chance, chance), noises=(0.0, 0.005)),
    Case(
        "early-plateau",
        S.POOR_OPTIMIZATION,
        curves(lambda n: fall(n, floor=1.9, rate=40)),
        points=(60, 1000),
        noises=(0.0, 0.01),
    ),
    Case(
        "crawl", S.POOR_OPTIMIZATION, curves(lambda n: LN10 - 0.1 * np.linspace(0, 1, n)), noises=(0.0, 0.002)
    ),
    # unstable
    Case("nan", S.UNSTABLE, curves(lost, lost)),
    Case("jump-and-stay", S.UNSTABLE, curves(broken, broken)),
    Case("climbs-away", S.UNSTABLE, curves(climbing, climbing)),
    Case("swings", S.UNSTABLE, curves(swinging)),
    Case("spikes", S.UNSTABLE, curves(spiky, fall), points=(60, 1000)),
    # loss/metric mismatch
    Case(
        "rare-positives",
        S.LOSS_METRIC_MISMATCH,
        curves(fall, lambda n: fall(n, floor=0.25), val_f1=lambda n: level(n, 0.0)),
        noises=(0.0,),
    ),
    Case(
        "metric-flat",
        S.LOSS_METRIC_MISMATCH,
        curves(
            fall,
            lambda n: fall(n, floor=0.25),
            train_accuracy=lambda n: level(n, 0.5),
            val_accuracy=lambda n: level(n, 0.5),
        ),
        noises=(0.0, 0.02),
    ),
    # grokking
    Case(
        "late-generalisation",
        S.GROKKING,
        curves(
            lambda n: fall(n, floor=0.001, rate=100),
            lambda n: 4.5 - 4.4 * late(n, 0, 1),
            train_accuracy=lambda n: rise(n, end=1.0, rate=90),
            val_accuracy=late,
        ),
        points=(60, 1000),
    ),
    Case(
        "late-after-climbing",
        S.GROKKING,
        curves(
            lambda n: fall(n, floor=0.001, rate=100),
            lambda n: (4.5 + 6 * np.linspace(0, 1, n)) * (1.0 - late(n, 0, 1)) + 0.05,
            train_accuracy=lambda n: rise(n, end=1.0, rate=90),
            val_accuracy=late,
        ),
        points=(60, 1000),
    ),
    # inconclusive
    Case("three-points", S.INCONCLUSIVE, curves(fall, fall), points=(3,)),
    Case("metric-only", S.INCONCLUSIVE, curves(None, None, val_accuracy=rise)),
)


def params() -> list:
    return [
        pytest.param(case, n, noise, id=f"{case.id}-{n}-{noise}")
        for case in CASES
        for n in case.points
        for noise in case.noises or NOISES.get(n, (0.0,))
    ]


@pytest.mark.parametrize(("case", "n", "noise"), params())
def test_shape_gets_its_state(case: Case, n: int, noise: float) -> None:
    found = diagnose(case.build(n, noise, 1), RULES)
    assert found.state is case.state, f"{dict(found.states)}\n{found.reason}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_state_does_not_hang_on_one_draw_of_the_noise(case: Case) -> None:
    n = max(case.points)
    noise = max(case.noises or NOISES.get(n, (0.0,)))
    wrong = [
        seed for seed in range(12) if diagnose(case.build(n, noise, seed), RULES).state is not case.state
    ]
    assert len(wrong) <= 1


def test_every_state_has_a_shape() -> None:
    assert {case.state for case in CASES} == set(State)
