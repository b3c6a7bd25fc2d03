"""Our columns in the words of the peers: a run as the plainest file that a peer documents.

So a peer that would not know the format, or would take the wrong column, is judged by its judgement alone.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from curvedoc.run import Run

# The columns of the CSV file: name there -> our roles, the first that was logged. These names are in the list
# of known names of each of the five.
COLUMNS = {
    "train_loss": ("train/loss",),
    "val_loss": ("val/loss", "test/loss"),
    "lr": ("lr",),
    "grad_norm": ("grad_norm",),
}
STEP = "step"


def table(run: Run, columns: dict[str, tuple[str, ...]]) -> list[dict[str, float]]:
    """Rows by step: ``step`` and what was logged there. A step logged twice in a curve has two rows.

    Steps that are no whole numbers (fractions of an epoch) become row numbers: the peers cut them to
    integers, which would put several points on one step.
    """
    cells: dict[tuple[float, int], dict[str, float]] = {}
    for name, roles in columns.items():
        curve = next((c for c in map(run.get, roles) if c is not None), None)
        if curve is None:
            continue
        seen: Counter[float] = Counter()
        for step, value in zip(curve.steps.tolist(), curve.values.tolist(), strict=True):
            cells.setdefault((step, seen[step]), {})[name] = value
            seen[step] += 1
    order = sorted(cells)
    whole = all(float(step).is_integer() and abs(step) < 2**53 for step, _ in order)
    return [{STEP: int(key[0]) if whole else row, **cells[key]} for row, key in enumerate(order)]


def write_csv(run: Run, folder: Path) -> Path:
    """``step,train_loss,val_loss,lr,grad_norm`` as far as logged; NaN is written, no point is a blank."""
    rows = table(run, COLUMNS)
    file = folder / "metrics.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        names = [STEP, *(name for name in COLUMNS if any(name in row for row in rows))]
        writer = csv.DictWriter(out, names)
        writer.writeheader()
        writer.writerows(rows)
    return file


def write_trainer_state(run: Run, folder: Path) -> Path:
    """``trainer_state.json`` of the Hugging Face Trainer: the one format that finetune-doctor reads.

    The main metric of the validation is handed over too, under a name whose direction the peer knows: it
    judges by it where there is no loss.
    """
    evals = {"eval_loss": COLUMNS["val_loss"]}
    metric = run.get(f"val/{run.metric}")
    if metric is not None and metric.higher_is_better is not None:
        evals["eval_score" if metric.higher_is_better else "eval_error"] = (metric.role,)
    train = {"loss": COLUMNS["train_loss"], "learning_rate": ("lr",), "grad_norm": ("grad_norm",)}
    rows = table(run, {**train, **evals})
    entries = []
    for names in (train, evals):  # each in entries of its own, as the Trainer logs them
        parts = ({name: row[name] for name in (STEP, *names) if name in row} for row in rows)
        entries += [part for part in parts if len(part) > 1]
    state = {"global_step": rows[-1][STEP] if rows else 0, "log_history": entries}
    file = folder / "trainer_state.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    return file
