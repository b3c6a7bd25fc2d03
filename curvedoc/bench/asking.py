"""Asking for answers: the first run behind each path is read and judged, in this process or in several."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from curvedoc import intake
from curvedoc.errors import CurvedocError
from curvedoc.run import Run

from .answers import REFUSED, Answer
from .perturb import PERTURBATIONS, applies, prefix
from .stability import FRACTIONS, Probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from curvedoc.diagnosis import Diagnosis

    from .labels import Label

    Judge = Callable[[Run], Diagnosis]

Item = TypeVar("Item")
Result = TypeVar("Result")
CHUNKS = 8
"""Pieces of work per process: few enough to send cheaply, many enough to end together."""


def first_run(path: Path) -> Run | str:
    """The first run behind a path, or why there is none."""
    reason = "holds no run"
    try:
        for result in intake.results(str(path), intake.Options()):
            if isinstance(result, Run):
                return result
            reason = result.problem
    except CurvedocError as error:
        reason = error.problem
    return reason


def said(run: Run, judge: Judge = intake.judge) -> Answer:
    """The diagnosis of a run as an answer."""
    begin = perf_counter()
    diagnosis = judge(run)
    states = {state.value: p for state, p in diagnosis.states.items()}
    return Answer(diagnosis.state.value, diagnosis.confidence, states, perf_counter() - begin)


def ask(path: Path, judge: Judge = intake.judge) -> Answer:
    """The answer to the first run behind a path; ``seconds`` holds reading and judging."""
    begin = perf_counter()
    run = first_run(path)
    if isinstance(run, str):
        return Answer(REFUSED, reason=run, seconds=perf_counter() - begin)
    answer = said(run, judge)
    return Answer(answer.state, answer.confidence, answer.states, perf_counter() - begin)


def probe(
    label: Label, judge: Judge = intake.judge, perturbed: bool = True, prefixes: bool = True
) -> Probe | None:
    """The answers to a run, to the run changed a little, and to its prefixes; None when it cannot be read."""
    run = first_run(label.path)
    if isinstance(run, str):
        return None
    changes = PERTURBATIONS if perturbed else {}
    return Probe(
        label,
        said(run, judge),
        {name: said(change(run), judge) for name, change in changes.items() if applies(name, run)},
        tuple(said(prefix(run, fraction), judge) for fraction in FRACTIONS) if prefixes else (),
    )


def answers(
    paths: Sequence[Path],
    judge: Judge = intake.judge,
    jobs: int = 1,
    progress: intake.Progress | None = None,
) -> list[Answer]:
    """The answer to each path, in order. With several ``jobs`` the judge must be a module's own function."""
    return each(partial(ask, judge=judge), paths, jobs, progress)


def each(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int = 1,
    progress: intake.Progress | None = None,
) -> list[Result]:
    """``function`` of each item, in order, by ``jobs`` processes; ``progress`` hears (done, all)."""
    if jobs == 1 or len(items) < 2:
        return _collect(map(function, items), len(items), progress)
    chunk = max(1, len(items) // (jobs * CHUNKS))
    # A forked child would inherit whatever locks other threads of the caller hold.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return _collect(pool.map(function, items, chunksize=chunk), len(items), progress)


def _collect(found: Iterable[Result], total: int, progress: intake.Progress | None) -> list[Result]:
    kept = []
    for done, result in enumerate(found, 1):
        kept.append(result)
        if progress:
            progress(done, total)
    return kept
