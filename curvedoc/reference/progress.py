"""Progress bars of the runs in training: one per run, on standard error, only on a terminal."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from curvedoc.console import PATIENCE

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bars:
    """One bar per run that is under way; told by ``bars(name, share)``, gone when the share is 1."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, name: str, share: float) -> None:
        """Report that ``share`` (0 to 1) of the run ``name`` is trained."""
        if self._progress is None:
            if not sys.stderr.isatty() or time.monotonic() - self._start < PATIENCE:
                return
            self._progress = _progress()
        if share >= 1:
            if name in self._tasks:
                self._progress.remove_task(self._tasks.pop(name))
            return
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=1.0)
        self._progress.update(self._tasks[name], completed=share)


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    # Lines for a pipe must stay out of the bars' way; lines for the same terminal must go through them.
    made = Progress(console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty())
    made.start()
    return made
