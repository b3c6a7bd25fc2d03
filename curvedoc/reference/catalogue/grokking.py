"""Arithmetic modulo a prime: delayed generalisation, what brings it about and what prevents it."""

from __future__ import annotations

from curvedoc.rule import Scenario
from curvedoc.states import State

MLP = {
    "model": "mlp",
    "init": "default",
    "width": 128,
    "depth": 1,
    "lr": 1e-3,
    "weight_decay": 1.0,
    "batch_size": 0,
    "steps": 5000,
    "log_every": 20,
    "prime": 59,
    "fraction": 0.5,
}

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "grokking-modular-addition",
        "modular",
        State.GROKKING,
        MLP,
        seed=1,
        about="R6: a + b mod 59, memorised at once, understood thousands of updates later",
    ),
    Scenario(
        "grokking-modular-division",
        "modular",
        State.GROKKING,
        {**MLP, "operation": "div"},
        seed=1,
        about="R6: a / b mod 59",
    ),
    Scenario(
        "no-grokking-without-decay",
        "modular",
        State.OVERFITTING,
        {**MLP, "lr": 2e-3, "weight_decay": 0.0},
        {"weight-decay": {"weight_decay": 1.0}},
        seed=1,
        about="R6: without weight decay it stays memorised",
    ),
    Scenario(
        "semi-grokking",
        "modular",
        State.GROKKING,
        {**MLP, "fraction": 0.38, "batch_size": 512, "lr": 2e-3, "steps": 6000},
        seed=1,
        about="R6: a third of the table: a delayed rise to a middling level",
    ),
    Scenario(
        "ungrokking",
        "modular",
        State.OVERFITTING,
        {**MLP, "fraction": 0.15, "steps": 4000},
        {"more-data": {"fraction": 0.6}},
        seed=1,
        about="R6: too little of the table to understand it, with the same weight decay",
    ),
    Scenario(
        "grokking-small-batches",
        "modular",
        State.GROKKING,
        {**MLP, "batch_size": 512, "lr": 2e-3, "steps": 6000},
        {"grokfast": {"grokfast": "ma", "grokfast_lamb": 5.0}, "grokfast-ema": {"grokfast": "ema"}},
        seed=1,
        about="R7: the wait, and how much of it a filter on the gradients saves",
    ),
    Scenario(
        "grokking-transformer",
        "modular",
        State.GROKKING,
        {
            **MLP,
            "model": "transformer",
            "width": 64,
            "prime": 47,
            "batch_size": 512,
            "lr": 2e-3,
            "steps": 4000,
            "fraction": 0.5,
        },
        seed=1,
        about="R6: a one-layer transformer, a + b mod 47",
    ),
    Scenario(
        "slingshots",
        "modular",
        State.OVERFITTING,
        {
            **MLP,
            "optimizer": "adam",
            "weight_decay": 0.0,
            "lr": 0.01,
            "beta2": 0.98,
            "batch_size": 512,
            "log_every": 10,
        },
        seed=1,
        about="R6: Adam without weight decay: memorised, and its loss leaps again and again",
    ),
)
