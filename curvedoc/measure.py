"""A measure is a number with unit and span; compared with a limit it gives evidence.

Comparing is the only way from a number to a verdict, so what fired and what is explained cannot
differ. The comparison is soft: next to the decision itself it says how clear it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

Span = tuple[float, float]


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
        return 1.0 / (1.0 + math.exp(-2.0 * sign * max(-15.0, min(15.0, distance))))


@dataclass(frozen=True, slots=True)
class Evidence:
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


@dataclass(frozen=True, slots=True)
class Measure:
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
        return replace(self, span=span)

    def _compare(self, limit: Limit, sign: int) -> Evidence:
        if math.isnan(self.value):
            raise NotMeasurable(f"{self.name} is not a number here")
        value = max(-1e300, min(1e300, self.value))
        passed = value > limit.value if sign > 0 else value < limit.value
        return Evidence(
            measure=self.name,
            value=value,
            unit=self.unit,
            limit=limit.value,
            above=sign > 0,
            passed=passed,
            strength=limit.strength(value, sign),
            what=self.what,
            span=self.span,
        )
