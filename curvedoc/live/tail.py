"""The bytes of a file that grows, each read once; told apart from a file that was begun anew."""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING, BinaryIO

from curvedoc.source import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = 1 << 18
"""Bytes read at once."""

FIRST, LAST = 256, 1024
"""Bytes from the beginning, and before the place that was reached, that must still be there when more is
read. A file that is written anew is often longer than before, just like one that grew; where it differs, it
does so in the header or the last rows. And one that is replaced every epoch by itself and a row goes on."""


class News(Enum):
    """What became of a file since the last look."""

    NONE = "none"
    GROWN = "grown"
    ANEW = "anew"  # truncated, rotated, replaced or rewritten: what was read before is not in it


class Tail:
    """One file from which only what is new is read."""

    ended = False
    """A file never says that nothing more will come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.at = 0
        self._identity: tuple[int, int] | None = None
        self._seen = (-1, -1)
        self._first = self._last = b""

    def look(self) -> News:
        """What became of the file; one that is missing has no news. Raises UnreadableError."""
        try:
            status = self.path.stat()
            identity, seen = (status.st_dev, status.st_ino), (status.st_size, status.st_mtime_ns)
            if seen == self._seen and identity == self._identity:
                return News.NONE
            anew = status.st_size < self.at or not self._same()
        except FileNotFoundError:
            return News.NONE
        except OSError as error:
            raise unreadable(str(self.path), error) from error
        self._identity, self._seen = identity, seen
        if anew:
            return News.ANEW
        return News.GROWN if status.st_size > self.at else News.NONE

    def rewind(self) -> None:
        """Go back to the beginning."""
        self.at = 0
        self._first = self._last = b""

    def read(self) -> Iterator[bytes]:
        """What is new, up to the size that the last look found. Raises UnreadableError."""
        if self.at >= self._seen[0]:
            return
        try:
            with self._open() as stream:
                stream.seek(self.at)
                while self.at < self._seen[0] and (piece := stream.read(min(BLOCK, self._seen[0] - self.at))):
                    self.at += len(piece)
                    self._first += piece[: FIRST - len(self._first)]
                    self._last = (self._last + piece[-LAST:])[-LAST:]
                    yield piece
        except OSError as error:
            raise unreadable(str(self.path), error) from error

    def _same(self) -> bool:
        """Whether what was read is still there, as far as both its ends tell."""
        if not self.at:
            return True
        with self._open() as stream:
            if stream.read(len(self._first)) != self._first:
                return False
            stream.seek(self.at - len(self._last), os.SEEK_SET)
            return stream.read(len(self._last)) == self._last

    def _open(self) -> BinaryIO:
        return self.path.open("rb", buffering=0)
