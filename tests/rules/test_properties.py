"""What must hold for any run: no exception, one outcome per rule, no say of units, step counts and order."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules.curves import fall, late, level, mapped, noisy, rise, run, share, turn
from rules.test_states import CASES

from curvedoc.diagnosis import Diagnosis, diagnose
from curvedoc.features import Features, losses
from curvedoc.measure import NotMeasurable
from curvedoc.rule import OutcomeKind
from curvedoc.rules import RULES
from curvedoc.run import Curve, Run
from curvedoc.states import State

# The only level that a rule may know is that of guessing: ln k.
KNOWS_CHANCE = {"stuck-at-chance"}
ROLES = (
    "train/loss",
    "val/loss",
    "train/accuracy",
    "val/accuracy",
    "val/f1",
    "test/loss",
    "train/reward",
    "lr",
    "grad_norm",
    "weight_norm",
)
VALUES = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(-5, 5),
    st.sampled_from([0.0, 1.0, -0.0, 100.0, math.nan, math.inf, 1e308, -1e308, 5e-324]),
)


@st.composite
def curves(draw: st.DrawFn, role: str) -> Curve:
    """Any curve that a reader can produce: finite steps in any order, values of any kind."""
    values = draw(st.lists(VALUES, max_size=30))
    counted = draw(st.booleans())
    steps = (
        list(range(len(values)))
        if counted
        else draw(st.lists(st.floats(-1e9, 1e9, allow_nan=False), min_size=len(values), max_size=len(values)))
    )
    higher = None if "/" not in role else not role.endswith("loss")
    return Curve(role, role, np.array(steps, dtype=np.float64), np.array(values, dtype=np.float64), higher)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Any run: any roles, missing curves, of unlike lengths."""
    roles = draw(st.lists(st.sampled_from(ROLES), unique=True, max_size=6))
    built = tuple(draw(curves(role)) for role in roles)
    metric = draw(st.sampled_from(["", "accuracy", "f1", "reward", "nothing"]))
    return Run("any", "any.csv", "csv", "step", built, metric)


@st.composite
def shapes(draw: st.DrawFn) -> Run:
    """A run of a known shape with some noise."""
    case = draw(st.sampled_from([c for c in CASES if c.id not in {"nan", "metric-only"}]))
    n = draw(st.sampled_from(case.points))
    return case.build(
        min(n, 200), draw(st.sampled_from(case.noises or (0.0, 0.03))), draw(st.integers(0, 50))
    )


def same(a: Diagnosis, b: Diagnosis, but: set[str] = frozenset()) -> None:
    """Equal state, probabilities and findings."""
    assert a.state is b.state
    assert a.confidence == pytest.approx(b.confidence, rel=1e-6, abs=1e-9)
    assert a.states == pytest.approx(b.states, rel=1e-6, abs=1e-9)
    assert kinds(a, but) == kinds(b, but)


def kinds(found: Diagnosis, but: set[str] = frozenset()) -> dict[str, OutcomeKind]:
    return {o.rule: o.kind for o in found.outcomes if o.rule not in but}


@given(runs())
@settings(max_examples=150, deadline=None)
def test_any_run_is_judged(logged: Run) -> None:
    found = diagnose(logged, RULES)
    assert Counter(o.rule for o in found.outcomes) == Counter(rule.id for rule in RULES)
    assert set(found.states) == set(State)
    assert sum(found.states.values()) == pytest.approx(1.0)
    assert all(0.0 <= p <= 1.0 for p in found.states.values())
    assert found.confidence == found.states[found.state]
    for outcome in found.outcomes:
        if outcome.kind is OutcomeKind.FIRED:
            assert outcome.finding is not None
            assert outcome.finding.summary
            assert outcome.finding.fixes
            assert 0.0 <= outcome.finding.confidence <= 1.0
        if outcome.kind in {OutcomeKind.SKIPPED, OutcomeKind.OVERRULED}:
            assert outcome.reason
    ends = [float(edge(c.steps)) for c in logged.curves if len(c) for edge in (np.min, np.max)]
    for step in (found.onset_step, found.best_step):
        assert step is None or min(ends) <= step <= max(ends)


@given(runs())
@settings(max_examples=30, deadline=None)
def test_judging_twice_gives_the_same(logged: Run) -> None:
    a, b = diagnose(logged, RULES), diagnose(logged, RULES)
    assert a.states == b.states
    assert [(o.rule, o.kind, o.reason) for o in a.outcomes] == [
        (o.rule, o.kind, o.reason) for o in b.outcomes
    ]


@given(shapes(), st.floats(-6, 6).map(lambda power: 10.0**power))
@settings(max_examples=60, deadline=None)
def test_the_unit_of_the_loss_does_not_matter(logged: Run, factor: float) -> None:
    scaled = mapped(logged, values=lambda c: c.values * factor if c.quantity == "loss" else c.values)
    found = diagnose(logged, RULES), diagnose(scaled, RULES)
    guessing = any(o.rule in KNOWS_CHANCE and o.strength > 1e-9 for d in found for o in d.outcomes)
    if not guessing:
        same(*found, but=KNOWS_CHANCE)


