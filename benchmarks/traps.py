"""Curves that diagnosis is known to fall for, made by small seeded functions, and what must be said of them.

    python benchmarks/traps.py [--peers VENV]

Each trap was met in tools that read real logs. It is a function of the number of points, the noise and a
random generator, so that it exists many times over: one pass could be luck. ``tests/test_known_traps.py``
makes each a test; ``accuracy_page.py`` puts the table on the page.

Noise is a factor about 1 on losses (as they have it: free of scale, never below zero) and a quarter of that
is added to metrics.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from trap_curves import (
    absolute_level,
    accuracy_alone,
    adversaries,
    agent,
    agent_without_reward,
    constant_gap,
    fine_tune,
    flat_metric,
    grokking,
    grokking_by_loss,
    grows,
    huge,
    late_evaluations,
    memorised,
    metric_starts_late,
    mixed_units,
    nan_for_good,
    nan_in_metric,
    nan_padding,
    negative,
    noisy_minimum,
    over_confident,
    percent,
    rate_steps,
    seldom_nan,
    short,
    tiny_underfitting,
    warm_restarts,
    warm_up_bump,
)

import curvedoc
from curvedoc.bench.answers import REFUSED
from curvedoc.bench.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from curvedoc.diagnosis import Diagnosis

    Columns = dict[str, list[float | None]]
    Make = Callable[[int, float, np.random.Generator], Columns]

SEEDS = 4
POINTS = (30, 200, 1000)
NOISES = (0.005, 0.03, 0.08)
ALARMS = frozenset({"non-finite-loss", "divergence", "unstable", "repeated-spikes"})
HEALTHY = frozenset({"smooth_descent"})
SILENT = frozenset({"inconclusive"})
OVERFITTED = frozenset({"overfitting"})
BLAMED = ALARMS | {"overfitting", "memorisation", "over-confidence"}
FORMS = ("dict", "frame", "csv")


@dataclass(frozen=True)
class Trap:
    """One trap: ``states`` are right, findings in ``wanted`` must be made and those in ``never`` must not.

    ``about`` is what is on the curves, ``fallen`` what tools make of it; ``forms`` are the ways in which it
    is handed over, in turn by seed.
    """

    id: str
    about: str
    fallen: str
    make: Make
    states: frozenset[str]
    never: frozenset[str] = ALARMS
    wanted: frozenset[str] = frozenset()
    points: tuple[int, ...] = POINTS
    noises: tuple[float, ...] = NOISES
    forms: tuple[str, ...] = FORMS


@dataclass(frozen=True)
class Case:
    """One run of a trap."""

    trap: Trap
    points: int
    noise: float
    seed: int

    @property
    def columns(self) -> Columns:
        """What was logged; None is a blank cell."""
        rng = np.random.default_rng([self.seed, self.points, int(1e4 * self.noise)])
        return self.trap.make(self.points, self.noise, rng)

    @property
    def form(self) -> str:
        """How it is handed over."""
        return self.trap.forms[self.seed % len(self.trap.forms)]


TRAPS = (
    Trap("validation-grows", "validation loss grows while train falls", "divergence", grows, OVERFITTED),
    Trap("rate-step", "the loss drops where the learning rate steps down", "a spike", rate_steps, HEALTHY,
         BLAMED | {"isolated-spike"}),
    Trap("noisy-minimum", "the lowest of noisy validation losses lies long ago", "overfitting",
         noisy_minimum, HEALTHY, BLAMED, points=(60, 200, 1000), noises=(0.03, 0.08, 0.15)),
    Trap("constant-gap", "validation stays above train by a constant", "overfitting", constant_gap, HEALTHY,
         BLAMED | {"validation-flat"}),
    Trap("over-confidence", "validation loss and accuracy both rise", "overfitting, and no word on why",
         over_confident, frozenset({"overfitting", "loss_metric_mismatch"}),
         wanted=frozenset({"over-confidence"})),
    Trap("flat-metric", "losses fall, the metric stands still", "nothing seen", flat_metric,
         frozenset({"loss_metric_mismatch"})),
    Trap("grokking", "validation follows long after train, with slingshots", "overfitting, spikes", grokking,
         frozenset({"grokking"}), BLAMED, points=(60, 300, 1000)),
    Trap("grokking-by-loss", "the same with nothing but losses logged", "overfitting, spikes",
         grokking_by_loss, frozenset({"grokking"}), BLAMED, points=(60, 300, 1000)),
    Trap("high-level", "a healthy loss of any size, from 1e-6 to 1e5", "underfitting by its value",
         absolute_level, HEALTHY, BLAMED | {"underfitting", "poor-optimization"}),
    Trap("low-level", "underfitting at a loss of 1e-4", "healthy by its value", tiny_underfitting,
         frozenset({"underfitting", "poor_optimization"})),
    Trap("three-epochs", "one to four epochs", "clean", short, SILENT, points=(1, 2, 3, 4)),
    Trap("accuracy-alone", "accuracies and no loss", "healthy", accuracy_alone, SILENT, points=(5, 60, 1000)),
    Trap("nan-for-good", "the loss is NaN or infinite from some step on, or from the first", "a crash",
         nan_for_good, frozenset({"unstable"}), frozenset(), frozenset({"non-finite-loss"}),
         forms=("csv",)),
    Trap("nan-in-metric", "NaN in a metric and in a timing", "instability", nan_in_metric, HEALTHY,
         forms=("csv",)),
    Trap("metric-starts-late", "the metric is evaluated from the middle of the run on", "a flat metric",
         metric_starts_late, HEALTHY, ALARMS | {"loss-metric-mismatch"}),
    Trap("nan-padding", "NaN between evaluations", "instability", nan_padding, HEALTHY, BLAMED,
         forms=("csv", "frame")),
    Trap("skipped-updates", "single NaN losses that the run came back from", "instability", seldom_nan,
         HEALTHY, BLAMED, forms=("csv",)),
    Trap("starts-at-1e7", "a loss that starts at ten million", "exploding", huge, HEALTHY, BLAMED),
    Trap("negative", "a loss that falls below zero", "exploding", negative, HEALTHY, BLAMED),
    Trap("percent", "accuracies in percent", "a gap of twenty", percent, HEALTHY,
         BLAMED | {"underfitting", "loss-metric-mismatch"}),
    Trap("percent-memorised", "train at 100 %, validation at chance, in percent", "nothing seen",
         memorised, OVERFITTED),
    Trap("percent-and-fraction", "train accuracy in percent, validation accuracy as a fraction",
         "a gap of 99", mixed_units, HEALTHY, BLAMED | {"underfitting", "loss-metric-mismatch"}),
    Trap("short-fine-tune", "5 to 10 epochs, validation loss rises at each", "too short to look at",
         fine_tune, OVERFITTED, points=(5, 6, 8, 10), noises=(0.005, 0.03)),
    Trap("seldom-evaluated", "3 to 5 evaluations among many train steps, each higher", "too few to look at",
         late_evaluations, OVERFITTED, points=(60, 300)),
    Trap("warm-up-bump", "a bump while the learning rate warms up", "a spike, divergence", warm_up_bump,
         HEALTHY, BLAMED),
    Trap("warm-restarts", "bumps where a cyclic learning rate restarts", "spikes, instability",
         warm_restarts, HEALTHY, BLAMED, points=(60, 200, 1000)),
    Trap("adversaries", "the two losses of a GAN", "no progress, spikes", adversaries, SILENT),
    Trap("agent", "losses of an agent whose reward rises", "divergence, spikes", agent, HEALTHY, BLAMED),
    Trap("agent-without-reward", "losses of an agent, no reward logged", "divergence, no progress",
         agent_without_reward, SILENT),
)  # fmt: skip


def cases(trap: Trap) -> Iterator[Case]:
    """Every run of a trap: each length, noise and seed."""
    for points in trap.points:
        for noise in trap.noises:
            for seed in range(SEEDS):
                yield Case(trap, points, noise, seed)


def write(columns: Columns, path: Path) -> Path:
    """The columns as a CSV file; None is an empty cell, NaN is written."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(
            ["" if value is None else value for value in row] for row in zip(*columns.values(), strict=True)
        )
    return path


