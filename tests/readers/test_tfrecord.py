"""Records and checksums: against a second implementation, against every kind of damage."""

from __future__ import annotations

import struct
import tracemalloc
from typing import TYPE_CHECKING

import event_writer as plain
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curvedoc.crc32c import crc32c, masked_crc32c, masked_crc32c_of_slices
from curvedoc.tfrecord import Chunk, EventWriter, read_chunks, starts_like_records

if TYPE_CHECKING:
    from pathlib import Path

# Three events as tensorboardX 2.6 wrote them: version, loss 0.5 at step 3, loss infinity at step -1.
WRITTEN_BY_TENSORBOARDX = bytes.fromhex(
    "1800000000000000a37f4b220900001040fc54d9411a0d627261696e2e4576656e743a32338d2fe9"
    "200000000000000029eda9500900006040fc54d94110032a130a110a0a747261696e2f6c6f7373150000003f3aa3edf9"
    "290000000000000037ff5f00090000a040fc54d94110ffffffffffffffffff012a130a110a0a747261696e2f6c6f737315"
    "0000807f2d320af7"
)


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
    ],
)
def test_known_checksums(data: bytes, crc: int) -> None:
    assert crc32c(data) == crc


@pytest.mark.parametrize("size", [4095, 4096, 4097, 5003, (1 << 20) - 1, 1 << 20, (1 << 20) + 3, 2_500_001])
def test_long_records_are_cut_and_joined(size: int) -> None:
    """What is too long for the plain loop must give what the plain loop gives."""
    data = np.random.default_rng(size).integers(0, 256, size, np.uint8).tobytes()
    assert crc32c(data) == plain.crc32c(data)


@given(st.binary(max_size=400), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 90)), min_size=1))
def test_slices_together_are_slices_alone(data: bytes, places: list[tuple[int, int]]) -> None:
    places = [(at, min(size, len(data) - at)) for at, size in places if at <= len(data)] or [(0, 0)]
    starts, lengths = np.array(places, np.int64).T
    found = masked_crc32c_of_slices(np.frombuffer(data, np.uint8), starts, lengths)
    assert [masked_crc32c(data[at : at + size]) for at, size in places] == found.tolist()
    assert found.tolist() == [struct.unpack("<I", plain.masked(data[a : a + n]))[0] for a, n in places]


def records_in(path: Path, size: int = 1 << 18) -> tuple[list[bytes], Chunk | None]:
    """All records, and the last chunk if it tells of damage."""
    found, last = [], None
    for chunk in read_chunks(path, size):
        last = chunk
        found += [chunk.data[at : at + n] for at, n in zip(chunk.starts, chunk.lengths, strict=True)]
    return found, last if last and last.damage else None


record_lists = st.lists(st.one_of(st.binary(max_size=60), st.binary(min_size=20, max_size=20)), max_size=120)


@settings(max_examples=60, deadline=None)
@given(record_lists, st.sampled_from([17, 64, 1000, 1 << 18]))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, data: list[bytes], size: int
) -> None:
    path = tmp_path_factory.mktemp("r") / "f"
    path.write_bytes(b"".join(plain.record(d) for d in data))
    assert records_in(path, size) == (data, None)


@settings(max_examples=150, deadline=None)
@given(record_lists.filter(bool), st.integers(0, 10**6), st.integers(1, 255), st.sampled_from([50, 1 << 18]))
def test_no_flipped_byte_goes_unnoticed(
    tmp_path_factory: pytest.TempPathFactory, data: list[bytes], at: int, change: int, size: int
) -> None:
    content = bytearray(b"".join(plain.record(d) for d in data))
    at %= len(content)
    content[at] ^= change
    path = tmp_path_factory.mktemp("r") / "f"
    path.write_bytes(content)
    ends = np.cumsum([len(d) + 16 for d in data])
    hit = int(np.searchsorted(ends, at, side="right"))
    found, last = records_in(path, size)
    assert found == data[:hit]
    assert last is not None
    assert last.damage is not None
    assert last.damage.kind == "checksum"
    assert last.damage.at == (ends[hit - 1] if hit else 0)
    assert last.damage.lost == len(content) - last.damage.at


def test_each_byte_of_a_record_among_many_is_guarded(tmp_path: Path) -> None:
    data = [b"%20d" % i for i in range(100)]
    whole = b"".join(plain.record(d) for d in data)
    for at in range(50 * 36, 51 * 36):
        content = bytearray(whole)
        content[at] ^= 4
        (tmp_path / "f").write_bytes(content)
        found, last = records_in(tmp_path / "f")
        assert found == data[:50]
        assert last is not None


