"""One log that is followed: a text file or pipe, event files, or whatever else, which is read again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from curvedoc.errors import CurvedocError, NotALogError
from curvedoc.rows import Irregular
from curvedoc.source import HEAD_BYTES, Source, packed_as, size_of

from .decoding import Again, Decoder, encoding_of
from .parsers import PARSERS
from .pipe import Kept, Pipe
from .tail import News

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from curvedoc.run import Logged
    from curvedoc.source import ReadOptions
    from curvedoc.tfevents.growing import GrowingFile
    from curvedoc.tfevents.scalars import Scalars

    from .tail import Tail

    Signatures = tuple[tuple[int, ...], ...]

ENOUGH = 1 / 8
"""A log that must be read as a whole is read again when it has grown by an eighth: all its readings together
are at most nine times its size, however long it grows."""

REWRITTEN = ("json", "mlflow", "wandb", "sacred", "aim")
"""Readers of what is written anew rather than appended to; it is read again whenever it changes."""


class Log(Protocol):
    """A log that is followed."""

    source: Source

    @property
    def ended(self) -> bool:
        """Whether nothing more can come."""

    def update(self) -> News:
        """Read what is new. Raises UnreadableError."""

    def finish(self) -> None:
        """Take the rest, a last line without its end, as a reader would: nothing more will come."""

    def logged(self) -> list[Logged]:
        """The runs so far; raises what the readers raise."""


class TextLog:
    """A text log, line by line where its format allows it.

    The reader is chosen by the beginning, as for any log, and chosen anew while that grows; where another one
    is surer then, or another encoding is found, reading starts over.
    """

    def __init__(self, source: Source, tail: Tail | Pipe, options: ReadOptions) -> None:
        self.source, self._tail, self._options = source, tail, options
        self._start()

    @property
    def ended(self) -> bool:
        """Whether the pipe was closed."""
        return self._tail.ended

    @property
    def begun(self) -> bool:
        """Whether anything of it was read."""
        return self._tail.at > 0

    def _start(self) -> None:
        """Another file, or none so far."""
        self._head, self._asked_at = b"", -1
        self._reader = self._encoding = ""
        self._irregular = False
        self._problem: NotALogError | None = None
        self._begin()

    def _begin(self) -> None:
        """From the first byte on, by the reader that is known (if any)."""
        self._tail.rewind()
        self._waiting: list[bytes] = []
        self._prepare()

    def _prepare(self) -> None:
        """What the reader needs, with nothing in it."""
        self._decoder = Decoder(self._encoding or encoding_of(self._head) or "")
        parsed = self._reader in PARSERS and self._decoder.encoding and not self._irregular
        self._parser = PARSERS[self._reader](self.source) if parsed else None
        self._whole = Whole(self._all, self._options, self._reader) if self._reader and not parsed else None

    def update(self) -> News:
        """Read what is new."""
        news = self._tail.look()
        if news is News.ANEW and self._reader in REWRITTEN:
            self._tail.rewind()
            self._head, self._asked_at = b"", -1
            news = News.GROWN  # as such a log grows
        elif news is News.ANEW:
            self._start()
        if news is not News.NONE:
            self._read()
        if self._whole is not None and self._whole.update() is News.NONE:
            return News.NONE
        return news

    def finish(self) -> None:
        """Take a last line that has no end."""
        self._read(last=True)
        if self._whole is not None:
            self._whole.finish()

    def logged(self) -> list[Logged]:
        """The runs so far."""
        if self._whole is not None:
            return self._whole.logged()
        if self._parser is not None:
            return self._parser.logged(self._options)
        raise self._problem or NotALogError(
            "is empty", "Let the training write to it first, or name another file.", self.source.path
        )

    def _read(self, last: bool = False) -> None:
        """Read on; from the beginning when what comes says that it was read in a wrong way."""
        while True:
            try:
                if self._whole is None or len(self._head) < HEAD_BYTES:
                    for piece in self._tail.read():
                        self._take(piece)
                self._parse(last)
                return
            except Again as found:
                self._encoding = found.encoding
            except Irregular:
                self._irregular = True
            self._begin()

    def _take(self, piece: bytes) -> None:
        """A piece of the log more; it also belongs to the head, when reading did not start over."""
        missing = len(self._head) - (self._tail.at - len(piece))
        self._head += piece[missing : missing + HEAD_BYTES - len(self._head)]
        self._waiting.append(piece)
        if len(self._head) == HEAD_BYTES:
            self._parse()

    def _parse(self, last: bool = False) -> None:
        """Hand what came to the parser, once it is known which: that rests on whole lines alone."""
        full = len(self._head) == HEAD_BYTES
        cut = len(self._head) if full or last else self._head.rfind(b"\n") + 1 or len(self._head)
        known = self._parser is not None or self._whole is not None
        if cut > self._asked_at and (full or last or not known or cut > self._asked_at * (1 + ENOUGH)):
            self._asked_at = cut
            self._choose(self._head[:cut])
        if self._parser is not None:
            while self._waiting:
                self._parser.add(self._decoder.add(self._waiting.pop(0)))
            if last:
                self._parser.add(self._decoder.rest())
        elif self._whole is not None:
            self._waiting = []

    def _choose(self, head: bytes) -> None:
        """Ask the readers whose the log is; when another one than before, it is read from the beginning."""
        from curvedoc.readers import chosen

        try:
            name = "packed" if packed_as(head) else str(chosen(_of(self.source, head), self._options).NAME)
        except NotALogError as error:
            name, self._problem = "", error
        if name == self._reader:
            return
        begun, self._reader = bool(self._reader), name
        if begun:
            raise Again(self._encoding)
        self._prepare()  # all that was read so far still waits

    def _all(self) -> Source:
        """The whole log as a source that was not looked at yet."""
        if isinstance(self._tail, Pipe):
            return _of(self.source, self._tail.kept)
        return replace(self.source)


def _of(source: Source, data: bytes | bytearray) -> Source:
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
