"""Runs made for the tests of baselines: a loss that falls, with noise and a level of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from curvedoc.baseline.summary import summary
from curvedoc.run import Curve, Run

if TYPE_CHECKING:
    from pathlib import Path

    from curvedoc.baseline.summary import Summary


def curve(values: object, role: str = "val/loss", higher: bool | None = False, steps: object = None) -> Curve:
    array = np.array(values, dtype=float)
    at = np.arange(1.0, len(array) + 1) if steps is None else np.array(steps, dtype=float)
    return Curve(role.replace("/", "_"), role, at, array, higher)


def falling(
    seed: int, level: float = 0.4, noise: float = 0.01, points: int = 60, start: float = 2.3
) -> np.ndarray:
    t = np.arange(1, points + 1)
    wander = noise * level * np.random.default_rng(seed).standard_normal(points)
    return level + (start - level) * np.exp(-8 * t / points) + wander


def run(seed: int = 0, name: str = "run", x: str = "epoch", metric: bool = True, **how: float) -> Run:
    loss = falling(seed, **how)  # type: ignore[arg-type]
    curves = [curve(loss), curve(0.9 * loss, "train/loss")]
    if metric:
        curves.append(curve(1 - 0.4 * loss, "val/accuracy", True))
    return Run(name, f"{name}.csv", "made", x, tuple(curves), "accuracy" if metric else "")


def summed(seed: int = 0, name: str = "run", **how: object) -> Summary:
    return summary(run(seed, name, **how))  # type: ignore[arg-type]


def write(path: Path, seed: int = 0, **how: float) -> str:
    loss = falling(seed, **how)  # type: ignore[arg-type]
    rows = [f"{i},{0.9 * v:.6f},{v:.6f}" for i, v in enumerate(loss, 1)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("epoch,train_loss,val_loss\n" + "\n".join(rows) + "\n")
    return str(path)
