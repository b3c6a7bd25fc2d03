"""What the gate says on standard error: of each run that did not simply pass, and the sum of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from curvedoc.gated import Status
from curvedoc.shown import where
from curvedoc.states import State
from curvedoc.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curvedoc.diagnosis import Diagnosis
    from curvedoc.gated import Check, GateResult

_SAID = {
    Status.FAILED: "gate failed",
    Status.DOUBTFUL: "not failed",
    Status.ALLOWED: "let pass",
}


MOST_IDLE = 3  # patterns that fit no run are named up to here


def unused(patterns: Sequence[str]) -> str:
    """That patterns of the policy fit no run: a name may be misspelt, and then its demands are not held."""
    named = ", ".join(f"'{pattern}'" for pattern in patterns[:MOST_IDLE])
    return f"no run fits {named}{', …' if len(patterns) > MOST_IDLE else ''} of the policy"


def verdict(result: GateResult) -> Iterator[str]:
    """One line for each condition that did not pass, in the order of the batch; what was skipped in few."""
    # Seeds that were compared as a sample share their condition, and are told of together.
    shared = Counter(id(check) for _, checks in result.checks for check in checks)
    for diagnosis, checks in result.checks:
        for check in checks:
            others = shared.pop(id(check), 0) - 1
            if check.status in _SAID and others >= 0:
                more = f" and {count(others, 'more run')}" if others else ""
                yield f"{where(diagnosis.run)}{more}: {_SAID[check.status]}: {check.message}"
        if any(_not_judged(diagnosis, check) for check in checks):
            yield f"{where(diagnosis.run)}: not judged: {diagnosis.state}: {diagnosis.reason}"
        if not checks:
            yield f"{where(diagnosis.run)}: the policy demands nothing of this run"
    yield from _skipped(result)
    if len(result.checks) > 1:
        yield _sum(result)


def _skipped(result: GateResult) -> Iterator[str]:
    """What could not be looked for, each reason once, with how many runs it concerns."""
    names: dict[str, dict[str, None]] = {}
    runs: dict[str, set[int]] = {}
    for i, (diagnosis, checks) in enumerate(result.checks):
        for check in checks:
            if check.status is Status.SKIPPED and not _not_judged(diagnosis, check):
                reason = check.message.removeprefix(check.condition)
                names.setdefault(reason, {})[check.condition] = None
                runs.setdefault(reason, set()).add(i)
    for reason, conditions in names.items():
        yield f"{', '.join(conditions)}{reason} ({count(len(runs[reason]), 'run')})"


def _not_judged(diagnosis: Diagnosis, check: Check) -> bool:
    """A name that could not be looked for, because nothing could be told of the run."""
    return (
        diagnosis.state is State.INCONCLUSIVE and check.status is Status.SKIPPED and check.kind == "fail-on"
    )


def _sum(result: GateResult) -> str:
    said = [
        f"{n} {word}"
        for n, word in (
            (len(result.failed), "failed"),
            (len(result.doubtful), "doubtful"),
            (len(result.unjudged), "not judged"),
            (len(result.passed), "passed"),
        )
        if n
    ]
    return f"of {len(result.checks)} runs {', '.join(said)}"
