"""When a change of state is worth telling: once, and only if it lasts.

A verdict on a run that still grows may flap: two states of like weight change places with every few points.
:class:`Announcer` says which of the changes to pass on; the live watch and the monitor both ask it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .states import State

if TYPE_CHECKING:
    from .diagnosis import Diagnosis

LASTING = 0.05
"""A state is told when the run has kept it while its points grew by a twentieth: a flap is shorter than that,
and nobody acts on less than a twentieth of a training."""

FEWEST = 2
"""... and by at least two points: the first verdict on a short run rests on one lucky value."""

AT_ONCE = "non-finite-loss"
"""The rule that needs no second look: numbers that are lost do not come back, and each step costs money."""


@dataclass(frozen=True, slots=True)
class Announcer:
    """What was told last, and what may be told next.

    ``min_confidence``: how sure a verdict must be to be told. ``announced``: the state told last
    (inconclusive: nothing yet). ``pending``: another state that was seen since, surely enough, at ``since``
    points. An inconclusive verdict is never told: it takes nothing back and announces nothing.
    """

    min_confidence: float = 0.8
    announced: State = State.INCONCLUSIVE
    pending: State | None = None
    since: int = 0

    def feed(self, diagnosis: Diagnosis, points: int) -> tuple[Announcer, State | None]:
        """The announcer after this verdict on ``points`` points, and the state to tell now, or None.

        ``points`` are those of the longest curve (``run.n_points``). Pure: the same calls give the same
        answers. A counter that falls back (a run begun anew) starts the waiting afresh.

        >>> Announcer().announced.value
        'inconclusive'
        """
        state = diagnosis.state
        if state in (self.announced, State.INCONCLUSIVE):
            return replace(self, pending=None, since=0), None
        sure = diagnosis.confidence >= self.min_confidence
        if sure and any(finding.rule == AT_ONCE for finding in diagnosis.findings):
            return self._told(state), state
        if state is not self.pending or points < self.since:
            waiting = replace(self, pending=state, since=points) if sure else self._forgetful()
            return waiting, None
        if sure and points - self.since >= max(FEWEST, LASTING * self.since):
            return self._told(state), state
        return self, None

    def at_end(self, diagnosis: Diagnosis) -> tuple[Announcer, State | None]:
        """The same when no more points will come: there is nothing left to wait for."""
        state = diagnosis.state
        new = state not in (self.announced, State.INCONCLUSIVE)
        if new and diagnosis.confidence >= self.min_confidence:
            return self._told(state), state
        return self, None

    def _told(self, state: State) -> Announcer:
        return replace(self, announced=state, pending=None, since=0)

    def _forgetful(self) -> Announcer:
        return replace(self, pending=None, since=0)
