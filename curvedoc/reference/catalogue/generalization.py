"""Runs that learn the training data and not the task: few examples, wrong labels, random labels, double
descent.
"""

from __future__ import annotations

from typing import Any

from curvedoc.rule import Scenario
from curvedoc.states import State

OVERFITTING = State.OVERFITTING
# One remedy, one knob: what B2 names, for tasks that can be augmented by noise.
REMEDIES: dict[str, dict[str, Any]] = {
    "early-stopping": {"patience": 5},
    "weight-decay": {"weight_decay": 3.0},
    "dropout": {"dropout": 0.7},
    "augmentation": {"augment": 1.0},
    "smaller-model": {"width": 8, "depth": 1},
}

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "label-noise",
        "digits",
        OVERFITTING,
        {"n_train": 600, "label_noise": 0.4, "width": 512, "steps": 1520},
        {**REMEDIES, "clean-data": {"label_noise": 0.0, "steps": 500}},
        seed=1,
        about="R8: four of ten labels wrong, wide network",
    ),
    Scenario(
        "few-examples",
        "clusters",
        OVERFITTING,
        {"spread": 2.0, "n_train": 300, "width": 256, "steps": 1000, "log_every": 10},
        {
            "weight-decay": {"weight_decay": 10.0},
            "dropout": {"dropout": 0.7},
            "smaller-model": {"width": 8, "depth": 1},
            "more-data": {"n_train": 20000},
        },
        seed=1,
        about="R8: 300 examples of ten overlapping classes",
    ),
    Scenario(
        "text-few-sentences",
        "text",
        OVERFITTING,
        {
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
        },
        {
            "more-data": {"n_train": 600, "batch_size": 32},
        },
        seed=1,
        about="R5: a language model on 16 sentences",
    ),
    Scenario(
        "random-labels",
        "clusters",
        OVERFITTING,
        {"n_train": 300, "random_labels": True, "width": 512, "steps": 1000},
        seed=1,
        about="R3: labels without any tie to the inputs are still learned by heart",
    ),
    Scenario(
        "random-inputs",
        "clusters",
        OVERFITTING,
        {"n_train": 300, "random_inputs": True, "width": 512, "lr": 3e-4, "steps": 1000},
        seed=1,
        about="R3: inputs that are nothing but noise",
    ),
    Scenario(
        "double-descent",
        "scales",
        OVERFITTING,
        {
            "model": "linear",
            "init": "normal",
            "init_scale": 0.0,
            "optimizer": "sgd",
            "lr": 0.005,
            "batch_size": 0,
            "steps": 12000,
            "log_every": 40,
            "n_train": 80,
            "large": 2.0,
            "loud": 1.5,
            "noise": 0.3,
            "small": 0.15,
        },
        seed=1,
        about="R9: validation rises, then falls again",
    ),
)
