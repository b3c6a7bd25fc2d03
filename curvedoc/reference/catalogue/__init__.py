"""The reference systems as plain data: what to train, what must come out. No torch here.

Those that a rule shows stand on its page; here are the lists, and what is for trials alone.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from curvedoc.errors import UsageError, nearest
from curvedoc.states import WORST_FIRST, State

from . import more, waiting

if TYPE_CHECKING:
    from curvedoc.rule import Rule, Scenario

TRIALS_ALONE: tuple[Scenario, ...] = (*more.SCENARIOS, *waiting.SCENARIOS)


def pages() -> tuple[Rule, ...]:
    """The rules, whose pages hold the scenarios."""
    # By name: rooms do not import each other, and only here the runner needs the rules.
    rules: tuple[Rule, ...] = import_module("curvedoc.rules").RULES
    return rules


def scenarios() -> tuple[Scenario, ...]:
    """All reference systems, the healthy first."""
    found = [each for rule in pages() for each in rule.scenarios]
    return tuple(sorted(found, key=lambda each: -WORST_FIRST.index(each.state)))


def page_of(name: str) -> str:
    """The id of the rule on whose page a scenario stands; "" for one that is for trials alone."""
    return next((rule.id for rule in pages() for each in rule.scenarios if each.id == name), "")


def setups(remedy: str) -> tuple[Scenario, ...]:
    """The sick set-ups on which a remedy is tried, those kept for trials alone among them."""
    return tuple(each for each in trial_setups() if remedy in each.treated)


def trial_setups() -> tuple[Scenario, ...]:
    """Every sick set-up with all remedies tried on it, claimed to cure or not."""
    tried = (
        replace(each, treated={**each.treated, **more.ALSO_TRIED.get(each.id, {})}) for each in scenarios()
    )
    healthy = (State.SMOOTH_DESCENT, State.GROKKING, State.INCONCLUSIVE)
    return tuple(each for each in (*tried, *TRIALS_ALONE) if each.state not in healthy)


def remedies(state: str = "") -> tuple[str, ...]:
    """The remedies that some set-up names (of that state), in order of appearance."""
    named = (r for each in trial_setups() if state in ("", each.trial_state) for r in each.treated)
    return tuple(dict.fromkeys(named))


def scenario(name: str) -> Scenario:
    """The scenario of that id; :class:`UsageError` when there is none."""
    everything = (*scenarios(), *TRIALS_ALONE)
    for each in everything:
        if each.id == name:
            return each
    known = [each.id for each in everything]
    raise UsageError(
        f"There is no scenario '{name}'.{nearest(name, known)}", "See `curvedoc reference list`."
    )
