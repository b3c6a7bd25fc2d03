"""What must be true of a reference system beyond its curve: checks of the mechanism, not of the picture.

Each check takes the finished runs of one scenario (``""`` is the sick one, the others are by remedy) and
returns what it measured beside what it wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import agreement, arithmetic, dynamics, learning
from .checked import Checked, Runs

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CHECKS", "Checked", "Runs", "check"]

CHECKS: dict[str, Callable[[Runs], tuple[Checked, ...]]] = {
    "line-smooth": learning.line_smooth,
    "line-jumping": learning.line_jumping,
    "line-one-point": learning.line_one_point,
    "hotdog": learning.hotdog,
    "hotdog-tiny": learning.hotdog_tiny,
    "random-labels": learning.memorised,
    "random-inputs": learning.memorised,
    "text-english": learning.starts_at_ln_vocabulary,
    "text-chinese": learning.starts_at_ln_vocabulary,
    "text-fill-in": learning.starts_at_ln_vocabulary,
    "grokking-modular-addition": lambda runs: arithmetic.groks(runs[""]),
    "grokking-modular-division": lambda runs: arithmetic.groks(runs[""]),
    "grokking-transformer": lambda runs: arithmetic.groks(runs[""]),
    "grokking-modular-subtraction": lambda runs: arithmetic.groks(runs[""]),
    "grokking-modular-multiplication": lambda runs: arithmetic.groks(runs[""]),
    "grokfast": arithmetic.grokfast,
    "no-grokking-without-decay": arithmetic.stays_memorised,
    "too-little-to-grok": arithmetic.stays_memorised,
    "ungrokking": arithmetic.ungrokking,
    "semi-grokking": arithmetic.semi_grokking,
    "slingshots": arithmetic.slingshots,
    "double-descent": learning.double_descent,
    "regressor": dynamics.clipped_and_lowered,
    "optimiser-sgd": dynamics.side_by_side,
    "batch-too-large": dynamics.updates_per_epoch,
    "deep-sigmoid": dynamics.first_layer_starves,
    "init-too-small": dynamics.signal_dies,
    "dying-relu": dynamics.dead_units,
    "rate-too-small": dynamics.hardly_moved,
    "exploding-rnn": dynamics.exploded,
    "rare-positives": agreement.no_positives,
    "loud-penalty": agreement.penalty_dominates,
    "ranking-by-regression": agreement.level_hides_order,
    "over-confidence": agreement.too_sure,
}


def check(runs: Runs) -> tuple[Checked, ...]:
    """The checks of the scenario that these runs are of; empty where the curve is all there is to it."""
    name = runs[""].scenario.id
    return CHECKS[name](runs) if name in CHECKS else ()
