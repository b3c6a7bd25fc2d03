"""The conditions of a policy, looked at on one run: each becomes exactly one :class:`Check`.

What cannot be looked at never reads as passed: a forbidden name is skipped, and what was demanded fails.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from curvedoc.gated import Check, Status
from curvedoc.measure import NotMeasurable
from curvedoc.rule import OutcomeKind
from curvedoc.states import State
from curvedoc.wording import number

from .expression import Condition
from .levels import reading
from .limits import max_gap, max_wasted, told_beside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curvedoc.diagnosis import Diagnosis

    from .policy import Policy


def checks(policy: Policy, diagnosis: Diagnosis) -> Iterator[Check]:
    """Every condition of the policy in the order in which it is documented."""
    for name in policy.forbidden:
        yield _forbidden(name, policy, diagnosis)
    states = tuple(entry for entry in policy.expect if isinstance(entry, State))
    if states:
        yield _expected(states, diagnosis)
    for entry in policy.expect:
        if isinstance(entry, Condition):
            yield _held(entry, diagnosis)
    if policy.max_gap is not None:
        yield max_gap(policy.max_gap, diagnosis)
    if policy.max_wasted is not None:
        yield max_wasted(policy.max_wasted, diagnosis)


def _forbidden(name: str, policy: Policy, diagnosis: Diagnosis) -> Check:
    """A name that is both a state and a rule means the state: the finding is only one voice in it."""

    def found(confidence: float, reason: str) -> Check:
        # That nothing can be told is no less true for being told with little confidence.
        sure = confidence >= policy.min_confidence or name == State.INCONCLUSIVE
        below = "" if sure else f", below {number(policy.min_confidence)}"
        message = f"{name} (confidence {confidence:.2f}{below}): {reason}"
        return Check("fail-on", name, Status.FAILED if sure else Status.DOUBTFUL, message)

    if name == diagnosis.state:
        return found(diagnosis.confidence, diagnosis.reason)
    finding = next((f for f in diagnosis.findings if f.rule == name), None)
    if finding is not None and name not in set(State):
        return found(finding.confidence, finding.summary)
    missing = _not_looked_for(name, diagnosis)
    if missing:
        status = Status.FAILED if policy.fail_on_skipped else Status.SKIPPED
        return Check("fail-on", name, status, f"{name} could not be looked for: {missing}")
    return Check("fail-on", name, Status.PASSED, f"no {name}")


def _not_looked_for(name: str, diagnosis: Diagnosis) -> str:
    """Why a state or rule could not be looked for; empty where it was."""
    if diagnosis.state is State.INCONCLUSIVE and name != State.INCONCLUSIVE:
        return f"inconclusive, {diagnosis.reason}"
    return _reasons(diagnosis).get(name, "")


def _reasons(diagnosis: Diagnosis) -> dict[str, str]:
    """Of each rule that was skipped, and of each state all of whose rules were: what they need."""
    from curvedoc.rules import RULES

    skipped = {o.rule: o.reason for o in diagnosis.outcomes if o.kind is OutcomeKind.SKIPPED}
    reasons = dict(skipped)
    for state in State:
        deciding = [rule.id for rule in RULES if rule.decides and rule.state is state]
        if deciding and all(rule in skipped for rule in deciding):
            # The first in the list of rules is the one that the state is named after.
            reasons[state.value] = skipped[deciding[0]]
        else:
            reasons.pop(state.value, None)
    return reasons


def _expected(states: tuple[State, ...], diagnosis: Diagnosis) -> Check:
    """An expectation is met or not, however sure the verdict is."""
    wanted = " or ".join(states)
    if diagnosis.state in states:
        message = f"{diagnosis.state} (confidence {diagnosis.confidence:.2f}), as expected"
        return Check("expect", wanted, Status.PASSED, message)
    message = (
        f"expected {wanted}, is {diagnosis.state} (confidence {diagnosis.confidence:.2f}): {diagnosis.reason}"
    )
    return Check("expect", wanted, Status.FAILED, message)


def _held(condition: Condition, diagnosis: Diagnosis) -> Check:
    text, wanted = str(condition), f"{condition.comparison} {condition.bound}"
    named = text.removesuffix(f" {wanted}")
    try:
        found = reading(condition, diagnosis.run)
    except NotMeasurable as reason:
        return Check("expect", text, Status.FAILED, f"{named} {wanted} cannot be checked: {reason}")
    met = math.isfinite(found.value) and condition.holds(found.value)
    told = f"{named} is {told_beside(condition.bound, found.value)}{found.where}"
    status = Status.PASSED if met else Status.FAILED
    return Check("expect", text, status, f"{told}, {wanted}" if met else f"{told}, not {wanted}")
