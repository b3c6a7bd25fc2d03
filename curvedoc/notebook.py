"""What a Diagnosis shows of itself: one line for ``repr``, a small piece of HTML for notebooks.

The HTML needs no script and no file beside it and takes its text colour from the page, so that it
reads on dark themes too. Everything from the log is escaped.
"""

from __future__ import annotations

from html import escape
from math import isfinite
from typing import TYPE_CHECKING

from .axes import scale_for, thin
from .wording import advice, axis, clean, comparison, number, percent, step, trial

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .axes import Scale
    from .diagnosis import Diagnosis
    from .rule import Finding, Fix
    from .run import Curve

# Width and height of the drawing in CSS pixels.
WIDE, HIGH = 420, 110
STATE_COLOR = {
    "smooth_descent": "#2e7d32",
    "grokking": "#7b1fa2",
    "inconclusive": "#616161",
    "underfitting": "#b26a00",
    "loss_metric_mismatch": "#b26a00",
    "overfitting": "#b26a00",
    "poor_optimization": "#c62828",
    "unstable": "#c62828",
}
SEVERITY_COLOR = {"error": "#c62828", "warning": "#b26a00", "info": "#1565c0"}
TRAIN, VAL, BEST, ONSET = "#1f77b4", "#ff7f0e", "#2e7d32", "#c62828"


def text(diagnosis: Diagnosis) -> str:
    """``<Diagnosis: overfitting, 93 % sure; 'runs/a.csv', best epoch 14, gap 0.41; 2 findings: ...>``."""
    run, gap = diagnosis.run, diagnosis.gap
    parts = [f"'{clean(run.path)}'"]
    if diagnosis.best_step is not None:
        parts.append(f"best {axis(run.x)} {step(diagnosis.best_step)}")
    if diagnosis.onset_step is not None:
        parts.append(f"onset {step(diagnosis.onset_step)}")
    if gap is not None:
        parts.append(f"gap {number(gap.final)}")
    found = ", ".join(finding.rule for finding in diagnosis.findings) or "none"
    state = f"{diagnosis.state.value}, {percent(diagnosis.confidence)} sure"
    return f"<Diagnosis: {state}; {', '.join(parts)}; findings: {clean(found)}>"


def html(diagnosis: Diagnosis) -> str:
    """State, confidence, the loss curves as inline SVG, findings with their evidence, fixes."""
    color = STATE_COLOR[diagnosis.state.value]
    badge = (
        f'<span style="background:{color};color:#fff;border-radius:4px;padding:2px 8px;font-weight:bold">'
        f"{escape(diagnosis.state.label)}</span>"
    )
    head = f"{badge} <b>{escape(percent(diagnosis.confidence))} sure</b> &#160; {_safe(diagnosis.run.path)}"
    parts = [f"<div>{head}</div>"]
    if diagnosis.reason:
        parts.append(f'<div style="margin:4px 0">{_safe(diagnosis.reason)}</div>')
    parts += [_drawing(diagnosis), _gap(diagnosis), _findings(diagnosis), _fixes(diagnosis)]
    inside = "".join(parts)
    return (
        f'<div style="font-family:sans-serif;font-size:13px;line-height:1.4;max-width:720px">{inside}</div>'
    )


def _safe(foreign: str) -> str:
    return escape(clean(foreign), quote=True)


def _drawing(diagnosis: Diagnosis) -> str:
    """Train and validation loss (the metric where no loss was logged), best and onset as upright lines."""
    for quantity in ("loss", diagnosis.run.metric):
        pairs = [
            (diagnosis.run.get(f"{split}/{quantity}"), color)
            for split, color in (("train", TRAIN), ("val", VAL))
        ]
        curves = [(curve, color) for curve, color in pairs if curve is not None and len(curve)]
        x = scale_for([curve.steps for curve, _ in curves], log=False)
        y = scale_for([curve.values for curve, _ in curves])
        if x is None or y is None:
            continue
        lines = "".join(_line(curve, x, y, color) for curve, color in curves)
        upright = "".join(_upright(at, x, color) for _, at, color in _marks(diagnosis))
        size = f'width="{WIDE}" height="{HIGH}" viewBox="0 0 {WIDE} {HIGH}"'
        svg = f'<svg {size} role="img" style="max-width:100%">{upright}{lines}</svg>'
        return f"<div>{svg}</div>{_legend(diagnosis, curves, quantity, y)}"
    return ""


