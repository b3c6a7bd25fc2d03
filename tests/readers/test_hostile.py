"""Inputs made to break readers: none crashes, and the work and memory that each costs are bounded.

Work is counted in calls of functions, not timed: twice the input may cost little more than twice the calls.
"""

from __future__ import annotations

import json
import sys
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import event_writer as events
import numpy as np
import pytest
from survival import FILENAMES, survive

import curvedoc
from curvedoc.errors import CurvedocError
from curvedoc.intake import Options, results
from curvedoc.readers import READERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from curvedoc.run import Run

CRASHES = sorted((Path(__file__).parent / "crashes").glob("*.bin"))
EVENTS = FILENAMES["tensorboard"]


@pytest.mark.parametrize("seed", CRASHES, ids=lambda file: file.stem)
@pytest.mark.parametrize("detected", [False, True], ids=["named", "detected"])
def test_what_once_broke_a_reader_does_not_again(tmp_path: Path, seed: Path, detected: bool) -> None:
    """Inputs that the fuzzer found, made small; the file's name begins with the reader."""
    reader = seed.name.partition("-")[0]
    assert reader in READERS
    path = tmp_path / FILENAMES[reader]
    path.write_bytes(seed.read_bytes())
    survive(path, None if detected else reader, patience=10)


def table(names: str, *rows: str) -> bytes:
    return "\n".join((names, *rows, "")).encode()


def losses(n: int) -> list[tuple[int, float]]:
    return [(i, 3.0 / (i + 1)) for i in range(n)]


def lines(n: int) -> list[str]:
    return [f"{i},{loss!r}" for i, loss in losses(n)]


def event_file(*records: bytes) -> bytes:
    return b"".join(map(events.record, (events.VERSION, *records)))


GROWING: dict[str, tuple[str, Callable[[int], bytes], int]] = {
    "one long line of cells": ("run.csv", lambda n: b"1," * 100 * n, 500),
    "one long line of letters": ("run.csv", lambda n: b"a" * 100 * n, 500),
    "one long line of print": ("run.log", lambda n: b"loss 0.5 " * 20 * n, 250),
    "one long list": ("run.json", lambda n: b'{"loss": [' + b"1.5," * n + b"1]}", 5000),
    "one long record": ("run.jsonl", lambda n: b'{"loss": [' + b"1.5," * n + b"1]}\n{}", 5000),
    "a text that never ends": ("run.json", lambda n: b'{"loss": "' + b"1.5," * n, 5000),
    "a text of escapes that never ends": ("run.json", lambda n: b'{"x":"' + b'a\\"' * n, 5000),
    "lists that never end": ("run.json", lambda n: b'{"loss": [[' + b"[1.5]," * n, 1250),
    "columns": (
        "run.csv",
        lambda n: table(",".join(f"loss_{i}" for i in range(n)), *["1," * n] * 3),
        250,
    ),
    "names in records": (
        "run.json",
        lambda n: json.dumps([{f"loss_{i}": 1.5 for i in range(n)}] * 3).encode(),
        250,
    ),
    "names of lists": (
        "run.json",
        lambda n: json.dumps({f"loss_{i}": [1.5, 2, 3] for i in range(n)}).encode(),
        250,
    ),
    "a new name on each line": (
        "run.jsonl",
        lambda n: b"".join(b'{"loss_%d": 1.5}\n' % i for i in range(n)),
        250,
    ),
    "a new tag in each event": (
        EVENTS,
        lambda n: event_file(*(events.event(i, events.simple(f"loss_{i}", x)) for i, x in losses(n))),
        125,
    ),
    "one name many times": (
        "run.csv",
        lambda n: table("step" + ",loss" * n, *("1" + ",2" * n for _ in range(3))),
        250,
    ),
    "one key many times": ("run.json", lambda n: b"{" + b",".join([b'"loss":[3,2,1]'] * n) + b"}", 250),
    "names that differ by spaces": (
        "run.json",
        lambda n: json.dumps({"loss" + " " * i: [3, 2, 1] for i in range(n)}).encode(),
        100,
    ),
    "runs in a table": ("run.csv", lambda n: table("step,loss", *["1,2", "2,1", "3,1"] * n), 100),
    "runs in a document": (
        "run.json",
        lambda n: json.dumps({f"r{i}": {"loss": [3, 2, 1]} for i in range(n)}).encode(),
        100,
    ),
    "runs in a chart": (
        "run.csv",
        lambda n: table(
            "Step," + ",".join(f"r{i} - loss,r{i} - loss__MIN,r{i} - loss__MAX" for i in range(n)),
            *["1" + ",2" * 3 * n] * 5,
        ),
        50,
    ),
    "names in a long table": (
        "run.csv",
        lambda n: table("step,metric,value", *(f"{s},loss{i},2" for i in range(n) for s in (1, 2))),
        125,
    ),
    "headers that change": (
        "run.csv",
        lambda n: table("step,loss,a", *(f"step,loss,a{i}\n1,2,3" for i in range(n))),
        100,
    ),
    "headers that repeat": ("run.csv", lambda n: table("step,loss\n1,2", *["step,loss\n2,3"] * n), 500),
    "layouts of lines": (
        "run.log",
        lambda n: "".join(f"epoch {i} loss{chr(97 + i % 26) * (i // 26)} 0.5\n" for i in range(n)).encode(),
        100,
    ),
    "blank lines": ("run.csv", lambda n: b"epoch,loss\n1,2\n" + b"\n" * n + b"2,1\n3,1\n", 25000),
    "blank lines in print": (
        "run.log",
        lambda n: b"epoch 1 loss 2\n" + b"\n" * n + b"epoch 2 loss 1\n",
        25000,
    ),
    "blank lines between records": ("run.jsonl", lambda n: b'{"step":1,"loss":2}\n' + b"\n" * n, 25000),
    "nothing but line ends": ("run.csv", lambda n: b"\n" * n, 125000),
    "nothing but zero bytes": ("run.csv", lambda n: b"\0" * n, 125000),
    "a quote that never closes": ("run.csv", lambda n: table("epoch,loss", '0,"1', *lines(n)), 1000),
    "a quote that never closes in the header": ("run.csv", lambda n: table('epoch,"loss', *lines(n)), 1000),
    "escapes that never end": ("run.log", lambda n: b"\x1b]" * n + b"\n", 25000),
    "brackets in cells": (
        "run.csv",
        lambda n: table("epoch,loss", *(f"{i}," + "[" * n for i in range(20))),
        250,
    ),
    "thousands in cells": (
        "run.csv",
        lambda n: table("epoch;loss", *(f"{i};1" + ",111" * n + "x" for i in range(20))),
        125,
    ),
}


