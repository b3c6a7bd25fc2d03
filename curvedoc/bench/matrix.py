"""Who is taken for whom: the confusion matrix and the figures of each state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from curvedoc.states import State

from .answers import NONE, REFUSED
from .intervals import Estimate, figure
from .labels import NOT_A_LOG, NOT_OVERFITTING
from .statistics import f1_of, precision_of, recall_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .answers import Scored

TRUTHS = (*(state.value for state in State), NOT_OVERFITTING, NOT_A_LOG)
SAID = (*TRUTHS, NONE, REFUSED)


@dataclass(frozen=True, slots=True)
class StateFigures:
    """How well one state is recognised; ``logs`` and ``groups`` have it as primary state."""

    state: str
    logs: int
    groups: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


def per_state(rows: Sequence[Scored]) -> tuple[StateFigures, ...]:
    """The figures of each state that is primary for some log."""
    found = []
    for state in State:
        recall = figure(rows, recall_of(state))
        if recall.logs:
            precision, f1 = (
                figure(rows, statistic).by_log for statistic in (precision_of(state), f1_of(state))
            )
            found.append(StateFigures(state, recall.logs, recall.groups, precision, recall.by_log, f1))
    return tuple(found)


def confusion(rows: Sequence[Scored]) -> Mapping[str, Mapping[str, int]]:
    """Primary state -> answer as counted -> logs; an accepted answer stands on the diagonal."""
    counts = Counter((row.label.primary, row.counted) for row in rows)
    return {
        true: {said: counts[true, said] for said in SAID if counts[true, said]}
        for true in TRUTHS
        if any((true, said) in counts for said in SAID)
    }
