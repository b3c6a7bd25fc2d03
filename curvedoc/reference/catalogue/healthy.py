"""Runs that learn: lines, clusters, a transformer regressor, text, hot dogs, optimisers side by side."""

from __future__ import annotations

from curvedoc.rule import Scenario
from curvedoc.states import State

OK = State.SMOOTH_DESCENT
LINE = {"model": "slope", "optimizer": "sgd", "batch_size": 0, "steps": 60}
REGRESSOR = {
    "model": "transformer",
    "init": "default",
    "norm": "layer",
    "width": 32,
    "depth": 2,
    "lr": 1e-3,
    "weight_decay": 0.01,
    "schedule": "plateau",
    "decay_by": 0.5,
    "clip": 1.0,
    "steps": 1000,
}
WRITER = {
    "model": "transformer",
    "init": "default",
    "norm": "layer",
    "width": 48,
    "depth": 1,
    "lr": 2e-3,
    "steps": 500,
    "log_every": 10,
}
OPTIMISERS = {"model": "mlp", "weight_decay": 0.05, "steps": 960}

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "line-smooth",
        "line",
        OK,
        {**LINE, "lr": 0.02},
        about="R1: y = 2x, rate well below the bound: smooth approach",
    ),
    Scenario(
        "line-jumping",
        "line",
        OK,
        {**LINE, "lr": 0.6},
        about="R1: rate just below the bound: the weight jumps about the optimum and still converges",
    ),
    Scenario(
        "line-one-point",
        "line",
        OK,
        {**LINE, "lr": 0.01, "batch_size": 1, "steps": 480, "log_every": 8},
        {"mini-batch": {"batch_size": 8}},
        about="R1: one point per update, against a mini-batch",
    ),
    Scenario(
        "clusters-small-batch",
        "clusters",
        OK,
        {"optimizer": "sgd", "lr": 0.02, "batch_size": 4, "steps": 3000, "log_every": 25, "eval_every": 4},
        seed=1,
        about="clear trend under the noise of batches of four",
    ),
    Scenario(
        "digits-healthy",
        "digits",
        OK,
        {"dropout": 0.2, "lr": 5e-4, "steps": 960},
        seed=1,
        about="digits, dropout",
    ),
    Scenario(
        "regressor",
        "weighted-mean",
        OK,
        REGRESSOR,
        seed=1,
        about="R4: transformer regressor with AdamW, plateau and clipping",
    ),
    Scenario("text-english", "text", OK, WRITER, seed=1, about="R5: next character, from ln(vocabulary)"),
    Scenario(
        "text-chinese",
        "text",
        OK,
        {**WRITER, "language": "chinese", "steps": 250, "log_every": 5},
        seed=1,
        about="R5: next character, Chinese",
    ),
    Scenario(
        "text-fill-in",
        "text",
        OK,
        {**WRITER, "fill_in": True, "copies": 8, "n_train": 500, "steps": 800, "log_every": 40},
        seed=1,
        about="R5: fill in the blanked characters",
    ),
    Scenario(
        "hotdog",
        "hotdog",
        OK,
        {
            "model": "cnn",
            "width": 8,
            "depth": 3,
            "optimizer": "sgd",
            "lr": 0.02,
            "batch_size": 4,
            "steps": 9000,
            "log_every": 75,
            "n_train": 2000,
            "on_basket": 0.6,
        },
        seed=1,
        about="R2: bumpy nudging; the basket shortcut is learned first and unlearned later",
    ),
    *(
        Scenario(
            f"optimiser-{name}",
            "digits",
            OK,
            {**OPTIMISERS, "optimizer": name, "lr": lr},
            seed=1,
            about="R15: the same task, four optimisers",
        )
        for name, lr in (("sgd", 0.01), ("momentum", 0.01), ("adam", 1e-3), ("adamw", 1e-3))
    ),
    Scenario(
        "three-epochs",
        "clusters",
        State.INCONCLUSIVE,
        {"steps": 189},
        seed=1,
        about="a run of three epochs says nothing yet",
    ),
)
