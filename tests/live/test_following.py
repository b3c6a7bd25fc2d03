"""A log that was followed holds what it holds when it is read at once, however it was cut on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from following import Bytes, at_once, file_of, followed
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curvedoc.live.logs import TextLog
from curvedoc.live.parsers import SETTLED
from curvedoc.live.tail import FIRST, LAST, Tail
from curvedoc.live.whole import ENOUGH
from curvedoc.source import HEAD_BYTES, ReadOptions, Source

SAMPLES = Path(__file__).parents[2] / "sample_logs"
EPOCHS = [(i, 2 / (i + 1), 2.1 / (i + 1) + i / 100) for i in range(40)]
TABLE = "epoch,train_loss,val_loss\n" + "".join(f"{i},{a:.4f},{b:.4f}\n" for i, a, b in EPOCHS)
RECORDS = "".join(f'{{"epoch": {i}, "loss": {a:.4f}, "eval": {{"loss": {b:.4f}}}}}\n' for i, a, b in EPOCHS)
PROSE = "Loading data …\n" + "".join(
    f"Epoch {i}: train loss {a:.4f}, val loss {b:.4f}\n" for i, a, b in EPOCHS
)
BARS = "".join(
    "".join(f"\rEpoch {i}:  {k * 25}%|## | {k}/4 [00:01, loss={a:.3f}]" for k in range(5)) + "\n"
    for i, a, _ in EPOCHS[:12]
)

LOGS: dict[str, tuple[str, str | bytes]] = {
    "table": ("run.csv", TABLE),
    "crlf": ("run.csv", TABLE.replace("\n", "\r\n")),
    "cr cr lf": ("run.csv", TABLE.replace("\n", "\r\r\n")),
    "cr alone": ("run.csv", TABLE.replace("\n", "\r")),
    "semicolons": ("run.csv", TABLE.replace(",", ";").replace(".", ",")),
    "blank cells": ("run.csv", TABLE.replace(",0.", ",,0.", 3)),
    "a last row that is cut off": ("run.csv", TABLE[:-12]),
    "a last number that is cut off": ("run.csv", TABLE[:-3]),
    "header again": ("run.csv", TABLE + TABLE),
    "another header": ("run.csv", TABLE + TABLE.replace("val_loss", "val_acc")),
    "a header and nothing": ("run.csv", "epoch,train_loss\n"),
    "no header": ("run.csv", TABLE.partition("\n")[2]),
    "header behind a comment mark": ("run.csv", "# " + TABLE.replace(",", " ")),
    "an index in front": ("run.csv", TABLE.replace("epoch,", "", 1)),
    "an index only later": ("run.csv", "a,b\n" + "1,2,\n" * 300 + "1,2,3\n" * 9),
    "sep": ("run.csv", "sep=;\n" + TABLE.replace(",", ";")),
    "text in a column": ("run.csv", TABLE.replace("\n", ",train\n").replace("ss,train", "ss,stage")),
    "quotes": ("run.csv", TABLE.replace("\n", ',"a ""b"", c"\n')),
    "a quote that goes on": ("run.csv", TABLE * 6 + '99,0.1,"0.2\nand on"\n'),
    "resumed": ("run.csv", TABLE + "".join(TABLE.splitlines(True)[20:])),
    "records": ("run.jsonl", RECORDS),
    "records in a text": ("log", RECORDS),
    "a torn record": ("run.jsonl", RECORDS[:-9] + "\n" + RECORDS),
    "nan and strings": ("run.jsonl", RECORDS.replace("0.5", "NaN").replace("0.4", '"0.4')),
    "a document": ("history.json", '{"loss": [3, 2, 1, 0.5], "val_loss": [3, 2, 2, 3]}'),
    "a document in lines": ("history.json", '{"loss":\n [3, 2, 1, 0.5],\n "val_loss":\n [3, 2, 2, 3]}\n'),
    "prose": ("out.log", PROSE),
    "prose then a table": ("out.txt", "Using cuda\n" * 4 + TABLE),
    "bars": ("out.log", BARS),
    "a title that is set": ("out.log", "\x1b]0;training\n" + PROSE),
    "windows": ("run.csv", TABLE.replace("train_loss", "verlust_träin_loss").encode("cp1252")),
    "windows, late": ("out.log", (PROSE.replace("…", "") + "naïve loss 3\n").encode("cp1252")),
    "windows, in the last letter": ("out.log", PROSE.replace("…", "").encode() + b"\xe4\n"),
    "neither": ("out.log", PROSE.encode() + b"\x81\xe4\xff\n" + PROSE.encode()),
    "mark": ("run.csv", TABLE.encode("utf-8-sig")),
    "wide": ("run.csv", TABLE.encode("utf-16")),
    "wide, no mark": ("run.csv", TABLE.encode("utf-16-le")),
    "letters of several bytes": ("out.log", PROSE.replace("loss", "损失")),
    "nothing": ("run.csv", ""),
    "blank": ("run.csv", "\n\n \n"),
    "no log": ("readme.txt", "Nothing is\nlogged here.\n"),
    "a pickle": ("run.csv", b"\x80\x04\x95 1"),
    "a pointer": ("run.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
}


def encoded(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


@pytest.mark.parametrize("kind", LOGS)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_any_cuts_give_what_one_reading_gives(kind: str, data: st.DataObject) -> None:
    name, text = LOGS[kind]
    log = encoded(text)
    cuts = data.draw(st.lists(st.integers(0, len(log)), max_size=6))
    assert followed(name, log, cuts) == at_once(name, log)


@pytest.mark.parametrize("kind", LOGS)
def test_byte_by_byte(kind: str) -> None:
    name, text = LOGS[kind]
    log = encoded(text)
    log = log if len(log) < 1500 else log[:1500]
    assert followed(name, log, range(len(log)), look=False) == at_once(name, log)


@pytest.mark.parametrize("path", sorted(p for p in SAMPLES.iterdir() if p.is_file()), ids=lambda p: p.name)
def test_samples(path: Path) -> None:
    log = path.read_bytes()
    cuts = range(997, len(log), max(1, len(log) // 9))
    assert followed(path.name, log, cuts) == at_once(path.name, log)


CELLS = st.sampled_from(["1", "0.5", "-2e-3", "nan", "", "n/a", "a", "epoch", "x y", '"q"', "1,5", "3%", "#"])


@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=12),
    by=st.sampled_from([",", ";", "\t", " "]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    cuts=st.lists(st.integers(0, 300), max_size=4),
    times=st.sampled_from([1, 30]),
)
@settings(max_examples=150, deadline=None)
@example([["epoch", "a"], ["1", "0.5"]], ",", "\r", [9], 1)
def test_odd_tables(rows: list[list[str]], by: str, end: str, cuts: list[int], times: int) -> None:
    log = (end.join(by.join(row) for row in rows) * times).encode()
    assert followed("run.csv", log, cuts) == at_once("run.csv", log)


ODD = (
    ("Epoch 1", "Epoch 2 loss 0.5 acc: 90%", "| loss | 0.3 |", "| step | 7 |", "----", "step loss acc"),
    (
        "1 0.5 3",
        "val loss: nan",
        "\x1b[32mloss\x1b[0m 3",
        "  1/3 [=> ] - loss: 0.1",
        "Test:",
        "[rank 1] loss 2",
    ),
)
LINES = st.sampled_from(["", *ODD[0], *ODD[1]])


@given(lines=st.lists(LINES, max_size=40), cuts=st.lists(st.integers(0, 600), max_size=4))
@settings(max_examples=150, deadline=None)
def test_odd_texts(lines: list[str], cuts: list[int]) -> None:
    log = "\n".join(lines).encode()
    assert followed("out.log", log, cuts) == at_once("out.log", log)


def growing(name: str, log: bytes, step: int) -> tuple[Bytes, Any, int]:
    """A file that grows by ``step`` bytes at a time: the bytes read, what it holds, how often it grew."""
    content = Bytes()
    file = file_of(name, content)
    source = Source(name, name, (file,), "file")
    followed = TextLog(source, Tail(file), ReadOptions())
    times = 0
    for end in (*range(step, len(log), step), len(log)):
        content.data = log[:end]
        followed.update()
        times += 1
    followed.finish()
    return content, followed, times


LONG = TABLE.partition("\n")[0] + "\n" + "".join(f"{i},{1 / (i + 1):.6f},0.5\n" for i in range(20_000))


@pytest.mark.parametrize(
    ("name", "log"),
    [
        ("run.csv", LONG),
        ("run.jsonl", "".join(f'{{"step": {i}, "loss": {1 / (i + 1):.6f}}}\n' for i in range(12_000))),
        ("out.log", "".join(f"step {i} loss {1 / (i + 1):.6f}\n" for i in range(12_000))),
    ],
)
def test_what_is_read_is_what_is_new(name: str, log: str) -> None:
    data = log.encode()
    content, log_, times = growing(name, data, 3000)
    looks = FIRST + LAST  # of what was read before, to know that it is still there
    assert content.read <= len(data) + times * looks + 2 * HEAD_BYTES
    assert content.read < 2 * len(data)
    (run,) = log_.logged()
    assert max(len(s.steps) for s in run.series) == data.count(b"\n") - (name == "run.csv")


def test_what_is_read_as_a_whole_is_read_in_proportion_all_the_same() -> None:
    """A quoted cell that goes on in the next line: such a table is read again when it grew by an eighth."""
    lines = LONG.splitlines(True)
    read = []
    for rows in (5_000, 10_000, 20_000):
        data = "".join([*lines[:900], '9,9,"9\n9"\n', *lines[900:rows]]).encode()
        content, log, times = growing("run.csv", data, 2000)
        assert times > 3 / ENOUGH
        assert log.logged()
        read.append(content.read / len(data))
    assert max(read) < 2.2 * (1 / ENOUGH + 1)  # a reader may look at a file twice


def test_how_a_table_is_written_is_settled_by_few_lines() -> None:
    assert SETTLED < 200
