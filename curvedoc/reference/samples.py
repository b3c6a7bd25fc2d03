"""The logs of ``sample_logs/``: which scenario is written in which format, and how the folder is made."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from curvedoc.rule import Scenario


@dataclass(frozen=True, slots=True)
class Sample:
    """One log of the folder: a scenario, or a scenario with a remedy (then healthy), in one format."""

    scenario: str
    form: str
    treated: str = ""


SAMPLES: tuple[Sample, ...] = (
    Sample("line-smooth", "csv"),
    Sample("clusters-small-batch", "jsonl"),
    Sample("digits-healthy", "json"),
    Sample("regressor", "tensorboard-splits"),
    Sample("text-english", "trainer-state"),
    Sample("label-noise", "csv"),
    Sample("few-examples", "json"),
    Sample("text-few-sentences", "trainer-state"),
    Sample("random-labels", "tensorboard-splits"),
    Sample("linear-on-spirals", "csv"),
    Sample("linear-on-sine", "jsonl"),
    Sample("too-much-decay", "tensorboard"),
    Sample("rate-too-small", "csv"),
    Sample("deep-sigmoid", "tensorboard-splits"),
    Sample("decay-too-early", "json"),
    Sample("line-divergence", "jsonl"),
    Sample("rate-too-large", "tensorboard"),
    Sample("adamw-too-fast", "csv"),
    Sample("overflow", "json"),
    Sample("rare-positives", "jsonl"),
    Sample("loud-penalty", "csv"),
    Sample("grokking-modular-addition", "csv"),
    Sample("grokking-modular-division", "tensorboard"),
    Sample("three-epochs", "csv"),
    Sample("rate-too-large", "csv", treated="lower-learning-rate"),
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
    for sample in SAMPLES:
        if only not in sample.scenario:
            continue
        scenario = find(sample.scenario)
        trained = train(scenario, sample.treated or None)
        path = write(trained, out, [sample.form])[sample.form]
        name = path.relative_to(out).as_posix()
        with_remedy = f" --treated {sample.treated}" if sample.treated else ""
        logs[name] = {
            "scenario": scenario.id,
            "treated": sample.treated or None,
            "expected": "smooth_descent" if sample.treated else str(scenario.state),
            "about": scenario.about,
            "format": sample.form,
            "seed": trained.seed,
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
