"""Decimal numbers out of text, many at once with numpy: the same doubles to the bit as ``float(text)``.

The characters of a number are taken eight at a time as one 64-bit word; a word of digits becomes their value
by three multiplications. What comes out is an integer and a count of decimals; their quotient is rounded
once, by division with its remainder kept in a second double, and where that leaves any doubt (one number in
a billion) nothing is decided here. Sources: D. Lemire, "Number parsing at a gigabyte per second" (2021);
T. Dekker, "A floating-point technique for extending the available precision" (1971).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .run import FloatArray

    Bytes = NDArray[np.uint8]
    Indices = NDArray[np.int64]
    Mask = NDArray[np.bool_]
    Words = NDArray[np.uint64]

WIDEST = 24
"""Characters of a number that are taken at once; longer ones are left to ``float``."""

MARGIN = WIDEST
"""Bytes that must stand before the first number, whatever they hold."""

_EXACT = 22  # 10**22 is the largest power of ten that a double holds exactly
_LARGEST = 400  # times 10**16: integers below it keep two bits of an int64 free
_FRONT = 4  # digits before a point that stands at the same place in all numbers
_FEW = 16  # numbers with an exponent; for fewer ``float`` is sooner


def _every(byte: int) -> np.uint64:
    return np.uint64(int.from_bytes(bytes([byte]) * 8, "little"))


_ZEROS, _HIGH, _OVER, _DOTS = _every(0x30), _every(0x80), _every(0x76), _every(0x10)
_ONE, _FOUR, _EIGHT, _POINT = np.uint64(1), np.uint64(4), np.uint64(8), np.uint64(0x1E)
_STEPS = (
    (np.uint64(2561), np.uint64(8), np.uint64(0x00FF00FF00FF00FF)),
    (np.uint64(6553601), np.uint64(16), np.uint64(0x0000FFFF0000FFFF)),
    (np.uint64(42949672960001), np.uint64(32), np.uint64(0x00000000FFFFFFFF)),
)


def parse(data: Bytes, starts: Indices, ends: Indices, strict: bool = False) -> tuple[FloatArray, Mask]:
    """The numbers ``data[start:end]``, and where there is none of the plain kind: ``-12.5``, ``3e-05``.

    ``data`` is contiguous, with :data:`MARGIN` bytes before the first number. Marked places (blank, text,
    long, NaN) hold no meaningful value; all others hold exactly ``float(text)``. ``strict`` marks what JSON
    does not allow too: ``.5``, ``5.``, ``05``.
    """
    values, odd = _plain(data, starts, ends, None, strict)
    at = np.flatnonzero(odd)
    if len(at) >= _FEW:
        last = ends[at]
        short, sign = data[last - 4] | 0x20, data[last - 3]
        digits = np.stack([data[last - 2], data[last - 1]])
        small = (
            (short == ord("e")) & (sign == ord("-")) & (last - 4 > starts[at]) & (data[last - 5] != ord("."))
        )
        small &= ((digits >= ord("0")) & (digits <= ord("9"))).all(axis=0)
        at, power = at[small], (digits[0].astype(np.int64) * 10 + digits[1] - 11 * ord("0"))[small]
        values[at], odd[at] = _plain(data, starts[at], ends[at] - 4, power, strict)
    return values, odd


def _plain(
    data: Bytes, starts: Indices, ends: Indices, power: Indices | None, strict: bool
) -> tuple[FloatArray, Mask]:
    """Digits with at most one point and a minus in front, divided by ten to the ``power``."""
    minus = data[starts] == ord("-")
    begins = starts + minus
    lengths = ends - begins
    odd = (lengths <= 0) | (lengths > WIDEST)
    front = _digits_in_front(data, begins, lengths)
    if front:
        values, behind = _behind_point(data, begins, ends, front, odd)
        decimals: Indices | None = behind
    else:
        values, decimals = _anywhere(data, ends, lengths, odd)
    if strict:
        odd |= _loose(data, begins, ends, lengths, front)
    if power is not None:
        decimals = power if decimals is None else decimals + power
    if decimals is None:
        result = values.astype(np.float64)
    else:
        odd |= decimals > _EXACT
        result, doubtful = _quotient(values, np.minimum(decimals, _EXACT))
        odd |= doubtful
    np.negative(result, out=result, where=minus)
    return result, odd


def _digits_in_front(data: Bytes, begins: Indices, lengths: Indices) -> int:
    """How many digits stand before the point, where that is the same for all numbers; else 0."""
    if not len(begins) or int(lengths.min()) < 2:
        return 0
    first = data[begins[0] : begins[0] + int(lengths[0])].tobytes().find(b".")
    if not 1 <= first <= _FRONT or int(lengths.min()) <= first:
        return 0
    return first if bool((data[begins + first] == ord(".")).all()) else 0


def _loose(data: Bytes, begins: Indices, ends: Indices, lengths: Indices, front: int) -> Mask:
    """Where a number is written as JSON does not allow."""
    if front == 1:
        return cast("Mask", lengths == 2)
    lead = data[begins]
    zeros = (lead == ord("0")) & (lengths > 1)
    if zeros.any():
        zeros &= data[np.minimum(begins + 1, ends)] != ord(".")
    return cast("Mask", zeros | (lead == ord(".")) | (data[ends - 1] == ord(".")))


def _behind_point(
    data: Bytes, begins: Indices, ends: Indices, front: int, odd: Mask
) -> tuple[Indices, Indices]:
    """All digits as an integer, and how many are decimals: the point has one place, so nothing is moved."""
    decimals = ends - begins - (front + 1)
    whole = _integers(data, ends, np.minimum(decimals, WIDEST), odd)
    before = np.zeros(len(begins), np.int64)
    for i in range(front):
        digit = data[begins + i] - np.uint8(ord("0"))  # what comes before the digits wraps around
        odd |= digit > 9
        before *= 10
        before += np.minimum(digit, 9)
    odd |= (decimals > 18 - front) & (before != 0)
    before *= _integer_powers().take(np.minimum(decimals, 18 - front))
    whole += before
    return whole, decimals


def _anywhere(data: Bytes, ends: Indices, lengths: Indices, odd: Mask) -> tuple[Indices, Indices | None]:
    """The same for numbers with and without points; the decimals are None where there is no point at all."""
    count = _count(lengths)
    words = _words(data, ends, np.clip(lengths, 0, WIDEST), count)
    points = words & _DOTS
    decimals = None
    if points.any():
        decimals, wrong = _take_points_out(words, points)
        odd |= wrong
        alone = np.flatnonzero(lengths == 1)
        odd[alone] |= data[ends[alone] - 1] == ord(".")
    return _values(words, odd), decimals


def _integers(data: Bytes, ends: Indices, lengths: Indices, odd: Mask) -> Indices:
    """The values of the last ``lengths`` characters before each end, which are all digits or else odd."""
    return _values(_words(data, ends, np.maximum(lengths, 0), _count(lengths)), odd)


def _count(lengths: Indices) -> int:
    """Words that the longest number takes."""
    return min(WIDEST // 8, max(1, -(-int(lengths.max(initial=1)) // 8)))


def _values(words: Words, odd: Mask) -> Indices:
    """The integers that the digits in the words make; ``words`` are used up."""
    bad = words + _OVER
    bad |= words
    wrong = bad[0]
    for more in bad[1:]:
        wrong |= more
    wrong &= _HIGH
    odd |= wrong != 0
    for factor, shift, mask in _STEPS:
        words *= factor
        words >>= shift
        words &= mask
    whole = words[-1]
    if len(words) > 1:
        words[-2] *= np.uint64(10**8)
        whole += words[-2]
    if len(words) > 2:
        odd |= words[0] >= _LARGEST
        np.minimum(words[0], np.uint64(_LARGEST), out=words[0])
        words[0] *= np.uint64(10**16)
        whole += words[0]
    integers: Indices = whole.view(np.int64)
    return integers


def _words(data: Bytes, ends: Indices, lengths: Indices, count: int) -> Words:
    """The characters before each end, a row for each eight of them: digits as 0 to 9, in front zeros."""
    width = 8 * count
    windows = np.ndarray((len(data) - width + 1,), f"V{width}", data, 0, (1,))
    taken = windows[ends - width].view(np.dtype("<u8")).reshape(len(ends), count)
    words = np.ascontiguousarray(taken.T).astype(np.uint64, copy=False)
    words ^= _ZEROS
    certain = int(lengths.min(initial=width)) // 8  # words that are full in every number
    if certain < count:
        words[: count - certain] &= _masks(count)[: count - certain].take(lengths, axis=1)
    return words


@lru_cache(3)
def _masks(count: int) -> Words:
    """Which bytes of the words belong to a number of 0 to :data:`WIDEST` characters."""
    width = 8 * count
    rows = [b"\0" * (width - min(n, width)) + b"\xff" * min(n, width) for n in range(WIDEST + 1)]
    return np.ascontiguousarray(np.frombuffer(b"".join(rows), "<u8").reshape(-1, count).T, np.uint64)


def _take_points_out(words: Words, points: Words) -> tuple[Indices, Mask]:
    """Close the gap that each decimal point leaves, in place; how many digits stood behind it.

    Second: where that is no point, or there are several. ``points``: 0x10 in the byte of each point (signs
    and letters have it too); the first character of a number is the lowest byte of its first word.
    """
    found = points != 0
    before = points & (~points + _ONE)  # the lowest bit: the first point of a word
    later = np.zeros(words.shape[1], bool)
    digits = np.zeros(words.shape[1], np.int64)
    # Bytes before the point move up by one. Without a point in it, all of a word moves if one comes later.
    through = (before << _FOUR) - _ONE
    before >>= _FOUR
    below = before - _ONE
    wrong = ((words & (through ^ below)) != before * _POINT) & found
    for i in range(len(words) - 1, -1, -1):
        wrong[i] |= later & found[i]
        later |= found[i]
        # A power of two as a double: its exponent, by eight, is the place of the byte.
        place = before[i].astype(np.float64).view(np.int64) >> 55
        digits += (8 * (len(words) - 1 - i) + 134 - place) * found[i]
        through[i] *= later
        below[i] *= later
    below &= words
    words &= ~through
    words |= below << _EIGHT
    if len(words) > 1:
        words[1:] |= below[:-1] >> np.uint64(56)
    return digits, wrong.any(axis=0)


@lru_cache(1)
def _integer_powers() -> Indices:
    return np.array([10**n for n in range(19)], np.int64)


@lru_cache(1)
def _powers() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Powers of ten, and each as the sum of two halves with few enough bits to be multiplied exactly."""
    power = np.array([float(10**n) for n in range(_EXACT + 1)])
    high = _upper(power)
    return power, high, power - high


def _upper(values: FloatArray) -> FloatArray:
    """The upper 26 bits of each value (Dekker's splitting)."""
    scaled = values * 134217729.0
    upper: FloatArray = scaled - (scaled - values)
    return upper


def _quotient(whole: Indices, decimals: Indices) -> tuple[FloatArray, Mask | bool]:
    """``whole / 10**decimals`` rounded once, and where the rounding is in doubt."""
    powers, high, low = _powers()
    by = powers.take(decimals)
    top = whole.astype(np.float64)
    first: FloatArray = top / by
    if int(whole.max(initial=0)) < 1 << 53:
        return first, False  # both exact, so the division is the one rounding
    left = (whole - top.astype(np.int64)).astype(np.float64)
    first_high = _upper(first)
    first_low = first - first_high
    by_high, by_low = high.take(decimals), low.take(decimals)
    product = first * by
    error = first_high * by_high - product
    error += first_high * by_low
    error += first_low * by_high
    error += first_low * by_low
    rest = top - product
    rest -= error
    rest += left
    rest /= by
    # The rest is known to better than 2**-48 of itself or of half a unit in the last place of ``first``.
    slack = first * 2.0**-96
    result: FloatArray = first + (rest + slack)
    return result, result != first + (rest - slack)
