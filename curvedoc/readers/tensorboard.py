"""TensorBoard event files: the scalars of TensorFlow 1 and 2, Keras, PyTorch, CatBoost and all others."""

from __future__ import annotations

import os
from collections import defaultdict
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from curvedoc.errors import UnreadableError
from curvedoc.run import Ignored, Logged, Series

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from curvedoc.run import FloatArray
    from curvedoc.source import ReadOptions, Source
    from curvedoc.tfevents.attempts import Merged
    from curvedoc.tfevents.scalars import Scalars

NAME = "tensorboard"
ABOUT = "TensorBoard event files: one file, a run directory with train/ and validation/, a root of many runs"

_TIME, _AT = b"\x09", 12  # the first byte of the first event: nothing else is worth importing more for


def sniff(source: Source) -> float:
    """How sure it is that these are event files: certain by the first record, likely by the name."""
    if source.kind == "events":
        return 1.0
    if source.kind == "file" and any("tfevents" in file.name for file in source.files):
        return 0.95  # above what a text reader says of an LFS pointer: the error must speak of event files
    try:
        if source.kind != "file" or not source.head.startswith(_TIME, _AT):
            return 0.0
    except UnreadableError:
        return 0.0
    from curvedoc.tfevents.layout import is_event_head

    return 1.0 if is_event_head(source.head) else 0.0


def read(source: Source, options: ReadOptions) -> list[Logged]:
    """Read the one run that the files of a source make up.

    Raises :class:`UnreadableError` when no file can be read, :class:`NotALogError` when none holds a
    scalar, :class:`UsageError` for an x that was not logged.
    """
    if not source.files:
        raise UnreadableError(
            "cannot read event files from a pipe", "Name the event file or its directory.", source.path
        )
    return [read_files(source.files, source.name, source.path, options.x)]


def read_files(
    files: Sequence[Path],
    name: str,
    path: str,
    x: str | None = None,
    read: Callable[[Path], Scalars] | None = None,
) -> Logged:
    """Read event files as one run; ``name`` and ``path`` as shown to the user, ``x`` a logged name or None.

    ``read`` reads one file, unless :func:`~curvedoc.tfevents.scalars.read_scalars` shall.
    Files of one directory are joined in the order of time (see :mod:`curvedoc.tfevents.attempts`); several
    directories put a prefix to the names (see :mod:`curvedoc.tfevents.layout`). NaN and infinity are kept.
    """
    from curvedoc.pointwise import over
    from curvedoc.tfevents.files import about, nothing_in, read_all
    from curvedoc.tfevents.scalars import read_scalars

    found, passed_over = read_all(files, read or read_scalars)
    if not found:
        raise nothing_in(passed_over, path)
    base = Path(os.path.commonpath([file.parent for file in files]))
    run = _Run()
    for directory in sorted({file.parent for file, _ in found}):
        run.add(directory, base, [scalars for file, scalars in found if file.parent == directory])
    series = tuple(Series(tag, points[0], points[1]) for tag, points in run.on_one_counter().items())
    notes = (*about(found, passed_over), *run.notes())
    counter = "row" if run.done["counted"] and len(run.done["counted"]) == len(series) else "step"
    logged = Logged(name, path, NAME, counter, series, tuple(run.ignored), notes)
    return over(logged, x) if x and x != counter else logged


class _Run:
    """The series of one run, gathered directory by directory, and what happened on the way."""

    def __init__(self) -> None:
        self.series: dict[str, FloatArray] = {}
        self.ignored: list[Ignored] = []
        self.done: defaultdict[str, list[str]] = defaultdict(list)
        self.merged: list[Merged] = []

    def add(self, directory: Path, base: Path, files: list[Scalars]) -> None:
        """Join the files of one directory and name what is in them."""
        from curvedoc.cells import clean_name
        from curvedoc.tfevents.attempts import merge, settle
        from curvedoc.tfevents.layout import series_names

        merged = merge(files)
        self.merged.append(merged)
        names = series_names(merged.points.keys(), directory, base)
        for tag, logged in merged.points.items():
            name = names[tag]
            if name is None:
                trial = clean_name(f"{directory.name}/{tag}")
                closing = Ignored(trial, "closing value of a hyper-parameter trial")
                self.ignored.append(closing)
                continue
            name = self._unused(clean_name(name), clean_name(f"{directory.absolute().name}/{tag}"))
            self.series[name], done = settle(logged)
            self.done[done].append(name)
        for tag, name in series_names(merged.abandoned, directory, base).items():
            self.ignored.append(
                Ignored(clean_name(name or tag), "logged only by an attempt that was begun anew")
            )

    def on_one_counter(self) -> dict[str, FloatArray]:
        """All series, those that count epochs beside others that count iterations put on the latter."""
        from curvedoc.tfevents.clock import on_one_counter

        series, self.done["moved"] = on_one_counter(self.series)
        return series

    def _unused(self, name: str, longer: str) -> str:
        """The name, or where it is taken the longer one with the directory, or a number."""
        others = chain([longer], (f"{name} ({n})" for n in count(2)))
        return next(n for n in chain([name], others) if n not in self.series)

    def notes(self) -> list[str]:
        """Sentences about what was replaced, passed over and put in order."""
        from curvedoc import wording
        from curvedoc.pointwise import told

        notes = []
        anew = sum(merged.anew for merged in self.merged)
        replaced = sum(merged.replaced for merged in self.merged)
        beside = sum(merged.passed_over for merged in self.merged)
        lost = f"{wording.count(replaced, 'point')} replaced"
        if anew:
            times = "once" if anew == 1 else f"{anew} times"
            notes.append(f"begun anew {times}: only the last attempt is shown, {lost}")
        elif replaced:
            notes.append(f"resumed at an earlier step: {lost} by later ones")
        if beside:
            passed = wording.count(beside, "event file")
            notes.append(f"{passed} passed over: a longer one holds the same curves")
        return notes + told(self.done)
