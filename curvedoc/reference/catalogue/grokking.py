"""Arithmetic modulo a prime: delayed generalisation, what brings it about and what prevents it."""

from __future__ import annotations

from curvedoc.rule import Scenario
from curvedoc.states import State

MLP = {
    "model": "mlp", "init": "default", "width": 128, "depth": 1, "lr": 1e-3, "weight_decay": 1.0, "batch_size": 0, "steps": 5000,
    "log_every": 20, "prime": 59, "fraction": 0.5,
}  # fmt: skip

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "grokking-modular-addition", "modular", State.GROKKING, MLP, {"grokfast": {"grokfast": "ema"}}, seed=1,
        about="R6: a + b mod 59, memorised at once, understood thousands of updates later",
    ),
    Scenario(
        "grokking-modular-division", "modular", State.GROKKING, {**MLP, "operation": "div"}, seed=1, about="R6: a / b mod 59",
    ),
    Scenario(
        "no-grokking-without-decay", "modular", State.OVERFITTING, {**MLP, "weight_decay": 0.0},
        {"weight-decay": {"weight_decay": 1.0}}, seed=1, about="R6: without weight decay it stays memorised",
    ),
)  # fmt: skip
