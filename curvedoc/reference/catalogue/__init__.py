"""The reference systems as plain data: what to train, what must come out. No torch here."""

from __future__ import annotations

from curvedoc.errors import UsageError, nearest
from curvedoc.rule import Scenario

from . import generalization, grokking, healthy, mismatch, optimization, stability, underfitting

SCENARIOS: tuple[Scenario, ...] = (
    *healthy.SCENARIOS,
    *generalization.SCENARIOS,
    *underfitting.SCENARIOS,
    *optimization.SCENARIOS,
    *stability.SCENARIOS,
    *mismatch.SCENARIOS,
    *grokking.SCENARIOS,
)


def scenarios() -> tuple[Scenario, ...]:
    """All reference systems, by state."""
    return SCENARIOS


def scenario(name: str) -> Scenario:
    """The scenario of that id; :class:`UsageError` when there is none."""
    for each in SCENARIOS:
        if each.id == name:
            return each
    known = [each.id for each in SCENARIOS]
    raise UsageError(f"There is no scenario '{name}'.{nearest(name, known)}", "See `curvedoc reference list`.")
