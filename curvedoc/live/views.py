"""Where a watch shows what it sees: a page redrawn on a terminal, a line for each change elsewhere."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from curvedoc.console import say
from curvedoc.wording import clean, percent, step

from .screen import Screen

if TYPE_CHECKING:
    from collections.abc import Callable

    from curvedoc.diagnosis import Diagnosis

    from .changes import Change

REMARKS = 4
"""Lines at the foot of the page for what happened last."""


class Gone(Exception):  # noqa: N818 - no mistake: whoever read our output has enough
    """Nobody reads standard output any more (``| head``)."""


def told(change: Change, diagnosis: Diagnosis) -> str:
    """A change as one line: ``step 120: overfitting, 93 % sure. Train loss fell …``."""
    run = diagnosis.run
    steps = [float(c.steps[-1]) for c in run.curves if len(c)]
    at = f"{run.x} {step(max(steps))}: " if steps else ""
    return clean(f"{at}{change.name}, {percent(change.confidence)} sure. {change.reason}")


class Lines:
    """No terminal: one line for each change on standard output, remarks on standard error.

    ``aside``: changes go to standard error too, for standard output belongs to a document.
    """

    def __init__(self, aside: bool) -> None:
        self._aside = aside

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def change(self, line: str) -> None:
        """Tell a change."""
        if self._aside:
            say(line)
            return
        try:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Gone from None

    def remark(self, line: str) -> None:
        """Tell what happened."""
        say(f"curvedoc: {clean(line)}")

    def show(self, diagnosis: Diagnosis | None, about: str) -> None:
        """Nothing: only changes are told."""

    def waiting(self, path: str) -> None:
        """Tell that there is nothing at this path yet."""
        self.remark(f"waiting for {path}")

    def again(self) -> None:
        """Nothing was drawn."""


class Page:
    """A terminal: the report of the run, redrawn; ``render`` makes it as wide as the terminal is.

    What was told is told once more when the page is taken away, for then it would be gone.
    """

    def __init__(self, render: Callable[[Diagnosis], str]) -> None:
        self._render = render
        self._screen = Screen(sys.stdout)
        self._told: list[tuple[bool, str]] = []
        self._shown: tuple[Diagnosis | None, str, int, tuple[int, int]] = (None, "", 0, (0, 0))

    def __enter__(self) -> Page:
        self._screen.__enter__()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._screen.__exit__(None, None, None)
        for is_change, line in self._told:
            (print if is_change else say)(line)

    def change(self, line: str) -> None:
        """Tell a change, at the foot of the page."""
        self._told.append((True, f"{time.strftime('%H:%M:%S')}  {line}"))

    def remark(self, line: str) -> None:
        """Tell what happened, at the foot of the page."""
        self._told.append((False, f"curvedoc: {clean(line)}"))

    def waiting(self, path: str) -> None:
        """Nothing: the page says how things stand."""

    def show(self, diagnosis: Diagnosis | None, about: str) -> None:
        """Draw the page, if anything on it is new; ``about``: one line on how things stand."""
        shown = (diagnosis, about, len(self._told), self._screen.size())
        if shown == self._shown and self._screen.drawn:
            return
        self._shown = shown
        columns, rows = self._screen.size()
        width = max(1, columns or 80)
        foot = [_cut(line, width) for _, line in self._told[-REMARKS:]]
        body = [] if diagnosis is None else self._render(diagnosis).splitlines()
        room = max(0, rows - 2 - len(foot) - bool(foot))
        if len(body) > room:
            body = [*body[: max(0, room - 1)], f"… {len(body) - room + 1} more lines in the final report"]
        page = [_cut(clean(about), width), "", *body, *([""] if foot else []), *foot]
        self._screen.draw(page, rows)

    def again(self) -> None:
        """Draw it anew where the terminal has another size now."""
        self.show(*self._shown[:2])


def _cut(line: str, width: int) -> str:
    """The beginning of a line that is too long: what happened stands there."""
    return line if len(line) <= width else line[: width - 1] + "…"
