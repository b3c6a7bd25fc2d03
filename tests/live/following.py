"""What the tests of following share: a log fed by hand, and what a log holds as plain values."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from curvedoc.errors import CurvedocError
from curvedoc.live.logs import TextLog
from curvedoc.live.tail import News
from curvedoc.readers import load
from curvedoc.source import ReadOptions, Source
from curvedoc.stored import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from curvedoc.run import Logged


class Fed:
    """A tail that is fed by hand."""

    ended = False

    def __init__(self) -> None:
        self.data, self.at = b"", 0

    def look(self) -> News:
        return News.GROWN if len(self.data) > self.at else News.NONE

    def rewind(self) -> None:
        self.at = 0

    def read(self) -> Iterator[bytes]:
        while self.at < len(self.data):
            piece = self.data[self.at : self.at + 4096]
            self.at += len(piece)
            yield piece


class Bytes:
    """The content of a file, which counts what is read of it."""

    address = ""

    def __init__(self, data: bytes = b"") -> None:
        self.data, self.read = data, 0

    @property
    def size(self) -> int:
        return len(self.data)

    def open(self) -> io.BytesIO:
        return Counted(self)


class Counted(io.BytesIO):
    def __init__(self, content: Bytes) -> None:
        super().__init__(content.data)
        self.content = content

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.content.read += len(data)
        return data


def file_of(name: str, content: Bytes) -> Path:
    return stored(name, content)


def told(runs: Iterable[Logged]) -> list[Any]:
    """Runs as values that compare: NaN equals itself, the sign of zero counts."""
    return [
        (
            run.name, run.reader, run.x, run.notes, [(i.name, i.reason) for i in run.ignored],
            [(s.name, [*map(repr, s.steps.tolist())], [*map(repr, s.values.tolist())]) for s in run.series],
        )
        for run in runs
    ]  # fmt: skip


def outcome(read: Callable[[], Iterable[Logged]]) -> Any:
    """What reading gives, or why it gives nothing."""
    try:
        return told(read())
    except CurvedocError as error:
        return type(error).__name__, error.problem


def at_once(name: str, data: bytes) -> Any:
    """What a reader makes of a file with these bytes."""
    source = Source(name, name, (file_of(name, Bytes(data)),), "file")
    return outcome(lambda: load(source, ReadOptions()))


def followed(name: str, data: bytes, cuts: Iterable[int], look: bool = True) -> Any:
    """The same of one that grew piece by piece, and was looked at in between."""
    fed = Fed()
    source = Source(name, name, (file_of(name, Bytes(data)),), "file")
    log = TextLog(source, fed, ReadOptions())  # type: ignore[arg-type]
    for end in (*sorted(cuts), len(data)):
        fed.data = data[:end]
        log.update()
        if look:
            outcome(log.logged)
    log.finish()
    return outcome(log.logged)
