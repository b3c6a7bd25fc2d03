"""The reference systems as plain data: what to train, what must come out. No torch here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.errors import UsageError, nearest

from . import generalization, grokking, healthy, mismatch, more, optimization, stability, underfitting

if TYPE_CHECKING:
    from curvedoc.rule import Scenario

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


def setups(remedy: str) -> tuple[Scenario, ...]:
    """The sick set-ups on which a remedy is tried: all that name it, those kept for trials alone among
    them.
    """
    return tuple(each for each in (*SCENARIOS, *more.SCENARIOS) if remedy in each.treated)


def remedies(state: str = "") -> tuple[str, ...]:
    """The remedies that some set-up names (of that state), in order of appearance."""
    named = (r for each in (*SCENARIOS, *more.SCENARIOS) if state in ("", each.state) for r in each.treated)
    return tuple(dict.fromkeys(named))


def scenario(name: str) -> Scenario:
    """The scenario of that id; :class:`UsageError` when there is none."""
    everything = (*SCENARIOS, *more.SCENARIOS)
    for each in everything:
        if each.id == name:
            return each
    known = [each.id for each in everything]
    raise UsageError(
        f"There is no scenario '{name}'.{nearest(name, known)}", "See `curvedoc reference list`."
    )
