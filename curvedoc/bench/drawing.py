"""Two small pictures as SVG text: how reliable confidences are, and the losses of one run."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.axes import SMALLEST, Scale, finite, scale_for, thin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.run import FloatArray, Run

    from .report import Calibration

PANEL, MARGIN = 220, 40
WIDTH, HEIGHT, EDGE = 320, 120, 8
# A picture of a run, not its data: at most two points in each column.
COLUMNS = 30
LARGEST_DOT = 9.0
# A sketch this low shows nothing of a curve under a tenth of a spike; a hundred times the middle is its top.
SPIKE, CUT = 10.0, 100.0
COLOURS = {"train/loss": "#06c", "val/loss": "#c50"}
INK, FAINT = "#666", "#ccc"


def _page(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        'font-family="sans-serif" font-size="11">'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", *parts, "</svg>"]) + "\n"


def _label(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'


def reliability_plot(found: Sequence[Calibration]) -> str:
    """One panel for each calibration: confidence against the share that was right, with intervals by group.

    A dot's area is its share of the answers; on the diagonal confidence means what it says.
    """
    size = PANEL + MARGIN
    parts = [part for i, each in enumerate(found) for part in _panel(each, MARGIN + i * size)]
    return _page(size * len(found) + MARGIN, PANEL + 2 * MARGIN, "confidence and accuracy", parts)


def _panel(each: Calibration, left: float) -> list[str]:
    top, bottom, right = MARGIN, MARGIN + PANEL, left + PANEL
    title = f"{each.name}: expected calibration error {each.equal_width.by_log.value:.3f}"
    parts = [_label(left + PANEL / 2, top - 12, title), _line(left, bottom, right, top, FAINT)]
    for share in (0.0, 0.5, 1.0):
        x, y = left + share * PANEL, bottom - share * PANEL
        parts += [_line(x, top, x, bottom, FAINT), _line(left, y, right, y, FAINT)]
        parts += [_label(x, bottom + 16, f"{share:g}"), _label(left - 6, y + 4, f"{share:g}", "end")]
    parts.append(_label(left + PANEL / 2, bottom + 32, "confidence (up: share that is right)"))
    total = sum(b.answers for b in each.bins)
    for b in (b for b in each.bins if b.answers):
        x, y = left + b.confidence * PANEL, bottom - b.accuracy.value * PANEL
        if not math.isnan(b.accuracy.low):
            low, high = (bottom - end * PANEL for end in (b.accuracy.low, b.accuracy.high))
            parts.append(_line(x, low, x, high, "#888", ' stroke-width="2"'))
        radius = max(2.0, LARGEST_DOT * math.sqrt(b.answers / total))
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#06c" fill-opacity="0.7">'
            f"<title>{b.answers} answers</title></circle>"
        )
    return parts


def run_plot(run: Run, title: str) -> str:
    """The train and validation loss of a run, thinned to a sketch; what is not finite is not drawn."""
    curves = {role: curve for role in COLOURS if (curve := run.get(role)) is not None and len(curve)}
    across = scale_for([curve.steps for curve in curves.values()], log=False)
    up = _upwards([curve.values for curve in curves.values()])
    parts = [_line(EDGE, HEIGHT - EDGE, WIDTH - EDGE, HEIGHT - EDGE, FAINT)]
    if across is None or up is None:
        parts.append(_label(WIDTH / 2, HEIGHT / 2, "no finite loss"))
        curves = {}
    for i, (role, curve) in enumerate(curves.items()):
        assert across is not None
        assert up is not None
        x, y = thin(curve.steps, curve.values, across, COLUMNS)
        places = zip(x.tolist(), up.place(y).tolist(), strict=True)
        inner, tall = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
        points = " ".join(f"{EDGE + a * inner:.0f},{HEIGHT - EDGE - b * tall:.0f}" for a, b in places)
        colour = COLOURS[role]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(
            f'<text x="{WIDTH - EDGE}" y="{14 + 13 * i}" text-anchor="end" fill="{colour}">{role}</text>'
        )
    if up is not None and up.log:
        parts.append(_label(EDGE, 14, "log scale", "start"))
    return _page(WIDTH, HEIGHT, title, parts)


def _upwards(values: Sequence[FloatArray]) -> Scale | None:
    """The scale for losses; logarithmic, and cut above, where a few values tower over the rest."""
    scale = scale_for(values)
    if scale is None or scale.low < SMALLEST:
        return scale
    middle = float(np.median(np.concatenate([finite(each) for each in values])))
    return Scale(scale.low, min(scale.high, CUT * middle), log=scale.log or scale.high > SPIKE * middle)