@pytest.mark.parametrize("case", GROWING)
def test_work_grows_as_the_input_does(tmp_path: Path, case: str) -> None:
    name, make, size = GROWING[case]
    once, memory = cost(tmp_path / name, make(size))
    twice, _ = cost(tmp_path / name, make(2 * size))
    assert twice <= 2.5 * once + 2000, (once, twice)
    fixed = 32 << 20 if name == EVENTS else 4 << 20  # asked for to keep memory, not touched
    assert memory <= 100 * len(make(size)) + fixed, memory / len(make(size))


def cost(path: Path, data: bytes) -> tuple[int, int]:
    """Calls made and bytes needed to read and name what is in a file."""
    path.write_bytes(data)
    list(results(str(path), Options()))  # what is imported late costs only once
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    tracemalloc.start()
    sys.setprofile(count)
    try:
        list(results(str(path), Options()))
    finally:
        sys.setprofile(None)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return calls, peak


DEEP = 100_000
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "a record of 2**60 bytes": (EVENTS, events.record(b"x", length=2**60), "cut off"),
    "a record of 2**64 - 1 bytes": (EVENTS, events.record(b"x", length=2**64 - 1), ""),
    "a line of 5 MB": ("run.csv", b"1," * 2_500_000, ""),
    "100k columns": ("run.csv", table(",".join(["loss"] * DEEP), *[",".join(["1"] * DEEP)] * 3), ""),
    "100k brackets": ("run.json", b"[" * DEEP, ""),
    "100k brackets that close": ("run.json", b"[" * DEEP + b"]" * DEEP, "nested too deeply"),
    "100k braces": ("run.json", b'{"a":' * DEEP, ""),
    "100k brackets on a line": ("run.jsonl", (b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}\n") * 3, ""),
    "nothing but zero bytes": ("run.csv", b"\0" * 100_000, "binary"),
    "a million empty lines": ("run.csv", b"\n" * 1_000_000, "empty"),
    "steps that are never finite": ("run.csv", table("step", *["nan", "inf", "-inf"] * 3), ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_log_is_refused_after_a_look(tmp_path: Path, case: str) -> None:
    name, data, said = REFUSED[case]
    path = tmp_path / name
    assert survived(path, data) == []
    (problem,) = results(str(path), Options())
    assert isinstance(problem, CurvedocError)
    assert said in problem.problem
    calls, _ = cost(path, data)
    assert calls < 200_000  # a look at 64 KiB in all dialects


def survived(path: Path, data: bytes) -> list[Run]:
    path.write_bytes(data)
    return survive(path, patience=10)


READ: dict[str, tuple[str, bytes, dict[str, list[float]]]] = {
    "a record of 2**60 bytes behind others": (
        EVENTS,
        event_file(*(events.event(i, events.simple("loss", 4 - i)) for i in range(3)))
        + events.record(b"", 2**60),
        {"loss": [4, 3, 2]},
    ),
    "a number of a million digits": (
        "run.json",
        b'{"loss":[' + b"9" * 1_000_000 + b",2,1]}",
        {"loss": [np.inf, 2, 1]},
    ),
    "a number of a million digits on a line": (
        "run.jsonl",
        b'{"step":1,"loss":' + b"9" * 1_000_000 + b'}\n{"step":2,"loss":1}\n',
        {"loss": [np.inf, 1]},
    ),
    "a cell of a hundred thousand digits": (
        "run.csv",
        table("epoch,loss", "1," + "9" * 100_000, "2,1", "3,1"),
        {"loss": [np.inf, 1, 1]},
    ),
    "surrogates": ("run.json", b'{"\\ud800loss":[3,2,1]}', {"loss": [3, 2, 1]}),
    "surrogates as bytes": ("run.csv", b"epoch,\xed\xa0\x80loss\n1,2\n2,1\n3,1\n", {}),
    "zero bytes in a name": ("run.json", b'{"loss\\u0000":[3,2,1]}', {"loss": [3, 2, 1]}),
    "one line of brackets": (
        "run.jsonl",
        b'{"step":1,"loss":2}\n' * 5 + b"[" * DEEP + b"\n",
        {"loss": [2] * 5},
    ),
    "a quote that never closes": (
        "run.csv",
        table("epoch,loss", '0,"9', *lines(99)[1:]),
        {"loss": [9, *(x for _, x in losses(99)[1:])]},
    ),
    "control codes in names": (
        "run.csv",
        table("step,\x1b[31mloss\x1b]0;x\x07,val\u202e_loss,\x9bacc", *(f"{i},3,4,5" for i in range(3))),
        {"loss": [3] * 3},
    ),
    "line ends in names": ("run.json", b'{"loss\\n\\u001b[2J":[3,2,1]}', {"loss": [3, 2, 1]}),
    "control codes in tags": (
        EVENTS,
        event_file(*(events.event(i, events.simple("loss\x1b[2J\n", 4 - i)) for i in range(3))),
        {"loss": [4, 3, 2]},
    ),
    "a name of 1 MB": ("run.csv", table("step,loss" + "x" * 1_000_000, *lines(5)), {}),
    "a key of 1 MB": ("run.json", json.dumps({"loss/" + "x/" * 500_000: [3, 2, 1]}).encode(), {}),
    "a tag of 1 MB": (
        EVENTS,
        event_file(*(events.event(i, events.simple("loss/" + "x_" * 500_000, 4 - i)) for i in range(3))),
        {},
    ),
}


@pytest.mark.parametrize("case", READ)
def test_what_is_odd_is_read_all_the_same(tmp_path: Path, case: str) -> None:
    name, data, wanted = READ[case]
    runs = survived(tmp_path / name, data)
    found = {c.name: c.values.tolist() for run in runs for c in run.curves}
    assert {name: found.get(name) for name in wanted} == wanted


STEPS = [
    "nan",
    "inf",
    "-inf",
    "-5",
    "1e308",
    "-1e308",
    "1e999",
    str(2**63),
    str(2**64 + 1),
    str(-(2**63)),
    "9" * 500,
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[:24])
@pytest.mark.parametrize("at", [(0,), (3,), (5,), (0, 2, 5), range(6)], ids=str)
def test_any_number_may_stand_where_a_step_should(tmp_path: Path, step: str, at: tuple[int, ...]) -> None:
    """Every value is kept, whatever its step; steps are finite."""
    rows = [(step if i in at else str(i), loss) for i, loss in losses(6)]
    text = table("step,loss", *(f"{s},{loss!r}" for s, loss in rows))
    marks = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    records = "".join(f'{{"step": {marks.get(s, s)}, "loss": {loss!r}}}\n' for s, loss in rows).encode()
    for name, data in (("run.csv", text), ("run.jsonl", records)):
        for run in survived(tmp_path / name, data):
            assert {loss for c in run.curves for loss in c.values.tolist()} <= {loss for _, loss in rows}


TOLD = {
    "a note of the text reader": ("run.log", (CRASHES[-1]).read_bytes()),
    "the name of a file": ("run\x1b[31m\u202e.csv", table("step,loss", *lines(5))),
    "members of a table": (
        "run.csv",
        table("seed,step,loss", *(f"\x1b[2J{s},{i},1" for s in "ab" for i in range(5))),
    ),
    "cells that are left out": ("run.csv", table("step,lo\x07ss", *lines(9), "9,\x1b]0;x\x07")),
    "a tag": (EVENTS, event_file(events.event(1, events.simple("a\x9bb/loss", 2)), events.event(0, b""))),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_the_python_interface_tells_can_be_printed(tmp_path: Path, case: str) -> None:
    """Notes, names and errors quote what was logged; a terminal must not obey it."""
    name, data = TOLD[case]
    (tmp_path / name).write_bytes(data)
    runs = curvedoc.read(tmp_path / name)
    assert runs
    for run in runs:
        told = (run.name, run.x, *run.notes, *(i.name for i in run.ignored), *(c.name for c in run.curves))
        assert all(text.isprintable() for text in told), told


def test_errors_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_bytes(table("step,lo\x1b[31mss,\u202e", *(f"{line},1" for line in lines(5))))
    for call in ({"x": "\x1b[2Jepoch"}, {"mapping": {"train/loss": "\x07loss"}}):
        with pytest.raises(CurvedocError) as caught:
            curvedoc.read(tmp_path / "run.csv", **call)
        error = caught.value
        assert f"{error.problem}{error.fix}{error}".isprintable()
