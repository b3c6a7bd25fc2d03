"""One experiment against another: each clear outcome, and the right test for as many runs as there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_runs import curve, falling, run, summed

from curvedoc.baseline import samples
from curvedoc.baseline.judge import judge, seeds_alone
from curvedoc.baseline.summary import Level, Summary, summary
from curvedoc.baseline.telling import sentence
from curvedoc.baseline.terms import Terms, Tolerance
from curvedoc.compared import Compared, Measure, Outcome, Side
from curvedoc.run import Run

LOSS = Terms(compare=("val/loss",))


def final(new: list[Summary], base: list[Summary], terms: Terms = LOSS) -> Compared:
    return next(c for c in judge(new, base, terms) if c.measure is Measure.FINAL)


def several(n: int, level: float, first: int = 0) -> list[Summary]:
    """Runs whose levels are spread by two in a hundred."""
    rng = np.random.default_rng(first)
    return [summed(first + i, level=level * (1 + 0.02 * rng.standard_normal())) for i in range(n)]


@pytest.mark.parametrize(
    ("level", "terms", "outcome"),
    [
        (0.4, Terms(compare=("val/loss",)), Outcome.SAME),
        (0.41, Terms(compare=("val/loss",)), Outcome.UNSURE),
        (0.41, Terms(compare=("val/loss",), tolerance=Tolerance(0.0)), Outcome.WORSE),
        (0.41, Terms(compare=("val/loss",), tolerance=Tolerance(0.02)), Outcome.TOLERATED),
        (0.41, Terms(compare=("val/loss",), tolerance=Tolerance(0.01, relative=True)), Outcome.WORSE),
        (0.41, Terms(compare=("val/loss",), tolerance=Tolerance(0.05, relative=True)), Outcome.TOLERATED),
        (0.5, Terms(compare=("val/loss",)), Outcome.WORSE),
        (0.3, Terms(compare=("val/loss",)), Outcome.BETTER),
    ],
)
def test_one_against_one(level: float, terms: Terms, outcome: Outcome) -> None:
    found = final([summed(1, level=level)], [summed(2)], terms)
    assert (found.outcome, found.test) == (outcome, samples.OWN_NOISE)


def test_direction_of_a_metric() -> None:
    terms = Terms(compare=("val/accuracy",))
    better, worse = (final([summed(1, level=level)], [summed(2)], terms) for level in (0.3, 0.6))
    assert (better.outcome, worse.outcome) == (Outcome.BETTER, Outcome.WORSE)
    assert worse.difference > 0
    assert worse.new is not None
    assert worse.base is not None
    assert worse.new.mean < worse.base.mean


@pytest.mark.parametrize(
    ("sizes", "test"),
    [
        ((1, 3), samples.PREDICTED),
        ((4, 1), samples.PREDICTED),
        ((2, 2), samples.WELCH),
        ((2, 5), samples.EXACT),
        ((3, 3), samples.EXACT),
        ((5, 4), samples.EXACT),
    ],
)
def test_the_right_test(sizes: tuple[int, int], test: str) -> None:
    found = final(several(sizes[0], 0.6, 10), several(sizes[1], 0.4, 50))
    assert (found.test, found.outcome) == (test, Outcome.WORSE)
    assert ("cannot reach" in found.note) == (sizes == (2, 2))
    assert final(several(sizes[0], 0.4, 10), several(sizes[1], 0.4, 50)).outcome is not Outcome.WORSE


def test_more_runs_than_can_be_split_are_left_to_welch() -> None:
    levels = [Level(float(i), 0.1) for i in range(12)]
    found = samples.two_samples(levels, levels, 0.05)
    assert isinstance(found, samples.Tested)
    assert (found.name, found.note, found.p) == (samples.WELCH, "", pytest.approx(0.5))


def test_the_test_can_reach_the_level_after_the_correction() -> None:
    # Three against three reach 0.05 by the exact test, which doubled for two measures never fails anything.
    new, base = several(3, 0.6, 10), several(3, 0.4, 50)
    assert (final(new, base).p, final(new, base).test) == (pytest.approx(0.05), samples.EXACT)
    both = judge(new, base, replace(LOSS, measures=(Measure.FINAL, Measure.BEST)))
    assert {(c.outcome, c.test) for c in both if c.decides} == {(Outcome.WORSE, samples.WELCH)}
    twice = judge(new, base, LOSS, several=2)
    assert {c.test for c in twice if c.decides} == {samples.WELCH}
    equal = judge(several(3, 0.4, 10), base, replace(LOSS, measures=(Measure.FINAL, Measure.BEST)))
    assert {c.outcome for c in equal if c.decides} == {Outcome.SAME}


def test_the_metric_decides_and_the_loss_is_told() -> None:
    found = judge([summed(1)], [summed(2)], Terms())
    assert [(c.role, c.measure) for c in found if c.decides] == [("val/accuracy", Measure.FINAL)]
    assert {c.role for c in found} == {"val/accuracy", "val/loss"}


def test_train_without_validation() -> None:
    only = summary(Run("r", "r", "made", "epoch", (curve(falling(0), "train/loss"),)))
    assert {c.role for c in judge([only], [only], Terms())} == {"train/loss"}


def test_a_curve_that_ends_in_nan_is_lost() -> None:
    values = falling(0)
    values[-1] = np.nan
    gone = summary(Run("r", "r", "made", "epoch", (curve(values),)))
    assert {c.outcome for c in judge([gone], [summed(1)], LOSS)} == {Outcome.LOST}
    back = judge([summed(1)], [gone], LOSS)
    assert {c.outcome for c in back} == {Outcome.SKIPPED}
    assert "baseline ends in NaN" in back[0].note


@pytest.mark.parametrize(
    ("role", "said"),
    [("val/f1", "the baseline has no val/f1; it has"), ("val/los", "Did you mean 'val/loss'?")],
)
def test_a_missing_curve(role: str, said: str) -> None:
    found = judge([summed(1)], [summed(2)], Terms(compare=(role,)))
    assert {c.outcome for c in found} == {Outcome.SKIPPED}
    assert said in found[0].note


def test_other_units_compare_levels_only() -> None:
    found = {c.measure: c for c in judge([summed(1, x="epoch")], [summed(2, x="step")], LOSS)}
    assert found[Measure.FINAL].p is not None
    assert found[Measure.AREA].outcome is found[Measure.STEPS].outcome is Outcome.SKIPPED
    assert found[Measure.AREA].note == "the new side counts 'epoch', the baseline 'step'"


def test_a_run_cut_short_is_said_to_be() -> None:
    whole = run(0)
    short = replace(
        whole, curves=tuple(replace(c, steps=c.steps[:20], values=c.values[:20]) for c in whole.curves)
    )
    found = {c.measure: c for c in judge([summary(short)], [summed(2)], LOSS)}
    assert found[Measure.FINAL].outcome is Outcome.WORSE
    assert "trained to step 20 against 60" in found[Measure.FINAL].note
    assert found[Measure.STEPS].outcome is Outcome.SKIPPED
    assert "not reached by step 20" in found[Measure.STEPS].note
    assert found[Measure.AREA].outcome is Outcome.SAME


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_points_need_a_tolerance(n: int) -> None:
    runs = [summary(Run("r", "r", "made", "epoch", (curve([1.0, 0.8, level][-n:]),))) for level in (0.6, 0.5)]
    assert final(runs[:1], runs[1:]).outcome is Outcome.SKIPPED
    strict, loose = (replace(LOSS, tolerance=Tolerance(amount)) for amount in (0.01, 0.2))
    assert final(runs[:1], runs[1:], strict).outcome is Outcome.WORSE
    assert final(runs[:1], runs[1:], loose).outcome is Outcome.TOLERATED
    assert final(runs[:1], runs[:1], strict).outcome is Outcome.SAME


def test_constant_curves() -> None:
    low, high = (
        summary(Run("r", "r", "made", "epoch", (curve(np.full(30, level)),))) for level in (0.5, 0.6)
    )
    assert final([low], [low]).outcome is Outcome.SAME
    assert final([high], [low]).outcome is Outcome.WORSE
    assert final([low] * 3, [low] * 3).outcome is Outcome.SAME


def test_slow_but_good() -> None:
    t = np.arange(60)
    slow, fast = (
        summary(Run("r", "r", "made", "epoch", (curve(0.4 + 2 * np.exp(-t / pace) + 0.001 * np.sin(9 * t)),)))
        for pace in (8, 3)
    )
    found = {c.measure: c for c in judge([slow], [fast], LOSS)}
    assert found[Measure.FINAL].outcome in (Outcome.SAME, Outcome.UNSURE)
    assert found[Measure.STEPS].outcome is found[Measure.AREA].outcome is Outcome.WORSE


@pytest.mark.parametrize(
    ("role", "value", "room"),
    [("val/loss", 2.0, 0.1), ("val/accuracy", 0.5, 0.025), ("val/accuracy", 0.99, 0.05 * 0.0995),
     ("val/accuracy", 99.0, 4.975 / 10), ("val/bleu", 30.0, 1.5)],
)  # fmt: skip
def test_what_another_seed_may_do(role: str, value: float, room: float) -> None:
    assert seeds_alone(role, Measure.FINAL, value) == pytest.approx(room, rel=1e-3)


def test_equal_runs_seldom_fail() -> None:
    """Five in a hundred equal runs may fail; of 300 comparisons with three seeds a side 15 ± 4 do."""
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(300):
        levels = 0.4 * (1 + 0.02 * rng.standard_normal(6))
        found = samples.two_samples(
            [Level(v, 0) for v in levels[:3]], [Level(v, 0) for v in levels[3:]], 0.05
        )
        assert isinstance(found, samples.Tested)
        hits += found.p <= 0.05
    assert 3 <= hits <= 28


@pytest.mark.parametrize(
    ("level", "shown"), [(0.5, "25 % worse"), (3.0, "650 % worse"), (300.0, "299.6 worse")]
)
def test_a_share_of_next_to_nothing_is_not_told(level: float, shown: str) -> None:
    found = Compared(
        "val/loss",
        Measure.FINAL,
        True,
        Outcome.WORSE,
        Side(1, level, 0.1),
        Side(1, 0.4, 0.1),
        level - 0.4,
        p=0.01,
    )
    assert shown in sentence(found)
    assert "e+" not in sentence(found)
