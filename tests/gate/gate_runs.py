"""Runs and diagnoses typed by hand: a test of the gate must not hang on what the rules think of a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from curvedoc.diagnosis import Batch, Diagnosis, Gap
from curvedoc.gate import gate, policies
from curvedoc.rule import Finding, Outcome, OutcomeKind, Severity
from curvedoc.run import Curve, Run
from curvedoc.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from typing import Any

    from curvedoc.gated import GateResult
    from curvedoc.settings import Settings

BARE = ("lr", "grad_norm")
LOWER = ("loss", "error", "wer")


def run(
    name: str = "run",
    path: str = "runs/run.csv",
    x: str = "epoch",
    start: float = 1,
    **curves: Sequence[float],
) -> Run:
    """A run from curves by role: ``train_loss`` is ``train/loss``; steps count up from ``start``."""
    made = []
    for key, values in curves.items():
        role = key if key in BARE else key.replace("_", "/", 1)
        higher = None if key in BARE else role.split("/")[-1] not in LOWER
        steps = np.arange(start, start + len(values), dtype=float)
        made.append(Curve(f"{key}_logged", role, steps, np.array(values, dtype=float), higher))
    return Run(name, path, "csv", x, tuple(made))


def diagnosis(
    of: Run | None = None,
    state: str = "smooth_descent",
    confidence: float = 0.95,
    findings: Mapping[str, float] | None = None,
    skipped: Mapping[str, str] | None = None,
    best: float | None = None,
    gap: float | None = None,
) -> Diagnosis:
    """A verdict on a run; ``findings``: rule -> confidence, ``skipped``: rule -> reason."""
    of = of or run(train_loss=[3, 2, 1])
    found = [
        Finding(rule, rule, State(state), Severity.WARNING, sure, f"{rule} was seen.", None, (), "", ())
        for rule, sure in (findings or {}).items()
    ]
    outcomes = [Outcome(f.rule, OutcomeKind.FIRED, 0.9, finding=f) for f in found]
    outcomes += [Outcome(rule, OutcomeKind.SKIPPED, 0.0, why) for rule, why in (skipped or {}).items()]
    curve = None if gap is None else Gap(gap, gap, "loss", np.array([1.0]), np.array([gap]))
    return Diagnosis(
        run=of,
        state=State(state),
        confidence=confidence,
        states={State(state): confidence},
        onset_step=None,
        best_step=best,
        gap=curve,
        outcomes=tuple(outcomes),
        reason="The reason.",
    )


def judged(
    *of: Diagnosis, today: date | None = None, settings: Settings | None = None, **policy: Any
) -> GateResult:
    """What a policy says of diagnoses."""
    from datetime import date

    return gate(Batch(tuple(of)), policies(policy, settings), today or date(2026, 6, 1))
