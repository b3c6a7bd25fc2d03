"""What comes through a pipe: standard input, a named pipe. It comes once, so it is kept."""

from __future__ import annotations

import io
import os
import queue
import threading
from typing import TYPE_CHECKING

from .tail import BLOCK, News

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_AHEAD = 64  # pieces that wait to be taken; then the writer waits


class Pipe:
    """The bytes that a thread reads from a file descriptor; ``open`` is called in that thread, for opening a
    named pipe waits for its writer."""

    path = None

    def __init__(self, open: Callable[[], int]) -> None:  # noqa: A002
        self.ended = False
        self.at = 0
        self.kept = bytearray()
        self._open = open
        self._coming: queue.Queue[bytes] = queue.Queue(_AHEAD)
        threading.Thread(target=self._listen, daemon=True, name="curvedoc-pipe").start()

    def look(self) -> News:
        """Take what has come."""
        while not self.ended:
            try:
                piece = self._coming.get_nowait()
            except queue.Empty:
                break
            self.kept += piece
            self.ended = not piece
        return News.GROWN if len(self.kept) > self.at else News.NONE

    def wait(self, seconds: float) -> None:
        """Wait until something comes, no longer than so."""
        if self.ended:
            return
        try:
            piece = self._coming.get(timeout=seconds)
        except queue.Empty:
            return
        self.kept += piece
        self.ended = not piece

    def rewind(self) -> None:
        """Go back to the beginning."""
        self.at = 0

    def read(self) -> Iterator[bytes]:
        """What is new."""
        while self.at < len(self.kept):
            piece = bytes(self.kept[self.at : self.at + BLOCK])
            self.at += len(piece)
            yield piece

    def _listen(self) -> None:
        try:
            at = self._open()
            while piece := os.read(at, BLOCK):
                self._coming.put(piece)
        except OSError:
            pass
        self._coming.put(b"")


class Kept:
    """What came through a pipe so far, as the content of a file (see :mod:`curvedoc.stored`)."""

    def __init__(self, data: bytes | bytearray, address: str) -> None:
        self.data, self.address = data, address

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)

    def open(self) -> io.BytesIO:
        """A stream of them."""
        return io.BytesIO(self.data)
