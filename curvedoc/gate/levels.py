"""The value of a curve that a condition speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curvedoc.errors import nearest
from curvedoc.measure import NotMeasurable
from curvedoc.wording import axis, number
from curvedoc.wording import step as place

from .expression import Level

if TYPE_CHECKING:
    from curvedoc.run import Curve, FloatArray, Run

    from .expression import Condition

NAMES = 6
# Rounding may carry a fraction so far above one; beyond it, it is none.
SLIGHTLY_ABOVE_ONE = 1.0 + 1e-6


@dataclass(frozen=True, slots=True)
class Reading:
    """A value and where it was taken, in words to stand behind it (``" at step 209"``).

    ``value`` is in the unit of the condition: a share where that is in percent.
    """

    value: float
    where: str


def reading(condition: Condition, run: Run) -> Reading:
    """The value that ``condition`` bounds.

    NaN is passed over where values came again after it (padding between evaluations); a curve that ends in it
    has no value at its end. Raises :class:`~curvedoc.measure.NotMeasurable` when the log cannot tell.
    """
    curve = find(run, condition.curve)
    unit = _unit(condition, curve, run)
    found = _at(condition, curve, run) if condition.step is not None else _LEVELS[condition.level](curve, run)
    return Reading(found.value / unit, found.where)


def find(run: Run, name: str) -> Curve:
    """The curve of a role, or of a logged name; raises NotMeasurable with what the log has instead."""
    found = run.get(name) or next((c for c in run.curves if c.name == name), None)
    if found is None or not len(found):
        names = _logged(run)
        more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
        raise NotMeasurable(
            f"the log has {', '.join(names[:NAMES]) or 'no curves'}{more}.{nearest(name, names)}"
        )
    return found


def needed(run: Run, role: str) -> Curve:
    """The curve of a role that nobody wrote by hand; raises NotMeasurable with what the log has instead."""
    curve = run.get(role)
    if curve is None or not len(curve):
        raise NotMeasurable(f"needs {role}; the log has {', '.join(_logged(run)[:NAMES]) or 'no curves'}.")
    return curve


def _logged(run: Run) -> list[str]:
    return [c.role or c.name for c in run.curves if len(c)]


def lost(values: FloatArray) -> bool:
    """Whether a curve ends in more values that are not finite than it ever came back from."""
    import numpy as np

    finite = np.flatnonzero(np.isfinite(values))
    if not len(finite):
        return True
    return len(values) - 1 - int(finite[-1]) > int(np.diff(finite).max(initial=1)) - 1


def _final(curve: Curve, run: Run) -> Reading:
    from curvedoc.series import trend

    _not_lost(curve.values)
    found = trend(curve.steps, curve.values)
    assert found is not None, "a curve that is not lost has a finite value"
    return Reading(found.last, f" at the end ({_step(curve, -1, run)})")


def _last(curve: Curve, run: Run) -> Reading:
    _not_lost(curve.values)
    return _taken(curve, _finite(curve)[-1], run)


def _best(curve: Curve, run: Run) -> Reading:
    if curve.higher_is_better is None:
        raise NotMeasurable(
            f"whether higher {curve.role or curve.name} is better is not known: write min or max."
        )
    return _max(curve, run) if curve.higher_is_better else _min(curve, run)


def _min(curve: Curve, run: Run) -> Reading:
    where = _numbers(curve)
    return _taken(curve, where[int(curve.values[where].argmin())], run)


def _max(curve: Curve, run: Run) -> Reading:
    where = _numbers(curve)
    return _taken(curve, where[int(curve.values[where].argmax())], run)


_LEVELS = {Level.FINAL: _final, Level.LAST: _last, Level.BEST: _best, Level.MIN: _min, Level.MAX: _max}


def _at(condition: Condition, curve: Curve, run: Run) -> Reading:
    """The last value logged at the step or before it."""
    import numpy as np

    assert condition.step is not None
    counted = axis(run.x)
    if condition.unit not in ("step", counted):
        raise NotMeasurable(f"the log counts by {counted}, not by {condition.unit}.")
    first, last = float(curve.steps.min()), float(curve.steps.max())
    if not first <= condition.step <= last:
        raise NotMeasurable(f"it was logged from {counted} {place(first)} to {place(last)}.")
    before = np.flatnonzero(curve.steps <= condition.step)
    _not_lost(curve.values[before])
    where = int(before[np.isfinite(curve.values[before])][-1])
    asked = float(curve.steps[where]) == condition.step
    return Reading(float(curve.values[where]), "" if asked else f" (as of {_step(curve, where, run)})")


def _taken(curve: Curve, where: int, run: Run) -> Reading:
    return Reading(float(curve.values[where]), f" at {_step(curve, where, run)}")


def _step(curve: Curve, where: int, run: Run) -> str:
    return f"{axis(run.x)} {place(float(curve.steps[where]))}"


def _finite(curve: Curve) -> list[int]:
    import numpy as np

    return [int(i) for i in np.flatnonzero(np.isfinite(curve.values))]


def _numbers(curve: Curve) -> FloatArray:
    """Where there is a number; infinity is one, for it must not hide behind smaller ones."""
    import numpy as np

    where = np.flatnonzero(~np.isnan(curve.values))
    if not len(where):
        raise NotMeasurable("it is NaN throughout.")
    return where  # type: ignore[return-value]


def _not_lost(values: FloatArray) -> None:
    if lost(values):
        raise NotMeasurable(f"it ends in {number(float(values[-1]))}.")


def _unit(condition: Condition, curve: Curve, run: Run) -> float:
    """What to divide logged values by; refuses where fraction and percent could be taken for each other."""
    from curvedoc.features.curves import is_bounded, scale_beside

    bound = condition.bound
    if not is_bounded(curve):
        if bound.percent:
            raise NotMeasurable("what would be 100 % of it is not known: give the bound without %.")
        return 1.0
    other = next((c for c in run.curves if c.quantity == curve.quantity and c is not curve), None)
    unit = scale_beside(curve, other)
    if unit == 1 and float(curve.values[_numbers(curve)].max()) > SLIGHTLY_ABOVE_ONE:
        raise NotMeasurable("whether it is logged as a fraction or in percent cannot be told.")
    if not bound.percent and unit > 1 and 0 < bound.value <= 1:
        raise NotMeasurable(f"it is logged in percent: write {number(bound.value * 100)}%.")
    if not bound.percent and unit == 1 and bound.value > 1:
        raise NotMeasurable(f"it is logged as a fraction: write {number(bound.value)}%.")
    return unit if bound.percent else 1.0
