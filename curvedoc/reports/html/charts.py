"""The charts of a run as plain data: one for each quantity, its splits on common axes."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from curvedoc.axes import scale_for
from curvedoc.shown import marked, title
from curvedoc.wording import count, number, step

from .condense import condense

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curvedoc.diagnosis import Batch, Diagnosis
    from curvedoc.run import Curve, FloatArray, Run

# Points of all curves of a page together. Where every curve is condensed, 200 000 make a page of some five
# megabytes, which a browser opens in a second.
BUDGET = 200_000
# Of one curve: the first is six for each pixel of a wide screen, so that zooming in shows more; with the last
# a curve can still be told from a line.
MOST, LEAST = 8000, 40
# Values of a curve keep six digits, the range around them four, steps all that a double tells apart.
DIGITS, RANGE_DIGITS, STEP_DIGITS = 6, 4, 15


def room(batch: Batch) -> int:
    """How many points each curve of the batch may have on the page."""
    curves = sum(len(d.run.curves) + (d.gap is not None) for d in batch.diagnoses)
    return max(LEAST, min(MOST, BUDGET // max(1, curves)))


def charts(diagnosis: Diagnosis, most: int) -> list[dict[str, Any]]:
    """Loss, main metric and gap first, then what else was logged of a split, then what has none."""
    run = diagnosis.run
    others = sorted(run.curves, key=lambda c: not c.split)
    quantities = list(dict.fromkeys(["loss", run.metric, *(c.quantity for c in others)]))
    drawn = [_quantity(run, quantity, most) for quantity in quantities if quantity]
    if diagnosis.gap is not None and len(diagnosis.gap.steps):
        drawn.insert(2 if run.metric else 1, _gap(diagnosis, most))
    return [chart for chart in drawn if chart]


def marks(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    """The steps worth showing on every chart: the best one, and the onset of the trouble."""
    return [
        {"at": float(at), "label": f"{what} {step(at)}", "kind": "onset" if what == "onset" else "best"}
        for what, at in marked(diagnosis)
    ]


def _quantity(run: Run, quantity: str, most: int) -> dict[str, Any] | None:
    curves = [c for c in run.curves if c.quantity == quantity and len(c)]
    if not curves:
        return None
    lines = [_line(c.split or quantity, c.split, c.steps, c.values, most) for c in curves]
    main = quantity in ("loss", run.metric)
    rising = any(c.higher_is_better for c in curves)
    return _chart(title(curves, quantity), quantity, main, rising, [c.values for c in curves], lines)


def _gap(diagnosis: Diagnosis, most: int) -> dict[str, Any] | None:
    gap = diagnosis.gap
    assert gap is not None
    named = f"generalization gap of the {gap.unit}"
    line = _line("gap", "gap", gap.steps, gap.values, most)
    return _chart(f"{named} (validation minus train)", "gap", True, False, [gap.values], [line])


def _chart(
    heading: str,
    quantity: str,
    main: bool,
    rising: bool,
    values: Sequence[FloatArray],
    lines: list[dict[str, Any]],
) -> dict[str, Any]:
    """``floor``: the least value that a logarithmic axis shows, None where there can be none.

    A score that begins at 0 spans many decades too, but says nothing there: what is better when ``rising``
    is drawn on a linear axis at first.
    """
    scale = scale_for(values)
    positive = [v[v > 0] for v in values]
    log = scale_for(positive)
    return {
        "title": heading,
        "quantity": quantity,
        "main": main,
        "log": bool(scale and scale.log and not rising),
        "rising": rising,
        "floor": _rounded(max(log.low, 1e-290), DIGITS) if log and any(len(p) for p in positive) else None,
        "curves": lines,
        "note": "; ".join(_notes(lines)),
    }


def _notes(lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    condensed = [line for line in lines if line["per"] > 1]
    if condensed:
        told = ", ".join(f"{line['label']} {line['per']}" for line in condensed)
        yield f"Condensed: a point is the mean of about so many logged ones ({told}), the band their range"
    for line in lines:
        if line["lost_points"]:
            yield f"{line['label']}: {count(line['lost_points'], 'value')} not finite (NaN or inf), marked ×"


def _line(label: str, split: str, steps: FloatArray, values: FloatArray, most: int) -> dict[str, Any]:
    points = condense(steps, values, most)
    line: dict[str, Any] = {
        "label": label,
        "split": split,
        "last": number(float(values[-1])) if len(values) else "–",
        "x": _steps(points.x),
        "ends": [_rounded(float(at), STEP_DIGITS) for at in (steps.min(), steps.max())],
        "y": _values(points.y),
        "per": points.per,
        "lost": [list(stretch) for stretch in points.lost],
        "lost_points": points.lost_points,
    }
    if points.low is not None and points.high is not None:
        line |= {"low": _values(points.low, RANGE_DIGITS), "high": _values(points.high, RANGE_DIGITS)}
    return line


def _steps(steps: FloatArray) -> Any:
    """Steps at equal whole distances as three numbers, others one by one."""
    import numpy as np

    if len(steps) > 3 and (steps == np.floor(steps)).all() and abs(steps).max() < 2**53:
        by = np.diff(steps)
        if (by == by[0]).all():
            return {"from": int(steps[0]), "by": int(by[0]), "n": len(steps)}
    return [_rounded(at, STEP_DIGITS) for at in steps.tolist()]


def _values(values: FloatArray, digits: int = DIGITS) -> list[float | int | None]:
    return [_rounded(value, digits) if isfinite(value) else None for value in values.tolist()]


def _rounded(value: float, digits: int) -> float | int:
    rounded = float(f"{value:.{digits}g}")
    # "1" is shorter than "1.0", and pages are full of them.
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 2**53 else rounded


def overview_curve(run: Run) -> Curve | None:
    """The curve that stands for a run in a list: validation loss, else train loss, else what there is."""
    known = (run.get(f"{split}/{q}") for q in ("loss", run.metric) for split in ("val", "train"))
    return next((c for c in known if c and len(c)), next((c for c in run.curves if len(c)), None))
