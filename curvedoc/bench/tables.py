"""A report as tables: for a terminal, or as Markdown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from curvedoc.gate import DEFAULT_MIN_CONFIDENCE
from curvedoc.states import State
from curvedoc.wording import clean

from .answers import NONE, REFUSED
from .labels import NOT_A_LOG, NOT_OVERFITTING
from .stability import FRACTIONS
from .statistics import MACRO_F1

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .intervals import Estimate, Figure
    from .report import Calibration, Report, Slice

SCORES = {MACRO_F1.name, "expected calibration error", "Brier score of the verdict", "F1 of overfit or not"}
"""Figures that are no shares and are not written as such."""

SHORT = {
    State.SMOOTH_DESCENT: "smooth", State.OVERFITTING: "overfit", State.UNDERFITTING: "underfit",
    State.POOR_OPTIMIZATION: "poor opt", State.UNSTABLE: "unstable", State.LOSS_METRIC_MISMATCH: "mismatch",
    State.GROKKING: "grok", State.INCONCLUSIVE: "inconcl", NOT_OVERFITTING: "not over", NOT_A_LOG: "no log",
    NONE: "none", REFUSED: "refused",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """Cells with a title and, if need be, a sentence; the columns ``left`` are flush left."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    left: tuple[int, ...] = (0,)


def percent(value: float) -> str:
    """A share: ``97.1 %``; a dash when there is none."""
    return "-" if math.isnan(value) else f"{100 * value:.1f} %"


def plain(value: float) -> str:
    """A score: ``0.971``; a dash when there is none."""
    return "-" if math.isnan(value) else f"{value:.3f}"


def cells(estimate: Estimate, name: str = "") -> tuple[str, str]:
    """A number and its interval."""
    write = plain if name in SCORES else percent
    interval = "-" if math.isnan(estimate.low) else f"{write(estimate.low)} to {write(estimate.high)}"
    return write(estimate.value), interval.replace(" % to", " to")


def as_text(table: Table) -> str:
    """Aligned columns under a title."""
    lines = [table.header, *table.rows]
    wide = [max(len(row[i]) for row in lines) for i in range(len(table.header))]
    shown = [
        "  ".join(
            cell.ljust(size) if i in table.left else cell.rjust(size)
            for i, (cell, size) in enumerate(zip(row, wide, strict=True))
        ).rstrip()
        for row in lines
    ]
    return "\n".join([table.title, *([table.note] if table.note else []), "", *shown]) + "\n"


def as_markdown(table: Table) -> str:
    """A table of GitHub's Markdown under a heading."""
    marks = ["---" if i in table.left else "--:" for i in range(len(table.header))]
    rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table.rows]
    head = ["| " + " | ".join(table.header) + " |", "|" + "|".join(marks) + "|"]
    return (
        "\n".join([f"## {table.title}", "", *([table.note, ""] if table.note else []), *head, *rows]) + "\n"
    )


def text(measured: Report, wrong: bool = False) -> str:
    """The whole report for a terminal."""
    return "\n".join(as_text(table) for table in tables(measured, wrong))


def tables(measured: Report, wrong: bool = False) -> Iterator[Table]:
    """The tables of a report; empty ones are left out."""
    yield _headlines(measured)
    yield _states(measured)
    yield _confusion(measured)
    for cut, found in measured.cuts.items():
        yield _slices(cut, found)
    for each in measured.calibration:
        if each.equal_width.logs:
            yield reliability(each)
    if measured.flips:
        yield _flips(measured)
    if measured.foresight:
        yield _foresight(measured)
    if wrong and measured.wrong:
        yield _wrong(measured)


def headline_figures(measured: Report) -> list[tuple[str, Figure]]:
    """The figures of the first table with their names."""
    found = [(each.name, each) for each in measured.figures]
    overall = measured.calibration[0]
    found += [
        (f"{overall.equal_width.name} (equal width)", overall.equal_width),
        (f"{overall.equal_mass.name} (equal mass)", overall.equal_mass),
        (overall.brier.name, overall.brier),
    ]
    limits = ("any confidence", f"confidence >= {DEFAULT_MIN_CONFIDENCE:g}")
    return found + [(f"{f.name}, {at}", f) for f, at in zip(measured.overfit, limits, strict=False)]


def _headlines(measured: Report) -> Table:
    rows = [
        (title, str(each.logs), *cells(each.by_log, each.name), *cells(each.by_group, each.name))
        for title, each in headline_figures(measured)
    ]
    passed = f"; {measured.unlabelled} unlabelled rows passed over" if measured.unlabelled else ""
    note = f"{measured.logs} labelled logs in {measured.groups} groups{passed}. Intervals: 95 %, by group."
    header = ("", "logs", "every log", "interval", "every group", "interval")
    return Table("Figures", header, tuple(rows), note)


