"""The names that a policy may forbid: states, and rules by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.errors import UsageError, nearest

if TYPE_CHECKING:
    from curvedoc.rule import Rule
    from curvedoc.states import State


def subject(name: str) -> State | Rule:
    """The state or the rule of a name (of both, the state); raises UsageError with the nearest name."""
    known = subjects()
    if name in known:
        return known[name]
    raise UsageError(
        f"'{name}' is neither a state nor a rule.{nearest(name, known)}", "`curvedoc rules` lists them."
    )


def subjects() -> dict[str, State | Rule]:
    """Every state and rule by its name."""
    from curvedoc.rules import RULES
    from curvedoc.states import State

    return {**{rule.id: rule for rule in RULES}, **{state.value: state for state in State}}