@given(shapes(), st.sampled_from([0.01, 0.5, 7.0, 1000.0]), st.sampled_from([-50.0, 0.0, 12345.0]))
@settings(max_examples=60, deadline=None)
def test_the_count_of_steps_does_not_matter(logged: Run, factor: float, shift: float) -> None:
    a = diagnose(logged, RULES)
    b = diagnose(mapped(logged, steps=lambda s: s * factor + shift), RULES)
    same(a, b)
    for before, after in ((a.best_step, b.best_step), (a.onset_step, b.onset_step)):
        assert (before is None) == (after is None)
        if before is not None:
            assert after == pytest.approx(before * factor + shift, rel=1e-9, abs=1e-6)


@given(shapes(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_columns_does_not_matter(logged: Run, random) -> None:
    shuffled = list(logged.curves)
    random.shuffle(shuffled)
    same(diagnose(logged, RULES), diagnose(replace(logged, curves=tuple(shuffled)), RULES))


@given(st.integers(8, 300), st.floats(0.0, 0.05), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_measures_of_losses_are_free_of_scale(n: int, noise: float, seed: int) -> None:
    logged = run(train_loss=noisy(fall(n), noise, seed), val_loss=noisy(turn(n), noise, seed + 1))
    scaled = mapped(logged, values=lambda c: c.values * 1234.5)
    for measure in (
        losses.train_progress,
        losses.val_rise,
        losses.val_rise_noise,
        losses.val_excess,
        losses.train_turbulence,
        losses.train_swing,
        losses.val_share,
        losses.train_kept,
        losses.arrival,
        losses.tail_share,
        losses.val_scatter,
        losses.spike_count,
    ):
        a, b = measure(Features(logged)).value, measure(Features(scaled)).value
        assert a == pytest.approx(b, rel=1e-6, abs=1e-9), measure.__name__


# Confidence


def test_a_longer_rise_is_never_less_overfitted() -> None:
    ends = np.linspace(0.6, 2.0, 30)
    sure = [
        diagnose(run(train_loss=fall(60, floor=0.02), val_loss=turn(60, end=end)), RULES).states[
            State.OVERFITTING
        ]
        for end in ends
    ]
    assert all(b >= a - 1e-9 for a, b in pairwise(sure))
    assert sure[0] < 0.1
    assert sure[-1] > 0.9


def test_a_wider_swing_is_never_less_unstable() -> None:
    sure = [
        diagnose(run(train_loss=1.0 + width * np.sin(2.3 * np.arange(60))), RULES).states[State.UNSTABLE]
        for width in np.linspace(0.0, 0.95, 20)
    ]
    assert all(b >= a - 0.02 for a, b in pairwise(sure))
    assert sure[0] < 0.1
    assert sure[-1] > 0.9


@pytest.mark.parametrize(
    "shape",
    [
        lambda n: run(train_loss=fall(n), val_loss=fall(n, floor=0.3)),
        lambda n: run(train_loss=fall(n, floor=0.02), val_loss=turn(n)),
        lambda n: run(train_loss=level(n, 2.3), val_loss=level(n, 2.3)),
        lambda n: run(train_loss=fall(n), val_loss=fall(n, floor=0.3), val_f1=level(n, 0.0)),
    ],
    ids=["smooth", "turn", "flat", "mismatch"],
)
def test_more_points_of_the_same_shape_make_surer(shape) -> None:
    found = [diagnose(shape(n), RULES) for n in (6, 12, 50, 200)]
    assert len({f.state for f in found}) == 1
    confidence = [f.confidence for f in found]
    assert confidence == sorted(confidence)


@given(shapes())
@settings(max_examples=60, deadline=None)
def test_the_state_is_the_likeliest_of_those_a_finding_speaks_for(logged: Run) -> None:
    found = diagnose(logged, RULES)
    deciding = {rule.id for rule in RULES if rule.decides}
    spoken = {f.state for f in found.findings if f.rule in deciding} | {State.INCONCLUSIVE}
    assert found.state in spoken
    assert found.confidence == max(found.states[state] for state in spoken)


def test_a_verdict_near_a_limit_is_less_sure_than_one_far_from_it() -> None:
    near = diagnose(run(train_loss=fall(60, floor=0.02), val_loss=turn(60, end=0.68)), RULES)
    far = diagnose(run(train_loss=fall(60, floor=0.02), val_loss=turn(60, end=2.0)), RULES)
    assert near.confidence < far.confidence


def test_what_is_missing_is_named() -> None:
    skipped = {o.rule: o.reason for o in diagnose(run(train_loss=fall(60)), RULES).not_checked}
    assert skipped["overfitting"] == "needs val/loss; the log has train/loss"
    with pytest.raises(NotMeasurable, match="needs val/loss"):
        _ = Features(run(train_loss=fall(5))).val


def test_delayed_generalisation_is_found_whatever_the_step_counts() -> None:
    logged = run(
        train_loss=fall(80, floor=0.001, rate=90),
        val_loss=4.5 - 4.4 * late(80, 0, 1),
        train_accuracy=rise(80, end=1.0, rate=90),
        val_accuracy=late(80),
    )
    onset = diagnose(logged, RULES).onset_step
    assert onset is not None
    assert 0.6 < onset / 79 < 0.8
    assert share(80)[-1] == 1.0