def test_a_file_may_grow_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(plain.record(bytes(100)))
    chunks = read_chunks(path, 10)
    assert next(chunks).lengths == [100]
    with path.open("ab") as file:
        file.write(plain.record(bytes(200)) * 2)
    assert [(c.lengths, c.damage) for c in chunks] == [([200], None), ([200], None)]


@pytest.mark.parametrize("size", [64, 1 << 18])
def test_cut_off_anywhere(tmp_path: Path, size: int) -> None:
    data = [b"", b"one", bytes(30), b"last one"]
    whole = b"".join(plain.record(d) for d in data)
    ends = [0, *np.cumsum([len(d) + 16 for d in data]).tolist()]
    for cut in range(len(whole) + 1):
        (tmp_path / "f").write_bytes(whole[:cut])
        found, last = records_in(tmp_path / "f", size)
        n = int(np.searchsorted(ends, cut, side="right")) - 1
        assert found == data[:n]
        if cut in ends:
            assert last is None
        else:
            assert last is not None
            assert last.damage is not None
            assert (last.damage.kind, last.damage.at, last.damage.lost) == ("cut off", ends[n], cut - ends[n])


@pytest.mark.parametrize(
    ("tail", "kind"),
    [
        (plain.record(b"", length=1 << 60)[:12] + b"x" * 40, "cut off"),
        (plain.record(b"", length=2**64 - 1)[:12], "cut off"),
        (struct.pack("<Q", 1 << 60) + b"xxxx" * 10, "checksum"),
        (bytes(5000), "checksum"),
        (b"\xff" * 5000, "checksum"),
    ],
    ids=["huge length", "largest length", "wrong length", "zeros", "ones"],
)
def test_absurd_tails_cost_nothing(tmp_path: Path, tail: bytes, kind: str) -> None:
    (tmp_path / "f").write_bytes(plain.record(b"good") + tail)
    tracemalloc.start()
    found, last = records_in(tmp_path / "f")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [b"good"]
    assert last is not None
    assert last.damage is not None
    assert last.damage.kind == kind
    assert last.damage.lost == len(tail)
    assert peak < 1 << 21


def test_a_record_longer_than_the_chunk(tmp_path: Path) -> None:
    data = [b"a", bytes(100_000), b"b" * 5000, b"c"]
    (tmp_path / "f").write_bytes(b"".join(plain.record(d) for d in data))
    assert records_in(tmp_path / "f", 10) == (data, None)


@given(st.binary(max_size=200))
def test_rubbish_is_no_record(data: bytes) -> None:
    assert not starts_like_records(data)
    assert starts_like_records(plain.record(data)[:12])


def test_writes_what_tensorboardx_writes(tmp_path: Path) -> None:
    with EventWriter(tmp_path / "deep" / "e", wall_time=1700000000.25) as writer:
        writer.add_scalar("train/loss", 0.5, 3, 1700000001.5)
        writer.add_scalar("train/loss", float("inf"), -1, 1700000002.5)
    assert writer.path.read_bytes() == WRITTEN_BY_TENSORBOARDX
    writer.close()


def test_flushed_is_on_disk(tmp_path: Path) -> None:
    writer = EventWriter(tmp_path / "e")
    writer.add_scalar("loss", 1e300, 0)
    writer.flush()
    assert plain.simple_values(writer.path.read_bytes()) == {"loss": [(0, struct.pack("<f", float("inf")))]}
    writer.close()


@given(
    st.lists(st.integers(0, 90), min_size=1, max_size=9),
    st.integers(1, 90),
    st.lists(st.tuples(st.integers(0, 700), st.integers(0, 200)), max_size=6),
    st.sampled_from([300, 5000, 1 << 18]),
)
@settings(max_examples=60, deadline=None)
def test_lengths_that_come_in_turn_and_break_off(
    tmp_path_factory: pytest.TempPathFactory,
    turn: list[int],
    turns: int,
    breaks: list[tuple[int, int]],
    size: int,
) -> None:
    """Records in the order of their tags, others in between: all are found, whatever was expected."""
    records = [bytes([i % 256]) * n for i, n in enumerate(turn * turns)]
    for at, n in breaks:
        records.insert(at, b"x" * n)
    path = tmp_path_factory.mktemp("turn") / "log"
    path.write_bytes(b"".join(plain.record(r) for r in records))
    assert records_in(path, size) == (records, None)
