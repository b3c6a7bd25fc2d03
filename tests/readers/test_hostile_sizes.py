"""Lines, tables and archives of sizes that no log has: read or refused in memory that is a small multiple."""

from __future__ import annotations

import struct
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from read_everything import apart, everything

from curvedoc.errors import UnreadableError
from curvedoc.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MB = 1 << 20
TABLE = b"epoch,loss,val_loss\n" + b"".join(b"%d,%f,%f\n" % (i, 1 / i, 2 / i) for i in range(1, 3000))
RECORDS = b"".join(b'{"step":%d,"loss":%f}\n' % (i, 1 / i) for i in range(1, 5000))
PRINT = b"".join(b"epoch %d loss %f\n" % (i, 1 / i) for i in range(1, 5000))

HUGE: dict[str, tuple[str, Callable[[], bytes], str, int]] = {
    "a line of 50 MB of cells": ("run.csv", lambda: b"1," * 25 * MB, "more than the 10000", 300),
    "a line of 50 MB of letters": ("run.csv", lambda: b"a" * 50 * MB, "no format", 100),
    "a row of three million numbers": ("run.csv", lambda: TABLE + b"0.5," * 3_000_000, "run: 2 curves", 400),
    "a text of 50 MB": ("run.json", lambda: b'{"a": "' + b"x" * 50 * MB + b'"}', "no lists of numbers", 300),
    "a record of 50 MB": (
        "run.jsonl",
        lambda: RECORDS + b'{"note": "' + b"x" * 50 * MB + b'"}\n',
        "run: 1 curves",
        600,
    ),
    "print of 50 MB": ("run.log", lambda: PRINT + b"x" * 50 * MB + b"\n", "run: 1 curves", 300),
    "three million numbers": ("run.csv", lambda: b"0.5," * 3_000_000, "more than the 10000", 200),
    "100k names": (
        "run.jsonl",
        lambda: 2 * (b"{" + b",".join(b'"loss_%d":1' % i for i in range(100_000)) + b"}\n"),
        "100000 columns",
        400,
    ),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource")
@pytest.mark.parametrize("case", HUGE)
def test_what_is_huge_takes_little_more_memory_than_it_is_long(tmp_path: Path, case: str) -> None:
    name, make, said, most = HUGE[case]
    (tmp_path / name).write_bytes(make())
    found, peak = apart(tmp_path / name)
    assert any(said in line for line in found), found
    assert peak < most


def many_members(count: int) -> bytes:
    """A zip whose directory lists one member so many times."""
    name, log = b"run.csv", b"epoch,loss\n1,3\n2,2\n3,1\n"
    crc, size = zipfile.crc32(log), len(log)  # type: ignore[attr-defined]
    fields = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, crc, size, size, len(name), 0)
    entry = b"PK\x01\x02\x14\0" + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    local = b"PK\x03\x04" + fields + name + log
    end = struct.pack("<HHHHIIH", 0, 0, count & 0xFFFF, count & 0xFFFF, len(entry) * count, len(local), 0)
    return local + entry * count + b"PK\x05\x06" + end


def test_an_archive_of_a_hundred_thousand_members_is_a_data_set(tmp_path: Path) -> None:
    path = tmp_path / "logs.zip"
    path.write_bytes(many_members(100_001))
    runs, (error,), _ = everything(path)
    assert not runs
    assert "more than 100000 files" in error.problem
    path.write_bytes(many_members(9))
    runs, problems, _ = everything(path)
    assert not problems
    assert [r.series[0].values.tolist() for r in runs] == [[3, 2, 1]]


@pytest.mark.parametrize("name", ["run.csv", "run.jsonl", "run.log"])
def test_a_log_that_grows_while_it_is_read_is_read_as_far_as_it_goes(tmp_path: Path, name: str) -> None:
    """Longer than its head, and the training writes on between two looks at it, the last line cut off."""
    first, more = {
        "run.csv": (TABLE * 9, b"9,1,1\n9,"),
        "run.jsonl": (RECORDS * 4, b'{"step":1,"loss":2}\n{"st'),
        "run.log": (PRINT * 6, b"epoch 1 loss 2\nepo"),
    }[name]
    path = tmp_path / name
    path.write_bytes(first)
    source = Source(str(path), "run", (path,))
    assert len(source.head) < len(first)
    with path.open("ab") as file:
        file.write(more)
    from curvedoc.readers import load
    from curvedoc.source import ReadOptions

    grown = load(source, ReadOptions())
    path.write_bytes(first + more)
    whole = load(Source(str(path), "run", (path,)), ReadOptions())
    assert [[s.values.tolist() for s in run.series] for run in grown] == [
        [s.values.tolist() for s in run.series] for run in whole
    ]


def test_a_log_that_is_cut_while_it_is_read_is_an_error_or_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    path.write_bytes(TABLE * 9)
    source = Source(str(path), "run", (path,))
    assert source.head
    path.write_bytes(b"")
    from curvedoc.readers import load
    from curvedoc.source import ReadOptions

    with pytest.raises(UnreadableError):
        load(source, ReadOptions())
