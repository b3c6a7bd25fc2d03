"""How each logged name was read: the answer of ``curvedoc columns``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from curvedoc.naming import why
from curvedoc.paint import Paper
from curvedoc.styled import width_of
from curvedoc.wording import axis, count, number, step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curvedoc.run import Curve, Run
    from curvedoc.styled import Text

DIM = "dim"
NAMES = 8
"""Names of one kind that are listed; the details list all."""

CURVES = 12
"""Curves beside the main ones that are listed, likewise."""

ROLE = 24
"""Columns for what a name was read as; longer ones stand on a line of their own."""

Cells = tuple[str, str, str, str, str]
HEADS: Cells = ("Judged by", "points", "first", "last", "better")
HEAD_STYLES = ("bold", DIM, DIM, DIM, DIM)
STYLES = ("green", "", "", "", DIM)


class Look(NamedTuple):
    """The paper, and whether everything is listed."""

    paper: Paper
    details: bool


def render(
    runs: Sequence[Run],
    *,
    width: int = 80,
    color: bool = False,
    unicode: bool = True,
    details: bool = False,
) -> str:
    """Each logged name with its role or the reason why it is ignored, and how to override it.

    First the curves that a run is judged by, then the others, of many only some unless ``details`` are asked
    for. Runs that logged the same names share one list, with the values of the first.
    """
    look = Look(Paper(width, color, unicode), details)
    blocks: list[Text] = []
    for alike in _alike(runs):
        blocks += [*_head(look, alike), *_curves(look, alike[0]), *_ignored(look, alike[0])]
        blocks += [*_notes(look.paper, alike[0]), look.paper.text()]
    return look.paper.write([*blocks, *_hint(look.paper, runs)])


def _alike(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs grouped by what was logged and how it was read."""
    groups: dict[object, list[Run]] = {}
    for run in runs:
        read = (run.reader, run.x, run.metric, *((c.name, c.role) for c in run.curves), *run.ignored)
        groups.setdefault(read, []).append(run)
    return list(groups.values())


def _head(look: Look, runs: Sequence[Run]) -> Iterator[Text]:
    paper, first = look.paper, runs[0]
    yield paper.hang(paper.text(), paper.text((first.path, "bold")))
    if first.name and first.name not in first.path:
        yield paper.hang(paper.text(("  run      ", DIM)), paper.text(first.name))
    if len(runs) > 1:
        most = len(runs) if look.details else NAMES
        names = ", ".join(run.name for run in runs[1 : most + 1])
        more = f" and {len(runs) - 1 - most} more" if len(runs) > most + 1 else ""
        yield paper.hang(paper.text(("  also in  ", DIM)), paper.text(names + more))
    ends = [float(c.steps[i]) for c in first.curves if len(c) for i in (0, -1)]
    span = f", {step(min(ends))} to {step(max(ends))}" if ends else ""
    steps = "counted rows: no column counts the steps" if first.x == "row" else f"from {first.x}"
    yield paper.hang(
        paper.text(("  read as  ", DIM)), paper.text(f"{first.reader}, {count(first.n_points, 'point')}")
    )
    yield paper.hang(paper.text(("  steps    ", DIM)), paper.text(steps + span))


def _curves(look: Look, run: Run) -> Iterator[Text]:
    """The curves that the run is judged by, what is missing among them, and the others."""
    paper = look.paper
    main = [c for c in run.curves if c.quantity == "loss" or (run.metric and c.quantity == run.metric)]
    others = [c for c in run.curves if c not in main]
    shown = others if look.details or len(others) <= CURVES + 1 else _one_of_each(others)[:CURVES]
    widths = [max(map(width_of, column)) for column in zip(HEADS, *map(_cells, (*main, *shown)), strict=True)]
    yield paper.text()
    yield _line(paper, HEADS, widths, HEAD_STYLES) + paper.text(("logged name", DIM))
    for curve in main:
        yield _row(paper, curve, widths)
    for role in ("train/loss", "val/loss"):
        if not run.get(role):
            said = (
                "none: see the notes" if any(role in note for note in run.notes) else "none: no name says so"
            )
            yield paper.hang(paper.text(f"  {role}  "), paper.text((said, DIM)))
    said = f"{run.metric}: {why(run)}" if run.metric else _no_metric(others)
    yield paper.hang(paper.text("  main metric  "), paper.text((said, DIM)))
    if shown:
        yield paper.text()
        yield paper.text(("  Other curves", "bold"))
    for curve in shown:
        yield _row(paper, curve, widths)
    if len(shown) < len(others):
        rest = _kinds([c.role for c in others if c not in shown])
        more = f"and {len(others) - len(shown)} more (--details lists them): {rest}"
        yield paper.hang(paper.text("  "), paper.text((more, DIM)))


def _kind(name: str) -> str:
    """A name without its numbers: ``layer*/grad_norm``."""
    return re.sub(r"\d+", "*", name)


def _one_of_each(curves: Sequence[Curve]) -> list[Curve]:
    """The curves whose names differ in more than numbers, one of each kind."""
    first: dict[str, Curve] = {}
    for curve in curves:
        first.setdefault(_kind(curve.role), curve)
    return list(first.values())


