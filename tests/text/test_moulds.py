"""Lines alike but for the digits of their numbers: read at once, they say what they say one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curvedoc.text import moulds
from curvedoc.text.scan import Event, Scanner

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBERS = st.sampled_from(
    [
        "0",
        "7",
        "12",
        "100",
        "0.5",
        "0.25",
        "1e-3",
        "-1.5",
        "nan",
        "1,234",
        "00:12",
        "45%",
        "3/8",
        "12/80",
        ".5",
    ]
)
SHAPES = (
    "step {} loss {}",
    "2024-01-0{digit} 10:0{digit}:00,{digit}{digit}{digit} INFO train: iter {} loss {} lr {}",
    "[rank{digit}]: epoch {} loss: {}",
    "[{digit},{digit}]<stdout>: epoch {} loss: {}",
    "Epoch {}: {digit}0%|██  | {digit}/10 [00:0{digit}<00:0{digit}, 1.{digit}it/s, loss={}, top{digit}={}]",
    "epoch{digit} step{digit}: loss {} AP .{digit} = {}",
    "Acc@{digit} {} ({}) Loss {} ({})",
    "epoch  loss  acc{digit}",
    "{}  {}  {}",
    "| rollout/ | |",
    "| loss | {} |",
    "| epoch | {} |",
    "Validation:",
    "loaded shard-{digit}{digit}{digit} of {} files",
    "best loss {} at epoch {}",
    "Average Precision  (AP) @[ IoU=0.{digit}0:0.95 | area=   all | maxDets=100 ] = {}",
    "------",
    "",
)


@st.composite
def texts(draw: st.DrawFn) -> list[str]:
    """Lines of a few shapes, each many times."""
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4))
    lines = []
    for _ in range(draw(st.integers(2, 12))):
        shape = draw(st.sampled_from(shapes))
        while "{digit}" in shape:
            shape = shape.replace("{digit}", str(draw(st.integers(0, 9))), 1)
        lines.append(shape.format(*(draw(NUMBERS) for _ in range(shape.count("{}")))))
    return lines


def said(events: Sequence[Event]) -> list[object]:
    return [(e.plan.signature, e.plan.items, e.plan.counters, repr(e.values), e.rank) for e in events]


def one_by_one(lines: Sequence[str]) -> list[object]:
    found = Scanner(learns=False)
    found.read(lines)
    assert not found.moulds
    return said(found.seen())


@given(texts())
def test_lines_read_at_once_say_what_they_say_one_by_one(lines: list[str]) -> None:
    scanner = Scanner()
    scanner.read(lines)
    assert said(scanner.seen()) == one_by_one(lines)


@pytest.mark.parametrize(
    ("lines", "moulds_learned"),
    [
        (["step 1 loss 0.50", "step 2 loss 0.25", "step 3 loss 0.12"], 1),
        (["top1 0.5", "top5 0.7"], 2),  # the digits of words are compared
        (["[rank0]: step 1 loss 0.5", "[rank1]: step 1 loss 0.4"], 2),
        (["step 1 loss 0.5", "step 10 loss 0.5"], 2),  # numbers of other lengths stand elsewhere
        (["[1,0]<stdout>: step 1 loss 0.5", "[2,0]<stdout>: step 1 loss 0.5"], 1),
        (["epoch1 loss 0.5", "epoch2 loss 0.4"], 0),  # put right first, places are others then
        (["read shard-00001", "read shard-00002"], 1),  # says nothing, whatever the number
    ],
)
def test_what_is_learned(lines: list[str], moulds_learned: int) -> None:
    scanner = Scanner()
    scanner.read(lines)
    assert sum(map(len, scanner.moulds.values())) == moulds_learned
    assert said(scanner.seen()) == one_by_one(lines)


def test_a_header_makes_rows_of_lines_that_were_none() -> None:
    lines = ["1  0.5  0.7", "2  0.4  0.8", "epoch  loss  accuracy", "1  0.5  0.7", "2  0.4  0.8"]
    scanner = Scanner()
    scanner.read(lines)
    assert [e.plan.names for e in scanner.seen()][-2:] == [("loss", "accuracy")] * 2
    assert said(scanner.seen()) == one_by_one(lines)


def test_words_with_ever_new_digits_are_not_collected() -> None:
    lines = [f"loss_{a}{b} 0.5 step {a}" for a in range(10) for b in range(10)]
    scanner = Scanner()
    scanner.read(lines)
    assert sum(map(len, scanner.moulds.values())) == moulds.MOST_OF_MASK
    assert said(scanner.seen()) == one_by_one(lines)


def test_a_text_of_lines_that_are_all_different_is_not_learned_from_for_long() -> None:
    scanner = Scanner()
    for start in range(4):
        scanner.read(["x" * i + f" loss {start}" for i in range(1 + start * 300, 301 + start * 300)] * 4)
        scanner.read([f"{'y' * i}{start} loss 1" for i in range(4000)])
    assert len(scanner.moulds) < 8000
