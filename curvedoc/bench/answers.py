"""What a tool says of a log, and whether that is right."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from curvedoc.states import State

from .labels import NOT_A_LOG, NOT_OVERFITTING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .labels import Label

REFUSED = "refused"
"""The tool says that it cannot read the log."""
NONE = "none"
"""The tool reads the log and names no state."""
CONFIDENT = 0.5
"""An answer counts as an alarm from here on; at this confidence it is as likely wrong as right."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one log.

    ``state``: a state, ``"refused"`` or ``"none"``. ``confidence`` in [0, 1]; NaN when the tool gives none.
    ``states``: probability of each state (empty when not given). ``reason``: why it was refused. ``seconds``:
    time to read and judge; NaN when not measured.
    """

    state: str
    confidence: float = math.nan
    states: Mapping[str, float] = field(default_factory=dict)
    seconds: float = math.nan
    reason: str = ""

    @property
    def read(self) -> bool:
        """Whether the log was read at all."""
        return self.state != REFUSED


@dataclass(frozen=True, slots=True)
class Scored:
    """A label with its answer."""

    label: Label
    answer: Answer

    @property
    def right(self) -> bool:
        """An acceptable state is; a refusal is where there is no log, or too little in it to tell."""
        state, label = self.answer.state, self.label
        if not self.answer.read:
            return bool(label.acceptable & {NOT_A_LOG, State.INCONCLUSIVE})
        if label.primary == NOT_OVERFITTING:
            return state != State.OVERFITTING
        return state in label.acceptable

    @property
    def counted(self) -> str:
        """The answer as it is counted beside the primary state: an accepted one counts as that."""
        return self.label.primary if self.right else self.answer.state

    @property
    def confident(self) -> bool:
        """Whether the answer is as likely right as not; a tool without confidences is taken at its word."""
        return not self.answer.confidence < CONFIDENT


def score(labels: Sequence[Label], answers: Sequence[Answer]) -> tuple[Scored, ...]:
    """Labels with their answers, pairwise; raises ValueError when their numbers differ."""
    return tuple(Scored(label, answer) for label, answer in zip(labels, answers, strict=True))
