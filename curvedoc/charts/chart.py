"""Curves drawn in braille dots (plotille), with axes, direct labels and marked steps.

Every curve gets a canvas of its own; the canvases are laid over each other here, because a cell of a terminal
has one colour only and without colour the curves must still be told apart (solid and dotted).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from curvedoc.axes import Scale, finite, scale_for, thin
from curvedoc.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curvedoc.paint import Paper
    from curvedoc.run import Curve, FloatArray
    from curvedoc.styled import Text

Cell = tuple[str, str]
_BLANK = 0x2800
_DIM = "dim"
# Room left and right of the drawing, so that charts below each other line up.
GUTTER, TAIL = 4, 13
# Below this width the drawing needs the room of the last values.
NARROW = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One curve of a chart: its label, colour, whether it is dotted, and its sign in ASCII."""

    label: str
    curve: Curve
    style: str
    dotted: bool
    sign: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A step worth showing, with the words below the axis."""

    step: float
    label: str
    style: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """The geometry of one chart: cells of the canvas, both scales."""

    columns: int
    rows: int
    x: Scale
    y: Scale

    def column(self, step: float) -> int:
        import numpy as np

        return int(float(self.x.place(np.array([step]))[0]) * (2 * self.columns - 1)) // 2

    def row(self, value: float) -> int:
        """Counted from the top."""
        import numpy as np

        return self.rows - 1 - int(float(self.y.place(np.array([value]))[0]) * (4 * self.rows - 1)) // 4


def chart(
    paper: Paper, title: str, lines: Sequence[Line], marks: Sequence[Mark], x: str, rows: int
) -> list[Text]:
    """The chart as lines of text, or nothing when no curve has a finite point."""
    lost = [line.label for line in lines if not len(finite(line.curve.values))]
    lines = [line for line in lines if line.label not in lost]
    y = scale_for([line.curve.values for line in lines])
    steps = scale_for([line.curve.steps for line in lines], log=False)
    if y is None or steps is None:
        return []
    ticks = _labels(y, max(3, rows // 3))
    gutter = max(GUTTER, *map(len, ticks.values()))
    tails = {line.label: _tail(line, paper.width < NARROW) for line in lines}
    right = max(TAIL, *map(len, tails.values())) + 1
    frame = _Frame(paper.width - gutter - right - 4, rows, steps, y)
    grid = _grid(paper, frame, lines, marks)
    axis = {frame.row(tick): label for tick, label in ticks.items()}
    ends = _ends(frame, lines)
    kind = ", log scale" if y.log else ""
    gone = "   × not finite" if any(cell[0] == "×" for cell in grid[0]) else ""
    gone += "".join(f"   {label}: nothing finite" for label in lost)
    title = paper.short(title, paper.width - len(kind + gone) - 2)
    out = [paper.text(("  " + title, "bold"), (kind + gone, _DIM))]
    for i, row in enumerate(grid):
        end = ends.get(i)
        tail: Cell = (" " + tails[end.label], end.style) if end else ("", "")
        edge = " ┤" if i in axis else " │"
        out.append(paper.text(("  " + axis.get(i, "").rjust(gutter) + edge, _DIM), *_joined(row), tail))
    return out + [
        paper.text(" " * (gutter + 3), *parts) for parts in _floor(frame, marks, paper.short(x, TAIL - 2))
    ]


def _tail(line: Line, narrow: bool) -> str:
    """What stands right of a curve: its name, and its last value where there is room."""
    return line.label if narrow else f"{line.label} {number(float(line.curve.values[-1]))}"


def _labels(scale: Scale, most: int, whole: bool = False) -> dict[float, str]:
    """Ticks with labels of one precision; ``whole``: at integers only."""
    ticks = [tick for tick in scale.ticks(most) if tick == int(tick) or not whole]
    if scale.log or not ticks:
        return {tick: number(tick) for tick in ticks}
    largest = max(map(abs, ticks))
    for size, sign in ((1e6, "M"), (1e3, "k")):
        if 10 * size <= largest < 1e5 * size:
            return {tick: f"{tick / size:.6g}{sign}" if tick else "0" for tick in ticks}
    unit = ticks[1] - ticks[0] if len(ticks) > 1 else ticks[0]
    places = next((p for p in range(7) if abs(round(unit, p) - unit) < 1e-6 * abs(unit)), None)
    fixed = places is not None and largest < 1e6
    return {tick: f"{tick:.{places}f}" if fixed else number(tick) for tick in ticks}


def _grid(paper: Paper, frame: _Frame, lines: Sequence[Line], marks: Sequence[Mark]) -> list[list[Cell]]:
    """Curves over each other, marked columns where no curve runs, crosses where values are not finite."""
    grid: list[list[Cell]] = [[(" ", "")] * frame.columns for _ in range(frame.rows)]
    dots = [[0] * frame.columns for _ in range(frame.rows)]
    for line in lines:
        for i, text in enumerate(_draw(frame, line, dotted=line.dotted and not paper.color)):
            for j, char in enumerate(text):
                bits = ord(char) - _BLANK
                if bits:
                    dots[i][j] |= bits
                    sign = chr(_BLANK + dots[i][j]) if paper.unicode else line.sign
                    grid[i][j] = (sign, line.style)
    for mark in marks:
        column = frame.column(mark.step)
        for row in grid:
            if row[column][0] == " ":
                row[column] = ("┊", mark.style)
    for line in lines:
        for column in _lost(frame, line.curve):
            grid[0][column] = ("×", "red")
    return grid


def _draw(frame: _Frame, line: Line, dotted: bool) -> list[str]:
    from plotille import Canvas

    wide, high = 2 * frame.columns - 1, 4 * frame.rows - 1
    canvas = Canvas(frame.columns, frame.rows, 0, 0, wide + 1, high + 1)
    x, values = thin(line.curve.steps, line.curve.values, frame.x, wide + 1)
    points = [
        (int(a * wide + 0.5), int(b * high + 0.5)) for a, b in zip(x, frame.y.place(values), strict=True)
    ]
    canvas.point(*points[0])
    if dotted:
        for i, dot in enumerate(_path(points)):
            if i % 4 < 2:
                canvas.point(*dot)
    else:
        for a, b in pairwise(points):
            canvas.line(*a, *b)
    drawn: str = canvas.plot(linesep="\n")
    return drawn.split("\n")


def _path(points: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Every dot on the way through ``points``."""
    for (x0, y0), (x1, y1) in pairwise(points):
        n = max(abs(x1 - x0), abs(y1 - y0))
        for i in range(n):
            yield x0 + round((x1 - x0) * i / n), y0 + round((y1 - y0) * i / n)