def _kinds(names: Sequence[str]) -> str:
    """Many names in few words: those that differ in their numbers alone together, and how many they are."""
    kinds: dict[str, list[str]] = {}
    for name in names:
        kinds.setdefault(_kind(name), []).append(name)
    said = [f"{kind} ({len(alike)})" if len(alike) > 1 else alike[0] for kind, alike in kinds.items()]
    return ", ".join(said[:NAMES]) + (f" and {len(said) - NAMES} other kinds" if len(said) > NAMES else "")


def _no_metric(others: Sequence[Curve]) -> str:
    """Why no metric is the main one."""
    metrics = [c for c in others if c.split and "loss" not in c.quantity.split("_")]
    if any(c.higher_is_better is not None for c in metrics):
        return "none that says more than the loss"
    return "none whose direction is known: choose with --metric" if metrics else "none was logged"


def _cells(curve: Curve) -> Cells:
    first, last = (number(float(curve.values[i])) if len(curve) else "–" for i in (0, -1))
    better = {True: "higher", False: "lower", None: ""}[curve.higher_is_better]
    return (curve.role if len(curve.role) <= ROLE else "", str(len(curve)), first, last, better)


def _line(paper: Paper, cells: Sequence[str], widths: Sequence[int], styles: Sequence[str]) -> Text:
    """Cells in their columns: the first and the last to the left, numbers to the right."""
    left = (0, len(cells) - 1)
    plain = [paper.plain(cell) for cell in cells]
    set_ = [
        c.ljust(w) if i in left else c.rjust(w) for i, (c, w) in enumerate(zip(plain, widths, strict=True))
    ]
    parts = [part for cell in zip(set_, styles, strict=True) for part in ("  ", cell)]
    return paper.text(*parts, "  ")


def _row(paper: Paper, curve: Curve, widths: Sequence[int]) -> Text:
    """One curve; its logged name stands behind it, or below where it is long."""
    cells = _cells(curve)
    row = _line(paper, cells, widths, STYLES)
    name = paper.text((f"sum of {len(curve.sources)}: " if curve.sources else "", DIM), curve.name)
    if row.cell_len + name.cell_len <= paper.width:
        row = row + name
    else:
        row = row + "\n" + paper.hang(paper.text(" " * 6), name)
    return row if cells[0] else paper.hang(paper.text("  "), paper.text((curve.role, "green"))) + "\n" + row


def _ignored(look: Look, run: Run) -> Iterator[Text]:
    """What became no curve, by the reason."""
    paper = look.paper
    reasons: dict[str, list[str]] = {}
    for ignored in run.ignored:
        reasons.setdefault(ignored.reason, []).append(ignored.name)
    if reasons:
        yield paper.text()
        yield paper.text(("  Ignored", "bold"))
    for reason, names in reasons.items():
        listed = ", ".join(names) if look.details or len(names) <= NAMES + 1 else _kinds(names)
        yield paper.hang(paper.text("  "), paper.text((reason, "yellow"), ": " + listed))


def _notes(paper: Paper, run: Run) -> Iterator[Text]:
    if run.notes:
        yield paper.text()
        yield paper.text(("  Notes", "bold"))
    for note in run.notes:
        yield paper.hang(paper.text("  · "), paper.text(note))


def _hint(paper: Paper, runs: Sequence[Run]) -> Iterator[Text]:
    """How to read it differently, with a name of this log."""
    from json import dumps  # writes a string as TOML does

    if not runs:
        yield paper.text("No run was found.")
        return
    role, name = _example(runs)
    metric = next((c.quantity for run in runs for c in run.curves if _may_be_metric(run, c)), "accuracy")
    yield paper.text(("To read it differently:", "bold"))
    for flag, about in (
        (f"--map {role}={_quoted(name)}", "this name is that curve (train/loss, val/accuracy, lr ...)"),
        ("--x NAME", f"steps from this name instead of {axis(runs[0].x)}"),
        (f"--metric {metric}", "judge by this quantity"),
    ):
        yield paper.hang(paper.text(f"  {flag}  "), paper.text((about, DIM)))
    yield paper.hang(
        paper.text("  "),
        paper.text(
            ("or for good, in [tool.curvedoc] of pyproject.toml: ", DIM),
            f'map = {{ "{role}" = {dumps(name)} }}',
        ),
    )


def _may_be_metric(run: Run, curve: Curve) -> bool:
    known = curve.split and curve.higher_is_better is not None
    return bool(known) and "loss" not in curve.quantity.split("_") and curve.quantity != run.metric


def _example(runs: Sequence[Run]) -> tuple[str, str]:
    """A role and a name for it: one part of a summed loss, what was not recognised, or the first curve."""
    names: list[tuple[str, str]] = []
    for run in runs:
        summed = [(c.role, name) for c in run.curves for name in c.sources[:1]]
        asked = [
            ("train/loss", i.name) for i in run.ignored if "--map" in i.reason and not run.get("train/loss")
        ]
        names += summed + asked + [(c.role, c.name) for c in run.curves if not c.sources]
    return next(((r, n) for r, n in names if n.isprintable() and len(n) < 30), ("train/loss", "NAME"))


def _quoted(name: str) -> str:
    """As a shell takes it."""
    from shlex import quote

    return quote(name)
