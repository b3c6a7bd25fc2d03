"""What every input must leave standing: bytes in, runs or an error with a fix out, within bounds, no trace.

Used by ``tools/fuzz.py`` on inputs that it makes up, and by the tests on those that once broke something.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.diagnosis import Batch, Problem
from curvedoc.errors import CurvedocError
from curvedoc.intake import Options, judge, results
from curvedoc.reports import columns, terminal
from curvedoc.reports import json as json_report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from curvedoc.run import Run

FILENAMES = {
    "tensorboard": "events.out.tfevents.1.host",
    "jsonl": "run.jsonl",
    "json": "run.json",
    "csv": "run.csv",
    "text": "run.log",
    "mlflow": "mlflow.db",
    "wandb": "run.wandb",
    "sacred": "metrics.json",
}
"""What a log of each reader is called; that of the detection is called ``run``."""

JUDGED = 3
"""Runs out of one file that are diagnosed: they are alike, and the fuzzer wants many files."""

_TO_READ, _PER_BYTE, _TO_JUDGE = 0.25, 20e-6, 0.5
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN = """
os.remove os.rename os.mkdir os.rmdir os.link os.symlink os.truncate os.chmod os.system os.exec os.fork
os.posix_spawn subprocess.Popen socket.connect socket.bind pickle.find_class shutil.rmtree
"""
_watched: list[list[str]] = []


class TooSlowError(AssertionError):
    """An input took longer than a fixed time and a time for each of its bytes."""


def survive(path: Path, reader: str | None = None, patience: float = 1.0, reported: bool = True) -> list[Run]:
    """Read, diagnose and report on a file; raises whatever curvedoc should not have let out.

    ``patience`` multiplies the time that is allowed (of the processor, not of the clock). Without
    ``reported`` the runs are only read and named.
    """
    allowed = patience * (_TO_READ + _PER_BYTE * path.stat().st_size)
    with nothing_touched(), warnings.catch_warnings():
        warnings.simplefilter("error")
        runs, problems = _timed(lambda: _read(path, reader), allowed, "reading")
        if reported:
            _timed(lambda: _report(runs[:JUDGED], problems), patience * _TO_JUDGE, "judging")
    return runs


def _timed(work, allowed: float, what: str):
    """The result of the work; a machine that was busy once is not busy twice."""
    begin = time.process_time()
    result = work()
    if time.process_time() - begin > allowed:
        begin = time.process_time()
        work()
        took = time.process_time() - begin
        if took > allowed:
            raise TooSlowError(f"{what} took {took:.2f} s where {allowed:.2f} s are allowed")
    return result


def _read(path: Path, reader: str | None) -> tuple[list[Run], list[Problem]]:
    runs, problems = [], []
    for result in results(str(path), Options(reader=reader)):
        if isinstance(result, CurvedocError):
            assert result.problem
            assert result.problem.isprintable()
            assert result.fix.isprintable()
            problems.append(Problem(result.path, result.problem, result.fix))
        else:
            _check(result)
            runs.append(result)
    assert runs or problems
    return runs, problems


def _check(run: Run) -> None:
    """What holds for every run, wherever it came from."""
    for curve in run.curves:
        assert curve.steps.dtype == curve.values.dtype == np.float64
        assert curve.steps.shape == curve.values.shape
        assert curve.steps.ndim == 1
        assert len(curve) > 0, curve.name
        assert np.isfinite(curve.steps).all(), curve.name
        assert curve.name.isprintable(), curve.name
    assert len(run.roles) == len(run.curves)
    for text in (
        run.name,
        run.metric,
        run.x,
        *run.notes,
        *(x for i in run.ignored for x in (i.name, i.reason)),
    ):
        assert text.isprintable(), text


def _is_harmless(text: str) -> bool:
    """Whether a text may be put on a terminal: no escapes, no control characters."""
    return all(c.isprintable() or c == "\n" for c in text)


def _report(runs: Sequence[Run], problems: Sequence[Problem]) -> None:
    batch = Batch(tuple(judge(run) for run in runs), tuple(problems))
    json.loads(json_report.render(batch))
    shown = terminal.render(batch, width=80, details=True) + terminal.render(batch, width=40, unicode=False)
    shown += columns.render(runs) if runs else ""
    assert _is_harmless(shown), ascii(shown)
    shown.encode()


@contextmanager
def nothing_touched() -> Iterator[None]:
    """Fail when anything inside writes, deletes, connects, starts a process or loads a pickle."""
    if not _watched:
        sys.addaudithook(_watch)
    _watched.append([])
    try:
        yield
        assert not _watched[-1], _watched[-1]
    finally:
        _watched[-1:] = [[]] if len(_watched) == 1 else []


def _watch(event: str, args: tuple[object, ...]) -> None:
    if event == "open":
        name, _, flags = args
        if isinstance(flags, int) and flags & _WRITING and "__pycache__" not in str(name):
            _watched[-1].append(f"opened {name!r} for writing")
    elif event in _FORBIDDEN.split() and "__pycache__" not in str(args):
        _watched[-1].append(f"{event}{args!r:.200}")