def _lost(frame: _Frame, curve: Curve) -> set[int]:
    """Columns in which a value is not finite."""
    import numpy as np

    steps: FloatArray = curve.steps[~np.isfinite(curve.values) & np.isfinite(curve.steps)]
    return {int(c) // 2 for c in frame.x.place(steps) * (2 * frame.columns - 1)}


def _ends(frame: _Frame, lines: Sequence[Line]) -> dict[int, Line]:
    """The row in which each curve ends, for its label; one label a row."""
    wanted = sorted(((frame.row(float(finite(line.curve.values)[-1])), line) for line in lines), key=_first)
    taken: dict[int, Line] = {}
    for row, line in wanted:
        free = [r for r in range(frame.rows) if r not in taken]
        taken[min(free, key=lambda r: (abs(r - row), -r))] = line
    return taken


def _first(pair: tuple[int, Line]) -> int:
    return pair[0]


def _joined(row: Sequence[Cell]) -> list[Cell]:
    """Neighbours of one style as one part."""
    return [("".join(c for c, _ in group), style) for style, group in groupby(row, key=lambda cell: cell[1])]


def _floor(frame: _Frame, marks: Sequence[Mark], x: str) -> list[list[Cell]]:
    """The axis with its ticks, their labels, and the labels of the marks."""
    whole = all(end == int(end) for end in (frame.x.low, frame.x.high))
    labelled = _labels(frame.x, max(2, frame.columns // 10), whole)
    ticks = {frame.column(tick): label for tick, label in labelled.items()}
    arrows = {frame.column(mark.step): ("▲", mark.style) for mark in marks}
    axis = [arrows.get(c, ("┴" if c in ticks else "─", _DIM)) for c in range(frame.columns)]
    below = _place([(column, label, _DIM) for column, label in ticks.items()], frame.columns)[:1]
    below = below or [[]]
    below[0].append(("  " + x, _DIM))
    named = [(frame.column(mark.step), mark.label, mark.style) for mark in marks]
    return [
        [("└", _DIM), *_joined(axis)],
        *([(" ", ""), *row] for row in below + _place(named, frame.columns)),
    ]


def _place(labels: Sequence[tuple[int, str, str]], columns: int) -> list[list[Cell]]:
    """Labels centred below their columns, in as many rows as it takes for none to touch another."""
    rows: list[tuple[int, list[Cell]]] = []
    for column, label, style in sorted(labels):
        start = max(0, min(column - len(label) // 2, columns - len(label)))
        for i, (end, row) in enumerate(rows):
            if start >= end + 2:
                rows[i] = (start + len(label), [*row, (" " * (start - end), ""), (label, style)])
                break
        else:
            rows.append((start + len(label), [(" " * start, ""), (label, style)]))
    return [row for _, row in rows]
