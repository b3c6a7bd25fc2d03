"""Further set-ups for trials alone: the budget ends while the network still waits to grok."""

from __future__ import annotations

from curvedoc import presets
from curvedoc.rule import Scenario
from curvedoc.states import State

# Cured is a network that has understood by the end of the same budget.
HURRY: dict[str, presets.Settings] = {
    **presets.GROKFAST,
    "weight-decay": {"weight_decay": 0.005},
    "more-data": {"fraction": 0.8},
}
SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "waiting-addition",
        "modular",
        State.OVERFITTING,
        {**presets.PATIENT, "weight_decay": 0.001, "steps": 2400},
        {**HURRY, "keep-training": {"steps": 7200}},
        about="G: a + b mod 47, at the end of the budget still memorised",
        tried_for=State.GROKKING,
    ),
    Scenario(
        "waiting-multiplication",
        "modular",
        State.OVERFITTING,
        {
            **presets.PATIENT,
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
