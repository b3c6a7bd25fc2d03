"""A run as a tracking server keeps it, and the runs of a store as what was logged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from itertools import count as numbers
from typing import TYPE_CHECKING

from curvedoc.cells import clean_name
from curvedoc.errors import NotALogError
from curvedoc.pointwise import logged
from curvedoc.wording import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curvedoc.run import FloatArray, Ignored, Logged
    from curvedoc.source import ReadOptions

SHORT = 8
"""Characters of an id that tell runs apart, as trackers show it."""


@dataclass(slots=True)
class Tracked:
    """One run: its id, its name and where it lies.

    ``points``: as :func:`curvedoc.pointwise.logged` takes them; ``broken``: lines or rows that hold none.
    """

    key: str
    name: str
    path: str
    experiment: str = ""
    deleted: bool = False
    points: dict[str, FloatArray] = field(default_factory=dict)
    ignored: list[Ignored] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    broken: int = 0


def all_logged(
    runs: Sequence[Tracked], reader: str, path: str, options: ReadOptions, gone: str = "deleted"
) -> list[Logged]:
    """The runs of a store, without those that are ``gone`` or hold no metric; a note at the first says so.

    Raises :class:`~curvedoc.errors.NotALogError` when none is left, and as :func:`curvedoc.pointwise.logged`.
    """
    kept = [run for run in runs if not run.deleted and any(found.size for found in run.points.values())]
    deleted = sum(run.deleted for run in runs)
    left = [(deleted, f"{gone} run"), (len(runs) - deleted - len(kept), "run")]
    said = [
        f"{count(n, what)} left out{'' if what != 'run' else ': no metric was logged'}"
        for n, what in left
        if n
    ]
    if not kept:
        why = f" ({', '.join(said)})" if said else ""
        raise NotALogError(
            f"holds no run with a metric{why}", "Name a store with runs that logged metrics.", path
        )
    found: list[Logged] = []
    for run, name in zip(kept, _names(kept), strict=True):
        notes = run.notes + ([] if found else [f"{text}." for text in said])
        if run.broken:
            notes.append(f"{count(run.broken, 'damaged point')} skipped.")
        found.append(logged(name, run.path, reader, _shown(run.points), options.x, run.ignored, notes))
    return found


def _shown(points: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Points by names fit to be shown; where these are equal the later ones get a number."""
    shown: dict[str, FloatArray] = {}
    for name, found in points.items():
        own = clean_name(name)
        shown[next(n for n in chain([own], (f"{own} ({i})" for i in numbers(2))) if n not in shown)] = found
    return shown


def _names(runs: Sequence[Tracked]) -> list[str]:
    """A name for each run: its own; where several have it, with the experiment, or the id, or both."""
    alike: dict[str, list[Tracked]] = {}
    for run in runs:
        alike.setdefault(run.name or run.key, []).append(run)
    told = {}
    for name, several in alike.items():
        experiments = Counter(run.experiment for run in several)
        for run in several:
            above = f"{run.experiment}/" if len(experiments) > 1 and run.experiment else ""
            key = f" ({run.key[:SHORT]})" if experiments[run.experiment] > 1 else ""
            told[run.key] = f"{above}{name}{key}"
    return [told[run.key] for run in runs]
