"""A run as a figure for papers and slides: loss, metric and learning rate over the steps, by matplotlib.

Needs the extra ``plot``. The same diagnoses give the same bytes: no date, no random ids.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .axes import scale_for, thin
from .errors import UsageError
from .shown import marked, parts, title
from .wording import axis, clean, count, percent, shorten, step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from .diagnosis import Diagnosis
    from .run import Curve, FloatArray

FORMATS = ("svg", "png", "pdf")
# Beyond this a figure is a poster; the HTML report has an overview for it.
MOST_RUNS = 12
# Colours that people with any kind of colour blindness can tell apart (Okabe and Ito 2008).
TRAIN, VAL, BEST, ONSET, RATE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#666666"
# Inches: the width of a column of text, and of each panel the height.
WIDTH, HEIGHT, RATE_HEIGHT = 6.4, 2.6, 0.9
# Inches that a run gets beside others, and that it needs: in less, titles and legends cover each other.
EACH, LEAST = 3.2, 2.0
# Twice as many points as there are dots across: no spike is lost, and the file stays small.
DOTS = 1500
LABEL = 24
LABELS = {"val": "validation"}


@dataclass(frozen=True, slots=True)
class Look:
    """How to draw: ``width`` in inches (None: what the runs need), ``dpi`` of a PNG, ``log`` of the losses
    (None: by range), trends."""

    width: float | None = None
    dpi: int = 200
    log: bool | None = None
    smooth: bool = False


def draw(diagnoses: Sequence[Diagnosis], form: str, look: Look | None = None) -> bytes:
    """The runs side by side in one figure, as the bytes of an SVG, PNG or PDF file.

    Points that are not finite leave a gap and a mark at the lower edge. Raises UsageError for an unknown
    format, for no run and for more than :data:`MOST_RUNS` or than the width holds, and without matplotlib.
    """
    look = look or Look()
    if form not in FORMATS:
        raise UsageError(f"there is no figure format '{form}'", f"Use one of: {', '.join(FORMATS)}.")
    if not 1 <= len(diagnoses) <= MOST_RUNS:
        raise UsageError(
            f"{len(diagnoses)} runs in one figure",
            f"Name 1 to {MOST_RUNS} runs; for more there is --format html.",
        )
    width = look.width or max(WIDTH, EACH * len(diagnoses))
    if width < LEAST * len(diagnoses):
        raise UsageError(
            f"{count(len(diagnoses), 'run')} in a width of {width:g} inches",
            f"Give a width of {LEAST * len(diagnoses):g} and more, or fewer runs.",
        )
    panels = [_panels(diagnosis) for diagnosis in diagnoses]
    rows = max(len(own) for own in panels)
    heights = [max((own[i].height for own in panels if i < len(own)), default=0.0) for i in range(rows)]
    with _matplotlib():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, sum(heights) + 0.6), layout="constrained", dpi=look.dpi)
        grid = figure.subplots(rows, len(panels), squeeze=False, height_ratios=heights, sharex="col")
        for column, (diagnosis, own) in enumerate(zip(diagnoses, panels, strict=True)):
            for row in range(rows):
                if row < len(own):
                    own[row].draw(grid[row, column], diagnosis, look, first=row == 0)
                else:
                    grid[row, column].set_axis_off()
            grid[len(own) - 1, column].set_xlabel(_said(axis(diagnosis.run.x)))
            grid[len(own) - 1, column].tick_params(labelbottom=True)
        file = io.BytesIO()
        figure.savefig(file, format=form, metadata=_UNDATED[form])
    return file.getvalue()


_UNDATED: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


@contextmanager
def _matplotlib() -> Iterator[None]:
    """matplotlib with settings of our own, whatever the user's are, put back afterwards."""
    try:
        import matplotlib as mpl
    except ImportError:
        raise UsageError(
            "drawing needs matplotlib, which is not installed", "pip install 'curvedoc[plot]'"
        ) from None
    settings: Any = {
        "axes.grid": True,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlesize": 9,
        "axes.titlelocation": "left",
        "axes.axisbelow": True,
        "font.size": 8,
        "grid.alpha": 0.25,
        "grid.linewidth": 0.5,
        "legend.frameon": False,
        "pdf.fonttype": 42,  # text stays text for whoever edits the figure
        "svg.fonttype": "none",
        "svg.hashsalt": "curvedoc",
        "text.usetex": False,
    }
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(settings)
        yield


