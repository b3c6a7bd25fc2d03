"""Compressed streams (gzip, zstd, bzip2, xz): known by their first bytes, unpacked within bounds."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, cast

from . import source
from .errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 1 << 20
_ZSTD_BLOCK = 1 << 10  # packed bytes: the worst of them, four for a run of 128 KiB, come to 32 MiB


def unpacked(stream: IO[bytes], kind: str, limit: int | None, path: str) -> bytes:
    """All bytes of a compressed stream, or the first ``limit``; ``kind``: a value of :data:`~.source.PACKED`.

    Refuses with :class:`UnreadableError` what unpacks to more than a log can be (see the limits in
    :mod:`curvedoc.source`) and what is damaged; the head of a damaged stream is given as far as it goes.
    """
    chunks, size = [], 0
    try:
        for chunk in blocks(stream, kind, path, limit):
            chunks.append(chunk)
            size += len(chunk)
            if limit is not None and size >= limit:
                break
    except UnreadableError as error:
        if limit is None or not chunks or error.__cause__ is None:
            raise
    data = b"".join(chunks)
    return data if limit is None else data[:limit]


def blocks(stream: IO[bytes], kind: str, path: str, limit: int | None = None) -> Iterator[bytes]:
    """The unpacked bytes block by block; errors as :func:`unpacked`, a damaged stream with its cause."""
    taken, size = _Counted(stream), 0
    opened, broken = _opened(taken, kind, path)
    try:
        while chunk := opened.read1(_BLOCK if limit is None else min(limit, _BLOCK)):
            size += len(chunk)
            if size > most(taken.taken):
                raise too_much(size, taken.taken, path)
            yield chunk
    except broken as error:
        raise UnreadableError(
            f"the {kind} stream is damaged or cut off after {size} unpacked bytes",
            f"Copy it again; `{kind} -dc FILE | curvedoc diagnose -` reads the part that is there.",
            path,
        ) from error


def most(packed: int) -> int:
    """Bytes that so many packed ones may unpack to."""
    return min(source.MAX_BYTES, source.RATIO_FREE_BYTES + source.MAX_RATIO * packed)


def too_much(size: int, packed: int, path: str) -> UnreadableError:
    """The refusal of what unpacks to more than a log can be: a bomb, or something else than a log."""
    return UnreadableError(
        f"unpacks to more than {size >> 20} MiB from {packed >> 10} KiB",
        "If this is really a log, unpack it and name the unpacked file.",
        path,
    )


class _Counted:
    """A stream that counts what is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.taken = stream, 0

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self.taken += len(data)
        return data


def _opened(stream: _Counted, kind: str, path: str) -> tuple[Any, tuple[type[Exception], ...]]:
    """A reader of the unpacked bytes, and the errors that it raises for damage."""
    packed = cast("IO[bytes]", stream)
    if kind == "gzip":
        import gzip
        import zlib

        return gzip.GzipFile(fileobj=packed), (EOFError, zlib.error, gzip.BadGzipFile)
    if kind == "bzip2":
        import bz2

        return bz2.BZ2File(packed), (EOFError, OSError, ValueError)
    if kind == "xz":
        import lzma

        return lzma.LZMAFile(packed), (EOFError, lzma.LZMAError)
    return _zstd(packed, path)


def _zstd(packed: IO[bytes], path: str) -> tuple[Any, tuple[type[Exception], ...]]:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # Python 3.14
    except ImportError:
        pass
    else:
        return zstd.ZstdFile(packed), (EOFError, zstd.ZstdError)
    try:
        import zstandard
    except ImportError:
        raise UnreadableError(
            "is compressed with zstd, and the package that unpacks it is not installed",
            "Run: pip install 'curvedoc[zstd]'",
            path,
        ) from None
    return _Frames(packed, zstandard.ZstdDecompressor()), (EOFError, zstandard.ZstdError)


class _Frames:
    """The frames of a zstd stream; the package's own reader ends without a word where a file is cut off."""

    def __init__(self, packed: IO[bytes], tool: Any) -> None:
        self.packed, self.tool = packed, tool
        self.frame, self.rest = tool.decompressobj(), b""
        self.begun = False

    def read1(self, _size: int) -> bytes:
        """The next bytes; ``b""`` at the end, EOFError where the last frame is cut off."""
        while True:
            piece = self.rest or self.packed.read(_ZSTD_BLOCK)
            self.rest = b""
            if not piece and self.begun:
                raise EOFError("cut off")
            if not piece:
                return b""
            self.begun = True
            made: bytes = self.frame.decompress(piece)
            if self.frame.eof:
                self.rest = self.frame.unused_data
                self.frame, self.begun = self.tool.decompressobj(), False
            if made:
                return made
