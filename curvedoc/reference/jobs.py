"""Many runs, one after the other or several at once; resumable, because a finished log is not made again."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TYPE_CHECKING

from curvedoc.rule import Scenario

from .writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Wanted = tuple[Scenario, str]


def run_all(
    wanted: Sequence[Wanted],
    out: Path,
    formats: Sequence[str],
    seed: int | None,
    device: str,
    jobs: int,
    tell: Callable[[str], None],
) -> None:
    """Train and write each ``(scenario, remedy)`` whose logs are not all there yet; tells each as it ends."""
    from curvedoc.errors import UsageError

    for form in formats:
        if form not in FORMATS:
            raise UsageError(f"There is no log format '{form}'.", f"Use: {', '.join(FORMATS)}.")
    todo = [w for w in wanted if not all(_path(w, out, form, seed).exists() for form in formats)]
    for scenario, treated in (w for w in wanted if w not in todo):
        tell(f"{_name(scenario, treated, seed)}: there already")
    if jobs == 1:
        for job in todo:
            tell(_one(job, out, formats, seed, device))
        return
    # A forked child would inherit the locks of torch's threads, held for ever.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(_one, job, out, formats, seed, device) for job in todo]):
            tell(done.result())


def _one(job: Wanted, out: Path, formats: Sequence[str], seed: int | None, device: str) -> str:
    from .runner import train, write

    scenario, treated = job
    trained = train(scenario, treated or None, seed, device)
    write(trained, out, formats, _name(scenario, treated, seed))
    return f"{_name(scenario, treated, seed)}: {len(trained.rows)} rows, {trained.seconds:.1f} s"


def _name(scenario: Scenario, treated: str, seed: int | None) -> str:
    name = f"{scenario.id}+{treated}" if treated else scenario.id
    return name if seed is None else f"{name}-seed{seed}"


def _path(job: Wanted, out: Path, form: str, seed: int | None) -> Path:
    return out / (_name(*job, seed) + FORMATS[form][0])
