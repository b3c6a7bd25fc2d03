"""Small files that unpack to gigabytes: refused early, in little memory, however they are packed."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
import zstandard
from read_everything import apart, everything

from curvedoc import source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = "epoch,loss,val_loss\n" + "".join(f"{i},{1 / (i + 1)!r},{2 / (i + 1)!r}\n" for i in range(3000))
UNPACKED = 10 << 30
PIECE = 1 << 20
PEAK = 700
"""MiB for everything; the interpreter with numpy takes 30 of them, the columns of the longest about 400."""
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, 9),
    "zst": zstandard.compress,
    "bz2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=0),
}
ROWS = b"1,1,1,2\n"
LINE = b'{"step": 1, "loss": 1}\n'
PRINT = b"epoch 1 loss 1\n"
BOMBS: dict[str, tuple[str, bytes, bytes]] = {
    "zeros behind a table": ("run.csv", HEAD.encode(), b"\0"),
    "rows": ("run.csv", HEAD.encode(), ROWS),
    "a line that never ends": ("run.csv", HEAD.encode(), b" "),
    "empty lines": ("run.csv", HEAD.encode(), b"\n"),
    "records": ("run.jsonl", LINE * 9, LINE),
    "a list": ("run.json", b'{"loss": [3,', b"1,"),
    "print": ("run.log", PRINT * 9, PRINT),
    "zeros in place of events": ("events.out.tfevents.1.h", b"", b"\0"),
}


def pack(pack_one: Callable[[bytes], bytes], head: bytes, fill: bytes) -> bytes:
    """A packed stream of 10 GiB: many equal pieces one behind the other, each packed on its own."""
    piece = pack_one(fill * (PIECE // len(fill)))
    return pack_one(head) + piece * (UNPACKED // PIECE)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource")
@pytest.mark.parametrize(
    ("bomb", "ending"), [*((bomb, "gz") for bomb in BOMBS), ("rows", "zst"), ("rows", "bz2"), ("rows", "xz")]
)
def test_a_packed_bomb_is_refused_in_little_memory(tmp_path: Path, bomb: str, ending: str) -> None:
    name, head, fill = BOMBS[bomb]
    path = tmp_path / f"{name}.{ending}"
    path.write_bytes(pack(PACKERS[ending], head, fill))
    (said,), peak = apart(path)
    assert "unpacks to more than" in said
    assert peak < PEAK


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource")
def test_a_bomb_that_is_packed_badly_on_purpose_is_refused_too(tmp_path: Path) -> None:
    """One that stays below the ratio of most bombs: 10 GiB in 49 MB."""
    path = tmp_path / "run.csv.gz"
    path.write_bytes(pack(lambda data: gzip.compress(data, 1), HEAD.encode(), ROWS))
    assert 100 < UNPACKED / path.stat().st_size < 300
    (said,), peak = apart(path)
    assert "unpacks to more than" in said
    assert peak < PEAK


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource")
@pytest.mark.parametrize("member", ["run.csv", "model.bin"])
def test_a_packed_tar_that_is_a_bomb_is_refused_in_little_memory(tmp_path: Path, member: str) -> None:
    info = tarfile.TarInfo(member)
    info.size = UNPACKED
    path = tmp_path / "logs.tar.gz"
    path.write_bytes(pack(PACKERS["gz"], info.tobuf(), b"\0"))
    said, peak = apart(path)
    assert len(said) == 1
    assert peak < PEAK


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource")
def test_a_zip_that_is_a_bomb_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "logs.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.csv", HEAD.encode() + ROWS * (200 << 17))
    (said,), peak = apart(path)
    assert "unpacks to more than 200 MiB" in said
    assert peak < PEAK


@pytest.mark.parametrize("ending", PACKERS)
def test_a_long_log_is_no_bomb(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its size: numbers that differ do not shrink fifty times."""
    monkeypatch.setattr(source, "RATIO_FREE_BYTES", 1 << 10)
    losses = np.round(1 + np.random.default_rng(0).random(40_000), 4).tolist()
    path = tmp_path / f"run.csv.{ending}"
    path.write_bytes(PACKERS[ending](("loss,lr\n" + "".join(f"{x},0.001\n" for x in losses)).encode()))
    ((run,), problems, _) = everything(path)
    assert not problems
    assert run.series[0].values.tolist() == losses
