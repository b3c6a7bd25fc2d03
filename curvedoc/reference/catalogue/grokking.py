"""Arithmetic modulo a prime: delayed generalisation, what brings it about and what prevents it."""

from __future__ import annotations

from typing import Any

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
# As in the paper on Grokfast: Adam with a short memory of squares and a whiff of L2, so that the wait is
# long; with AdamW and decay 1 there is little left to shorten.
PATIENT = {
    **MLP,
    "optimizer": "adam",
    "beta2": 0.98,
    "weight_decay": 0.002,
    "batch_size": 512,
    "prime": 47,
    "steps": 6000,
}
FASTER: dict[str, dict[str, Any]] = {
    "grokfast": {"grokfast": "ema"},
    "grokfast-ma": {"grokfast": "ma", "grokfast_lamb": 5.0},
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
        "grokking-modular-subtraction",
        "modular",
        State.GROKKING,
        {**PATIENT, "weight_decay": 0.005, "operation": "sub"},
        seed=1,
        about="R6: a - b mod 47",
    ),
    Scenario(
        "grokking-modular-multiplication",
        "modular",
        State.GROKKING,
        {**PATIENT, "weight_decay": 0.005, "operation": "mul"},
        seed=1,
        about="R6: a * b mod 47",
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
        "grokking-transformer",
        "modular",
        State.GROKKING,
        {
            **MLP,
            "model": "transformer",
            "width": 64,
            "prime": 37,
            "lr": 3e-3,
            "steps": 2000,
            "fraction": 0.55,
        },
        seed=1,
        about="R6: a one-layer transformer, a + b mod 37",
    ),
    Scenario(
        "grokfast",
        "modular",
        State.GROKKING,
        PATIENT,
        FASTER,
        seed=1,
        about="R7: the wait, and how much of it a filter on the gradients saves",
    ),
    Scenario(
        "no-grokking-without-decay",
        "modular",
        State.OVERFITTING,
        {**PATIENT, "weight_decay": 0.0},
        {"weight-decay": {"weight_decay": 0.005}},
        seed=1,
        about="R6: without weight decay it stays memorised",
        tried_for=State.GROKKING,
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
        "too-little-to-grok",
        "modular",
        State.OVERFITTING,
        {**MLP, "fraction": 0.15, "batch_size": 512, "lr": 2e-3},
        {"more-data": {"fraction": 0.6}},
        seed=1,
        about="R6: too little of the table to understand it, with the same weight decay",
        tried_for=State.GROKKING,
    ),
    Scenario(
        "ungrokking",
        "modular",
        State.OVERFITTING,
        {
            **MLP,
            "batch_size": 512,
            "lr": 2e-3,
            "prime": 47,
            "fraction": 0.6,
            "later_from": 2500,
            "later_fraction": 0.15,
        },
        {"more-data": {"later_fraction": 0.6}},
        seed=1,
        about="R6: understood, then trained on with a fraction of the data: it is forgotten again",
        tried_for=State.GROKKING,
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

# For trials alone: the budget ends while the network still waits. Cured is one that has understood by then.
HURRY: dict[str, dict[str, Any]] = {
    **FASTER,
    "weight-decay": {"weight_decay": 0.005},
    "more-data": {"fraction": 0.8},
}
WAITING: tuple[Scenario, ...] = (
    Scenario(
        "waiting-addition",
        "modular",
        State.OVERFITTING,
        {**PATIENT, "weight_decay": 0.001, "steps": 2400},
        {**HURRY, "keep-training": {"steps": 7200}},
        about="G: a + b mod 47, at the end of the budget still memorised",
        tried_for=State.GROKKING,
    ),
    Scenario(
        "waiting-multiplication",
        "modular",
        State.OVERFITTING,
        {
            **PATIENT,
            "weight_decay": 0.001,
            "steps": 1500,
            "depth": 2,
            "prime": 43,
            "operation": "mul",
            "fraction": 0.6,
        },
        {**HURRY, "keep-training": {"steps": 4500}},
        about="G: a * b mod 43 with two layers, at the end of the budget still memorised",
        tried_for=State.GROKKING,
    ),
)
