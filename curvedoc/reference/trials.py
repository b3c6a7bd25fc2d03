"""Trials: each remedy on many sick runs; how often it cures, how sure that number is, how much it helps."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from hashlib import sha256
from os import getpid
from statistics import median
from typing import TYPE_CHECKING, Any

from .jobs import each, following, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from curvedoc.rule import Scenario
    from curvedoc.states import State

    from .jobs import Report
    from .runner import LoggedRun

Z95 = 1.959964  # normal quantile of a two-sided 95 % interval
SLOW_TASK = "modular"  # minutes a run: fewer seeds
SLOW_SEEDS = 5
# Advice that fixes name and no trial tests, with the reason.
UNTRIED = {
    "inspect-data": "looking is no treatment",
    "check-split": "looking is no treatment",
    "log-more": "changes the log, not the run",
    "keep-going": "the run is healthy",
    "stop-when-flat": "the run is healthy",
    "calibrate": "mends the probabilities of a finished model; the curves stay as they are",
    "loss-scaling": "needs half precision, which a CPU does not train in",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One remedy on one sick run.

    ``was_sick``: the judge saw the state that the scenario is about; only such runs count. ``effect`` is
    the change of the score (higher is better) by ``yardstick``; the scores are validation at the end, NaN
    where it has none. ``settings`` is the digest of what was set, so that a changed set-up is tried anew.
    """

    remedy: str
    setup: str
    seed: int
    sick_state: str
    treated_state: str
    was_sick: bool
    cured: bool
    yardstick: str
    sick_score: float
    treated_score: float
    settings: str = ""

    @property
    def effect(self) -> float:
        """Improvement of the score."""
        return self.treated_score - self.sick_score


