"""Which changes are told, and to whom: of the state, and of the findings that somebody asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from curvedoc.hysteresis import AT_ONCE, FEWEST, LASTING, Announcer
from curvedoc.rule import Severity
from curvedoc.states import State

if TYPE_CHECKING:
    from collections.abc import Collection

    from curvedoc.diagnosis import Diagnosis
    from curvedoc.run import Run

ANY = "any"
"""What stands for every state in ``--on`` and ``--until``."""

HEALTHY = (State.SMOOTH_DESCENT, State.GROKKING)


@dataclass(frozen=True, slots=True)
class Change:
    """A state that the run is in from now on, or a finding that holds from now on (``rule``).

    ``healthy``: nothing that should stop a run. ``reason``: one sentence, with the numbers of the log.
    """

    name: str
    confidence: float
    reason: str
    healthy: bool
    rule: bool = False

    def answers(self, wanted: str) -> bool:
        """Whether this is what somebody waits for: a state, a rule, or any state."""
        return wanted == self.name or (wanted == ANY and not self.rule)


@dataclass(frozen=True, slots=True)
class _Lasting:
    """Whether a finding holds, by the measure of :class:`~curvedoc.hysteresis.Announcer`."""

    holds: bool = False
    since: int = -1

    def feed(self, now: bool, points: int, at_once: bool) -> _Lasting:
        if now is self.holds:
            return replace(self, since=-1)
        if now and at_once:
            return _Lasting(True)
        if self.since < 0 or points < self.since:
            return replace(self, since=points)
        return _Lasting(now) if points - self.since >= max(FEWEST, LASTING * self.since) else self


def earlier(run: Run) -> Run | None:
    """The run as it was when its state must have come to have lasted by now; None where it is too young.

    A log that has been written for long when the watch begins need not grow first for its state to be told.
    """
    longest = max(run.curves, key=len, default=None)
    n = len(longest) if longest else 0
    before = min(n - FEWEST, int(n / (1 + LASTING)))
    if longest is None or before < 1:
        return None
    end = longest.steps[:before].max()
    cut = [replace(c, steps=c.steps[c.steps <= end], values=c.values[c.steps <= end]) for c in run.curves]
    return replace(run, curves=tuple(c for c in cut if len(c)))


class Changes:
    """What was told so far. ``rules``: the findings that are asked for; the state is always told."""

    def __init__(self, rules: Collection[str], min_confidence: float) -> None:
        self._announcer = Announcer(min_confidence)
        self._rules = {rule: _Lasting() for rule in rules}

    def feed(self, diagnosis: Diagnosis, last: bool = False) -> list[Change]:
        """What is to be told now; ``last``: nothing more will come, so there is nothing to wait for."""
        points = diagnosis.run.n_points
        if last:
            self._announcer, state = self._announcer.at_end(diagnosis)
        else:
            self._announcer, state = self._announcer.feed(diagnosis, points)
        changes = [_to_state(diagnosis)] if state else []
        sure = self._announcer.min_confidence
        found = {f.rule: f for f in diagnosis.findings if f.confidence >= sure}
        for rule, was in self._rules.items():
            self._rules[rule] = was.feed(rule in found, points, last or rule == AT_ONCE)
            if self._rules[rule].holds and not was.holds:
                finding = found[rule]
                harmless = finding.severity is Severity.INFO
                changes.append(Change(rule, finding.confidence, finding.summary, harmless, rule=True))
        return changes


def _to_state(diagnosis: Diagnosis) -> Change:
    state = diagnosis.state
    return Change(state.value, diagnosis.confidence, diagnosis.reason, state in HEALTHY)
