"""One group of runs against another: which measures differ beyond noise and beyond tolerance."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from curvedoc.compared import Compared, Measure, Outcome, Side
from curvedoc.features.curves import BOUNDED_ABOVE
from curvedoc.wording import number, step

from . import measures, roles, statistics
from .samples import OWN_NOISE, two_samples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .samples import Spread, Tested
    from .summary import Course, Level, Summary
    from .terms import Terms

    Levels = tuple[list[Level], list[Level], str]

# What another seed alone does to a run. One run against one does not show it, so without a tolerance of the
# user's own a difference must be larger than this share of the baseline's value to be called worse; chosen on
# repeated runs of one setting, see docs/baseline.md. Steps to a level vary more than levels do. A metric that
# ends at 1 varies less the nearer it is: there the share is of the geometric mean of what is reached and what
# is missing.
SEEDS_ALONE, SEEDS_ALONE_STEPS = 0.05, 0.25


def judge(
    new: Sequence[Summary],
    base: Sequence[Summary],
    terms: Terms,
    spread: Spread | None = None,
    several: int = 1,
) -> tuple[Compared, ...]:
    """Every measure of every role that the terms ask for; p-values are corrected (Holm).

    Those that decide are corrected together, and the others, which are told beside them.
    ``new``, ``base``: runs of one experiment, at least one each. ``spread``: how far the final levels of
    single runs of earlier baselines lay apart, where that is known. ``several``: by how much the caller will
    correct these p-values further.
    """
    asked = roles.asked(base, terms)
    n_deciding = len(terms.measures) * sum(decides for _, decides in asked)
    n_beside = len(Measure) * len(asked) - n_deciding
    found: list[Compared] = []
    for role, decides in asked:
        deciding = terms.measures if decides else ()
        # What a test must be able to reach to say anything once its p-value is corrected.
        reach = {m: terms.alpha / (several * (n_deciding if m in deciding else n_beside)) for m in Measure}
        compared = _of_role(role, new, base, terms, spread, reach)
        found += [replace(c, decides=c.measure in deciding) for c in compared]
    for decides in (True, False):
        places = [i for i, c in enumerate(found) if c.decides is decides and c.p is not None]
        worse = statistics.holm([found[i].p or 0.0 for i in places])
        better = statistics.holm([found[i].p_better for i in places])
        for i, p, p_better in zip(places, worse, better, strict=True):
            found[i] = replace(found[i], p=p, p_better=p_better)
    return tuple(replace(c, outcome=_outcome(c, terms)) for c in found)


def _of_role(
    role: str,
    new: Sequence[Summary],
    base: Sequence[Summary],
    terms: Terms,
    spread: Spread | None,
    reach: Mapping[Measure, float],
) -> list[Compared]:
    reason, outcome = roles.missing(role, new, base), Outcome.SKIPPED
    if not reason and not roles.courses(role, new):
        reason, outcome = f"{role} ends in NaN or infinity", Outcome.LOST
    if reason:
        return [Compared(role, measure, False, outcome, note=reason) for measure in Measure]
    first, second = roles.courses(role, new), roles.courses(role, base)
    notes = [roles.left_out(role, new, "new runs"), roles.left_out(role, base, "baseline")]
    units = roles.other_units(new, base)
    made = []
    for measure in Measure:
        levels = _levels(measure, first, second, units)
        history = spread if measure is Measure.FINAL else None
        result = levels if isinstance(levels, str) else _tested(levels, reach[measure], terms, history)
        if isinstance(result, str) or isinstance(levels, str):
            made.append(Compared(role, measure, False, Outcome.SKIPPED, note=str(result)))
        else:
            said = [*notes, levels[2], _cut(measure, units, first, second), result.note]
            sign = first[0].worse if measure is not Measure.STEPS else 1
            made.append(_compared(role, measure, levels, sign, result, terms, "; ".join(filter(None, said))))
    return made


def _tested(levels: Levels, reach: float, terms: Terms, spread: Spread | None) -> Tested | str:
    return two_samples(levels[0], levels[1], reach, spread, terms.tolerance is not None)


def _levels(measure: Measure, new: Sequence[Course], base: Sequence[Course], units: str) -> Levels | str:
    """The levels of both sides and a remark, lower is better; or why there are none."""
    if measure is Measure.FINAL:
        return [measures.final(c) for c in new], [measures.final(c) for c in base], ""
    if measure is Measure.BEST:
        return [measures.best(c) for c in new], [measures.best(c) for c in base], ""
    if units:
        return units
    span = measures.common(new, base)
    if isinstance(span, str):
        return span
    if measure is Measure.AREA:
        return [measures.area(c, span) for c in new], [measures.area(c, span) for c in base], ""
    return _steps(new, base)


def _steps(new: Sequence[Course], base: Sequence[Course]) -> Levels | str:
    """Steps to the baseline's level; a run that never gets there counts with its last step, at the least."""
    level = measures.level_to_reach(base)
    if level is None:
        return "the baseline makes no progress of its own"
    took, needs = ([measures.steps_to(c, level) for c in side] for side in (new, base))
    reached = [found for found in needs if found is not None]
    if not reached:
        return "the baseline does not reach its own level on the smoothed curve"
    shown = number(base[0].worse * level)
    typical = statistics.mean([found.value for found in reached])
    late = [c.end for c, found in zip(new, took, strict=True) if found is None]
    if late and min(late) < typical:
        return f"{base[0].role} {shown} is not reached by step {step(min(late))}, where a run ends"
    counted = [found or measures.last_step(c) for c, found in zip(new, took, strict=True)]
    never = f", not reached by {len(late)} of {len(new)} (counted with the last step)" if late else ""
    return counted, reached, f"steps to {base[0].role} {shown}{never}"


