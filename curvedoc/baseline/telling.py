"""A comparison as one sentence with its numbers, the same in every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.compared import Measure, Outcome
from curvedoc.wording import count, number, step

if TYPE_CHECKING:
    from curvedoc.compared import Compared

    from .history import Drift

_NAMES = {
    Measure.FINAL: "final level",
    Measure.BEST: "best level",
    Measure.STEPS: "steps to the baseline's level",
    Measure.AREA: "mean level",
}
_SAID = {
    Outcome.WORSE: "worse beyond noise",
    Outcome.UNSURE: "worse beyond its own noise, but another seed alone may do as much",
    Outcome.TOLERATED: "worse beyond noise, but within the tolerance",
    Outcome.SAME: "no difference beyond noise",
    Outcome.BETTER: "better beyond noise",
}


def subject(compared: Compared) -> str:
    """What was compared: ``"val/loss final level"``."""
    return f"{compared.role} {_NAMES[compared.measure]}"


def sentence(compared: Compared) -> str:
    """What came of it, with the numbers."""
    if compared.new is None or compared.base is None:
        return f"{subject(compared)}: {compared.note}"
    shown = step_or_level(compared)
    said = f"{subject(compared)} {shown[0]}, baseline {shown[1]}: {_SAID[compared.outcome]}"
    return f"{said} ({'; '.join(_numbers(compared))})"


def step_or_level(compared: Compared) -> tuple[str, str]:
    """Both sides as numbers."""
    assert compared.new is not None
    assert compared.base is not None
    means = compared.new.mean, compared.base.mean
    if compared.measure is Measure.STEPS:
        return step(round(means[0])), step(round(means[1]))
    return _apart(*means)


def _apart(a: float, b: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart."""
    pair = number(a), number(b)
    for digits in (5, 6):
        if pair[0] == pair[1] and a != b:
            pair = f"{a:.{digits}g}", f"{b:.{digits}g}"
    return pair


def _numbers(compared: Compared) -> list[str]:
    parts = []
    if compared.difference and compared.base and compared.base.mean:
        share = abs(compared.difference / compared.base.mean)
        way = "worse" if compared.difference > 0 else "better"
        parts.append(f"{number(abs(compared.difference))} or {100 * share:.3g} % {way}")
    if compared.p is not None:
        parts.append(chance(min(compared.p, compared.p_better)))
    if compared.effect and compared.new and compared.base and compared.new.runs + compared.base.runs > 3:
        g, low, high = (number(round(value, 2)) for value in compared.effect)
        parts.append(f"Hedges' g {g}, 95 % {low} to {high}")
    if compared.tolerance:
        parts.append(f"tolerance {number(compared.tolerance)}")
    if compared.test and compared.new and compared.base:
        sizes = compared.new.runs, compared.base.runs
        many = "" if sizes == (1, 1) else f", {count(sizes[0], 'run')} against {sizes[1]}"
        parts.append(compared.test + many)
    return [*parts, *([compared.note] if compared.note else [])]


def chance(p: float) -> str:
    """A p-value: ``"p = 0.023"``, ``"p < 0.0001"``."""
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.2g}"


def drifting(role: str, drift: Drift, worse: bool) -> str:
    """What the baselines show over time."""
    ends = _apart(abs(drift.levels[0]), abs(drift.levels[-1]))
    said = "got worse from baseline to baseline" if worse else "no steady change for the worse"
    return (
        f"{role} over {len(drift.levels)} baselines and runs: {said} "
        f"({ends[0]} to {ends[1]}; {chance(drift.p)}, Mann-Kendall)"
    )
