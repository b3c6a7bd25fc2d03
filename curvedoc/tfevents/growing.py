"""An event file that is still being written: each record is read once."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from curvedoc.grown import Buffer
from curvedoc.tfrecord import read_chunks

from .scalars import Found, Scalars, add_chunk, joined, time_of

if TYPE_CHECKING:
    from pathlib import Path

    from curvedoc.tfrecord import Chunk, Damage


class GrowingFile:
    """The scalars of an event file so far; after :meth:`update` the same as of the whole file.

    A record that is not there as a whole is waited for.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._looked: tuple[int, ...] = ()
        self._begin()

    def _begin(self) -> None:
        self._at = self._records = 0
        self._began = self._ended = math.nan
        self._restart = math.inf
        self._damage: Damage | None = None
        self._found = Found()
        self._points: dict[bytes, Buffer] = {}

    def update(self) -> bool:
        """Read what is new, all of it when another file took the place; whether it did. Raises OSError."""
        status = self.path.stat()
        looked = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if looked == self._looked:
            return False
        anew = self._looked[:2] not in ((), looked[:2]) or status.st_size < self._at
        self._looked = looked
        if anew:
            self._begin()
        for chunk in read_chunks(self.path, start=self._at):
            self._add(chunk)
        return anew

    def scalars(self) -> Scalars:
        """What was read so far."""
        parts = {tag: [(0, points.view())] for tag, points in self._points.items()}
        found = replace(self._found, parts=parts, restarts=[math.inf], skipped=Counter(self._found.skipped))
        points = joined(found)
        clock = self._began, self._ended
        return Scalars(points, found.skipped, self._records, *clock, self._restart, self._damage)

    def _add(self, chunk: Chunk) -> None:
        self._damage = chunk.damage
        if not chunk.starts:
            return
        self._began = self._began if self._records else time_of(chunk, 0)
        self._ended = time_of(chunk, -1)
        self._records += len(chunk.starts)
        self._at += chunk.end
        add_chunk(self._found, chunk)
        (restart,), parts = self._found.restarts, self._found.parts
        self._found.restarts, self._found.parts = [], {}
        if math.isfinite(restart):  # a session began again: what was logged from its step on is void
            self._restart = min(self._restart, restart)
            for buffer in self._points.values():
                buffer.keep(buffer.view()[0] < restart)
        for tag, ((_, points),) in parts.items():
            if tag in self._points:
                self._points[tag].extend(points)
            else:
                self._points[tag] = Buffer(points)
