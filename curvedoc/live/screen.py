"""A page on a terminal that is drawn again and again, and taken away in the end as if it had not been."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from typing import TextIO

ENTER = "\x1b[?1049h\x1b[?25l"  # the other screen, without cursor
LEAVE = "\x1b[?25h\x1b[?1049l"
HOME, END_OF_LINE, BELOW = "\x1b[H", "\x1b[K", "\x1b[J"
ROWS = 24  # where a terminal does not say


class Screen:
    """The terminal behind ``stream`` as one page; a context manager, so that it is given back whatever comes.

    Suspended (Ctrl-Z) it gives the terminal back, too. ``drawn``: whether what was drawn last stands there.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.drawn = False
        self._suspending: object = None

    def __enter__(self) -> Screen:
        if hasattr(signal, "SIGTSTP"):
            self._suspending = signal.signal(signal.SIGTSTP, self._suspend)
        self._write(ENTER)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write(LEAVE)
        if hasattr(signal, "SIGTSTP"):
            signal.signal(signal.SIGTSTP, self._suspending)  # type: ignore[arg-type]

    def size(self) -> tuple[int, int]:
        """Columns and rows at this moment."""
        try:
            size = os.get_terminal_size(self._stream.fileno())
        except (OSError, ValueError):
            return (0, ROWS)
        return (size.columns, size.lines or ROWS)

    def draw(self, lines: list[str], rows: int) -> None:
        """Show these lines, as many as fit; written over the old ones, so that nothing flickers."""
        shown = lines[: max(1, rows)]
        self.drawn = True
        self._write(HOME + f"{END_OF_LINE}\n".join(shown) + END_OF_LINE + BELOW)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    def _suspend(self, _number: int, _frame: FrameType | None) -> None:
        self._write(LEAVE)
        os.kill(os.getpid(), signal.SIGSTOP)
        self._write(ENTER)  # here it goes on
        self.drawn = False
