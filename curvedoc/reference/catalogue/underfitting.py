"""Runs that cannot express the task: too small a model, too much regularisation, inputs that do not tell."""

from __future__ import annotations

from curvedoc.rule import Scenario
from curvedoc.states import State

POOR = State.UNDERFITTING

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "linear-on-spirals",
        "spirals",
        POOR,
        {"model": "linear", "init": "normal", "init_scale": 0.0, "lr": 0.003, "steps": 1140},
        {"more-capacity": {"model": "mlp", "width": 64, "depth": 3, "init": "kaiming", "init_scale": 1.0}},
        seed=1,
        about="R10: a straight line between two spirals",
    ),
    Scenario(
        "linear-on-sine",
        "sine",
        POOR,
        {"model": "linear", "lr": 0.003, "steps": 1600},
        {"more-capacity": {"model": "mlp", "width": 64, "depth": 2}},
        seed=1,
        about="R10: a straight line through a sine",
    ),
    Scenario(
        "too-much-decay",
        "scales",
        POOR,
        {
            "model": "linear",
            "small": 1.0,
            "noise": 0.3,
            "n_train": 600,
            "optimizer": "sgd",
            "lr": 0.002,
            "log_every": 4,
            "weight_decay": 20.0,
            "steps": 1000,
        },
        {"less-regularisation": {"weight_decay": 1e-3, "lr": 0.01}},
        seed=1,
        about="R10: weight decay that allows next to nothing",
    ),
    Scenario(
        "uninformative-inputs",
        "clusters",
        POOR,
        {"informative": 1, "n_train": 6000, "width": 16, "depth": 1, "steps": 3760},
        {"better-features": {"informative": 0}},
        seed=1,
        about="R10: one input of twenty carries anything",
    ),
    Scenario(
        "hotdog-tiny",
        "hotdog",
        POOR,
        {
            "model": "cnn",
            "width": 1,
            "depth": 2,
            "activation": "leaky_relu",
            "lr": 0.003,
            "batch_size": 32,
            "steps": 1500,
            "log_every": 50,
            "n_train": 10000,
            "on_basket": 0.4,
            "noise": 0.4,
        },
        {"more-capacity": {"width": 8, "depth": 3}},
        seed=1,
        about="R2: a model too small gives the same answer to hot dogs without a basket and to round things",
    ),
)
