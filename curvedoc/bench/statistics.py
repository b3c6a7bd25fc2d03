"""The statistics of scored answers; each is a function of sums, so that :mod:`.intervals` can draw groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from curvedoc.states import State

from .answers import NONE
from .intervals import Statistic
from .labels import NOT_A_LOG, NOT_OVERFITTING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from curvedoc.run import FloatArray

    from .answers import Scored

HEALTHY = State.SMOOTH_DESCENT
SICK = frozenset(set(State) - {State.SMOOTH_DESCENT, State.INCONCLUSIVE})


def ratio(sums: FloatArray) -> FloatArray:
    """First sum over second; NaN where the second is 0."""
    top, bottom = sums[..., 0], sums[..., 1]
    quotient: FloatArray = np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.nan)
    return quotient


def share(name: str, hit: Callable[[Scored], bool], about: Callable[[Scored], bool]) -> Statistic:
    """The share of answers with ``hit`` among those with ``about``."""
    return Statistic(name, about, lambda rows: np.array([[float(hit(row)), 1.0] for row in rows]), ratio)


def everything(_: Scored) -> bool:
    """All answers."""
    return True


def was_read(row: Scored) -> bool:
    """Answers to logs that were read."""
    return row.answer.read


def is_log(row: Scored) -> bool:
    """Logs that can be read: all but those that must be refused."""
    return NOT_A_LOG not in row.label.acceptable


def false_alarm(row: Scored) -> bool:
    """A confident answer that is not accepted: any state will do, even ``inconclusive``; silence will not."""
    return row.answer.read and row.answer.state != NONE and not row.right and row.confident


def missed(row: Scored) -> bool:
    """A sick run that is called healthy or gets no answer, where that is not accepted."""
    quiet = row.answer.state in (HEALTHY, State.INCONCLUSIVE, NONE) or not row.answer.read
    return quiet and not row.right


def _f1_terms(states: Sequence[str]) -> Callable[[Sequence[Scored]], FloatArray]:
    """Columns: hits of each state, logs that are in it, answers that name it."""

    def terms(rows: Sequence[Scored]) -> FloatArray:
        names = np.array(states)
        true = np.array([row.label.primary for row in rows])[:, None] == names
        said = np.array([row.counted for row in rows])[:, None] == names
        return np.hstack([true & said, true, said]).astype(np.float64)

    return terms


def _mean_f1(sums: FloatArray) -> FloatArray:
    """Mean F1 over the states that occur; sums of shape (..., 3 states)."""
    hits, true, said = np.split(sums, 3, axis=-1)
    occurs = true > 0
    f1 = np.where(occurs, 2 * hits / np.where(occurs, true + said, 1.0), 0.0)
    return ratio(np.stack([f1.sum(axis=-1), occurs.sum(axis=-1)], axis=-1))


def f1_of(*states: str, name: str = "macro-F1") -> Statistic:
    """The mean F1 over those of ``states`` that are the primary state of some log.

    An accepted answer counts as the primary state. ``not_overfitting`` is no state and has no F1; a wrong
    ``overfitting`` there costs precision all the same.
    """
    return Statistic(name, everything, _f1_terms(states), _mean_f1)


def precision_of(state: str) -> Statistic:
    """Of the answers that name ``state``, the share that is right."""
    return share("precision", lambda row: row.right, lambda row: row.counted == state)


def recall_of(state: str) -> Statistic:
    """Of the logs in ``state``, the share that is answered right."""
    return share("recall", lambda row: row.right, lambda row: row.label.primary == state)


ACCURACY = share("accuracy", lambda row: row.right, everything)
ACCURACY_READ = share("accuracy of what was read", lambda row: row.right, was_read)
READ = share("logs read", was_read, is_log)
MACRO_F1 = f1_of(*(state.value for state in State))
FALSE_ALARMS = share("false alarms on healthy runs", false_alarm, lambda row: row.label.primary == HEALTHY)
MISSED = share("missed sick runs", missed, lambda row: row.label.primary in SICK)
INCONCLUSIVE = share(
    "answered inconclusive", lambda row: row.answer.state in (State.INCONCLUSIVE, NONE), was_read
)
HEADLINES = (ACCURACY, ACCURACY_READ, READ, MACRO_F1, FALSE_ALARMS, MISSED, INCONCLUSIVE)


def overfit_task(min_confidence: float) -> Statistic:
    """F1 of "overfitting" where the label is overfitting or not_overfitting (the task of Li et al. 2024).

    An answer says yes when it is ``overfitting`` with at least ``min_confidence``; a tool without confidences
    is taken at its word.
    """

    def terms(rows: Sequence[Scored]) -> FloatArray:
        true = np.array([row.label.primary == State.OVERFITTING for row in rows])
        said = np.array(
            [
                row.answer.state == State.OVERFITTING and not row.answer.confidence < min_confidence
                for row in rows
            ]
        )
        return np.stack([true & said, true, said], axis=1).astype(np.float64)

    about = (State.OVERFITTING, NOT_OVERFITTING)
    return Statistic("F1 of overfit or not", lambda row: row.label.primary in about, terms, _mean_f1)
