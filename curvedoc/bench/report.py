"""Everything that is measured about scored answers, as data."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from curvedoc.gate import DEFAULT_MIN_CONFIDENCE

from .calibration import BRIER, Bin, ece, equal_mass, equal_width, reliability
from .intervals import Figure, figure
from .labels import NOT_OVERFITTING
from .matrix import StateFigures, confusion, per_state
from .stability import Flips, Foresight, flips, foresight
from .statistics import ACCURACY, ACCURACY_READ, FALSE_ALARMS, HEADLINES, MACRO_F1, READ, overfit_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .answers import Scored
    from .stability import Probe

SLICE = (READ, ACCURACY, ACCURACY_READ, MACRO_F1, FALSE_ALARMS)
CUTS = ("part", "tier", "source")


@dataclass(frozen=True, slots=True)
class Slice:
    """The figures of :data:`SLICE` for the logs that share a part, tier or source."""

    name: str
    logs: int
    groups: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether confidence means what it says, over some of the logs; the bins are of equal width."""

    name: str
    equal_width: Figure
    equal_mass: Figure
    brier: Figure
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One wrong answer; ``reason`` says why a log was refused."""

    path: str
    part: str
    source: str
    primary: str
    acceptable: tuple[str, ...]
    answer: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """All figures. ``cuts``: part, tier and source -> slices (those that tell logs apart).

    ``overfit``: the binary task at any confidence and at that of the gate (empty without ``not_overfitting``
    labels). ``seconds``: median time of an answer. ``wrong``: the most confident first, refusals last.
    """

    logs: int
    groups: int
    unlabelled: int
    figures: tuple[Figure, ...]
    states: tuple[StateFigures, ...]
    confusion: Mapping[str, Mapping[str, int]]
    cuts: Mapping[str, tuple[Slice, ...]]
    calibration: tuple[Calibration, ...]
    overfit: tuple[Figure, ...]
    flips: tuple[Flips, ...]
    foresight: tuple[Foresight, ...]
    seconds: float
    wrong: tuple[Wrong, ...]


def report(
    rows: Sequence[Scored], probes: Sequence[Probe] = (), unlabelled: int = 0, overfit_source: str = ""
) -> Report:
    """Measure scored answers (ours, a peer's, or answers out of fold) and, if given, the probes of runs.

    ``overfit_source``: the one source to take for the binary task (default: all that hold negatives).
    """
    parts = _split(rows, "part")
    return Report(
        logs=len(rows),
        groups=len({row.label.group for row in rows}),
        unlabelled=unlabelled,
        figures=tuple(figure(rows, statistic) for statistic in HEADLINES),
        states=per_state(rows),
        confusion=confusion(rows),
        cuts={cut: slices(rows, cut) for cut in CUTS if len(_split(rows, cut)) > 1},
        calibration=tuple(
            calibrated(name, some)
            for name, some in ({"all": rows} | (parts if len(parts) > 1 else {})).items()
        ),
        overfit=overfit_figures(rows, overfit_source),
        flips=flips(probes) if any(probe.perturbed for probe in probes) else (),
        foresight=foresight(probes),
        seconds=_middle([row.answer.seconds for row in rows]),
        wrong=_wrong(rows),
    )


def slices(rows: Sequence[Scored], cut: str) -> tuple[Slice, ...]:
    """The figures for each part, tier or source."""
    return tuple(
        Slice(
            name or "-",
            len(some),
            len({row.label.group for row in some}),
            tuple(figure(some, statistic) for statistic in SLICE),
        )
        for name, some in _split(rows, cut).items()
    )


def calibrated(name: str, rows: Sequence[Scored]) -> Calibration:
    """The calibration over ``rows``."""
    return Calibration(
        name,
        figure(rows, ece(equal_width())),
        figure(rows, ece(equal_mass(rows))),
        figure(rows, BRIER),
        reliability(rows, equal_width()),
    )


def overfit_figures(rows: Sequence[Scored], source: str = "") -> tuple[Figure, ...]:
    """The binary task on ``source``, or all that hold a negative: at any confidence, and at the gate's."""
    sources = {row.label.source for row in rows if row.label.primary == NOT_OVERFITTING}
    sources &= {source} if source else sources
    asked = [row for row in rows if row.label.source in sources]
    limits = (0.0, DEFAULT_MIN_CONFIDENCE) if sources else ()
    return tuple(figure(asked, overfit_task(limit)) for limit in limits)


def as_json(measured: Report) -> str:
    """A report as a JSON document; what is not a number becomes null."""
    import json

    return json.dumps(_plain(asdict(measured)), indent=1, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _split(rows: Sequence[Scored], cut: str) -> dict[str, list[Scored]]:
    found: dict[str, list[Scored]] = {}
    for row in rows:
        found.setdefault(getattr(row.label, cut), []).append(row)
    return dict(sorted(found.items()))


def _middle(values: Sequence[float]) -> float:
    known = sorted(value for value in values if not math.isnan(value))
    return known[len(known) // 2] if known else math.nan


def _wrong(rows: Sequence[Scored]) -> tuple[Wrong, ...]:
    """Wrong answers, the surest first; what was refused, and tools without confidence, come last."""
    wrong = [row for row in rows if not row.right]
    wrong.sort(key=lambda row: (not row.answer.read, -_or_zero(row.answer.confidence), str(row.label.path)))
    return tuple(
        Wrong(
            str(row.label.path),
            row.label.part,
            row.label.source,
            row.label.primary,
            tuple(sorted(row.label.acceptable)),
            row.answer.state,
            row.answer.confidence,
            row.answer.reason,
        )
        for row in wrong
    )


def _or_zero(value: float) -> float:
    return 0.0 if math.isnan(value) else value