def _states(measured: Report) -> Table:
    rows = [
        (s.state, str(s.logs), str(s.groups), percent(s.precision.value), percent(s.recall.value),
         *cells(s.f1, MACRO_F1.name))
        for s in measured.states
    ]  # fmt: skip
    return Table("States", ("state", "logs", "groups", "precision", "recall", "F1", "interval"), tuple(rows))


def _confusion(measured: Report) -> Table:
    said = list(measured.confusion)
    said += sorted({name for counts in measured.confusion.values() for name in counts} - set(said))
    rows = [
        (true, *(str(counts[name]) if name in counts else "." for name in said))
        for true, counts in measured.confusion.items()
    ]
    note = "Down: the label. Across: the answer; an accepted one counts as the label."
    return Table("Confusions", ("", *(SHORT[name] for name in said)), tuple(rows), note)


def _slices(cut: str, found: Iterable[Slice]) -> Table:
    rows = []
    for each in found:
        read, accuracy, of_read, f1, alarms = each.figures
        rows.append(
            (each.name, str(each.logs), str(each.groups), percent(read.by_log.value), *cells(accuracy.by_log),
             percent(accuracy.by_group.value), percent(of_read.by_log.value), plain(f1.by_log.value),
             percent(alarms.by_log.value))
        )  # fmt: skip
    header = (
        cut,
        "logs",
        "groups",
        "read",
        "accuracy",
        "interval",
        "every group",
        "of read",
        "macro-F1",
        "false alarms",
    )
    return Table(f"By {cut}", header, tuple(rows))  # fmt: skip


def reliability(each: Calibration) -> Table:
    """The reliability table of a calibration."""
    rows = [
        (
            f"{b.low:.1f} to {b.high:.1f}",
            str(b.answers),
            plain(b.confidence),
            *cells(b.accuracy, MACRO_F1.name),
        )
        for b in each.bins
        if b.answers
    ]
    error, interval = cells(each.equal_width.by_log, each.equal_width.name)
    note = f"Expected calibration error {error} ({interval}); Brier score {plain(each.brier.by_log.value)}."
    return Table(
        f"Calibration: {each.name}", ("confidence", "answers", "mean", "right", "interval"), tuple(rows), note
    )


def _flips(measured: Report) -> Table:
    rows = [
        (f.perturbation, str(f.flips.logs), *cells(f.flips.by_log), percent(f.flips.by_group.value),
         percent(f.harmful.by_log.value), ", ".join(f"{a} > {b} {n}" for a, b, n in f.commonest[:3]))
        for f in measured.flips
    ]  # fmt: skip
    header = ("perturbation", "runs", "flips", "interval", "every group", "right to wrong", "commonest")
    return Table("Verdicts that flip when the run is changed a little", header, tuple(rows), left=(0, 6))


def _foresight(measured: Report) -> Table:
    rows = [
        (f.state, str(f.runs), percent(f.named_at), *map(percent, f.early), str(f.answers), percent(f.misled))
        for f in measured.foresight
    ]
    early = tuple(f"named at {fraction:.0%}" for fraction in FRACTIONS[:-1])
    header = ("final state", "runs", "median from", *early, "early answers", "of these other")
    note = "Early answers: confidence >= 0.5, not inconclusive, before the end."
    return Table("Diagnosis of prefixes", header, tuple(rows), note)


def _wrong(measured: Report) -> Table:
    rows = [
        (w.primary, w.answer, "-" if math.isnan(w.confidence) else f"{w.confidence:.2f}", clean(w.path),
         clean(w.reason))
        for w in measured.wrong
    ]  # fmt: skip
    return Table(
        "Wrong answers", ("label", "answer", "sure", "log", "reason"), tuple(rows), left=tuple(range(5))
    )


def side_by_side(
    title: str, tools: Sequence[tuple[str, Report]], note: str = "", timed: bool = True
) -> Table:
    """The figures of several tools, one a row; ``timed``: with the median milliseconds of an answer."""
    header = ("tool", "read", "accuracy", "interval", "every group", "of read", "macro-F1", "false alarms",
              "missed", "ECE", "overfit F1", "at gate", "ms")  # fmt: skip
    last = len(header) if timed else -1
    return Table(title, header[:last], tuple(_row(name, each)[:last] for name, each in tools), note)


def _row(name: str, measured: Report) -> tuple[str, ...]:
    accuracy, of_read, read, f1, alarms, missed, _ = measured.figures
    overfit = [plain(each.by_log.value) for each in measured.overfit] or ["-", "-"]
    return (
        name, percent(read.by_log.value), *cells(accuracy.by_log), percent(accuracy.by_group.value),
        percent(of_read.by_log.value), plain(f1.by_log.value), percent(alarms.by_log.value),
        percent(missed.by_log.value), plain(measured.calibration[0].equal_width.by_log.value), *overfit,
        "-" if math.isnan(measured.seconds) else f"{1000 * measured.seconds:.1f}",
    )  # fmt: skip
