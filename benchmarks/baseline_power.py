"""How often a comparison with a baseline fails equal runs, and how often it sees a real difference.

    python benchmarks/baseline_power.py [--times 2000] [--seed 0]

Runs are made: a loss that falls exponentially from 2.3 to 0.4 in 60 evaluations, noise that is correlated
from one evaluation to the next, a level of its own for each seed. What is counted is the verdict on the final
level, as ``curvedoc check --baseline`` gives it. The tables stand in docs/baseline.md.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.baseline.checks import against
from curvedoc.baseline.history import Baseline, Entry
from curvedoc.baseline.judge import judge
from curvedoc.baseline.measures import final
from curvedoc.baseline.samples import two_samples
from curvedoc.baseline.summary import Summary, course, summary
from curvedoc.baseline.terms import Terms, Tolerance
from curvedoc.compared import Outcome
from curvedoc.run import Curve, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROLE = "val/loss"
NONE = Tolerance(0.0)


@dataclass(frozen=True)
class World:
    """How runs come about: level at the end; spread of seeds and noise of a point as shares of it."""

    level: float = 0.4
    seeds: float = 0.02
    noise: float = 0.01
    rho: float = 0.5
    points: int = 60

    def run(self, rng: np.random.Generator) -> Run:
        """One run, with its own seed."""
        t = np.arange(1.0, self.points + 1)
        level = self.level * (1 + self.seeds * rng.standard_normal())
        shocks = self.noise * self.level * rng.standard_normal(self.points)
        wander = shocks.copy()
        for i in range(1, self.points):
            wander[i] = self.rho * wander[i - 1] + np.sqrt(1 - self.rho**2) * shocks[i]
        values = level + (2.3 - level) * np.exp(-8 * t / self.points) + wander
        return Run("run", "", "made", "epoch", (Curve("val_loss", ROLE, t, values, False),))

    def runs(self, rng: np.random.Generator, n: int) -> list[Summary]:
        """Runs that differ by their seeds."""
        return [summary(self.run(rng)) for _ in range(n)]


def failing(world: World, new: World, sizes: tuple[int, int], terms: Terms, times: int, seed: int) -> float:
    """How often new runs are called worse."""
    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(times):
        found = judge(new.runs(rng, sizes[0]), world.runs(rng, sizes[1]), terms)
        hits += any(c.decides and c.outcome is Outcome.WORSE for c in found)
    return hits / times


def after_history(world: World, new: World, entries: int, terms: Terms, times: int, seed: int) -> float:
    """The same for one run against a baseline of so many single runs, drift left aside."""
    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(times):
        before = tuple(Entry(tuple(world.runs(rng, 1))) for _ in range(entries))
        verdict = against([new.run(rng)], Baseline(before), terms)
        hits += any(c.decides and c.outcome is Outcome.WORSE for _, found in verdict.compared for c in found)
    return hits / times


def raw_best(world: World, new: World, times: int, seed: int) -> tuple[float, float]:
    """How often the lowest value of a noisier equal run is lower by chance: the raw minimum, our level."""
    rng = np.random.default_rng(seed)
    raw, ours = [], []
    for _ in range(times):
        runs = world.run(rng), new.run(rng)
        values = [float(run.curves[0].values.min()) for run in runs]
        levels = [course(run.curves[0]).best for run in runs]
        raw.append(values[1] - values[0])
        ours.append(levels[1] - levels[0])
    return float(np.mean(raw)) / world.level, float(np.mean(ours)) / world.level


def single_runs(times: int, seed: int) -> Iterable[str]:
    yield "| one run against one | seeds differ | equal runs | 2 % worse | 5 % worse | 10 % worse |"
    yield "|---|---|---|---|---|---|"
    for seeds in (0.0, 0.01, 0.02, 0.04):
        world = World(seeds=seeds)
        for name, ways in (
            ("`--tolerance 0`: noise alone", Terms(tolerance=NONE)),
            ("no tolerance given", Terms()),
        ):
            shares = [
                failing(world, worse(world, by), (1, 1), ways, times, seed) for by in (0, 0.02, 0.05, 0.1)
            ]
            yield row(name, f"{100 * seeds:g} %", shares)
        shares = [
            after_history(world, worse(world, by), 8, Terms(), times // 4, seed)
            for by in (0, 0.02, 0.05, 0.1)
        ]
        yield row("8 earlier baselines in the file", f"{100 * seeds:g} %", shares)


def several(times: int, seed: int) -> Iterable[str]:
    yield "| runs | test | equal runs | 1 sd worse | 2 sd worse | 3 sd worse |"
    yield "|---|---|---|---|---|---|"
    world = World()
    for sizes in ((1, 3), (1, 5), (2, 2), (3, 3), (3, 5), (5, 5)):
        shares = [
            failing(world, worse(world, k * world.seeds), sizes, Terms(), times, seed) for k in range(4)
        ]
        rng = np.random.default_rng(seed)
        levels = [[final(run.courses[0]) for run in world.runs(rng, n)] for n in sizes]
        tested = two_samples(levels[0], levels[1], Terms().alpha)
        yield row(
            f"{sizes[0]} against {sizes[1]}", tested if isinstance(tested, str) else tested.name, shares
        )


def worse(world: World, share: float) -> World:
    return replace(world, level=world.level * (1 + share))


def row(name: str, second: str, shares: Sequence[float]) -> str:
    return f"| {name} | {second} | " + " | ".join(f"{100 * share:.1f} %" for share in shares) + " |"


def correlated(times: int, seed: int) -> Iterable[str]:
    yield "| correlation of the noise | equal runs, correlation seen | correlation taken for none |"
    yield "|---|---|---|"
    for rho in (0.0, 0.3, 0.6, 0.8):
        world = World(seeds=0.0, rho=rho)
        seen = failing(world, world, (1, 1), Terms(tolerance=NONE), times, seed)
        yield f"| {rho:g} | {100 * seen:.1f} % | {100 * blind(world, times, seed):.1f} % |"


def blind(world: World, times: int, seed: int) -> float:
    """The rate of false alarms when every point counts as independent."""
    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(times):
        runs = [summary(world.run(rng)) for _ in range(2)]
        sides = [[final(replace(run.courses[0], tau=1.0))] for run in runs]
        tested = two_samples(sides[0], sides[1], 0.05)
        hits += not isinstance(tested, str) and tested.p <= 0.05
    return hits / times


def best_values(times: int, seed: int) -> Iterable[str]:
    yield "| noise of the new run | lowest value lower by | best level lower by |"
    yield "|---|---|---|"
    for factor in (1.0, 2.0, 4.0):
        world = World(seeds=0.0)
        raw, ours = raw_best(world, replace(world, noise=factor * world.noise), times, seed)
        yield f"| {factor:g} times the baseline's | {-100 * raw:.1f} % | {-100 * ours:.1f} % |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=2000, help="runs of each experiment (default 2000)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    tables: tuple[Callable[[int, int], Iterable[str]], ...] = (several, single_runs, correlated, best_values)
    for table in tables:
        for line in table(args.times, args.seed):
            print(line, flush=True)
        print()


if __name__ == "__main__":
    main()