@dataclass(frozen=True, slots=True)
class _Panel:
    """One pair of axes: what it shows and its curves with label, colour and width of the line."""

    name: str
    curves: tuple[tuple[Curve, str, str], ...]
    height: float = HEIGHT

    def draw(self, axes: Axes, diagnosis: Diagnosis, look: Look, first: bool) -> None:
        """Curves, marks, legend; the first panel of a run says its name and state."""
        losses = self.name == "loss"
        scale = scale_for([curve.values for curve, _, _ in self.curves], look.log if losses else False)
        if losses and scale and scale.log and look.log is not False:
            axes.set_yscale("log")
        for curve, label, colour in self.curves:
            _line(axes, curve, label, colour, look.smooth)
        name = title([curve for curve, _, _ in self.curves], self.name)
        axes.set_ylabel(_said(shorten("learning rate" if self.name == "lr" else name, 40)))
        if self.name != "lr":
            _mark(axes, diagnosis, labelled=first)
            axes.legend(fontsize=7, handlelength=1.6)
        if first:
            said = f"{diagnosis.state.label}, {percent(diagnosis.confidence)} sure"
            axes.set_title(f"{_said(shorten(diagnosis.run.name, LABEL))}\n{said}")


def _panels(diagnosis: Diagnosis) -> list[_Panel]:
    run = diagnosis.run
    found = []
    for quantity in dict.fromkeys(("loss", run.metric)):
        curves = [
            (curve, LABELS.get(split, split) or quantity, VAL if split in ("val", "test") else TRAIN)
            for split, curve in parts(run, quantity)
        ]
        if curves:
            found.append(_Panel(quantity, tuple(curves)))
    rate = run.get("lr")
    if rate is not None and len(rate):
        found.append(_Panel("lr", ((rate, "learning rate", RATE),), RATE_HEIGHT))
    if not found:
        raise UsageError("has neither a loss nor a metric to draw", "Name another run.", run.path)
    return found


def _line(axes: Axes, curve: Curve, label: str, colour: str, smooth: bool) -> None:
    """A curve with every spike of it; few points get dots, points that are not finite crosses below."""
    import numpy as np

    steps, values = _drawn(curve)
    width = 0.6 if smooth else 1.2
    dots = "." if len(curve) <= 40 else ""
    axes.plot(
        steps,
        values,
        color=colour,
        linewidth=width,
        alpha=0.4 if smooth else 1.0,
        marker=dots,
        label="" if smooth else label,
    )
    if smooth:
        from .series import trend

        found = trend(curve.steps, curve.values)
        if found is not None:
            axes.plot(found.steps, found.smooth, color=colour, linewidth=1.4, label=label)
    lost = curve.steps[~np.isfinite(curve.values)][:DOTS]
    if len(lost):
        axes.plot(
            lost,
            np.zeros(len(lost)),
            "x",
            color=colour,
            markersize=4,
            transform=axes.get_xaxis_transform(),
            clip_on=False,
            label=f"{label}: not finite",
        )


def _drawn(curve: Curve) -> tuple[FloatArray, FloatArray]:
    """What is drawn of a curve: all of a short one, of a long one the extremes of each dot across."""
    import numpy as np

    scale = scale_for([curve.steps], log=False)
    if len(curve) <= 2 * DOTS or scale is None:
        order = np.argsort(curve.steps, kind="stable")
        values: FloatArray = np.where(np.isfinite(curve.values), curve.values, np.nan)[order]
        return curve.steps[order], values
    places, values = thin(curve.steps, curve.values, scale, DOTS)
    return scale.low + places * (scale.high - scale.low), values


def _mark(axes: Axes, diagnosis: Diagnosis, labelled: bool) -> None:
    for name, at in marked(diagnosis):
        colour, dash = (BEST, ":") if name == "best" else (ONSET, "--")
        label = f"{name}: {_said(axis(diagnosis.run.x))} {step(at)}" if labelled else "_"
        axes.axvline(at, color=colour, linestyle=dash, linewidth=1.0, label=label, zorder=0.5)


def _said(text: str) -> str:
    """Text out of a log, without control codes and without formulas between dollar signs."""
    return clean(text).replace("$", r"\$")
