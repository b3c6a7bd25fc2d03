"""diagnose(run, rules) -> Diagnosis; does not know which rules exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .rule import Finding, Outcome, OutcomeKind
from .run import Run
from .states import State

if TYPE_CHECKING:
    from .run import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """The generalization gap: how much worse validation is than train.

    ``final`` and ``at_best`` are levels (medians over a few points) at the end and at the best step of
    validation; positive = validation is worse. ``unit`` is the quantity (``"loss"``,
    ``"accuracy"``). ``steps``/``values`` are the gap as a curve, at the steps of validation.
    """

    final: float
    at_best: float
    unit: str
    steps: FloatArray
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """Everything a report may read about one run.

    ``states`` gives each state its probability (they sum to 1), most likely first; ``confidence`` is that
    of ``state``. ``onset_step``: where the trouble begins (None when healthy); ``best_step``: where
    validation (train without it) was best. Steps are in the unit of the log's own step column.
    """

    run: Run
    state: State
    confidence: float
    states: Mapping[State, float]
    onset_step: float | None
    best_step: float | None
    gap: Gap | None
    outcomes: tuple[Outcome, ...]
    reason: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What fired and was not overruled, the most telling first."""
        return tuple(o.finding for o in self.outcomes if o.kind is OutcomeKind.FIRED and o.finding)

    @property
    def not_checked(self) -> tuple[Outcome, ...]:
        """Rules that were skipped, each with its reason."""
        return tuple(o for o in self.outcomes if o.kind is OutcomeKind.SKIPPED)


@dataclass(frozen=True, slots=True)
class Problem:
    """A path that could not be diagnosed: what is wrong and how to mend it."""

    path: str
    problem: str
    fix: str


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The result of one call: what every report renders."""

    diagnoses: tuple[Diagnosis, ...]
    problems: tuple[Problem, ...] = ()
