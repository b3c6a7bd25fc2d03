"""Where a log comes from: its files, bytes and text. A failing disk becomes an error with a fix."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass, replace
from functools import cached_property
from typing import IO, TYPE_CHECKING, cast

from .encoding import decode
from .errors import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

HEAD_BYTES = 1 << 16
"""What a reader may look at to recognise a format: enough for any header, cheap on any disk."""

MAX_BYTES = 1 << 31
"""Nothing larger is read: the logs that people have are a thousand times smaller, and memory is finite."""

MAX_RATIO = 50
"""Compressed logs shrink 5 to 30 times (measured; with xz up to 36); a gzip bomb reaches 1000."""

RATIO_FREE_BYTES = 1 << 26
"""So much (64 MiB) comes on top of the ratio: it does no harm, and a short constant log shrinks 200 times."""

AT_ONCE = 1 << 26
"""A read sets aside memory for all that it asks for (64 MiB), however small the file is."""

PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
"""What compressed streams begin with."""

PACKED_SUFFIXES = (".gz", ".zst", ".bz2", ".xz")
"""Endings of compressed files; the content decides, they only hide the ending of what is inside."""

_LONGEST = 5


@dataclass(frozen=True)
class ReadOptions:
    """What a call may override: the reader's id and the column that the steps come from.

    ``places``: other answers for the paths that a pattern covers; the last pattern that does wins.
    """

    reader: str | None = None
    x: str | None = None
    places: tuple[tuple[str, ReadOptions], ...] = ()

    def at(self, path: str) -> ReadOptions:
        """The options for one path."""
        return next((own for pattern, own in reversed(self.places) if covers(pattern, path)), self)


def covers(pattern: str, path: str) -> bool:
    """Whether a pattern (``mnist/*``, ``*.log``) fits a path or its end; ``*`` goes across directories."""
    from fnmatch import fnmatchcase

    path = path.replace("\\", "/")
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"*/{pattern}")


@dataclass(frozen=True)
class Source:
    """One log to read.

    ``path`` as shown to the user; ``name``: of the run; ``files``: one for a text log, several where a run is
    spread over files; ``kind``: ``"file"``, ``"events"`` (TensorBoard) or ``"stdin"`` (any pipe: readable
    once, so kept). ``root``: the directory whose search found it, empty when the user named it. All
    reading raises :class:`~curvedoc.errors.UnreadableError`.
    """

    path: str
    name: str
    files: tuple[Path, ...] = ()
    kind: str = "file"
    root: str = ""

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB, decompressed."""
        return self._once[:HEAD_BYTES] if self.kind == "stdin" else self._start[0]

    @cached_property
    def head_text(self) -> str:
        """The head as text; a character cut at its end is left out."""
        return decode(self.head)

    @property
    def filename(self) -> str:
        """The bare name of the (first) file, without ``.gz`` and the like; ``""`` for standard input."""
        return unpacked_name(self.files[0].name) if self.files else ""

    def read_bytes(self) -> bytes:
        """Everything, decompressed, at most :data:`MAX_BYTES`."""
        if self.kind == "stdin":
            return self._once
        whole = "_start" in self.__dict__ and self._start[1]
        return self.head if whole else self._read(None)[0]

    def text(self) -> str:
        """Everything as text: by its byte order mark, else UTF-8, else Windows-1252."""
        return decode(self.read_bytes())

    def parts(self) -> list[Source]:
        """One source per file."""
        if len(self.files) < 2:
            return [self]
        remote = "://" in self.path
        return [replace(self, files=(f,), path=self.path if remote else str(f)) for f in self.files]

    @property
    def packed(self) -> str:
        """How the file is packed (a value of :data:`PACKED`); ``""`` where its bytes are those of the log."""
        return self._start[2]

    def is_longer(self, size: int) -> bool:
        """Whether there are more than so many bytes, decompressed."""
        return len(self._once if self.kind == "stdin" else self._read(size + 1)[0]) > size

    @cached_property
    def _once(self) -> bytes:
        return self._read(None)[0]

    @cached_property
    def _start(self) -> tuple[bytes, bool, str]:
        """The head, whether it is all (what is small is not fetched twice), and how the file is packed."""
        data, packed = self._read(HEAD_BYTES)
        # The head of a packed file may hide that the rest is damaged.
        return data, len(data) < HEAD_BYTES and not packed, packed

    def _read(self, limit: int | None) -> tuple[bytes, str]:
        try:
            size = size_of(self.files[0]) if self.files else 0
            if limit is None and size > MAX_BYTES:
                raise too_large(self.path)
            if not self.files:
                return _bounded(sys.stdin.buffer, limit, self.path, 0)
            with self.files[0].open("rb") as stream:
                return _bounded(stream, limit, self.path, size)
        except OSError as error:
            raise unreadable(self.path, error) from error


def unreadable(path: str, error: OSError) -> UnreadableError:
    """The error for a failing disk access, with what to do about it."""
    fixes = {
        PermissionError: "Allow reading it (chmod +r) or run as its owner.",
        FileNotFoundError: "Check the path.",
        IsADirectoryError: "Name a file or let the directory be searched.",
    }
    fix = next((f for kind, f in fixes.items() if isinstance(error, kind)), "Check the disk and the path.")
    return UnreadableError(f"cannot be read: {error.strerror or error}", fix, path)


def is_pipe(path: Path) -> bool:
    """Whether a path can be read only once (a named pipe, process substitution, a socket)."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode)


def unpacked_name(name: str) -> str:
    """A file's name without the ending of a compression."""
    for suffix in PACKED_SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def packed_as(start: bytes) -> str:
    """How a stream with this beginning is compressed; ``""`` when it is not."""
    return next((kind for magic, kind in PACKED.items() if start.startswith(magic)), "")


def bounded(stream: IO[bytes], limit: int | None, path: str, size: int = 0) -> bytes:
    """All of a stream (or its first ``limit`` bytes), unpacked; refuses what would fill the memory.

    ``size``: how much is expected, 0 where that is not known.
    """
    return _bounded(stream, limit, path, size)[0]


def _bounded(stream: IO[bytes], limit: int | None, path: str, size: int) -> tuple[bytes, str]:
    """As :func:`bounded`, and how the stream is packed."""
    start = stream.read(_LONGEST)
    kind = packed_as(start)
    if kind:
        from .unpack import unpacked

        return unpacked(cast("IO[bytes]", _Pushed(start, stream)), kind, limit, path), kind
    pieces, left = [start], (MAX_BYTES + 1 if limit is None else limit) - len(start)
    if size and stream.seekable():
        stream.seek(-len(start), os.SEEK_CUR)
        pieces, left = [], left + len(start)
    # Asked for with its size a file comes in one piece; put together from two it stands in memory twice.
    asked = size + 1 if size else AT_ONCE
    while left > 0 and (piece := stream.read(min(left, asked))):
        pieces.append(piece)
        left -= len(piece)
        if len(piece) == size:
            break  # as large as it is said to be; looking for more costs as much as reading a small file
    if limit is None and left <= 0:
        raise too_large(path)
    return b"".join(pieces), ""


def too_large(path: str) -> UnreadableError:
    """The refusal of what has more than :data:`MAX_BYTES`."""
    return UnreadableError(f"is larger than {MAX_BYTES >> 30} GiB", "Thin the log out and read that.", path)


class _Pushed:
    """A stream with its first bytes put back: unpacking needs to see them, a pipe cannot rewind."""

    def __init__(self, start: bytes, stream: IO[bytes]) -> None:
        self.start, self.stream = start, stream

    def read(self, size: int = -1) -> bytes:
        if self.start and size >= 0:
            data, self.start = self.start[:size], self.start[size:]
        else:
            data, self.start = self.start + self.stream.read(size), b""
        return data


def size_of(path: Path) -> int:
    """Bytes on the disk; 0 where they cannot be asked."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
