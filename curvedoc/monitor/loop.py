"""The monitor itself: rows in, a diagnosis every so often, a word when the state changes.

with curvedoc.Monitor(stop_on=("unstable",)) as monitor:
    for step, batch in enumerate(batches):
        ...
        monitor.log(step, loss=loss, lr=lr)
        if monitor.should_stop:
            break
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from curvedoc.errors import CurvedocError, NotALogError, UsageError
from curvedoc.hysteresis import Announcer
from curvedoc.log import RunLogger

from .pace import Pace
from .recording import Recording, rows_of
from .telling import HEALTHY, change, states, tell, way

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType

    from curvedoc.diagnosis import Diagnosis
    from curvedoc.intake import Options
    from curvedoc.run import Run
    from curvedoc.states import State
    from curvedoc.table import Table

SHARE = 0.003
"""Of the training's time, for looking: with the log calls themselves (tens of microseconds between steps of
other work) below one percent of a step of 10 ms, and a look every other second at some thousand rows."""


class Monitor:
    """Diagnoses a training while it runs; tells each change of state once, and asks to stop when told to.

    ``every``: rows between two looks, at least. ``share``: the most of the training's time that looking may
    take, by which looks are spaced out (None: no such bound). Two non-finite values in a row are looked at
    at once.
    ``on_change``: called with the diagnosis when the state has changed for good (see
    :class:`~curvedoc.hysteresis.Announcer`); ``warn``: ``"warnings"``, ``"logging"`` or None.
    ``stop_on``: states in which :attr:`should_stop` becomes true, and stays so. ``min_confidence``: how sure
    a verdict must be to be told. ``mapping``, ``metric``, ``x`` as for :func:`curvedoc.diagnose`; names that
    were not logged yet are waited for. ``path``: also write the log there (``.jsonl``, or ``.csv`` when all
    rows have the same columns); ``resume``: continue the log at ``path``. ``enabled=False`` (all processes
    but one of a distributed training) makes every call do nothing.

    Nothing in a log makes a monitor raise: what cannot be diagnosed is told as a :class:`CurvedocWarning`.
    Raises :class:`~curvedoc.errors.UsageError` for arguments that make no sense.
    """

    def __init__(
        self,
        *,
        every: int = 1,
        share: float | None = SHARE,
        on_change: Callable[[Diagnosis], object] | None = None,
        warn: str | None = "warnings",
        stop_on: Sequence[str] | str = (),
        min_confidence: float = 0.9,
        mapping: Mapping[str, str] | None = None,
        metric: str | None = None,
        x: str | None = None,
        path: str | os.PathLike[str] | None = None,
        resume: bool = False,
        enabled: bool = True,
    ) -> None:
        from curvedoc.intake import Options

        if not 0.0 <= min_confidence <= 1.0:
            raise UsageError(f"min_confidence={min_confidence!r} is no probability.", "Give 0 to 1.")
        self.diagnosis: Diagnosis | None = None
        self.should_stop = False
        self.enabled = enabled
        self._options = Options(mapping or {}, metric, x)
        self._on_change, self._warn, self._stop_on = on_change, way(warn), states(stop_on)
        _check(mapping)
        self._announcer = Announcer(min_confidence)
        self._pace = Pace(every, share)
        self._recording = Recording()
        self._refusal: CurvedocError | None = None
        self._broken = False
        self._path = Path(path) if path is not None else None
        self._resume = resume
        self._file: RunLogger | None = None
        if enabled:
            self._prepare()

    @property
    def state(self) -> State:
        """The state that was told last; inconclusive as long as none was."""
        return self._announcer.announced

    @property
    def rows(self) -> list[dict[str, float]]:
        """Every row logged so far, as plain numbers: what :meth:`recall` takes."""
        return list(self._recording.rows())

    def log(self, row: Mapping[str, Any] | float | None = None, /, **values: Any) -> None:
        """One row: ``log(step, loss=...)``, ``log({"train/loss": ...}, step=...)`` or names alone.

        Values are numbers or anything with ``item()``; None is a blank cell, NaN and infinity are kept.
        Values on a GPU are fetched when the monitor looks, unless a log file is written. Raises
        :class:`~curvedoc.errors.UsageError` for a value that is no number.
        """
        if not self.enabled:
            return
        if row is not None:
            values = {**row, **values} if isinstance(row, Mapping) else {"step": row, **values}
        if self._path is not None:
            self._write(self._path, values)
        alarm = self._recording.add(values)
        if self._pace.due(perf_counter()) or alarm:
            self.look()

    def recall(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows that were logged before, by an earlier part of the same run: known, not written again."""
        if self.enabled:
            for row in rows:
                self._recording.add(row)

    def look(self) -> Diagnosis | None:
        """Diagnose what was logged so far, now; None where that is too little to say anything."""
        if self.enabled:
            self._look(at_end=False)
        return self.diagnosis

    def close(self, look: bool = True) -> None:
        """The last look, at the whole run, and the end of the log file; more than once is harmless."""
        if look and self.enabled and self._recording.n_rows:
            self._look(at_end=True)
            if self._refusal is not None:
                tell(f"{self._refusal.problem} {self._refusal.fix}", self._warn)
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Monitor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(look=kind is None)  # nothing may come between an error and its reader

    def _look(self, at_end: bool) -> None:
        begin = perf_counter()
        diagnosis = self._diagnosed()
        self._pace.looked(begin, perf_counter())
        if diagnosis is None:
            return
        self.diagnosis = diagnosis
        self._announcer, state = self._announcer.feed(diagnosis, diagnosis.run.n_points)
        if at_end and state is None:
            self._announcer, state = self._announcer.at_end(diagnosis)
        if state is not None:
            self._tell(diagnosis)

    def _diagnosed(self) -> Diagnosis | None:
        """The diagnosis, or None where there is nothing to diagnose yet, or no way to."""
        from curvedoc.intake import judge

        try:
            return judge(self._run(self._recording.table("training", str(self._path or "training"))))
        except NotALogError:  # no loss and no metric so far
            return None
        except CurvedocError as error:
            self._refusal = error
            return None
        except Exception as error:  # a fault of ours must not end a training of days
            if not self._broken:
                self._broken = True
                tell(f"The training could not be diagnosed: {type(error).__name__}: {error}", self._warn)
            return None

    def _run(self, table: Table) -> Run:
        """The last run in a table, named as asked; where that names what was not logged yet, by habit."""
        try:
            run = _named(table, self._options)
        except UsageError as error:
            self._refusal = error
            logged = {column.name for column in table.columns}
            known = {role: name for role, name in self._options.mapping.items() if name in logged}
            return _named(table, replace(self._options, mapping=known, metric=None, x=None))
        self._refusal = None
        return run

    def _tell(self, diagnosis: Diagnosis) -> None:
        stop = diagnosis.state in self._stop_on
        self.should_stop |= stop
        if self._on_change is not None:
            self._on_change(diagnosis)
        tell(change(diagnosis, stop), self._warn, diagnosis.state not in HEALTHY)

    def _prepare(self) -> None:
        """Load what would make the first look slow, and what an existing log holds."""
        from curvedoc.intake import judge
        from curvedoc.run import Run

        judge(Run("", "", "monitor", "step", ()))
        if self._path is not None:
            self._file = RunLogger(self._path, resume=self._resume)
            self.recall(rows_of(self._path))

    def _write(self, path: Path, values: Mapping[str, Any]) -> None:
        if self._file is None:
            self._file = RunLogger(path, resume=True)
        self._file({name: value for name, value in values.items() if value is not None})


def _check(mapping: Mapping[str, str] | None) -> None:
    """Raise :class:`~curvedoc.errors.UsageError` for a mapping that no log could satisfy."""
    if mapping:
        import numpy as np

        from curvedoc.naming import assign
        from curvedoc.run import Logged, Series

        one = np.ones(1)
        series = tuple(Series(name, one, one) for name in dict.fromkeys(mapping.values()))
        assign(Logged("", "", "monitor", "step", series), mapping)


def _named(table: Table, options: Options) -> Run:
    from curvedoc.naming import assign
    from curvedoc.source import ReadOptions
    from curvedoc.table import runs

    return assign(runs(table, ReadOptions(None, options.x))[-1], options.mapping, options.metric)