def _cut(measure: Measure, units: str, new: Sequence[Course], base: Sequence[Course]) -> str:
    """That one side was trained for longer, where levels at the two ends are compared."""
    if measure not in (Measure.FINAL, Measure.BEST) or units:
        return ""
    ends = [statistics.mean([c.end for c in side]) for side in (new, base)]
    if not min(ends) > 0 or max(ends) < 1.02 * min(ends):
        return ""
    return f"trained to step {step(round(ends[0], 1))} against {step(round(ends[1], 1))}"


def _compared(
    role: str, measure: Measure, levels: Levels, sign: int, result: Tested, terms: Terms, note: str
) -> Compared:
    sides = [
        Side(len(side), sign * statistics.mean([x.value for x in side]), _spread(side)) for side in levels[:2]
    ]
    # An amount is in the unit of the curve: it says nothing about steps.
    applies = terms.tolerance and (terms.tolerance.relative or measure is not Measure.STEPS)
    return Compared(
        role=role,
        measure=measure,
        decides=False,
        outcome=Outcome.SAME,
        new=sides[0],
        base=sides[1],
        difference=result.difference,
        interval=result.interval,
        p=result.p,
        p_better=result.p_better,
        effect=result.effect,
        tolerance=terms.tolerance.of(sides[1].mean) if terms.tolerance and applies else 0.0,
        test=result.name,
        note=note,
    )


def _spread(side: Sequence[Level]) -> float | None:
    return side[0].error if len(side) == 1 else statistics.variance([level.value for level in side]) ** 0.5


def _outcome(compared: Compared, terms: Terms) -> Outcome:
    if compared.p is None or compared.base is None:
        return compared.outcome
    if compared.difference > 0 and compared.p <= terms.alpha:
        if compared.difference <= compared.tolerance:
            return Outcome.TOLERATED
        single = compared.test == OWN_NOISE and terms.tolerance is None
        within = compared.difference <= seeds_alone(compared.role, compared.measure, compared.base.mean)
        return Outcome.UNSURE if single and within else Outcome.WORSE
    return Outcome.BETTER if compared.difference < 0 and compared.p_better <= terms.alpha else Outcome.SAME


def seeds_alone(role: str, measure: Measure, value: float) -> float:
    """How much of a difference another seed alone may make (see :data:`SEEDS_ALONE`)."""
    if measure is Measure.STEPS:
        return SEEDS_ALONE_STEPS * abs(value)
    words = set(role.rpartition("/")[2].lower().split("_"))
    perfect = 1.0 if value <= 1 else 100.0
    if words & BOUNDED_ABOVE and 0 <= value <= perfect:
        return SEEDS_ALONE * math.sqrt(value * (perfect - value))
    return SEEDS_ALONE * abs(value)
