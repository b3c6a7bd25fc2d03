"""Answers under limits that were found anew (``refit.py --out``), for the page: figures and calibration."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from calibrate import PROTOCOL, fit, weights

from curvedoc.bench.answers import REFUSED, Answer, Scored
from curvedoc.bench.calibration import ece, equal_width
from curvedoc.bench.intervals import figure
from curvedoc.bench.labels import Label
from curvedoc.bench.tables import Table, cells
from curvedoc.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Rows = Sequence[Mapping[str, Any]]


def held_out(file: Path) -> dict[str, list[Scored]]:
    """What was held out (``group``, ``source``) -> the answers, in the order of the file."""
    document = json.loads(file.read_text(encoding="utf-8"))
    return {name.rpartition("by ")[2]: scored(rows) for name, rows in document.items()}


def scored(rows: Rows) -> list[Scored]:
    """Rows of the file as scored answers; what was right there is acceptable here."""
    return [_scored(i, row) for i, row in enumerate(rows)]


def _scored(i: int, row: Mapping[str, Any]) -> Scored:
    also = {row["state"]} if row["right"] else set()
    if row["state"] == REFUSED and row["right"]:  # a refusal is right where there is too little to tell
        also = {State.INCONCLUSIVE.value}
    label = Label(
        Path(f"{i:05}"), row["primary"], frozenset({row["primary"], *also}), row["group"], row["source"], "",
        row["part"],
    )  # fmt: skip
    confidence = math.nan if row["confidence"] is None else row["confidence"]
    return Scored(label, Answer(row["state"], confidence))


def calibration(file: Path) -> Table:
    """The expected calibration error of these answers as they are, and calibrated without their source."""
    document = json.loads(file.read_text(encoding="utf-8"))
    rows = next(rows for name, rows in document.items() if PROTOCOL in name)
    rows = [row for row in rows if row["confidence"] is not None]
    after = [{**row, "confidence": c} for row, c in zip(rows, _without_their_source(rows), strict=True)]
    found = []
    for part in ("all", *sorted({row["part"] for row in rows})):
        for name, some in (("as the rules give them", rows), ("calibrated, out of fold", after)):
            kept = scored([row for row in some if part in ("all", row["part"])])
            error = figure(kept, ece(equal_width()))
            found.append((part, name, str(len(kept)), *cells(error.by_log, error.name),
                          *cells(error.by_group, error.name)))  # fmt: skip
    note = (
        "Expected calibration error of verdicts under limits that were found without their source. "
        "Calibrated: by a line through logits (two numbers, `curvedoc/calibration.json`), fitted on the "
        "other sources alone; the line in the package is fitted on all of them."
    )
    header = ("logs", "confidences", "answers", "every log", "interval", "every group", "interval")
    return Table("Calibration held out", header, tuple(found), note, left=(0, 1))


def _without_their_source(rows: Rows) -> list[float]:
    """Each confidence calibrated by the line that the other sources give."""
    confidence = np.array([row["confidence"] for row in rows], dtype=float)
    right = np.array([float(row["right"]) for row in rows])
    weight, source = weights(list(rows)), np.array([row["source"] for row in rows])
    held = confidence.copy()
    for name in np.unique(source):
        rest = source != name
        if rest.any():
            line = fit(confidence[rest], right[rest], weight[rest])
            held[~rest] = [line.of(float(c)) for c in confidence[~rest]]
    return held.tolist()
