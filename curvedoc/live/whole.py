"""Logs that are not followed by their lines: read again as a whole, or record by record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.errors import CurvedocError
from curvedoc.source import Source, size_of

from .pipe import Kept
from .tail import News

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from curvedoc.run import Logged
    from curvedoc.source import ReadOptions
    from curvedoc.tfevents.growing import GrowingFile
    from curvedoc.tfevents.scalars import Scalars

    Signatures = tuple[tuple[int, ...], ...]

ENOUGH = 1 / 8
"""A log that must be read as a whole is read again when it has grown by an eighth: all its readings together
are at most nine times its size, however long it grows."""

REWRITTEN = ("json", "mlflow", "wandb", "sacred", "aim")
"""Readers of what is written anew rather than appended to; it is read again whenever it changes."""


def of_bytes(source: Source, data: bytes | bytearray) -> Source:
    """The source with these bytes as all that is in it."""
    from curvedoc.stored import stored

    name = str(source.files[0]) if source.files else ""
    return Source(source.path, source.name, (stored(name, Kept(data, source.path)),), "file", source.root)


class Whole:
    """A log that is read as a whole, when it has changed enough; ``reader``: by which, as far as is known."""

    ended = False

    def __init__(self, source: Callable[[], Source], options: ReadOptions, reader: str) -> None:
        self._fresh, self._options = source, options
        self.source = source()
        self._rewritten = reader in REWRITTEN
        self._read_at: Signatures = ()
        self._size = 0
        self._found: list[Logged] | CurvedocError = []

    def update(self) -> News:
        """Read it again if it has changed enough."""
        self.source = self._fresh()
        size = sum(map(size_of, self.source.files))
        due = self._rewritten or size < self._size or size >= self._size * (1 + ENOUGH)
        return News.GROWN if due and self._read(size) else News.NONE

    def finish(self) -> None:
        """Read it once more if there is anything new."""
        self.source = self._fresh()
        self._read(sum(map(size_of, self.source.files)), last=True)

    def logged(self) -> list[Logged]:
        """The runs in it when it was read last."""
        if isinstance(self._found, CurvedocError):
            raise self._found
        return self._found

    def _read(self, size: int, last: bool = False) -> bool:
        """Read it if anything changed at all, and say whether that was so."""
        from curvedoc.readers import load

        seen = tuple(map(_signature, self.source.files))
        if seen == self._read_at:
            return False
        self._read_at, self._size = seen, size
        try:
            self._found = load(self.source, self._options)
        except CurvedocError as error:
            # A document that is being written is damaged for a moment: what it was is still shown.
            if last or not self._found or isinstance(self._found, CurvedocError):
                self._found = error
                self._read_at = () if not last else seen
        return True


def _signature(file: Path) -> tuple[int, ...]:
    """What changes when a file does."""
    try:
        status = file.stat()
    except OSError:
        return ()
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


class EventRun:
    """The event files of one run; each record is read once."""

    ended = False

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self.source, self._options = source, options
        self._files: dict[Path, GrowingFile] = {}
        self._seen: dict[Path, tuple[int, ...]] = {}

    def update(self) -> News:
        """Look whether anything is new; it is read when the runs are asked for."""
        seen = {file: _signature(file) for file in self.source.files}
        before, self._seen = self._seen, seen
        if any(
            was[:2] != seen[f][:2] or was[2] > seen[f][2] for f, was in before.items() if was and seen.get(f)
        ):
            return News.ANEW
        return News.GROWN if seen != before else News.NONE

    def finish(self) -> None:
        """Nothing is left: a record that is cut off is never read."""

    def logged(self) -> list[Logged]:
        """The run so far."""
        from curvedoc.readers.tensorboard import read_files

        source = self.source
        return [read_files(source.files, source.name, source.path, self._options.x, self._scalars)]

    def _scalars(self, file: Path) -> Scalars:
        from curvedoc.tfevents.growing import GrowingFile

        growing = self._files.setdefault(file, GrowingFile(file))
        growing.update()
        return growing.scalars()
