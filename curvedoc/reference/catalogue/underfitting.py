"""Runs that cannot express the task: too small a model, too much regularisation, inputs that do not tell."""

from __future__ import annotations

from curvedoc.rule import Scenario
from curvedoc.states import State

POOR = State.UNDERFITTING

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "linear-on-spirals", "spirals", POOR, {"model": "linear", "lr": 0.003, "steps": 1140},
        {"more-capacity": {"model": "mlp", "width": 64, "depth": 3}}, seed=1, about="R10: a straight line between two spirals",
    ),
    Scenario(
        "bottleneck", "clusters", POOR,
        {"width": 1, "depth": 1, "activation": "tanh", "init": "xavier", "lr": 0.01, "spread": 0.6, "steps": 3000},
        {"more-capacity": {"width": 32, "depth": 2}}, seed=1, about="R10: ten classes through one hidden unit",
    ),
    Scenario(
        "too-much-decay", "digits", POOR, {"weight_decay": 25.0, "lr": 0.003, "steps": 1600, "batch_size": 64},
        {"less-regularisation": {"weight_decay": 0.01}}, seed=1, about="R10: weight decay that allows next to nothing",
    ),
    Scenario(
        "uninformative-inputs", "clusters", POOR,
        {"informative": 1, "n_train": 6000, "width": 16, "depth": 1, "steps": 3760},
        {"better-features": {"informative": 0}}, seed=1, about="R10: one input of twenty carries anything",
    ),
    Scenario(
        "hotdog-tiny", "hotdog", POOR,
        {"model": "cnn", "width": 1, "depth": 1, "optimizer": "sgd", "lr": 0.01, "batch_size": 16, "steps": 8000, "log_every": 150},
        {"more-capacity": {"width": 16, "depth": 3, "n_train": 2000, "lr": 0.02, "steps": 6000}}, seed=1,
        about="R2: a model too small gives the same answer to hot dogs and empty baskets",
    ),
)  # fmt: skip
