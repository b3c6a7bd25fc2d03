"""From a scenario to a trained run and its log files."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curvedoc.errors import UsageError, nearest

from . import loop
from .settings import Settings, split
from .tasks import Task, find
from .writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from torch import nn

    from curvedoc.rule import Scenario


@dataclass(frozen=True, slots=True, eq=False)
class LoggedRun:
    """What is left of a finished run: what was set, what was logged, the name of its metric."""

    scenario: Scenario
    treated: str
    seed: int
    settings: Settings
    metric: str
    rows: tuple[loop.Row, ...]

    @property
    def name(self) -> str:
        """``scenario``, or ``scenario+remedy``."""
        return name_of(self.scenario, self.treated)

    def column(self, name: str) -> list[float]:
        """A logged column, without the rows where it was not logged."""
        return [row[name] for row in self.rows if name in row]


@dataclass(frozen=True, slots=True, eq=False)
class TrainedRun:
    """A finished run with its data and model still there, and the wall time in seconds."""

    log: LoggedRun
    task: Task
    model: nn.Module
    seconds: float

    @property
    def scenario(self) -> Scenario:
        """What was trained."""
        return self.log.scenario

    @property
    def treated(self) -> str:
        """The remedy, "" for none."""
        return self.log.treated

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self.log.seed

    @property
    def rows(self) -> tuple[loop.Row, ...]:
        """What was logged."""
        return self.log.rows

    def column(self, name: str) -> list[float]:
        """A logged column, without the rows where it was not logged."""
        return self.log.column(name)


def name_of(scenario: Scenario, treated: str = "", seed: int | None = None) -> str:
    """``scenario``, ``scenario+remedy``, and ``-seed3`` behind it where a seed is named."""
    name = f"{scenario.id}+{treated}" if treated else scenario.id
    return name if seed is None else f"{name}-seed{seed}"


def overridden(scenario: Scenario, treated: str | None = None) -> dict[str, Any]:
    """The scenario's settings, changed as its remedy says; :class:`UsageError` for an unknown remedy."""
    if treated and treated not in scenario.treated:
        known = ", ".join(scenario.treated) or "none"
        raise UsageError(
            f"Scenario '{scenario.id}' has no remedy '{treated}'.{nearest(treated, scenario.treated)}",
            f"Its remedies: {known}.",
        )
    return {**scenario.settings, **(scenario.treated[treated] if treated else {})}


def train(
    scenario: Scenario,
    treated: str | None = None,
    seed: int | None = None,
    device: str = "cpu",
    changes: Mapping[str, Any] | None = None,
    on_row: Callable[[loop.Row], None] | None = None,
    stop: Callable[[list[loop.Row]], bool] | None = None,
) -> TrainedRun:
    """Train a scenario as it is (sick), or with one of its remedies.

    ``seed`` replaces the scenario's own, ``changes`` are further settings on top. Same seed, same log, on
    one machine (``device="cpu"``). ``on_row`` and ``stop`` as in :func:`curvedoc.reference.loop.fit`.
    """
    log, make, data = planned(scenario, treated, seed, changes)
    task = make(log.seed, **data)
    done = loop.fit(task, log.settings, log.seed, device, on_row, stop)
    return TrainedRun(replace(log, metric=task.metric, rows=done.rows), task, done.model, done.seconds)


def planned(
    scenario: Scenario,
    treated: str | None = None,
    seed: int | None = None,
    changes: Mapping[str, Any] | None = None,
) -> tuple[LoggedRun, Callable[..., Task], dict[str, Any]]:
    """What :func:`train` would train: the run before its first row, the maker of its data, and how to call
    it.
    """
    seed = scenario.seed if seed is None else seed
    make = find(scenario.task)
    settings, data = split({**overridden(scenario, treated), **(changes or {})}, make)
    return LoggedRun(scenario, treated or "", seed, settings, "", ()), make, data


def write(trained: TrainedRun, out: str | Path, formats: Iterable[str], name: str = "") -> dict[str, Path]:
    """Write the log in each of the formats below ``out``; returns format -> file or directory.

    Raises :class:`UsageError` for an unknown format.
    """
    written = {}
    for form in formats:
        if form not in FORMATS:
            raise UsageError(
                f"There is no log format '{form}'.{nearest(form, FORMATS)}", f"Use: {', '.join(FORMATS)}."
            )
        suffix, writer = FORMATS[form]
        written[form] = Path(out) / ((name or trained.log.name) + suffix)
        written[form].parent.mkdir(parents=True, exist_ok=True)
        writer(trained.rows, written[form])
    return written


def level(values: list[float], at: str = "end", few: int = 5) -> float:
    """Median of the last (``end``) or lowest (``best``) few values; NaN or infinity at the end stays what
    it is.
    """
    chosen = values[-few:] if at == "end" else sorted(v for v in values if math.isfinite(v))[:few]
    if not chosen or any(math.isnan(v) for v in chosen):
        return math.nan
    return sorted(chosen)[len(chosen) // 2]
