"""diagnose(run, rules) -> Diagnosis; does not know which rules exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .calibration import measured
from .features import Features, losses
from .measure import NotMeasurable
from .rule import Finding, Outcome, OutcomeKind, Rule, Severity, Verdict
from .states import DECIDED_IN, State
from .trials import in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .run import FloatArray, Run

# A verdict on n points keeps the share n / (n + THIN) of its distance from a coin toss: 5 points keep two
# thirds, 60 points 96 %. Chosen so that a plain shape on 5 evaluations is still named, at about 0.8.
THIN = 2.5


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """The generalization gap: how much worse validation is than train.

    ``final`` and ``at_best`` are levels at the end and at the best step of validation; positive =
    validation is worse. ``unit`` is the quantity (``"loss"``). ``steps``/``values`` are the gap as a
    curve, at the steps of validation.
    """

    final: float
    at_best: float
    unit: str
    steps: FloatArray
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """Everything a report may read about one run.

    ``states`` gives each state its probability (they sum to 1), most likely first; ``confidence`` is that
    of ``state``. ``onset_step``: where the trouble begins (None when healthy); ``best_step``: where
    validation (train without it) was best. Steps are in the unit of the log's own step column.
    """

    run: Run
    state: State
    confidence: float
    states: Mapping[State, float]
    onset_step: float | None
    best_step: float | None
    gap: Gap | None
    outcomes: tuple[Outcome, ...]
    reason: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What fired and was not overruled, the most telling first."""
        return tuple(o.finding for o in self.outcomes if o.kind is OutcomeKind.FIRED and o.finding)

    @property
    def not_checked(self) -> tuple[Outcome, ...]:
        """Rules that were skipped, each with its reason."""
        return tuple(o for o in self.outcomes if o.kind is OutcomeKind.SKIPPED)

    def __repr__(self) -> str:
        from .notebook import text

        return text(self)

    def _repr_html_(self) -> str:
        from .notebook import html

        return html(self)


