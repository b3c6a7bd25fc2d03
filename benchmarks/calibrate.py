"""From how sure the rules are to how often they are right: fits curvedoc/calibration.json.

    python benchmarks/refit.py CORPUS --out verdicts.json --jobs 2
    python benchmarks/calibrate.py verdicts.json [--out curvedoc/calibration.json]

``verdicts.json`` holds verdicts on runs whose source was not seen when limits were found. A line through
the logits of their confidences (Platt 1999; two numbers, so that a person can follow it and small data
suffice) is fitted to whether they were right, every group weighing one. What is printed beside it is out of
fold too: the line that calibrates a source was fitted without it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from curvedoc.bench.answers import Answer, Scored
from curvedoc.bench.calibration import ece, equal_width
from curvedoc.bench.intervals import figure
from curvedoc.bench.labels import Label
from curvedoc.calibration import Calibration

PROTOCOL = "folds by source"  # else the first in the file
STEPS = 100
RIDGE = 1.0  # pulls the line to the diagonal with the weight of about one run: no slope from a handful


def fit(confidence: np.ndarray, right: np.ndarray, weight: np.ndarray) -> Calibration:
    """Weighted logistic regression of ``right`` on the logit of ``confidence``, by Newton's method; a ridge
    pulls it to offset 0 and slope 1.
    """
    x = np.column_stack([np.ones_like(confidence), _logit(confidence)])
    prior = np.array([0.0, 1.0])
    beta = prior.copy()
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (weight * (right - p)) - RIDGE * (beta - prior)
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
    return Calibration(float(beta[0]), float(beta[1]))


def _logit(p: np.ndarray) -> np.ndarray:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def weights(rows: list[dict]) -> np.ndarray:
    """Every group weighs one."""
    names = [(row["source"], row["group"]) for row in rows]
    return np.array([1.0 / names.count(name) for name in names])


def error(rows: list[dict], confidence: np.ndarray) -> str:
    """The expected calibration error: every log weighing one, and every group."""
    scored = [
        Scored(
            Label(Path(str(i)), "yes", frozenset({"yes"}), f"{row['source']}/{row['group']}"),
            Answer("yes" if row["right"] else "no", float(c)),
        )
        for i, (row, c) in enumerate(zip(rows, confidence, strict=True))
    ]
    found = figure(scored, ece(equal_width()))
    return f"{found.by_log.value:.3f} by log, {found.by_group.value:.3f} by group"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("verdicts", type=Path)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    document = json.loads(args.verdicts.read_text())
    rows = next((rows for name, rows in document.items() if PROTOCOL in name), None)
    rows = rows or next(iter(document.values()))
    rows = [row for row in rows if row["confidence"] is not None]
    confidence = np.array([row["confidence"] for row in rows])
    right = np.array([float(row["right"]) for row in rows])
    weight, source = weights(rows), np.array([row["source"] for row in rows])
    held = np.empty_like(confidence)
    for name in np.unique(source):
        rest = source != name
        line = fit(confidence[rest], right[rest], weight[rest])
        held[~rest] = [line.of(float(c)) for c in confidence[~rest]]
    found = fit(confidence, right, weight)
    print(
        f"{len(rows)} verdicts, {len(set(source))} sources: "
        f"offset {found.offset:.3f}, slope {found.slope:.3f}"
    )
    for part in ("all", "real", "academic"):
        inside = np.array([part in ("all", row["part"]) for row in rows])
        chosen = [row for row, i in zip(rows, inside, strict=True) if i]
        print(f"{part:9} calibration error before: {error(chosen, confidence[inside])}")
        print(f"{part:9} after, out of fold:       {error(chosen, held[inside])}")
    if args.out:
        made = {
            "offset": round(found.offset, 4),
            "slope": round(found.slope, 4),
            "provenance": {
                "command": "python benchmarks/refit.py CORPUS --out verdicts.json && "
                "python benchmarks/calibrate.py verdicts.json --out curvedoc/calibration.json",
                "verdicts": len(rows),
                "right": int(right.sum()),
                "sources": len(set(source)),
                "groups": round(float(weight.sum())),
            },
        }
        args.out.write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
