"""Findings that explain: each fires on a run that shows it, and not on what merely looks like it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules.curves import LN10, Values, fall, level, mapped, noisy, run, share
from rules.explaining_cases import FINE, LONG, MEMORISED, SICK, N

import curvedoc
from curvedoc.diagnosis import diagnose
from curvedoc.features import Features
from curvedoc.measure import NotMeasurable
from curvedoc.rule import Finding, OutcomeKind, Severity, Verdict
from curvedoc.rules import RULES, rule
from curvedoc.run import Curve, Run

if TYPE_CHECKING:
    from pathlib import Path

EXPLAINING = tuple(r for r in RULES if r.id in {id_ for id_, _, _ in SICK})
WARNINGS = {r.id for r in EXPLAINING if r.severity is Severity.WARNING}


def logged(base: Run, **curves: Values) -> Run:
    """``base`` with further curves that have no split, by role."""
    more = tuple(Curve(k, k, np.arange(len(v), dtype=float), v) for k, v in curves.items())
    return replace(base, curves=base.curves + more)


def names(cases: list[tuple[str, str, Run]]) -> list[str]:
    return [f"{id_}: {what}" for id_, what, _ in cases]


def verdict(id_: str, given_run: Run) -> Verdict:
    return rule(id_).check(Features(given_run))


def finding(id_: str, given_run: Run) -> Finding:
    found = diagnose(given_run, RULES)
    return next(o.finding for o in found.outcomes if o.rule == id_ and o.finding)


@pytest.mark.parametrize(("id_", "what", "sick"), SICK, ids=names(SICK))
def test_sick_runs_fire(id_: str, what: str, sick: Run) -> None:
    told = finding(id_, sick)
    assert told.evidence
    assert all(e.passed for e in told.evidence)
    assert told.summary[0].isupper()
    assert told.summary.endswith(".")
    assert any(c.isdigit() for c in told.summary)
    assert told.fixes
    assert all(fix.text.endswith(".") and "nan" not in fix.text for fix in told.fixes)


@pytest.mark.parametrize(("id_", "what", "fine"), FINE, ids=names(FINE))
def test_what_looks_like_it_does_not_fire(id_: str, what: str, fine: Run) -> None:
    assert not verdict(id_, fine).fired


def test_every_explaining_rule_has_a_sick_and_a_fine_run() -> None:
    assert {id_ for id_, _, _ in SICK} == {id_ for id_, _, _ in FINE}
    assert {r.id for r in RULES if not r.decides} <= {r.id for r in EXPLAINING}


# What the log must hold


@pytest.mark.parametrize(
    ("id_", "needs"),
    [
        ("exploding-gradients", "grad_norm"),
        ("vanishing-gradients", "grad_norm"),
        ("learning-rate-decayed-early", "lr"),
        ("validation-better", "val/loss"),
        ("double-descent", "val/loss"),
        ("oscillation", "points"),
        ("missing-warm-up", "points"),
        ("waiting-to-grok", "metric"),
        ("ungrokking", "metric"),
        ("metric-flat", "metric"),
    ],
)
def test_what_is_missing_is_named(id_: str, needs: str) -> None:
    with pytest.raises(NotMeasurable, match=needs):
        verdict(id_, run(train_loss=fall(10)))


@pytest.mark.parametrize("name", ["train_mse_loss", "mae", "loss/huber"])
def test_chance_means_nothing_to_a_regression(name: str) -> None:
    flat = run(train_loss=noisy(level(N, np.log(2)), 0.003, 1))
    named = replace(flat, curves=(replace(flat.curves[0], name=name),))
    with pytest.raises(NotMeasurable, match="cross-entropy"):
        verdict("stuck-at-chance", named)


# In the numbers of the log


def test_the_number_of_classes_is_told() -> None:
    ten = finding("stuck-at-chance", run(train_loss=noisy(level(N, LN10), 0.002, 1)))
    assert "guessing among 10 classes (ln 10 = 2.303)" in ten.summary
    many = run(train_loss=noisy(level(N, np.log(113)), 0.002, 1), val_accuracy=level(N, 1 / 113))
    assert "about 113 classes" in finding("stuck-at-chance", many).summary


def test_the_clipping_norm_is_the_usual_one() -> None:
    sick = next(r for id_, what, r in SICK if what == "a burst, and the loss jumps")
    fixes = {fix.remedy: fix.text for fix in finding("exploding-gradients", sick).fixes}
    assert "Clip the gradient norm at 1.2" in fixes["clip-gradients"] or "at 1.1" in fixes["clip-gradients"]


def test_the_place_of_the_early_decay_is_told() -> None:
    sick = next(r for id_, what, r in SICK if what == "stepped per batch")
    told = finding("learning-rate-decayed-early", sick)
    assert "from 0.1 " in told.summary
    assert told.span is not None
    assert told.span[0] == pytest.approx(20, abs=2)


def test_waiting_tells_of_the_weights_where_they_were_logged() -> None:
    waiting = run(**MEMORISED, val_accuracy=level(LONG, 0.02))
    falling = logged(waiting, weight_norm=50 - 20 * share(LONG), weight_decay=level(LONG, 0.0))
    told = finding("waiting-to-grok", falling)
    assert "weight norm is falling" in told.summary
    assert any("Switch weight decay on" in fix.text for fix in told.fixes)
    rising = finding("waiting-to-grok", logged(waiting, weight_norm=30 + share(LONG)))
    assert "is not falling yet" in rising.summary
    assert "weight norm" not in finding("waiting-to-grok", waiting).summary


def test_a_log_that_runs_backwards_is_told_as_the_reader_put_it_in_order(tmp_path: Path) -> None:
    rows = [*range(30), *range(20, 50)]
    path = tmp_path / "resumed.csv"
    path.write_text("step,train_loss\n" + "".join(f"{s},{2 / (1 + s)}\n" for s in rows))
    (found,) = curvedoc.read(str(path))
    assert np.all(np.diff(found.curves[0].steps) > 0)
    assert verdict("steps-backwards", found).fired
    path.write_text("step,train_loss\n" + "".join(f"{s},{2 / (1 + s)}\n" for s in range(60)))
    (found,) = curvedoc.read(str(path))
    assert not verdict("steps-backwards", found).fired


# Properties


healthy = st.builds(
    lambda n, top, floor, rate, gap, noise, seed: run(
        train_loss=noisy(fall(n, top, floor, rate), noise, seed),
        val_loss=noisy(fall(n, top, floor + gap, rate), noise, seed + 1),
        lr=0.1 * (1 + np.cos(np.pi * share(n))),
        grad_norm=noisy(fall(n, 5.0, 1.0, rate), 0.3, seed + 2),
    ),
    n=st.sampled_from([20, 60, 200, 1000]),
    top=st.floats(1.0, 12.0),
    floor=st.floats(0.05, 0.6),
    rate=st.floats(2.0, 20.0),
    gap=st.floats(0.0, 0.3),
    noise=st.floats(0.0, 0.2),
    seed=st.integers(0, 999),
)


@given(healthy)
@settings(max_examples=60, deadline=None)
def test_healthy_runs_get_no_warning(fine: Run) -> None:
    found = diagnose(fine, RULES)
    assert not {f.rule for f in found.findings} & WARNINGS


@pytest.mark.parametrize("id_", sorted({id_ for id_, _, _ in SICK} - {"stuck-at-chance", "steps-backwards"}))
@pytest.mark.parametrize(("factor", "stretch"), [(1e-4, 1.0), (1e5, 1.0), (1.0, 250.0)])
def test_scale_of_losses_norms_and_steps_changes_nothing(id_: str, factor: float, stretch: float) -> None:
    for _, _, original in (case for case in SICK + FINE if case[0] == id_):

        def values(curve: Curve) -> Values:
            return curve.values * (
                factor
                if curve.higher_is_better in (None, False)
                and "error" not in curve.role
                and "wer" not in curve.role
                else 1.0
            )

        scaled = mapped(original, values, lambda s: s * stretch + (7.0 if stretch > 1 else 0.0))
        before, after = verdict(id_, original), verdict(id_, scaled)
        assert after.fired == before.fired
        assert after.strength == pytest.approx(before.strength, abs=1e-6)


wild = st.lists(
    st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, 1.0, -1.0, 1e300])),
    min_size=1,
    max_size=60,
)


@given(wild, wild, st.integers(0, 999))
@settings(max_examples=150, deadline=None)
def test_whatever_was_logged_gets_an_answer(one: list[float], other: list[float], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(4)
    curves = [np.asarray(one), np.asarray(other), np.asarray(one)[::-1], np.abs(np.asarray(other))]
    a, b, c, d = (curves[i] for i in order)
    strange = run(train_loss=a, val_loss=b, train_accuracy=c, val_accuracy=d, lr=b, grad_norm=d)
    strange = logged(strange, weight_norm=a, weight_decay=c)
    found = {o.rule: o for o in diagnose(strange, EXPLAINING).outcomes}
    assert set(found) == {r.id for r in EXPLAINING}
    for outcome in found.values():
        assert 0.0 <= outcome.strength <= 1.0
        assert outcome.reason or outcome.kind in (OutcomeKind.FIRED, OutcomeKind.CLEAR)