@dataclass(frozen=True, slots=True)
class Problem:
    """A path that could not be diagnosed: what is wrong and how to mend it."""

    path: str
    problem: str
    fix: str


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The result of one call: what every report renders."""

    diagnoses: tuple[Diagnosis, ...]
    problems: tuple[Problem, ...] = ()


def diagnose(run: Run, rules: Iterable[Rule]) -> Diagnosis:
    """Judge one run by all rules; every rule gets exactly one outcome.

    Pure and deterministic. Raises nothing for any run that a reader can produce.
    """
    rules = tuple(rules)
    features = Features(run)
    # Logs hold values near the largest float too: what overflows becomes inf and is compared as such.
    with np.errstate(all="ignore"):
        verdicts = {rule.id: _ask(rule, features) for rule in rules}
    n = losses.points(features).value
    overruled = _overruled(rules, verdicts)
    states = _weigh(rules, verdicts, overruled, n)
    with np.errstate(all="ignore"):
        outcomes = [_outcome(rule, verdicts[rule.id], overruled, features, n) for rule in rules]
        gap = _gap(features)
    state = _primary(states, rules, _fired(rules, verdicts) - set(overruled))
    states = calibrated(states, state)
    telling = sorted(outcomes, key=lambda o: _rank(o, state))
    top = next((o.finding for o in telling if o.finding and o.kind is OutcomeKind.FIRED), None)
    return Diagnosis(
        run=run,
        state=state,
        confidence=states[state],
        states=dict(sorted(states.items(), key=lambda item: (item[0] is not state, -item[1]))),
        onset_step=_onset(telling, state),
        best_step=_best_step(features),
        gap=gap,
        outcomes=tuple(telling),
        reason=top.summary if top is not None and top.state is state else "No rule speaks clearly.",
    )


def _ask(rule: Rule, features: Features) -> Verdict | str:
    """The verdict of a rule, or the reason why it cannot be given."""
    try:
        return rule.check(features)
    except NotMeasurable as reason:
        return str(reason)


def sure(strength: float, n: float) -> float:
    """Confidence from the clearness of a verdict and the number of points behind it."""
    return 0.5 + (strength - 0.5) * n / (n + THIN)


def calibrated(states: Mapping[State, float], state: State) -> dict[State, float]:
    """The probabilities with that of ``state`` as often right as it says; the others share what is left as
    before.
    """
    said = states[state]
    right = measured().of(said)
    rest = (1.0 - right) / (1.0 - said) if said < 1.0 else 0.0
    return {each: right if each is state else p * rest for each, p in states.items()}


def _fired(rules: tuple[Rule, ...], verdicts: Mapping[str, Verdict | str]) -> set[str]:
    return {rule.id for rule in rules if isinstance(v := verdicts[rule.id], Verdict) and v.fired}


def _overruled(rules: tuple[Rule, ...], verdicts: Mapping[str, Verdict | str]) -> dict[str, Rule]:
    """Which rules are silenced, and by whom; who is silenced silences nobody."""
    fired = _fired(rules, verdicts)

    def losers(winner: Rule) -> set[str]:
        states = {named for named in winner.overrules if isinstance(named, State)}
        ids = {str(named) for named in winner.overrules if not isinstance(named, State)}
        return {
            r.id for r in rules if r.id != winner.id and (r.id in ids or (r.decides and r.state in states))
        }

    silenced = {loser for rule in rules if rule.id in fired for loser in losers(rule)}
    winners = [rule for rule in rules if rule.id in fired - silenced]
    return {loser: rule for rule in reversed(winners) for loser in losers(rule) & fired}


def _weigh(
    rules: tuple[Rule, ...],
    verdicts: Mapping[str, Verdict | str],
    overruled: Mapping[str, Rule],
    n: float,
) -> dict[State, float]:
    """Probability of each state: in the order of precedence each takes its share of what the earlier left.

    The share is the confidence of the clearest rule that decides for the state, so the result can be
    followed by hand. A rule that is overruled by one whose state comes later keeps only what its winner
    leaves (where the winner comes first, the order itself sees to that). What nobody takes is inconclusive.
    """
    place = {state: i for i, state in enumerate(DECIDED_IN)}
    room = dict.fromkeys(verdicts, 1.0)
    for rule in rules:
        winner = overruled.get(rule.id)
        if winner is not None and place[winner.state] > place[rule.state]:
            strength = verdicts[winner.id]
            room[rule.id] = 1.0 - strength.strength if isinstance(strength, Verdict) else 1.0
    left = 1.0
    states = dict.fromkeys(State, 0.0)
    for state in DECIDED_IN:
        strengths = [
            v.strength * room[rule.id]
            for rule in rules
            if rule.decides and rule.state is state and isinstance(v := verdicts[rule.id], Verdict)
        ]
        share = max(strengths, default=0.0)
        if share and state is not State.INCONCLUSIVE:
            share = max(0.0, sure(share, n) if share > 0.5 else share)
        states[state] += left * share
        left *= 1.0 - share
    states[State.INCONCLUSIVE] += left
    return states


def _primary(states: Mapping[State, float], rules: tuple[Rule, ...], fired: set[str]) -> State:
    """The most likely state among those that a fired rule speaks for."""
    spoken = {rule.state for rule in rules if rule.decides and rule.id in fired} | {State.INCONCLUSIVE}
    return max((s for s in states if s in spoken), key=lambda s: states[s])


def _outcome(
    rule: Rule, verdict: Verdict | str, overruled: Mapping[str, Rule], features: Features, n: float
) -> Outcome:
    if isinstance(verdict, str):
        return Outcome(rule.id, OutcomeKind.SKIPPED, 0.0, reason=verdict)
    if not verdict.fired:
        return Outcome(rule.id, OutcomeKind.CLEAR, verdict.strength)
    finding = Finding(
        rule=rule.id,
        title=rule.title,
        state=rule.state,
        severity=rule.severity,
        confidence=measured().of(sure(verdict.strength, n)),
        summary=verdict.summary,
        span=verdict.span,
        evidence=verdict.evidence,
        bottleneck=rule.bottleneck,
        fixes=in_order(rule.fix(features), rule.tried_for or rule.state),
    )
    if rule.id in overruled:
        reason = f"overruled by {overruled[rule.id].id}"
        return Outcome(rule.id, OutcomeKind.OVERRULED, verdict.strength, reason, finding)
    return Outcome(rule.id, OutcomeKind.FIRED, verdict.strength, finding=finding)


_KINDS = {kind: i for i, kind in enumerate(OutcomeKind)}
_WORST_FIRST = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def _rank(outcome: Outcome, state: State) -> tuple[int, int, int, float]:
    """Order of outcomes: those of the run's state first, then by severity and confidence."""
    kind = _KINDS[outcome.kind]
    if outcome.finding is None:
        return (kind, 1, 0, -outcome.strength)
    severity = _WORST_FIRST[outcome.finding.severity]
    return (kind, outcome.finding.state is not state, severity, -outcome.finding.confidence)


def _onset(outcomes: list[Outcome], state: State) -> float | None:
    if state in (State.SMOOTH_DESCENT, State.INCONCLUSIVE):
        return None
    spans = [
        o.finding.span
        for o in outcomes
        if o.kind is OutcomeKind.FIRED and o.finding and o.finding.state is state
    ]
    return next((span[0] for span in spans if span), None)


def _best_step(features: Features) -> float | None:
    try:
        t = features.val if features.has_val else features.main
    except NotMeasurable:
        return None
    curve = features.curve("val/loss" if features.has_val else features.main_role)
    # The trend of a long curve lives between the steps that were logged; a checkpoint does not.
    return float(curve.steps[np.argmin(np.abs(curve.steps - t.steps[t.best_index]))])


def _gap(features: Features) -> Gap | None:
    if not (features.has_train and features.has_val):
        return None
    steps, values = losses.gap_curve(features)
    return Gap(float(values[-1]), float(values[features.val.best_index]), "loss", steps, values)
