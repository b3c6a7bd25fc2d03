"""Lines that differ in the digits of their numbers alone: what was learned from one is known of all.

A line is looked up by its mask, which is the line with every digit as 0. Where the mask is known, prefix,
progress bar and layout need not be found again: numbers stand at the same places, and digits that belong to
words (``top5``, a rank) are compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from .clean import CUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .clean import Bare
    from .plan import Plan

MOST = 50_000
"""Masks that are kept; a text with more different ones is read line by line."""

MOST_OF_MASK = 8
"""Lines of one mask that differ in the digits of words and are kept apart; further ones are read singly."""

OF_NO_WORD = 3
"""So many digits belong to no word that decides anything (a shard, a hash): they only name."""

LONGEST = 500
"""Longer lines have too many numbers for one mask to come again."""

_TO_ZERO = bytes.maketrans(b"123456789", b"0" * 9)
_DIGITS = re.compile(r"[0-9]+")


class Reading(NamedTuple):
    """What was found in a line.

    ``bare``: the line without its prefix; ``left``: the parts of it beside a progress bar (none: no bar);
    ``parts``: the text between its numbers and the numbers, in turn.
    """

    bare: Bare
    left: list[tuple[int, int]]
    parts: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Mould:
    """How lines of one mask are read: their layout (None: they report nothing), the rank that printed them,
    where their numbers stand, and which digits must be the same."""

    plan: Plan | None
    rank: int
    numbers: Callable[[str], tuple[str, ...]]
    plain: bool
    same: tuple[tuple[slice, str], ...]

    def holds(self, line: str) -> bool:
        """Whether a line of this mask is one of these."""
        return all(line[at] == digits for at, digits in self.same)

    def values(self, line: str) -> list[float | None]:
        """The numbers of such a line."""
        texts = self.numbers(line)
        return list(map(float, texts)) if self.plain else [value_of(text) for text in texts]


def masks(lines: Sequence[str]) -> list[bytes]:
    """The mask of each line."""
    return "\n".join(lines).encode("utf-8", "surrogatepass").translate(_TO_ZERO).split(b"\n")


def mould_of(line: str, reading: Reading, plan: Plan | None) -> Mould | None:
    """The mould of a line; None where its mask would not tell how it is read."""
    bare, left, parts = reading
    if len(line) > LONGEST or (bare.rank < 0 and "<std" in line):  # `[1,0]<stdout>` is a rank, `[2,0]` is not
        return None
    place = _Places(len(line) - len(bare.line), left or [(0, len(bare.line))])
    numbers: list[slice] = []
    same = [slice(*bare.named)] if bare.rank >= 0 else []
    at = 0
    for i, part in enumerate(parts):
        if i % 2:
            numbers.append(place(at, at + len(part)))
        else:
            same += [place(at + a, at + b) for a, b in _spans(part) if plan or b - a < OF_NO_WORD]
        at += len(part)
    plain = all(_is_float(text) for text in parts[1::2])
    return Mould(plan, bare.rank, _getter(numbers), plain, tuple((at, line[at]) for at in same))


def _spans(part: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in _DIGITS.finditer(part))


class _Places:
    """Where something that stands in the parts of a line beside a progress bar stands in the whole line."""

    def __init__(self, offset: int, left: Sequence[tuple[int, int]]) -> None:
        self.left: list[tuple[int, int, int]] = []
        at = 0
        for begin, end in left:
            self.left.append((at, at + end - begin, offset + begin - at))
            at += end - begin + len(CUT)

    def __call__(self, begin: int, end: int) -> slice:
        shift = next(shift for first, last, shift in self.left if first <= begin and end <= last)
        return slice(begin + shift, end + shift)


def _getter(places: Sequence[slice]) -> Callable[[str], tuple[str, ...]]:
    """What takes the pieces at these places out of a line."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda line: tuple(line[at] for at in places)


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def value_of(text: str) -> float | None:
    """The number in a text; None for a clock or a date."""
    if _is_float(text):
        return float(text)
    text = text.replace(",", "")
    return float(text) if _is_float(text) else None
