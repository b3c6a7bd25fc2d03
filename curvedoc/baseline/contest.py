"""Runs side by side: who is ahead on each curve and how sure, when a target is reached, where curves part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.compared import Contest, Entrant, Measure, Outcome, Race, Row, Side
from curvedoc.series import running_median, window
from curvedoc.wording import axis

from . import measures, roles, statistics
from .judge import judge
from .samples import OUTER, OWN_NOISE
from .summary import summary
from .telling import ahead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.run import FloatArray

    from .summary import Course, Summary
    from .terms import Terms

# Places on the steps that two entrants have in common at which their courses are compared.
GRID = 100
# Courses that are apart over less than this share of the end may be so by chance.
LEAST_APART = 0.05

Target = tuple[str, float]


def contest(entrants: Sequence[Entrant], terms: Terms, target: Target | None = None) -> Contest:
    """Compare entrants on the curves that the terms ask for (as for a baseline); pure.

    ``target``: a role and the level that steps are counted to; without one it is the best level of the worst
    run.
    """
    wanted = [*terms.compare, *([target[0]] if target else [])]
    sides = [[summary(d.run, wanted) for d in entrant.diagnoses] for entrant in entrants]
    everything = [run for side in sides for run in side]
    names = [role for role, _ in roles.asked(everything, terms)]
    names += [target[0]] if target and target[0] not in names else []
    goals = dict([target]) if target else {}
    races = tuple(_race(role, entrants, sides, goals.get(role), terms) for role in names)
    units = {axis(run.x) for run in everything}
    remarks = [f"steps are counted differently: {', '.join(sorted(units))}"] if len(units) > 1 else []
    if any(row.behind and row.behind.test == OWN_NOISE for race in races for row in race.rows):
        remarks.append("single runs do not show how far seeds lie apart: compare several seeds to be sure")
    return Contest(tuple(entrants), races, min(units, default="step"), tuple(remarks))


def _race(
    role: str,
    entrants: Sequence[Entrant],
    sides: Sequence[Sequence[Summary]],
    target: float | None,
    terms: Terms,
) -> Race:
    courses = [roles.courses(role, side) for side in sides]
    held = [i for i, own in enumerate(courses) if own]
    if not held:
        nobody = tuple(Row(e, note=_why(role, side)) for e, side in zip(entrants, sides, strict=True))
        return Race(role, "lower", target, nobody, None, f"no run has {role} with finite values")
    worse = courses[held[0]][0].worse
    if target is None:
        target = worse * max(course.worse * course.best for own in courses for course in own)
    rows = [
        _row(entrant, own, target) if own else Row(entrant, note=_why(role, side))
        for entrant, own, side in zip(entrants, courses, sides, strict=True)
    ]
    first = min(held, key=lambda i: worse * rows[i].final.mean)  # type: ignore[union-attr]
    others = [i for i in held if i != first]
    rows = _behind(role, rows, sides, first, others, terms)
    for i in others:
        rows[i] = replace(rows[i], parts=parting(courses[i], courses[first]))
    better = courses[held[0]][0].better
    return Race(role, better, target, tuple(rows), rows[first], ahead(role, rows, rows[first]))


def _why(role: str, side: Sequence[Summary]) -> str:
    return "ends in NaN or infinity" if any(role in run.lost for run in side) else f"has no {role}"


def _row(entrant: Entrant, own: Sequence[Course], target: float) -> Row:
    found = [measures.steps_to(course, course.worse * target) for course in own]
    reached = [level.value for level in found if level is not None]
    at = np.linspace(max(c.steps[0] for c in own), min(c.steps[-1] for c in own), GRID)
    return Row(
        entrant=entrant,
        final=_side([course.final for course in own], own[0].at_end.error),
        best=_side([course.best for course in own], own[0].at_best.error),
        steps=statistics.mean(reached) if reached else None,
        reached=len(reached),
        steps_at=at,
        curve=np.mean([np.interp(at, c.steps, c.values) for c in own], axis=0),
    )


def _side(values: Sequence[float], own: float | None) -> Side:
    spread = statistics.variance(values) ** 0.5 if len(values) > 1 else own
    return Side(len(values), statistics.mean(values), spread)


def _behind(
    role: str,
    rows: list[Row],
    sides: Sequence[Sequence[Summary]],
    first: int,
    others: Sequence[int],
    terms: Terms,
) -> list[Row]:
    """Each of the others against the leader.

    P-values are doubled, for the values chose who leads, and corrected for being several (Holm).
    """
    own = replace(terms, compare=(role,), measures=(Measure.FINAL,))
    found = {}
    for i in others:
        compared = judge(sides[i], sides[first], own, several=2 * len(others))
        found[i] = next(c for c in compared if c.measure is Measure.FINAL)
    tested = [i for i in others if found[i].p is not None]
    doubled = [min(1.0, 2 * (found[i].p or 0.0)) for i in tested]
    for i, p in zip(tested, statistics.holm(doubled), strict=True):
        sure = found[i].outcome in (Outcome.SAME, Outcome.BETTER) or p <= terms.alpha
        found[i] = replace(found[i], p=p, outcome=found[i].outcome if sure else Outcome.SAME)
    return [replace(row, behind=found.get(i)) for i, row in enumerate(rows)]


def parting(new: Sequence[Course], base: Sequence[Course]) -> float | None:
    """The first step from which two sides stay apart beyond noise to the end of their common steps.

    Several runs are apart by their spread, single ones by their own noise. None where they are not apart at
    the end, or the steps cannot be compared.
    """
    span = measures.common(new, base)
    if isinstance(span, str):
        return None
    at = np.linspace(*span, GRID)
    sides = [_mean_course(side, at) for side in (new, base)]
    if sides[0] is None or sides[1] is None:
        return None
    difference = sides[0][0] - sides[1][0]
    error = np.hypot(sides[0][1], sides[1][1])
    dof = max(1.0, sides[0][2] + sides[1][2])
    apart = np.abs(difference) > statistics.quantile(OUTER, dof) * error
    together = np.flatnonzero(~apart | (np.sign(difference) != np.sign(difference[-1])))
    place = int(together[-1]) + 1 if len(together) else 0
    return float(at[place]) if place <= GRID * (1 - LEAST_APART) else None


def _mean_course(side: Sequence[Course], at: FloatArray) -> tuple[FloatArray, FloatArray, float] | None:
    """Mean smoothed course at some steps, its standard error there, and degrees of freedom."""
    smooth = [running_median(np.array(c.values), window(len(c.values))) for c in side]
    curves = np.array([np.interp(at, c.steps, y) for c, y in zip(side, smooth, strict=True)])
    mean: FloatArray = curves.mean(axis=0)
    if len(side) > 1:
        return mean, curves.std(axis=0, ddof=1) / len(side) ** 0.5, len(side) - 1.0
    course = side[0]
    error = course.error_of(window(len(course.values)) * max(1.0, course.points / len(course.values)))
    return None if error is None else (mean, np.full(len(at), error), course.dof)
