"""Further sick set-ups, for trials alone: every remedy is tried on at least three that differ in task and
model.
"""

from __future__ import annotations

from typing import Any

from curvedoc.rule import Scenario
from curvedoc.states import State

OVER, UNDER, STUCK, SHAKY, WRONG = (
    State.OVERFITTING,
    State.UNDERFITTING,
    State.POOR_OPTIMIZATION,
    State.UNSTABLE,
    State.LOSS_METRIC_MISMATCH,
)
WRITER = {
    "model": "transformer",
    "init": "default",
    "norm": "layer",
    "width": 48,
    "depth": 1,
    "lr": 3e-3,
    "n_train": 16,
    "batch_size": 16,
    "steps": 400,
    "log_every": 8,
}
SGD = {"optimizer": "sgd", "lr": 0.05, "steps": 1600}
HOTDOG = {"model": "cnn", "width": 8, "depth": 3, "n_train": 1500}

# Remedies of the catalogue's own set-ups that are tried without being claimed to cure; `verify` leaves them
# out.
ALSO_TRIED: dict[str, dict[str, dict[str, Any]]] = {
    "few-examples": {"early-stopping": {"patience": 5}, "augmentation": {"augment": 1.0}},
    "text-few-sentences": {"early-stopping": {"patience": 3}, "dropout": {"dropout": 0.8}},
    "over-confidence": {"label-smoothing": {"label_smoothing": 0.2}},
}

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "few-rows-regression",
        "teacher",
        OVER,
        {
            "n_train": 60,
            "noise": 0.5,
            "width": 256,
            "batch_size": 20,
            "steps": 600,
            "log_every": 6,
            "lr": 3e-4,
        },
        {
            "early-stopping": {"patience": 5},
            "weight-decay": {"weight_decay": 3.0},
            "dropout": {"dropout": 0.5},
            "augmentation": {"augment": 0.5},
            "smaller-model": {"width": 4, "depth": 1},
            "more-data": {"n_train": 2000},
        },
    ),
    Scenario(
        "noisy-spirals",
        "spirals",
        OVER,
        {"n_train": 200, "label_noise": 0.3, "width": 256, "depth": 3, "steps": 2000, "log_every": 14},
        {
            "early-stopping": {"patience": 8},
            "weight-decay": {"weight_decay": 3.0},
            "dropout": {"dropout": 0.5},
            "augmentation": {"augment": 0.2},
            "smaller-model": {"width": 16, "depth": 2},
            "more-data": {"n_train": 4000},
            "label-smoothing": {"label_smoothing": 0.2},
            "clean-data": {"label_noise": 0.0},
        },
    ),
    Scenario(
        "sure-digits",
        "digits",
        OVER,
        {"n_train": 300, "label_noise": 0.2, "width": 256, "steps": 1500},
        {
            "label-smoothing": {"label_smoothing": 0.3},
            "early-stopping": {"patience": 5},
            "clean-data": {"label_noise": 0.0},
        },
    ),
    Scenario(
        "heavy-decay-digits",
        "digits",
        UNDER,
        {"weight_decay": 12.0, "lr": 0.003, "steps": 1600, "batch_size": 64},
        {"less-regularisation": {"weight_decay": 0.01}},
    ),
    Scenario(
        "heavy-penalty-spirals",
        "spirals",
        UNDER,
        {"optimizer": "momentum", "lr": 0.05, "weight_decay": 0.05, "steps": 2000},
        {"less-regularisation": {"weight_decay": 1e-4}},
    ),
    Scenario(
        "half-blind-regression",
        "teacher",
        UNDER,
        {"seen": 2, "n_train": 1500, "width": 16, "depth": 1, "lr": 3e-3, "steps": 1600},
        {"better-features": {"seen": 0, "width": 64, "depth": 2}},
    ),
    Scenario(
        "half-blind-scales",
        "clusters",
        UNDER,
        {"informative": 2, "n_train": 6000, "width": 32, "depth": 1, "steps": 3760},
        {"better-features": {"informative": 0}},
    ),
    Scenario(
        "crawling-regression",
        "teacher",
        STUCK,
        {**SGD, "lr": 1e-5},
        {"raise-learning-rate": {"lr": 0.02}, "other-optimizer": {"optimizer": "adamw", "lr": 1e-3}},
    ),
    Scenario(
        "crawling-hotdog",
        "hotdog",
        STUCK,
        {**HOTDOG, "optimizer": "sgd", "lr": 1e-4, "batch_size": 16, "steps": 3000, "log_every": 94},
        {"raise-learning-rate": {"lr": 0.05}, "other-optimizer": {"optimizer": "adamw", "lr": 2e-3}},
    ),
    Scenario(
        "deep-sigmoid-clusters",
        "clusters",
        STUCK,
        {**SGD, "activation": "sigmoid", "depth": 8, "init": "xavier", "steps": 1890},
        {
            "leaky-relu": {"activation": "leaky_relu", "init": "kaiming"},
            "normalisation": {"norm": "batch"},
            "residual": {"residual": True},
        },
    ),
    Scenario(
        "deep-tanh-small",
        "teacher",
        STUCK,
        {**SGD, "activation": "tanh", "depth": 8, "init": "normal", "init_scale": 0.02},
        {
            "xavier-init": {"init": "xavier", "init_scale": 1.0},
            "kaiming-init": {"init": "kaiming", "init_scale": 1.0},
            "residual": {"residual": True},
            "leaky-relu": {"activation": "leaky_relu", "init": "kaiming", "init_scale": 1.0},
        },
    ),
    Scenario(
        "tiny-weights-clusters",
        "clusters",
        STUCK,
        {**SGD, "depth": 6, "init": "normal", "init_scale": 0.01, "steps": 1890},
        {
            "kaiming-init": {"init": "kaiming", "init_scale": 1.0},
            "xavier-init": {"init": "xavier", "init_scale": 1.0},
            "normalisation": {"norm": "batch"},
            "residual": {"residual": True},
        },
    ),
    Scenario(
        "early-decay-regression",
        "teacher",
        STUCK,
        {**SGD, "lr": 0.02, "schedule": "step", "decay_at": 0.02, "decay_by": 0.002},
        {"cosine-schedule": {"schedule": "cosine"}, "later-decay": {"decay_at": 0.7, "decay_by": 0.1}},
    ),
    Scenario(
        "early-decay-clusters",
        "clusters",
        STUCK,
        {**SGD, "lr": 0.01, "schedule": "step", "decay_at": 0.01, "decay_by": 0.002, "steps": 1890},
        {"cosine-schedule": {"schedule": "cosine"}, "later-decay": {"decay_at": 0.7, "decay_by": 0.1}},
    ),
    Scenario(
        "one-batch-clusters",
        "clusters",
        STUCK,
        {"batch_size": 0, "lr": 1e-4, "steps": 40, "log_every": 1},
        {"smaller-batch": {"batch_size": 32, "steps": 2520, "log_every": 63}},
    ),
    Scenario(
        "one-batch-regression",
        "weighted-mean",
        STUCK,
        {"batch_size": 0, "lr": 1e-4, "steps": 40, "log_every": 1, "model": "rnn", "init_scale": 1.0},
        {"smaller-batch": {"batch_size": 16, "steps": 2000, "log_every": 50}},
    ),
    Scenario(
        "fast-clusters",
        "clusters",
        SHAKY,
        {"optimizer": "sgd", "lr": 1.5, "steps": 1600, "log_every": 8},
        {
            "lower-learning-rate": {"lr": 0.05},
            "clip-gradients": {"clip": 0.1},
            "cosine-schedule": {"schedule": "cosine", "warmup": 100, "lr": 0.3},
            "warm-up": {"warmup": 400, "lr": 0.5},
        },
    ),
    Scenario(
        "fast-regressor",
        "weighted-mean",
        SHAKY,
        {
            "model": "transformer",
            "norm": "none",
            "init": "default",
            "width": 32,
            "depth": 2,
            "lr": 0.03,
            "steps": 600,
            "log_every": 5,
        },
        {
            "lower-learning-rate": {"lr": 1e-3},
            "warm-up": {"warmup": 200, "lr": 5e-3},
            "clip-gradients": {"clip": 0.5, "lr": 5e-3},
            "cosine-schedule": {"schedule": "cosine", "warmup": 60, "lr": 5e-3},
        },
    ),
    Scenario(
        "one-by-one-digits",
        "digits",
        SHAKY,
        {"optimizer": "sgd", "lr": 0.15, "batch_size": 1, "steps": 4000, "log_every": 20},
        {"larger-batch": {"batch_size": 32}, "lower-learning-rate": {"lr": 0.01}},
    ),
    Scenario(
        "one-by-one-regression",
        "teacher",
        SHAKY,
        {"optimizer": "sgd", "lr": 0.06, "batch_size": 1, "steps": 4000, "log_every": 20},
        {"larger-batch": {"batch_size": 32}, "clip-gradients": {"clip": 0.3, "lr": 0.02}},
    ),
    Scenario(
        "rare-clusters",
        "rare",
        WRONG,
        {
            "share": 0.05,
            "distance": 1.2,
            "inputs": 4,
            "width": 16,
            "depth": 1,
            "steps": 2000,
            "log_every": 50,
            "lr": 3e-4,
        },
        {"class-weights": {"class_weights": True}, "focal-loss": {"focal": 2.0, "class_weights": True}},
    ),
    Scenario(
        "rare-deep",
        "rare",
        WRONG,
        {
            "share": 0.02,
            "distance": 1.8,
            "inputs": 20,
            "width": 32,
            "depth": 2,
            "dropout": 0.5,
            "weight_decay": 1.0,
            "steps": 2000,
            "log_every": 50,
            "lr": 2e-4,
        },
        {"class-weights": {"class_weights": True}, "focal-loss": {"focal": 2.0, "class_weights": True}},
    ),
    Scenario(
        "ranking-long-lists",
        "ranking",
        WRONG,
        {"group": 30, "n_train": 1800, "n_val": 600, "width": 64, "depth": 1, "steps": 1000, "log_every": 10},
        {"task-loss": {"loss": "pairwise"}},
    ),
    Scenario(
        "ranking-steep",
        "ranking",
        WRONG,
        {"easy": 12.0, "inputs": 5, "width": 32, "depth": 1, "steps": 1000, "log_every": 10},
        {"task-loss": {"loss": "pairwise"}},
    ),
    Scenario(
        "text-few-chinese",
        "text",
        OVER,
        {**WRITER, "language": "chinese"},
        {"early-stopping": {"patience": 3}, "more-data": {"n_train": 600, "batch_size": 32}},
    ),
)
