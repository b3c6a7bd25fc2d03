"""A measure is a number with unit and span; compared with a limit it gives evidence.

Comparing is the only way from a number to a verdict, so what fired and what is explained cannot
differ. The comparison is soft: next to the decision itself it says how clear it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

Span = tuple[float, float]

# Differences and quotients of values within these bounds stay finite.
_LARGEST = 1e300
# Distances in units of ``soft`` beyond which a decision cannot become clearer.
_CLEAREST = 15.0


class NotMeasurable(Exception):  # noqa: N818 - a finding about the log, not a mistake
    """A measure does not exist for this run; the message says what it needs (``"needs val/loss; ..."``)."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Where a measure begins to speak.

    ``value``: the limit itself. ``soft``: the distance beyond the limit at which the decision is
    clear (strength 0.88); for ``log`` limits a factor (2.0 = twice or half the limit). ``why``:
    the reason or the measurement that chose it.
    """

    value: float
    soft: float
    why: str
    log: bool = False

    def strength(self, value: float, sign: int) -> float:
        """Logistic clearness in (0, 1): 0.5 at the limit, 0.88 one ``soft`` beyond it."""
        if self.log:
            floor = abs(self.value) * 1e-6
            distance = math.log(max(value, floor) / self.value) / math.log(self.soft)
        else:
            distance = (value - self.value) / self.soft
        if distance > _CLEAREST:
            distance = _CLEAREST
        elif distance < -_CLEAREST:
            distance = -_CLEAREST
        return 1.0 / (1.0 + math.exp(-2.0 * sign * distance))


# Some hundred measures and comparisons are made for each run, and tuples are made in a third of the time.
class Evidence(NamedTuple):
    """One comparison of a measure with a limit, as reports show it."""

    measure: str
    value: float
    unit: str
    limit: float
    above: bool
    passed: bool
    strength: float
    what: str
    span: Span | None = None


class Measure(NamedTuple):
    """A number with name, unit, the sentence that says what it is, and the steps it was taken over.

    A value that is not finite cannot be compared: :meth:`above` and :meth:`below` raise
    :class:`NotMeasurable`, so NaN never reads as "clear".
    """

    name: str
    value: float
    unit: str
    what: str
    span: Span | None = None

    def above(self, limit: Limit) -> Evidence:
        """Compare: passed when the value exceeds the limit."""
        return self._compare(limit, 1)

    def below(self, limit: Limit) -> Evidence:
        """Compare: passed when the value is under the limit."""
        return self._compare(limit, -1)

    def over(self, span: Span) -> Measure:
        """The same measure with the steps it speaks of."""
        return self._replace(span=span)

    def _compare(self, limit: Limit, sign: int) -> Evidence:
        value = self.value
        if not -_LARGEST <= value <= _LARGEST:
            if math.isnan(value):
                raise NotMeasurable(f"{self.name} is not a number here")
            value = math.copysign(_LARGEST, value)
        return Evidence(
            measure=self.name,
            value=value,
            unit=self.unit,
            limit=limit.value,
            above=sign > 0,
            passed=value > limit.value if sign > 0 else value < limit.value,
            strength=limit.strength(value, sign),
            what=self.what,
            span=self.span,
        )
