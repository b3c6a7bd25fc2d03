"""The documented states and the bottlenecks with their remedies: the tables, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What a run is in; the values are the names used in every output."""

    SMOOTH_DESCENT = "smooth_descent"
    OVERFITTING = "overfitting"
    UNDERFITTING = "underfitting"
    POOR_OPTIMIZATION = "poor_optimization"
    UNSTABLE = "unstable"
    LOSS_METRIC_MISMATCH = "loss_metric_mismatch"
    GROKKING = "grokking"
    INCONCLUSIVE = "inconclusive"

    @property
    def label(self) -> str:
        """The name as people write it (``"loss/metric mismatch"``)."""
        return TITLES[self]


TITLES: dict[State, str] = {
    State.SMOOTH_DESCENT: "smooth descent",
    State.OVERFITTING: "overfitting",
    State.UNDERFITTING: "underfitting",
    State.POOR_OPTIMIZATION: "poor optimization",
    State.UNSTABLE: "unstable",
    State.LOSS_METRIC_MISMATCH: "loss/metric mismatch",
    State.GROKKING: "grokking",
    State.INCONCLUSIVE: "inconclusive",
}

# Worst first: the order of summary tables. A run that lost its numbers comes before one that merely
# wastes its last epochs; healthy runs come last.
WORST_FIRST: tuple[State, ...] = (
    State.UNSTABLE,
    State.POOR_OPTIMIZATION,
    State.LOSS_METRIC_MISMATCH,
    State.OVERFITTING,
    State.UNDERFITTING,
    State.INCONCLUSIVE,
    State.GROKKING,
    State.SMOOTH_DESCENT,
)


# The order in which states are decided: what comes first settles the next action whatever comes later.
# Nothing to see ends the matter; numbers that are lost win over everything else; delayed generalisation looks
# like overfitting until it arrives; healthy is what no sickness claims.
DECIDED_IN: tuple[State, ...] = (
    State.INCONCLUSIVE,
    State.UNSTABLE,
    State.GROKKING,
    State.OVERFITTING,
    State.LOSS_METRIC_MISMATCH,
    State.POOR_OPTIMIZATION,
    State.UNDERFITTING,
    State.SMOOTH_DESCENT,
)


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A row of the bottleneck table: phenomenon, likely bottleneck, remedies in order."""

    id: str
    phenomenon: str
    name: str
    remedies: tuple[str, ...]


BOTTLENECKS: dict[str, Bottleneck] = {
    "B1": Bottleneck(
        "B1",
        "train and validation alike, both poor",
        "data or model expressiveness",
        ("better data", "multi-task training", "another architecture"),
    ),
    "B2": Bottleneck(
        "B2",
        "train good, validation poor",
        "generalization",
        (
            "regularisation (L1/L2, weight decay, dropout)",
            "data augmentation",
            "fewer degrees of freedom",
        ),
    ),
    "B3": Bottleneck(
        "B3",
        "the curve stalls early",
        "optimisation dynamics",
        ("learning rate", "optimiser", "normalisation"),
    ),
    "B4": Bottleneck(
        "B4",
        "loss falls, metric does not rise",
        "loss does not match the task",
        ("task-specific loss",),
    ),
}
