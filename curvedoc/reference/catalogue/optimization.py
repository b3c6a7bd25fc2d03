"""Runs that do not get going, or stop too early, for reasons of optimisation."""

from __future__ import annotations

from curvedoc.rule import Scenario
from curvedoc.states import State

STUCK = State.POOR_OPTIMIZATION
SGD = {"optimizer": "sgd", "lr": 0.05, "steps": 1600}

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "rate-too-small",
        "digits",
        STUCK,
        {**SGD, "lr": 1e-5},
        {"raise-learning-rate": {"lr": 0.02}, "other-optimizer": {"optimizer": "adamw", "lr": 1e-3}},
        seed=1,
        about="R11: rate far too small",
    ),
    Scenario(
        "deep-sigmoid",
        "digits",
        STUCK,
        {**SGD, "activation": "sigmoid", "depth": 8, "init": "normal", "init_scale": 0.1},
        {
            "leaky-relu": {"activation": "leaky_relu", "init": "kaiming", "init_scale": 1.0, "lr": 0.01},
            "normalisation": {"norm": "batch"},
            "residual": {
                "activation": "leaky_relu",
                "init": "xavier",
                "init_scale": 1.0,
                "residual": True,
                "lr": 0.01,
            },
        },
        seed=1,
        about="R11: saturating activations in a deep net, stuck at ln 10",
    ),
    Scenario(
        "init-too-small",
        "digits",
        STUCK,
        {**SGD, "depth": 6, "init": "normal", "init_scale": 0.01},
        {
            "kaiming-init": {"init": "kaiming", "init_scale": 1.0, "lr": 0.02},
            "xavier-init": {"init": "xavier", "init_scale": 1.0, "lr": 0.02},
            "normalisation": {"norm": "batch"},
        },
        seed=1,
        about="R11: initialisation too small, the signal dies on the way",
    ),
    Scenario(
        "dying-relu",
        "digits",
        STUCK,
        {**SGD, "lr": 0.02, "depth": 3, "init_bias": -6.0},
        {"leaky-relu": {"activation": "leaky_relu", "init_bias": 0.0}, "kaiming-init": {"init_bias": 0.0}},
        seed=1,
        about="R11: all units of a ReLU layer silent",
    ),
    Scenario(
        "decay-too-early",
        "digits",
        STUCK,
        {**SGD, "lr": 0.02, "schedule": "step", "decay_at": 0.02, "decay_by": 0.002},
        {
            "cosine-schedule": {
                "schedule": "cosine",
                "warmup": 50,
                "decay_at": 0.5,
                "decay_by": 0.1,
                "lr": 0.05,
            },
            "later-decay": {"decay_at": 0.7, "decay_by": 0.1},
        },
        seed=1,
        about="R11: the schedule takes the rate away before anything is learned",
    ),
    Scenario(
        "batch-too-large",
        "digits",
        STUCK,
        {"batch_size": 0, "lr": 1e-4, "steps": 40, "log_every": 1},
        {"smaller-batch": {"batch_size": 16, "steps": 2520, "log_every": 63}},
        seed=1,
        about="R14: one update per epoch, the budget of 40 epochs is gone before it has learned",
    ),
)