def diagnosed(case: Case, folder: Path) -> Diagnosis:
    """What curvedoc says of a case, handed over in its form (a file is written into ``folder``)."""
    columns: Any = case.columns
    if case.form == "frame":
        import pandas as pd

        columns = pd.DataFrame(columns)
    if case.form == "csv":
        columns = write(columns, folder / f"{case.trap.id}-{case.points}-{case.noise}-{case.seed}.csv")
    return curvedoc.diagnose(columns)


def faults(case: Case, said: Diagnosis) -> list[str]:
    """What is wrong with what was said; empty when the trap was seen through."""
    trap, made = case.trap, {finding.rule for finding in said.findings}
    found = [] if said.state in trap.states else [f"{said.state} ({said.confidence:.2f})"]
    found += [f"finding {rule}" for rule in sorted(made & trap.never)]
    return found + [f"no finding {rule}" for rule in sorted(trap.wanted - made)]


def outcomes(venv: Path | None = None, jobs: int = 1) -> dict[str, dict[str, list[str]]]:
    """Tool -> trap -> the state said of each case; those of peers with an environment (see ``peers``).

    Of curvedoc a case whose findings are wrong counts as wrong although its state is right: it is written
    as the first of its faults.
    """
    ours: dict[str, list[str]] = {}
    paths: dict[str, list[Path]] = {}
    with tempfile.TemporaryDirectory(prefix="traps-") as scratch:
        folder = Path(scratch)
        for trap in TRAPS:
            for i, case in enumerate(cases(trap)):
                said = diagnosed(case, folder)
                wrong = faults(case, said)
                ours.setdefault(trap.id, []).append(wrong[0].split(" (")[0] if wrong else said.state.value)
                paths.setdefault(trap.id, []).append(write(case.columns, folder / f"{trap.id}_{i}.csv"))
        return {"curvedoc": ours} | (_peers(paths, venv, jobs) if venv else {})


