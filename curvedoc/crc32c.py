"""CRC-32C (Castagnoli), the checksum of TFRecord files: one record, or many at once with numpy.

The many-at-once part rests on two facts about a CRC register that starts at zero: zeros in front of the
data do not change it, and it is linear over XOR. So records of different lengths can be set flush right
in one matrix, and a long record can be cut into lanes that are joined afterwards.
Source: RFC 3720, appendix B.4; the slicing tables after Kounavis and Berry (2005).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Words = NDArray[np.uint32]

_POLYNOMIAL = 0x82F63B78  # 0x1EDC6F41, bits reversed
_MASK_DELTA = 0xA282EAD8
_LONG = 4096  # bytes; from here on the lanes beat the plain loop (measured)
_BLOCK = 1 << 20  # bytes taken at once from a long record; bounds the memory


def crc32c(data: bytes) -> int:
    """Return the CRC-32C of ``data``."""
    if len(data) >= _LONG:
        return _long(data)
    table = _bytewise()
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def masked_crc32c(data: bytes) -> int:
    """Return the CRC-32C rotated and shifted as TFRecord stores it."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


def masked_crc32c_of_slices(data: Bytes, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Words:
    """Return the masked CRC-32C of each slice ``data[start : start + length]``, all at once.

    Meant for slices of similar length: the work is that of the longest times their number.
    """
    import numpy as np

    width = max(4, -(-int(lengths.max()) // 4) * 4)
    padded = np.concatenate([np.zeros(width, np.uint8), data])
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    rows = windows[starts + lengths]  # a copy: each row ends where its slice ends
    # A register that starts with all ones is one that starts at zero with the first four bytes inverted.
    if (lengths == lengths[0]).all():
        begin = width - int(lengths[0])
        rows[:, :begin] = 0
        rows[:, begin : begin + 4] ^= 0xFF
    else:
        into = np.arange(width) - (width - lengths)[:, None]
        rows[into < 0] = 0
        rows[(into >= 0) & (into < 4)] ^= 0xFF
    crc = _register(rows)
    for n in range(4):  # slices of 0 to 3 bytes have no four bytes to invert
        if (lengths == n).any():
            short = lengths == n
            crc[short] = [~crc32c(data[s : s + n].tobytes()) & 0xFFFFFFFF for s in starts[short]]
    crc = ~crc
    return ((crc >> np.uint32(15)) | (crc << np.uint32(17))) + np.uint32(_MASK_DELTA)


@lru_cache(1)
def _bytewise() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
        table.append(crc)
    return tuple(table)


@lru_cache(1)
def _slicing() -> tuple[Words, Words]:
    """What four bytes do to the register: one table for the first two of them, one for the last two."""
    import numpy as np

    table = np.array(_bytewise(), np.uint32)
    pair = np.arange(1 << 16, dtype=np.uint32)
    low = table[pair & 0xFF]
    last = table[(low ^ (pair >> np.uint32(8))) & 0xFF] ^ (low >> np.uint32(8))
    first = last
    for _ in range(2):
        first = table[first & 0xFF] ^ (first >> np.uint32(8))
    return first, last


def _register(rows: Bytes) -> Words:
    """Run every row (width a multiple of 4) through a register that starts at zero."""
    import numpy as np

    first, last = _slicing()
    words = np.ascontiguousarray(rows.view("<u4").T)
    crc = np.zeros(len(rows), np.uint32)
    for word in words:
        halves = (crc ^ word).view(np.uint16)
        crc = first[halves[0::2]] ^ last[halves[1::2]]
    return crc


def _long(data: bytes) -> int:
    import numpy as np

    array = np.frombuffer(data, np.uint8)
    first = (len(array) - 4) % _BLOCK + 4  # the odd block comes first: later shifts are all of one size
    crc = _lanes(array[:first], first=True)
    for at in range(first, len(array), _BLOCK):
        crc = _apply(_zeros(_BLOCK), crc) ^ _lanes(array[at : at + _BLOCK])
    return int(crc[0]) ^ 0xFFFFFFFF


def _lanes(block: Bytes, first: bool = False) -> Words:
    """The register behind a block: cut into a power of two of lanes, joined pair by pair."""
    import numpy as np

    count = 1 << (len(block).bit_length() // 2 + 1)
    width = -(-len(block) // (4 * count)) * 4
    padded = np.zeros(count * width, np.uint8)
    padded[-len(block) :] = block
    if first:
        padded[-len(block) :][:4] ^= 0xFF
    crc = _register(padded.reshape(count, width))
    shift = _zeros(width)
    while len(crc) > 1:
        crc = _apply(shift, crc[0::2]) ^ crc[1::2]
        shift = _apply(shift, shift)
    return crc


@lru_cache(512)
def _zeros(count: int) -> Words:
    """What ``count`` zero bytes do to the register: the images of its 32 bits."""
    import numpy as np

    bits = np.uint32(1) << np.arange(32, dtype=np.uint32)
    result, power = bits, np.array(_bytewise(), np.uint32)[bits & 0xFF] ^ (bits >> np.uint32(8))
    while count:
        if count & 1:
            result = _apply(power, result)
        power = _apply(power, power)
        count >>= 1
    return result


def _apply(images: Words, crc: Words) -> Words:
    import numpy as np

    bits = (crc[:, None] >> np.arange(32, dtype=np.uint32)) & np.uint32(1)
    joined: Words = np.bitwise_xor.reduce(bits * images, axis=1)
    return joined
