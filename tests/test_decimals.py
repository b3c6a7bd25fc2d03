"""Decimal numbers in bulk: the same doubles to the bit as float(), or marked as none of the plain kind."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curvedoc.decimals import MARGIN, parse

if TYPE_CHECKING:
    from collections.abc import Callable


def found(texts: list[str], strict: bool = False) -> list[float | None]:
    """What is made of these texts; None where a place is marked."""
    data = np.frombuffer(b" " * MARGIN + "".join(text + "," for text in texts).encode(), np.uint8)
    lengths = np.array([len(text.encode()) for text in texts])
    ends = MARGIN + np.cumsum(lengths + 1) - 1
    values, odd = parse(data, ends - lengths, ends, strict)
    return [None if o else v for v, o in zip(values.tolist(), odd.tolist(), strict=True)]


def bits(value: float) -> bytes:
    return struct.pack("d", value)


PLAIN: list[tuple[str, Callable[[np.random.Generator], list[str]]]] = [
    ("fractions", lambda rng: [repr(v) for v in rng.random(4000).tolist()]),
    ("all sizes", lambda rng: [repr(v) for v in (10.0 ** rng.uniform(-4, 15, 4000)).tolist()]),
    ("signed", lambda rng: [repr(v) for v in rng.normal(size=4000).tolist()]),
    ("float32", lambda rng: [repr(float(np.float32(v))) for v in rng.random(4000)]),
    ("rounded", lambda rng: [f"{v:.6g}" for v in (10.0 ** rng.uniform(-4, 5, 4000)).tolist()]),
    ("counters", lambda rng: [str(v) for v in rng.integers(0, 10**15, 4000).tolist()]),
    ("percent", lambda rng: [f"{v:.4f}" for v in rng.uniform(10, 99, 4000).tolist()]),
    ("small rates", lambda rng: [f"{v:.5e}" for v in (10.0 ** rng.uniform(-12, -1, 4000)).tolist()]),
]


@pytest.mark.parametrize("texts", [make for _, make in PLAIN], ids=[name for name, _ in PLAIN])
def test_numbers_as_logs_have_them_are_read_in_bulk(
    texts: Callable[[np.random.Generator], list[str]],
) -> None:
    written = texts(np.random.default_rng(0))
    read = found(written)
    assert sum(value is None for value in read) < 0.02 * len(read)
    for text, value in zip(written, read, strict=True):
        assert value is None or bits(value) == bits(float(text)), text


@pytest.mark.parametrize(
    "text",
    # halfway between two doubles, or a hair beside it
    ["9007199254740993", "9007199254740992.5", "1.00000000000000011102", "0.500000000000000166533453694",
     "4503599627370496.5", "4503599627370497.5", "36028797018963970", "0.30000000000000004", "-0.0", "0",
     "-0", "3999999999999999999", "4000000000000000000", "18446744073709551616", "99999999.99999999",
     "12345678901234567.8901", "00000000000000000000001.5", "0.0000000000000000000001"],
)  # fmt: skip
def test_hard_cases_are_right_or_left_alone(text: str) -> None:
    for many in (1, 40):
        for value in found([text] * many):
            assert value is None or bits(value) == bits(float(text))


@given(
    st.lists(st.text("0123456789.-+eE_ /:", min_size=0, max_size=26), min_size=1, max_size=60), st.booleans()
)
@settings(max_examples=400, deadline=None)
def test_nothing_else_is_taken_for_a_number(texts: list[str], strict: bool) -> None:
    for text, value in zip(texts, found(texts, strict), strict=True):
        if value is not None:
            assert "_" not in text
            assert bits(value) == bits(json.loads(text, parse_int=float) if strict else float(text))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False).map(repr), min_size=1, max_size=60))
@settings(max_examples=200, deadline=None)
def test_every_double_comes_back(texts: list[str]) -> None:
    for strict in (False, True):
        for text, value in zip(texts, found(texts, strict), strict=True):
            assert value is None or bits(value) == bits(float(text))