def _peers(paths: dict[str, list[Path]], venv: Path, jobs: int) -> dict[str, dict[str, list[str]]]:
    """What each peer says of the files; one that is asked with and without our columns, as it did better."""
    import peers

    said = peers.answers([path for some in paths.values() for path in some], venv, jobs)
    found: dict[str, dict[str, list[str]]] = {}
    for tool, by_path in said.items():
        name = tool.removesuffix(peers.WITH_COLUMNS)
        states = {trap: [by_path[path][0] for path in some] for trap, some in paths.items()}
        found[name] = max(found.get(name, states), states, key=right)
    return found


def right(states: dict[str, list[str]]) -> int:
    """How many cases got a state that is right."""
    return sum(is_right(state, trap) for trap in TRAPS for state in states[trap.id])


def is_right(state: str, trap: Trap) -> bool:
    """A state of the trap is; a refusal where there is too little to tell (as in ``curvedoc.bench``)."""
    return state in trap.states or (state == REFUSED and "inconclusive" in trap.states)


def tables(found: dict[str, dict[str, list[str]]]) -> tuple[Table, ...]:
    """The traps with what curvedoc says of them; beside peers also how many cases each gets right."""
    rows = [
        (
            f"`{trap.id}`", trap.about, trap.fallen, " or ".join(sorted(trap.states)),
            _told(found["curvedoc"][trap.id], trap),
        )
        for trap in TRAPS
    ]  # fmt: skip
    note = (
        "Each trap at several lengths, noises and seeds, through the public interface; "
        "`tests/test_known_traps.py[<id>-...]` tests every one of them. Of curvedoc the findings count "
        "too: a right state with a finding that must not be made, or without the one that must, is wrong."
    )
    header = ("trap", "on the curves", "what tools make of it", "right", "curvedoc says")
    ours = Table("Traps", header, tuple(rows), note, left=tuple(range(len(header))))
    return (ours, _beside(found)) if len(found) > 1 else (ours,)


def _beside(found: dict[str, dict[str, list[str]]]) -> Table:
    rows = [(f"`{trap.id}`", *(_told(said[trap.id], trap) for said in found.values())) for trap in TRAPS]
    rows.append(("all", *(f"{right(said)} of {_count(said)}" for said in found.values())))
    note = (
        "Cases with a right state; behind them the commonest wrong answer. A peer is asked with the files as "
        "they are and with the columns that our reader found, and the better of the two counts. What a "
        "peer's findings mean in our states is the mapping in `benchmarks/peers/vocabulary.py`; no "
        "finding counts as smooth_descent, a refusal where inconclusive is right is right, and the findings "
        "of a peer are not held against it. Traps are where tools fall: the totals say nothing of how "
        "often such curves are met."
    )
    return Table("Traps, beside the peers", ("trap", *found), tuple(rows), note, tuple(range(len(found) + 1)))


def _count(said: dict[str, list[str]]) -> int:
    return sum(map(len, said.values()))


def _told(states: Sequence[str], trap: Trap) -> str:
    """Right answers of all, and the commonest wrong one."""
    wrong = Counter(state for state in states if not is_right(state, trap))
    hits = f"{len(states) - wrong.total()} of {len(states)}"
    return hits + (f" ({wrong.most_common(1)[0][0]})" if wrong else "")


def main() -> int:
    from curvedoc.bench.tables import as_text

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", type=Path, metavar="VENV", help="environment of peers-requirements.txt")
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    print("\n".join(map(as_text, tables(outcomes(args.peers, args.jobs)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
