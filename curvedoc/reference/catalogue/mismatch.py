"""Runs whose loss and metric do not agree: rare positives, a loud penalty, the wrong family of loss,
over-confidence.
"""

from __future__ import annotations

from curvedoc.rule import Scenario
from curvedoc.states import State

MISMATCH = State.LOSS_METRIC_MISMATCH

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "rare-positives",
        "rare",
        MISMATCH,
        {"distance": 1.6, "model": "linear", "steps": 2500, "log_every": 50},
        {"class-weights": {"class_weights": True}, "focal-loss": {"focal": 2.0, "class_weights": True}},
        seed=1,
        about="R13: three positives in a hundred, cross-entropy falls and F1 stays at zero",
    ),
    Scenario(
        "loud-penalty",
        "digits",
        MISMATCH,
        {"l2": 3.0, "init_scale": 3.0, "steps": 1600},
        {"less-regularisation": {"l2": 1e-4, "init_scale": 1.0}},
        seed=1,
        about="R13: a penalty that is nearly all of the loss",
    ),
    Scenario(
        "ranking-by-regression",
        "ranking",
        MISMATCH,
        {
            "easy": 30.0,
            "inputs": 20,
            "n_train": 3000,
            "width": 32,
            "depth": 2,
            "steps": 1000,
            "log_every": 10,
        },
        {"task-loss": {"loss": "pairwise"}},
        seed=2,
        about="R13: squared error learns the level, the order within a list is left",
    ),
    Scenario(
        "over-confidence",
        "clusters",
        State.OVERFITTING,
        {"spread": 2.0, "n_train": 800, "width": 128, "steps": 2500},
        {
            "early-stopping": {"patience": 4},
            "weight-decay": {"weight_decay": 2.0},
        },
        seed=1,
        about="R13: validation loss climbs while accuracy stays: ever surer, no better",
    ),
)
