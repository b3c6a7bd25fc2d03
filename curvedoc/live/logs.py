"""One log that is followed: a text file or pipe, by its lines where its format allows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from curvedoc.errors import NotALogError, UnreadableError
from curvedoc.rows import Irregular
from curvedoc.source import HEAD_BYTES, packed_as

from .decoding import Again, Decoder, encoding_of
from .parsers import PARSERS
from .pipe import Pipe
from .tail import News
from .whole import ENOUGH, REWRITTEN, Whole, of_bytes

if TYPE_CHECKING:
    from curvedoc.run import Logged
    from curvedoc.source import ReadOptions, Source

    from .tail import Tail


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
        self._problem: UnreadableError | None = None
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
            name = (
                "packed" if packed_as(head) else str(chosen(of_bytes(self.source, head), self._options).NAME)
            )
        except UnreadableError as error:
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
            return of_bytes(self.source, self._tail.kept)
        return replace(self.source)
