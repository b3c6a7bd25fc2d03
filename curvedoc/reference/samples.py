"""The logs of ``sample_logs/``: which scenario is written in which format, and how the folder is made."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from curvedoc.rule import Scenario

    from .runner import TrainedRun


@dataclass(frozen=True, slots=True)
class Sample:
    """One log of the folder: a scenario, or a scenario with a remedy (then healthy), in one format."""

    scenario: str
    form: str
    treated: str = ""


# The runs of each state; they take turns, so that every state is there in every format.
SHOWN: tuple[tuple[str, ...], ...] = (
    ("line-smooth", "clusters-small-batch", "digits-healthy", "regressor", "text-english"),
    ("label-noise", "few-examples", "text-few-sentences", "random-labels"),
    ("linear-on-spirals", "linear-on-sine", "too-much-decay"),
    ("rate-too-small", "deep-sigmoid", "decay-too-early"),
    ("adamw-too-fast", "line-divergence", "overflow", "rate-too-large"),
    ("loud-penalty", "rare-positives", "ranking-by-regression"),
    ("grokking-modular-addition", "grokking-modular-division", "grokking-modular-subtraction"),
    ("three-epochs",),
)
CURED = Sample("rate-too-large", "csv", treated="lower-learning-rate")
SAMPLES: tuple[Sample, ...] = (
    *(Sample(scenarios[i % len(scenarios)], form) for scenarios in SHOWN for i, form in enumerate(FORMATS)),
    CURED,
)


def versions() -> dict[str, str]:
    """The versions that a log depends on."""
    import sklearn
    import torch

    from curvedoc import __version__

    return {
        "curvedoc": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "scikit-learn": sklearn.__version__,
        "machine": platform.machine(),
    }


def make(
    out: Path,
    find: Callable[[str], Scenario],
    only: str = "",
    tell: Callable[[str], object] = str,
) -> dict[str, Any]:
    """Train every sample (or those whose scenario contains ``only``), write it and ``provenance.json``;
    return the provenance.
    """
    from .runner import train, write

    record = out / "provenance.json"
    logs: dict[str, Any] = json.loads(record.read_text())["logs"] if only and record.exists() else {}
    trained_once: dict[tuple[str, str], TrainedRun] = {}
    for sample in SAMPLES:
        if only not in sample.scenario:
            continue
        scenario, key = find(sample.scenario), (sample.scenario, sample.treated)
        trained = trained_once.get(key) or train(scenario, sample.treated or None)
        trained_once[key] = trained
        path = write(trained, out, [sample.form])[sample.form]
        name = path.relative_to(out).as_posix()
        with_remedy = f" --treated {sample.treated}" if sample.treated else ""
        logs[name] = {
            "scenario": scenario.id,
            "treated": sample.treated or None,
            "expected": "smooth_descent" if sample.treated else str(scenario.state),
            "about": scenario.about,
            "format": sample.form,
            "seed": trained.log.seed,
            "seconds": round(trained.seconds, 1),
            "command": f"curvedoc reference run {scenario.id}{with_remedy} --log {sample.form}",
        }
        tell(f"{name}: {logs[name]['expected']}, {trained.seconds:.1f} s")
    provenance = {
        "made_by": "curvedoc reference samples --out sample_logs",
        "versions": versions(),
        "logs": dict(sorted(logs.items())),
    }
    record.write_text(json.dumps(provenance, indent=1, ensure_ascii=False) + "\n")
    return provenance
