"""A comparison as one sentence with its numbers, the same in every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.compared import Measure, Outcome
from curvedoc.wording import chance, count, number, step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curvedoc.compared import Compared, Row

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
# Beyond this multiple of the baseline's value a share says nothing: the value is next to zero.
MOST_SHARE = 9.99


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


def _numbers(compared: Compared, directed: bool = True) -> list[str]:
    parts = []
    if compared.difference and compared.base and compared.base.mean:
        share = abs(compared.difference / compared.base.mean)
        way = (" worse" if compared.difference > 0 else " better") if directed else ""
        of_it = f" or {100 * share:.3g} %" if share < MOST_SHARE else ""
        parts.append(f"{number(abs(compared.difference))}{of_it}{way}")
    if compared.p is not None:
        parts.append("p " + chance(min(compared.p, compared.p_better)))
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


def beside(found: Sequence[Compared]) -> Iterator[str]:
    """What was compared beside the measures that decide, as far as it differs: one line for each way."""
    for way, outcomes in (
        ("worse beyond noise", (Outcome.WORSE,)),
        ("better beyond noise", (Outcome.BETTER,)),
        ("not finite at the end", (Outcome.LOST,)),
    ):
        these = [c for c in found if not c.decides and c.outcome in outcomes]
        if these:
            yield f"beside what decides {way}: {', '.join(map(_briefly, these))}"


def _briefly(compared: Compared) -> str:
    if compared.new is None:
        return subject(compared)
    return f"{subject(compared)} ({' against '.join(step_or_level(compared))})"


def drifting(role: str, drift: Drift, worse: bool) -> str:
    """What the baselines show over time."""
    ends = _apart(abs(drift.levels[0]), abs(drift.levels[-1]))
    said = "got worse from baseline to baseline" if worse else "no steady change for the worse"
    return (
        f"{role} over {len(drift.levels)} baselines and runs: {said} "
        f"({ends[0]} to {ends[1]}; p {chance(drift.p)}, Mann-Kendall)"
    )


def ahead(role: str, rows: Sequence[Row], leader: Row) -> str:
    """Who is ahead and how sure: the leader against the runner-up, and against how many it is sure."""
    behind = [(row, row.behind) for row in rows if row.behind is not None and row.behind.new is not None]
    name = leader.entrant.name
    if not behind:
        return f"only {name} can be judged on {role}"
    second, found = min(behind, key=lambda pair: pair[1].difference)
    levels = " against ".join(reversed(step_or_level(found)))
    numbers = f"({'; '.join(_numbers(found, directed=False))})"
    sure = sum(c.outcome in (Outcome.WORSE, Outcome.TOLERATED) for _, c in behind)
    if found.outcome in (Outcome.WORSE, Outcome.TOLERATED):
        said = f"{name} ends better than {second.entrant.name}: {levels} {numbers}"
    elif found.outcome is Outcome.UNSURE:
        said = (
            f"{name} ends ahead of {second.entrant.name}, {levels}, beyond their own noise; "
            f"another seed alone may do as much {numbers}"
        )
    else:
        said = f"{name} and {second.entrant.name} do not differ beyond noise: {levels} {numbers}"
    return f"{said}; surely better than {sure} of {len(behind)} others" if len(behind) > 1 else said
