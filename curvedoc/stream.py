"""A long text log, some whole lines at a time: what is large need not be in memory at once."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING

import numpy as np

from .source import HEAD_BYTES, MAX_BYTES, size_of, too_large, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import Source


LARGE = 1 << 18
"""From 256 KiB on numpy reads a log sooner than Python's own loops do."""

BLOCK = 1 << 19
"""Bytes taken at once: enough rows for numpy to pay, few enough for the caches (measured)."""

_LONGEST_LINE = 1 << 24  # 16 MiB; what has longer ones is no log of rows

_KEPT = 1 << 24


def is_large(source: Source) -> bool:
    """Whether a source holds so much text that reading it in bulk pays."""
    if len(source.head) < HEAD_BYTES:
        return False
    if _is_one_file(source) and not source.packed and (size := size_of(source.files[0])):
        return size > LARGE
    return source.is_longer(LARGE)


def all_text(source: Source) -> str:
    """Everything as text; a small log was read when its reader was chosen."""
    return source.head_text if len(source.head) < HEAD_BYTES else source.text()


def blocks(source: Source, size: int = BLOCK) -> Iterator[bytes]:
    """The bytes of a log in blocks that end with a line, the last one as it ends (without blank lines).

    Only LF ends a line. Raises :class:`~curvedoc.errors.UnreadableError` as reading all of it would, and
    ValueError for a line too long for rows.
    """
    held: list[bytes] = []
    length = 0
    for piece in _pieces(source, size):
        cut = piece.rfind(b"\n") + 1
        if not cut:
            held.append(piece)
            length += len(piece)
            if length > _LONGEST_LINE:
                raise ValueError("a line of more than 16 MiB")
            continue
        yield b"".join((*held, memoryview(piece)[:cut]))
        held, length = [piece[cut:]], len(piece) - cut
    rest = b"".join(held)
    if rest.strip():
        yield rest


def keep_memory() -> None:
    """Let freed memory stay with the process: a tenth to a fifth of all time goes into fetching it anew.

    glibc gives it back at once until something as large as this was freed; elsewhere it does nothing.
    """
    np.empty(_KEPT, np.uint8)


def cores() -> int:
    """Processors that this process may use."""
    asked = getattr(os, "sched_getaffinity", None)
    return len(asked(0)) if asked else os.cpu_count() or 1


def _pieces(source: Source, size: int) -> Iterator[bytes]:
    """The bytes of a log as they come; neither a plain nor a packed file is ever in memory as a whole."""
    if not _is_one_file(source) or size_of(source.files[0]) > MAX_BYTES:
        data = source.read_bytes()
        yield from (data[at : at + size] for at in range(0, len(data), size))
        return
    try:
        with source.files[0].open("rb", buffering=0) as stream:
            yield from (_unpacked if source.packed else _plain)(source, stream, size)
    except OSError as error:
        raise unreadable(source.path, error) from error


def _plain(source: Source, stream: IO[bytes], size: int) -> Iterator[bytes]:
    """The bytes of a file; one whose size was not known, or that grows, ends at the bound of all others."""
    taken = 0
    while piece := stream.read(size):
        taken += len(piece)
        if taken > MAX_BYTES:
            raise too_large(source.path)
        yield piece


def _unpacked(source: Source, stream: IO[bytes], size: int) -> Iterator[bytes]:
    """The unpacked bytes of a file."""
    from .unpack import blocks as unpacked

    held: list[bytes] = []
    length = 0
    for piece in unpacked(stream, source.packed, source.path):
        held.append(piece)
        length += len(piece)
        if length >= size:
            yield b"".join(held)
            held, length = [], 0
    yield b"".join(held)


def _is_one_file(source: Source) -> bool:
    """Whether the log is one file that can be opened again, not a pipe."""
    return source.kind == "file" and len(source.files) == 1
