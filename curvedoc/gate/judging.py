"""gate(batch, policies) -> GateResult: every condition of every run, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from curvedoc.gated import Check, GateResult, Status

from .conditions import checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from curvedoc.diagnosis import Batch, Diagnosis
    from curvedoc.run import Run

    from .policies import Policies
    from .policy import Allowance


def gate(
    batch: Batch, policies: Policies, today: date, more: Sequence[Sequence[Check]] | None = None
) -> GateResult:
    """Judge a batch: each run by the policy for its path, and by ``more``: further checks, run by run.

    ``today`` decides which exceptions have run out; they excuse what ``more`` brings too. Pure; raises
    nothing for any run.
    """
    import numpy as np

    looked_at = []
    others = ((),) * len(batch.diagnoses) if more is None else more
    for diagnosis, further in zip(batch.diagnoses, others, strict=True):
        policy = policies.at(diagnosis.run.path)
        # Logs hold values near the largest float too: what overflows becomes inf and is compared as such.
        with np.errstate(all="ignore"):
            found = [*checks(policy, diagnosis), *further]
        looked_at.append((diagnosis, allowed(found, diagnosis.run, policy.allow, today)))
    return summed_up(batch, looked_at)


def summed_up(batch: Batch, looked_at: Sequence[tuple[Diagnosis, tuple[Check, ...]]]) -> GateResult:
    """The result from the conditions of every run: a run is what the worst of its conditions says."""

    def those(status: Status, runs: Iterable[tuple[Diagnosis, tuple[Check, ...]]]) -> dict[int, str]:
        told = {i: [c.message for c in own if c.status is status] for i, (_, own) in enumerate(runs)}
        return {i: "; ".join(messages) for i, messages in told.items() if messages}

    failed = those(Status.FAILED, looked_at)
    doubtful = those(Status.DOUBTFUL, looked_at)
    skipped = those(Status.SKIPPED, looked_at)
    passed, unjudged = [], []
    for i, (diagnosis, own) in enumerate(looked_at):
        if i in failed or i in doubtful:
            continue
        if i in skipped and all(check.status is Status.SKIPPED for check in own):
            unjudged.append((diagnosis, skipped[i]))
        else:
            passed.append(diagnosis)
    return GateResult(
        failed=tuple((looked_at[i][0], reason) for i, reason in failed.items()),
        doubtful=tuple((looked_at[i][0], reason) for i, reason in doubtful.items() if i not in failed),
        passed=tuple(passed),
        problems=batch.problems,
        checks=tuple(looked_at),
        unjudged=tuple(unjudged),
    )


def allowed(
    found: Iterable[Check], run: Run, exceptions: Sequence[Allowance], today: date
) -> tuple[Check, ...]:
    """The conditions with what an exception lets pass; one that has run out is named where it would have."""
    own = [entry for entry in exceptions if _meant(entry.run, run)]
    return tuple(_excused(check, own, today) if check.status is Status.FAILED else check for check in found)


def _excused(check: Check, own: Sequence[Allowance], today: date) -> Check:
    fitting = [entry for entry in own if {check.kind, check.condition} & set(entry.what)]
    if not fitting:
        return check
    last = max(fitting, key=lambda entry: entry.until)
    said = check.message.rstrip(".")
    if last.until < today:
        return replace(check, message=f"{said}; it was allowed until {last.until}: {last.reason}")
    return replace(check, status=Status.ALLOWED, message=f"{said}; allowed until {last.until}: {last.reason}")


def idle(batch: Batch, policies: Policies) -> tuple[str, ...]:
    """The patterns of paths and of exceptions that fit no run of a batch: perhaps a name is misspelt."""
    from curvedoc.source import covers

    runs = [diagnosis.run for diagnosis in batch.diagnoses]
    places = [p.pattern for p in policies.places if not any(covers(p.pattern, run.path) for run in runs)]
    entries = {e.run: None for p in (policies.everywhere, *policies.places) for e in p.policy.allow}
    return (*places, *(entry for entry in entries if not any(_meant(entry, run) for run in runs)))


def _meant(pattern: str, run: Run) -> bool:
    from curvedoc.source import covers

    return covers(pattern, run.path) or fnmatchcase(run.name, pattern)
