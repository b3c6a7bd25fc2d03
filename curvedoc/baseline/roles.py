"""Which curves of two groups of runs are compared, which one decides, and why one cannot be compared."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from curvedoc.errors import nearest
from curvedoc.wording import axis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .summary import Course, Summary
    from .terms import Terms

# Validation where it was logged, else test, else train.
SPLITS = ("val", "test", "train")


def asked(base: Sequence[Summary], terms: Terms) -> list[tuple[str, bool]]:
    """(role, whether it decides): those asked for, else the main metric and the loss of one split.

    Of the two the metric decides: it is what the run is for, and the other one is told. Losses that are
    computed otherwise (label smoothing) move without any harm. A metric that fewer runs have stands back.
    """
    if terms.compare:
        return [(role, True) for role in terms.compare]
    held = Counter(role for run in base for role in {*(c.role for c in run.courses), *run.lost})
    named = Counter(run.metric for run in base if run.metric)
    metric = named.most_common(1)[0][0] if named else ""
    for split in SPLITS:
        quantities = ("loss", metric) if split == "train" else (metric, "loss")
        roles = [f"{split}/{q}" for q in quantities if q and f"{split}/{q}" in held]
        roles.sort(key=lambda role: -held[role])
        if roles:
            return [(role, place == 0) for place, role in enumerate(roles)]
    return [("val/loss", True)]


def courses(role: str, runs: Iterable[Summary]) -> list[Course]:
    """The curves of a role, of those runs that have it."""
    return [course for run in runs if (course := run.get(role))]


def missing(role: str, new: Sequence[Summary], base: Sequence[Summary]) -> str:
    """Why a role cannot be compared; empty when it can, or when it is lost on the new side."""
    if not courses(role, base):
        if any(role in run.lost for run in base):
            return f"{role} of the baseline ends in NaN or infinity"
        return f"the baseline has no {role}{_has(role, base)}"
    if not courses(role, new) and not any(role in run.lost for run in new):
        return f"the run has no {role}{_has(role, new)}"
    directions = {course.better for course in courses(role, [*new, *base])}
    return f"the two sides disagree which way {role} is better" if len(directions) > 1 else ""


def _has(role: str, runs: Iterable[Summary]) -> str:
    names = sorted({course.role for run in runs for course in run.courses})
    return f"; it has {', '.join(names[:6])}.{nearest(role, names)}" if names else ""


def left_out(role: str, runs: Sequence[Summary], which: str) -> str:
    """Which runs of a side have no such curve while others do."""
    without = [run.name for run in runs if run.get(role) is None]
    if not without or len(without) == len(runs):
        return ""
    return f"left out of the {which}: {', '.join(without[:3])}{', …' if len(without) > 3 else ''}"


def other_units(new: Iterable[Summary], base: Iterable[Summary]) -> str:
    """Why steps of the two sides are not the same thing; empty when they may be."""
    counted = {axis(run.x) for run in new}, {axis(run.x) for run in base}
    if counted[0] == counted[1]:
        return ""
    return f"the new side counts {_listed(counted[0])}, the baseline {_listed(counted[1])}"


def _listed(names: set[str]) -> str:
    return " and ".join(f"'{name}'" for name in sorted(names))
