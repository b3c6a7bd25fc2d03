"""What a gate demands of a run: the conditions, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curvedoc.states import State

if TYPE_CHECKING:
    from datetime import date

    from .expression import Bound, Condition

DEFAULT_MIN_CONFIDENCE = 0.8
# What fails where nothing at all is asked for: every state in which training was wasted. Grokking is a
# success that came late, and a log that is too short to tell is no failure of the run.
SICK = (
    State.UNSTABLE,
    State.POOR_OPTIMIZATION,
    State.LOSS_METRIC_MISMATCH,
    State.OVERFITTING,
    State.UNDERFITTING,
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """An exception: what ``run`` may show although the policy forbids it.

    ``run``: a pattern of paths or names of runs. ``what``: conditions as the policy has them, or keys of the
    policy (``"max-gap"``, ``"expect"``). ``until`` is the last day on which it counts.
    """

    run: str
    what: tuple[str, ...]
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Policy:
    """The conditions that a run has to meet.

    ``fail_on``: states and rule ids; they fail with at least ``min_confidence``. ``fail_on_inconclusive``: a
    run too short to judge fails. ``fail_on_skipped``: so does one in whose log something of ``fail_on`` could
    not be looked for. ``expect``: of the states one must be that of the run, of the conditions all must hold.
    ``max_gap``: how much worse validation loss may be than train loss at the end (percent: of the train
    loss). ``max_wasted``: share of the training that may come after the best step.
    """

    fail_on: tuple[str, ...] = ()
    min_confidence: float = DEFAULT_MIN_CONFIDENCE
    fail_on_inconclusive: bool = False
    fail_on_skipped: bool = False
    expect: tuple[State | Condition, ...] = ()
    max_gap: Bound | None = None
    max_wasted: Bound | None = None
    allow: tuple[Allowance, ...] = ()

    @property
    def forbidden(self) -> tuple[str, ...]:
        """The names that fail a run, with ``inconclusive`` where the policy says so."""
        asked = (State.INCONCLUSIVE.value,) if self.fail_on_inconclusive else ()
        return tuple(dict.fromkeys((*self.fail_on, *asked)))

    @property
    def empty(self) -> bool:
        """Whether it demands nothing."""
        return not self.forbidden and not self.expect and self.max_gap is None and self.max_wasted is None
