"""A long text log, some whole lines at a time: what is large need not be in memory at once."""

from __future__ import annotations

import os
from collections import deque
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from .source import HEAD_BYTES, MAX_BYTES, size_of, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from .source import Source

Item = TypeVar("Item")
Result = TypeVar("Result")

LARGE = 1 << 18
"""From 256 KiB on numpy reads a log sooner than Python's own loops do."""

BLOCK = 1 << 19
"""Bytes taken at once: enough rows for numpy to pay, few enough for the caches (measured)."""

_LONGEST_LINE = 1 << 24  # 16 MiB; what has longer ones is no log of rows

_KEPT = 1 << 24
_WORTH_THREADS = 8  # blocks; for fewer the start of the threads is not made up for
_MOST_THREADS = 4  # reading the file and joining what was read stay with one
_PROBE = 64  # bytes by which a file shows that it is neither packed nor encoded otherwise


def is_large(source: Source) -> bool:
    """Whether a source holds so much text that reading it in bulk pays."""
    if len(source.head) < HEAD_BYTES:
        return False
    if source.kind == "file" and _is_plain(source):
        return size_of(source.files[0]) > LARGE
    return len(source.read_bytes()) > LARGE


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


def in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """``map`` over some threads at once, in order; numpy lets go of the interpreter while it works.

    Only a few items are taken ahead, and a single one needs no thread.
    """
    keep_memory()
    coming = iter(items)
    first = list(islice(coming, _WORTH_THREADS))
    workers = min(_MOST_THREADS, cores())
    if workers < 2 or len(first) < _WORTH_THREADS:
        yield from map(work, chain(first, coming))
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[Result]] = deque()
        for item in chain(first, coming):
            ahead.append(pool.submit(work, item))
            if len(ahead) > workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


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
    """The bytes of a log as they come; a plain file is never in memory as a whole."""
    file = source.files[0] if source.files else None
    if file is None or not _is_plain(source) or size_of(file) > MAX_BYTES:
        data = source.read_bytes()
        yield from (data[at : at + size] for at in range(0, len(data), size))
        return
    try:
        with file.open("rb", buffering=0) as stream:
            while piece := stream.read(size):
                yield piece
    except OSError as error:
        raise unreadable(source.path, error) from error


def _is_plain(source: Source) -> bool:
    """Whether the bytes of the (one) file are the bytes of the log."""
    if source.kind != "file" or len(source.files) != 1:
        return False
    try:
        with source.files[0].open("rb", buffering=0) as stream:
            return stream.read(_PROBE) == source.head[:_PROBE]
    except OSError:
        return False
