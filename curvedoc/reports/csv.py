"""For spreadsheets: a table with one row for each run, and one for each path that could not be read.

Numbers are written with ten digits and a point, ``nan`` and ``inf`` where they are; a cell is empty where a
run has no such value. Steps are in the unit of the log's own step column. Spreadsheets take a cell that
begins with ``=``, ``+``, ``-`` or ``@`` for a formula: text that begins so is written behind an apostrophe.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from curvedoc.gated import stands
from curvedoc.wording import advice, clean

if TYPE_CHECKING:
    from curvedoc.diagnosis import Batch, Diagnosis, Problem
    from curvedoc.gated import GateResult
    from curvedoc.run import Curve, Run

COLUMNS = (
    "run",
    "path",
    "state",
    "confidence",
    "reader",
    "points",
    "best_loss",
    "final_loss",
    "metric",
    "best_metric",
    "final_metric",
    "onset_step",
    "best_step",
    "gap",
    "finding",
    "fix",
    "gate",
    "reason",
)
# The last four are what some locales type for the first four.
FORMULA = tuple("=+-@＝＋－＠")
Cell = str | int | float | None


def render(batch: Batch, *, gate: GateResult | None = None) -> str:
    """The table with its head, lines ending in a line feed, text in quotes, runs in the order of reading.

    ``state`` of a path that could not be read is ``unreadable``. Loss and metric are those of validation, of
    train where there is no validation.
    """
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(COLUMNS)
    for diagnosis in batch.diagnoses:
        cells = _run(diagnosis, gate)
        writer.writerow([_safe(cells[name]) for name in COLUMNS])
    for problem in batch.problems:
        cells = _problem(problem, gate)
        writer.writerow([_safe(cells.get(name)) for name in COLUMNS])
    return text.getvalue()


def _run(diagnosis: Diagnosis, gate: GateResult | None) -> dict[str, Cell]:
    run, findings = diagnosis.run, diagnosis.findings
    standing, why = stands(gate, diagnosis) if gate is not None else ("", "")
    best_loss, final_loss = _ends(_curve(run, "loss"))
    best_metric, final_metric = _ends(_curve(run, run.metric) if run.metric else None)
    return {
        "run": run.name,
        "path": run.path,
        "state": diagnosis.state.value,
        "confidence": float(diagnosis.confidence),
        "reader": run.reader,
        "points": run.n_points,
        "best_loss": best_loss,
        "final_loss": final_loss,
        "metric": run.metric,
        "best_metric": best_metric,
        "final_metric": final_metric,
        "onset_step": diagnosis.onset_step,
        "best_step": diagnosis.best_step,
        "gap": float(diagnosis.gap.final) if diagnosis.gap else None,
        "finding": findings[0].rule if findings else "",
        "fix": next((fix.text for fix in advice(findings)), ""),
        "gate": standing,
        "reason": why or diagnosis.reason,
    }


def _problem(problem: Problem, gate: GateResult | None) -> dict[str, Cell]:
    return {
        "path": problem.path,
        "state": "unreadable",
        "fix": problem.fix,
        "gate": "failed" if gate is not None else "",
        "reason": problem.problem,
    }


def _curve(run: Run, quantity: str) -> Curve | None:
    found = (run.get(f"{split}/{quantity}") for split in ("val", "train"))
    return next((curve for curve in found if curve is not None and len(curve)), run.get(quantity))


def _ends(curve: Curve | None) -> tuple[float | None, float | None]:
    """The best and the last value of a curve; the best of what is finite."""
    if curve is None or not len(curve):
        return None, None
    import numpy as np

    finite = curve.values[np.isfinite(curve.values)]
    if not len(finite):
        return None, float(curve.values[-1])
    best = finite.max() if curve.higher_is_better else finite.min()
    return float(best), float(curve.values[-1])


def _safe(cell: Cell) -> Cell:
    """A cell as a spreadsheet may have it: steps without a needless point, text that is no formula."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else float(f"{cell:.10g}")
    if isinstance(cell, str):
        shown = clean(cell)
        return f"'{shown}" if shown.lstrip().startswith(FORMULA) else shown
    return cell
