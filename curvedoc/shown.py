"""What reports say of a run in the same words: its place, how much was logged, its gap, its rank."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from .states import WORST_FIRST
from .wording import axis, count, number, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .diagnosis import Diagnosis
    from .run import Curve, Run


def worst_first(diagnoses: Sequence[Diagnosis]) -> list[Diagnosis]:
    """By state in the order of :data:`~curvedoc.states.WORST_FIRST`, then the surest first."""
    return sorted(diagnoses, key=lambda d: (WORST_FIRST.index(d.state), -d.confidence))


def points(run: Run) -> str:
    """How much was logged: ``"60 epochs"``, ``"200 points, step 0–19900"``."""
    ends = [end for c in run.curves if len(c) for end in (float(c.steps.min()), float(c.steps.max()))]
    logged, x = count(run.n_points, "point"), axis(run.x)
    if not ends:
        return logged
    if max(ends) - min(ends) == run.n_points - 1 and x.isalpha():
        return count(run.n_points, x)
    return f"{logged}, {x} {step(min(ends))}–{step(max(ends))}"


def where(run: Run) -> str:
    """The path of a run, with its name where the path does not tell it."""
    return run.path if run.name in run.path else f"{run.path} [{run.name}]"


def title(curves: Sequence[Curve], quantity: str) -> str:
    """The heading of a chart: the quantity, and which direction is better where that is not plain."""
    better = next((curve.higher_is_better for curve in curves), None)
    if better is None or (quantity == "loss" and not better):
        return quantity
    return f"{quantity} ({'higher' if better else 'lower'} is better)"


def parts(run: Run, quantity: str) -> list[tuple[str, Curve]]:
    """The curves that a chart of a quantity shows, each with its split: train and validation (test where
    there is none), or what was logged without a split.
    """
    splits = ("train", "val" if run.get(f"val/{quantity}") else "test")
    found = [(split, run.get(f"{split}/{quantity}")) for split in splits]
    if not any(curve for _, curve in found):
        found = [("", run.get(quantity))]
    return [(split, curve) for split, curve in found if curve is not None and len(curve)]


def marked(diagnosis: Diagnosis) -> list[tuple[str, float]]:
    """The steps worth marking: ``"best"``, ``"onset"``, or ``"best and onset"`` where they are one."""
    best, onset = diagnosis.best_step, diagnosis.onset_step
    if best is not None and best == onset:
        steps = [("best and onset", best)]
    else:
        steps = [(name, at) for name, at in (("best", best), ("onset", onset)) if at is not None]
    return [(name, at) for name, at in steps if isfinite(at)]


def gap_said(diagnosis: Diagnosis) -> str:
    """The generalization gap as a clause; empty without one."""
    gap = diagnosis.gap
    if gap is None:
        return ""
    if not isfinite(gap.final):
        return f"between train and validation {gap.unit} is {number(gap.final)} at the end"
    said = f"validation {gap.unit} is {_worse(gap.final)} than train at the end"
    if diagnosis.best_step is not None and number(gap.at_best) != number(gap.final):
        said += f", {_worse(gap.at_best)} at its best ({axis(diagnosis.run.x)} {step(diagnosis.best_step)})"
    return said


def _worse(gap: float) -> str:
    return f"{number(abs(gap))} {'worse' if gap >= 0 else 'better'}"