def wilson(successes: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval of a proportion (Wilson 1927); (0, 1) when nothing was tried.

    Raises ValueError unless 0 <= successes <= n.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no proportion")
    if n == 0:
        return 0.0, 1.0
    p, zz = successes / n, z * z
    centre = (p + zz / (2 * n)) / (1 + zz / n)
    half = z / (1 + zz / n) * math.sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def attempt(
    setup: Scenario,
    remedies: Iterable[str],
    seed: int,
    judge: Any,
    device: str = "cpu",
    logs: Path | None = None,
    report: Report = silent,
) -> list[Attempt]:
    """Train the sick run once and each remedy beside it, with the same seed.

    With a folder for ``logs`` each run is kept there, and read instead of trained when it is there already.
    """
    from .verdict import as_run, cured, score, yardstick

    sick = logged(setup, "", seed, device, logs, report)
    sick_state = judge(as_run(sick))
    done = []
    for remedy in remedies:
        treated = logged(setup, remedy, seed, device, logs, report)
        by = yardstick(treated, sick)
        done.append(
            Attempt(
                remedy, setup.id, seed, str(sick_state), str(judge(as_run(treated))),
                sick_state == setup.state, cured(treated, sick, judge), by,
                score(sick, by), score(treated, by), digest(setup, remedy),
            )
        )  # fmt: skip
    return done


def plan(remedies: Iterable[str], seeds: int, state: str = "") -> list[tuple[Scenario, tuple[str, ...], int]]:
    """Jobs ``(set-up, its remedies, seed)`` so that each sick run is trained once for all its remedies;
    only set-ups that count for ``state`` when one is named.
    """
    from .catalogue import setups

    wanted: dict[str, tuple[Scenario, list[str]]] = {}
    for remedy in remedies:
        for setup in (s for s in setups(remedy) if state in ("", s.trial_state)):
            wanted.setdefault(setup.id, (setup, []))[1].append(remedy)
    return [
        (setup, tuple(names), seed)
        for setup, names in wanted.values()
        for seed in range(min(seeds, SLOW_SEEDS) if setup.task == SLOW_TASK else seeds)
    ]


def summary(attempts: Iterable[Attempt]) -> dict[str, dict[str, Any]]:
    """Per remedy and state: set-ups, seeds, sick runs, cured, Wilson interval, median effect, and the same
    per set-up.
    """
    from .catalogue import scenario

    groups: dict[tuple[str, State], list[Attempt]] = {}
    for one in attempts:
        groups.setdefault((one.remedy, scenario(one.setup).trial_state), []).append(one)
    table: dict[str, dict[str, Any]] = {}
    for (remedy, state), tried in groups.items():
        by_setup = {
            name: [a for a in tried if a.setup == name] for name in dict.fromkeys(a.setup for a in tried)
        }
        table.setdefault(remedy, {})[str(state)] = {
            **_counts(tried),
            "seeds": len({a.seed for a in tried}),
            "setups": {name: _counts(runs) for name, runs in by_setup.items()},
        }
    return table


def _counts(tried: list[Attempt]) -> dict[str, Any]:
    sick = [a for a in tried if a.was_sick]
    cured = sum(a.cured for a in sick)
    effects = [a.effect for a in sick if math.isfinite(a.effect)]
    return {
        "runs": len(tried),
        "sick": len(sick),
        "cured": cured,
        "interval": [round(x, 3) for x in wilson(cured, len(sick))],
        "median_effect": round(median(effects), 4) if effects else None,
        "yardstick": "/".join(sorted({a.yardstick for a in tried})),
    }


def save(path: Path, attempts: list[Attempt], provenance: dict[str, Any]) -> None:
    """Write ``trials.json``: the summary, every attempt, and how it was made. Scores that are not finite
    become null.
    """

    def plain(a: Attempt) -> dict[str, Any]:
        row = {name: getattr(a, name) for name in a.__dataclass_fields__}
        return {
            k: (v if not isinstance(v, float) else round(v, 5) if math.isfinite(v) else None)
            for k, v in row.items()
        }

    document = {
        "schema_version": 1,
        "provenance": provenance,
        "remedies": summary(attempts),
        "attempts": [plain(a) for a in attempts],
    }
    replace_file(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def replace_file(path: Path, text: str) -> None:
    """Write it whole, then rename it: an interrupted trial loses nothing."""
    half = path.with_name(f"{path.name}.{getpid()}.part")
    half.write_text(text, "utf-8")
    half.replace(path)


def load(path: Path) -> list[Attempt]:
    """The attempts of a ``trials.json``, so that a trial can be continued; nothing when there is no file."""
    if not path.exists():
        return []
    rows = json.loads(path.read_text())["attempts"]
    attempts: list[dict[str, Any]] = [
        {k: math.nan if v is None else v for k, v in row.items()} for row in rows
    ]
    return [Attempt(**each) for each in attempts]


def run(
    remedies: Iterable[str],
    seeds: int,
    judge: Any,
    out: Path,
    provenance: dict[str, Any],
    tell: Callable[[str], object] = str,
    jobs: int = 1,
    quick: bool = False,
    logs: Path | None = None,
    report: Report = silent,
    state: str = "",
) -> list[Attempt]:
    """Run all jobs of the remedies (for one ``state`` or all) and write ``out`` after each; what it holds is
    not done again.

    ``jobs`` processes at once (``judge`` must then be a plain function); ``quick`` leaves out the set-ups
    that take minutes a run. With a folder of ``logs`` runs are kept there, and those that lie there are
    judged anew. Attempts on set-ups that are no more, or are set otherwise now, are dropped from ``out``.
    """
    planned = [job for job in plan(remedies, seeds, state) if not (quick and job[0].task == SLOW_TASK)]
    before = load(out)
    done = [a for a in before if still_planned(a)]
    if len(done) < len(before):
        save(out, done, provenance)
    have = {(a.remedy, a.setup, a.seed) for a in done}

    def wanted(setup: Scenario, remedy: str, seed: int) -> bool:
        kept = logs and all(log_of(setup, t, seed, logs).exists() for t in ("", remedy))
        return bool(kept) or (remedy, setup.id, seed) not in have

    todo = [
        (setup, tuple(n for n in names if wanted(setup, n, seed)), seed, judge, "cpu", logs)
        for setup, names, seed in planned
    ]
    for new in each(attempt, [job for job in todo if job[1]], jobs, report):
        keys = {(a.remedy, a.setup, a.seed) for a in new}
        done = [a for a in done if (a.remedy, a.setup, a.seed) not in keys] + new
        save(out, sorted(done, key=lambda a: (a.setup, a.remedy, a.seed)), provenance)
        for a in new:
            mark = "not sick" if not a.was_sick else "cured" if a.cured else "not cured"
            tell(f"{a.setup} seed {a.seed} {a.remedy}: {a.sick_state} -> {a.treated_state}, {mark}")
    return done


def still_planned(attempt: Attempt) -> bool:
    """Whether its set-up still exists, with that remedy, set as it was."""
    from .catalogue import setups

    return any(
        setup.id == attempt.setup and digest(setup, attempt.remedy) == attempt.settings
        for setup in setups(attempt.remedy)
    )


def digest(setup: Scenario, treated: str = "") -> str:
    """Eight hexadecimal digits of the task and of all that is set, sick and treated."""
    changed = setup.treated[treated] if treated else {}
    what = json.dumps([setup.task, dict(setup.settings), dict(changed)], sort_keys=True)
    return sha256(what.encode()).hexdigest()[:8]


def log_of(setup: Scenario, treated: str, seed: int, logs: Path) -> Path:
    """Where the log of a run is kept."""
    from .runner import name_of

    return logs / f"{name_of(setup, treated, seed)}-{digest(setup, treated)}.json"


def logged(
    setup: Scenario, treated: str, seed: int, device: str, logs: Path | None, report: Report = silent
) -> LoggedRun:
    """The finished run, from the folder of logs or trained (and then kept there)."""
    from .runner import name_of, planned, train

    empty = planned(setup, treated, seed)[0]
    name = name_of(setup, treated, seed)
    path = log_of(setup, treated, seed, logs) if logs else None
    if path and path.exists():
        kept = json.loads(path.read_text())
        return replace(empty, metric=kept["metric"], rows=tuple(kept["rows"]))
    done = train(setup, treated, seed, device, on_row=following(report, name, empty.settings.steps)).log
    report(name, 1.0)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps({"metric": done.metric, "rows": done.rows}))
    return done
