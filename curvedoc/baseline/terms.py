"""The terms of a comparison: what is compared, how sure a difference must be, how large it may be."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curvedoc.compared import Measure
from curvedoc.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT_ALPHA = 0.05
# Entries of a baseline that a drift is sought in.
DEFAULT_LAST = 8
# Fewer levels than this cannot rise beyond chance: four in order come by chance in 1 of 24 cases.
FEWEST_TO_DRIFT = 4

KEYS = ("path", "compare", "measure", "tolerance", "alpha", "last", "repeats")
_NUMBER = re.compile(r"\s*([0-9.]+(?:[eE][-+]?[0-9]+)?)\s*(%?)\s*")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much worse is still accepted: an amount, or a share of the baseline's value."""

    amount: float
    relative: bool = False

    def of(self, value: float) -> float:
        """In the unit of ``value``."""
        return self.amount * abs(value) if self.relative else self.amount


@dataclass(frozen=True, slots=True)
class Terms:
    """What is compared and when it fails.

    ``compare``: roles (empty: the main metric and the loss on validation). ``measures``: those that decide.
    ``tolerance`` None: none, but a single run against a single one must differ by more than seeds do.
    ``alpha``: how often equal runs may fail. ``last``: how many baselines a drift is sought in. ``repeats``:
    all runs of a side are one experiment repeated, whatever their names.
    """

    compare: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = (Measure.FINAL,)
    tolerance: Tolerance | None = None
    alpha: float = DEFAULT_ALPHA
    last: int = DEFAULT_LAST
    repeats: bool = False


def terms(table: Mapping[str, Any], where: str = "") -> Terms:
    """The terms that a table says (keys: :data:`KEYS`, ``path`` is left to the caller).

    Raises UsageError for an unknown key or a value that is none; ``where`` is the file it stands in.
    """
    for key in table:
        if key not in KEYS:
            raise UsageError(
                f"unknown setting '{key}' of the baseline.{nearest(key, KEYS)}",
                f"Known: {', '.join(KEYS)}.",
                where,
            )
    last = table.get("last", DEFAULT_LAST)
    if isinstance(last, bool) or not isinstance(last, int) or last < 0:
        raise UsageError(f"'last' is not a number of baselines: {last!r}", "Write last = 8.", where)
    repeats = table.get("repeats", False)
    if not isinstance(repeats, bool):
        raise UsageError(f"'repeats' is not true or false: {repeats!r}", "Write repeats = true.", where)
    return Terms(
        compare=_names(table.get("compare", ()), "compare", where),
        measures=measures_of(_names(table.get("measure", ()), "measure", where), where) or (Measure.FINAL,),
        tolerance=tolerance(table["tolerance"], where) if "tolerance" in table else None,
        alpha=_alpha(table.get("alpha", DEFAULT_ALPHA), where),
        last=last,
        repeats=repeats,
    )


def tolerance(value: object, where: str = "") -> Tolerance:
    """``0.01`` or ``"0.01"`` as an amount, ``"2%"`` as a share; raises UsageError for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:.17g}"
    match = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    try:
        amount = float(match[1]) if match else math.nan
    except ValueError:
        amount = math.nan
    if match is None or not math.isfinite(amount):
        raise UsageError(
            f"'{value}' is no tolerance", "Write an amount like 0.01, or a share like 2%.", where
        )
    return Tolerance(amount / 100, relative=True) if match[2] else Tolerance(amount)


def measures_of(names: Sequence[str], where: str = "") -> tuple[Measure, ...]:
    """The measures of these names; ``all`` is every one. Raises UsageError for an unknown name."""
    known = [*(measure.value for measure in Measure), "all"]
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no measure '{name}'.{nearest(name, known)}", f"Known: {', '.join(known)}.", where
            )
    return tuple(Measure) if "all" in names else tuple(dict.fromkeys(Measure(name) for name in names))


def _names(value: object, key: str, where: str) -> tuple[str, ...]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, str) for entry in entries):
        raise UsageError(f"'{key}' is not a list of strings", f'Write {key} = ["…"].', where)
    return tuple(name.strip() for entry in entries for name in entry.split(",") if name.strip())


def _alpha(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 0.5:
        raise UsageError(f"'alpha' is not between 0 and 0.5: {value!r}", "Write alpha = 0.05.", where)
    return float(value)
