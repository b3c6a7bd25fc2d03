"""TFRecord files, the container of TensorBoard events: reading with every checksum verified, and writing.

A record is its length (8 bytes, little endian), the masked CRC-32C of these 8 bytes, the data, the masked
CRC-32C of the data. Nothing in a record is trusted before its checksum held.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .crc32c import masked_crc32c, masked_crc32c_of_slices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")
_HEADER = 12
_FRAME = 16  # bytes around the data of a record

CHUNK = 1 << 18  # bytes read at once: enough for numpy to pay, few enough that memory is that of the result
_FEW = 32  # slices; for fewer of about one length the plain loop is faster (measured)
_LONG = 2048  # bytes; longer records are checked one by one
_LOOK = 128  # records whose lengths show a turn
_MISSES = 3  # turns of a chunk that did not go on; after these records are walked one by one


@dataclass(frozen=True, slots=True)
class Damage:
    """Why reading ended before the end of the file.

    ``kind``: ``"cut off"`` (the file ends inside a record) or ``"checksum"``; ``at``: byte where the record
    begins; ``lost``: bytes from there to the end of the file.
    """

    kind: str
    at: int
    lost: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole, verified records: record i is ``data[starts[i] : starts[i] + lengths[i]]``.

    ``damage`` is set in the last chunk of a damaged file.
    """

    data: bytes
    starts: list[int]
    lengths: list[int]
    damage: Damage | None = None

    @property
    def end(self) -> int:
        """Where the last record ends in ``data``."""
        return self.starts[-1] + self.lengths[-1] + _FRAME - _HEADER if self.starts else 0


