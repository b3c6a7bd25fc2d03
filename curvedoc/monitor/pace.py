"""When to look again: every so many rows, and never for more than a share of the training's time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from curvedoc.errors import UsageError


@dataclass(slots=True)
class Pace:
    """Looks are at least ``every`` rows apart, and a look that took t seconds is followed by t / ``share``
    seconds without one. ``share`` None: only the rows count.

    Raises :class:`~curvedoc.errors.UsageError` for a pace that is none.
    """

    every: int
    share: float | None
    rows: int = 0
    not_before: float = -math.inf

    def __post_init__(self) -> None:
        if not self.every >= 1:
            raise UsageError(f"every={self.every!r} is no number of rows.", "Give 1 or more.")
        if self.share is not None and not 0 < self.share <= 1:
            raise UsageError(
                f"share={self.share!r} is no share of the time.",
                "Give a number in (0, 1], or None to look every so many rows whatever it costs.",
            )

    def due(self, now: float) -> bool:
        """Whether it is time, one row later; ``now`` in seconds."""
        self.rows += 1
        return self.rows >= self.every and now >= self.not_before

    def looked(self, begin: float, end: float) -> None:
        """A look was taken in these seconds."""
        self.rows = 0
        if self.share is not None:
            self.not_before = end + (end - begin) / self.share
