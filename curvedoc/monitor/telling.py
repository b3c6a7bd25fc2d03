"""How a monitor speaks: a sentence on what changed, as a warning or as a line of the log."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING

from curvedoc.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.diagnosis import Diagnosis
    from curvedoc.states import State

LOGGER = logging.getLogger("curvedoc.monitor")
WAYS = ("warnings", "logging")
HEALTHY = ("smooth_descent", "grokking")


class CurvedocWarning(UserWarning):
    """A training is in a state that someone should know about, or a monitor cannot do what it was asked."""


def way(warn: str | None) -> str | None:
    """``warn`` if it is a way to tell; raises :class:`~curvedoc.errors.UsageError` otherwise."""
    if warn is None or warn in WAYS:
        return warn
    raise UsageError(
        f"warn={warn!r} is no way to tell.{nearest(str(warn), WAYS)}", 'Use "warnings" or "logging".'
    )


def states(names: Sequence[str] | str) -> frozenset[State]:
    """The states of these names; raises :class:`~curvedoc.errors.UsageError` for one that is none."""
    from curvedoc.states import State

    known = [state.value for state in State if state is not State.INCONCLUSIVE]
    wanted = [n.strip() for n in names.split(",")] if isinstance(names, str) else names
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"stop_on: '{name}' is not a state to stop on.{nearest(name, known)}",
                f"Use {', '.join(known)}.",
            )
    return frozenset(State(name) for name in wanted)


def change(diagnosis: Diagnosis, stop: bool) -> str:
    """What a run has become, how sure that is, since when, why, and what to try first."""
    from curvedoc.wording import advice, axis, clean, percent, step

    said = f"{diagnosis.state.label} ({percent(diagnosis.confidence)} sure)"
    if diagnosis.onset_step is not None:
        said += f" since {axis(diagnosis.run.x)} {step(diagnosis.onset_step)}"
    said += f": {clean(diagnosis.reason)}"
    fixes = advice(diagnosis.findings)
    if fixes:
        said += f" Try: {clean(fixes[0].text)}"
    return said + " The training is asked to stop." if stop else said


def tell(message: str, how: str | None, grave: bool = True) -> None:
    """Say it the way that was asked for; good news are no warning, only a line of the log."""
    if how == "logging":
        LOGGER.log(logging.WARNING if grave else logging.INFO, "%s", message)
    elif how == "warnings" and grave:
        warnings.warn(CurvedocWarning(message), stacklevel=_outside())


def _outside() -> int:
    """How far up the first caller outside this package is: the line that a warning points at."""
    import sys

    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith("curvedoc."):
        level, frame = level + 1, frame.f_back
    return level