def read_chunks(path: Path, size: int = CHUNK, start: int = 0) -> Iterator[Chunk]:
    """Yield the records of a file in chunks of about ``size`` bytes, up to the first damage.

    ``start``: the byte where the first of them begins (behind those that were read before).
    A record longer than ``size`` makes its chunk as large as itself, never larger than the file. The
    generator ends after a chunk with ``damage``. Raises OSError when the file cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        if start:  # what comes from elsewhere than a disk cannot seek
            file.seek(start)
        held, at, wanted = b"", start, size
        while True:
            block = file.read(wanted)
            data = held + block
            total = path.stat().st_size  # asked each time: a live log grows while it is read
            starts, lengths, end = _scan(data)
            bad = _first_bad(data, starts, lengths)
            if bad is not None:
                begin = starts[bad] - _HEADER
                damage = Damage("checksum", at + begin, total - at - begin)
                yield Chunk(data, starts[:bad], lengths[:bad], damage)
                return
            held = data[end:]
            needed, sound = _claim(held)
            if not sound or (held and (not block or at + end + needed > total)):
                damage = Damage("cut off" if sound else "checksum", at + end, total - at - end)
                yield Chunk(data, starts, lengths, damage)
                return
            if starts:
                yield Chunk(data, starts, lengths)
            if not block:
                return
            at += end
            wanted = max(size, needed - len(held))


def starts_like_records(head: bytes) -> bool:
    """Whether the first bytes are the header of a record (its checksum holds)."""
    return len(head) >= _HEADER and _claim(head)[1]


def _scan(data: bytes) -> tuple[list[int], list[int], int]:
    """Where the whole records lie, by their lengths alone: starts, lengths, end of the last one."""
    starts: list[int] = []
    lengths: list[int] = []
    at, size, unpack = 0, len(data), _LENGTH.unpack_from
    look, misses = _LOOK, 0
    while at + _FRAME <= size:
        (length,) = unpack(data, at)
        end = at + _FRAME + length
        if end > size:
            break
        starts.append(at + _HEADER)
        lengths.append(length)
        at = end
        if len(lengths) >= look and misses < _MISSES:
            found, more = _in_turn(data, at, lengths[-_LOOK:])
            misses += len(more) < _LOOK
            starts += found
            lengths += more
            at += sum(more) + _FRAME * len(more)
            look = len(lengths) + _LOOK
    return starts, lengths, at


def _in_turn(data: bytes, at: int, last: list[int]) -> tuple[list[int], list[int]]:
    """The records from ``at`` on whose lengths come in the same turn as the ``last`` ones: starts, lengths.

    Loggers write the same tags again and again; what is guessed so is compared with what stands there.
    """
    half = len(last) // 2
    period = next((p for p in range(1, half + 1) if last[p:] == last[:-p]), 0)
    if not period:
        return [], []
    import numpy as np

    turn = last[-period:]
    turns = (len(data) - at) // (sum(turn) + _FRAME * period)
    if turns * period < len(last):
        return [], []
    lengths = np.tile(np.array(turn, np.int64), turns)
    ends = at + np.cumsum(lengths + _FRAME)
    begins = ends - lengths - _FRAME
    stored = np.ndarray((len(data) - 7,), "V8", data, 0, (1,))[begins].view("<u8")
    right = stored == lengths.astype(np.uint64)
    n = len(right) if right.all() else int(right.argmin())
    return (begins[:n] + _HEADER).tolist(), lengths[:n].tolist()


def _claim(rest: bytes) -> tuple[int, bool]:
    """How many bytes the record at the start of ``rest`` needs, and whether its length can be trusted."""
    if len(rest) < _HEADER:
        return _FRAME, True
    (length,) = _LENGTH.unpack_from(rest)
    (checksum,) = _CHECKSUM.unpack_from(rest, 8)
    return _FRAME + length, checksum == masked_crc32c(rest[:8])


def _first_bad(data: bytes, starts: list[int], lengths: list[int]) -> int | None:
    """Index of the first record whose length or data does not match its checksum."""
    if len(starts) < _FEW:
        return next((i for i in range(len(starts)) if not _sound(data, starts[i], lengths[i])), None)
    import numpy as np

    array = np.frombuffer(data, np.uint8)
    begin, length = np.array(starts, np.int64), np.array(lengths, np.int64)
    words = np.lib.stride_tricks.sliding_window_view(array, 4)
    sizes, which = np.unique(length, return_inverse=True)
    of_length = np.array([masked_crc32c(_LENGTH.pack(n)) for n in sizes], np.uint32)[which]
    wrong = words[begin - 4].view("<u4")[:, 0] != of_length
    stored = words[begin + length].view("<u4")[:, 0]
    for group in _alike(length):
        if len(group) < _FEW or length[group[-1]] > _LONG:
            wrong[group] |= [not _sound(data, starts[i], lengths[i]) for i in group]
        else:
            found = masked_crc32c_of_slices(array, begin[group], length[group])
            wrong[group] |= found != stored[group]
    return int(wrong.argmax()) if wrong.any() else None


def _alike(length: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Groups of records of one length where many share it, else of lengths within a quarter."""
    import numpy as np

    order = np.argsort(length, kind="stable")
    ordered = length[order]
    at = 0
    while at < len(order):
        end = int(np.searchsorted(ordered, ordered[at], side="right"))
        if end - at < _FEW:
            end = int(np.searchsorted(ordered, ordered[at] * 5 // 4 + 4, side="right"))
        yield order[at:end]
        at = end


def _sound(data: bytes, start: int, length: int) -> bool:
    header, of_length = data[start - _HEADER : start - 4], data[start - 4 : start]
    end = start + length
    return (
        _CHECKSUM.pack(masked_crc32c(header)) == of_length
        and _CHECKSUM.pack(masked_crc32c(data[start:end])) == data[end : end + 4]
    )


def frame(data: bytes) -> bytes:
    """Return ``data`` as one record."""
    header = _LENGTH.pack(len(data))
    checksums = masked_crc32c(header), masked_crc32c(data)
    return header + _CHECKSUM.pack(checksums[0]) + data + _CHECKSUM.pack(checksums[1])


class EventWriter:
    """Writes scalars to a TensorBoard event file, as TensorFlow 1 and PyTorch write them.

    ``path`` should be named ``events.out.tfevents.<seconds>.<host>``: TensorBoard goes by the name.
    Usable as a context manager; what was added is on disk after :meth:`flush` or :meth:`close`.
    """

    def __init__(self, path: str | Path, wall_time: float | None = None) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("wb")
        self._write(_event(_now(wall_time), 0, b"\x1a" + _sized(b"brain.Event:2")))

    def add_scalar(self, tag: str, value: float, step: int, wall_time: float | None = None) -> None:
        """Add one point; ``value`` is stored as float32 (beyond its range: infinity), ``step`` as int64."""
        scalar = b"\x0a" + _sized(tag.encode()) + b"\x15" + _float32(value)
        self._write(_event(_now(wall_time), step, b"\x2a" + _sized(b"\x0a" + _sized(scalar))))

    def flush(self) -> None:
        """Hand everything to the operating system."""
        self._file.flush()

    def close(self) -> None:
        """Flush and close; more than once is harmless."""
        self._file.close()

    def _write(self, event: bytes) -> None:
        self._file.write(frame(event))

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _now(wall_time: float | None) -> float:
    return time.time() if wall_time is None else wall_time


def _event(wall_time: float, step: int, what: bytes) -> bytes:
    return b"\x09" + struct.pack("<d", wall_time) + (b"\x10" + _varint(step) if step else b"") + what


def _sized(data: bytes) -> bytes:
    return _varint(len(data)) + data


def _float32(value: float) -> bytes:
    try:
        return struct.pack("<f", value)
    except OverflowError:
        return struct.pack("<f", float("inf") if value > 0 else float("-inf"))


def _varint(number: int) -> bytes:
    number &= 0xFFFFFFFFFFFFFFFF  # int64: negative numbers as two's complement
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
