"""The reference systems as plain data: what to train, what must come out. No torch here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from curvedoc.errors import UsageError, nearest
from curvedoc.states import State

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

TRIALS_ALONE: tuple[Scenario, ...] = (*more.SCENARIOS, *grokking.WAITING)


def scenarios() -> tuple[Scenario, ...]:
    """All reference systems, by state."""
    return SCENARIOS


def setups(remedy: str) -> tuple[Scenario, ...]:
    """The sick set-ups on which a remedy is tried, those kept for trials alone among them."""
    return tuple(each for each in trial_setups() if remedy in each.treated)


def trial_setups() -> tuple[Scenario, ...]:
    """Every sick set-up with all remedies tried on it, claimed to cure or not."""
    tried = (
        replace(each, treated={**each.treated, **more.ALSO_TRIED.get(each.id, {})}) for each in SCENARIOS
    )
    healthy = (State.SMOOTH_DESCENT, State.INCONCLUSIVE)
    return tuple(each for each in (*tried, *TRIALS_ALONE) if each.state not in healthy)


def remedies(state: str = "") -> tuple[str, ...]:
    """The remedies that some set-up names (of that state), in order of appearance."""
    named = (r for each in trial_setups() if state in ("", each.trial_state) for r in each.treated)
    return tuple(dict.fromkeys(named))


def scenario(name: str) -> Scenario:
    """The scenario of that id; :class:`UsageError` when there is none."""
    everything = (*SCENARIOS, *TRIALS_ALONE)
    for each in everything:
        if each.id == name:
            return each
    known = [each.id for each in everything]
    raise UsageError(
        f"There is no scenario '{name}'.{nearest(name, known)}", "See `curvedoc reference list`."
    )
