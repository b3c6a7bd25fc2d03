"""What the gate says on standard error: of each run that did not simply pass, and the sum of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.gated import Status
from curvedoc.shown import where
from curvedoc.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curvedoc.gated import GateResult

_SAID = {
    Status.FAILED: "gate failed",
    Status.DOUBTFUL: "not failed",
    Status.ALLOWED: "let pass",
}


def verdict(result: GateResult) -> Iterator[str]:
    """One line for each condition that did not pass, in the order of the batch; what was skipped in few."""
    unjudged = {id(diagnosis): reason for diagnosis, reason in result.unjudged}
    skipped: dict[str, int] = {}
    for diagnosis, checks in result.checks:
        for check in checks:
            if check.status in _SAID:
                yield f"{where(diagnosis.run)}: {_SAID[check.status]}: {check.message}"
        if id(diagnosis) in unjudged:
            yield f"{where(diagnosis.run)}: not judged: {diagnosis.state}: {diagnosis.reason}"
            continue
        if not checks:
            yield f"{where(diagnosis.run)}: the policy demands nothing of this run"
        for check in checks:
            if check.status is Status.SKIPPED:
                skipped[check.message] = skipped.get(check.message, 0) + 1
    for message, runs in skipped.items():
        yield f"{message} ({count(runs, 'run')})"
    if len(result.checks) > 1:
        yield _sum(result)


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
