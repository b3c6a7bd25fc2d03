"""The rules, in the order in which they are listed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from curvedoc.rule import Rule

NAMES: tuple[str, ...] = (
    # states
    "inconclusive",
    "unstable",
    "grokking",
    "overfitting",
    "loss_metric_mismatch",
    "poor_optimization",
    "underfitting",
    "smooth_descent",
    # findings that weigh on a state
    "non_finite_loss",
    "divergence",
    "repeated_spikes",
    "memorisation",
    "validation_flat",
    "over_confidence",
    "early_plateau",
    "crawl",
    "validation_jumps",
    # findings that explain
    "oscillation",
    "isolated_spike",
    "missing_warm_up",
    "exploding_gradients",
    "vanishing_gradients",
    "stuck_at_chance",
    "learning_rate_decayed_early",
    "metric_flat",
    "validation_better",
    "double_descent",
    "waiting_to_grok",
    "semi_grokking",
    "ungrokking",
    "late_slingshots",
    "steps_backwards",
)

RULES: tuple[Rule, ...] = tuple(import_module(f".{name}", __name__).RULE for name in NAMES)


def rule(id: str) -> Rule:  # noqa: A002 - the word users know
    """The rule with this id; raises KeyError for an unknown one."""
    return {r.id: r for r in RULES}[id]
