"""diagnose with hand-made rules: outcomes, precedence, probabilities, steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from rules.curves import fall, rise, run, turn

from curvedoc.calibration import Calibration
from curvedoc.diagnosis import diagnose, sure
from curvedoc.measure import Limit, Measure, NotMeasurable
from curvedoc.rule import Fix, OutcomeKind, Rule, Severity, Verdict, all_of, any_of
from curvedoc.states import DECIDED_IN, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from curvedoc.features import Features

LOGGED = run(train_loss=fall(60, floor=0.02), val_loss=turn(60))
HALF = Limit(0.5, 0.1, "half")


@pytest.fixture(autouse=True)
def uncalibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """How rules are weighed is tested without the line through logits, which has tests of its own."""
    monkeypatch.setattr("curvedoc.diagnosis.measured", lambda: Calibration(0.0, 1.0))


def verdict(strength: float, span: tuple[float, float] | None = None) -> Callable[[Features], Verdict]:
    """A check that fires exactly when its strength is above a half."""
    return lambda f: Verdict(strength > 0.5, strength, (), f"strength {strength}", span)


def needs(what: str) -> Callable[[Features], Verdict]:
    def check(f: Features) -> Verdict:
        raise NotMeasurable(what)

    return check


def rule(
    name: str, state: State, check, decides: bool = True, overrules: tuple[str, ...] = (), **others
) -> Rule:
    return Rule(
        id=name,
        title=name,
        state=state,
        severity=others.get("severity", Severity.WARNING),
        check=check,
        fix=lambda f: (Fix("keep-going", "Go on."),),
        page="",
        decides=decides,
        overrules=overrules,
    )


def test_every_rule_has_one_outcome_of_its_kind() -> None:
    rules = (
        rule("fires", State.UNSTABLE, verdict(0.9), overrules=("loses",)),
        rule("loses", State.OVERFITTING, verdict(0.9)),
        rule("clear", State.UNDERFITTING, verdict(0.2)),
        rule("skipped", State.GROKKING, needs("needs a miracle")),
    )
    outcomes = {o.rule: o for o in diagnose(LOGGED, rules).outcomes}
    assert {name: o.kind.value for name, o in outcomes.items()} == {
        "fires": "fired",
        "loses": "overruled",
        "clear": "clear",
        "skipped": "skipped",
    }
    assert outcomes["skipped"].reason == "needs a miracle"
    assert outcomes["loses"].reason == "overruled by fires"
    assert outcomes["loses"].finding is not None
    assert outcomes["clear"].finding is None


def test_without_rules_nothing_is_concluded() -> None:
    found = diagnose(LOGGED, ())
    assert found.state is State.INCONCLUSIVE
    assert found.states[State.INCONCLUSIVE] == 1.0


def test_the_earlier_state_takes_its_share_first() -> None:
    rules = (rule("a", State.UNSTABLE, verdict(0.8)), rule("b", State.OVERFITTING, verdict(0.8)))
    states = diagnose(LOGGED, rules).states
    share = sure(0.8, 60)
    assert states[State.UNSTABLE] == pytest.approx(share)
    assert states[State.OVERFITTING] == pytest.approx((1 - share) * share)
    assert states[State.INCONCLUSIVE] == pytest.approx((1 - share) ** 2)


@pytest.mark.parametrize("earlier", range(1, len(DECIDED_IN) - 1))
def test_of_equal_verdicts_the_first_in_order_wins(earlier: int) -> None:
    first, second = DECIDED_IN[earlier], DECIDED_IN[earlier + 1]
    rules = (rule("b", second, verdict(0.9)), rule("a", first, verdict(0.9)))
    assert diagnose(LOGGED, rules).state is first


def test_a_clear_late_verdict_beats_a_doubtful_early_one() -> None:
    rules = (rule("a", State.UNSTABLE, verdict(0.2)), rule("b", State.OVERFITTING, verdict(0.95)))
    found = diagnose(LOGGED, rules)
    assert found.state is State.OVERFITTING
    assert next(iter(found.states)) is State.OVERFITTING


def test_what_is_overruled_decides_nothing() -> None:
    rules = (
        rule("grokking", State.GROKKING, verdict(0.97), overrules=("overfitting",)),
        rule("overfitting", State.OVERFITTING, verdict(0.99)),
    )
    found = diagnose(LOGGED, rules)
    assert found.state is State.GROKKING
    assert [f.rule for f in found.findings] == ["grokking"]


def test_a_silent_rule_overrules_nobody() -> None:
    rules = (
        rule("grokking", State.GROKKING, verdict(0.3), overrules=("overfitting",)),
        rule("overfitting", State.OVERFITTING, verdict(0.99)),
    )
    assert diagnose(LOGGED, rules).state is State.OVERFITTING


def test_a_rule_that_only_explains_decides_nothing() -> None:
    rules = (
        rule("why", State.UNSTABLE, verdict(0.99), decides=False),
        rule("b", State.OVERFITTING, verdict(0.7)),
    )
    found = diagnose(LOGGED, rules)
    assert found.state is State.OVERFITTING
    assert found.states[State.UNSTABLE] == 0.0
    assert {f.rule for f in found.findings} == {"why", "b"}


def test_the_state_needs_a_rule_that_fired() -> None:
    rules = (rule("a", State.OVERFITTING, verdict(0.49)), rule("b", State.SMOOTH_DESCENT, verdict(0.55)))
    found = diagnose(LOGGED, rules)
    assert found.state is State.SMOOTH_DESCENT
    assert found.states[State.OVERFITTING] == pytest.approx(0.49)


def test_findings_of_the_state_come_first_then_by_severity_and_confidence() -> None:
    rules = (
        rule("other", State.SMOOTH_DESCENT, verdict(0.99), severity=Severity.ERROR),
        rule("mild", State.OVERFITTING, verdict(0.99)),
        rule("bad", State.OVERFITTING, verdict(0.8), severity=Severity.ERROR),
        rule("worse", State.OVERFITTING, verdict(0.9), severity=Severity.ERROR),
    )
    found = diagnose(LOGGED, rules)
    assert [f.rule for f in found.findings] == ["worse", "bad", "mild", "other"]
    assert found.reason == "strength 0.9"


@pytest.mark.parametrize(
    ("strength", "n", "confidence"), [(1.0, 1e9, 1.0), (0.5, 3, 0.5), (0.9, 5, 0.5 + 0.4 * 2 / 3)]
)
def test_confidence_from_clearness_and_points(strength: float, n: float, confidence: float) -> None:
    assert sure(strength, n) == pytest.approx(confidence)


def test_few_points_make_less_sure() -> None:
    rules = (rule("a", State.OVERFITTING, verdict(0.95)),)
    short, long = (diagnose(run(train_loss=fall(n)), rules).confidence for n in (6, 600))
    assert 0.5 < short < long < 0.95 + 1e-9


# Steps and gap


def test_onset_is_where_the_first_finding_of_the_state_begins() -> None:
    rules = (
        rule("sure", State.OVERFITTING, verdict(0.9, (17.0, 59.0))),
        rule("less", State.OVERFITTING, verdict(0.8, (3.0, 59.0))),
        rule("other", State.UNDERFITTING, verdict(0.95, (1.0, 59.0))),
    )
    assert diagnose(LOGGED, rules).onset_step == 17.0


@pytest.mark.parametrize("state", [State.SMOOTH_DESCENT, State.INCONCLUSIVE])
def test_healthy_runs_have_no_onset(state: State) -> None:
    assert diagnose(LOGGED, (rule("a", state, verdict(0.9, (2.0, 3.0))),)).onset_step is None


def test_the_best_step_is_that_of_validation() -> None:
    val = np.concatenate([np.linspace(4, 1, 31), np.linspace(1.02, 2, 30)])
    best = diagnose(run(train_loss=fall(61), val_loss=val), ()).best_step
    assert best is not None
    assert abs(best - 30) <= 2
    assert diagnose(run(train_loss=fall(61)), ()).best_step == 60.0
    assert diagnose(run(val_accuracy=rise(61)), ()).best_step is None


def test_the_gap_at_the_end_and_at_the_best() -> None:
    gap = diagnose(run(train_loss=np.full(60, 1.0), val_loss=np.linspace(1.5, 3.0, 60)), ()).gap
    assert gap is not None
    assert gap.final == pytest.approx(2.0, abs=0.1)
    assert gap.at_best == pytest.approx(0.5, abs=0.1)
    assert gap.unit == "loss"
    assert len(gap.steps) == len(gap.values) == 60
    assert diagnose(run(train_loss=fall(60)), ()).gap is None


# Combining comparisons


def evidence(value: float):
    return Measure("m", value, "", "", (value, value)).above(HALF)


def test_all_of_is_as_clear_as_its_weakest() -> None:
    both = all_of(evidence(0.9), evidence(0.55))
    assert both.fired
    assert both.strength == evidence(0.55).strength
    assert both.span == (0.9, 0.9)
    assert not all_of(evidence(0.9), evidence(0.4)).fired
    assert all_of(evidence(0.9), span=(1.0, 2.0)).span == (1.0, 2.0)


def test_any_of_prefers_what_fired() -> None:
    fired, missed = all_of(evidence(0.51)), all_of(evidence(0.4))
    assert any_of(missed, fired) is fired


def test_outcomes_name_the_kinds() -> None:
    assert [kind.value for kind in OutcomeKind] == ["fired", "clear", "skipped", "overruled"]
