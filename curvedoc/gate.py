"""The gate: which states and findings a caller forbids, and which runs fail by that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import UsageError, nearest
from .gated import Check, GateResult, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .diagnosis import Batch, Diagnosis
    from .rule import Rule
    from .states import State

DEFAULT_MIN_CONFIDENCE = 0.8


def gate(batch: Batch, fail_on: Sequence[str], min_confidence: float = DEFAULT_MIN_CONFIDENCE) -> GateResult:
    """Judge a batch by a list of forbidden states and rules (see :func:`check`)."""
    failed, doubtful, passed, checks = [], [], [], []
    for diagnosis in batch.diagnoses:
        hits = list(_hits(diagnosis, fail_on))
        checks.append((diagnosis, tuple(_checks(fail_on, hits, min_confidence))))
        confidence, _, reason = max(hits, default=(0.0, "", ""))
        if not hits:
            passed.append(diagnosis)
        elif confidence >= min_confidence:
            failed.append((diagnosis, reason))
        else:
            doubtful.append((diagnosis, reason))
    return GateResult(tuple(failed), tuple(doubtful), tuple(passed), batch.problems, tuple(checks))


def _checks(
    fail_on: Sequence[str], hits: Sequence[tuple[float, str, str]], min_confidence: float
) -> Iterator[Check]:
    """One condition for each forbidden name."""
    found = {name: (confidence, reason) for confidence, name, reason in hits}
    for name in fail_on:
        confidence, reason = found.get(name, (0.0, f"no {name}"))
        sure = Status.FAILED if confidence >= min_confidence else Status.DOUBTFUL
        yield Check("fail-on", name, sure if name in found else Status.PASSED, reason)


def _hits(diagnosis: Diagnosis, fail_on: Sequence[str]) -> Iterator[tuple[float, str, str]]:
    """(confidence, name, reason) for everything forbidden about a run.

    A name that is both a state and a rule means the state: the finding is only one voice in it.
    """
    from .states import State

    rules = set(fail_on) - set(State)
    found = [(diagnosis.confidence, diagnosis.state.value)] if diagnosis.state in fail_on else []
    found += [(finding.confidence, finding.rule) for finding in diagnosis.findings if finding.rule in rules]
    for confidence, name in found:
        yield confidence, name, f"{name} (confidence {confidence:.2f})"


def forbidden(names: Sequence[str] | str) -> tuple[str, ...]:
    """``names`` split at commas, each known to be a state or a rule id; raises UsageError otherwise."""
    entries = [names] if isinstance(names, str) else names
    wanted = tuple(name.strip() for entry in entries for name in entry.split(",") if name.strip())
    for name in wanted:
        subject(name)
    if not wanted:
        raise UsageError("nothing to fail on", "Name states or rules, e.g. overfitting,unstable.")
    return wanted


def subject(name: str) -> State | Rule:
    """The state or the rule of a name (of both, the state); raises UsageError with the nearest name."""
    from .rules import RULES
    from .states import State

    known: dict[str, State | Rule] = {
        **{rule.id: rule for rule in RULES},
        **{state.value: state for state in State},
    }
    if name in known:
        return known[name]
    raise UsageError(
        f"'{name}' is neither a state nor a rule.{nearest(name, known)}", "`curvedoc rules` lists them."
    )
