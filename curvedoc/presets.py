"""Settings that scenarios on several pages share; what each means is said in ``reference/settings.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    Settings = Mapping[str, Any]

# Arithmetic modulo a prime, on which grokking was found.
MODULAR: Settings = {
    "model": "mlp",
    "init": "default",
    "width": 128,
    "depth": 1,
    "lr": 1e-3,
    "weight_decay": 1.0,
    "batch_size": 0,
    "steps": 5000,
    "log_every": 20,
    "prime": 59,
    "fraction": 0.5,
}
# As in the paper on Grokfast: Adam with a short memory of squares and a whiff of L2, so that the wait is
# long; with AdamW and decay 1 there is little left to shorten.
PATIENT: Settings = {
    **MODULAR,
    "optimizer": "adam",
    "beta2": 0.98,
    "weight_decay": 0.002,
    "batch_size": 512,
    "prime": 47,
    "steps": 6000,
}
GROKFAST: Mapping[str, Settings] = {
    "grokfast": {"grokfast": "ema"},
    "grokfast-ma": {"grokfast": "ma", "grokfast_lamb": 5.0},
}
# A small language model.
WRITER: Settings = {
    "model": "transformer",
    "init": "default",
    "norm": "layer",
    "width": 48,
    "depth": 1,
    "steps": 500,
    "log_every": 10,
}
# Plain SGD on a small classifier: what sick optimisation is shown on.
SGD: Settings = {"optimizer": "sgd", "lr": 0.05, "steps": 1600}