def _marks(diagnosis: Diagnosis) -> list[tuple[str, float, str]]:
    steps = (("best", diagnosis.best_step, BEST), ("onset", diagnosis.onset_step, ONSET))
    return [(name, at, color) for name, at, color in steps if at is not None and isfinite(at)]


def _line(curve: Curve, x: Scale, y: Scale, color: str) -> str:
    at, values = thin(curve.steps, curve.values, x, WIDE // 2)
    places = y.place(values)
    if not len(at):
        return ""
    dots = [
        (4 + float(a) * (WIDE - 8), HIGH - 4 - float(b) * (HIGH - 8)) for a, b in zip(at, places, strict=True)
    ]
    if len(dots) == 1:
        return f'<circle cx="{dots[0][0]:.1f}" cy="{dots[0][1]:.1f}" r="3" fill="{color}"/>'
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in dots)
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.5"/>'


def _upright(at: float, x: Scale, color: str) -> str:
    import numpy as np

    place = 4 + float(x.place(np.array([at]))[0]) * (WIDE - 8)
    ends = f'x1="{place:.1f}" x2="{place:.1f}" y1="0" y2="{HIGH}"'
    return f'<line {ends} stroke="{color}" stroke-width="1" stroke-dasharray="3 3"/>'


def _legend(diagnosis: Diagnosis, curves: Iterable[tuple[Curve, str]], quantity: str, y: Scale) -> str:
    x = axis(diagnosis.run.x)
    named = [
        (f"{curve.split} {quantity} {number(float(curve.values[-1]))}", color) for curve, color in curves
    ]
    named += [(f"{name} {x} {step(at)}", color) for name, at, color in _marks(diagnosis)]
    items = " &#160; ".join(
        f'<span style="color:{color}">&#9632;</span> {_safe(name)}' for name, color in named
    )
    return f'<div style="font-size:12px">{items}{" &#160; (log scale)" if y.log else ""}</div>'


def _gap(diagnosis: Diagnosis) -> str:
    gap = diagnosis.gap
    if gap is None:
        return ""
    at_best = f", {number(gap.at_best)} at the best step" if diagnosis.best_step is not None else ""
    return f"<div>Generalization gap ({_safe(gap.unit)}): {number(gap.final)} at the end{at_best}</div>"


def _findings(diagnosis: Diagnosis) -> str:
    items = "".join(_finding(finding) for finding in diagnosis.findings)
    return f'<ul style="margin:6px 0;padding-left:20px">{items}</ul>' if items else ""


def _finding(finding: Finding) -> str:
    color = SEVERITY_COLOR[finding.severity.value]
    measured = "; ".join(f"{_safe(e.measure)} {_safe(comparison(e))}" for e in finding.evidence)
    return (
        f'<li><span style="color:{color};font-weight:bold">{_safe(finding.title)}</span> '
        f"({finding.severity.value}, {escape(percent(finding.confidence))} sure): {_safe(finding.summary)}"
        f'<br><code style="font-size:11px">{measured}</code></li>'
    )


def _fixes(diagnosis: Diagnosis) -> str:
    items = "".join(f"<li>{_safe(fix.text)}{_tried(fix)}</li>" for fix in advice(diagnosis.findings))
    return f'<b>What to do</b><ol style="margin:2px 0;padding-left:20px">{items}</ol>' if items else ""


def _tried(fix: Fix) -> str:
    if fix.tried is None:
        return ""
    return f'<br><span style="font-size:11px;opacity:.7">{_safe(trial(fix.tried))}</span>'
