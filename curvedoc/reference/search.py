"""R16: four ways to spend one budget of updates on a search: grid, random, successive halving, curvedoc's
own verdict.

All share the space, the task and the total number of updates; each reports the best validation metric that
it found.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

from curvedoc.states import State

from .jobs import silent
from .runner import LoggedRun, planned, train
from .verdict import Judge, as_run, score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .jobs import Report
    from .loop import Row

METHODS = ("grid", "random", "halving", "verdict")

# A run in one of these states is dropped at a check: more of the same updates will not mend it.
BAD = (State.UNSTABLE, State.POOR_OPTIMIZATION, State.UNDERFITTING)

# Log-uniform ranges around what digits need: a third of the rates is too small, a third too large.
RATES = (1e-5, 1.0)
WIDTHS = (2, 256)
DECAYS = (1e-4, 10.0)

FULL = 800  # updates of a whole run
ETA = 3  # halving keeps one in ETA at each rung
RUNG = FULL // ETA**2
FIRST_CHECK = 8  # logged points before the verdict may drop a run: fewer say nothing
LOG_EVERY = 20


@dataclass(frozen=True, slots=True)
class Tried:
    """One configuration: its settings, the updates spent on it, its validation metric, why it was dropped."""

    settings: dict[str, Any]
    updates: int
    metric: float
    dropped: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a method found within the budget: the best metric, what was spent, all that was tried."""

    method: str
    seed: int
    best: float
    updates: int
    tried: tuple[Tried, ...]


def sample(draw: random.Random) -> dict[str, Any]:
    """One random configuration, log-uniform in rate, width and weight decay."""
    rate, width, decay = (
        math.exp(draw.uniform(math.log(a), math.log(b))) for a, b in (RATES, WIDTHS, DECAYS)
    )
    return {"lr": rate, "width": round(width), "weight_decay": decay}


def grid(n: int) -> Iterator[dict[str, Any]]:
    """About ``n`` configurations on a regular lattice of the same space (equal numbers of values per
    axis).
    """
    per_axis = max(2, round(n ** (1 / 3)))
    axes = [
        [math.exp(math.log(a) + (i + 0.5) / per_axis * (math.log(b) - math.log(a))) for i in range(per_axis)]
        for a, b in (RATES, WIDTHS, DECAYS)
    ]
    for rate in axes[0]:
        for width in axes[1]:
            for decay in axes[2]:
                yield {"lr": rate, "width": round(width), "weight_decay": decay}


def search(
    method: str, budget: int, judge: Judge, seed: int = 0, report: Report = silent, full: int = FULL
) -> Found:
    """Search with a budget of ``budget`` whole runs (``full`` updates each); told how much of it is spent.

    Raises ValueError for an unknown method.
    """
    if method not in METHODS:
        raise ValueError(f"no method {method!r}; use one of {', '.join(METHODS)}")
    total, draw = budget * full, random.Random(seed)  # noqa: S311 (a search, no secret)

    def tell(spent: int) -> None:
        report(f"{method} seed {seed}", spent / total)

    if method == "grid":
        order = list(grid(budget))
        draw.shuffle(order)
        tried = _one_by_one(iter(order), total, full, seed, tell)
    elif method == "random":
        tried = _one_by_one(iter(lambda: sample(draw), None), total, full, seed, tell)
    elif method == "halving":
        tried = _halving(draw, total, full, seed, tell)
    else:
        tried = _one_by_one(iter(lambda: sample(draw), None), total, full, seed, tell, _pruner(judge))
    kept = [t for t in tried if math.isfinite(t.metric)]
    report(f"{method} seed {seed}", 1.0)
    return Found(
        method,
        seed,
        max((t.metric for t in kept), default=math.nan),
        sum(t.updates for t in tried),
        tuple(tried),
    )


def summary(found: Sequence[Found], methods: Sequence[str]) -> list[str]:
    """A line per method: median and range of the best found over the seeds, and the runs it looked at."""
    lines = []
    for method in methods:
        mine = [one for one in found if one.method == method]
        best = sorted(one.best for one in mine)
        looked = median(len(one.tried) for one in mine)
        lines.append(
            f"{method:8} median best {median(best):.4f} ({best[0]:.4f} to {best[-1]:.4f}), "
            f"{looked:.0f} runs, over {len(mine)} seeds"
        )
    return lines


def _train(
    settings: dict[str, Any], steps: int, seed: int, stop: Callable[[list[Row]], bool] | None = None
) -> LoggedRun:
    from .catalogue import scenario

    base = scenario("digits-healthy")
    plain = replace(base, settings={**base.settings, "dropout": 0.0, "log_every": LOG_EVERY})
    return train(plain, None, seed, changes={**settings, "steps": steps}, stop=stop).log


def _one_by_one(
    configurations: Iterator[dict[str, Any]],
    total: int,
    full: int,
    seed: int,
    tell: Callable[[int], None],
    pruner: Callable[[list[Row]], str] | None = None,
) -> list[Tried]:
    tried: list[Tried] = []
    spent = 0
    for settings in configurations:
        steps = min(full, total - spent)
        if steps < LOG_EVERY * FIRST_CHECK:
            break
        reasons: list[str] = []

        def stop(rows: list[Row], reasons: list[str] = reasons) -> bool:
            reason = pruner(rows) if pruner else ""
            if reason:
                reasons.append(reason)
            return bool(reason)

        done = _train(settings, steps, seed, stop)
        updates = int(done.rows[-1]["step"])
        spent += updates
        tell(spent)
        tried.append(Tried(settings, updates, score(done, "metric"), reasons[0] if reasons else ""))
    return tried


def _pruner(judge: Judge) -> Callable[[list[Row]], str]:
    """Ask the verdict at ever longer prefixes; a bad state drops the run."""
    from .catalogue import scenario

    base = planned(scenario("digits-healthy"))[0]

    def bad(rows: list[Row]) -> str:
        if len(rows) < FIRST_CHECK or len(rows) % (FIRST_CHECK // 2):
            return ""
        state = judge(as_run(replace(base, rows=tuple(rows))))
        return str(state) if state in BAD else ""

    return bad


def _halving(
    draw: random.Random, total: int, full: int, seed: int, tell: Callable[[int], None]
) -> list[Tried]:
    """Successive halving (Jamieson and Talwalkar 2016): many short runs, the best third again three times
    as long.

    A survivor is trained anew to its longer length; only the difference counts against the budget, as if it
    had been resumed.
    """
    rungs = [full // ETA**2, full // ETA, full]
    tried: list[Tried] = []
    spent = 0
    while spent < total:
        alive = [sample(draw) for _ in range(ETA**2)]
        before = 0
        for steps in rungs:
            scores = []
            for settings in alive:
                if spent + steps - before > total:
                    return tried
                done = _train(settings, steps, seed)
                spent += steps - before
                tell(spent)
                scores.append(score(done, "metric"))
                tried.append(Tried(settings, steps - before, scores[-1]))
            ranked = sorted(
                range(len(alive)), key=lambda i: -scores[i] if math.isfinite(scores[i]) else math.inf
            )
            alive, before = [alive[i] for i in ranked[: max(1, len(alive) // ETA)]], steps
    return tried
