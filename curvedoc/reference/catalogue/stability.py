"""Runs that lose their balance: oscillation, repeated spikes, divergence, overflow."""

from __future__ import annotations

from curvedoc.rule import Scenario
from curvedoc.states import State

UNSTABLE = State.UNSTABLE

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "line-divergence",
        "line",
        UNSTABLE,
        {"model": "slope", "optimizer": "sgd", "batch_size": 0, "steps": 400, "lr": 0.8, "log_every": 5},
        {"lower-learning-rate": {"lr": 0.05}},
        about="R1: rate above the bound, to infinity and NaN",
    ),
    Scenario(
        "rate-too-large",
        "digits",
        UNSTABLE,
        {"optimizer": "sgd", "lr": 1.0, "steps": 1600, "log_every": 8},
        {
            "lower-learning-rate": {"lr": 0.05},
            "cosine-schedule": {"warmup": 100, "schedule": "cosine", "lr": 0.3},
            "clip-gradients": {"clip": 0.02},
        },
        seed=1,
        about="R12: rate too large, the loss jumps and comes back worse",
    ),
    Scenario(
        "adamw-too-fast",
        "digits",
        UNSTABLE,
        {"lr": 0.06, "depth": 3, "steps": 1600, "log_every": 8},
        {
            "lower-learning-rate": {"lr": 1e-3},
            "cosine-schedule": {"warmup": 100, "schedule": "cosine", "lr": 3e-3},
        },
        seed=1,
        about="R12: AdamW at sixty times its usual rate",
    ),
    Scenario(
        "batch-of-one",
        "spirals",
        UNSTABLE,
        {
            "activation": "tanh",
            "optimizer": "sgd",
            "lr": 0.5,
            "width": 32,
            "batch_size": 1,
            "steps": 4000,
            "log_every": 20,
        },
        {
            "larger-batch": {"batch_size": 32},
            "lower-learning-rate": {"lr": 0.02, "steps": 12000, "log_every": 60},
        },
        seed=1,
        about="R12: one example per update at a high rate",
    ),
    Scenario(
        "exploding-rnn",
        "weighted-mean",
        UNSTABLE,
        {
            "model": "rnn",
            "activation": "relu",
            "init_scale": 1.85,
            "optimizer": "sgd",
            "lr": 0.02,
            "steps": 400,
            "log_every": 1,
        },
        {"clip-gradients": {"clip": 0.5}, "lower-learning-rate": {"lr": 5e-4, "steps": 1600, "log_every": 4}},
        seed=1,
        about="R12: recurrent gradients that explode over time",
    ),
    Scenario(
        "no-warmup",
        "weighted-mean",
        UNSTABLE,
        {
            "model": "transformer",
            "norm": "none",
            "init": "default",
            "width": 32,
            "depth": 2,
            "optimizer": "momentum",
            "lr": 0.2,
            "steps": 400,
            "log_every": 5,
        },
        {
            "clip-gradients": {"clip": 0.5, "lr": 0.02},
            "lower-learning-rate": {"lr": 0.01},
            "warm-up": {"warmup": 200, "lr": 0.02},
        },
        seed=1,
        about="R4: the regressor at a high rate without clipping or warm-up",
    ),
    Scenario(
        "overflow",
        "teacher",
        UNSTABLE,
        {
            "optimizer": "sgd",
            "lr": 2.0,
            "schedule": "constant",
            "warmup": 1200,
            "steps": 1200,
            "log_every": 20,
        },
        {"lower-learning-rate": {"lr": 0.05, "warmup": 0}, "clip-gradients": {"clip": 0.5, "lr": 0.5}},
        seed=1,
        about="R12: a rate that keeps growing until the numbers overflow",
    ),
)
